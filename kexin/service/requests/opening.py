"""Opening a request: whoever is asked first owns it from that moment (首问负责制, F-08)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import duty_holder
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.people.models import Post
from kexin.service.choices import MODE_OF, Channel, EntryKind, Urgency
from kexin.service.events import RequestOpened
from kexin.service.models import RequestEntry, RequestNote, ServiceRequest
from kexin.service.policies import Kind, RequestPolicy
from kexin.service.requests.running import begin_clocks, now
from kexin.service.rules import clean, may_open


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who is not on file."""

    name: str
    phone: str
    email: str

    def columns(self) -> dict[str, str | None]:
        """As they stand in the request."""
        return {f"caller_{each}": getattr(self, each) or None for each in ("name", "phone", "email")}


HANDLES = "service.record_contact"  # who may do this can be responsible for requests


@operation("service.open_request", label=_("Open a request"), plain=("kind", "category", "channel", "urgency"))
def open_request(
    customer: Customer | int,
    *,
    actor: Actor,
    kind: str,
    category: str,
    channel: str,
    subject: str,
    text: str = "",
    urgency: str = Urgency.GENERAL,
    received_at: dt.datetime | None = None,
) -> ServiceRequest:
    """What a customer asks, by whatever way. Its clocks run from when it was received, not from when it was typed."""
    row = Customer.objects.lock(customer, actor)
    post = Post.objects.filter(pk=actor.post_id or 0).first()
    if post is None:
        raise RuleViolation(_("Only somebody who holds a post can be responsible for a request."))
    key = row.party.key_id
    return begin_request(row, key, post, actor, kind, category, channel, subject, text, urgency, received_at)


@operation("service.send_own_request", label=_("Send a request"), plain=("kind", "category"))
def send_own_request(*, actor: Actor, kind: str, category: str, subject: str, text: str = "") -> ServiceRequest:
    """The customer asks on the portal. The lead manager is asked first, else who serves the customer's unit."""
    assert actor.customer_id is not None
    row = Customer.objects.select_for_update(of=("self",)).get(pk=actor.customer_id)
    post = _held(row.lead_post_id) or _held(duty_holder(HANDLES, row.unit_id))
    if post is None:
        raise RuleViolation(_("Your request cannot be taken here at the moment. Please telephone us."))
    key = row.party.key_id
    return begin_request(row, key, post, actor, kind, category, Channel.PORTAL, subject, text, Urgency.GENERAL, None)


def _held(pk: int | None) -> Post | None:
    held = Post.objects.filter(pk=pk or 0, closed_on=None, holders__ends_on=None)
    return held.filter(roles__role__grants__operation=HANDLES).first()


def begin_request(
    who: Customer | Caller,
    key_id: UUID,
    post: Post,
    actor: Actor,
    kind: str,
    category: str,
    channel: str,
    subject: str,
    text: str,
    urgency: str,
    received_at: dt.datetime | None,
) -> ServiceRequest:
    """Inside an operation: whole, owned by this post, with its clocks, its first words and its key."""
    customer = who if isinstance(who, Customer) else None
    if customer is not None and customer.status in (CustomerStatus.MERGED, CustomerStatus.CLOSED):
        raise RuleViolation(_("The file is closed and can only be read."))
    rules, at = in_force(RequestPolicy), now()
    said, about, known = clean(text), clean(subject), rules.kind(kind)
    may_open(
        kind=known,
        category=category,
        channel=channel,
        urgency=urgency,
        subject=about,
        text=said,
        received_at=received_at or at,
        now=at,
    ).enforce()
    assert isinstance(known, Kind)
    key = _next_key()
    row = ServiceRequest(
        pk=key,
        request_no=f"Q{business_date().year}{key:08d}",
        customer=customer,
        key_id=key_id,
        **({} if isinstance(who, Customer) else who.columns()),
        kind=kind,
        category=category,
        channel=channel,
        mode=MODE_OF[Channel(channel)],
        urgency=urgency,
        subject=about,
        text=said or None,
        stage=known.stages[0].code,
        unit_id=post.unit_id,
        owner_post=post,
        first_post=post,
        received_at=received_at or at,
        opened_at=at,
        due_at=at,
        opened_by=actor.name,
        policy_id=rules.policy_version,
    )
    row.save(force_insert=True)
    record(row, EntryKind.ASKED, said or about, actor, at=row.received_at, channel=channel)
    begin_clocks(row, known.milestones, row.received_at)
    emit(RequestOpened(row.customer_id, row.request_no, row.pk, kind, known.name, channel))
    return row


def record(
    row: ServiceRequest,
    kind: EntryKind,
    text: str,
    actor: Actor,
    *,
    at: dt.datetime | None = None,
    channel: str = "",
    reaction: str = "",
) -> RequestEntry:
    """Words exchanged with the customer, as a line of the record; what was put aside comes back when they speak."""
    if kind == EntryKind.ASKED and row.snoozed_until is not None:
        row.snoozed_until = None
        ServiceRequest.objects.filter(pk=row.pk).update(snoozed_until=None)
    entry = RequestEntry(
        request=row,
        customer_id=row.customer_id,
        key_id=row.key_id,
        kind=kind,
        channel=channel,
        text=text,
        reaction=reaction,
        at=at or now(),
        by=actor.name,
    )
    entry.save()
    return entry


def note(row: ServiceRequest, text: str, actor: Actor, asked: Sequence[int] = ()) -> RequestNote:
    """What no customer reads."""
    made = RequestNote(request=row, customer_id=row.customer_id, key_id=row.key_id, text=text, at=now(), by=actor.name)
    made.asked_posts = list(asked)
    made.save()
    return made


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('service_servicerequest', 'id'))")
        return int(cursor.fetchone()[0])
