"""Phrases for difficult talks, and coaching reviews of recorded contacts."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Id, Moment, Page, Paging, Shown, Taken, Version, page_of
from kexin.core.fields import decrypt_rows
from kexin.service.coaching.choices import CoachingState
from kexin.service.coaching.phrases import PLACES, SETS, phrases, set_phrase_situations, situations_of
from kexin.service.coaching.phrases import VIEW as VIEW_PHRASES
from kexin.service.coaching.queries import (
    FIGURES,
    TEXTS,
    VIEW,
    coaching_figures,
    coaching_review,
    coaching_reviews,
)
from kexin.service.coaching.reviewing import ANSWERS, GIVES, answer_coaching, review_contact
from kexin.service.models import CoachingReview

router = Endpoints("coaching", _("Difficult talks and coaching"))


class PhrasesWanted(Taken):
    """Where they are shown, in which language, for which situation, with which words."""

    place: Annotated[str, Field(pattern=f"^({'|'.join(PLACES)}|)$", examples=["complaint"])] = ""
    language: Annotated[str, Field(pattern="^(zh|en)$", examples=["zh"])] = "zh"
    situation: str = Field(default="", max_length=40, examples=["angry"])
    said: str = Field(default="", max_length=60, description="Words that the phrases have", examples=[""])


class PhraseShown(Shown):
    """Prepared phrases that are in use."""

    article_id: Id
    title: str = Field(examples=["先听完，再复述"])
    body: str = Field(examples=["我理解您着急，让我先把您说的复述一遍。"])


class PhrasesOfShown(Shown):
    """A situation with its phrases."""

    situation: str = Field(examples=["angry"])
    name: str = Field(examples=["客户情绪激动"])
    items: list[PhraseShown]


class PhrasesShown(Shown):
    """By situation."""

    items: list[PhrasesOfShown]


class SituationsTaken(Taken):
    """Codes of the policy; none takes the phrases off all lists."""

    situations: list[str] = Field(max_length=20, examples=[["angry"]])


class SituationsShown(Shown):
    """For which situations phrases are."""

    situations: list[str] = Field(examples=[["angry"]])


class CoachingTaken(Taken):
    """One recorded contact, whom it is about, marks by criterion, words."""

    conversation_id: Id | None = Field(default=None, examples=[None])
    request_id: Id | None = Field(default=None, examples=[1])
    call_id: Id | None = Field(default=None, description="A telephone call that was recorded", examples=[None])
    person: str = Field(max_length=80, examples=["1001"])
    marks: dict[str, int] = Field(examples=[{"listening": 4, "empathy": 3}])
    good: str = Field(default="", max_length=2000, examples=["先让客户说完"])
    better: str = Field(default="", max_length=2000, examples=["先复述，再解释"])


class CoachingWordTaken(Taken):
    """What the person makes of it."""

    word: str = Field(default="", max_length=2000, examples=["下次先复述"])


class CoachingWanted(Paging):
    """Which part of the list."""

    state: Annotated[str, Field(pattern=f"^({'|'.join(CoachingState.values)}|)$", examples=["given"])] = ""
    mine: bool = Field(default=False, examples=[False])


class CoachingShown(Shown):
    """A coaching review."""

    id: Id
    conversation_id: Id | None
    request_id: Id | None
    call_id: Id | None
    person: str = Field(examples=["1001"])
    reviewer: str = Field(examples=["1004"])
    marks: dict[str, int] = Field(examples=[{"listening": 4}])
    highest: int = Field(examples=[5])
    good_text: str = Field(examples=["先让客户说完"])
    better_text: str = Field(examples=["先复述，再解释"])
    word_text: str = Field(examples=[""])
    state: str = Field(examples=["given"])
    given_at: Moment
    due_at: Moment
    version: Version


class CoachingFiguresShown(Shown):
    """Of one person: reviews, and the mean share of the highest mark by criterion (0 to 1)."""

    person: str = Field(examples=["1001"])
    count: int = Field(examples=[4])
    answered: int = Field(examples=[3])
    shares: dict[str, float] = Field(examples=[{"listening": 0.8}])


class CoachingPeopleShown(Shown):
    """People of units within reach with enough reviews."""

    items: list[CoachingFiguresShown]


_NAMES = [name for name in CoachingShown.model_fields if name not in ("id", *TEXTS)]


def _shown(row: CoachingReview) -> CoachingShown:
    texts: dict[str, Any] = {name: str(getattr(row, name) or "") for name in TEXTS}
    return CoachingShown(id=row.pk, **texts, **{name: getattr(row, name) for name in _NAMES})


@router.read("/phrases", VIEW_PHRASES)
def list_phrases(request: ApiRequest, wanted: Query[PhrasesWanted]) -> PhrasesShown:
    """Phrases in use for difficult talks, by situation."""
    found = phrases(request.actor, **wanted.model_dump())
    items = [
        PhrasesOfShown(
            situation=each.situation.code,
            name=each.situation.name,
            items=[PhraseShown(article_id=row.article_id, title=row.title, body=row.body) for row in each.versions],
        )
        for each in found
    ]
    return PhrasesShown(items=items)


@router.read("/articles/{article_id}/situations", VIEW_PHRASES)
def read_phrase_situations(request: ApiRequest, article_id: Id) -> SituationsShown:
    """For which situations an article of prepared phrases is."""
    return SituationsShown(situations=situations_of(request.actor, article_id))


@router.write("PUT", "/articles/{article_id}/situations", SETS)
def phrase_situations_set(request: ApiRequest, article_id: Id, data: SituationsTaken) -> SituationsShown:
    """Say for which situations an article of prepared phrases is."""
    said = set_phrase_situations(article_id, actor=request.actor, situations=data.situations)
    return SituationsShown(situations=said)


@router.read("/coaching-reviews", VIEW)
def list_coaching_reviews(request: ApiRequest, wanted: Query[CoachingWanted]) -> Page[CoachingShown]:
    """Reviews within reach, the newest first."""
    rows = coaching_reviews(request.actor, state=wanted.state, mine=wanted.mine)
    items, following = page_of(
        request, rows, wanted, [("given_at", "desc"), ("pk", "desc")], _shown,
        lambda found: decrypt_rows(CoachingReview, list(found), TEXTS),
    )  # fmt: skip
    return Page[CoachingShown](items=items, next=following)


@router.read("/coaching-reviews/figures", FIGURES)
def read_coaching_figures(request: ApiRequest) -> CoachingPeopleShown:
    """Figures by person, for heads alone."""
    names = CoachingFiguresShown.model_fields
    found = coaching_figures(request.actor)
    return CoachingPeopleShown(
        items=[CoachingFiguresShown(**{name: getattr(each, name) for name in names}) for each in found]
    )


@router.read("/coaching-reviews/{review_id}", VIEW)
def read_coaching_review(request: ApiRequest, review_id: Id) -> CoachingShown:
    """One review."""
    return _shown(coaching_review(request.actor, review_id))


@router.write("POST", "/coaching-reviews", GIVES, status=201)
def contact_reviewed(request: ApiRequest, data: CoachingTaken) -> CoachingShown:
    """Review a recorded contact with the person who had it."""
    return _shown(review_contact(actor=request.actor, **data.model_dump()))


@router.write("POST", "/coaching-reviews/{review_id}/word", ANSWERS)
def coaching_answered(request: ApiRequest, review_id: Id, data: CoachingWordTaken) -> CoachingShown:
    """The person's word on it."""
    row = existing(request.actor, ANSWERS, CoachingReview.objects.all(), review_id)
    return _shown(answer_coaching(row, actor=request.actor, word=data.word))
