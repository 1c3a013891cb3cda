"""Admission, grades, and the way on and off the shelf."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Taken, Why
from kexin.products.api.products import router as products_router
from kexin.products.api.shown import (
    OpinionShown,
    ProductChangeAsked,
    ProductLine,
    RecordLine,
    RecordList,
    RoundList,
    RoundShown,
    RoundsOpen,
    RoundWithOpinions,
    asked,
    line,
    round_of,
)
from kexin.products.models import ProductStep
from kexin.products.models.product import SEE_DRAFTS
from kexin.products.operations import (
    approve_admission,
    assess_risk,
    propose_failure,
    propose_rerating,
    propose_resumption,
    redraft_product,
    return_product,
    review_compliance,
    review_protection,
    submit_product,
    suspend_product,
    withdraw_product,
)
from kexin.products.queries import VIEW, admissions_of, open_admissions, record_of

router = Endpoints("products", products_router.label)
_SCORES = {
    "investments": 2,
    "term": 2,
    "leverage": 1,
    "structure": 1,
    "offering": 1,
    "issuer": 2,
    "history": 2,
    "other": 1,
}


class SubmissionNote(Taken):
    """A word for the reviewers."""

    note: str = Field(default="", max_length=1000, examples=[""])


class OpinionTaken(Taken):
    """An opinion; ``checks`` are the codes of the reviewer's list (policy ``products.admission``), all of them."""

    opinion: str = Field(min_length=1, max_length=2000, examples=["资料齐备"])
    checks: list[str] = Field(max_length=50, examples=[["issuer", "registration", "design", "contract", "benchmark"]])


class AssessmentTaken(OpinionTaken):
    """The eight factors of Art. 23, each from 1 (least) to 5 (most risk)."""

    scores: dict[str, int] = Field(examples=[_SCORES])
    issuer_grade: int | None = Field(default=None, ge=1, le=5, examples=[2])


class ReratingTaken(Why):
    """The factors scored anew, and why."""

    scores: dict[str, int] = Field(examples=[_SCORES])
    issuer_grade: int | None = Field(default=None, ge=1, le=5, examples=[2])


def _said(each: ProductStep) -> dict[str, Any]:
    return {"act": each.act, "step": each.step, "text": each.text, "by": each.done_by, "at": each.done_at}


@router.read("/admissions", SEE_DRAFTS)
def list_open_admissions(request: ApiRequest) -> RoundsOpen:
    """Every round under way, and the step that is owed."""
    return RoundsOpen(items=[round_of(each) for each in open_admissions(request.actor)])


@router.read("/products/{product_id}/admissions", SEE_DRAFTS)
def list_admissions(request: ApiRequest, product_id: Id) -> RoundList:
    """All rounds of a product with every opinion, newest first."""
    items = [
        RoundWithOpinions(
            **round_of(each).model_dump(), opinions=[OpinionShown(**_said(step)) for step in each.steps.all()]
        )
        for each in admissions_of(request.actor, product_id)
    ]
    return RoundList(items=items)


@router.read("/products/{product_id}/record", VIEW, _("See what was done with a product"))
def read_record(request: ApiRequest, product_id: Id) -> RecordList:
    """Every act, newest first; opinions of reviewers only for those who work on admissions."""
    rows = record_of(request.actor, product_id)
    return RecordList(items=[RecordLine(**_said(each), details=each.details) for each in rows])


@router.write("POST", "/products/{product_id}/submit", "products.submit_product")
def hand_in_product(request: ApiRequest, product_id: Id, data: SubmissionNote) -> RoundShown:
    """Hand a draft to its reviewers."""
    return round_of(submit_product(product_id, actor=request.actor, note=data.note))


@router.write("POST", "/products/{product_id}/compliance", "products.review_compliance")
def pass_compliance(request: ApiRequest, product_id: Id, data: OpinionTaken) -> RoundShown:
    """Pass the compliance review."""
    return round_of(review_compliance(product_id, actor=request.actor, **data.model_dump()))


@router.write("POST", "/products/{product_id}/assessment", "products.assess_risk")
def pass_assessment(request: ApiRequest, product_id: Id, data: AssessmentTaken) -> RoundShown:
    """Score the factors; the grade follows from the policy."""
    return round_of(assess_risk(product_id, actor=request.actor, **data.model_dump()))


@router.write("POST", "/products/{product_id}/protection", "products.review_protection")
def pass_protection(request: ApiRequest, product_id: Id, data: OpinionTaken) -> RoundShown:
    """Give the opinion of consumer protection."""
    return round_of(review_protection(product_id, actor=request.actor, **data.model_dump()))


@router.write("POST", "/products/{product_id}/approval", "products.approve_admission")
def pass_approval(request: ApiRequest, product_id: Id, data: OpinionTaken) -> RoundShown:
    """Admit the product for sale."""
    return round_of(approve_admission(product_id, actor=request.actor, **data.model_dump()))


@router.write("POST", "/products/{product_id}/return", "products.return_product")
def hand_back_product(request: ApiRequest, product_id: Id, data: Why) -> RoundShown:
    """Return the product to its drafter."""
    return round_of(return_product(product_id, actor=request.actor, reason=data.reason))


@router.write("POST", "/products/{product_id}/rerating", "products.propose_rerating", status=202)
def ask_for_rerating(request: ApiRequest, product_id: Id, data: ReratingTaken) -> ProductChangeAsked:
    """Propose another grade; it rules once somebody else has approved it."""
    return asked(product_id, propose_rerating(product_id, actor=request.actor, **data.model_dump()))


@router.write("POST", "/products/{product_id}/suspension", "products.suspend_product")
def stop_sale(request: ApiRequest, product_id: Id, data: Why) -> ProductLine:
    """Suspend the sale at once."""
    return line(suspend_product(product_id, actor=request.actor, reason=data.reason))


@router.write("POST", "/products/{product_id}/resumption", "products.propose_resumption", status=202)
def ask_for_resumption(request: ApiRequest, product_id: Id, data: Why) -> ProductChangeAsked:
    """Propose to resume the sale."""
    return asked(product_id, propose_resumption(product_id, actor=request.actor, reason=data.reason))


@router.write("POST", "/products/{product_id}/failure", "products.propose_failure", status=202)
def ask_for_failure(request: ApiRequest, product_id: Id, data: Why) -> ProductChangeAsked:
    """Propose to declare the offering failed, by the issuer's notice: then every order of the product fails."""
    return asked(product_id, propose_failure(product_id, actor=request.actor, reason=data.reason))


@router.write("POST", "/products/{product_id}/withdrawal", "products.withdraw_product")
def end_sale(request: ApiRequest, product_id: Id, data: Why) -> ProductLine:
    """Withdraw the product from sale."""
    return line(withdraw_product(product_id, actor=request.actor, reason=data.reason))


@router.write("POST", "/products/{product_id}/redraft", "products.redraft_product")
def open_for_change(request: ApiRequest, product_id: Id, data: Why) -> ProductLine:
    """Take the product back to draft."""
    return line(redraft_product(product_id, actor=request.actor, reason=data.reason))
