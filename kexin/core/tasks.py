"""Reactions of the core to the clock; each is done by the system under a name of its own."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kexin.core.actor import system

_AGAIN = RetryStrategy(max_attempts=5, exponential_wait=4)


@app.periodic(cron="* * * * *")
@app.task(name="core.seal_audit", queueing_lock="core.seal_audit", queue="records")
def seal_audit(timestamp: int) -> None:
    """Seal what was committed since, as often as the policy says (in whole minutes), and sign finished days."""
    from kexin.core import seal
    from kexin.core.policies import AuditPolicy
    from kexin.core.policy import in_force

    every = max(in_force(AuditPolicy).seal_every_seconds // 60, 1)
    if timestamp // 60 % every == 0:
        seal.seal()


@app.periodic(cron="17 1 * * *")
@app.task(name="core.ensure_partitions", queueing_lock="core.ensure_partitions", queue="records", retry=_AGAIN)
def ensure_partitions(timestamp: int) -> None:
    """Twelve months ahead, so that a clock job that stood still for a year is noticed before it matters."""
    from kexin.core import partitions

    partitions.ensure_all()


@app.periodic(cron="27 1 * * *")
@app.task(name="core.redate_work_daily", queueing_lock="core.redate_work_daily", queue="records", retry=_AGAIN)
def redate_work_daily(timestamp: int) -> None:
    """A new version of the calendar library may have published a year."""
    _redate()


@app.task(name="core.redate_work", queue="records", retry=_AGAIN)
def redate_work() -> None:
    """The institution's own calendar changed."""
    _redate()


def _redate() -> None:
    from kexin.core import calendar, calendar_operations

    calendar.forget_cache()  # this process may remember the days as they were before
    calendar_operations.redate(actor=system("clock.calendar"))


@app.task(name="core.examine_audit", queue="records")
def examine_audit(asked_by: str) -> None:
    """Examine the whole seal and report; asked for on the page of the audit."""
    from kexin.core.audit_operations import report_examination
    from kexin.core.models import AuditLink
    from kexin.core.seal import seal
    from kexin.core.seal_verify import verify

    seal()
    findings = [finding.as_json() for finding in verify()]
    head = AuditLink.objects.order_by("-no").first()
    links = head.no if head else 0
    report_examination(actor=system("job.examine_audit"), asked_by=asked_by, findings=findings, links=links)
