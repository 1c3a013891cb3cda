"""Examining the audit's seal from a page: a job examines, its report is an entry of the audit itself."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.exceptions import AlreadyEnqueued

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.operation import operation

SHOWN = 50  # findings kept in the report; the command line tool names all


@operation("core.verify_audit", label=_("Examine the seal of the audit"))
def start_examination(*, actor: Actor) -> None:
    """Ask for an examination; it runs as a job."""
    from kexin.core import tasks

    try:
        with transaction.atomic():
            tasks.examine_audit.configure(queueing_lock="core.examine_audit").defer(asked_by=actor.name)
    except AlreadyEnqueued as error:
        raise RuleViolation(_("An examination has been asked for already and is about to begin.")) from error


@operation("core.report_examination", label=_("Report on the seal of the audit"), plain=("asked_by",))
def report_examination(*, actor: Actor, asked_by: str, findings: list[dict[str, Any]], links: int) -> None:
    """Write what an examination found into the audit. Only the system reports."""
    if not actor.everything:
        raise NotPermitted
    act = frame.current.get()
    assert act is not None
    kept = [{key: row[key] for key in ("kind", "sentence") if key in row} for row in findings[:SHOWN]]
    act.notes.update({"report": kept, "found": len(findings), "links": links})
