"""Reactions of the desk to the clock."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kexin.core.actor import system

_AGAIN = RetryStrategy(max_attempts=5, exponential_wait=4)


@app.periodic(cron="5,35 * * * *")
@app.task(name="desk.deliver_reports", queueing_lock="desk.deliver_reports", queue="records", retry=_AGAIN)
def deliver(timestamp: int) -> None:
    """Every half hour: each due report in a transaction of its own."""
    from django.utils import timezone

    from kexin.desk.reports.delivery import deliver_report, due_reports

    for pk in due_reports(timezone.now()):
        deliver_report(pk, actor=system("clock.reports"))


@app.periodic(cron="55 1 * * *")
@app.task(name="desk.sweep_report_files", queueing_lock="desk.sweep_report_files", queue="records", retry=_AGAIN)
def sweep(timestamp: int) -> None:
    """Every night."""
    from kexin.desk.reports.delivery import sweep_report_files

    sweep_report_files(actor=system("clock.files"))
