"""Figures follow what is corrected: some customers at once, many by a rebuild in a job."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from kexin.core.calendar import business_date
from kexin.core.imports.staging import run
from kexin.holdings.aum import daily, months
from kexin.holdings.aum.eras import ONE, eras, month_of
from kexin.holdings.aum.rebuild import BUCKET, LOCK, SORTING, begin, span_from
from kexin.holdings.aum.steps import choose_customers, make_steps
from kexin.holdings.choices import RunState
from kexin.holdings.models import FiguresRun

AT_ONCE = 2_000  # customers; more are rebuilt by a job


def follow(customer_ids: Sequence[int]) -> months.Written:
    """Months, point in time and running average of some customers, from the ledger as it is now. In one transaction.

    A whole month that comes out otherwise keeps its reported row. The figures of the posts and pools that these
    customers belonged to follow in a job.
    """
    ids = sorted(set(customer_ids))
    if not ids:
        return months.Written(0, 0)
    today = business_date()
    with transaction.atomic():
        first = span_from(today)
        months.ensure_months(first, today)
        _prepare(ids)
        months.sum_months(eras(first, today))
        written = months.write_months(first, today, timezone.now())
        months.write_customers(month_of(today))
        if written.first is not None:
            _refresh_later(ids, written.first)
    return written


def _prepare(ids: Sequence[int]) -> None:
    for bucket in sorted({pk // BUCKET for pk in ids}):
        run(f"SELECT pg_advisory_xact_lock({LOCK}, %s)", [bucket])
    run("SELECT set_config('work_mem', %s, true)", [SORTING])
    choose_customers(ids)


def _refresh_later(ids: Sequence[int], first: dt.date) -> None:
    """A job for the daily figures, in this transaction."""
    from kexin.holdings.tasks import refresh_figures

    refresh_figures.defer(customer_ids=list(ids), first=first.isoformat())


def refresh_daily(customer_ids: Sequence[int], first: dt.date) -> int:
    """The daily figures, from a month on, of every post and pool that led one of these customers. How many rows."""
    today = business_date()
    until = today - ONE
    with transaction.atomic():
        choose_customers(customer_ids)
        daily.collect_owners()
        run("DROP TABLE IF EXISTS pg_temp.aum_group")
        run(
            "CREATE TEMP TABLE aum_group ON COMMIT DROP AS SELECT DISTINCT unit_id, post_id FROM aum_ownership"
            " WHERE until > %s",
            [first],
        )
        members = run(
            "SELECT DISTINCT customer_id FROM party_portfolioassignment a JOIN aum_group g ON g.unit_id = a.unit_id"
            " UNION SELECT party_id FROM party_customer c JOIN aum_group g ON g.unit_id = c.unit_id"
            " UNION SELECT s.customer_id FROM party_portfolioshare s JOIN aum_group g ON g.post_id = s.post_id"
        ).fetchall()
        act = FiguresRun.objects.create(first=first, last=until, reason="follow", total=len(members))
        _prepare([pk for (pk,) in members])
        daily.collect_owners()
        groups = "AND (unit_id, coalesce(post_id, 0)) IN (SELECT unit_id, coalesce(post_id, 0) FROM aum_group)"
        for era in eras(first, until):
            make_steps(era)
            daily.collect_values(act.pk, era, until, groups)
        daily.collect_counts(act.pk, first, until, groups)
        run(
            "DELETE FROM holdings_dailyfigures d USING aum_group g WHERE d.unit_id = g.unit_id"
            " AND d.post_id IS NOT DISTINCT FROM g.post_id AND d.day BETWEEN %s AND %s",
            [first, until],
        )
        made = daily.sum_up(act.pk, first, until)
        act.state, act.done, act.finished_at = RunState.DONE, len(members), timezone.now()
        act.save(update_fields=["state", "done", "finished_at"])
    return made


def customers_since(after_id: int) -> list[int] | None:
    """Whose accounts got bookings with a higher id; None where they are more than can be followed at once."""
    found = run(
        "SELECT DISTINCT a.customer_id FROM ("
        " SELECT DISTINCT account_id FROM holdings_transaction WHERE id > %s LIMIT %s) t"
        " JOIN holdings_account a ON a.id = t.account_id",
        [after_id, AT_ONCE + 1],
    ).fetchall()
    return [pk for (pk,) in found] if len(found) <= AT_ONCE else None


def after_load(customer_ids: Sequence[int] | None, first: dt.date | None = None) -> None:
    """What a load of bookings or balances brings about: few customers at once, many (or all: None) by a rebuild.

    The ladder of maturities follows in a job of its own.
    """
    from kexin.holdings.tasks import gather_maturities

    gather_maturities.defer()
    if customer_ids is not None and len(customer_ids) <= AT_ONCE:
        follow(customer_ids)
        return
    from kexin.holdings.tasks import rebuild_figures

    with transaction.atomic():
        rebuild_figures.defer(run_id=begin(first, reason="load").pk)
