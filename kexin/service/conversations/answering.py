"""What staff do with a conversation: answer, take it over, put it off, close it, begin one."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.calendar import zone
from kexin.core.errors import Conflict, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.engagement.messages.sending import write_message
from kexin.engagement.models import OutboundMessage
from kexin.party.models import Customer
from kexin.people.models import Post
from kexin.service.conversations.choices import (
    ANSWERED_HERE,
    BEGUN_HERE,
    SENT_OUT,
    UNDISTURBED,
    WITH_FILES,
    ConversationChannel,
    ConversationState,
    Side,
)
from kexin.service.conversations.events import ConversationAccepted, ConversationClosed, ConversationReopened
from kexin.service.conversations.files import Looked, refuse_unfit
from kexin.service.conversations.mail.threading import subject_with
from kexin.service.conversations.policies import ConversationPolicy
from kexin.service.conversations.rules import LONGEST_SUBJECT, TABLE, may_end, may_put_off, may_say, not_before
from kexin.service.conversations.talking import ANSWERS, begin, held, say
from kexin.service.conversations.wecom_members import member_for
from kexin.service.conversations.work import move_answer, owe_answer, settle_answer
from kexin.service.models import Conversation, ConversationMessage
from kexin.service.rules import clean, text_fits

PURPOSE = "service.answer"


@operation(ANSWERS, label=_("Answer in a conversation"))
def answer_conversation(
    conversation: Conversation | int,
    *,
    actor: Actor,
    text: str,
    file: vault.StoredFile | None = None,
    seen: int | None = None,
) -> ConversationMessage:
    """Write to the customer where the customer wrote. ``seen`` is the last message that the writer had read.

    Raises Conflict where a colleague answered since, RuleViolation where the text may not go.
    """
    row = Conversation.objects.lock(conversation, actor)
    TABLE.may(row.state, "answer").enforce()
    rules, said = in_force(ConversationPolicy), clean(text)
    may_say(said, files=1 if file else 0, forbidden=rules.forbidden).enforce()
    newer = row.messages.filter(side=Side.OUT, pk__gt=seen or 0).exclude(by=actor.name)
    if seen is not None and newer.exists():
        raise Conflict(_("A colleague has answered meanwhile. Read it first."))
    channel = ConversationChannel(row.channel)
    if channel not in ANSWERED_HERE:
        raise RuleViolation(_("An answer cannot be sent by this channel. Use another way, and note it."))
    if file is not None:
        if channel not in WITH_FILES:
            raise RuleViolation(fields={"file": _("Files go out in the portal and by mail.")})
        refuse_unfit(file, row.key_id)
        if channel == ConversationChannel.EMAIL and file.size > rules.mail_file_mb * 1_000_000:
            told = _("By mail a file may have %(most)s MB.") % {"most": rules.mail_file_mb}
            raise RuleViolation(fields={"file": told})
    outbound = _sent(row, said, actor, rules) if channel in SENT_OUT else None
    return say(row, said, actor=actor, files=[Looked(file, None)] if file else [], outbound=outbound)


def _sent(row: Conversation, text: str, actor: Actor, rules: ConversationPolicy) -> OutboundMessage:
    """Handed to the carrier; what makes a telephone ring not in the hours in which nobody is disturbed."""
    by_mail = row.channel == ConversationChannel.EMAIL
    line = subject_with(str(row.subject or ""), row.conversation_no, row.token) if by_mail else ""
    if row.channel == ConversationChannel.WECOM:
        line = member_for(row, actor)
    return write_message(
        row.customer,
        actor=actor,
        channel=row.channel,
        purpose=PURPOSE,
        body=text,
        subject_line=line,
        address=str(row.address or ""),
        key_id=row.key_id,
        thread=str(row.mail_thread or "") if by_mail else "",
        not_before=_undisturbed(rules) if row.channel in UNDISTURBED else None,
    )


def _undisturbed(rules: ConversationPolicy) -> dt.datetime:
    now = timezone.now().astimezone(zone())
    return not_before(now, dt.time.fromisoformat(rules.quiet_from), dt.time.fromisoformat(rules.quiet_until))


@operation("service.start_conversation", label=_("Begin a conversation with a customer"), plain=("channel",))
def start_conversation(
    customer: Customer | int, *, actor: Actor, channel: str, text: str, subject: str = ""
) -> Conversation:
    """Write to a customer first: on the portal, by mail or by short message."""
    who = Customer.objects.lock(customer, actor)
    post = Post.objects.filter(pk=actor.post_id or 0).first()
    if post is None:
        raise RuleViolation(_("Only somebody who holds a post can be responsible for a conversation."))
    if channel not in BEGUN_HERE:
        raise RuleViolation(fields={"channel": _("Choose one of the list.")})
    rules, said, about = in_force(ConversationPolicy), clean(text), clean(subject).replace("\n", " ")
    decision = may_say(said, files=0, forbidden=rules.forbidden) & text_fits(about, LONGEST_SUBJECT, "subject")
    decision.enforce()
    if channel == ConversationChannel.EMAIL and not about:
        raise RuleViolation(fields={"subject": _("Say in a few words what it is about.")})
    row = begin(
        customer=who,
        key_id=who.party.key_id,
        channel=ConversationChannel(channel),
        post=post,
        by=actor.name,
        ours=True,
        subject=about,
    )
    outbound = _sent(row, said, actor, rules) if channel in SENT_OUT else None
    say(row, said, actor=actor, outbound=outbound)
    return row


@operation("service.take_conversation", label=_("Take a conversation over"))
def take_conversation(conversation: Conversation | int, *, actor: Actor, reason: str = "") -> Conversation:
    """Whoever takes it over accepts to be responsible; until then the first asked stays so."""
    row = Conversation.objects.lock(conversation, actor)
    post = held(actor.post_id)
    if post is None:
        raise RuleViolation(_("Only somebody who holds a post can be responsible for a conversation."))
    if row.owner_post_id == post.pk:
        return row
    before = row.owner_post_id
    row.owner_post, row.unit_id = post, post.unit_id
    row.version += 1
    row.save()
    move_answer(row)
    emit(ConversationAccepted(row.customer_id, row.conversation_no, row.pk, before, post.pk))
    return row


@operation("service.put_off_conversation", label=_("Put a conversation off"))
def put_off_conversation(conversation: Conversation | int, *, actor: Actor, until: dt.datetime | None) -> Conversation:
    """Out of sight until a moment, or until the customer writes; without a moment it comes back now.

    The limit of the answer stays as it is.
    """
    row = Conversation.objects.lock(conversation, actor)
    if row.state == ConversationState.CLOSED:
        raise RuleViolation(_("This conversation is closed."))
    if until is not None:
        may_put_off(until, timezone.now()).enforce()
    row.snoozed_until = until
    row.version += 1
    row.save(update_fields=["snoozed_until", "version"])
    return row


@operation("service.close_conversation", label=_("Close a conversation"), plain=("purpose", "reaction"))
def close_conversation(
    conversation: Conversation | int, *, actor: Actor, purpose: str, result: str, reaction: str = ""
) -> Conversation:
    """What it was about, what came of it, how the customer took it (F-13)."""
    row = Conversation.objects.lock(conversation, actor)
    after = TABLE.after(row.state, "close")
    rules, said = in_force(ConversationPolicy), clean(result)
    may_end(result=said, reaction=reaction, purpose_known=rules.purpose(purpose) is not None).enforce()
    row.state, row.closed_at, row.closed_by = after, timezone.now(), actor.name
    row.purpose, row.result_text, row.reaction, row.snoozed_until = purpose, said, reaction, None
    row.version += 1
    row.save()
    settle_answer(row, outcome="closed", by=actor.name)
    emit(ConversationClosed(row.customer_id, row.conversation_no, row.pk, purpose, reaction, False))
    return row


@operation("service.reopen_conversation", label=_("Open a conversation again"))
def reopen_conversation(conversation: Conversation | int, *, actor: Actor) -> Conversation:
    """It was closed too early: somebody owes an answer again."""
    row = Conversation.objects.lock(conversation, actor)
    row.state = TABLE.after(row.state, "reopen")
    row.closed_at, row.closed_by = None, ""
    row.version += 1
    row.save()
    owe_answer(row, in_force(ConversationPolicy), timezone.now())
    emit(ConversationReopened(row.customer_id, row.conversation_no, row.pk))
    return row


@operation("service.close_silent_conversation", label=_("Close a conversation where the customer is silent"))
def close_silent_conversation(conversation_id: int, *, actor: Actor) -> Conversation | None:
    """Answered, and no word since for the days of the policy; None where somebody wrote meanwhile."""
    before = timezone.now() - dt.timedelta(days=in_force(ConversationPolicy).silent_days)
    rows = Conversation.objects.filter(state=ConversationState.WAITING, last_at__lte=before, pk=conversation_id)
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        return None
    row.state, row.closed_at, row.closed_by = ConversationState.CLOSED, timezone.now(), actor.name
    row.version += 1
    row.save()
    emit(ConversationClosed(row.customer_id, row.conversation_no, row.pk, row.purpose, row.reaction, True))
    return row


def silent_conversations(limit: int = 500) -> list[int]:
    """Those to close now, the longest silent first."""
    before = timezone.now() - dt.timedelta(days=in_force(ConversationPolicy).silent_days)
    rows = Conversation.objects.filter(state=ConversationState.WAITING, last_at__lte=before)
    return list(rows.order_by("last_at").values_list("pk", flat=True)[:limit])
