"""Conversations with customers: the inbox of all channels."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Id, Instant, Moment, Page, Paging, Shown, Taken, Version, one_of, page_of
from kexin.core.ui.downloads import download
from kexin.party.models import Customer
from kexin.service.api.requests import RequestShown, shown_request
from kexin.service.choices import Reaction, Urgency
from kexin.service.conversations.answering import (
    answer_conversation,
    close_conversation,
    put_off_conversation,
    reopen_conversation,
    start_conversation,
    take_conversation,
)
from kexin.service.conversations.choices import BEGUN_HERE, ConversationChannel
from kexin.service.conversations.files import download_conversation_file
from kexin.service.conversations.incoming import BY_GATEWAY, TAKES_IN, take_in_words
from kexin.service.conversations.joining import identify_sender, link_conversation, turn_into_request
from kexin.service.conversations.queries import (
    VIEW,
    VIEWS,
    Said,
    Thread,
    conversation_thread,
    conversations,
    inbox_count,
    open_heads,
)
from kexin.service.models import Conversation

router = Endpoints("conversations", _("Conversations"))
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class ConversationsWanted(Paging):
    """Which conversations, which part of the list."""

    view: Annotated[str, Field(pattern=f"^({'|'.join(VIEWS)}|)$", examples=["open"])] = ""
    channel: Annotated[str, Field(pattern=f"^({'|'.join(ConversationChannel.values)}|)$", examples=["chat"])] = ""


class ConversationShown(Shown):
    """A conversation: with whom, by which way, whose turn it is."""

    id: Id
    conversation_no: str = Field(examples=["T202600000001"])
    customer_id: Id | None
    channel: str = Field(examples=["chat"])
    subject: str = Field(examples=[""])
    state: str = Field(examples=["open"])
    unit_id: Id
    owner_post_id: Id
    first_post_id: Id
    request_id: Id | None
    opened_at: Moment
    last_at: Moment
    snoozed_until: Moment | None
    purpose: str = Field(examples=[""])
    reaction: str = Field(examples=[""])
    closed_at: Moment | None
    version: Version


class ConversationFileShown(Shown):
    """A file of a message; held_back: why it is handed to nobody."""

    id: Id
    file_name: str = Field(examples=["身份证.png"])
    media_type: str = Field(examples=["image/png"])
    size: int = Field(description="Bytes", examples=[48213])
    held_back: str = Field(examples=[""])


class ConversationMessageShown(Shown):
    """Words of one side: ``in`` the customer, ``out`` the institution."""

    id: Id
    side: str = Field(examples=["in"])
    text: str = Field(examples=["我的存单到期了怎么办？"])
    quoted: str = Field(description="What a mail repeats of earlier ones", examples=[""])
    at: Moment
    by: str = Field(examples=["customer.10000042"])
    automatic: bool = Field(description="Written by a machine", examples=[False])
    sending: str = Field(description="What the carrier made of it", examples=[""])
    files: list[ConversationFileShown]


class ConversationThreadShown(Shown):
    """A conversation with its newest messages in order; more: there are older ones."""

    conversation: ConversationShown
    result: str = Field(examples=[""])
    messages: list[ConversationMessageShown]
    more: bool = Field(examples=[False])


class InboxCountShown(Shown):
    """Conversations within reach; each counted to 1,000 at most."""

    mine: int = Field(examples=[3])
    open: int = Field(examples=[7])
    waiting: int = Field(examples=[12])
    unknown: int = Field(examples=[1])
    later: int = Field(examples=[0])


class ConversationAnswerTaken(Taken):
    """The words; ``seen`` is the last message that the writer had read, so that two do not answer at once."""

    text: str = Field(min_length=1, max_length=4000, examples=["可以自动转存，我下午给您回电。"])
    seen: Id | None = Field(default=None, examples=[None])


class ConversationStartTaken(Taken):
    """By which way, and the first words."""

    channel: Annotated[str, Field(pattern=f"^({'|'.join(each.value for each in BEGUN_HERE)})$", examples=["chat"])]
    text: str = Field(min_length=1, max_length=4000, examples=["您的卡已到网点。"])
    subject: str = Field(default="", max_length=200, examples=["您的新卡"])


class ConversationWordsTaken(Taken):
    """Words that a gateway hands over; ``reference`` is its own number, under which nothing is taken twice."""

    channel: Annotated[str, Field(pattern=f"^({'|'.join(each.value for each in BY_GATEWAY)})$", examples=["sms"])]
    address: str = Field(min_length=1, max_length=200, examples=["13800005678"])
    text: str = Field(min_length=1, max_length=4000, examples=["我的卡到了吗"])
    reference: str = Field(min_length=1, max_length=200, examples=["20261122-000183"])
    name: str = Field(default="", max_length=120, examples=[""])
    said_at: Instant | None = Field(default=None, examples=[None])


class ConversationPutOffTaken(Taken):
    """Until when; nothing: it comes back now."""

    until: Instant | None = Field(default=None, examples=[None])


class ConversationEndTaken(Taken):
    """What it was about, what came of it, how the customer took it."""

    purpose: Annotated[Code, Field(examples=["question"])]
    result: str = Field(min_length=1, max_length=1000, examples=["已解答"])
    reaction: Annotated[str, Field(pattern=f"^({'|'.join(Reaction.values)}|)$", examples=["content"])] = ""


class ConversationWhoseTaken(Taken):
    """The customer who wrote."""

    customer_id: Id


class ConversationLinkTaken(Taken):
    """The number of a request of the same customer."""

    request_no: str = Field(max_length=20, examples=["Q202600000001"])


class ConversationRequestTaken(Taken):
    """What kind of request it becomes."""

    kind: Annotated[Code, Field(examples=["consultation"])]
    category: Annotated[Code, Field(examples=["card"])]
    subject: str = Field(default="", max_length=120, examples=["银行卡不能取款"])
    urgency: one_of(Urgency) = "general"  # type: ignore[valid-type]


def shown_conversation(row: Conversation) -> ConversationShown:
    plain = {name: getattr(row, name) for name in ConversationShown.model_fields if name not in ("id", "subject")}
    return ConversationShown(id=row.pk, subject=str(row.subject or ""), **plain)


def _said(each: Said) -> ConversationMessageShown:
    row = each.row
    files = [
        ConversationFileShown(
            id=file.pk,
            file_name=str(file.file_name or ""),
            media_type=file.media_type,
            size=file.size,
            held_back=file.held_back,
        )
        for file in each.files
    ]
    return ConversationMessageShown(
        id=row.pk,
        side=row.side,
        text=str(row.text or ""),
        quoted=str(row.quoted or ""),
        at=row.at,
        by=row.by,
        automatic=row.automatic,
        sending=each.sending,
        files=files,
    )


def _thread(found: Thread) -> ConversationThreadShown:
    return ConversationThreadShown(
        conversation=shown_conversation(found.row),
        result=str(found.row.result_text or ""),
        messages=[_said(each) for each in found.said],
        more=found.more,
    )


def _named(request: ApiRequest, permission: str, pk: int) -> Conversation:
    return existing(request.actor, permission, Conversation.objects.all(), pk)


@router.read("/conversations", VIEW)
def list_conversations(request: ApiRequest, wanted: Query[ConversationsWanted]) -> Page[ConversationShown]:
    """Conversations within reach, the newest word first."""
    rows = conversations(request.actor, view=wanted.view, channel=wanted.channel)
    items, following = page_of(
        request, rows, wanted, [("last_at", "desc"), ("pk", "desc")], shown_conversation, open_heads
    )
    return Page[ConversationShown](items=items, next=following)


@router.read("/conversations/standing", VIEW)
def conversations_standing(request: ApiRequest) -> InboxCountShown:
    """How many are one's own, await an answer, await the customer, come from unknown senders, are put off."""
    found = inbox_count(request.actor)
    return InboxCountShown(**{name: getattr(found, name) for name in InboxCountShown.model_fields})


@router.write("POST", "/conversations/incoming", TAKES_IN, status=201)
def conversation_words_taken(request: ApiRequest, data: ConversationWordsTaken) -> ConversationMessageShown:
    """Take in a short message or a review; the account needs to reach the whole bank."""
    return _said(Said(take_in_words(actor=request.actor, **data.model_dump()), [], "", ""))


@router.read("/conversations/{conversation_id}", VIEW)
def read_conversation(request: ApiRequest, conversation_id: Id) -> ConversationThreadShown:
    """One conversation with its newest messages."""
    return _thread(conversation_thread(request.actor, conversation_id))


@router.write("POST", "/customers/{customer_id}/conversations", "service.start_conversation", status=201)
def conversation_started(request: ApiRequest, customer_id: Id, data: ConversationStartTaken) -> ConversationShown:
    """Write to a customer first; whoever does is responsible for the conversation."""
    customer = existing(request.actor, "service.start_conversation", Customer.objects.all(), customer_id)
    return shown_conversation(start_conversation(customer, actor=request.actor, **data.model_dump()))


@router.write("POST", "/conversations/{conversation_id}/answers", "service.answer_conversation", status=201)
def conversation_answered(
    request: ApiRequest, conversation_id: Id, data: ConversationAnswerTaken
) -> ConversationMessageShown:
    """Answer where the customer wrote."""
    row = _named(request, "service.answer_conversation", conversation_id)
    return _said(Said(answer_conversation(row, actor=request.actor, **data.model_dump()), [], "", ""))


@router.write("POST", "/conversations/{conversation_id}/taking", "service.take_conversation")
def conversation_taken(request: ApiRequest, conversation_id: Id) -> ConversationShown:
    """Be responsible from now on."""
    row = _named(request, "service.take_conversation", conversation_id)
    return shown_conversation(take_conversation(row, actor=request.actor))


@router.write("POST", "/conversations/{conversation_id}/putting-off", "service.put_off_conversation")
def conversation_put_off(request: ApiRequest, conversation_id: Id, data: ConversationPutOffTaken) -> ConversationShown:
    """Out of sight until a moment, or until the customer writes."""
    row = _named(request, "service.put_off_conversation", conversation_id)
    return shown_conversation(put_off_conversation(row, actor=request.actor, until=data.until))


@router.write("POST", "/conversations/{conversation_id}/closing", "service.close_conversation")
def conversation_closed(request: ApiRequest, conversation_id: Id, data: ConversationEndTaken) -> ConversationShown:
    """Close it with what came of it."""
    row = _named(request, "service.close_conversation", conversation_id)
    return shown_conversation(close_conversation(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/conversations/{conversation_id}/reopening", "service.reopen_conversation")
def conversation_reopened(request: ApiRequest, conversation_id: Id) -> ConversationShown:
    """It was closed too early."""
    row = _named(request, "service.reopen_conversation", conversation_id)
    return shown_conversation(reopen_conversation(row, actor=request.actor))


@router.write("POST", "/conversations/{conversation_id}/customer", "service.identify_sender")
def conversation_identified(
    request: ApiRequest, conversation_id: Id, data: ConversationWhoseTaken
) -> ConversationShown:
    """Say which customer an unknown sender is."""
    row = _named(request, "service.identify_sender", conversation_id)
    return shown_conversation(identify_sender(row, actor=request.actor, customer_id=data.customer_id))


@router.write("POST", "/conversations/{conversation_id}/request-link", "service.link_conversation")
def conversation_linked(request: ApiRequest, conversation_id: Id, data: ConversationLinkTaken) -> ConversationShown:
    """Join it with a request of the same customer."""
    row = _named(request, "service.link_conversation", conversation_id)
    return shown_conversation(link_conversation(row, actor=request.actor, request_no=data.request_no))


@router.write("POST", "/conversations/{conversation_id}/request", "service.turn_into_request", status=201)
def conversation_made_request(request: ApiRequest, conversation_id: Id, data: ConversationRequestTaken) -> RequestShown:
    """Make a request of it; its clocks run from the customer's first word."""
    row = _named(request, "service.turn_into_request", conversation_id)
    return shown_request(turn_into_request(row, actor=request.actor, **data.model_dump()))


@router.write(
    "POST",
    "/conversation-files/{file_id}/content",
    "service.download_conversation_file",
    once=False,
    content={"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
)
def read_conversation_file(request: ApiRequest, file_id: Id) -> HttpResponse:
    """The content of a file. POST, because it leaves the house and is recorded; what is held back is refused."""
    file, content = download_conversation_file(file_id, actor=request.actor)
    name = str(file.file_name or "") or f"file-{file.pk}"
    response = download(content, name=name, media_type="application/octet-stream", size=file.size)
    response.headers["X-Media-Type"] = file.media_type
    return response  # type: ignore[return-value]
