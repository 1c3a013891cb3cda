"""Inside an operation: a conversation is begun, words are kept, who is to speak next."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.policy import in_force
from kexin.core.workflow import duty_holder
from kexin.engagement.models import OutboundMessage
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.service.conversations.choices import ConversationChannel, ConversationState, Side
from kexin.service.conversations.events import ConversationOpened, ConversationReopened, WordsReceived, WordsSent
from kexin.service.conversations.files import Looked, attach
from kexin.service.conversations.policies import ConversationPolicy
from kexin.service.conversations.work import owe_answer, settle_answer
from kexin.service.models import Conversation, ConversationMessage

ANSWERS = "service.answer_conversation"  # who may do this can be responsible for conversations


def begin(
    *,
    customer: Customer | None,
    key_id: UUID,
    channel: ConversationChannel,
    post: Post,
    by: str,
    ours: bool,
    address: str = "",
    address_token: bytes | None = None,
    sender_name: str = "",
    subject: str = "",
    at: dt.datetime | None = None,
    tell: bool = True,
) -> Conversation:
    """A new conversation; its first words are kept afterwards. ``tell`` is false where its own fact tells of it."""
    if customer is not None and customer.status in (CustomerStatus.MERGED, CustomerStatus.CLOSED):
        raise RuleViolation(_("The file is closed and can only be read."))
    key, now = _next_key(), at or timezone.now()
    row = Conversation(
        pk=key,
        conversation_no=f"T{business_date().year}{key:08d}",
        token=base64.b32encode(secrets.token_bytes(10)).decode()[:16],
        customer=customer,
        key_id=key_id,
        channel=channel,
        address=address or None,
        address_token=address_token,
        sender_name=sender_name or None,
        subject=subject or None,
        state=ConversationState.WAITING if ours else ConversationState.OPEN,
        unit_id=post.unit_id,
        owner_post=post,
        first_post=post,
        opened_at=now,
        last_at=now,
    )
    row.save(force_insert=True)
    if tell:
        emit(ConversationOpened(row.customer_id, row.conversation_no, row.pk, channel.value, ours))
    return row


def hear(
    row: Conversation,
    text: str,
    *,
    by: str,
    files: Sequence[Looked] = (),
    quoted: str = "",
    automatic: bool = False,
    wakes: bool = True,
    reference: str | None = None,
    at: dt.datetime | None = None,
) -> ConversationMessage:
    """The customer spoke: the conversation awaits our answer. With ``wakes`` false it is kept and asks for none."""
    now = timezone.now()
    made = keep_words(
        row, Side.IN, text, by, files, quoted=quoted, automatic=automatic, reference=reference, at=at or now
    )
    row.last_at = max(row.last_at, made.at)
    row.last_in_at = now
    row.version += 1
    if wakes:
        if row.state == ConversationState.CLOSED:
            row.closed_at, row.closed_by = None, ""
            emit(ConversationReopened(row.customer_id, row.conversation_no, row.pk))
        row.state, row.snoozed_until = ConversationState.OPEN, None
        owe_answer(row, in_force(ConversationPolicy), made.at)
    row.save()
    emit(WordsReceived(row.customer_id, row.conversation_no, row.pk, row.channel, automatic))
    return made


def say(
    row: Conversation,
    text: str,
    *,
    actor: Actor,
    files: Sequence[Looked] = (),
    outbound: OutboundMessage | None = None,
) -> ConversationMessage:
    """We spoke: the conversation awaits the customer, and nobody owes an answer any more."""
    made = keep_words(row, Side.OUT, text, actor.name, files, outbound=outbound, at=timezone.now())
    row.last_at, row.snoozed_until = made.at, None
    row.state, row.closed_at, row.closed_by = ConversationState.WAITING, None, ""
    row.version += 1
    row.save()
    settle_answer(row, outcome="answered", by=actor.name)
    emit(WordsSent(row.customer_id, row.conversation_no, row.pk, row.channel))
    return made


def keep_words(
    row: Conversation,
    side: Side,
    text: str,
    by: str,
    files: Sequence[Looked] = (),
    *,
    at: dt.datetime,
    quoted: str = "",
    automatic: bool = False,
    reference: str | None = None,
    outbound: OutboundMessage | None = None,
) -> ConversationMessage:
    """Words of one side with their files; whose turn it is stays."""
    made = ConversationMessage(
        conversation=row,
        customer_id=row.customer_id,
        key_id=row.key_id,
        side=side,
        text=text or None,
        quoted=quoted or None,
        at=at,
        by=by,
        automatic=automatic,
        reference=reference,
        outbound=outbound,
    )
    made.save(force_insert=True)
    for each in files:
        attach(made, each)
    return made


def asked_first(customer: Customer | None) -> Post:
    """Who is asked first: the customer's lead manager, else who serves the unit; for a stranger, the inbox's unit.

    Raises RuleViolation where nobody may answer.
    """
    if customer is not None:
        post = held(customer.lead_post_id) or held(duty_holder(ANSWERS, customer.unit_id))
    else:
        code = in_force(ConversationPolicy).inbox_unit
        unit = OrgUnit.objects.filter(code=code).first() if code else None
        unit = unit or OrgUnit.objects.filter(parent=None).order_by("pk").first()
        post = held(duty_holder(ANSWERS, unit.pk)) if unit is not None else None
        post = post or _anybody()
    if post is None:
        raise RuleViolation(_("Nobody can answer you here at the moment. Please telephone us."))
    return post


def _anybody() -> Post | None:
    """Where nobody answers for the inbox's unit: the first who answers for a unit at all, so that no mail is stuck."""
    rows = Post.objects.filter(closed_on=None, holders__ends_on=None, roles__role__grants__operation=ANSWERS)
    return rows.exclude(roles__reach=Reach.PORTFOLIO).order_by("pk").first()


def held(pk: int | None) -> Post | None:
    """The post, if somebody holds it who may answer."""
    rows = Post.objects.filter(pk=pk or 0, closed_on=None, holders__ends_on=None)
    return rows.filter(roles__role__grants__operation=ANSWERS).first()


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('service_conversation', 'id'))")
        return int(cursor.fetchone()[0])
