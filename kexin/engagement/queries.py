"""Reads of engagement: documents, notes, the timeline's rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.models import Event, WorkItem
from kexin.core.query import query
from kexin.engagement.models import Document, Note
from kexin.engagement.timeline import names_of, veiled
from kexin.engagement.work import HANDED, NOTE
from kexin.party.models import Customer

MOST_DOCUMENTS = 200
MOST_NOTES = 200
VIEW_DOCUMENTS = "engagement.view_documents"
VIEW_NOTES = "engagement.view_notes"
VIEW_TIMELINE = "engagement.view_timeline"


def customer_for(actor: Actor, customer_id: int, operation: str) -> Customer:
    """The customer, if the actor may open the file and do ``operation`` on it; else :class:`NotFound`."""
    rows = (
        Customer.objects.visible_to(actor, "party.view_customer").visible_to(actor, operation).select_related("party")
    )
    found = rows.filter(pk=customer_id).first()
    if found is None:
        raise NotFound
    return found


@query(VIEW_DOCUMENTS, label=_("See documents"))
def documents(actor: Actor, customer_id: int) -> list[Document]:
    """Documents of a customer, those in use first, then newest first, with titles and names opened."""
    customer_for(actor, customer_id, VIEW_DOCUMENTS)
    rows = Document.objects.filter(customer_id=customer_id).order_by("-added_at", "-pk")[:MOST_DOCUMENTS]
    found = sorted(rows, key=lambda each: each.withdrawn_at is not None)
    decrypt_rows(Document, found, ("title", "file_name"))
    return found


@query(VIEW_DOCUMENTS, label=_("See documents"))
def document_in_reach(actor: Actor, document_id: int) -> Document:
    """One document, or :class:`NotFound`."""
    return Document.objects.fetch(document_id, actor, VIEW_DOCUMENTS)


def notes_for(actor: Actor, customer_id: int, ids: Iterable[int], *, pinned: bool) -> list[Note]:
    """The notes that a piece of the timeline speaks of, and the pinned ones, to who may see notes. One read."""
    if not actor.may(VIEW_NOTES):
        return []
    wanted = Q(pk__in=list(ids))
    if pinned:
        wanted |= Q(pinned=True)
    rows = Note.objects.visible_to(actor, VIEW_NOTES).filter(wanted, customer_id=customer_id, withdrawn_at=None)
    return decrypt_rows(Note, rows.order_by("-written_at", "-pk")[:MOST_NOTES], ("text",))


@query(VIEW_NOTES, label=_("See notes"))
def notes(actor: Actor, customer_id: int) -> list[Note]:
    """Notes of a customer that were not withdrawn, pinned ones first, then newest first."""
    customer_for(actor, customer_id, VIEW_NOTES)
    rows = Note.objects.filter(customer_id=customer_id, withdrawn_at=None).order_by("-pinned", "-written_at", "-pk")
    return decrypt_rows(Note, rows[:MOST_NOTES], ("text",))


@query(VIEW_NOTES, label=_("See notes"))
def note_in_reach(actor: Actor, note_id: int) -> Note:
    """One note that was not withdrawn, or :class:`NotFound`."""
    row = Note.objects.fetch(note_id, actor, VIEW_NOTES)
    if row.withdrawn_at is not None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class HandedNote:
    """A note that was handed over, its answer if there is one, and whether an answer is owed by the reader."""

    note: Note
    answer: Note | None
    mine: bool


@query(VIEW_NOTES, label=_("See notes"))
def handed_note(actor: Actor, note_id: int) -> HandedNote:
    """The note that was handed over, asked for by itself or by its answer. NotFound for any other note."""
    row = note_in_reach(actor, note_id)
    note = Note.objects.fetch(row.answers_id, actor, VIEW_NOTES) if row.answers_id else row
    if note.handed_at is None:
        raise NotFound
    answer = Note.objects.filter(answers=note, withdrawn_at=None).first()
    owed = WorkItem.objects.open().filter(kind=HANDED, subject_kind=NOTE, subject_id=note.pk).first()
    mine = owed is not None and (
        owed.owner_post_id in actor.post_ids or actor.stands_in_at(owed.owner_post_id, HANDED) is not None
    )
    return HandedNote(note, answer, mine)


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """Which facts are wanted: a group of the timeline, or everything ("")."""

    group: str = ""


@query(VIEW_TIMELINE, label=_("See the timeline"))
def timeline_events(actor: Actor, customer_id: int, wanted: TimelineFilter | None = None) -> QuerySet[Event]:
    """Facts about a customer that have a rendering and that the actor may know; the caller orders and cuts."""
    customer_for(actor, customer_id, VIEW_TIMELINE)
    names = names_of((wanted or TimelineFilter()).group, actor)
    rows = Event.objects.filter(customer_id=customer_id, name__in=names)
    for hidden in veiled(actor, customer_id):
        rows = rows.exclude(hidden)
    return rows
