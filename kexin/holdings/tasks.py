"""Reactions of the holdings floor to the clock, and its long work."""

from __future__ import annotations

import datetime as dt

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kexin.core.actor import system

_AGAIN = RetryStrategy(max_attempts=5, exponential_wait=4)


@app.periodic(cron="45 1 * * *")
@app.task(name="holdings.nightly_figures", queueing_lock="holdings.nightly_figures", queue="records", retry=_AGAIN)
def nightly_figures(timestamp: int) -> None:
    """Yesterday's figures, the running month, and after a month's end the tiers."""
    from kexin.core.calendar import business_date
    from kexin.holdings.aum.nightly import close_day

    close_day(business_date(), actor=system("clock.figures"))


@app.task(name="holdings.rebuild_figures", queue="records", retry=_AGAIN)
def rebuild_figures(run_id: int) -> None:
    """Go on with a rebuild from where it stands."""
    from kexin.holdings.aum.rebuild import rebuild
    from kexin.holdings.choices import RunState
    from kexin.holdings.models import FiguresRun

    run = FiguresRun.objects.get(pk=run_id)
    if run.state != RunState.DONE:
        rebuild(resume=run)


@app.task(name="holdings.refresh_figures", queue="records", retry=_AGAIN)
def refresh_figures(customer_ids: list[int], first: str) -> None:
    """The daily figures of the posts and pools of some customers, from a month on."""
    from kexin.holdings.aum.follow import refresh_daily

    refresh_daily(customer_ids, dt.date.fromisoformat(first))


@app.periodic(cron="30 2 * * *")
@app.task(
    name="holdings.nightly_maturities",
    queueing_lock="holdings.nightly_maturities",
    queue="records",
    retry=_AGAIN,
)
def nightly_maturities(timestamp: int) -> None:
    """Days of the last bookings, the ladder gathered anew, and work for what matures soon."""
    from kexin.holdings.maturities.nightly import gather_and_watch
    from kexin.holdings.movements.gather import gather_activity

    gather_activity()
    gather_and_watch(actor=system("clock.maturities"))


@app.task(name="holdings.gather_maturities", queue="records", retry=_AGAIN)
def gather_maturities() -> None:
    """The ladder, where the money went and the days of the last bookings, after a load."""
    from kexin.holdings.maturities.gather import gather_maturities as gather
    from kexin.holdings.movements.gather import gather_activity
    from kexin.holdings.retention.gather import settle_retention

    gather_activity(whole=True)
    gather()
    settle_retention()
