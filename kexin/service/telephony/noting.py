"""What staff do with a call: say who called, write down what was said, call back, open its recording."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.fields import Forgotten
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.party.models import Customer
from kexin.people.models import Post
from kexin.service.conversations.choices import ConversationChannel, ConversationState, Side
from kexin.service.conversations.policies import ConversationPolicy
from kexin.service.conversations.rekeying import address_token
from kexin.service.conversations.rules import may_end, may_say
from kexin.service.conversations.talking import begin, keep_words
from kexin.service.models import Conversation, PhoneCall, ServiceRequest
from kexin.service.queries import VIEW as VIEW_REQUESTS
from kexin.service.rules import clean
from kexin.service.telephony.choices import CallBack, CallDirection, CallState
from kexin.service.telephony.events import CallRecordingOpened, PhoneCallNoted, PhoneCallReturned
from kexin.service.telephony.work import follow_customer, settle_call_back, settle_note

NOTES, OPENS_RECORDINGS = "service.note_call", "service.open_call_recording"


@operation("service.identify_phone_caller", label=_("Say who called"))
def identify_phone_caller(call: PhoneCall | int, *, actor: Actor, customer_id: int) -> PhoneCall:
    """The caller is this customer, within the actor's reach. It is said once, before the call is written down."""
    row = PhoneCall.objects.lock(call, actor)
    if row.customer_id is not None:
        raise RuleViolation(_("It is known already who called."))
    if row.conversation_id is not None:
        raise RuleViolation(_("This call is written down already."))
    _identify(row, actor, customer_id)
    row.version += 1
    row.save(update_fields=["customer", "version"])
    return row


def _identify(row: PhoneCall, actor: Actor, customer_id: int) -> None:
    who = Customer.objects.visible_to(actor, "party.view_customer").filter(pk=customer_id).first()
    if who is None:
        raise RuleViolation(fields={"customer": _("Choose a customer within your reach.")})
    row.customer = who
    follow_customer(row)


@operation(NOTES, label=_("Write a call down"), plain=("purpose", "reaction", "request_no"))
def note_call(
    call: PhoneCall | int,
    *,
    actor: Actor,
    purpose: str,
    text: str,
    result: str,
    reaction: str = "",
    customer_id: int | None = None,
    request_no: str = "",
) -> Conversation:
    """Purpose, content, result, reaction (F-13): a conversation by telephone on the customer's timeline, closed.

    ``request_no`` joins it with a request of the same customer, for example one opened during the call.
    """
    row = PhoneCall.objects.lock(call, actor)
    if row.conversation_id is not None:
        raise RuleViolation(_("This call is written down already."))
    if row.state == CallState.MISSED:
        raise RuleViolation(_("Nobody took this call: there is nothing to write down."))
    if row.customer_id is None and customer_id is not None:
        _identify(row, actor, customer_id)
    rules, said, came = in_force(ConversationPolicy), clean(text), clean(result)
    decision = may_say(said, files=0) & may_end(
        result=came, reaction=reaction, purpose_known=rules.purpose(purpose) is not None
    )
    decision.enforce()
    request = _request(row, actor, request_no)
    post = row.post or Post.objects.filter(pk=actor.post_id or 0).first()
    if post is None:
        raise RuleViolation(_("Only somebody who holds a post can be responsible for a conversation."))
    ours, number = row.direction == CallDirection.OUT, str(row.number or "")
    talk = begin(
        customer=row.customer,
        key_id=row.key_id,
        channel=ConversationChannel.PHONE,
        post=post,
        by=actor.name,
        ours=ours,
        address=number,
        address_token=address_token(ConversationChannel.PHONE, number) if number else None,
        at=row.began_at,
        tell=False,
    )
    keep_words(talk, Side.OUT if ours else Side.IN, said, actor.name, at=row.answered_at or row.began_at)
    talk.state, talk.closed_at, talk.closed_by = ConversationState.CLOSED, timezone.now(), actor.name
    talk.purpose, talk.result_text, talk.reaction, talk.request = purpose, came, reaction, request
    talk.last_at = row.ended_at or row.answered_at or row.began_at
    talk.save()
    row.conversation = talk
    row.version += 1
    row.save()
    settle_note(row, by=actor.name)
    emit(PhoneCallNoted(row.customer_id, row.call_no, row.pk, talk.pk, purpose, reaction, ours))
    return talk


def _request(row: PhoneCall, actor: Actor, request_no: str) -> ServiceRequest | None:
    wanted = request_no.strip().upper()
    if not wanted:
        return None
    found = ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(request_no=wanted).first()
    if found is None or row.customer_id is None or found.customer_id != row.customer_id:
        raise RuleViolation(fields={"request_no": _("There is no such request of this customer.")})
    return found


@operation("service.settle_missed_call", label=_("Say what came of calling back"), plain=("outcome",))
def settle_missed_call(call: PhoneCall | int, *, actor: Actor, outcome: str) -> PhoneCall:
    """Reached, tried in vain, or not needed. A call with the same number that somebody takes settles it by itself."""
    row = PhoneCall.objects.lock(call, actor)
    if outcome not in CallBack.values:
        raise RuleViolation(fields={"outcome": _("Choose one of the list.")})
    if row.state != CallState.MISSED or row.back:
        raise RuleViolation(_("Nobody is owed a call back any more."))
    row.back = outcome
    row.version += 1
    row.save(update_fields=["back", "version"])
    settle_call_back(row, by=actor.name, outcome=outcome)
    emit(PhoneCallReturned(row.customer_id, row.call_no, row.pk, outcome))
    return row


@operation("service.show_caller_number", label=_("Show a caller's number to dial it"))
def show_caller_number(call: PhoneCall | int, *, actor: Actor) -> str:
    """The whole number, to call back; recorded."""
    row = PhoneCall.objects.lock(call, actor)
    if not row.number or isinstance(row.number, Forgotten):
        raise RuleViolation(_("The number was withheld."))
    return str(row.number)


@operation(OPENS_RECORDINGS, label=_("Open the recording of a call"))
def open_call_recording(call: PhoneCall | int, *, actor: Actor) -> str:
    """Where the recording lies, for whoever may listen; the customer's timeline tells of it."""
    row = PhoneCall.objects.lock(call, actor)
    if not row.recording or isinstance(row.recording, Forgotten):
        raise RuleViolation(_("No recording is known of this call."))
    emit(CallRecordingOpened(row.customer_id, row.call_no, row.pk))
    return str(row.recording)


def opened_during(row: PhoneCall, actor: Actor) -> ServiceRequest | None:
    """The request that the actor opened for the caller by telephone during this call, or that came of it."""
    if row.customer_id is None:
        return None
    rows = ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(
        Q(opened_by=actor.name), customer=row.customer_id, channel="phone", opened_at__gte=row.began_at
    )
    return rows.order_by("-opened_at").first()
