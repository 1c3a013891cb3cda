"""Reactions of the party floor to the clock."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kexin.core.actor import system


@app.periodic(cron="35 1 * * *")
@app.task(
    name="party.flag_expiring_documents",
    queueing_lock="party.flag_expiring_documents",
    queue="records",
    retry=RetryStrategy(max_attempts=5, exponential_wait=4),
)
def flag_expiring(timestamp: int) -> None:
    """Every night, batch by batch."""
    from kexin.core.calendar import business_date
    from kexin.party.operations.expiry import flag_expiring_documents

    while flag_expiring_documents(actor=system("clock.documents"), today=business_date()):
        pass


@app.periodic(cron="20 1 * * *")
@app.task(
    name="party.find_orphans",
    queueing_lock="party.find_orphans",
    queue="records",
    retry=RetryStrategy(max_attempts=5, exponential_wait=4),
)
def find_orphans_nightly(timestamp: int) -> None:
    """Every night: nothing is left without an owner."""
    from kexin.party.operations.orphans import find_orphans

    find_orphans(actor=system("clock.ownership"))


@app.periodic(cron="50 1 * * *")
@app.task(
    name="party.review_facts",
    queueing_lock="party.review_facts",
    queue="records",
    retry=RetryStrategy(max_attempts=5, exponential_wait=4),
)
def review_facts_nightly(timestamp: int) -> None:
    """Every night: data that nobody confirmed for too long become work."""
    from kexin.core.calendar import business_date
    from kexin.party.operations.facts import review_facts

    review_facts(actor=system("clock.facts"), today=business_date())
