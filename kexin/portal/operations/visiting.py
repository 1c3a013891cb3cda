"""Complaining without being signed in: a code proves a number or an e-mail address, whose cases are then in reach.

Whether it is known to the institution is told to nobody: every number and every address gets the same answer.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.crypto import key_ring
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.engagement.messages.choices import MessageChannel
from kexin.portal import secrets
from kexin.portal.choices import Opening, SessionState
from kexin.portal.models import Visitor
from kexin.portal.policies import VisitorPolicy
from kexin.portal.rules import read_code, read_email, read_mobile
from kexin.service.choices import Channel
from kexin.service.complaints.choices import LetterLanguage, Source, Triage
from kexin.service.complaints.closing import confirm_complaint
from kexin.service.complaints.letters import set_letter
from kexin.service.complaints.own import add_words, cases_reached_at
from kexin.service.complaints.receiving import ComplaintData, take
from kexin.service.complaints.reviewing import ask_again
from kexin.service.models import Complaint

BOUND = b"portal visitor"


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of it; ``cookie`` is the secret of the visit where one was begun or opened."""

    opening: Opening
    visitor: Visitor | None = None
    cookie: str = field(default="", repr=False)


def contact_of(visitor: Visitor) -> str:
    """The mobile number or the e-mail address of a visit."""
    return key_ring().master.decrypt(bytes(visitor.sealed_number), BOUND).decode()


def way_of(visitor: Visitor) -> MessageChannel:
    """By which way the code of a visit goes out."""
    return MessageChannel.EMAIL if "@" in contact_of(visitor) else MessageChannel.SMS


def language_now() -> str:
    """The language in which the visitor reads the page; messages to the visitor are written in it."""
    found = get_language() or ""
    return found if found in LetterLanguage.values else LetterLanguage.CHINESE


def code_of(visitor: Visitor) -> str:
    """The code that waits to be sent; empty where it was sent."""
    kept = visitor.sealed_code
    return key_ring().master.decrypt(bytes(kept), BOUND).decode() if kept else ""


@operation("portal.begin_visit", label=_("Begin a visit without signing in"))
def begin_visit(*, actor: Actor, device: str, number: str = "", email: str = "") -> Visit:
    """A code is made for any mobile number or e-mail address, whichever is given; the limits are the same.

    RuleViolation at ``number`` or ``email`` for what is none; LIMIT for too many.
    """
    contact, rules, now = read_email(email) if email else read_mobile(number), in_force(VisitorPolicy), timezone.now()
    if email and not contact:
        raise RuleViolation(fields={"email": _("This is not an e-mail address.")})
    if not contact:
        raise RuleViolation(fields={"number": _("Enter a mobile number of eleven digits.")})
    mark = key_ring().prf(f"portal.visitor:{contact}".encode())
    day, hour = now - dt.timedelta(days=1), now - dt.timedelta(hours=1)
    of_number = Visitor.objects.filter(number_digest=mark, made_at__gt=day).order_by("-made_at")
    last = of_number.first()
    if last is not None and now - last.made_at < dt.timedelta(seconds=rules.pause_seconds):
        return Visit(Opening.EARLY)
    from_here = Visitor.objects.filter(address=actor.address[:64], made_at__gt=hour)
    if of_number.count() >= rules.codes_a_day or from_here.count() >= rules.visits_an_hour:
        return Visit(Opening.LIMIT)
    cookie, code = secrets.new_token(), secrets.new_code()
    row = Visitor.objects.create(
        sealed_number=key_ring().master.encrypt(contact.encode(), BOUND),
        number_digest=mark,
        sealed_code=key_ring().master.encrypt(code.encode(), BOUND),
        code_digest=secrets.visitor_digest(cookie, code),
        code_ends_at=now + dt.timedelta(minutes=rules.code_minutes),
        digest=secrets.digest(cookie),
        made_at=now,
        ends_at=now + dt.timedelta(minutes=rules.visit_minutes),
        device=device[:200],
        address=actor.address[:64],
        language=language_now(),
    )
    from kexin.portal.tasks import send_visitor_code

    send_visitor_code.defer(visitor_id=row.pk)
    return Visit(Opening.DONE, row, cookie)


@operation("portal.open_visit", label=_("Enter the code of a visit"))
def open_visit(*, actor: Actor, cookie: str, code: str) -> Visit:
    """The right code opens the visit and gives it a new secret; too many wrong ones end it."""
    rules, now = in_force(VisitorPolicy), timezone.now()
    row = Visitor.objects.select_for_update().filter(digest=secrets.digest(cookie), state=SessionState.PENDING).first()
    if row is None or row.ends_at <= now:
        return Visit(Opening.GONE)
    typed = read_code(code)
    if row.code_ends_at <= now:
        return Visit(Opening.EXPIRED, row)
    if not typed or not secrets.is_visitor_code(cookie, typed, bytes(row.code_digest)):
        row.attempts += 1
        if row.attempts >= rules.attempts:
            row.state = SessionState.ENDED
        row.save(update_fields=["attempts", "state"])
        return Visit(Opening.LOCKED if row.state == SessionState.ENDED else Opening.WRONG, row)
    fresh = secrets.new_token()
    row.state, row.proved_at, row.digest, row.sealed_code = SessionState.OPEN, now, secrets.digest(fresh), None
    row.save(update_fields=["state", "proved_at", "digest", "sealed_code"])
    return Visit(Opening.DONE, row, fresh)


@operation("portal.end_visit", label=_("End a visit"))
def end_visit(visitor: Visitor, *, actor: Actor) -> None:
    """Whoever leaves closes the visit."""
    Visitor.objects.filter(pk=visitor.pk).update(state=SessionState.ENDED, sealed_code=None)


def visit_of(cookie: str) -> Visitor | None:
    """The living visit of a cookie, proved or waiting for its code."""
    if not 20 <= len(cookie) <= 100:
        return None
    rows = Visitor.objects.filter(digest=secrets.digest(cookie), ends_at__gt=timezone.now())
    return rows.exclude(state=SessionState.ENDED).first()


@operation("portal.complain_as_visitor", label=_("Complain without signing in"))
def complain_as_visitor(
    visitor: Visitor,
    *,
    actor: Actor,
    name: str,
    subject: str,
    text: str,
    demand: str = "",
    amount: Decimal | None = None,
) -> Complaint:
    """A complaint of somebody who is not signed in, answered by what was proved. RuleViolation."""
    row, rules = _proved(visitor), in_force(VisitorPolicy)
    if row.cases >= rules.cases_a_visit:
        raise RuleViolation(_("This was enough for one visit. Please telephone us, or come back later."))
    contact, by_mail = contact_of(row), way_of(row) == MessageChannel.EMAIL
    data = ComplaintData(
        triage=Triage.COMPLAINT,
        source=Source.PORTAL,
        channel=Channel.PORTAL,
        subject=subject,
        text=text,
        demand=demand,
        amount=amount,
        complainant_name=name,
        complainant_phone="" if by_mail else contact,
        complainant_email=contact if by_mail else "",
        complainant_language=language_now(),
    )
    made = take(data, None, actor)
    row.cases, row.language = row.cases + 1, language_now()
    row.save(update_fields=["cases", "language"])
    from kexin.portal.tasks import tell_visitor

    tell_visitor.defer(visitor_id=row.pk, what="received", number=made.complaint_no)
    return made


@operation("portal.write_as_visitor", label=_("Add words or a file to a complaint without signing in"))
def write_as_visitor(
    visitor: Visitor, *, actor: Actor, complaint_id: int, text: str, file: vault.StoredFile | None
) -> Complaint:
    """Words or a file for a case of the number or address that was proved. NotFound for any other."""
    return add_words(case_of_visit(visitor, complaint_id), actor, text, file)


@operation("portal.confirm_as_visitor", label=_("Take the word of a visitor on an answer"), plain=("agreed",))
def confirm_as_visitor(visitor: Visitor, *, actor: Actor, complaint_id: int, agreed: bool, text: str) -> Complaint:
    """The complainant's word on the answer; the case ends either way."""
    row = case_of_visit(visitor, complaint_id)
    return confirm_complaint(row, actor=actor, agreed=agreed, channel=Channel.PORTAL, text=text)


@operation("portal.ask_review_as_visitor", label=_("Ask for a review of a decision without signing in"))
def ask_review_as_visitor(visitor: Visitor, *, actor: Actor, complaint_id: int, text: str) -> Complaint:
    """The upper unit looks at the decision once more."""
    return ask_again(case_of_visit(visitor, complaint_id), actor, text)


@operation("portal.read_letter_as_visitor", label=_("Read the answer to a complaint without signing in"))
def read_letter_as_visitor(visitor: Visitor, *, actor: Actor, complaint_id: int) -> tuple[Complaint, bytes]:
    """The answer as a letter, once it was delivered."""
    row = case_of_visit(visitor, complaint_id)
    if row.told_at is None:
        raise NotFound
    return row, set_letter(row)


def case_of_visit(visitor: Visitor, pk: int) -> Complaint:
    """A case of the number or address that was proved, locked. NotFound for any other."""
    row = cases_of_visit(_proved(visitor)).filter(pk=pk).select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound
    return row


def cases_of_visit(visitor: Visitor) -> QuerySet[Complaint]:
    """The cases of the number or address that a visit proved."""
    return cases_reached_at(contact_of(visitor))


def _proved(visitor: Visitor) -> Visitor:
    rows = Visitor.objects.select_for_update().filter(pk=visitor.pk, state=SessionState.OPEN)
    row = rows.filter(ends_at__gt=timezone.now()).first()
    if row is None:
        raise NotFound
    return row
