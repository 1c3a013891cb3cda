"""Support desks for staff: ask, answer, say whether it helped."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Id, Moment, Page, Paging, Shown, Taken, Version, page_of
from kexin.service.models import SupportQuestion
from kexin.service.support.asking import (
    ANSWERS,
    ASKS,
    SETTLES,
    TAKES,
    answer_support,
    article_from_support,
    ask_support,
    settle_support,
    take_support,
)
from kexin.service.support.choices import SupportState
from kexin.service.support.queries import LATE, MINE, TO_ANSWER, VIEW, support_question, support_questions

router = Endpoints("support-desks", _("Support desks for staff"))
_STATES = "|".join([*SupportState.values, LATE])
_ARTICLE = "service.article_from_support"


class SupportTaken(Taken):
    """Which desk, about what; at most one of a request, a customer or a sale it came up with."""

    desk: str = Field(max_length=40, examples=["products"])
    subject: str = Field(max_length=120, examples=["结构性存款提前支取"])
    question: str = Field(max_length=2000, examples=["客户急用钱，结构性存款可以提前支取吗？"])
    request_id: Id | None = Field(default=None, examples=[None])
    customer_id: Id | None = Field(default=None, examples=[None])
    sale_no: str = Field(default="", max_length=20, examples=[""])


class SupportAnswerTaken(Taken):
    """What the desk says."""

    answer: str = Field(max_length=4000, examples=["封闭期内不可提前支取，可办理存单质押贷款。"])


class SupportSettleTaken(Taken):
    """Whether it helped; if not, what is missing."""

    helped: bool = Field(examples=[True])
    more: str = Field(default="", max_length=1000, examples=[""])


class SupportArticleTaken(Taken):
    """Where the article stands."""

    category_id: Id


class SupportWanted(Paging):
    """Which part of the list."""

    side: Annotated[str, Field(pattern=f"^({MINE}|{TO_ANSWER}|)$", examples=[TO_ANSWER])] = ""
    state: Annotated[str, Field(pattern=f"^({_STATES}|)$", examples=["open"])] = ""


class SupportShown(Shown):
    """A question with its answer; it names no customer."""

    id: Id
    question_no: str = Field(examples=["H2026000001"])
    desk: str = Field(examples=["products"])
    subject: str = Field(examples=["结构性存款提前支取"])
    question: str = Field(examples=["客户急用钱，结构性存款可以提前支取吗？"])
    answer_text: str = Field(examples=["封闭期内不可提前支取"])
    state: str = Field(examples=["answered"])
    request_id: Id | None
    sale_no: str = Field(examples=[""])
    owner_post_id: Id
    asked_post_id: Id
    asked_at: Moment
    due_at: Moment
    answered_at: Moment | None
    rounds: int = Field(examples=[1])
    article_id: Id | None
    version: Version


_NAMES = [name for name in SupportShown.model_fields if name != "id"]


def _shown(row: SupportQuestion) -> SupportShown:
    return SupportShown(id=row.pk, **{name: getattr(row, name) for name in _NAMES})


def _named(request: ApiRequest, permission: str, pk: int) -> SupportQuestion:
    return existing(request.actor, permission, SupportQuestion.objects.all(), pk)


@router.read("/support-questions", VIEW)
def list_support_questions(request: ApiRequest, wanted: Query[SupportWanted]) -> Page[SupportShown]:
    """Questions within reach, the newest first."""
    rows = support_questions(request.actor, state=wanted.state, side=wanted.side)
    items, following = page_of(request, rows, wanted, [("asked_at", "desc"), ("pk", "desc")], _shown)
    return Page[SupportShown](items=items, next=following)


@router.read("/support-questions/{question_id}", VIEW)
def read_support_question(request: ApiRequest, question_id: Id) -> SupportShown:
    """One question."""
    return _shown(support_question(request.actor, question_id))


@router.write("POST", "/support-questions", ASKS, status=201)
def support_asked(request: ApiRequest, data: SupportTaken) -> SupportShown:
    """Ask a desk; what names the customer is taken out of the words."""
    return _shown(ask_support(actor=request.actor, **data.model_dump()))


@router.write("POST", "/support-questions/{question_id}/answer", ANSWERS)
def support_answered(request: ApiRequest, question_id: Id, data: SupportAnswerTaken) -> SupportShown:
    """Answer it."""
    row = _named(request, ANSWERS, question_id)
    return _shown(answer_support(row, actor=request.actor, answer=data.answer))


@router.write("POST", "/support-questions/{question_id}/takeover", TAKES)
def support_taken(request: ApiRequest, question_id: Id) -> SupportShown:
    """Take it over from a colleague of the desk."""
    return _shown(take_support(_named(request, TAKES, question_id), actor=request.actor))


@router.write("POST", "/support-questions/{question_id}/outcome", SETTLES)
def support_settled(request: ApiRequest, question_id: Id, data: SupportSettleTaken) -> SupportShown:
    """Say whether it helped; if not, it goes back with a new time."""
    row = _named(request, SETTLES, question_id)
    return _shown(settle_support(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/support-questions/{question_id}/article", _ARTICLE)
def support_made_article(request: ApiRequest, question_id: Id, data: SupportArticleTaken) -> SupportShown:
    """Make a draft of an article of it."""
    row = _named(request, _ARTICLE, question_id)
    article_from_support(row, actor=request.actor, category_id=data.category_id)
    row.refresh_from_db()
    return _shown(row)
