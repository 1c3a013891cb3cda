"""What a conversation belongs to: a customer, a request."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.party.models import Customer
from kexin.service.conversations.choices import CHANNEL_OF, ConversationChannel, Side
from kexin.service.conversations.events import ConversationLinked, SenderIdentified
from kexin.service.conversations.work import move_answer
from kexin.service.models import Conversation, ConversationMessage, ServiceRequest
from kexin.service.queries import VIEW
from kexin.service.requests.opening import open_request
from kexin.service.rules import LONGEST_SUBJECT, LONGEST_TEXT

OPENS = "service.open_request"


@operation("service.identify_sender", label=_("Say whose a conversation is"))
def identify_sender(conversation: Conversation | int, *, actor: Actor, customer_id: int) -> Conversation:
    """An unknown sender is this customer, within the actor's reach. It is said once; words keep the key they have."""
    row = Conversation.objects.lock(conversation, actor)
    if row.customer_id is not None:
        raise RuleViolation(_("It is known already whose conversation this is."))
    who = Customer.objects.visible_to(actor, "party.view_customer").filter(pk=customer_id).first()
    if who is None:
        raise RuleViolation(fields={"customer": _("Choose a customer within your reach.")})
    row.customer = who
    row.version += 1
    row.save(update_fields=["customer", "version"])
    move_answer(row)
    emit(SenderIdentified(who.pk, row.conversation_no, row.pk))
    return row


@operation("service.link_conversation", label=_("Join a conversation with a request"), plain=("request_no",))
def link_conversation(conversation: Conversation | int, *, actor: Actor, request_no: str) -> Conversation:
    """It belongs to a request of the same customer, within reach."""
    row = Conversation.objects.lock(conversation, actor)
    found = ServiceRequest.objects.visible_to(actor, VIEW).filter(request_no=request_no.strip().upper()).first()
    if found is None or found.customer_id != row.customer_id:
        raise RuleViolation(fields={"request_no": _("There is no such request of this customer.")})
    return _linked(row, found)


@operation("service.turn_into_request", label=_("Make a request of a conversation"), plain=("kind", "category"))
def turn_into_request(
    conversation: Conversation | int, *, actor: Actor, kind: str, category: str, subject: str, urgency: str = "general"
) -> ServiceRequest:
    """A request with what the customer wrote; its clocks run from the customer's first word in this conversation."""
    row = Conversation.objects.lock(conversation, actor)
    if row.customer is None:
        raise RuleViolation(_("Say first whose conversation this is."))
    if row.request_id is not None:
        raise RuleViolation(_("This conversation belongs to a request already."))
    if not actor.may(OPENS):
        raise actor.refusal(OPENS)
    words = list(row.messages.filter(side=Side.IN, automatic=False).order_by("pk")[:20])
    decrypt_rows(ConversationMessage, words, ("text",))
    text = "\n\n".join(str(each.text) for each in words if each.text)
    made = open_request(
        row.customer,
        actor=actor,
        kind=kind,
        category=category,
        channel=CHANNEL_OF[ConversationChannel(row.channel)],
        subject=(subject or str(row.subject or "") or text.split("\n")[0])[:LONGEST_SUBJECT],
        text=text[:LONGEST_TEXT],
        urgency=urgency,
        received_at=_first(words),
    )
    _linked(row, made)
    return made


def _first(words: list[ConversationMessage]) -> dt.datetime | None:
    """When the customer first wrote; None where that was too long ago for a request."""
    return words[0].at if words and words[0].at > timezone.now() - dt.timedelta(days=29) else None


def _linked(row: Conversation, request: ServiceRequest) -> Conversation:
    row.request = request
    row.version += 1
    row.save(update_fields=["request", "version"])
    emit(ConversationLinked(row.customer_id, row.conversation_no, row.pk, request.request_no))
    return row
