"""What comes by other channels: short messages from a gateway, reviews from outside; each taken once."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.keystore import customer_keys
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.service.conversations.choices import ConversationChannel
from kexin.service.conversations.policies import ConversationPolicy
from kexin.service.conversations.rekeying import address_candidates, address_token
from kexin.service.conversations.rules import goes_on, may_say
from kexin.service.conversations.senders import the_customer_at, too_many
from kexin.service.conversations.talking import asked_first, begin, hear
from kexin.service.models import Conversation, ConversationMessage
from kexin.service.rules import clean

TAKES_IN = "service.take_in_words"
BY_GATEWAY = (ConversationChannel.SMS, ConversationChannel.THIRD)
WRITER = "sender"  # who stands in the record as the writer: the number itself is personal
LONGEST_ADDRESS = 200


@operation(TAKES_IN, label=_("Take in what came by another channel"), plain=("channel",))
def take_in_words(
    *,
    actor: Actor,
    channel: str,
    address: str,
    text: str,
    reference: str,
    name: str = "",
    said_at: dt.datetime | None = None,
) -> ConversationMessage:
    """Words that a gateway hands over: in the conversation with that number or author, else in a new one.

    ``reference`` is the gateway's own number: under the same one nothing is taken twice, the first is given back.
    Raises RuleViolation for words that are none, and where nobody may answer: the gateway then tries again.
    """
    if not any(grant.reach == Reach.ALL for grant in actor.grants_for(TAKES_IN)):
        raise NotPermitted  # whose number it is, is looked up in the whole bank
    if channel not in BY_GATEWAY:
        raise RuleViolation(fields={"channel": _("Choose one of the list.")})
    by, said, sender = ConversationChannel(channel), clean(text), "".join(clean(address).split())[:LONGEST_ADDRESS]
    if not sender:
        raise RuleViolation(fields={"address": _("Say from where it came.")})
    may_say(said, files=0).enforce()
    return known_words(by, reference) or take_words(by, sender, said, reference=reference, name=name, said_at=said_at)


def known_words(by: ConversationChannel, reference: str) -> ConversationMessage | None:
    """What was taken under that number before."""
    return ConversationMessage.objects.filter(reference=_known(by, reference)).first()


def _known(by: ConversationChannel, reference: str) -> str:
    return hashlib.sha256(f"{by.value}:{reference}".encode()).hexdigest()


def take_words(
    by: ConversationChannel, sender: str, said: str, *, reference: str, name: str, said_at: dt.datetime | None
) -> ConversationMessage:
    """Inside an operation: words that were not taken before, kept where they belong."""
    sender = "".join(sender.split())[:LONGEST_ADDRESS]
    now, rules = timezone.now(), in_force(ConversationPolicy)
    machine = too_many(by, sender, rules, now)
    row = _going_on(by, sender, rules, now) or _new(by, sender, name)
    at = said_at if said_at is not None and now - dt.timedelta(days=30) < said_at <= now else now
    return hear(row, said, by=WRITER, automatic=machine, wakes=not machine, reference=_known(by, reference), at=at)


def _going_on(
    channel: ConversationChannel, address: str, rules: ConversationPolicy, now: dt.datetime
) -> Conversation | None:
    who = the_customer_at(channel, address)
    rows = Conversation.objects.select_for_update(of=("self",)).filter(channel=channel)
    here = Q(address_token__in=address_candidates(channel, address))
    if who is not None:
        here |= Q(customer=who, address_token=None)  # we wrote first, to the number on file
    same = rows.filter(here).order_by("-last_at", "-pk").first()
    if same is None:
        return None
    return same if goes_on(state=same.state, closed_at=same.closed_at, now=now, days=rules.reopen_days) else None


def _new(channel: ConversationChannel, address: str, name: str) -> Conversation:
    who = the_customer_at(channel, address)
    return begin(
        customer=who,
        key_id=who.party.key_id if who is not None else customer_keys().create()[0],
        channel=channel,
        post=asked_first(who),
        by=WRITER,
        ours=False,
        address=address,
        address_token=address_token(channel, address),
        sender_name=clean(name).replace("\n", " ")[:120],
    )
