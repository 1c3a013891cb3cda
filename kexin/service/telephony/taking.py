"""A telephone system tells what becomes of a call: it rings, somebody takes it, it is over.

Facts come in any order, late, and more than once: a call is what all of them together say. Nothing is lost where the
extension or the caller is not known.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.keystore import customer_keys
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.service.conversations.choices import ConversationChannel
from kexin.service.conversations.rekeying import address_candidates, address_token
from kexin.service.conversations.senders import the_customer_at
from kexin.service.conversations.talking import asked_first
from kexin.service.models import PhoneCall, PhoneExtension
from kexin.service.telephony.choices import CallBack, CallDirection, CallFact, CallState
from kexin.service.telephony.events import PhoneCallMissed, PhoneCallReturned
from kexin.service.telephony.policies import TelephonyPolicy
from kexin.service.telephony.rules import dialled, extension_of, state_of, told_at
from kexin.service.telephony.work import owe_call_back, owe_note, settle_call_back

TAKES_CALLS = "service.take_in_call"
PHONE = ConversationChannel.PHONE


@dataclass(frozen=True, slots=True)
class CallTold:
    """One fact, as the telephone system tells it; ``reference`` is its own number for the call."""

    reference: str
    fact: str
    direction: str
    number: str
    extension: str
    at: dt.datetime | None
    recording: str


@operation(TAKES_CALLS, label=_("Take in what a telephone system tells"), plain=("fact", "direction", "extension"))
def take_in_call(
    *,
    actor: Actor,
    reference: str,
    fact: str,
    direction: str = CallDirection.IN,
    number: str = "",
    extension: str = "",
    at: dt.datetime | None = None,
    recording: str = "",
) -> PhoneCall:
    """Keep a fact of a call; told again it changes nothing.

    Raises RuleViolation for what makes no sense, and where nobody may call back: the system then tries again.
    """
    told = CallTold(reference.strip(), fact, direction, number, extension, at, recording)
    if not any(grant.reach == Reach.ALL for grant in actor.grants_for(TAKES_CALLS)):
        raise NotPermitted  # whose number it is, is looked up in the whole bank
    wrong = {}
    if told.fact not in CallFact.values:
        wrong["fact"] = _("Choose one of the list.")
    if told.direction not in CallDirection.values:
        wrong["direction"] = _("Choose one of the list.")
    if not told.reference:
        wrong["reference"] = _("Say which call it is.")
    if wrong:
        raise RuleViolation(fields=wrong)
    known = hashlib.sha256(f"call:{told.reference}".encode()).hexdigest()
    with connection.cursor() as cursor:  # two facts of one call at once wait for each other, a new call's too
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [known])
    now, rules = timezone.now(), in_force(TelephonyPolicy)
    row = PhoneCall.objects.select_for_update(of=("self",)).filter(reference=known).first()
    new = row is None
    row = row or _new(told, known, told_at(told.at, now))
    before = row.state
    if not (_learned(row, told, told_at(told.at, now), rules) or new):
        return row
    _settled(row, before, rules, now)
    row.version += 1
    row.save(force_insert=new)
    return row


@operation("service.end_lost_call", label=_("End a call of which nothing more was heard"))
def end_lost_call(call_id: int, *, actor: Actor) -> PhoneCall | None:
    """It is over, missed or not written down; None where something was heard meanwhile."""
    rules, now = in_force(TelephonyPolicy), timezone.now()
    row = PhoneCall.objects.select_for_update(of=("self",)).filter(pk=call_id, ended_at=None).first()
    if row is None or row.began_at > latest_begin(row.state, rules, now):
        return None
    before, row.ended_at = row.state, row.answered_at or row.began_at
    row.state = state_of(direction=row.direction, answered=row.answered_at is not None, ended=True)
    _settled(row, before, rules, now)
    row.version += 1
    row.save()
    return row


def latest_begin(state: str, rules: TelephonyPolicy, now: dt.datetime) -> dt.datetime:
    """What began before, and neither rang off nor ended, was lost on its way here."""
    if state == CallState.RINGING:
        return now - dt.timedelta(minutes=rules.ring_minutes)
    return now - dt.timedelta(hours=rules.talk_hours)


def _new(told: CallTold, known: str, at: dt.datetime) -> PhoneCall:
    number = dialled(told.number)
    who = the_customer_at(PHONE, number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('service_phonecall', 'id'))")
        key = int(cursor.fetchone()[0])
    same = PhoneCall.objects.filter(number_token__in=address_candidates(PHONE, number)) if number else None
    earlier = same.filter(customer=None).order_by("-began_at").first() if same is not None and who is None else None
    return PhoneCall(
        pk=key,
        call_no=f"L{business_date().year}{key:08d}",
        reference=known,
        direction=told.direction,
        customer=who,
        key_id=who.party.key_id if who else earlier.key_id if earlier else customer_keys().create()[0],
        number=number or None,
        number_token=address_token(PHONE, number) if number else None,
        unit_id=who.unit_id if who else None,
        began_at=at,
    )


def _learned(row: PhoneCall, told: CallTold, at: dt.datetime, rules: TelephonyPolicy) -> bool:
    """Put a fact into the call; False where it says nothing new."""
    before = _facts(row)
    extension = extension_of(told.extension)
    if told.fact == CallFact.RINGING:
        row.began_at = min(row.began_at, at)
        if extension and row.answered_at is None:
            _rings_at(row, extension)
    elif told.fact == CallFact.ANSWERED:
        if row.answered_at is None:
            row.answered_at = at
            if extension:
                _rings_at(row, extension)
                row.rung_posts = [] if row.post_id is None else [row.post_id]
    else:
        row.ended_at = row.ended_at or at
        if extension and not row.extension:
            _rings_at(row, extension)
    row.began_at = min(each for each in (row.began_at, row.answered_at, row.ended_at) if each)
    if told.recording and not row.recording and rules.keeps(told.recording):
        row.recording = told.recording
    row.state = state_of(direction=row.direction, answered=row.answered_at is not None, ended=row.ended_at is not None)
    return _facts(row) != before


def _facts(row: PhoneCall) -> tuple[object, ...]:
    return (
        row.began_at, row.answered_at, row.ended_at, row.extension, row.post_id, tuple(row.rung_posts),
        bool(row.recording), row.state,
    )  # fmt: skip


def _rings_at(row: PhoneCall, extension: str) -> None:
    """The extension; unknown ones are kept and belong to nobody."""
    row.extension = extension
    found = PhoneExtension.objects.filter(extension=extension, ended_at=None).select_related("post").first()
    row.post = found.post if found else None
    if found is None:
        return
    row.unit_id = found.post.unit_id
    if found.post_id not in row.rung_posts:
        row.rung_posts = [*row.rung_posts, found.post_id]


def _settled(row: PhoneCall, before: str, rules: TelephonyPolicy, now: dt.datetime) -> None:
    """What follows from a new state: a call back that is owed or no longer, a note that is owed."""
    if row.state == CallState.MISSED and before != CallState.MISSED:
        if row.post is None:
            row.post = asked_first(row.customer)
            row.unit_id = row.post.unit_id
        owe_call_back(row, rules, row.ended_at or now)
        emit(PhoneCallMissed(row.customer_id, row.call_no, row.pk))
    elif before == CallState.MISSED and row.state != CallState.MISSED:  # it was taken: that fact came late
        settle_call_back(row, by="clock.service", outcome="", taken=True)
    if row.answered_at is not None and before in (CallState.RINGING, CallState.MISSED):
        _returned(row)
    talked = row.state == CallState.ENDED and row.answered_at is not None
    if talked and before != CallState.ENDED and row.post_id is not None and row.conversation_id is None:
        owe_note(row, rules, row.ended_at or now)


def _returned(row: PhoneCall) -> None:
    """Somebody spoke with this number: earlier calls of it that nobody took are returned."""
    if not row.number:
        return
    missed = PhoneCall.objects.filter(
        state=CallState.MISSED, back="", number_token__in=address_candidates(PHONE, str(row.number)),
        began_at__lte=row.began_at, began_at__gt=row.began_at - dt.timedelta(days=30),
    )  # fmt: skip
    for each in missed.exclude(pk=row.pk).select_for_update(of=("self",)).order_by("pk"):
        each.back = CallBack.REACHED
        each.version += 1
        each.save(update_fields=["back", "version"])
        settle_call_back(each, by="clock.service", outcome=CallBack.REACHED)
        emit(PhoneCallReturned(each.customer_id, each.call_no, each.pk, CallBack.REACHED))
