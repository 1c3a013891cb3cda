"""Reactions of engagement to the clock."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kexin.core.actor import system

_AGAIN = RetryStrategy(max_attempts=5, exponential_wait=4)


@app.periodic(cron="40 1 * * *")
@app.task(
    name="engagement.flag_expiring_documents",
    queueing_lock="engagement.flag_expiring_documents",
    queue="records",
    retry=_AGAIN,
)
def flag_expiring(timestamp: int) -> None:
    """Every night, batch by batch."""
    from kexin.core.calendar import business_date
    from kexin.engagement.operations import flag_expiring_documents

    while flag_expiring_documents(actor=system("clock.documents"), today=business_date()):
        pass


@app.periodic(cron="50 1 * * *")
@app.task(name="engagement.sweep_files", queueing_lock="engagement.sweep_files", queue="records", retry=_AGAIN)
def sweep(timestamp: int) -> None:
    """Every night."""
    from kexin.engagement.operations import sweep_files

    sweep_files(actor=system("clock.files"))


@app.periodic(cron="*/10 * * * *")
@app.task(
    name="engagement.ask_for_outcomes",
    queueing_lock="engagement.ask_for_outcomes",
    queue="records",
    retry=_AGAIN,
)
def ask_outcomes(timestamp: int) -> None:
    """Every ten minutes, batch by batch."""
    from django.utils import timezone

    from kexin.engagement.operations import ask_for_outcomes

    while ask_for_outcomes(actor=system("clock.appointments"), now=timezone.now()):
        pass


@app.periodic(cron="10 6 * * *")
@app.task(
    name="engagement.propose_return_visits",
    queueing_lock="engagement.propose_return_visits",
    queue="records",
    retry=_AGAIN,
)
def propose_visits(timestamp: int) -> None:
    """Every morning before work."""
    from kexin.core.calendar import business_date
    from kexin.engagement.returns.visits import propose_return_visits

    propose_return_visits(actor=system("clock.appointments"), today=business_date())


@app.task(name="engagement.send_message", queue="messages", retry=_AGAIN)
def send_message(message_id: int) -> None:
    """A message was written: hand it to its carrier."""
    from kexin.engagement.messages.sending import send

    send(message_id)


@app.periodic(cron="* * * * *")
@app.task(name="engagement.send_due_messages", queueing_lock="engagement.send_due_messages", queue="messages")
def send_due(timestamp: int) -> None:
    """Every minute: messages whose next attempt is due, or whose worker died."""
    from kexin.engagement.messages.sending import due_messages, send

    for message_id in due_messages():
        send(message_id)
