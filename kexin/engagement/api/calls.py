"""Call lists and calls."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Instant, Line, Moment, Note, Reason, Shown, Taken
from kexin.engagement.calls.lists import Wish, close_call_list, make_call_list
from kexin.engagement.calls.queries import Progress, call_lists, contacts_today, progress, queue
from kexin.engagement.calls.visits import VisitAgreed
from kexin.engagement.calls.working import dial_call, drop_call, log_call, take_call, undo_call
from kexin.engagement.models.calls import CallEntry, CallList

router = Endpoints("engagement", _("Documents, notes, timeline"))


class CallListShown(Shown):
    """A call list and how far it is."""

    id: Id
    title: str = Field(examples=["本周到期"])
    why: str
    source: str = Field(examples=["chosen"])
    starts_on: Day
    ends_on: Day
    closed: bool
    product_id: Id | None = Field(description="The product that is spoken of")
    customers: int
    finished: int


class CallLists(Shown):
    """The newest first."""

    items: list[CallListShown]


class CallProgress(CallListShown):
    """The same, by state and by last result."""

    states: dict[str, int]
    results: dict[str, int]


class CallLine(Shown):
    """A line of a call list."""

    id: Id
    call_list_id: Id
    customer_id: Id
    reason: str
    rank: int
    state: str = Field(examples=["open"])
    attempts: int
    due_at: Moment
    result: str = Field(examples=["no_answer"])
    opinion_id: Id | None = Field(description="The last matching opinion on the list's product")


class CallQueue(Shown):
    """What waits for the caller, in the order of calling."""

    items: list[CallLine]


class ContactsShown(Shown):
    """What the caller logged today."""

    logged: int
    reached: int


class CallLogged(Shown):
    """A call that was logged."""

    id: Id
    result: str = Field(examples=["interested"])
    reached: bool
    next_at: Moment | None
    appointment_id: Id | None


class CallNumber(Shown):
    """A number to be called."""

    number: str = Field(examples=["13800000000"])
    seconds: int = Field(description="How long a screen may show it")


class CustomerWanted(Taken):
    """A customer to call, and why."""

    customer_id: Id
    reason: Line = ""


class CallListTaken(Taken):
    """A new call list; who is called first stands first."""

    title: str = Field(min_length=1, max_length=80, examples=["本周到期"])
    why: str = Field(min_length=1, max_length=200, examples=["存款到期承接"])
    ends_on: Day
    customers: list[CustomerWanted] = Field(min_length=1, max_length=20_000)
    product_id: Id | None = Field(default=None, description="An opinion is asked for on each customer")


class CallTaken(Taken):
    """Which list to take the next line from, or which line; nothing: the next of all lists."""

    call_list_id: Id | None = None
    line_id: Id | None = None


class NumberWanted(Taken):
    """Which contact point of the customer is called."""

    contact_id: Id


class VisitTaken(Taken):
    """A visit that was agreed: an appointment with the caller."""

    starts_at: Instant
    purpose: str = Field(default="visit", max_length=16, examples=["visit"])
    place: Line = ""
    anyway: bool = Field(default=False, description="Also where something speaks against the time")


class ResultTaken(Taken):
    """What came of a call: a code of the policy of calls. The one of kind ``visit`` says when the visit is."""

    result: str = Field(min_length=1, max_length=20, examples=["no_answer"])
    note: Note = ""
    next_at: Instant | None = None
    visit: VisitTaken | None = None


class DropTaken(Taken):
    """Why a customer is not called."""

    reason: Reason


def _list(each: Progress) -> CallListShown:
    return CallListShown(**_facts(each.call_list), customers=each.total, finished=each.finished)


def _facts(row: CallList) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in ("title", "why", "source", "starts_on", "ends_on", "product_id")}
    return {"id": row.pk, "closed": row.closed_at is not None, **facts}


def _line(row: CallEntry) -> CallLine:
    facts: dict[str, Any] = {
        name: getattr(row, name) for name in ("call_list_id", "customer_id", "rank", "state", "attempts")
    }
    return CallLine(
        id=row.pk, reason=str(row.reason or ""), due_at=row.due_at, result=row.result, opinion_id=row.opinion, **facts
    )


@router.read("/call-lists", "engagement.view_calls")
def list_call_lists(request: ApiRequest) -> CallLists:
    """Call lists within reach."""
    return CallLists(items=[_list(each) for each in call_lists(request.actor)])


@router.write("POST", "/call-lists", "engagement.make_call_list", status=201)
def add_call_list(request: ApiRequest, data: CallListTaken) -> CallListShown:
    """Make a call list. Customers who cannot be called are left out."""
    wishes = [Wish(each.customer_id, each.reason) for each in data.customers]
    made = make_call_list(
        actor=request.actor,
        title=data.title,
        why=data.why,
        wishes=wishes,
        ends_on=data.ends_on,
        product_id=data.product_id,
    )
    return CallListShown(**_facts(made.call_list), customers=made.count, finished=0)


@router.read("/call-lists/{call_list_id}", "engagement.view_calls")
def show_call_list(request: ApiRequest, call_list_id: Id) -> CallProgress:
    """How far a call list is."""
    found = progress(request.actor, call_list_id)
    figures: dict[str, Any] = {
        "customers": found.total,
        "finished": found.finished,
        "states": found.states,
        "results": found.results,
    }
    return CallProgress(**_facts(found.call_list), **figures)


@router.write("POST", "/call-lists/{call_list_id}/close", "engagement.close_call_list")
def end_call_list(request: ApiRequest, call_list_id: Id) -> None:
    """Close a call list; lines without a result are dropped."""
    close_call_list(call_list_id, actor=request.actor)


@router.read("/calls", "engagement.view_calls")
def list_calls(request: ApiRequest, call_list_id: Id | None = None) -> CallQueue:
    """The lines that the caller may call now."""
    return CallQueue(items=[_line(each.entry) for each in queue(request.actor, call_list_id).lines])


@router.read("/calls/today", "engagement.view_calls")
def show_contacts_today(request: ApiRequest) -> ContactsShown:
    """How many contacts the caller logged today."""
    found = contacts_today(request.actor)
    return ContactsShown(logged=found.logged, reached=found.reached)


@router.write("POST", "/calls/next", "engagement.take_call")
def take_next_call(request: ApiRequest, data: CallTaken) -> CallQueue:
    """Keep the next line for the caller; nothing where nobody waits.

    A line that was asked for comes back in state ``refused`` where its product may not be offered any more.
    """
    row = take_call(actor=request.actor, call_list=data.call_list_id, entry=data.line_id)
    return CallQueue(items=[_line(row)] if row is not None else [])


@router.write("POST", "/calls/{line_id}/number", "engagement.dial_call")
def show_number(request: ApiRequest, line_id: Id, data: NumberWanted) -> CallNumber:
    """Show a number for calling; it is written down."""
    shown = dial_call(line_id, actor=request.actor, contact_id=data.contact_id)
    return CallNumber(number=shown.number, seconds=shown.seconds)


@router.write("POST", "/calls/{line_id}/result", "engagement.log_call", status=201)
def add_call_result(request: ApiRequest, line_id: Id, data: ResultTaken) -> CallLogged:
    """Log what came of a call; a visit that was agreed becomes an appointment in the same step."""
    visit = VisitAgreed(**data.visit.model_dump()) if data.visit is not None else None
    row = log_call(line_id, actor=request.actor, result=data.result, note=data.note, next_at=data.next_at, visit=visit)
    return CallLogged(
        id=row.pk, result=row.result, reached=row.reached, next_at=row.next_at, appointment_id=row.appointment_id
    )


@router.write("DELETE", "/call-results/{contact_id}", "engagement.undo_call")
def delete_call_result(request: ApiRequest, contact_id: Id) -> None:
    """Take back one's own last result."""
    undo_call(contact_id, actor=request.actor)


@router.write("POST", "/calls/{line_id}/drop", "engagement.drop_call")
def drop_line(request: ApiRequest, line_id: Id, data: DropTaken) -> None:
    """Take a customer from a call list without a call."""
    drop_call(line_id, actor=request.actor, reason=data.reason)
