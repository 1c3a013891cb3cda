"""Reactions of the core to the clock; each is done by the system under a name of its own."""

from __future__ import annotations

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from kexin.core import jobs as _deliveries  # noqa: F401  a worker knows only tasks that were imported
from kexin.core.actor import system
from kexin.core.imports import jobs as _loads  # noqa: F401

STALLED_SECONDS = 30  # without a heartbeat: the worker is dead
KEPT_HOURS = 48  # of succeeded jobs; failed ones stay until somebody has looked
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


@app.periodic(cron="*/10 * * * *")
@app.task(name="core.escalate_work", queueing_lock="core.escalate_work", queue="records", retry=_AGAIN)
def climb(timestamp: int) -> None:
    """Remind of work that comes due, and let late work climb."""
    from django.utils import timezone

    from kexin.core.work_ladder import BATCH, escalate_work

    now = timezone.now()
    while escalate_work(actor=system("clock.work"), now=now) == BATCH:
        pass


@app.periodic(cron="* * * * *")
@app.task(name="core.keep_jobs", queueing_lock="core.keep_jobs", queue="records", pass_context=True)
async def keep_jobs(context: JobContext, timestamp: int) -> None:
    """Take up again what a dead worker left half-done, and clear away what succeeded more than two days ago."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)
    await manager.prune_stalled_workers(seconds_since_heartbeat=STALLED_SECONDS)
    await manager.delete_old_jobs(nb_hours=KEPT_HOURS)


@app.periodic(cron="37 1 * * *")
@app.task(name="core.forget_keys", queueing_lock="core.forget_keys", queue="records", retry=_AGAIN)
def forget_keys(timestamp: int) -> None:
    """Answers kept for repeated writes go when their time is over: they may hold personal data."""
    from kexin.core.api.idempotency import forget_expired

    forget_expired()
