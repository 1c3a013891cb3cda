"""Reactions of suitability to the clock."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kexin.core.actor import system

_AGAIN = RetryStrategy(max_attempts=5, exponential_wait=4)


@app.periodic(cron="20 2 * * *")
@app.task(
    name="suitability.flag_expiring_assessments",
    queueing_lock="suitability.flag_expiring_assessments",
    queue="records",
    retry=_AGAIN,
)
def flag_expiring(timestamp: int) -> None:
    """Every night, batch by batch."""
    from kexin.core.calendar import business_date
    from kexin.suitability.assessments.clock import flag_expiring_assessments

    while flag_expiring_assessments(actor=system("clock.assessments"), today=business_date()):
        pass


@app.periodic(cron="5 * * * *")
@app.task(
    name="suitability.close_unfinished_sessions",
    queueing_lock="suitability.close_unfinished_sessions",
    queue="records",
    retry=_AGAIN,
)
def close_unfinished(timestamp: int) -> None:
    """Every hour."""
    from kexin.suitability.assessments.clock import close_unfinished_sessions

    close_unfinished_sessions(actor=system("clock.assessments"))


@app.periodic(cron="35 2 * * *")
@app.task(
    name="suitability.settle_values",
    queueing_lock="suitability.settle_values",
    queue="records",
    retry=_AGAIN,
)
def settle_values(timestamp: int) -> None:
    """Every night, after figures and tiers."""
    from kexin.core.calendar import business_date
    from kexin.suitability.value.deciding import settle_all

    settle_all(business_date(), actor=system("clock.value"))
