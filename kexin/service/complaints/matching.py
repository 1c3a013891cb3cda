"""Cases that belong together: one person through five channels, the same words from many, one representative for all.

What is compared are blind tokens: nobody reads a telephone number to find another.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.rekeying import BlindTable, Place, register_places
from kexin.core.tokens import exact_candidates, exact_token
from kexin.party.models import Customer
from kexin.service.complaints.choices import ComplaintState, LinkKind
from kexin.service.complaints.events import ComplaintsJoined
from kexin.service.complaints.record import locked, step
from kexin.service.complaints.rules import TABLE
from kexin.service.complaints.timing import end_case
from kexin.service.complaints.work import settle_all
from kexin.service.models import Complaint, ComplaintLink
from kexin.service.requests.running import now

PHONE, EMAIL, TEXT = "complaint phone", "complaint e-mail", "complaint text"
MOST_LINKS = 50
SHORTEST = 12  # signs of a text below which equal words say nothing
JOIN = "service.join_complaints"
UNDECIDED = (ComplaintState.ACCEPTED, ComplaintState.INVESTIGATING, ComplaintState.HANDLING)


@dataclass(frozen=True, slots=True)
class Print:
    """The blind tokens of a case."""

    phone: bytes | None
    email: bytes | None
    representative: bytes | None
    text: bytes | None
    words: str
    phone_digits: str
    address: str
    representative_digits: str


def print_of(file: Customer | None, phone: str, representative: str, text: str, email: str = "") -> Print:
    """Tokens of who speaks and what is said; a customer is known by the file instead of telephone and e-mail."""
    digits, agent, words = _digits(phone) if file is None else "", _digits(representative), _words(text)
    address = email.strip().lower() if file is None else ""
    return Print(
        exact_token(PHONE, digits) if digits else None,
        exact_token(EMAIL, address) if address else None,
        exact_token(PHONE, agent) if agent else None,
        exact_token(TEXT, words) if words else None,
        words,
        digits,
        address,
        agent,
    )


def _print(row: Complaint) -> Print:
    return print_of(
        row.customer,
        str(row.complainant_phone or ""),
        str(row.representative_phone or ""),
        str(row.text or ""),
        str(row.complainant_email or ""),
    )


def _digits(phone: str) -> str:
    return "".join(each for each in phone if each.isdigit())[-11:]


def _words(text: str) -> str:
    kept = "".join(each for each in unicodedata.normalize("NFKC", text) if each.isalnum())
    return kept if len(kept) >= SHORTEST else ""


def _of_person(file: Customer | None, print_: Print) -> QuerySet[Complaint]:
    if file is not None:
        return Complaint.objects.filter(customer=file)
    return Complaint.objects.filter(reached_at(print_.phone_digits, print_.address), customer=None)


def reached_at(digits: str, address: str) -> Q:
    """Cases whose complainant is reached at this telephone number or this e-mail address."""
    found = Q(pk__in=())
    if digits:
        found |= Q(phone_token__in=exact_candidates(PHONE, digits))
    if address:
        found |= Q(email_token__in=exact_candidates(EMAIL, address))
    return found


def repeated(file: Customer | None, print_: Print, days: int, at: dt.datetime) -> int:
    """How many cases the same person brought within the days before."""
    return _of_person(file, print_).filter(opened_at__gte=at - dt.timedelta(days=days)).count()


def link_alike(row: Complaint, days: int, actor: Actor, at: dt.datetime) -> None:
    """Link earlier cases of the same person, of the same representative, and in the same words."""
    print_ = _print(row)
    since = Complaint.objects.filter(opened_at__gte=at - dt.timedelta(days=days)).exclude(pk=row.pk)
    found = {LinkKind.REPEATED: _of_person(row.customer, print_) & since}
    if print_.representative_digits:
        agents = exact_candidates(PHONE, print_.representative_digits)
        found[LinkKind.ORGANISED] = since.filter(representative_token__in=agents)
    if print_.words:
        found[LinkKind.SAME_TEXT] = since.filter(text_token__in=exact_candidates(TEXT, print_.words))
    links = [
        ComplaintLink(complaint=row, earlier=each, kind=kind, at=at, by=actor.name)
        for kind, rows in found.items()
        for each in rows.order_by("-pk")[:MOST_LINKS]
    ]
    ComplaintLink.objects.bulk_create(links)


def join_same(row: Complaint, days: int, actor: Actor, at: dt.datetime) -> Complaint:
    """The same person with the same matter: the new case goes on in the open one, which is given back."""
    print_ = _print(row)
    same = Q(text_token__in=exact_candidates(TEXT, print_.words)) if print_.words else Q(pk__in=[])
    if row.subject_no:
        same |= Q(subject_kind=row.subject_kind, subject_no=row.subject_no)
    earlier = _of_person(row.customer, print_).filter(same, nature=row.nature).exclude(pk=row.pk)
    into = earlier.filter(state__in=UNDECIDED).select_for_update(of=("self",)).order_by("pk").first()
    if into is None:
        return row
    _join(row, into, actor, at)
    return into


def may_join(*, same: bool, persons_equal: bool, into_open: bool) -> Decision:
    """Into another open case of the same person."""
    if same:
        return refused("same", _("Choose another complaint."), "into_no")
    if not persons_equal:
        return refused("person", _("Only complaints of the same person are joined; others are linked."), "into_no")
    if not into_open:
        return refused("state", _("The other complaint is closed."), "into_no")
    return ALLOWED


@operation(JOIN, label=_("Join a complaint with another"), plain=("into_no",))
def join_complaints(complaint: Complaint | int, *, actor: Actor, into_no: str) -> Complaint:
    """The same person and matter: this case ends and goes on in the other; the regulator's clock stays."""
    row = locked(complaint, actor)
    into = Complaint.objects.visible_to(actor, JOIN).filter(complaint_no=into_no.strip().upper()).first()
    if into is None:
        raise RuleViolation(fields={"into_no": _("No such complaint within your reach.")})
    same_phone = row.phone_token is not None and row.phone_token == into.phone_token
    same_address = row.email_token is not None and row.email_token == into.email_token
    persons = (same_phone or same_address) if row.customer_id is None else row.customer_id == into.customer_id
    may_join(same=row.pk == into.pk, persons_equal=persons, into_open=into.is_open).enforce()
    _join(row, into, actor, now())
    return into


def _join(row: Complaint, into: Complaint, actor: Actor, at: dt.datetime) -> None:
    """The database keeps the other case from everybody whom either is about (migration 0110)."""
    row.state = TABLE.after(row.state, "join")
    end_case(row, at, actor.name, keep_regulator=True)
    settle_all(row, actor.name)
    row.closed_at, row.joined_into, row.version = at, into, row.version + 1
    row.save(update_fields=["state", "closed_at", "joined_into", "version"])
    into.version += 1
    into.save(update_fields=["version"])
    into.refresh_from_db(fields={"accused", "hidden_from_unit"} - into.get_deferred_fields())
    step(row, "join", actor, into.complaint_no)
    step(into, "join", actor, row.complaint_no)
    emit(ComplaintsJoined(row.customer_id, row.complaint_no, row.pk, into.pk, into.complaint_no))


def _tokens(row: Complaint) -> Mapping[str, Any]:
    found = _print(row)
    return {
        "phone_token": found.phone,
        "email_token": found.email,
        "representative_token": found.representative,
        "text_token": found.text,
    }


def register() -> None:
    """The tokens change with their key. Called once, when the floor is ready."""

    def places() -> tuple[Place, ...]:
        return (BlindTable(Complaint, ("phone_token", "email_token", "representative_token", "text_token"), _tokens),)

    register_places("tokens", places)
