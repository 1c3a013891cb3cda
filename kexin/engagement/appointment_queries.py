"""Reads of the calendar: days of a team, one appointment, a customer's meetings, what is to be told now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import names
from kexin.core.actor import Actor
from kexin.core.calendar import zone
from kexin.core.choices import Reach
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.models import WorkItem
from kexin.core.query import query
from kexin.engagement.choices import AppointmentState
from kexin.engagement.colleagues import VIEW, colleagues_of
from kexin.engagement.models import Appointment, CalendarFeed, Note, Reminder
from kexin.engagement.queries import VIEW_NOTES, customer_for
from kexin.engagement.tokens import digest_of
from kexin.engagement.work import ANSWER, HANDED, REMINDER
from kexin.party.models import Customer
from kexin.people.queries import actor_for

VIEW_REMINDERS = "engagement.view_reminders"
LABEL = _("See appointments")
MOST_ENTRIES = 2000
MOST_TOLD = 20
TOLD_LENGTH = 80  # characters of a note in a notice
ARRIVAL_SHOWN = dt.timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting on a calendar. ``busy``: the reader may know that the time is taken, and no more."""

    id: int
    post_id: int
    others: tuple[int, ...]
    starts_at: dt.datetime  # local
    ends_at: dt.datetime
    busy: bool
    state: str = ""
    purpose: str = ""
    purpose_label: str = ""
    customer_id: int | None = None
    customer: str = ""
    place: str = ""
    about: str = ""
    version: int = 0
    arrived: bool = False
    mine: bool = False


def day_span(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """From the first moment of a day until the first moment after another, local time."""
    start = dt.datetime.combine(first, dt.time(), zone())
    return start, dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone())


@query(VIEW, label=LABEL, record="list")
def calendar_entries(actor: Actor, first: dt.date, last: dt.date, posts: Collection[int] | None = None) -> list[Entry]:
    """Meetings from a day until a day of these posts (one's own where none are named), in order of time.

    Posts must be colleagues of one's unit or within reach. Cancelled ones are left out. Whose customer is out of
    reach, or that are beyond the actor's own scope, come as busy.
    """
    wanted = set(actor.post_ids if posts is None else posts)
    if wanted - set(actor.post_ids) and wanted - dict(colleagues_of(actor)).keys():
        raise NotFound
    start, end = day_span(first, last)
    rows = (
        Appointment.objects.attended_by(sorted(wanted))
        .filter(starts_at__lt=end, ends_at__gt=start)
        .exclude(state=AppointmentState.CANCELLED)
        .order_by("starts_at", "pk")[:MOST_ENTRIES]
    )
    return entries_of(actor, rows)


def entries_of(actor: Actor, rows: Iterable[Appointment]) -> list[Entry]:
    """Rows as this reader may see them; three reads."""
    found = list(rows)
    own = set(actor.post_ids)
    seen = {row.pk for row in found if own & {row.post_id, *row.others}}
    rest = [row.pk for row in found if row.pk not in seen]
    if rest:
        reach = Appointment.objects.visible_to(actor, VIEW).filter(pk__in=rest)
        seen |= set(reach.values_list("pk", flat=True))
    called = names.called(actor, [row.customer_id for row in found if row.customer_id and row.pk in seen])
    whole = [row for row in found if row.pk in seen and (row.customer_id is None or row.customer_id in called)]
    decrypt_rows(Appointment, [row for row in whole if row.key_id], ("place", "about"))
    shown = {row.pk for row in whole}
    return [_entry(row, called.get(row.customer_id or 0, ""), own, whole=row.pk in shown) for row in found]


def _entry(row: Appointment, customer: str, own: set[int], *, whole: bool) -> Entry:
    begin, end = row.starts_at.astimezone(zone()), row.ends_at.astimezone(zone())
    others = tuple(row.others)
    if not whole:
        return Entry(row.pk, row.post_id, others, begin, end, busy=True)
    return Entry(
        row.pk,
        row.post_id,
        others,
        begin,
        end,
        busy=False,
        state=row.state,
        purpose=row.purpose,
        purpose_label=str(row.get_purpose_display()),
        customer_id=row.customer_id,
        customer=customer,
        place=row.said("place"),
        about=row.said("about"),
        version=row.version,
        arrived=row.arrived_at is not None and row.state == AppointmentState.PLANNED,
        mine=row.post_id in own,
    )


@query(VIEW, label=LABEL, record="open")
def appointment_in_reach(actor: Actor, pk: int) -> Appointment:
    """One meeting with its texts opened, or :class:`NotFound`; also where its customer is out of reach."""
    row = Appointment.objects.visible_to(actor, VIEW).select_related("customer").filter(pk=pk).first()
    if row is None:
        raise NotFound
    if row.customer_id is not None:
        reach = Customer.objects.visible_to(actor, "party.view_customer")
        if not reach.filter(pk=row.customer_id).exists():
            raise NotFound
        decrypt_rows(Appointment, [row], Appointment.TEXTS)
    return row


@query(VIEW, label=LABEL)
def appointments_of(actor: Actor, customer_id: int, most: int = 10) -> list[Appointment]:
    """Meetings with a customer whoever holds them: those to come first, then the last ones; texts opened."""
    customer_for(actor, customer_id, "party.view_customer")
    rows = Appointment.objects.filter(customer_id=customer_id)
    planned = list(rows.filter(state=AppointmentState.PLANNED).order_by("starts_at")[:most])
    past = list(rows.exclude(state=AppointmentState.PLANNED).order_by("-starts_at")[: most - len(planned)])
    return decrypt_rows(Appointment, planned + past, Appointment.TEXTS)


@query(VIEW_REMINDERS, label=_("See one's reminders"))
def reminder_in_reach(actor: Actor, pk: int) -> tuple[Reminder, WorkItem]:
    """A reminder and its work item, for whom the work item reaches."""
    items = WorkItem.objects.visible_to(actor, "core.view_work").filter(kind=REMINDER, subject_id=pk)
    item = items.order_by("-pk").first()
    row = Reminder.objects.filter(pk=pk).first()
    if item is None or row is None:
        raise NotFound
    return row, item


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told now. ``key`` names it, so that a page tells it once."""

    key: str
    kind: str  # reminder, soon, arrived, handed, answered
    at: dt.datetime  # local
    text: str
    customer: str
    customer_id: int | None
    subject_id: int


@query(VIEW_REMINDERS, label=_("See one's reminders"))
def notices(actor: Actor) -> list[Notice]:
    """Reminders that are due, meetings that begin within their reminder, customers who have come, notes handed over.

    Of one's own posts; who tells arrivals for a whole unit (the hall) is told those of the unit by colleagues, too.
    """
    now = timezone.now()
    items = (
        WorkItem.objects.open()
        .filter(kind=REMINDER, owner_post_id__in=actor.post_ids, due_at__lte=now)
        .filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now))
        .order_by("-due_at")[:MOST_TOLD]
    )
    due = {item.subject_id: item for item in items if item.subject_id is not None}
    rows = decrypt_rows(Reminder, Reminder.objects.filter(pk__in=list(due)), ("text",)) if due else []
    soon = list(
        Appointment.objects.attended_by(list(actor.post_ids))
        .filter(state=AppointmentState.PLANNED, ends_at__gt=now - ARRIVAL_SHOWN)
        .filter(
            Q(arrived_at__gt=now - ARRIVAL_SHOWN)
            | Q(
                remind_minutes__isnull=False,
                starts_at__gt=now,
                starts_at__lte=ExpressionWrapper(
                    Value(now) + Value(dt.timedelta(minutes=1)) * F("remind_minutes"), DateTimeField()
                ),
            )
        )
        .order_by("starts_at")[:MOST_TOLD]
    )
    soon += _come_to_the_hall(actor, now)
    handed = _handed(actor, now)
    called = names.called(actor, [each.customer_id for each in (*rows, *soon, *handed) if each.customer_id])
    told = [
        Notice(
            f"arrived-{row.pk}-{row.version}" if row.arrived_at else f"soon-{row.pk}-{row.starts_at:%d%H%M}",
            "arrived" if row.arrived_at else "soon",
            (row.arrived_at or row.starts_at).astimezone(zone()),
            str(row.get_purpose_display()),
            called.get(row.customer_id or 0, ""),
            row.customer_id,
            row.pk,
        )
        for row in soon
    ]
    told += [
        Notice(
            f"reminder-{row.pk}-{due[row.pk].version}",
            "reminder",
            row.due_at.astimezone(zone()),
            row.said(),
            called.get(row.customer_id or 0, ""),
            row.customer_id,
            row.pk,
        )
        for row in rows
    ]
    told += [
        Notice(
            f"handed-{row.pk}",
            "answered" if row.answers_id else "handed",
            row.handed_at.astimezone(zone()),
            " ".join(str(row.text or "").split())[:TOLD_LENGTH],
            called.get(row.customer_id, ""),
            row.customer_id,
            row.pk,
        )
        for row in handed
        if row.handed_at is not None
    ]
    return sorted(told, key=lambda each: (each.kind != "arrived", each.at))


def _handed(actor: Actor, now: dt.datetime) -> list[Note]:
    """Notes and answers that wait for the actor's posts, with their texts, to who may see notes."""
    if not actor.may(VIEW_NOTES):
        return []
    items = WorkItem.objects.open().filter(kind__in=(HANDED, ANSWER), owner_post_id__in=actor.post_ids)
    items = items.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now)).order_by("-opened_at")[:MOST_TOLD]
    wanted = [item.subject_id for item in items if item.subject_id is not None]
    if not wanted:
        return []
    return decrypt_rows(Note, Note.objects.visible_to(actor, VIEW_NOTES).filter(pk__in=wanted), ("text",))


def _come_to_the_hall(actor: Actor, now: dt.datetime) -> list[Appointment]:
    """Arrivals at the actor's own unit that colleagues told, for meetings of others."""
    grants = actor.grants_for("engagement.mark_arrival")
    if actor.unit_id is None or not any(grant.reach != Reach.PORTFOLIO for grant in grants):
        return []
    rows = Appointment.objects.visible_to(actor, "engagement.mark_arrival").filter(
        unit=actor.unit_id, state=AppointmentState.PLANNED, arrived_at__gt=now - ARRIVAL_SHOWN
    )
    rows = rows.exclude(post__in=actor.post_ids).exclude(others__overlap=list(actor.post_ids))
    return list(rows.exclude(arrived_told_by=actor.name).order_by("-arrived_at")[:MOST_TOLD])


@query("engagement.view_feed", label=_("See one's calendar feed"))
def feed_of(actor: Actor) -> CalendarFeed | None:
    """The address of one's feed, if there is one; not the token, which nobody keeps."""
    return CalendarFeed.objects.filter(user=actor.user_id).first()


def reader_of_feed(token: str) -> Actor | None:
    """Who reads at this address: the person as granted today, or None where the address leads nowhere.

    The address was made in a session with a second factor and stands for it.
    """
    feed = CalendarFeed.objects.filter(digest=digest_of(token), user__is_active=True).select_related("user").first()
    if feed is None:
        return None
    actor = actor_for(feed.user, session="feed", methods=("feed", "mfa"))
    return actor if actor.may(VIEW) else None
