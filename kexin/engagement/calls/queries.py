"""Reads of calls: the queue, the brief of a customer, lists with their progress, the figures of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame, names
from kexin.core.actor import Actor
from kexin.core.calendar import business_date, business_now
from kexin.core.errors import NotFound, type_text
from kexin.core.fields import decrypt_rows
from kexin.core.models import Approval, WorkItem
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.workflow import work_kinds
from kexin.engagement.calls.choices import EntryState
from kexin.engagement.calls.known import Known, known_of
from kexin.engagement.calls.policies import CallPolicy, parse_time
from kexin.engagement.calls.products import (
    Opinion,
    Script,
    barred_products,
    opinion_now,
    reasons_against,
    script_for,
)
from kexin.engagement.calls.rules import is_quiet
from kexin.engagement.calls.working import NUMBERS, calls_today, waiting
from kexin.engagement.choices import AppointmentState
from kexin.engagement.colleagues import VIEW as VIEW_APPOINTMENTS
from kexin.engagement.models import Appointment, Note
from kexin.engagement.models.calls import CallEntry, CallEntryQuerySet, CallList, Contact
from kexin.engagement.policies import HandingPolicy
from kexin.engagement.queries import VIEW_NOTES
from kexin.holdings.queries import VIEW_ACCOUNTS, Position, portfolio
from kexin.party.models import ContactPoint, Customer, Party
from kexin.party.naming import shown_name
from kexin.party.rules import age_on
from kexin.products.texts.queries import VIEW_TEXTS

VIEW_CALLS = "engagement.view_calls"
LONGEST_QUEUE = 50
MOST_LISTS = 100
_FEW = 5
_MATURING = dt.timedelta(days=60)


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One line of the queue: who, why, since when it may be called."""

    entry: CallEntry
    name: str


@dataclass(slots=True)
class Queue:
    """What waits now, in the order of calling, and what is kept for the actor at this moment."""

    lines: list[QueueLine] = field(default_factory=list)
    held: CallEntry | None = None
    waiting: int = 0  # at most LONGEST_QUEUE + 1 are counted
    barred: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # products one may not speak of: why
    later: int = 0  # open, but not before a later moment


@query(VIEW_CALLS, label=_("See call lists"), record="list")
def queue(actor: Actor, call_list: int | None = None) -> Queue:
    """The actor's own queue over all lists, or on one."""
    rules = in_force(CallPolicy)
    now = business_now()
    rows = CallEntry.objects.visible_to(actor, VIEW_CALLS)
    rows = rows.filter(call_list=call_list) if call_list else rows
    found = list(waiting(rows, actor, rules, now).select_related("call_list")[: LONGEST_QUEUE + 1])
    decrypt_rows(CallEntry, found, ("reason",))
    called = names.called(actor, [row.customer_id for row in found])
    lines = [QueueLine(row, called[row.customer_id]) for row in found if row.customer_id in called]
    held = CallEntry.objects.open().filter(held_by=actor.name, held_until__gt=timezone.now())
    later = rows.open().to_be_called_by(actor).filter(due_at__gt=now, call_list__closed_at=None)[:1000].count()
    act = frame.current.get()
    if act is not None:
        act.notes["found"] = len(lines)
    mine = held.visible_to(actor, VIEW_CALLS).first()
    return Queue(lines[:LONGEST_QUEUE], mine, len(lines), _barred(rows, actor), later)


def _barred(rows: CallEntryQuerySet, actor: Actor) -> list[tuple[str, tuple[str, ...]]]:
    """Products of the actor's own open lines that the actor may not speak of."""
    found = barred_products(actor)
    if not found:
        return []
    open_lines = rows.open().to_be_called_by(actor).filter(call_list__closed_at=None, call_list__product__in=found)
    named = open_lines.order_by("call_list__product").values_list("call_list__product", "call_list__product__name")
    return [(name, found[pk]) for pk, name in named.distinct()]


@dataclass(slots=True)
class Brief:
    """What to know before calling: who, why now, the last contacts, open matters, and what not to do."""

    entry: CallEntry
    customer: Customer
    name: str
    age: int | None
    language: str
    contacts: list[ContactPoint]
    earlier: list[Contact]
    work: list[tuple[str, dt.datetime]]
    notes: list[Note]
    maturities: list[Position]
    meetings: list[Appointment]
    assets: Decimal | None
    beware: list[tuple[str, type_text]]  # level, sentence
    quiet: bool = False
    opinion: Opinion | None = None  # where the list is about a product: what is decided at this moment
    script: Script | None = None
    known: list[Known] = field(default_factory=list)  # what the floors above say; warnings stand in ``beware``

    @property
    def stopped(self) -> bool:
        """May the product not be offered any more? Then no number is shown."""
        return self.opinion is not None and not self.opinion.allowed


@query(VIEW_CALLS, label=_("See call lists"), record="open")
def call_brief(actor: Actor, entry_id: int) -> Brief:
    """The brief of one line; opening it is recorded with the customer's number."""
    entry = CallEntry.objects.select_related("call_list__product").fetch(entry_id, actor, VIEW_CALLS)
    rows = Customer.objects.visible_to(actor, "party.view_customer").select_related("party", "unit")
    customer = rows.filter(pk=entry.customer_id).first()
    if customer is None:
        raise NotFound
    act = frame.current.get()
    if act is not None:
        act.subject, act.customer_id = ("party.Customer", customer.pk), customer.pk
    rules = in_force(CallPolicy)
    party: Party = customer.party
    age = age_on(party.born_on, business_date()) if party.born_on else None
    points = ContactPoint.objects.filter(party=party, kind__in=NUMBERS).order_by("do_not_use", "-preferred", "pk")
    earlier = list(Contact.objects.filter(customer=customer, undone_at=None).order_by("-at", "-pk")[:_FEW])
    decrypt_rows(Contact, earlier, ("note",))
    now = business_now()
    brief = Brief(
        entry=entry,
        customer=customer,
        name=shown_name(actor, customer),
        age=age,
        language=party.language,
        contacts=list(points),
        earlier=earlier,
        work=_open_matters(actor, customer.pk),
        notes=_notes(actor, customer.pk),
        maturities=[],
        meetings=_meetings(actor, customer.pk),
        assets=None,
        beware=[],
        quiet=is_quiet(now, parse_time(rules.quiet_from), parse_time(rules.quiet_until)),
    )
    if actor.may(VIEW_ACCOUNTS):
        today = business_date()
        brief.assets = customer.assets
        brief.maturities = portfolio(actor, customer).maturities(today, today + _MATURING)[:_FEW]
    product = entry.call_list.product
    if product is not None:
        brief.opinion = opinion_now(actor, product.pk, customer.pk)
        if brief.opinion.script and actor.may(VIEW_TEXTS):
            brief.script = script_for(product, party.language or "")
    said = known_of(actor, customer)
    brief.known = [each for each in said if not each.level]
    brief.beware = _beware(brief, rules) + [(each.level, each.text) for each in said if each.level]
    return brief


def _open_matters(actor: Actor, customer_id: int) -> list[tuple[str, dt.datetime]]:
    if not actor.may("core.view_work"):
        return []
    rows = WorkItem.objects.visible_to(actor, "core.view_work").open().filter(customer_id=customer_id)
    found = rows.order_by("due_at")[:_FEW]
    return [(str(work_kinds[row.kind].sentence(row)), row.due_at) for row in found if row.kind in work_kinds]


def _meetings(actor: Actor, customer_id: int) -> list[Appointment]:
    if not actor.may(VIEW_APPOINTMENTS):
        return []
    rows = Appointment.objects.filter(customer=customer_id, state=AppointmentState.PLANNED, ends_at__gt=timezone.now())
    return list(rows.order_by("starts_at")[:_FEW])


def _notes(actor: Actor, customer_id: int) -> list[Note]:
    """The pinned ones, then the latest that anybody wrote."""
    if not actor.may(VIEW_NOTES):
        return []
    rows = Note.objects.visible_to(actor, VIEW_NOTES).filter(customer=customer_id, withdrawn_at=None)
    rows = rows.order_by("-written_at", "-pk")
    latest = rows.filter(pinned=False)[: in_force(HandingPolicy).brief_notes]
    return decrypt_rows(Note, [*rows.filter(pinned=True), *latest], ("text",))


def _beware(brief: Brief, rules: CallPolicy) -> list[tuple[str, type_text]]:
    """What not to do: the worst first."""
    found: list[tuple[str, type_text]] = []
    if brief.opinion is not None and brief.opinion.allowed:
        found += [("warn", text) for text in brief.opinion.conditions]
        if brief.script is not None and brief.script.missing:
            found.append(("warn", brief.script.missing))
        elif not brief.opinion.script:
            found.append(("warn", _("No script may be read to this customer about the product.")))
    if not any(not point.do_not_use for point in brief.contacts):
        found.append(("bad", _("No number that may be used: do not call.")))
    elif any(point.do_not_use for point in brief.contacts):
        found.append(("warn", _("One number must not be used.")))
    if brief.quiet:
        values = {"first": rules.quiet_from, "last": rules.quiet_until}
        found.append(("bad", _("No calls between %(first)s and %(last)s.") % values))
    times = calls_today(brief.customer.pk)
    if times:
        level = "bad" if times >= rules.per_customer_a_day else "warn"
        found.append((level, _("Called %(count)s times today already.") % {"count": times}))
    if Approval.objects.filter(customer_id=brief.customer.pk, status="open").exists():
        found.append(("warn", _("A proposal on this customer waits for a decision: promise nothing about it.")))
    if brief.age is not None and brief.age >= rules.elder_age:
        found.append(("warn", _("Aged %(age)s: speak slowly, sell nothing by telephone.") % {"age": brief.age}))
    if brief.customer.status == "dormant":
        found.append(("warn", _("Dormant: verify who is speaking first.")))
    return found


@dataclass(frozen=True, slots=True)
class NotCalled:
    """A customer of a list about a product who is not called, and why in the words for whoever sells."""

    entry: CallEntry
    name: str
    reasons: tuple[str, ...]


@query(VIEW_CALLS, label=_("See call lists"), record="list")
def not_called(actor: Actor, call_list: int | None = None) -> list[NotCalled]:
    """Customers to whom the product may not be offered: of one list, or those stopped today among the actor's own."""
    rows = CallEntry.objects.visible_to(actor, VIEW_CALLS).filter(state=EntryState.REFUSED)
    if call_list is not None:
        rows = rows.filter(call_list=call_list)
    else:
        start = business_now().replace(hour=0, minute=0, second=0, microsecond=0)
        rows = rows.to_be_called_by(actor).filter(closed_at__gte=start)
    found = list(rows.order_by("-closed_at", "rank")[: MOST_LISTS if call_list else _FEW])
    if not found:
        return []
    called, told = names.called(actor, [row.customer_id for row in found]), reasons_against([r.opinion for r in found])
    return [NotCalled(row, called.get(row.customer_id, ""), told.get(row.opinion or 0, ())) for row in found]


# -- lists ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Progress:
    """How far a list is: lines by state, by result, by manager."""

    call_list: CallList
    total: int = 0
    states: dict[str, int] = field(default_factory=dict)
    results: dict[str, int] = field(default_factory=dict)
    managers: list[tuple[str, int, int, int]] = field(default_factory=list)  # name, lines, finished, reached

    @property
    def open(self) -> int:
        return self.states.get(EntryState.OPEN, 0)

    @property
    def finished(self) -> int:
        return self.total - self.open


@query(VIEW_CALLS, label=_("See call lists"))
def call_lists(actor: Actor) -> list[Progress]:
    """Lists within reach and lists on which the actor has lines, the newest first, with how far they are."""
    mine = CallEntry.objects.visible_to(actor, VIEW_CALLS).filter(post_id__in=actor.post_ids).values("call_list")
    reach = CallList.objects.visible_to(actor, VIEW_CALLS).order_by().values("pk")
    rows = (
        CallList.objects.filter(Q(pk__in=reach) | Q(pk__in=mine))
        .select_related("product")
        .order_by("-made_at", "-pk")[:MOST_LISTS]
    )
    found = {row.pk: Progress(row) for row in rows}
    entries = CallEntry.objects.visible_to(actor, VIEW_CALLS).filter(call_list__in=found).order_by()
    for pk, state, number in entries.values_list("call_list", "state").annotate(n=Count("pk")):
        found[pk].states[state] = number
        found[pk].total += number
    return list(found.values())


def list_in_reach(actor: Actor, pk: int) -> CallList:
    """One list within reach, or on which the actor has lines; else :class:`NotFound`."""
    row = CallList.objects.visible_to(actor, VIEW_CALLS).filter(pk=pk).select_related("product").first()
    if row is None:
        mine = CallEntry.objects.visible_to(actor, VIEW_CALLS).filter(call_list=pk, post_id__in=actor.post_ids)
        row = CallList.objects.filter(pk=pk).first() if mine.exists() else None
    if row is None:
        raise NotFound
    return row


@query(VIEW_CALLS, label=_("See call lists"))
def progress(actor: Actor, pk: int) -> Progress:
    """One list with its lines within reach by state, result and manager."""
    found = Progress(list_in_reach(actor, pk))
    entries = CallEntry.objects.visible_to(actor, VIEW_CALLS).filter(call_list=pk).order_by()
    by_post: dict[int, list[int]] = {}
    cells = entries.values_list("post_id", "state", "result").annotate(n=Count("pk"))
    reached = _reached_by_post(entries)
    for post_id, state, result, number in cells:
        found.total += number
        found.states[state] = found.states.get(state, 0) + number
        if result:
            found.results[result] = found.results.get(result, 0) + number
        line = by_post.setdefault(post_id or 0, [0, 0])
        line[0] += number
        line[1] += number if state != EntryState.OPEN else 0
    labels = names.posts([post for post in by_post if post])
    found.managers = sorted(
        (labels.get(post, ""), total, finished, reached.get(post, 0)) for post, (total, finished) in by_post.items()
    )
    return found


def _reached_by_post(entries: QuerySet[CallEntry]) -> dict[int, int]:
    """Lines whose customer was spoken to at least once."""
    spoken = Contact.objects.filter(entry__in=entries.values("pk"), reached=True, undone_at=None).values("entry")
    rows = entries.filter(pk__in=spoken).values_list("post_id").annotate(n=Count("pk"))
    return {post_id or 0: number for post_id, number in rows}


@dataclass(frozen=True, slots=True)
class ContactsToday:
    """What the actor logged today."""

    logged: int
    reached: int


@query(VIEW_CALLS, label=_("See call lists"))
def contacts_today(actor: Actor) -> ContactsToday:
    """How many contacts the actor logged today, and in how many of them the customer was spoken to."""
    rows = Contact.objects.filter(on=business_date(), by=actor.name, undone_at=None)
    figures = rows.aggregate(logged=Count("pk"), reached=Count("pk", filter=Q(reached=True)))
    return ContactsToday(figures["logged"], figures["reached"])


@query(VIEW_CALLS, label=_("See call lists"))
def last_logged(actor: Actor) -> Contact | None:
    """The result that the actor can still take back."""
    since = timezone.now() - dt.timedelta(minutes=in_force(CallPolicy).undo_minutes)
    rows = Contact.objects.filter(on=business_date(), by=actor.name, entry__isnull=False)
    row = rows.select_related("appointment").order_by("-pk").first()
    return row if row is not None and row.undone_at is None and row.at >= since else None


def entries_shown(rows: Sequence[CallEntry]) -> list[CallEntry]:
    """Lines with their reasons opened."""
    return decrypt_rows(CallEntry, rows, ("reason",))
