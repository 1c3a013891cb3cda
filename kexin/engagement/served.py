"""服务记录 as one: what was done for customers, for what and by which channel, whoever keeps the record.

A floor registers where such records lie (:func:`register_served`); who asks gets the customers that were served within
a span, narrowed to a service or a channel. Only what reached the customer counts: a call in vain is no service.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Q, QuerySet, TextField, Value, When
from django.utils.translation import gettext as _t

from kexin.core.actor import Actor
from kexin.core.calendar import zone
from kexin.core.errors import type_text
from kexin.engagement.calls.choices import ListSource
from kexin.engagement.calls.queries import VIEW_CALLS
from kexin.engagement.calls.sources import call_rules
from kexin.engagement.choices import AppointmentPurpose, AppointmentState, Channel
from kexin.engagement.colleagues import VIEW as VIEW_APPOINTMENTS
from kexin.engagement.models import Appointment
from kexin.engagement.models.calls import Contact

ONE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of service: its words, and which records are of this kind."""

    label: type_text
    which: Q


@dataclass(frozen=True, slots=True)
class Served:
    """Records of service with a column ``customer``.

    ``rows(actor, right)`` are those within reach that reached the customer; ``day`` is their day or (``moment``) their
    moment. ``services()`` are their kinds by code, codes being the floor's own; ``channels`` says which went how.
    """

    right: str
    rows: Callable[[Actor, str], Any]
    day: str
    moment: bool
    services: Callable[[], Mapping[str, Service]]
    channels: Mapping[str, Q]


_registered: list[Served] = []


def register_served(source: Served) -> None:
    """A floor tells where it keeps records of service (in ``apps.ready``)."""
    _registered.append(source)


def services_for(actor: Actor) -> dict[str, type_text]:
    """Kinds of service that the actor may know of, with their words."""
    return {code: each.label for source in _for(actor) for code, each in source.services().items()}


def channels_for(actor: Actor) -> dict[str, type_text]:
    """Channels by which a service that the actor may know of can go, in their order."""
    used = {code for source in _for(actor) for code in source.channels}
    return {code: label for code, label in Channel.choices if code in used}


def served(
    actor: Actor, first: dt.date | None, last: dt.date | None, *, service: str = "", channel: str = ""
) -> Q | None:
    """Customers served from the first to the last day (None: open); for one service, by one channel, or both at once.

    A condition on customers; None where there is no such service or channel for this actor.
    """
    found: Q | None = None
    for _source, rows in _narrowed(actor, first, last, service, channel):
        each = Q(pk__in=rows.values("customer"))
        found = each if found is None else found | each
    return found


def served_how(
    actor: Actor,
    customers: QuerySet[Any],
    first: dt.date | None,
    last: dt.date | None,
    *,
    service: str = "",
    channel: str = "",
) -> Iterator[tuple[int, str | None, str | None]]:
    """Customer, service and channel of what :func:`served` finds among ``customers``, each once. A read per source."""
    for source, rows in _narrowed(actor, first, last, service, channel):
        kinds = [When(each.which, then=Value(code)) for code, each in source.services().items()]
        ways = [When(which, then=Value(str(code))) for code, which in source.channels.items()]
        text = TextField()
        found = rows.filter(customer__in=customers.order_by().values("pk")).annotate(
            served_as=Case(*kinds, output_field=text), served_by=Case(*ways, output_field=text)
        )
        yield from found.values_list("customer", "served_as", "served_by").distinct().iterator(chunk_size=10_000)


def _narrowed(
    actor: Actor, first: dt.date | None, last: dt.date | None, service: str, channel: str
) -> Iterator[tuple[Served, Any]]:
    """The records of each source within reach, of the span, of the service and the channel."""
    for source in _for(actor):
        rows = source.rows(actor, source.right).filter(customer__isnull=False).order_by()
        if service:
            kind = source.services().get(service)
            if kind is None:
                continue
            rows = rows.filter(kind.which)
        if channel:
            if channel not in source.channels:
                continue
            rows = rows.filter(source.channels[channel])
        if first is not None:
            rows = rows.filter(**{f"{source.day}__gte": _begin(first) if source.moment else first})
        if last is not None:
            after = last + ONE
            rows = rows.filter(**{f"{source.day}__lt": _begin(after) if source.moment else after})
        yield source, rows


def _for(actor: Actor) -> list[Served]:
    return [source for source in _registered if actor.may(source.right)]


def _begin(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone())


def _calls() -> dict[str, Service]:
    """Conversations by the rule or source of their call list, and those that stood on no list."""
    found = {
        f"call.{code}": Service(_t("Call: %(why)s") % {"why": label}, Q(entry__call_list__rule=code))
        for code, label in call_rules()
    }
    for source in (ListSource.CHOSEN, ListSource.FILE):
        which = Q(entry__call_list__source=source)
        found[f"call.{source.value}"] = Service(_t("Call list: %(source)s") % {"source": source.label}, which)
    found["call"] = Service(_t("Conversation without a list"), Q(entry=None))
    return found


def _meetings() -> dict[str, Service]:
    return {
        f"meeting.{code}": Service(label, Q(purpose=code))
        for code, label in AppointmentPurpose.choices
        if code != AppointmentPurpose.TEAM
    }


def register() -> None:
    """Called once, when the floor is ready."""
    register_served(
        Served(
            VIEW_CALLS,
            lambda actor, right: Contact.objects.visible_to(actor, right).filter(undone_at=None, reached=True),
            "on",
            False,
            _calls,
            {channel: Q(channel=channel) for channel in Channel.values if channel != Channel.PORTAL},
        )
    )
    away = {AppointmentPurpose.HOME: Channel.AWAY, AppointmentPurpose.CALL: Channel.PHONE}
    register_served(
        Served(
            VIEW_APPOINTMENTS,
            lambda actor, right: Appointment.objects.visible_to(actor, right).filter(state=AppointmentState.KEPT),
            "starts_at",
            True,
            _meetings,
            {
                Channel.BRANCH: ~Q(purpose__in=[*away, AppointmentPurpose.TEAM]),
                **{channel: Q(purpose=purpose) for purpose, channel in away.items()},
            },
        )
    )
