"""What happens at the portal's entrance: a link is opened, a code sent and entered, the app signs a customer in.

Nobody is signed in here, so the entrance itself acts, with the address of whoever stands before it. A refusal is an
answer, not an error: what was noted of it must stay.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.engagement.messages.choices import MessageChannel
from kexin.engagement.messages.sending import write_message
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.portal import secrets
from kexin.portal.appentry import Claim
from kexin.portal.choices import Opening, Proof, SessionState
from kexin.portal.events import CodesExhausted, LinkRefused, PortalEntered, PortalLeft
from kexin.portal.models import AppEntry, Link, PortalCode, PortalSession
from kexin.portal.operations.inviting import language_of
from kexin.portal.policies import AccessPolicy
from kexin.portal.purposes import purposes
from kexin.portal.rules import link_opens, may_send_code, read_code, session_lives

_ENDED = (CustomerStatus.CLOSED, CustomerStatus.MERGED)


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of it; ``cookie`` is the new secret of the session where one was opened or entered."""

    opening: Opening
    session: PortalSession | None = None
    cookie: str = field(default="", repr=False)


def _note(opening: Opening, customer_id: int | None = None, subject: tuple[str, int] | None = None) -> None:
    """Let the audit entry say what came of it, and about whom."""
    act = frame.current.get()
    if act is not None:
        act.notes["opening"] = opening.value
        act.customer_id, act.subject = customer_id or act.customer_id, subject or act.subject


@operation("portal.open_link", label=_("Open a link"))
def open_link(*, actor: Actor, token: str, device: str) -> Entered:
    """Exchange a token for a session that waits for its code. Only the first device gets one."""
    link = Link.objects.select_for_update(of=("self",)).filter(digest=secrets.digest(token)).first()
    if link is None:
        _note(Opening.UNKNOWN)
        return Entered(Opening.UNKNOWN)
    now = timezone.now()
    opening = link_opens(now=now, expires_at=link.expires_at, opened_at=link.opened_at, revoked_at=link.revoked_at)
    if opening == Opening.DONE and (link.customer.status in _ENDED or link.purpose not in purposes):
        opening = Opening.REVOKED
    _note(opening, link.customer_id, ("portal.Link", link.pk))
    if opening != Opening.DONE:
        link.refusals = min(link.refusals + 1, 32_000)
        link.save(update_fields=["refusals"])
        number = link.customer.customer_no
        emit(LinkRefused(link.customer_id, number, link.pk, link.purpose, opening.value, actor.address))
        return Entered(opening)
    link.opened_at = now
    link.save(update_fields=["opened_at"])
    rules, cookie = in_force(AccessPolicy), secrets.new_token()
    session = PortalSession.objects.create(
        customer_id=link.customer_id,
        link=link,
        purpose=link.purpose,
        digest=secrets.digest(cookie),
        state=SessionState.PENDING,
        seen_at=now,
        ends_at=now + dt.timedelta(minutes=rules.session_minutes),
        device=device[:200],
        address=actor.address[:64],
    )
    return Entered(Opening.DONE, session, cookie)


def _pending(session: PortalSession | int, rules: AccessPolicy) -> PortalSession | None:
    """The session, locked, while it waits for its code."""
    pk = session if isinstance(session, int) else session.pk
    row = PortalSession.objects.select_for_update(of=("self",)).filter(pk=pk, state=SessionState.PENDING).first()
    if row is None:
        return None
    lives = session_lives(now=timezone.now(), seen_at=row.seen_at, ends_at=row.ends_at, idle_minutes=rules.idle_minutes)
    if not lives:
        _end(row)
        return None
    return row


def _end(row: PortalSession) -> None:
    row.state, row.ended_at = SessionState.ENDED, timezone.now()
    row.save(update_fields=["state", "ended_at"])


@operation("portal.send_code", label=_("Send a code"))
def send_code(session: PortalSession | int, *, actor: Actor) -> Opening:
    """Send a code to the customer's mobile number on file; an earlier one of this session loses its force."""
    rules, now = in_force(AccessPolicy), timezone.now()
    row = _pending(session, rules)
    if row is None:
        return Opening.GONE
    codes = PortalCode.objects.filter(session=row).order_by("-pk")
    last = codes.first()
    day = PortalCode.objects.filter(session__customer_id=row.customer_id, made_at__gt=now - dt.timedelta(days=1))
    opening = may_send_code(
        now=now,
        last_sent=last.made_at if last else None,
        of_session=codes.count(),
        of_day=day.count(),
        pause_seconds=rules.code_pause_seconds,
        most_a_session=rules.codes_a_session,
        most_a_day=rules.codes_a_day,
    )
    if opening == Opening.DONE:
        opening = _send(row, rules, actor, now)
    _note(opening, row.customer_id)
    return opening


def _send(row: PortalSession, rules: AccessPolicy, actor: Actor, now: dt.datetime) -> Opening:
    code = secrets.new_code()
    ends = now + dt.timedelta(minutes=rules.code_minutes)
    customer = row.customer
    with translation.override(language_of(customer)):
        text = _t(
            "%(code)s is your code for the customer portal, valid for %(n)s minutes. Tell it to nobody, not even us."
        )
        body = text % {"code": code, "n": rules.code_minutes}
    try:
        write_message(
            customer,
            actor=actor,
            channel=MessageChannel.SMS,
            purpose="portal.code",
            body=body,
            secret=True,
            expires_at=ends,
        )
    except RuleViolation:
        return Opening.UNREACHABLE
    PortalCode.objects.filter(session=row, expires_at__gt=now).update(expires_at=now)
    PortalCode.objects.create(session=row, digest=secrets.code_digest(row.pk, code), expires_at=ends)
    return Opening.DONE


@operation("portal.enter_code", label=_("Enter a code"))
def enter_code(session: PortalSession | int, *, actor: Actor, code: str) -> Entered:
    """Open the session with the code last sent, and give it a new secret. Too many wrong ones close it."""
    rules, now = in_force(AccessPolicy), timezone.now()
    row = _pending(session, rules)
    if row is None:
        _note(Opening.GONE)
        return Entered(Opening.GONE)
    kept = PortalCode.objects.select_for_update().filter(session=row, used_at=None).order_by("-pk").first()
    typed = read_code(code)
    if kept is None or kept.expires_at <= now:
        opening = Opening.EXPIRED
    elif typed and secrets.is_code(row.pk, typed, bytes(kept.digest)):
        opening = Opening.DONE
    else:
        kept.attempts += 1
        kept.save(update_fields=["attempts"])
        tried = sum(PortalCode.objects.filter(session=row).values_list("attempts", flat=True))
        opening = Opening.LOCKED if tried >= rules.code_attempts else Opening.WRONG
    _note(opening, row.customer_id, ("portal.PortalSession", row.pk))
    if opening == Opening.LOCKED:
        _end(row)
        number = row.customer.customer_no
        emit(CodesExhausted(row.customer_id, number, row.pk, row.purpose, actor.address))
    if opening != Opening.DONE or kept is None:
        return Entered(opening, row)
    kept.used_at = now
    kept.save(update_fields=["used_at"])
    cookie = secrets.new_token()
    row.digest = secrets.digest(cookie)
    row.state, row.proof, row.entered_at, row.seen_at = SessionState.OPEN, Proof.CODE, now, now
    row.save(update_fields=["digest", "state", "proof", "entered_at", "seen_at"])
    emit(PortalEntered(row.customer_id, row.customer.customer_no, row.pk, row.purpose, row.proof))
    return Entered(Opening.DONE, row, cookie)


@operation("portal.open_from_app", label=_("Sign in by the institution's app"))
def open_from_app(*, actor: Actor, claim: Claim, device: str) -> Entered:
    """Open a session for the customer whom the app signed in; the same claim is not taken twice."""
    now = timezone.now()
    customer = Customer.objects.filter(customer_no=claim.customer_no).exclude(status__in=_ENDED).first()
    if customer is None or claim.purpose not in purposes:
        _note(Opening.UNKNOWN)
        return Entered(Opening.UNKNOWN)
    try:
        with transaction.atomic():
            AppEntry.objects.create(digest=secrets.digest(claim.number), expires_at=claim.expires_at)
    except IntegrityError:
        _note(Opening.USED, customer.pk)
        emit(LinkRefused(customer.pk, customer.customer_no, 0, claim.purpose, Opening.USED.value, actor.address))
        return Entered(Opening.USED)
    rules, cookie = in_force(AccessPolicy), secrets.new_token()
    invited = Link.objects.filter(
        customer=customer, purpose=claim.purpose, digest=None, opened_at=None, revoked_at=None, expires_at__gt=now
    ).order_by("-pk")
    link = invited.select_for_update().first()
    if link is not None:
        link.opened_at = now
        link.save(update_fields=["opened_at"])
    row = PortalSession.objects.create(
        customer=customer,
        link=link,
        purpose=claim.purpose,
        digest=secrets.digest(cookie),
        state=SessionState.OPEN,
        proof=Proof.APP,
        entered_at=now,
        seen_at=now,
        ends_at=now + dt.timedelta(minutes=rules.session_minutes),
        device=device[:200],
        address=actor.address[:64],
    )
    _note(Opening.DONE, customer.pk, ("portal.PortalSession", row.pk))
    emit(PortalEntered(customer.pk, customer.customer_no, row.pk, row.purpose, row.proof))
    return Entered(Opening.DONE, row, cookie)


@operation("portal.end_session", label=_("Leave the portal"))
def end_session(session: PortalSession | int, *, actor: Actor) -> PortalSession:
    """The customer signs out. Repeated, nothing more happens."""
    row = PortalSession.objects.lock(session, actor)
    if row.state != SessionState.ENDED:
        _end(row)
        emit(PortalLeft(row.customer_id, row.customer.customer_no, row.pk, row.purpose))
    return row
