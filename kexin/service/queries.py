"""Reads of requests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.party.models import Customer
from kexin.people.models import by_language
from kexin.service.choices import ClockState, RequestState
from kexin.service.deskwork.policies import DeskPolicy
from kexin.service.models import Clock, QueueMember, RequestEntry, RequestNote, ServiceRequest
from kexin.service.models.requests import awake_at

VIEW, VIEW_OWN = "service.view_requests", "service.view_own_requests"
TEXTS = ("subject", "text", "result_text", "caller_name", "caller_phone", "caller_email")
OWNED, MINE, OFFERED, QUEUED = "owned", "mine", "offered", "queued"
LATE, TODAY = "late", "today"
SNOOZED, EVERY = "snoozed", "all"
MOST = 200
NOTE = "note"
W = TypeVar("W", RequestEntry, RequestNote)


@dataclass(frozen=True, slots=True)
class ClockShown:
    """A clock with what a page tells of it now: ``left`` is negative where it is late."""

    clock: Clock
    late: bool
    left: dt.timedelta | None

    @property
    def label(self) -> str:
        return by_language(self.clock.name, self.clock.name_en)

    @property
    def level(self) -> str:
        if self.late:
            return "bad"
        if self.clock.state == ClockState.MET:
            return "good"
        if self.clock.state != ClockState.RUNNING or self.left is None:
            return "quiet"
        whole = self.clock.due_at - self.clock.started_at
        return "warn" if self.left * 4 < whole else "calm"


def shown(clock: Clock, now: dt.datetime) -> ClockShown:
    """As of a moment: late is what was met after its time, or still runs past it."""
    if clock.state == ClockState.RUNNING:
        return ClockShown(clock, now > clock.due_at, clock.due_at - now)
    return ClockShown(clock, clock.is_late, None)


@query(VIEW, label=_("See requests"), record="list", plain=("state", "side", "due", "rest"))
def requests(
    actor: Actor, *, state: str = "", side: str = "", due: str = "", rest: str = ""
) -> QuerySet[ServiceRequest]:
    """Requests within reach. ``side``: those one owns, one's own customers', those offered to one, those that wait in
    one's queues; ``due``: late or due within 24 hours; ``rest``: those put aside now, or ``all``. Without it, what one
    owns and put aside is left out until it comes back."""
    rows = ServiceRequest.objects.all()
    if state == "unfinished":
        rows = rows.unfinished()
    elif state in RequestState.values:
        rows = rows.filter(state=state)
    posts = list(actor.post_ids)
    if side == OWNED:
        rows = rows.filter(owner_post__in=posts)
    elif side == MINE:
        rows = rows.filter(Q(owner_post__in=posts) | Q(first_post__in=posts) | Q(customer__lead_post__in=posts))
    elif side == OFFERED:
        rows = rows.filter(offered_post__in=posts)
    elif side == QUEUED:
        works = QueueMember.objects.filter(post__in=posts, left_at=None).values("queue")
        rows = rows.filter(queued_at__isnull=False, queue__in=works)
    now = timezone.now()
    if due == LATE:
        rows = rows.filter(ticking=True, due_at__lt=now)
    elif due == TODAY:
        rows = rows.filter(ticking=True, due_at__gte=now, due_at__lt=now + dt.timedelta(hours=24))
    wake = in_force(DeskPolicy).wake_hours
    if rest == SNOOZED:
        rows = rows.asleep(now, wake)
    elif side == OWNED and rest != EVERY:
        rows = rows.awake(now, wake)
    return rows.visible_to(actor, VIEW).select_related("customer__party", "unit")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the record: words with the customer, or an internal note (without ``entry``)."""

    at: dt.datetime
    kind: str
    kind_label: str
    text: str
    by: str
    request_id: int
    entry: RequestEntry | None = None


@dataclass(frozen=True, slots=True)
class RequestFile:
    """A request with its clocks, its record in order of time (internal notes for staff alone), what was joined."""

    row: ServiceRequest
    clocks: list[ClockShown]
    entries: list[Line]
    joined: list[ServiceRequest]


@query(VIEW, label=_("See requests"), record="open")
def request_file(actor: Actor, pk: int) -> RequestFile:
    """One request within reach, its words opened. NotFound."""
    rows = ServiceRequest.objects.visible_to(actor, VIEW)
    row = rows.select_related("customer__party", "unit", "policy", "joined_into").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return _file(row, internal=True)


def _file(row: ServiceRequest, *, internal: bool) -> RequestFile:
    now = timezone.now()
    joined = list(row.joined.order_by("opened_at"))
    entries = [
        Line(each.at, each.kind, each.get_kind_display(), str(each.text), each.by, each.request_id, each)
        for each in _words(RequestEntry, row, joined)
    ]
    if internal:
        told = _t("Internal note")
        entries += [
            Line(each.at, NOTE, told, str(each.text), each.by, each.request_id)
            for each in _words(RequestNote, row, joined)
        ]
    entries.sort(key=lambda each: each.at)
    decrypt_rows(ServiceRequest, [row, *joined], TEXTS)
    clocks = [shown(each, now) for each in row.clocks.filter(round=row.round).order_by("due_at", "pk")]
    return RequestFile(row, clocks, entries, joined)


def _words(model: type[W], row: ServiceRequest, joined: list[ServiceRequest]) -> list[W]:
    rows = model._default_manager.filter(request__in=[row, *joined]).order_by("-at", "-pk")[:MOST]
    return list(decrypt_rows(model, list(rows)[::-1], ("text",)))


@query(VIEW, label=_("See requests"))
def requests_of(actor: Actor, customer: Customer) -> list[ServiceRequest]:
    """The newest requests of a customer that the reader may see, unfinished ones first."""
    rows = ServiceRequest.objects.visible_to(actor, VIEW).filter(customer=customer).select_related("unit")
    found = sorted(rows.order_by("-opened_at", "-pk")[:20], key=lambda row: row.state not in UNFINISHED)
    return list(decrypt_rows(ServiceRequest, found[:10], ("subject",)))


UNFINISHED = (RequestState.OPEN, RequestState.TOLD)


@query(VIEW_OWN, label=_("See one's own requests"), record="list")
def own_requests(actor: Actor) -> list[ServiceRequest]:
    """The newest requests of the customer who acts."""
    rows = ServiceRequest.objects.visible_to(actor, VIEW_OWN).exclude(state=RequestState.MERGED)
    return list(decrypt_rows(ServiceRequest, list(rows.order_by("-opened_at", "-pk")[:30]), ("subject",)))


@query(VIEW_OWN, label=_("See one's own requests"), record="open")
def own_request(actor: Actor, pk: int) -> RequestFile:
    """One request of one's own with what was said, internal notes left out. NotFound for any other."""
    row = ServiceRequest.objects.visible_to(actor, VIEW_OWN).select_related("policy", "unit").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return _file(row, internal=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """Figures of the requests within reach; each opens its list."""

    open: int
    late: int
    today: int
    offered: int
    waiting: int
    snoozed: int


@query(VIEW, label=_("See requests"))
def standing(actor: Actor) -> Standing:
    """How many requests are open, late, due within a day, offered to oneself, waiting for the customer's word, put
    aside by oneself; each counted to 1,000 at most."""

    if not ServiceRequest.objects.is_wide(actor, VIEW):
        return _counted(actor)

    def count(**which: str) -> int:
        return requests(actor, **which).order_by().values("pk")[:1000].count()

    return Standing(
        count(state=RequestState.OPEN),
        count(state="unfinished", due=LATE),
        count(state="unfinished", due=TODAY),
        count(state="unfinished", side=OFFERED),
        count(state=RequestState.TOLD),
        count(side=OWNED, rest=SNOOZED),
    )


def _counted(actor: Actor) -> Standing:
    """The same in one look, where little is within reach."""
    now, posts = timezone.now(), list(actor.post_ids)
    ticking = Q(ticking=True)
    aside = Q(owner_post__in=posts) & ~awake_at(now, in_force(DeskPolicy).wake_hours)
    wanted = {
        "open": Q(state=RequestState.OPEN),
        "late": ticking & Q(due_at__lt=now),
        "today": ticking & Q(due_at__gte=now, due_at__lt=now + dt.timedelta(hours=24)),
        "offered": Q(offered_post__in=posts),
        "waiting": Q(state=RequestState.TOLD),
        "snoozed": aside,
    }
    rows = requests(actor, state="unfinished").order_by()
    found = rows.aggregate(**{name: Count("pk", filter=each) for name, each in wanted.items()})
    return Standing(**{name: min(number, 1000) for name, number in found.items()})
