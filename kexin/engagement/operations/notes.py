"""Writing, changing, pinning and withdrawing notes."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.engagement.events import NoteChanged, NoteWithdrawn, NoteWritten
from kexin.engagement.models import Note
from kexin.engagement.rules import clean_note, may_write
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer

MOST_PINNED = 3


@operation("engagement.write_note", label=_("Write a note"))
def write_note(customer: Customer, *, actor: Actor, text: str, pinned: bool = False) -> Note:
    """A remark on a customer, encrypted under the customer's key."""
    row = Customer.objects.lock(customer, actor)
    if row.status == CustomerStatus.MERGED:
        raise RuleViolation(_("The file is closed and can only be read."))
    may_write(text).enforce()
    if pinned:
        _room_for_a_pin(row.pk)
    note = Note.objects.create(
        customer=row, key_id=row.party.key_id, text=clean_note(text), pinned=pinned, written_by=actor.name
    )
    emit(NoteWritten(row.pk, row.customer_no, note.pk))
    return note


@operation("engagement.change_note", label=_("Change one's own note"))
def change_note(note: Note | int, *, actor: Actor, text: str, version: int) -> Note:
    """Only the author changes a note; the history keeps what stood before."""
    row = _live(note, actor, version)
    if row.written_by != actor.name:
        raise RuleViolation(_("Only the author changes a note; write one of your own."))
    may_write(text).enforce()
    if clean_note(text) == row.text:
        return row
    row.text = clean_note(text)
    row.version += 1
    row.save(update_fields=["text", "version"])
    emit(NoteChanged(row.customer_id, row.customer.customer_no, row.pk))
    return row


@operation("engagement.pin_note", label=_("Pin or unpin a note"))
def pin_note(note: Note | int, *, actor: Actor, pinned: bool, version: int | None = None) -> Note:
    """Pinned notes stand on top of the timeline; three at most, so that they stay worth reading."""
    row = _live(note, actor, version)
    if row.pinned == pinned:
        return row
    if pinned:
        _room_for_a_pin(row.customer_id)
    row.pinned = pinned
    row.version += 1
    row.save(update_fields=["pinned", "version"])
    return row


@operation("engagement.withdraw_note", label=_("Withdraw a note"))
def withdraw_note(note: Note | int, *, actor: Actor) -> Note:
    """Take one's own note back. It leaves the page; the history keeps that it was there."""
    row = _live(note, actor, None)
    if row.written_by != actor.name:
        raise RuleViolation(_("Only the author withdraws a note."))
    row.withdrawn_at = timezone.now()
    row.pinned = False
    row.version += 1
    row.save(update_fields=["withdrawn_at", "pinned", "version"])
    emit(NoteWithdrawn(row.customer_id, row.customer.customer_no, row.pk))
    return row


def _live(note: Note | int, actor: Actor, version: int | None) -> Note:
    row = Note.objects.lock(note, actor, version=version)
    if row.withdrawn_at is not None:
        raise RuleViolation(_("This note was withdrawn."))
    return row


def _room_for_a_pin(customer_id: int) -> None:
    """The customer's row is locked or the note's is; one too many by a race does no harm and none is lost."""
    if Note.objects.filter(customer_id=customer_id, pinned=True, withdrawn_at=None).count() >= MOST_PINNED:
        raise RuleViolation(_("At most %(most)s notes are pinned; unpin one first.") % {"most": MOST_PINNED})
