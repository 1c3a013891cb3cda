"""Requests of callers who are not on file (未建档来电): a name and a number, found again by it, a customer's later.

The name and the number lie encrypted under a key of the request's own. Whoever is asked first is responsible, and the
clocks run, as for a customer; once it is known whose it is, the request stands on that customer's page.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.keystore import customer_keys
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.query import query
from kexin.core.rekeying import BlindTable, Place, register_places
from kexin.core.tokens import exact_candidates, exact_token
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.people.models import Post
from kexin.service.choices import Urgency
from kexin.service.conversations.choices import ConversationChannel
from kexin.service.conversations.senders import customers_at
from kexin.service.events import CallerIdentified
from kexin.service.models import ServiceRequest
from kexin.service.queries import VIEW
from kexin.service.requests.handling import locked
from kexin.service.requests.opening import Caller, begin_request
from kexin.service.rules import clean
from kexin.service.work import CLOCKS, SUBJECT

OPENS, IDENTIFIES = "service.open_caller_request", "service.identify_caller"
PHONE, EMAIL = "caller phone", "caller e-mail"
LONGEST = {"name": 80, "phone": 30, "email": 254}
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def digits(phone: str) -> str:
    """What tells one number from another: the last eleven digits, so that +86 says nothing."""
    return "".join(each for each in phone if each.isdigit())[-11:]


def may_call(caller: Caller) -> Decision:
    """A name, and a number or an address by which the caller can be reached again."""
    decision = ALLOWED
    for field, most in LONGEST.items():
        if len(getattr(caller, field)) > most:
            decision &= refused("long", _("At most %(most)s characters.") % {"most": most}, field)
    if not caller.name:
        decision &= refused("name", _("Write down the name."), "name")
    if not caller.phone and not caller.email:
        decision &= refused("reach", _("Write down a telephone number or an e-mail address."), "phone")
    if caller.phone and len(digits(caller.phone)) < 5:
        decision &= refused("phone", _("This is no telephone number."), "phone")
    if caller.email and not _MAIL.fullmatch(caller.email):
        decision &= refused("email", _("This is no e-mail address."), "email")
    return decision


@operation(
    OPENS, label=_("Open a request of a caller who is not on file"), plain=("kind", "category", "channel", "urgency")
)
def open_caller_request(
    *,
    actor: Actor,
    name: str,
    kind: str,
    category: str,
    channel: str,
    subject: str,
    phone: str = "",
    email: str = "",
    text: str = "",
    urgency: str = Urgency.GENERAL,
    received_at: dt.datetime | None = None,
) -> ServiceRequest:
    """Somebody asks who is no customer, or says nothing by which the file could be found. Clocks run all the same."""
    caller = Caller(clean(name).replace("\n", " "), clean(phone), clean(email).lower())
    may_call(caller).enforce()
    post = Post.objects.filter(pk=actor.post_id or 0).first()
    if post is None:
        raise RuleViolation(_("Only somebody who holds a post can be responsible for a request."))
    row = begin_request(
        caller, customer_keys().create()[0], post, actor, kind, category, channel, subject, text, urgency, received_at
    )
    tokens = _tokens(caller.phone, caller.email)
    ServiceRequest.objects.filter(pk=row.pk).update(**tokens)
    for column, token in tokens.items():
        setattr(row, column, token)
    return row


@operation(IDENTIFIES, label=_("Say which customer a caller is"))
def identify_caller(request: ServiceRequest | int, *, actor: Actor, customer_id: int) -> ServiceRequest:
    """The caller is this customer, within the actor's reach. It is said once; words keep the key they have."""
    row = locked(request, actor)
    if row.customer_id is not None:
        raise RuleViolation(_("It is known already whose request this is."))
    who = Customer.objects.visible_to(actor, "party.view_customer").filter(pk=customer_id).first()
    if who is None or who.status in (CustomerStatus.MERGED, CustomerStatus.CLOSED):
        raise RuleViolation(fields={"customer": _("Choose a customer within your reach.")})
    row.customer = who
    row.version += 1
    row.save(update_fields=["customer", "version"])
    row.clocks.update(customer_id=who.pk)
    clocks = Q(kind__in=CLOCKS, subject_kind=SUBJECT, subject_id__in=list(row.clocks.values_list("pk", flat=True)))
    mine = Q(kind="service.offer", subject_kind="service.ServiceRequest", subject_id=row.pk)
    WorkItem.objects.open().filter(clocks | mine).update(customer_id=who.pk, version=F("version") + 1)
    emit(CallerIdentified(who.pk, row.request_no, row.pk))
    return row


@query(VIEW, label=_("See requests"))
def same_caller(actor: Actor, request: ServiceRequest) -> list[ServiceRequest]:
    """Other requests within reach from the same number or address, the newest first."""
    if not request.caller_name:
        return []
    rows = ServiceRequest.objects.visible_to(actor, VIEW).filter(
        from_caller(request.caller_phone, request.caller_email)
    )
    return list(rows.exclude(pk=request.pk).order_by("-opened_at", "-pk")[:10])


@query(VIEW, label=_("See requests"))
def perhaps_customers(actor: Actor, request: ServiceRequest) -> list[tuple[int, str]]:
    """Customers within reach who have this number or address on file: perhaps it is one of them."""
    if request.customer_id is not None:
        return []
    found = customers_at(ConversationChannel.SMS, str(request.caller_phone or ""))
    found |= customers_at(ConversationChannel.EMAIL, str(request.caller_email or ""))
    rows = Customer.objects.visible_to(actor, "party.view_customer").filter(pk__in=found).select_related("party")
    return [(row.pk, shown_name(actor, row)) for row in rows.order_by("pk")[:5]]


def from_caller(phone: str | None, email: str | None) -> Q:
    """Which requests came from this number or address."""
    found = Q(pk__in=())
    if phone and digits(str(phone)):
        found |= Q(phone_token__in=exact_candidates(PHONE, digits(str(phone))))
    if email:
        found |= Q(email_token__in=exact_candidates(EMAIL, str(email).strip().lower()))
    return found


def found_by(rows: QuerySet[ServiceRequest], said: str) -> QuerySet[ServiceRequest]:
    """Requests by what is typed into the box: the beginning of a number, or a caller's telephone or address."""
    typed = said.strip()
    if "@" in typed:
        return rows.filter(from_caller(None, typed))
    by_no = Q(request_no__startswith=typed.upper())
    if len(digits(typed)) >= 7 and not typed.upper().startswith("Q"):
        return rows.filter(by_no | from_caller(typed, None))
    return rows.filter(by_no)


def whose(actor: Actor, row: ServiceRequest) -> str:
    """The customer's name as the actor may read it; of somebody not on file, the name that was given."""
    return shown_name(actor, row.customer) if row.customer is not None else str(row.caller_name or "")


def _tokens(phone: str, email: str) -> dict[str, bytes | None]:
    return {
        "phone_token": exact_token(PHONE, digits(phone)) if digits(phone) else None,
        "email_token": exact_token(EMAIL, email) if email else None,
    }


def _anew(row: ServiceRequest) -> Mapping[str, Any]:
    return _tokens(str(row.caller_phone or ""), str(row.caller_email or ""))


def register() -> None:
    """Called once, when the floor is ready: tokens follow when their key changes."""

    def blind() -> Iterable[Place]:
        return (BlindTable(ServiceRequest, ("phone_token", "email_token"), _anew),)

    register_places("tokens", blind)
