"""Facts of requests; without a customer where the caller is not on file."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class RequestOpened:
    customer_id: int | None
    subject: str
    request_id: int
    kind: str
    kind_name: str
    channel: str


@event
@dataclass(frozen=True, slots=True)
class RequestAnswered:
    """Words were exchanged with the customer about a request; ``outward``: the institution spoke."""

    customer_id: int | None
    subject: str
    request_id: int
    channel: str
    outward: bool


@event
@dataclass(frozen=True, slots=True)
class RequestReassigned:
    """Somebody accepted what the former owner offered."""

    customer_id: int | None
    subject: str
    request_id: int
    before_post: int
    post: int


@event
@dataclass(frozen=True, slots=True)
class ClockPaused:
    customer_id: int | None
    subject: str
    request_id: int
    clock: str
    reason: str


@event
@dataclass(frozen=True, slots=True)
class ClockResumed:
    customer_id: int | None
    subject: str
    request_id: int
    clock: str
    due_at: str


@event
@dataclass(frozen=True, slots=True)
class ResultGiven:
    customer_id: int | None
    subject: str
    request_id: int
    solved: bool
    channel: str


@event
@dataclass(frozen=True, slots=True)
class RequestClosed:
    customer_id: int | None
    subject: str
    request_id: int
    confirmation: str


@event
@dataclass(frozen=True, slots=True)
class RequestReopened:
    customer_id: int | None
    subject: str
    request_id: int
    disputed: bool


@event
@dataclass(frozen=True, slots=True)
class RequestWithdrawn:
    customer_id: int | None
    subject: str
    request_id: int


@event
@dataclass(frozen=True, slots=True)
class RequestsJoined:
    """One request goes on in another of the same customer."""

    customer_id: int | None
    subject: str
    request_id: int
    into_id: int
    into_no: str


@event
@dataclass(frozen=True, slots=True)
class RequestsLinked:
    """Two requests have to do with each other and stay two."""

    customer_id: int | None
    subject: str
    request_id: int
    other_id: int
    other_no: str


@event
@dataclass(frozen=True, slots=True)
class FollowUpPlanned:
    """The customer is asked on that day whether it is really settled."""

    customer_id: int | None
    subject: str
    request_id: int
    due_on: str


@event
@dataclass(frozen=True, slots=True)
class FollowUpSettled:
    customer_id: int | None
    subject: str
    request_id: int
    outcome: str


@event
@dataclass(frozen=True, slots=True)
class RequestQueued:
    """A request waits in a queue for a member; who was asked first stays responsible meanwhile."""

    customer_id: int | None
    subject: str
    request_id: int
    queue_id: int
    queue_name: str


@event
@dataclass(frozen=True, slots=True)
class CallerIdentified:
    """The caller of a request turned out to be this customer."""

    customer_id: int
    subject: str
    request_id: int
