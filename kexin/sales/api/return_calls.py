"""Return calls for other systems: what is due, attempts in vain, the answers of the sheet."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Id, Instant, Moment, Page, Paging, Shown, Taken, Version, one_of, page_of
from kexin.sales.followup.calling import answer_return_call, dial_return_call, try_return_call
from kexin.sales.followup.choices import AttemptResult
from kexin.sales.followup.planning import ANSWER
from kexin.sales.followup.queries import VIEW_CALLS, return_call_file, return_calls
from kexin.sales.models import ReturnCall

router = Endpoints("return_calls", _("Return calls"))
Said = Annotated[str, Field(max_length=500, examples=[""])]


class ReturnCallsWanted(Taken):
    """Which return calls: a state, or ``now`` for those whose next attempt has come."""

    state: Annotated[str, Field(pattern="^(|now|due|done|unreached)$", examples=["now"])] = ""


class ReturnCallShown(Shown):
    """A return call in a list."""

    id: Id
    sale_id: Id
    sale_no: str = Field(examples=["S202600000001"])
    customer_id: Id
    state: str = Field(examples=["due"])
    outcome: str = Field(examples=[""])
    contradicted: list[str] = Field(examples=[[]], description="Questions whose answers contradict the sale")
    attempts: int = Field(examples=[0])
    next_at: Moment
    due_at: Moment
    version: Version


class ReturnOptionShown(Shown):
    """One answer that can be given."""

    code: str = Field(examples=["deposit"])
    text: dict[str, str] = Field(examples=[{"zh": "是存款", "en": "A deposit"}])
    contradicts: bool


class ReturnQuestionShown(Shown):
    """One question of the sheet."""

    code: str = Field(examples=["what_bought"])
    text: dict[str, str] = Field(examples=[{"zh": "您买的是什么产品？", "en": "What did you buy?"}])
    options: list[ReturnOptionShown]


class ReturnAttemptShown(Shown):
    """One attempt."""

    at: Moment
    result: str = Field(examples=["nobody"])
    by: str = Field(examples=["1003"])
    next_at: Moment | None


class ReturnCallWhole(ReturnCallShown):
    """A return call with its sheet, its answers and attempts."""

    questions: list[ReturnQuestionShown]
    answers: dict[str, str] = Field(examples=[{"what_bought": "product"}])
    tries: list[ReturnAttemptShown]


class ReturnAttemptTaken(Taken):
    """An attempt without answers; ``next_at`` only where the customer named a moment."""

    result: one_of(AttemptResult)  # type: ignore[valid-type]
    note: Said = ""
    next_at: Instant | None = None


class ReturnAnswersTaken(Taken):
    """An option for every question of the sheet; words where one contradicts the sale."""

    answers: dict[str, str] = Field(examples=[{"own_will": "yes", "what_bought": "product"}], max_length=40)
    note: Said = ""
    version: Version


class ReturnDialTaken(Taken):
    """Which of the customer's numbers."""

    contact_id: Id


class ReturnNumberShown(Shown):
    """The number, for the purpose of this call only."""

    number: str = Field(examples=["13800005678"])


def _plain(row: ReturnCall) -> dict[str, Any]:
    names = ("sale_id", "customer_id", "state", "outcome", "contradicted", "attempts", "next_at", "due_at", "version")
    return {"id": row.pk, "sale_no": row.sale.sale_no, **{name: getattr(row, name) for name in names}}


def _whole(request: ApiRequest, pk: int) -> ReturnCallWhole:
    file = return_call_file(request.actor, pk)
    questions = [
        ReturnQuestionShown(
            code=each.code,
            text=dict(each.text),
            options=[
                ReturnOptionShown(code=one.code, text=dict(one.text), contradicts=one.contradicts)
                for one in each.options
            ],
        )
        for each in file.sheet.questions
    ]
    tries = [
        ReturnAttemptShown(at=each.at, result=each.result, by=each.by, next_at=each.next_at) for each in file.tries
    ]
    return ReturnCallWhole(**_plain(file.call), questions=questions, answers=file.call.answers, tries=tries)


def _named(request: ApiRequest, permission: str, pk: int) -> ReturnCall:
    return existing(request.actor, permission, ReturnCall.objects.all(), pk)


@router.read("/return-calls", VIEW_CALLS)
def list_return_calls(
    request: ApiRequest, paging: Query[Paging], wanted: Query[ReturnCallsWanted]
) -> Page[ReturnCallShown]:
    """Return calls within reach, the next to be made first."""
    rows = return_calls(request.actor, wanted.state)
    items, following = page_of(
        request, rows, paging, [("next_at", "asc"), ("pk", "asc")], lambda row: ReturnCallShown(**_plain(row))
    )
    return Page[ReturnCallShown](items=items, next=following)


@router.read("/return-calls/{return_call_id}", VIEW_CALLS, _("See a return call"))
def read_return_call(request: ApiRequest, return_call_id: Id) -> ReturnCallWhole:
    """One return call with its sheet of questions."""
    return _whole(request, return_call_id)


@router.write("POST", "/return-calls/{return_call_id}/number", "sales.dial_return_call")
def number_of_return_call(request: ApiRequest, return_call_id: Id, data: ReturnDialTaken) -> ReturnNumberShown:
    """Show one number of the customer for this call; written down, refused to the seller."""
    row = _named(request, "sales.dial_return_call", return_call_id)
    return ReturnNumberShown(number=dial_return_call(row, actor=request.actor, contact_id=data.contact_id).number)


@router.write("POST", "/return-calls/{return_call_id}/attempts", "sales.try_return_call")
def attempt_return_call(request: ApiRequest, return_call_id: Id, data: ReturnAttemptTaken) -> ReturnCallWhole:
    """An attempt in vain."""
    row = _named(request, "sales.try_return_call", return_call_id)
    done = try_return_call(row, actor=request.actor, result=data.result, note=data.note, next_at=data.next_at)
    return _whole(request, done.pk)


@router.write("POST", "/return-calls/{return_call_id}/answers", ANSWER)
def answers_of_return_call(request: ApiRequest, return_call_id: Id, data: ReturnAnswersTaken) -> ReturnCallWhole:
    """The answers of the customer; the last gate of the sale is passed with them."""
    row = _named(request, ANSWER, return_call_id)
    done = answer_return_call(row, actor=request.actor, answers=data.answers, note=data.note, version=data.version)
    return _whole(request, done.pk)
