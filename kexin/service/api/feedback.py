"""Feedback with its four elements, measures, reviews of the way itself."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing, named
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Shown, Taken, Version, one_of, page_of
from kexin.party.models import Customer
from kexin.service.choices import Urgency
from kexin.service.feedback.choices import FeedbackAspect, FeedbackSource, FeedbackState
from kexin.service.feedback.improving import (
    carry_out_improvement,
    judge_improvement,
    plan_improvement,
    review_feedback_mechanism,
)
from kexin.service.feedback.queries import (
    VIEW,
    feedback_by_aspect,
    feedback_file,
    feedback_list,
    feedback_reviews,
    improvement_plan,
    improvement_plans,
    opened,
)
from kexin.service.feedback.taking import answer_feedback, confirm_feedback, grade_feedback, report_feedback
from kexin.service.models import Feedback, FeedbackReview, ImprovementPlan

router = Endpoints("feedback", _("Feedback of customers and staff"))


class FeedbackTaken(Taken):
    """What was said; ``customer_id`` empty for what no single customer said."""

    customer_id: Id | None = Field(default=None, examples=[None])
    source: Annotated[one_of(FeedbackSource), Field(examples=["staff"])]  # type: ignore[valid-type]
    aspect: Annotated[one_of(FeedbackAspect), Field(examples=["efficiency"])]  # type: ignore[valid-type]
    grade: Annotated[one_of(Urgency), Field(examples=["general"])] = "general"  # type: ignore[valid-type]
    text: str = Field(max_length=4000, examples=["排队叫号机常常卡纸"])


class FeedbackAnswerTaken(Taken):
    """What the customer was told."""

    answer: str = Field(max_length=4000, examples=["已更换叫号机"])


class FeedbackGradeTaken(Taken):
    """General, important or urgent."""

    grade: Annotated[one_of(Urgency), Field(examples=["important"])]  # type: ignore[valid-type]


class FeedbackConfirmationTaken(Taken):
    """Whether the customer agrees."""

    agreed: bool = Field(examples=[True])


class ImprovementTaken(Taken):
    """A measure with a person and a date; of one feedback, or of many alike."""

    aspect: Annotated[one_of(FeedbackAspect), Field(examples=["efficiency"])]  # type: ignore[valid-type]
    measure: str = Field(max_length=500, examples=["高峰时段增开一个窗口"])
    due_on: Day
    owner_post_id: Id
    feedback_id: Id | None = Field(default=None, examples=[None])


class ImprovementEffectTaken(Taken):
    """What came of a measure."""

    effective: bool = Field(examples=[True])
    effect: str = Field(max_length=500, examples=["平均等候由 25 分钟降至 12 分钟"])


class MechanismReviewTaken(Taken):
    """What was found about the way itself, and what is done."""

    findings: str = Field(max_length=2000, examples=["第三方渠道导入不及时"])
    measures: str = Field(default="", max_length=2000, examples=[""])


class FeedbackWanted(Paging):
    """Which part of the list."""

    state: Annotated[str, Field(pattern=f"^({'|'.join(FeedbackState.values)}|)$", examples=["open"])] = ""
    late: bool = Field(default=False, examples=[False])


class FeedbackShown(Shown):
    """One feedback: responsible, limit, result, the customer's word."""

    id: Id
    feedback_no: str = Field(examples=["F202600000001"])
    customer_id: Id | None
    source: str = Field(examples=["staff"])
    aspect: str = Field(examples=["efficiency"])
    grade: str = Field(examples=["general"])
    text: str = Field(examples=["排队叫号机常常卡纸"])
    state: str = Field(examples=["open"])
    unit_id: Id
    owner_post_id: Id
    received_at: Moment
    due_at: Moment
    answered_at: Moment | None
    answer: str = Field(examples=[""])
    confirmation: str = Field(examples=[""])
    plan_id: Id | None
    version: Version


class AspectShown(Shown):
    """One aspect over the last 90 days."""

    aspect: str = Field(examples=["efficiency"])
    count: int = Field(examples=[14])
    open: int = Field(examples=[3])
    late: int = Field(examples=[0])
    disputed: int = Field(examples=[1])
    plans: int = Field(examples=[2])


class AspectsShown(Shown):
    """The four aspects."""

    items: list[AspectShown]


class ImprovementShown(Shown):
    """One measure."""

    id: Id
    unit_id: Id
    aspect: str = Field(examples=["efficiency"])
    measure: str = Field(examples=["高峰时段增开一个窗口"])
    owner_post_id: Id
    due_on: Day
    state: str = Field(examples=["open"])
    effect: str = Field(examples=[""])
    look_on: Day | None
    version: Version


class ImprovementsShown(Shown):
    """Measures within reach."""

    items: list[ImprovementShown]


class MechanismReviewShown(Shown):
    """One review of the way itself."""

    reviewed_on: Day
    findings: str = Field(examples=["第三方渠道导入不及时"])
    measures: str = Field(examples=[""])
    figures: dict[str, int] = Field(description="Since the review before", examples=[{"received": 14, "late": 1}])
    next_on: Day
    reviewed_by: str = Field(examples=["1005"])


class MechanismReviewsShown(Shown):
    """The newest first."""

    items: list[MechanismReviewShown]


def _shown(row: Feedback) -> FeedbackShown:
    names = [name for name in FeedbackShown.model_fields if name not in ("id", "text", "answer")]
    return FeedbackShown(id=row.pk, text=row.said, answer=row.answered, **{name: getattr(row, name) for name in names})


def _plan(row: ImprovementPlan) -> ImprovementShown:
    names = [name for name in ImprovementShown.model_fields if name != "id"]
    return ImprovementShown(id=row.pk, **{name: getattr(row, name) for name in names})


def _review(row: FeedbackReview) -> MechanismReviewShown:
    return MechanismReviewShown(**{name: getattr(row, name) for name in MechanismReviewShown.model_fields})


def _named(request: ApiRequest, permission: str, pk: int) -> Feedback:
    return existing(request.actor, permission, Feedback.objects.all(), pk)


@router.read("/feedback", VIEW)
def list_feedback(request: ApiRequest, wanted: Query[FeedbackWanted]) -> Page[FeedbackShown]:
    """Feedback within reach, the newest first."""
    rows = feedback_list(request.actor, state=wanted.state, late=wanted.late)
    items, following = page_of(
        request, rows, wanted, [("received_at", "desc"), ("pk", "desc")], _shown, lambda found: opened(list(found))
    )
    return Page[FeedbackShown](items=items, next=following)


@router.read("/feedback/aspects", VIEW)
def feedback_aspects(request: ApiRequest) -> AspectsShown:
    """How much came in by aspect in the last 90 days, and what became of it."""
    items = [
        AspectShown(**{name: getattr(each, name) for name in AspectShown.model_fields})
        for each in feedback_by_aspect(request.actor)
    ]
    return AspectsShown(items=items)


@router.read("/feedback/{feedback_id}", VIEW)
def read_feedback(request: ApiRequest, feedback_id: Id) -> FeedbackShown:
    """One feedback."""
    return _shown(feedback_file(request.actor, feedback_id))


@router.write("POST", "/feedback", "service.report_feedback", status=201)
def feedback_reported(request: ApiRequest, data: FeedbackTaken) -> FeedbackShown:
    """Report what was heard or met."""
    said = data.model_dump()
    customer = named(Customer.objects.all(), said.pop("customer_id"), "customer_id", _("No such customer."))
    return _shown(report_feedback(customer, actor=request.actor, **said))


@router.write("POST", "/feedback/{feedback_id}/answer", "service.answer_feedback")
def feedback_answered(request: ApiRequest, feedback_id: Id, data: FeedbackAnswerTaken) -> FeedbackShown:
    """Keep what the customer was told."""
    row = _named(request, "service.answer_feedback", feedback_id)
    return _shown(answer_feedback(row, actor=request.actor, answer=data.answer))


@router.write("POST", "/feedback/{feedback_id}/grade", "service.grade_feedback")
def feedback_graded(request: ApiRequest, feedback_id: Id, data: FeedbackGradeTaken) -> FeedbackShown:
    """Grade it; the limit follows."""
    row = _named(request, "service.grade_feedback", feedback_id)
    return _shown(grade_feedback(row, actor=request.actor, grade=data.grade))


@router.write("POST", "/feedback/{feedback_id}/confirmation", "service.confirm_feedback")
def feedback_confirmed(request: ApiRequest, feedback_id: Id, data: FeedbackConfirmationTaken) -> FeedbackShown:
    """Keep the customer's word on the answer."""
    row = _named(request, "service.confirm_feedback", feedback_id)
    return _shown(confirm_feedback(row, actor=request.actor, agreed=data.agreed))


@router.read("/improvements", VIEW)
def list_improvements(request: ApiRequest) -> ImprovementsShown:
    """Measures within reach."""
    return ImprovementsShown(items=[_plan(each) for each in improvement_plans(request.actor)])


@router.read("/improvements/{plan_id}", VIEW)
def read_improvement(request: ApiRequest, plan_id: Id) -> ImprovementShown:
    """One measure."""
    return _plan(improvement_plan(request.actor, plan_id))


@router.write("POST", "/improvements", "service.plan_improvement", status=201)
def improvement_planned(request: ApiRequest, data: ImprovementTaken) -> ImprovementShown:
    """Plan a measure."""
    return _plan(plan_improvement(actor=request.actor, **data.model_dump()))


@router.write("POST", "/improvements/{plan_id}/done", "service.carry_out_improvement")
def improvement_done(request: ApiRequest, plan_id: Id) -> ImprovementShown:
    """Say that it is carried out."""
    row = existing(request.actor, "service.carry_out_improvement", ImprovementPlan.objects.all(), plan_id)
    return _plan(carry_out_improvement(row, actor=request.actor))


@router.write("POST", "/improvements/{plan_id}/effect", "service.judge_improvement")
def improvement_judged(request: ApiRequest, plan_id: Id, data: ImprovementEffectTaken) -> ImprovementShown:
    """Judge its effect, from the day on which it can be seen."""
    row = existing(request.actor, "service.judge_improvement", ImprovementPlan.objects.all(), plan_id)
    return _plan(judge_improvement(row, actor=request.actor, **data.model_dump()))


@router.read("/feedback-reviews", VIEW)
def list_feedback_reviews(request: ApiRequest) -> MechanismReviewsShown:
    """Reviews of the way itself."""
    return MechanismReviewsShown(items=[_review(each) for each in feedback_reviews(request.actor)])


@router.write("POST", "/feedback-reviews", "service.review_feedback_mechanism", status=201)
def feedback_mechanism_reviewed(request: ApiRequest, data: MechanismReviewTaken) -> MechanismReviewShown:
    """Keep a review; the next one is due by the policy's months."""
    return _review(review_feedback_mechanism(actor=request.actor, **data.model_dump()))
