"""Reads of telephone calls."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.service.complaints.queries import VIEW as VIEW_COMPLAINTS
from kexin.service.complaints.queries import complaints_of
from kexin.service.conversations.choices import ConversationChannel
from kexin.service.conversations.senders import customers_at
from kexin.service.models import Complaint, PhoneCall, PhoneExtension, ServiceRequest
from kexin.service.queries import VIEW as VIEW_REQUESTS
from kexin.service.queries import requests_of
from kexin.service.telephony.choices import CallState
from kexin.service.telephony.policies import TelephonyPolicy

VIEW_CALLS = "service.view_phone_calls"
MISSED, UNNOTED, TODAY = "missed", "unnoted", "today"
CALL_VIEWS = (MISSED, UNNOTED, TODAY)
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer with the caller's number on file, with what is open; within the reader's reach."""

    customer: Customer
    requests: list[ServiceRequest] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Caller:
    """A call and who it may be; ``elsewhere``: units of customers with this number outside the reader's reach."""

    call: PhoneCall
    candidates: list[Candidate]
    elsewhere: list[str]

    @property
    def known(self) -> Candidate | None:
        """The one customer it is."""
        return self.candidates[0] if self.call.customer_id is not None and self.candidates else None


@query(VIEW_CALLS, label=_("See telephone calls"), record="list", plain=("view",))
def phone_calls(actor: Actor, *, view: str = "") -> QuerySet[PhoneCall]:
    """Calls within reach. ``view``: nobody took them and nobody has called back; had and not written down; of today
    and yesterday; empty: all."""
    rows = PhoneCall.objects.visible_to(actor, VIEW_CALLS).select_related("customer__party", "post__unit")
    if view == MISSED:
        return rows.filter(state=CallState.MISSED, back="")
    if view == UNNOTED:
        return rows.filter(state=CallState.ENDED, answered_at__isnull=False, conversation=None)
    if view == TODAY:
        return rows.filter(began_at__gte=timezone.now() - dt.timedelta(days=1))
    return rows


@query(VIEW_CALLS, label=_("See telephone calls"), record="open")
def phone_call(actor: Actor, pk: int) -> Caller:
    """One call within reach, with who it may be. NotFound."""
    rows = PhoneCall.objects.visible_to(actor, VIEW_CALLS)
    row = rows.select_related("customer__party", "post__unit", "conversation").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return callers(actor, [row])[0]


@query(VIEW_CALLS, label=_("See telephone calls"))
def has_extension(actor: Actor) -> bool:
    """Does a telephone ring at one of the actor's posts?"""
    return PhoneExtension.objects.filter(post__in=list(actor.post_ids), ended_at=None).exists()


@query(VIEW_CALLS, label=_("See telephone calls"), record="list")
def calls_now(actor: Actor) -> list[Caller]:
    """What the actor's telephone does now: it rings, somebody speaks, or a call has just ended without a note."""
    posts, now, rules = list(actor.post_ids), timezone.now(), in_force(TelephonyPolicy)
    mine = PhoneCall.objects.select_related("customer__party", "post__unit", "conversation")
    ringing = Q(
        state=CallState.RINGING,
        rung_posts__overlap=posts,
        began_at__gt=now - dt.timedelta(minutes=rules.ring_minutes),
    )
    talking = Q(state=CallState.TALKING, post__in=posts, began_at__gt=now - dt.timedelta(hours=rules.talk_hours))
    live = list(mine.filter(Q(state__in=(CallState.RINGING, CallState.TALKING)), ringing | talking)[:MOST_SHOWN])
    lingering = mine.filter(
        post__in=posts,
        began_at__gt=now - dt.timedelta(hours=rules.talk_hours),
        state=CallState.ENDED,
        answered_at__isnull=False,
        ended_at__gt=now - dt.timedelta(minutes=rules.linger_minutes),
        conversation=None,
    )
    found = live + list(lingering.order_by("-began_at")[:MOST_SHOWN])
    return callers(actor, sorted(found, key=lambda row: row.began_at, reverse=True)[:MOST_SHOWN])


def callers(actor: Actor, rows: list[PhoneCall]) -> list[Caller]:
    """Who each call may be, with what is open there."""
    decrypt_rows(PhoneCall, rows, ("number",))
    return [_caller(actor, row) for row in rows]


def _caller(actor: Actor, row: PhoneCall) -> Caller:
    if row.customer_id is not None:
        ids = {row.customer_id}
    else:
        ids = customers_at(ConversationChannel.PHONE, str(row.number or ""))
    people = Customer.objects.filter(pk__in=ids).exclude(status__in=(CustomerStatus.MERGED, CustomerStatus.CLOSED))
    reach = people.visible_to(actor, "party.view_customer") if actor.may("party.view_customer") else people.none()
    near = list(reach.select_related("party", "unit").order_by("pk"))
    far = people.exclude(pk__in=[each.pk for each in near]).select_related("unit").order_by("pk")
    elsewhere = list(dict.fromkeys(each.unit.shown_name for each in far))
    return Caller(row, [_candidate(actor, each) for each in near], elsewhere)


def _candidate(actor: Actor, customer: Customer) -> Candidate:
    asked = requests_of(actor, customer) if actor.may(VIEW_REQUESTS) else []
    cases = complaints_of(actor, customer) if actor.may(VIEW_COMPLAINTS) else []
    return Candidate(
        customer,
        [each for each in asked if each.state in ("open", "told")][:3],
        [each for each in cases if each.is_open][:3],
    )


def lost_calls(limit: int = 200) -> list[int]:
    """Calls of which nothing more was heard, the oldest first."""
    from kexin.service.telephony.taking import latest_begin

    now, rules, live = timezone.now(), in_force(TelephonyPolicy), (CallState.RINGING, CallState.TALKING)
    lost = [Q(state=state, began_at__lte=latest_begin(state, rules, now)) for state in live]
    rows = PhoneCall.objects.filter(Q(state__in=live), lost[0] | lost[1])
    return list(rows.order_by("began_at").values_list("pk", flat=True)[:limit])
