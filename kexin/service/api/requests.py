"""Requests of customers, their clocks and their record."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Id, Moment, Page, Paging, Shown, Taken, Version, one_of, page_of
from kexin.core.fields import decrypt_rows
from kexin.party.models import Customer
from kexin.service.choices import Channel, Confirmation, EntryKind, Reaction, RequestState, Urgency
from kexin.service.models import Clock, RequestEntry, ServiceRequest
from kexin.service.queries import NOTE, TEXTS, VIEW, Line, RequestFile, request_file, requests, standing
from kexin.service.requests.callers import IDENTIFIES, OPENS, identify_caller, open_caller_request
from kexin.service.requests.closing import (
    confirm_request,
    join_requests,
    reopen_request,
    tell_result,
    withdraw_request,
)
from kexin.service.requests.handling import grade_request, move_request, note_request, record_contact
from kexin.service.requests.opening import open_request
from kexin.service.requests.pausing import pause_clock, resume_clock
from kexin.service.requests.responsibility import answer_offer, assign_request, offer_request, recall_offer

router = Endpoints("requests", _("Requests"))
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["result"])]
Words = Annotated[str, Field(max_length=4000, examples=["已联系卡中心，新卡三日内寄出"])]


class RequestTaken(Taken):
    """What the customer asks; the clocks run from ``received_at``, else from now."""

    kind: Annotated[Code, Field(examples=["consultation"])]
    category: Annotated[Code, Field(examples=["card"])]
    channel: Annotated[one_of(Channel), Field(examples=["phone"])]  # type: ignore[valid-type]
    subject: str = Field(min_length=1, max_length=120, examples=["银行卡不能取款"])
    text: Words = ""
    urgency: one_of(Urgency) = "general"  # type: ignore[valid-type]
    received_at: Moment | None = Field(default=None, examples=[None])


class CallerRequestTaken(RequestTaken):
    """What somebody asks who is not on file; a telephone number or an e-mail address is needed."""

    name: str = Field(min_length=1, max_length=80, examples=["李先生"])
    phone: str = Field(default="", max_length=30, examples=["13900001234"])
    email: str = Field(default="", max_length=254, examples=[""])


class CallerTaken(Taken):
    """Which customer the caller is."""

    customer_id: Id


class RequestContactTaken(Taken):
    """Words exchanged with the customer; outward: the institution spoke."""

    channel: Annotated[one_of(Channel), Field(examples=["phone"])]  # type: ignore[valid-type]
    text: Words
    outward: bool = Field(default=True, examples=[True])
    reaction: Annotated[str, Field(pattern=f"^({'|'.join(Reaction.values)}|)$", examples=["neutral"])] = ""


class RequestNoteTaken(Taken):
    """A note no customer sees; ``ask``: posts of colleagues who are asked."""

    text: Words
    ask: list[Id] = Field(default=[], max_length=10, examples=[[]])


class RequestHandTaken(Taken):
    """To which post, and why."""

    post_id: Id
    reason: str = Field(min_length=1, max_length=200, examples=["她的客户"])


class RequestOfferAnswerTaken(Taken):
    """Taken over, or declined with a reason."""

    accept: bool = Field(examples=[True])
    reason: str = Field(default="", max_length=200, examples=[""])


class RequestStageTaken(Taken):
    """The stage of its kind."""

    stage: Annotated[Code, Field(examples=["needs"])]


class RequestGradeTaken(Taken):
    """General, important or urgent."""

    urgency: Annotated[one_of(Urgency), Field(examples=["important"])]  # type: ignore[valid-type]


class ClockPauseTaken(Taken):
    """Why the clock stands still."""

    reason: Annotated[Code, Field(examples=["awaits_customer"])]
    note: str = Field(default="", max_length=200, examples=["等身份证复印件"])


class RequestResultTaken(Taken):
    """What the customer was told."""

    result: Words
    solved: bool = Field(examples=[True])
    channel: Annotated[one_of(Channel), Field(examples=["phone"])]  # type: ignore[valid-type]


class RequestConfirmationTaken(Taken):
    """What the customer says of the result; a note where something is missing."""

    agreed: bool = Field(examples=[True])
    channel: Annotated[one_of(Channel), Field(examples=["phone"])]  # type: ignore[valid-type]
    note: str = Field(default="", max_length=4000, examples=[""])


class RequestWithdrawalTaken(Taken):
    """How the customer said so."""

    channel: Annotated[one_of(Channel), Field(examples=["phone"])]  # type: ignore[valid-type]
    note: Words


class RequestJoinTaken(Taken):
    """The number of the request in which this one goes on."""

    into_no: str = Field(max_length=20, examples=["Q202600000001"])


class RequestReopenTaken(Taken):
    """Why it goes on."""

    reason: Words


class RequestsWanted(Paging):
    """Which requests, which part of the list."""

    state: Annotated[str, Field(pattern=f"^(unfinished|{'|'.join(RequestState.values)}|)$", examples=["open"])] = ""
    side: Annotated[str, Field(pattern="^(owned|mine|offered|queued|)$", examples=["owned"])] = ""
    due: Annotated[str, Field(pattern="^(late|today|)$", examples=["late"])] = ""
    rest: Annotated[str, Field(pattern="^(snoozed|all|)$", examples=["all"])] = ""


class RequestShown(Shown):
    """A request: what is asked, who is responsible, what became of it."""

    id: Id
    request_no: str = Field(examples=["Q202600000001"])
    customer_id: Id | None = Field(description="None: the caller is not on file", examples=[7])
    caller_name: str = Field(description="Of a caller who was not on file", examples=[""])
    caller_phone: str = Field(examples=[""])
    caller_email: str = Field(examples=[""])
    kind: str = Field(examples=["consultation"])
    category: str = Field(examples=["card"])
    channel: str = Field(examples=["phone"])
    urgency: str = Field(examples=["general"])
    subject: str = Field(examples=["银行卡不能取款"])
    text: str = Field(examples=["在超市刷卡也不行"])
    state: str = Field(examples=[RequestState.OPEN.value])
    stage: str = Field(examples=["reception"])
    unit_id: Id
    owner_post_id: Id
    first_post_id: Id
    offered_post_id: Id | None
    queue_id: Id | None = Field(description="The queue through which it came", examples=[None])
    queued_at: Moment | None = Field(description="Waits there for a member since", examples=[None])
    received_at: Moment
    opened_at: Moment
    due_at: Moment
    snoozed_until: Moment | None = Field(description="Put aside until; it may be back earlier", examples=[None])
    ticking: bool = Field(description="A clock runs; else due_at is the last one's", examples=[True])
    result_text: str = Field(description="What the customer was told", examples=[""])
    solved: bool | None = Field(examples=[None])
    told_at: Moment | None
    confirmation: str = Field(examples=[Confirmation.CONFIRMED.value])
    closed_at: Moment | None
    joined_into_id: Id | None
    version: Version


class ClockShownOut(Shown):
    """One clock as it was promised."""

    code: str = Field(examples=["result"])
    name: str = Field(examples=["办结"])
    within: str = Field(examples=["3 working_days"])
    legal: bool = Field(examples=[False])
    due_at: Moment
    provisional: bool = Field(examples=[False])
    state: str = Field(examples=["running"])
    met_at: Moment | None
    late: bool = Field(examples=[False])


class RequestEntryShown(Shown):
    """A line of the record; kind ``note``: internal, no customer reads it."""

    at: Moment
    kind: str = Field(examples=[EntryKind.ASKED.value])
    channel: str = Field(examples=["phone"])
    text: str = Field(examples=["在超市刷卡也不行"])
    reaction: str = Field(examples=[""])
    by: str = Field(examples=["1003"])


class RequestFileShown(Shown):
    """A request with its clocks and its record."""

    request: RequestShown
    clocks: list[ClockShownOut]
    entries: list[RequestEntryShown]


class RequestsStandingShown(Shown):
    """Figures of the requests within reach; each counted to 1,000 at most."""

    open: int = Field(examples=[12])
    late: int = Field(examples=[1])
    today: int = Field(examples=[3])
    offered: int = Field(examples=[0])
    waiting: int = Field(examples=[2])
    snoozed: int = Field(examples=[1])


def shown_request(row: ServiceRequest) -> RequestShown:
    """A request as the interface shows it."""
    said: dict[str, Any] = {name: str(getattr(row, name) or "") for name in TEXTS}
    plain = {name: getattr(row, name) for name in RequestShown.model_fields if name not in TEXTS and name != "id"}
    return RequestShown(id=row.pk, **plain, **said)


def clock_shown(clock: Clock, late: bool) -> ClockShownOut:
    """One clock as an answer shows it."""
    within = f"{clock.amount.normalize():f} {clock.unit}"
    names = ("code", "name", "legal", "due_at", "provisional", "state", "met_at")
    return ClockShownOut(within=within, late=late, **{name: getattr(clock, name) for name in names})


def _entry(row: RequestEntry) -> RequestEntryShown:
    said = {name: str(getattr(row, name) or "") for name in ("kind", "channel", "text", "reaction", "by")}
    return RequestEntryShown(at=row.at, **said)


def _line(row: Line) -> RequestEntryShown:
    if row.entry is not None:
        return _entry(row.entry)
    return RequestEntryShown(at=row.at, kind=row.kind, channel="", text=row.text, reaction="", by=row.by)


def _file(file: RequestFile) -> RequestFileShown:
    clocks = [clock_shown(each.clock, each.late) for each in file.clocks]
    return RequestFileShown(
        request=shown_request(file.row), clocks=clocks, entries=[_line(each) for each in file.entries]
    )


def _named(request: ApiRequest, permission: str, pk: int) -> ServiceRequest:
    return existing(request.actor, permission, ServiceRequest.objects.all(), pk)


@router.read("/requests", VIEW)
def list_requests(request: ApiRequest, wanted: Query[RequestsWanted]) -> Page[RequestShown]:
    """Requests within reach, the nearest limit first; what one owns and put aside only with ``rest``."""
    rows = requests(request.actor, state=wanted.state, side=wanted.side, due=wanted.due, rest=wanted.rest)
    items, following = page_of(
        request, rows, wanted, [("due_at", "asc"), ("pk", "asc")], shown_request,
        lambda found: decrypt_rows(ServiceRequest, list(found), TEXTS),
    )  # fmt: skip
    return Page[RequestShown](items=items, next=following)


@router.write("POST", "/requests", OPENS, status=201)
def caller_request_opened(request: ApiRequest, data: CallerRequestTaken) -> RequestShown:
    """Open a request of a caller who is not on file."""
    return shown_request(open_caller_request(actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/customer", IDENTIFIES)
def caller_identified(request: ApiRequest, request_id: Id, data: CallerTaken) -> RequestShown:
    """Say which customer the caller is; once."""
    row = _named(request, IDENTIFIES, request_id)
    return shown_request(identify_caller(row, actor=request.actor, customer_id=data.customer_id))


@router.read("/requests/standing", VIEW)
def requests_standing(request: ApiRequest) -> RequestsStandingShown:
    """How many are open, late, due within a day, offered to oneself, waiting for the customer's word."""
    found = standing(request.actor)
    return RequestsStandingShown(**{name: getattr(found, name) for name in RequestsStandingShown.model_fields})


@router.read("/requests/{request_id}", VIEW)
def read_request(request: ApiRequest, request_id: Id) -> RequestFileShown:
    """One request with its clocks and its record."""
    return _file(request_file(request.actor, request_id))


@router.write("POST", "/customers/{customer_id}/requests", "service.open_request", status=201)
def request_opened(request: ApiRequest, customer_id: Id, data: RequestTaken) -> RequestShown:
    """Open a request; whoever opens it is responsible for it."""
    customer = existing(request.actor, "service.open_request", Customer.objects.all(), customer_id)
    return shown_request(open_request(customer, actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/contacts", "service.record_contact", status=201)
def request_contact(request: ApiRequest, request_id: Id, data: RequestContactTaken) -> RequestEntryShown:
    """Write down words exchanged with the customer; the first answer stops its clock."""
    row = _named(request, "service.record_contact", request_id)
    return _entry(record_contact(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/notes", "service.note_request", status=201)
def request_noted(request: ApiRequest, request_id: Id, data: RequestNoteTaken) -> RequestEntryShown:
    """Write an internal note, and ask colleagues."""
    row = _named(request, "service.note_request", request_id)
    made = note_request(row, actor=request.actor, **data.model_dump())
    return RequestEntryShown(at=made.at, kind=NOTE, channel="", text=str(made.text), reaction="", by=made.by)


@router.write("POST", "/requests/{request_id}/offer", "service.offer_request")
def request_offered(request: ApiRequest, request_id: Id, data: RequestHandTaken) -> RequestShown:
    """Offer a request to a colleague; one stays responsible until it is accepted."""
    row = _named(request, "service.offer_request", request_id)
    return shown_request(offer_request(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/offer/answer", "service.answer_offer")
def request_offer_answered(request: ApiRequest, request_id: Id, data: RequestOfferAnswerTaken) -> RequestShown:
    """Accept or decline what was offered to oneself."""
    row = _named(request, "service.answer_offer", request_id)
    return shown_request(answer_offer(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/offer/recall", "service.recall_offer")
def request_offer_recalled(request: ApiRequest, request_id: Id) -> RequestShown:
    """Take an offer back."""
    return shown_request(recall_offer(_named(request, "service.recall_offer", request_id), actor=request.actor))


@router.write("POST", "/requests/{request_id}/assignment", "service.assign_request")
def request_assigned(request: ApiRequest, request_id: Id, data: RequestHandTaken) -> RequestShown:
    """The head over the responsible unit decides who is responsible."""
    row = _named(request, "service.assign_request", request_id)
    return shown_request(assign_request(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/stage", "service.move_request")
def request_moved(request: ApiRequest, request_id: Id, data: RequestStageTaken) -> RequestShown:
    """Move a request to a stage of its kind."""
    row = _named(request, "service.move_request", request_id)
    return shown_request(move_request(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/urgency", "service.grade_request")
def request_graded(request: ApiRequest, request_id: Id, data: RequestGradeTaken) -> RequestShown:
    """Grade a request."""
    row = _named(request, "service.grade_request", request_id)
    return shown_request(grade_request(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/clocks/{clock_code}/pause", "service.pause_clock")
def request_clock_paused(request: ApiRequest, request_id: Id, clock_code: Code, data: ClockPauseTaken) -> ClockShownOut:
    """Let a clock stand still where its rule allows it."""
    row = _named(request, "service.pause_clock", request_id)
    return clock_shown(pause_clock(row, actor=request.actor, code=clock_code, **data.model_dump()), late=False)


@router.write("POST", "/requests/{request_id}/clocks/{clock_code}/resume", "service.resume_clock")
def request_clock_resumed(request: ApiRequest, request_id: Id, clock_code: Code) -> ClockShownOut:
    """Let a paused clock go on."""
    row = _named(request, "service.resume_clock", request_id)
    return clock_shown(resume_clock(row, actor=request.actor, code=clock_code), late=False)


@router.write("POST", "/requests/{request_id}/result", "service.tell_result")
def request_result(request: ApiRequest, request_id: Id, data: RequestResultTaken) -> RequestShown:
    """Record that the customer was told the result."""
    row = _named(request, "service.tell_result", request_id)
    return shown_request(tell_result(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/confirmation", "service.confirm_request")
def request_confirmed(request: ApiRequest, request_id: Id, data: RequestConfirmationTaken) -> RequestShown:
    """Record the customer's word on the result."""
    row = _named(request, "service.confirm_request", request_id)
    return shown_request(confirm_request(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/withdrawal", "service.withdraw_request")
def request_withdrawn(request: ApiRequest, request_id: Id, data: RequestWithdrawalTaken) -> RequestShown:
    """Record that the customer withdraws it."""
    row = _named(request, "service.withdraw_request", request_id)
    return shown_request(withdraw_request(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/joining", "service.join_requests")
def request_joined(request: ApiRequest, request_id: Id, data: RequestJoinTaken) -> RequestShown:
    """Let it go on in another request of the same customer."""
    row = _named(request, "service.join_requests", request_id)
    return shown_request(join_requests(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/requests/{request_id}/reopening", "service.reopen_request")
def request_reopened(request: ApiRequest, request_id: Id, data: RequestReopenTaken) -> RequestShown:
    """Open a closed request again."""
    row = _named(request, "service.reopen_request", request_id)
    return shown_request(reopen_request(row, actor=request.actor, **data.model_dump()))
