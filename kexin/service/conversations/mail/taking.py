"""A mail is taken in: into the conversation that it answers, else into a new one. One transaction with the mark of how
far the mailbox was read."""

from __future__ import annotations

import datetime as dt
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotPermitted
from kexin.core.keystore import customer_keys
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.service.conversations.choices import ConversationChannel, ConversationState
from kexin.service.conversations.files import keep
from kexin.service.conversations.mail.parsing import BOUNCE, PERSON, Mail
from kexin.service.conversations.mail.threading import mark_in, ours_among, reference_of, thread_with
from kexin.service.conversations.policies import ConversationPolicy
from kexin.service.conversations.rekeying import address_candidates, address_token
from kexin.service.conversations.rules import goes_on
from kexin.service.conversations.senders import customers_at, the_customer_at, too_many
from kexin.service.conversations.talking import asked_first, begin, hear
from kexin.service.models import Conversation, ConversationMessage, Mailbox

EMAIL = ConversationChannel.EMAIL
WRITER = "sender"  # who stands in the record as the writer: the address itself is personal


@operation("service.take_in_mail", label=_("Take a mail in"))
def take_in_mail(
    mail: Mail, *, actor: Actor, raw: bytes, mailbox_id: int = 0, uid: int = 0
) -> ConversationMessage | None:
    """Keep it where it belongs; None where it was taken before, came from ourselves, or names no sender and says
    nothing. A machine's mail asks nobody for an answer, but for one that says that ours was not delivered.

    Raises RuleViolation where nobody may answer: the mailbox is then not moved on.
    """
    if not actor.everything:
        raise NotPermitted
    if mailbox_id:
        box = Mailbox.objects.select_for_update().get(pk=mailbox_id)
        if uid <= box.last_uid:
            return None
        box.last_uid = uid
        box.save(update_fields=["last_uid"])
    reference = reference_of(mail.message_id, raw)
    own = parseaddr(settings.KEXIN_MAIL_FROM)[1].lower()
    if ConversationMessage.objects.filter(reference=reference).exists() or (own and mail.address == own):
        return None
    now, rules = timezone.now(), in_force(ConversationPolicy)
    machine = mail.kind != PERSON or too_many(EMAIL, mail.address, rules, now)
    row = _answered(mail, rules, now)
    if row is None:
        row = _new(mail, machine)
    files = [keep(row.key_id, name, content) for name, content in mail.files]
    row.mail_thread = thread_with(mail.ids, mail.message_id) or None
    sent = mail.at if mail.at is not None and now - dt.timedelta(days=30) < mail.at <= now else now
    return hear(
        row,
        "\n\n".join(each for each in (mail.text, _left_out(mail)) if each),
        by=WRITER,
        files=files,
        quoted=mail.quoted,
        automatic=machine,
        wakes=not machine or mail.kind == BOUNCE,
        reference=reference,
        at=sent,
    )


def _left_out(mail: Mail) -> str:
    return _t("(%(n)s more files came and were not kept.)") % {"n": mail.left_out} if mail.left_out else ""


def _answered(mail: Mail, rules: ConversationPolicy, now: dt.datetime) -> Conversation | None:
    """The conversation that it answers, if it may go on there. A stranger who knows a mark does not get in by it."""
    rows = Conversation.objects.select_for_update(of=("self",)).filter(channel=EMAIL)
    found = None
    ours = ours_among(mail.ids)
    if ours:
        messages = ConversationMessage.objects.filter(outbound__reference__in=ours).order_by("-pk")
        found = rows.filter(pk__in=list(messages.values_list("conversation", flat=True)[:1])).first()
    mark = mark_in(mail.subject)
    if found is None and mark is not None:
        found = rows.filter(conversation_no=mark[0], token__startswith=mark[1]).first()
    if found is None and mail.ids:
        known = [reference_of(each, b"") for each in mail.ids]
        messages = ConversationMessage.objects.filter(reference__in=known).order_by("-pk")
        found = rows.filter(pk__in=list(messages.values_list("conversation", flat=True)[:1])).first()
    if found is None or not (mail.kind == BOUNCE or _same_writer(found, mail.address)):
        return None
    return found if goes_on(state=found.state, closed_at=found.closed_at, now=now, days=rules.reopen_days) else None


def _same_writer(row: Conversation, address: str) -> bool:
    if row.address_token is not None and bytes(row.address_token) in address_candidates(EMAIL, address):
        return True
    return row.customer_id is not None and row.customer_id in customers_at(EMAIL, address)


def _new(mail: Mail, machine: bool) -> Conversation:
    """Of the one customer with this address; shared or unknown, of nobody until somebody says whose it is."""
    who = the_customer_at(EMAIL, mail.address)
    row = begin(
        customer=who,
        key_id=who.party.key_id if who is not None else customer_keys().create()[0],
        channel=EMAIL,
        post=asked_first(who),
        by=WRITER,
        ours=False,
        address=mail.address,
        address_token=address_token(EMAIL, mail.address) if mail.address else None,
        sender_name=mail.name,
        subject=mail.subject,
    )
    if machine:
        row.state = ConversationState.WAITING
    return row
