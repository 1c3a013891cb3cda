"""The customer's own doors: write on the portal, read what was said."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.operation import operation
from kexin.party.models import Customer
from kexin.service.conversations.choices import ConversationChannel
from kexin.service.conversations.files import Looked, refuse_unfit
from kexin.service.conversations.rules import may_say
from kexin.service.conversations.talking import asked_first, begin, hear
from kexin.service.models import Conversation, ConversationMessage
from kexin.service.rules import clean

WRITE_OWN = "service.write_own_words"
LONGEST_TALK = 20_000  # characters of a talk with the assistant that is carried over: the newest


@operation(WRITE_OWN, label=_("Write in one's own conversation"))
def write_own_words(
    *, actor: Actor, text: str, file: vault.StoredFile | None = None, earlier: str = ""
) -> ConversationMessage:
    """The customer writes on the portal: in the conversation that is under way, else in a new one.

    ``earlier`` are the words of a talk with the assistant that goes on here; they stand beside what is written.
    """
    assert actor.customer_id is not None
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=actor.customer_id)
    said = clean(text)
    may_say(said, files=1 if file else 0).enforce()
    rows = Conversation.objects.visible_to(actor, WRITE_OWN).filter(channel=ConversationChannel.CHAT)
    row = rows.unfinished().select_for_update(of=("self",)).order_by("-last_at").first()
    if file is not None:
        refuse_unfit(file, row.key_id if row is not None else customer.party.key_id)
    if row is None:
        row = begin(
            customer=customer,
            key_id=customer.party.key_id,
            channel=ConversationChannel.CHAT,
            post=asked_first(customer),
            by=actor.name,
            ours=False,
        )
    return hear(row, said, by=actor.name, files=[Looked(file, None)] if file else [], quoted=earlier[-LONGEST_TALK:])
