"""Reads of complaints."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.query import query
from kexin.party.models import Customer
from kexin.service.complaints.choices import ComplaintEntryKind, ComplaintState, Grade
from kexin.service.models import Complaint, ComplaintEntry, ComplaintLink, ComplaintNote
from kexin.service.queries import ClockShown, shown

VIEW = "service.view_complaints"
TEXTS = (
    "complainant_name",
    "complainant_phone",
    "complainant_email",
    "representative_name",
    "representative_phone",
    "subject",
    "text",
    "demand",
    "findings",
    "regulator_reply",
)
OWNED, INVESTIGATED, RECEIVED = "owned", "inquiry", "received"
LATE, TODAY, LEGAL_LATE, LEGAL_SOON = "late", "today", "legal_late", "legal_soon"
MOST = 300
SOON = dt.timedelta(days=5)
W = TypeVar("W", ComplaintEntry, ComplaintNote)


@query(VIEW, label=_("See complaints"), record="list", plain=("state", "side", "due"))
def complaints(actor: Actor, *, state: str = "", side: str = "", due: str = "") -> QuerySet[Complaint]:
    """Cases within reach. ``side``: those one handles, investigates, or received; ``due``: late or due within 24 hours
    by our own limits, late or due within five days by law."""
    rows = Complaint.objects.visible_to(actor, VIEW)
    rows = rows.select_related("customer__party", "customer__unit", "unit", "concerned_unit")
    if state == "unfinished":
        rows = rows.unfinished()
    elif state in ComplaintState.values:
        rows = rows.filter(state=state)
    posts = list(actor.post_ids)
    columns = {OWNED: "officer_post__in", INVESTIGATED: "investigator_post__in", RECEIVED: "contact_post__in"}
    if side in columns:
        rows = rows.filter(**{columns[side]: posts})
    now = timezone.now()
    if due == LATE:
        rows = rows.filter(ticking=True, due_at__lt=now)
    elif due == TODAY:
        rows = rows.filter(ticking=True, due_at__gte=now, due_at__lt=now + dt.timedelta(hours=24))
    elif due == LEGAL_LATE:
        rows = rows.filter(legal_ticking=True, legal_due_at__lt=now)
    elif due == LEGAL_SOON:
        rows = rows.filter(legal_ticking=True, legal_due_at__gte=now, legal_due_at__lt=now + SOON)
    return rows


@dataclass(frozen=True, slots=True)
class ComplaintLine:
    """A line of the record: words with the complainant, a note, or a step of the course."""

    at: dt.datetime
    kind: str
    kind_label: str
    step: str
    text: str
    by: str
    channel: str
    reaction: str
    complaint_id: int


@dataclass(frozen=True, slots=True)
class ComplaintFile:
    """A case with its clocks by ruler, its record, and the cases beside it."""

    row: Complaint
    clocks: list[ClockShown]
    legal: list[ClockShown]
    entries: list[ComplaintLine]
    links: list[ComplaintLink]
    joined: list[Complaint]


@query(VIEW, label=_("See complaints"), record="open")
def complaint_file(actor: Actor, pk: int) -> ComplaintFile:
    """One case within reach, its words opened. NotFound."""
    rows = Complaint.objects.visible_to(actor, VIEW).select_related(
        "customer__party", "unit", "concerned_unit", "policy", "request", "joined_into", "officer_post"
    )
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return file_of(actor, row)


def file_of(actor: Actor, row: Complaint) -> ComplaintFile:
    """Everything of one case that its reader may see; other cases only where they are in reach, too."""
    now = timezone.now()
    seen = Complaint.objects.visible_to(actor, VIEW)
    joined = list(seen.filter(joined_into=row).order_by("opened_at"))
    cases = [row, *joined]
    entries = [_line(each) for each in _opened(ComplaintEntry, cases)]
    entries += [_line(each) for each in _opened(ComplaintNote, cases)]
    entries.sort(key=lambda each: each.at)
    links = ComplaintLink.objects.filter(Q(complaint=row) | Q(earlier=row)).select_related("complaint", "earlier")
    near = seen.filter(pk__in=links.values("complaint")) | seen.filter(pk__in=links.values("earlier"))
    known = set(near.values_list("pk", flat=True))
    shown_links = [each for each in links.order_by("at", "pk") if {each.complaint_id, each.earlier_id} <= known]
    decrypt_rows(Complaint, [row], TEXTS)
    clocks = [shown(each, now) for each in row.clocks.filter(round=row.round).order_by("due_at", "pk")]
    ours = [each for each in clocks if not each.clock.legal]
    return ComplaintFile(row, ours, [each for each in clocks if each.clock.legal], entries, shown_links, joined)


def _opened(model: type[W], rows: list[Complaint]) -> list[W]:
    found = model._default_manager.filter(complaint__in=rows).order_by("-at", "-pk")[:MOST]
    return list(decrypt_rows(model, list(found)[::-1], ("text",)))


def _line(row: ComplaintEntry | ComplaintNote) -> ComplaintLine:
    channel, reaction = (row.channel, row.reaction) if isinstance(row, ComplaintEntry) else ("", "")
    said = str(row.text or "")
    return ComplaintLine(
        row.at, row.kind, row.get_kind_display(), row.step, said, row.by, channel, reaction, row.complaint_id
    )


@query(VIEW, label=_("See complaints"))
def complaints_of(actor: Actor, customer: Customer) -> list[Complaint]:
    """The newest cases of a customer that the reader may see, unfinished ones first."""
    rows = Complaint.objects.visible_to(actor, VIEW).filter(customer=customer)
    found = sorted(rows.order_by("-opened_at", "-pk")[:20], key=lambda row: not row.is_open)
    return list(decrypt_rows(Complaint, found[:10], ("subject",)))


@dataclass(frozen=True, slots=True)
class ComplaintStanding:
    """Figures of the cases within reach; each opens its list. Lateness by either ruler is counted apart."""

    open: int
    late: int
    legal_late: int
    legal_soon: int
    major: int
    waiting: int


@query(VIEW, label=_("See complaints"))
def complaint_standing(actor: Actor) -> ComplaintStanding:
    """How many cases are open, late by our limits, late by law, due by law within five days, major, awaiting a word;
    each counted to 1,000 at most."""

    def count(rows: QuerySet[Complaint]) -> int:
        return rows.order_by().values("pk")[:1000].count()

    unfinished = complaints(actor, state="unfinished")
    return ComplaintStanding(
        count(unfinished),
        count(complaints(actor, state="unfinished", due=LATE)),
        count(complaints(actor, state="unfinished", due=LEGAL_LATE)),
        count(complaints(actor, state="unfinished", due=LEGAL_SOON)),
        count(unfinished.filter(grade=Grade.MAJOR)),
        count(complaints(actor, state=ComplaintState.CONFIRMING)),
    )


@query(VIEW, label=_("See complaints"))
def newest_complaint(actor: Actor) -> str:
    """What changes when a case within reach comes in or its complainant adds something: for lists that stay open."""
    seen = Complaint.objects.visible_to(actor, VIEW)
    case = seen.order_by("-opened_at", "-pk").values_list("pk", flat=True).first()
    said = ComplaintEntry.objects.filter(kind=ComplaintEntryKind.ASKED, complaint__in=seen.unfinished())
    return f"{case or 0}.{said.order_by('-pk').values_list('pk', flat=True).first() or 0}"
