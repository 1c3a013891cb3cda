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
    """Every night: certificates and authorisations that end soon."""
    from kexin.core.calendar import business_date
    from kexin.people.operations import flag_expiring_qualifications

    flag_expiring_qualifications(actor=system("clock.documents"), today=business_date())
