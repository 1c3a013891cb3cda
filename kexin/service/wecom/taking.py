"""A message of the WeCom archive is taken in: kept only where the customer agreed, in the transaction that moves on.

Staff's words are looked through for phrases that nobody may write (policy ``service.conversations``); compliance gets
them as work. What is neither between a member of the bank and a customer, nor text, is passed over and counted.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import NotPermitted
from kexin.core.events import emit
from kexin.core.keystore import customer_keys
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.engagement.models import OutboundMessage
from kexin.people.models import Post
from kexin.people.queries import held_on
from kexin.service.conversations.choices import ConversationChannel, ConversationState, Side
from kexin.service.conversations.events import WordsSent
from kexin.service.conversations.policies import ConversationPolicy
from kexin.service.conversations.rekeying import address_candidates, address_token
from kexin.service.conversations.rules import goes_on, promised
from kexin.service.conversations.senders import the_customer_at
from kexin.service.conversations.talking import asked_first, begin, hear, held, keep_words
from kexin.service.conversations.wecom_members import agreed
from kexin.service.conversations.work import settle_answer
from kexin.service.models import (
    ArchiveAgreement,
    Conversation,
    ConversationMessage,
    FlaggedWords,
    Mailbox,
    WecomAccount,
)
from kexin.service.rules import clean
from kexin.service.wecom.events import ArchiveAgreed, ForbiddenWordsFound
from kexin.service.wecom.sidecar import LONGEST_TEXT, Archived
from kexin.service.wecom.work import owe_look

WECOM = ConversationChannel.WECOM
WRITER = "sender"
TEXT, AGREE, DISAGREE = "text", "agree", "disagree"


@operation("service.take_in_wecom", label=_("Take in a message of the WeCom archive"))
def take_in_wecom(message: Archived, *, actor: Actor, box_id: int) -> ConversationMessage | None:
    """Keep it where it belongs, and move on; None where it was taken before, is of no customer, or may not be kept.

    Raises RuleViolation where nobody may answer: the archive is then not moved on.
    """
    if not actor.everything:
        raise NotPermitted
    box = Mailbox.objects.select_for_update().get(pk=box_id)
    if message.seq <= box.last_uid:
        return None
    box.last_uid = message.seq
    box.save(update_fields=["last_uid"])
    accounts = WecomAccount.objects.filter(member__in=(message.sender, message.receiver), ended_at=None)
    members = {each.member: each for each in accounts.select_related("post")}
    if len(members) != 1:  # between colleagues, or about nobody of the bank
        _passed("of-no-customer")
        return None
    (member,) = members.values()
    ours = member.member == message.sender
    customer_id = message.receiver if ours else message.sender
    reference = hashlib.sha256(f"{WECOM.value}:{message.id}".encode()).hexdigest()
    if message.kind in (AGREE, DISAGREE) and not ours:
        _agreement(customer_id, message, reference)
        return None
    sent = OutboundMessage.objects.filter(channel=WECOM.value, carrier_no=message.id)
    if ConversationMessage.objects.filter(reference=reference).exists() or (ours and sent.exists()):
        return None  # taken before, or sent from here: it stands there already
    if not agreed(customer_id, message.at):
        _passed("not-agreed")
        return None
    text = clean(message.text)[:LONGEST_TEXT]
    if message.kind != TEXT or not text:
        _passed("no-text")
        return None
    row = _conversation(customer_id, member, ours)
    at = min(message.at, timezone.now())
    if not ours:
        return hear(row, text, by=WRITER, reference=reference, at=at)
    return _we_wrote(row, text, member.post, reference, at)


def _passed(why: str) -> None:
    """Nothing of it is kept but that there was something."""
    act = frame.current.get()
    if act is not None:
        act.notes["passed"] = why


def _agreement(wecom_id: str, message: Archived, reference: str) -> None:
    if ArchiveAgreement.objects.filter(reference=reference).exists():
        return
    yes, who = message.kind == AGREE, the_customer_at(WECOM, wecom_id)
    row = ArchiveAgreement(
        key_id=who.party.key_id if who is not None else customer_keys().create()[0],
        address_token=address_token(WECOM, wecom_id),
        agreed=yes,
        said_at=message.at,
        by=WRITER,
        reference=reference,
    )
    row.address = wecom_id
    row.save(force_insert=True)
    if who is not None:
        emit(ArchiveAgreed(who.pk, who.customer_no, yes))


def _conversation(wecom_id: str, member: WecomAccount, ours: bool) -> Conversation:
    """The one that goes on with this customer, else a new one of the member's post."""
    who, rules, now = the_customer_at(WECOM, wecom_id), in_force(ConversationPolicy), timezone.now()
    here = Q(address_token__in=address_candidates(WECOM, wecom_id))
    rows = Conversation.objects.select_for_update(of=("self",)).filter(here, channel=WECOM)
    same = rows.order_by("-last_at", "-pk").first()
    if same is not None and goes_on(state=same.state, closed_at=same.closed_at, now=now, days=rules.reopen_days):
        return same
    key_id = who.party.key_id if who is not None else same.key_id if same is not None else None
    return begin(
        customer=who,
        key_id=key_id or customer_keys().create()[0],
        channel=WECOM,
        post=held(member.post_id) or asked_first(who),
        by=_staff(member.post) if ours else WRITER,
        ours=ours,
        address=wecom_id,
        address_token=address_token(WECOM, wecom_id),
    )


def _staff(post: Post) -> str:
    """Who holds the post today; the post's own key where nobody does."""
    holder = held_on(timezone.localdate()).filter(post=post).select_related("employee").first()
    return holder.employee.staff_no if holder is not None else f"post.{post.pk}"


def _we_wrote(row: Conversation, text: str, post: Post, reference: str, at: dt.datetime) -> ConversationMessage:
    """Written in WeCom itself: it answers the customer, and is looked through."""
    by = _staff(post)
    made = keep_words(row, Side.OUT, text, by, at=at, reference=reference)
    row.last_at, row.snoozed_until = max(row.last_at, at), None
    if row.state != ConversationState.CLOSED:
        row.state = ConversationState.WAITING
    row.version += 1
    row.save()
    settle_answer(row, outcome="answered", by=by)
    emit(WordsSent(row.customer_id, row.conversation_no, row.pk, row.channel))
    found = promised(text, in_force(ConversationPolicy).forbidden)
    if found:
        flag = FlaggedWords.objects.create(
            message=made, unit_id=post.unit_id, post=post, phrases=found[:20], found_at=timezone.now()
        )
        owe_look(flag, row, by)
        emit(ForbiddenWordsFound(row.customer_id, row.conversation_no, flag.pk, len(found)))
    return made
