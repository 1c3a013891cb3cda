"""What suits whom: the shelf of a customer, matching opinions, qualified investors."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import named
from kexin.core.api.shapes import Amount, Day, Id, Moment, Page, Paging, Reason, Shown, Taken, one_of, page_of
from kexin.party.models import Customer
from kexin.products.models import Product
from kexin.products.values.comparing import side_by_side
from kexin.suitability.matching.choices import MatchOutcome, Purpose, QualifiedBasis, SaleChannel
from kexin.suitability.matching.operations import match, propose_qualified
from kexin.suitability.matching.shelf import (
    VIEW,
    VIEW_DECISIONS,
    VIEW_FACTS,
    ShelfLine,
    compared,
    customers_fitting,
    decision_file,
    decisions_of,
    facts_shown,
    shelf_of,
)
from kexin.suitability.models import SuitabilityDecision

router = Endpoints("matching", _("Matching of products to customers"))


class MatchReason(Shown):
    """Why, in two languages, with its legal basis."""

    code: str = Field(examples=["grade_above"])
    zh: str = Field(examples=["产品风险等级 R4 高于客户风险承受能力 C3。"])
    en: str = Field(examples=["The product's grade R4 is above what the customer can bear (C3)."])
    basis: str = Field(examples=["《金融机构产品适当性管理办法》第十二条"])


class MatchingOpinionShown(Shown):
    """A matching opinion. What restrictions it found is told to nobody here."""

    id: Id
    customer_id: Id
    product_id: Id
    purpose: one_of(Purpose)  # type: ignore[valid-type]
    channel: one_of(SaleChannel)  # type: ignore[valid-type]
    amount: Amount | None
    outcome: one_of(MatchOutcome)  # type: ignore[valid-type]
    refusals: list[MatchReason]
    conditions: list[MatchReason]
    checks: dict[str, bool] = Field(examples=[{"identity": True, "tolerance": True, "product": False, "seller": True}])
    decided_on: Day
    decided_at: Moment
    decided_by: str = Field(examples=["1001"])


class MatchingFactsShown(Shown):
    """Everything an opinion stood on, as it was."""

    facts: dict[str, Any] = Field(examples=[{"product": {"code": "LC001", "grade": 3}}])


class MatchTaken(Taken):
    """What is asked. Without an amount the product's minimum counts."""

    product_id: Id
    purpose: one_of(Purpose) = "sale"  # type: ignore[valid-type]
    channel: one_of(SaleChannel) = "branch"  # type: ignore[valid-type]
    amount: Amount | None = None
    insists: bool = False
    payment_years: int | None = Field(default=None, ge=1, le=100, examples=[10])


class ShelfLineShown(Shown):
    """A product of the shelf with what matching says of it. ``fit`` is 0 to 100."""

    product_id: Id
    code: str = Field(examples=["LC001"])
    name: str = Field(examples=["江岚稳健 90 天"])
    grade: int | None = Field(examples=[2])
    outcome: one_of(MatchOutcome)  # type: ignore[valid-type]
    fit: int = Field(examples=[88])
    reasons: list[str] = Field(description="Codes of refusals and conditions", examples=[[]])


class ShelfShown(Shown):
    """What fits, best first; what does not; reasons that stand against every product alike."""

    fitting: list[ShelfLineShown]
    others: list[ShelfLineShown]
    common: list[str] = Field(examples=[["assessment_missing"]])


class ComparedTaken(Taken):
    """Two to four products."""

    products: str = Field(
        max_length=100, pattern="^[0-9]{1,18}(,[0-9]{1,18}){0,9}$", description="Ids, by commas", examples=["11,12"]
    )


class FittingShown(Shown):
    """A customer whom a product fits."""

    customer_id: Id
    customer_no: str = Field(examples=["C0000001042"])
    tolerance: int | None = Field(examples=[3])
    fit: int = Field(examples=[76])


class FittingList(Shown):
    """Customers whom a product fits, best first, and how many were looked at."""

    looked_at: int = Field(examples=[180])
    customers: list[FittingShown]


class EqualPeriodShown(Shown):
    """One period that all have, and what each product gained or lost in it, in the order of the products."""

    months: int = Field(description="0: the longest that all have", examples=[12])
    first: Day
    last: Day
    gained: list[float | None] = Field(description="Fractions; null: not told", examples=[[0.0312, None]])


class ShelfCompared(Shown):
    """Products side by side, their past over equal periods only, and the words that stand beside it."""

    products: list[ShelfLineShown]
    periods: list[EqualPeriodShown]
    words: list[str] = Field(examples=[["过往业绩不代表未来表现，不构成对产品业绩的保证。"]])


class QualifiedTaken(Taken):
    """Why a customer may see private products, and until when."""

    basis: one_of(QualifiedBasis)  # type: ignore[valid-type]
    evidence: str = Field(min_length=1, max_length=200, examples=["资产证明 2026-03-02"])
    valid_until: Day
    reason: Reason


class ProposedQualified(Shown):
    """What awaits the decision of a second person."""

    approval_id: Id


def _reason(stored: dict[str, Any]) -> MatchReason:
    return MatchReason(code=stored["code"], zh=stored["words"]["zh"], en=stored["words"]["en"], basis=stored["basis"])


def _decision(row: SuitabilityDecision) -> MatchingOpinionShown:
    return MatchingOpinionShown(
        id=row.pk,
        customer_id=row.customer_id,
        product_id=row.product_id,
        purpose=row.purpose,
        channel=row.channel,
        amount=row.amount,
        outcome=row.outcome,
        refusals=[_reason(each) for each in row.refusals],
        conditions=[_reason(each) for each in row.conditions],
        checks=row.checks,
        decided_on=row.decided_on,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


def _line(line: ShelfLine) -> ShelfLineShown:
    found = (*line.verdict.refusals, *line.verdict.conditions)
    return ShelfLineShown(
        product_id=line.product.pk,
        code=line.product.code,
        name=line.product.name,
        grade=line.grade,
        outcome=line.outcome,
        fit=line.fit,
        reasons=[each.code for each in found],
    )


@router.read("/customers/{customer_id}/shelf", VIEW)
def read_shelf(request: ApiRequest, customer_id: Id) -> ShelfShown:
    """The whole shelf for one customer. Private products stand in it for qualified investors only."""
    found = shelf_of(request.actor, customer_id)
    return ShelfShown(
        fitting=[_line(each) for each in found.fitting],
        others=[_line(each) for each in found.others],
        common=[each.code for each in found.common],
    )


@router.read("/customers/{customer_id}/comparison", VIEW, _("Compare products for a customer"))
def compare_products(request: ApiRequest, customer_id: Id, wanted: Query[ComparedTaken]) -> ShelfCompared:
    """Two to four products that this customer may buy; others are refused."""
    found = compared(request.actor, customer_id, [int(each) for each in wanted.products.split(",")])
    past = side_by_side([each.product for each in found])
    return ShelfCompared(
        products=[_line(each) for each in found],
        periods=[
            EqualPeriodShown(months=each.months, first=each.first, last=each.last, gained=list(each.gained))
            for each in past.periods
        ],
        words=[past.benchmark_words, *([past.past_words] if past.periods else [])],
    )


@router.read("/products/{product_id}/fitting-customers", VIEW, _("See whom a product fits"))
def list_fitting_customers(request: ApiRequest, product_id: Id) -> FittingList:
    """Among the customers within reach (2,000 at most, the largest assets first). At most 200 are told."""
    found, looked = customers_fitting(request.actor, product_id)
    return FittingList(
        looked_at=looked,
        customers=[
            FittingShown(
                customer_id=each.customer.pk,
                customer_no=each.customer.customer_no,
                tolerance=each.tolerance,
                fit=each.fit,
            )
            for each in found[:200]
        ],
    )


@router.write("POST", "/customers/{customer_id}/matching", "suitability.match", status=201)
def give_opinion(request: ApiRequest, customer_id: Id, data: MatchTaken) -> MatchingOpinionShown:
    """Decide and keep the opinion; a refusal is an answer, not an error."""
    values = data.model_dump(exclude={"product_id"})
    product = Product(pk=data.product_id)
    if request.actor.may("suitability.match"):
        Customer.objects.fetch(customer_id, request.actor, "suitability.match")
        product = named(Product.objects.all(), data.product_id, "product_id", _("There is no such product."))
    return _decision(match(Customer(pk=customer_id), product, actor=request.actor, **values))


@router.read("/customers/{customer_id}/matching", VIEW_DECISIONS)
def list_opinions(request: ApiRequest, customer_id: Id, wanted: Query[Paging]) -> Page[MatchingOpinionShown]:
    """Matching opinions of a customer within reach, newest first."""
    rows = decisions_of(request.actor, customer_id)
    Customer.objects.fetch(customer_id, request.actor, VIEW_DECISIONS)
    lines, following = page_of(request, rows, wanted, [("pk", "desc")], _decision)
    return Page[MatchingOpinionShown](items=lines, next=following)


@router.read("/matching/{decision_id}", VIEW_DECISIONS, _("See a matching opinion"))
def read_opinion(request: ApiRequest, decision_id: Id) -> MatchingOpinionShown:
    """One opinion as it was given."""
    return _decision(decision_file(request.actor, decision_id))


@router.read("/matching/{decision_id}/facts", VIEW_FACTS)
def read_opinion_facts(request: ApiRequest, decision_id: Id) -> MatchingFactsShown:
    """All facts, restrictions included: not for who sells."""
    return MatchingFactsShown(facts=facts_shown(request.actor, decision_id))


@router.write("POST", "/customers/{customer_id}/qualified", "suitability.propose_qualified", status=202)
def add_qualified(request: ApiRequest, customer_id: Id, data: QualifiedTaken) -> ProposedQualified:
    """Propose a customer as a qualified investor; it counts once another person has approved it."""
    made = propose_qualified(Customer(pk=customer_id), actor=request.actor, **data.model_dump())
    return ProposedQualified(approval_id=made.pk)
