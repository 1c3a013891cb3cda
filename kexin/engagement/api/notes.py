"""Remarks on a customer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.actor import Actor
from kexin.core.api.conditional import expected_version, tell_version
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Id, Moment, Shown, Taken, Version
from kexin.engagement.models import Note
from kexin.engagement.operations import answer_note, change_note, hand_note, pin_note, withdraw_note, write_note
from kexin.engagement.queries import handed_note, note_in_reach, notes
from kexin.party.models import Customer

router = Endpoints("engagement", _("Documents, notes, timeline"))


class NoteShown(Shown):
    """A remark on a customer. ``version`` is its ETag."""

    id: Id
    version: Version
    text: str = Field(examples=["喜欢上午来访"])
    pinned: bool
    written_at: Moment
    written_by: str = Field(examples=["1001"])


class Notes(Shown):
    """Newest first."""

    items: list[NoteShown]


class NoteTaken(Taken):
    """A new remark."""

    text: str = Field(min_length=1, max_length=4000, examples=["喜欢上午来访"])
    pinned: bool = False


class NoteText(Taken):
    """The new text."""

    text: str = Field(min_length=1, max_length=4000, examples=["喜欢上午来访，周三除外"])


class Pin(Taken):
    """Pinned, or not."""

    pinned: bool = Field(examples=[True])


def _note(row: Note) -> NoteShown:
    return NoteShown(
        id=row.pk,
        version=row.version,
        text=str(row.text or ""),
        pinned=row.pinned,
        written_at=row.written_at,
        written_by=row.written_by,
    )


@router.read("/customers/{customer_id}/notes", "engagement.view_notes")
def list_notes(request: ApiRequest, customer_id: Id) -> Notes:
    """Remarks on a customer."""
    return Notes(items=[_note(row) for row in notes(request.actor, customer_id)])


@router.write("POST", "/customers/{customer_id}/notes", "engagement.write_note", status=201, etag=True)
def add_note(request: ApiRequest, customer_id: Id, data: NoteTaken) -> NoteShown:
    """Write a remark."""
    row = write_note(Customer(pk=customer_id), actor=request.actor, text=data.text, pinned=data.pinned)
    tell_version(request, row.version)
    return _note(row)


@router.write("PATCH", "/notes/{note_id}", "engagement.change_note", conditional=True, etag=True)
def edit_note(request: ApiRequest, note_id: Id, data: NoteText) -> NoteShown:
    """Change one's own remark."""
    version = expected_version(request, lambda: note_in_reach(request.actor, note_id).version)
    row = change_note(note_id, actor=request.actor, text=data.text, version=version)
    tell_version(request, row.version)
    return _note(row)


@router.write("PUT", "/notes/{note_id}/pin", "engagement.pin_note", etag=True)
def set_pin(request: ApiRequest, note_id: Id, data: Pin) -> NoteShown:
    """Pin a remark on top of the timeline, or unpin it."""
    row = pin_note(note_id, actor=request.actor, pinned=data.pinned)
    tell_version(request, row.version)
    return _note(row)


@router.write("DELETE", "/notes/{note_id}", "engagement.withdraw_note")
def delete_note(request: ApiRequest, note_id: Id) -> None:
    """Take one's own remark back; the history keeps that it was there."""
    withdraw_note(note_id, actor=request.actor)


class HandedTaken(Taken):
    """A note that a colleague is to answer."""

    text: str = Field(min_length=1, max_length=4000, examples=["客户来电问下月到期的定期，请联系"])
    post_id: Id | None = Field(default=None, description="None: the post that leads the customer", examples=[None])


class AnswerTaken(Taken):
    """An answer."""

    text: str = Field(min_length=1, max_length=4000, examples=["已约周五上午到店面谈"])


class HandedNoteShown(Shown):
    """A note that was handed over, and its answer."""

    note: NoteShown
    to_post_id: Id | None
    from_post_id: Id | None
    handed_at: Moment | None
    answer: NoteShown | None


def _handed(actor: Actor, pk: int) -> HandedNoteShown:
    found = handed_note(actor, pk)
    return HandedNoteShown(
        note=_note(found.note),
        to_post_id=found.note.to_post_id,
        from_post_id=found.note.from_post_id,
        handed_at=found.note.handed_at,
        answer=_note(found.answer) if found.answer else None,
    )


@router.write("POST", "/customers/{customer_id}/handed-notes", "engagement.hand_note", status=201)
def hand_over_note(request: ApiRequest, customer_id: Id, data: HandedTaken) -> HandedNoteShown:
    """Write a note that the lead manager or another colleague is to answer."""
    customer = existing(request.actor, "engagement.hand_note", Customer.objects.all(), customer_id)
    row = hand_note(customer, actor=request.actor, text=data.text, post_id=data.post_id)
    return _handed(request.actor, row.pk)


@router.read("/handed-notes/{note_id}", "engagement.view_notes")
def read_handed_note(request: ApiRequest, note_id: Id) -> HandedNoteShown:
    """A note that was handed over, asked for by its own number or its answer's."""
    return _handed(request.actor, note_id)


@router.write("POST", "/handed-notes/{note_id}/answer", "engagement.answer_note", status=201)
def answer_handed_note(request: ApiRequest, note_id: Id, data: AnswerTaken) -> HandedNoteShown:
    """Answer a note that waits for one of one's posts; who asked is told."""
    answer_note(note_id, actor=request.actor, text=data.text)
    return _handed(request.actor, note_id)
