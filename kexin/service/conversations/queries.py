"""Reads of conversations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.query import query
from kexin.party.models import Customer
from kexin.party.naming import in_charge
from kexin.service.conversations.choices import ConversationChannel, ConversationState, Side
from kexin.service.drafting.masking import hide
from kexin.service.models import Conversation, ConversationFile, ConversationMessage

VIEW, VIEW_OWN = "service.view_conversations", "service.view_own_conversations"
MINE, OPEN, WAITING, LATER, CLOSED, UNKNOWN = "mine", "open", "waiting", "later", "closed", "unknown"
VIEWS = (MINE, OPEN, WAITING, UNKNOWN, LATER, CLOSED)
MOST_MESSAGES, MOST_OWN = 200, 100
PREVIEW = 80  # signs of the last words on a list
HEAD = ("subject", "sender_name", "address")


@query(VIEW, label=_("See conversations"), record="list", plain=("view", "channel"))
def conversations(actor: Actor, *, view: str = "", channel: str = "") -> QuerySet[Conversation]:
    """Conversations within reach. ``view``: those one owns that await an answer, all that await one, those that await
    the customer, those of unknown senders, those put off, closed ones; empty: all."""
    rows = Conversation.objects.visible_to(actor, VIEW).select_related("customer__party")
    if channel in ConversationChannel.values:
        rows = rows.filter(channel=channel)
    now = timezone.now()
    here = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    if view == MINE:
        return rows.unfinished().filter(here, owner_post__in=list(actor.post_ids))
    if view == OPEN:
        return rows.filter(here, state=ConversationState.OPEN)
    if view == WAITING:
        return rows.filter(here, state=ConversationState.WAITING)
    if view == LATER:
        return rows.unfinished().filter(snoozed_until__gt=now)
    if view == CLOSED:
        return rows.filter(state=ConversationState.CLOSED)
    if view == UNKNOWN:
        return rows.unfinished().filter(customer=None)
    return rows


def open_heads(rows: Sequence[Conversation]) -> None:
    """Decrypt what a list shows of conversations, at once."""
    decrypt_rows(Conversation, list(rows), HEAD)


@dataclass(frozen=True, slots=True)
class LastWords:
    """The beginning of the last words of a conversation, on one line; ``ours``: the institution spoke."""

    text: str
    ours: bool


def last_words(actor: Actor, rows: Sequence[Conversation]) -> dict[int, LastWords]:
    """Of conversations on a list, read and decrypted at once, by their key.

    Whoever does not see the customer's name whole sees no number, address or name in the words either.
    """
    newest = ConversationMessage.objects.filter(conversation=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    last = Conversation.objects.filter(pk__in=[each.pk for each in rows]).order_by().values_list(Subquery(newest))
    found = list(ConversationMessage.objects.filter(pk__in=last))
    decrypt_rows(ConversationMessage, found, ("text",))
    whose = {each.pk: each for each in rows}
    return {
        each.conversation_id: LastWords(_begin(actor, whose[each.conversation_id], each), each.side == Side.OUT)
        for each in found
    }


def _begin(actor: Actor, row: Conversation, message: ConversationMessage) -> str:
    text = " ".join(str(message.text or "").split())
    mine = row.owner_post_id in actor.post_ids
    if not mine and (row.customer is None or not in_charge(actor, row.customer)):
        names = [str(each) for each in (row.customer.party.name if row.customer else row.sender_name,) if each]
        text = hide(text, names)[0]
    return text if len(text) <= PREVIEW else f"{text[:PREVIEW]}…"


@dataclass(frozen=True, slots=True)
class Said:
    """A message with its files and, where a carrier took it, what became of it."""

    row: ConversationMessage
    files: list[ConversationFile]
    sending: str
    sending_label: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with its newest messages, in order; ``more``: there are older ones."""

    row: Conversation
    said: list[Said]
    more: bool

    @property
    def last(self) -> int:
        """The last message, by which somebody who answers says what they had read."""
        return self.said[-1].row.pk if self.said else 0


@query(VIEW, label=_("See conversations"), record="open")
def conversation_thread(actor: Actor, pk: int) -> Thread:
    """One conversation within reach with its words opened. NotFound."""
    rows = Conversation.objects.visible_to(actor, VIEW).select_related("customer__party", "customer__unit", "request")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return thread_of(row)


@query(VIEW, label=_("See conversations"))
def conversation_version(actor: Actor, pk: int) -> int:
    """The version of a conversation within reach: open pages ask for it every other second. NotFound."""
    found = Conversation.objects.visible_to(actor, VIEW).filter(pk=pk).values_list("version", flat=True).first()
    if found is None:
        raise NotFound
    return found


def thread_of(row: Conversation, most: int = MOST_MESSAGES) -> Thread:
    """The newest messages, opened."""
    found = list(row.messages.select_related("outbound").order_by("-pk")[: most + 1])
    messages = found[:most][::-1]
    decrypt_rows(ConversationMessage, messages, ("text", "quoted"))
    files = list(ConversationFile.objects.filter(message__in=[each.pk for each in messages]).order_by("pk"))
    decrypt_rows(ConversationFile, files, ("file_name",))
    decrypt_rows(Conversation, [row], (*HEAD, "result_text"))
    said = [
        Said(
            each,
            [file for file in files if file.message_id == each.pk],
            each.outbound.status if each.outbound else "",
            each.outbound.get_status_display() if each.outbound else "",
        )
        for each in messages
    ]
    return Thread(row, said, len(found) > most)


@query(VIEW, label=_("See conversations"))
def conversations_of(actor: Actor, customer: Customer) -> list[Conversation]:
    """The newest conversations with a customer that the reader may see, unfinished ones first."""
    rows = Conversation.objects.visible_to(actor, VIEW).filter(customer=customer).order_by("-last_at", "-pk")[:20]
    found = sorted(rows, key=lambda row: row.state == ConversationState.CLOSED)[:10]
    open_heads(found)
    return found


@query(VIEW_OWN, label=_("See one's own conversations"), record="open")
def own_thread(actor: Actor) -> Thread | None:
    """What the customer who acts and the institution wrote on the portal: the conversation under way, else the last
    one; None where there is none."""
    row = _own(actor).select_related("unit").first()
    return thread_of(row, MOST_OWN) if row is not None else None


@query(VIEW_OWN, label=_("See one's own conversations"))
def own_version(actor: Actor) -> str:
    """Which conversation it is, and its version; empty where there is none."""
    found = _own(actor).values_list("pk", "version").first()
    return f"{found[0]}.{found[1]}" if found else ""


def _own(actor: Actor) -> QuerySet[Conversation]:
    rows = Conversation.objects.visible_to(actor, VIEW_OWN).filter(channel=ConversationChannel.CHAT)
    return rows.order_by("-last_at", "-pk")


@dataclass(frozen=True, slots=True)
class InboxCount:
    """How many conversations within reach stand where; each counted to 1,000 at most."""

    mine: int
    open: int
    waiting: int
    unknown: int
    later: int


@query(VIEW, label=_("See conversations"))
def inbox_count(actor: Actor) -> InboxCount:
    """Figures over the inbox; each opens its list."""
    return InboxCount(
        *(
            conversations(actor, view=view).order_by().values("pk")[:1000].count()
            for view in (MINE, OPEN, WAITING, UNKNOWN, LATER)
        )
    )
