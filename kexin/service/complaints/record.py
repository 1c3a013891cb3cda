"""The record of a case, and finding it locked inside an operation."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.policy import numbers_of
from kexin.service.complaints.choices import ComplaintEntryKind
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.models import Complaint, ComplaintEntry, ComplaintNote
from kexin.service.requests.running import now
from kexin.service.rules import LONGEST_TEXT, clean, text_fits


def locked(complaint: Complaint | int, actor: Actor, version: int | None = None) -> Complaint:
    """The case, locked, if it is unfinished. Raises NotFound, Conflict, RuleViolation."""
    row = Complaint.objects.lock(complaint, actor, version=version)
    if not row.is_open:
        raise RuleViolation(_("This complaint is closed."))
    return row


def rules_of(row: Complaint) -> ComplaintPolicy:
    """The numbers by which the case was accepted."""
    return numbers_of(ComplaintPolicy, row.policy)


def said(text: str, field: str, missing: object = None, most: int = LONGEST_TEXT) -> str:
    """Clean words that must not be empty. RuleViolation at ``field``."""
    found = clean(text)
    if not found:
        raise RuleViolation(fields={field: str(missing or _("Write something."))})
    text_fits(found, most, field).enforce()
    return found


def keep(
    row: Complaint,
    kind: ComplaintEntryKind,
    text: str,
    actor: Actor,
    *,
    step: str = "",
    channel: str = "",
    reaction: str = "",
    at: dt.datetime | None = None,
) -> ComplaintEntry:
    """Words exchanged with the complainant, as a line of the record."""
    entry = ComplaintEntry(
        complaint=row,
        key_id=row.key_id,
        kind=kind,
        step=step,
        channel=channel,
        text=text or None,
        reaction=reaction,
        at=at or now(),
        by=actor.name,
    )
    entry.save()
    return entry


def note(row: Complaint, text: str, actor: Actor, *, step: str = "") -> ComplaintNote:
    """What no complainant reads."""
    return _noted(row, ComplaintEntryKind.NOTE, text, actor, step)


def step(row: Complaint, name: str, actor: Actor, text: str = "") -> ComplaintNote:
    """That a step of the course was taken, with why."""
    return _noted(row, ComplaintEntryKind.ACT, text, actor, name)


def _noted(row: Complaint, kind: ComplaintEntryKind, text: str, actor: Actor, name: str) -> ComplaintNote:
    made = ComplaintNote(
        complaint=row, key_id=row.key_id, kind=kind, step=name, text=text or None, at=now(), by=actor.name
    )
    made.save()
    return made


def store(row: Complaint) -> None:
    """Keep the changed case as its next version."""
    row.version += 1
    row.save()
