"""What the end of a day and of a month brings: figures, and tiers decided by the closed month."""

from __future__ import annotations

import datetime as dt

from kexin.core.actor import Actor
from kexin.core.imports.staging import run
from kexin.holdings.aum.eras import ONE, month_of, months_before
from kexin.holdings.aum.rebuild import BUCKET, rebuild
from kexin.holdings.models import FiguresRun
from kexin.holdings.operations.tiers import settle_tiers


def close_day(today: dt.date, *, actor: Actor) -> None:
    """Figures of yesterday and of the running month; where a month has just ended, the tiers after it."""
    rebuild(month_of(today - ONE), today, reason=f"night {today}")
    closed = months_before(month_of(today), 1)
    reason = f"tiers {closed:%Y-%m}"
    if FiguresRun.objects.filter(reason=reason, state="done").exists():
        return
    settle_month(closed, actor=actor)
    FiguresRun.objects.create(first=closed, last=closed, reason=reason, state="done")


def settle_month(month: dt.date, *, actor: Actor) -> int:
    """Tiers of all customers after a closed month, one operation per bucket of ids; how many moved."""
    row = run("SELECT min(party_id), max(party_id) FROM party_customer").fetchone()
    if row is None or row[0] is None:
        return 0
    low, high = row[0] // BUCKET, row[1] // BUCKET
    return sum(settle_tiers(bucket, month, actor=actor) for bucket in range(low, high + 1))
