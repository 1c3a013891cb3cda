"""Asking for figures to be computed anew."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.operation import operation
from kexin.holdings.aum.rebuild import begin
from kexin.holdings.choices import RunState
from kexin.holdings.models import FiguresRun


@operation("holdings.rebuild_figures", label=_("Compute figures anew"), plain=("reason",))
def rebuild_figures(*, actor: Actor, first: dt.date | None = None, reason: str) -> FiguresRun:
    """Months, first tiers and daily figures of all customers from a month on (by policy), in a job; one at a time."""
    from kexin.holdings import tasks

    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    if FiguresRun.objects.filter(state=RunState.RUNNING).exists():
        raise RuleViolation(_("Figures are being computed already."))
    run = begin(first, reason=reason)
    tasks.rebuild_figures.defer(run_id=run.pk)
    return run
