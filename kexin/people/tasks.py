"""Reactions of the people floor to the clock."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kexin.core.actor import system


@app.periodic(cron="15 1 * * *")
@app.task(
    name="people.flag_expiring_qualifications",
    queueing_lock="people.flag_expiring_qualifications",
    queue="records",
    retry=RetryStrategy(max_attempts=5, exponential_wait=4),
)
def flag_expiring(timestamp: int) -> None:
    """Every night: certificates that end soon or have no file, authorisations that end, files whose time is over."""
    from kexin.core.calendar import business_date
    from kexin.people.operations import flag_expiring_qualifications, flag_missing_evidence, forget_evidence

    clock, today = system("clock.documents"), business_date()
    flag_expiring_qualifications(actor=clock, today=today)
    while flag_missing_evidence(actor=clock, today=today):
        pass
    while forget_evidence(actor=clock, today=today):
        pass
