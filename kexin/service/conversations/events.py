"""Facts of conversations; neither words nor addresses stand in them. No customer: the sender is not known yet."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ConversationOpened:
    customer_id: int | None
    subject: str
    conversation_id: int
    channel: str
    ours: bool


@event
@dataclass(frozen=True, slots=True)
class WordsReceived:
    """The customer wrote; ``automatic``: a machine did, for example an absence note."""

    customer_id: int | None
    subject: str
    conversation_id: int
    channel: str
    automatic: bool


@event
@dataclass(frozen=True, slots=True)
class WordsSent:
    """Somebody of the institution answered."""

    customer_id: int | None
    subject: str
    conversation_id: int
    channel: str


@event
@dataclass(frozen=True, slots=True)
class ConversationClosed:
    customer_id: int | None
    subject: str
    conversation_id: int
    purpose: str
    reaction: str
    silent: bool


@event
@dataclass(frozen=True, slots=True)
class ConversationReopened:
    customer_id: int | None
    subject: str
    conversation_id: int


@event
@dataclass(frozen=True, slots=True)
class ConversationAccepted:
    """Another post is responsible now."""

    customer_id: int | None
    subject: str
    conversation_id: int
    before_post: int
    post: int


@event
@dataclass(frozen=True, slots=True)
class SenderIdentified:
    """A conversation of an unknown sender was found to be this customer's."""

    customer_id: int
    subject: str
    conversation_id: int


@event
@dataclass(frozen=True, slots=True)
class ConversationLinked:
    """The conversation belongs to a request."""

    customer_id: int | None
    subject: str
    conversation_id: int
    request_no: str
