"""What answers show of products."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from kexin.core.api.shapes import Amount, Day, Id, Moment, Shown, Version
from kexin.core.models import Approval
from kexin.products.models import Admission, Benchmark, Product, RiskRating, TradingTerms
from kexin.products.queries import Preview, ProductFile

Rate = Annotated[Decimal, Field(examples=["1.85"], description="Per cent a year, as a string")]
Grade = Annotated[int, Field(ge=1, le=5, examples=[2], description="1 (lowest risk) to 5")]


class ProductLine(Shown):
    """A product in a list. ``risk_grade`` is the higher of the institution's own and the issuer's."""

    id: Id
    code: str = Field(examples=["WM-F90A"])
    name: str = Field(examples=["江澜理财 稳利90天A"])
    name_en: str
    product_class: str = Field(examples=["wealth"])
    state: str = Field(examples=["admitted"])
    regime: str = Field(examples=["investment"])
    offering: str = Field(examples=["public"])
    currency: str = Field(examples=["CNY"])
    term_days: int | None = Field(examples=[90])
    minimum_amount: Amount | None
    risk_grade: Grade | None
    own_grade: Grade | None
    issuer_grade: Grade | None
    issuer: str
    registration_code: str = Field(examples=["Z7000026000001"])


class FeeLine(Shown):
    kind: str = Field(examples=["management"])
    rate: Rate
    note: str


class RiskLine(Shown):
    """A risk and the control for it."""

    kind: str = Field(examples=["market"])
    weight: int = Field(examples=[2])
    text: str
    control: str


class BenchmarkLine(Shown):
    """A benchmark of performance. It is not an expected return and no promise of one."""

    from_on: Day
    low: Rate | None
    high: Rate | None
    formula: str
    basis: str
    reason: str


class TermsShown(Shown):
    """Trading terms."""

    offer_from: Day | None
    offer_until: Day | None
    established_on: Day | None
    value_on: Day | None
    matures_on: Day | None
    paid_on: Day | None
    trades: list[str] = Field(examples=[["purchase", "redeem"]])
    dividends: str
    calendar: str = Field(examples=["trading"])
    cut_off: dt.time = Field(examples=["15:00:00"])
    confirm_days: int
    payout_days: int
    open_every_days: int | None
    open_length_days: int | None
    least_hold_days: int
    add_least: Amount | None
    add_step: Amount | None
    fast_limit: Amount | None
    quota: Amount | None
    quota_per_customer: Amount | None
    raise_least: Amount | None
    large_share: Decimal | None


class GradeShown(Shown):
    """One assessment; ``grade`` rules while ``state`` is ``in_force``."""

    own_grade: Grade
    issuer_grade: Grade | None
    grade: Grade
    score: Decimal | None = Field(examples=["2.40"])
    scores: dict[str, int] = Field(examples=[{"leverage": 2}])
    state: str = Field(examples=["in_force"])
    reason: str
    assessed_at: Moment


class ProductShown(ProductLine):
    """Everything about a product."""

    version: Version
    manager: str
    distributor: str
    registration_place: str
    rate: Rate | None
    return_form: str
    structure: str
    labels: list[str]
    categories: dict[str, str] = Field(examples=[{"six": "wealth", "five": "wealth"}])
    languages: list[str] = Field(examples=[["zh-hans"]])
    details: dict[str, str] = Field(description="Fields of its class", examples=[{"wealth_type": "closed"}])
    liquidity: str
    return_method: str
    suitable_customers: str
    risk_features: str
    stage: str = Field(description="issue, existence, maturity or redemption", examples=["existence"])
    fees: list[FeeLine]
    risks: list[RiskLine]
    stage_risks: dict[str, str]
    benchmarks: list[BenchmarkLine] = Field(description="Newest first")
    terms: TermsShown | None
    grades: list[GradeShown] = Field(description="Newest first")


class RoundShown(Shown):
    """A round of admission. ``step`` is the one that is owed, empty when the round is over."""

    product_id: Id
    round: int = Field(examples=[1])
    state: str = Field(examples=["open"])
    step: str = Field(examples=["compliance"])


class OpinionShown(Shown):
    """What was said at a step."""

    act: str = Field(examples=["passed"])
    step: str = Field(examples=["compliance"])
    text: str
    by: str = Field(examples=["1005"])
    at: Moment


class RoundWithOpinions(RoundShown):
    """A round and what was said in it."""

    opinions: list[OpinionShown]


class RoundList(Shown):
    """Newest first."""

    items: list[RoundWithOpinions]


class RoundsOpen(Shown):
    """Every round under way."""

    items: list[RoundShown]


class RecordLine(OpinionShown):
    """An act on a product."""

    details: dict[str, Any]


class RecordList(Shown):
    """Newest first."""

    items: list[RecordLine]


class ProductChangeAsked(Shown):
    """Done at once (a draft), or proposed: then it holds once somebody else has approved it."""

    product_id: Id
    approval_id: Id | None = Field(description="The proposal to be decided, if there is one")


class CourseShown(Shown):
    """What becomes of an order given at a moment. ``settled`` is false where a calendar year is not published yet."""

    placed: Moment
    dealing_day: Day
    confirmed_on: Day
    paid_on: Day | None = Field(description="When the money of a redemption arrives")
    open: bool = Field(description="The product takes orders for that day")
    settled: bool


def line(row: Product) -> ProductLine:
    return ProductLine(**{name: getattr(row, name) for name in ProductLine.model_fields})


def whole(file: ProductFile) -> ProductShown:
    row = file.product
    own = {name: getattr(row, name) for name in ProductShown.model_fields if hasattr(row, name)}
    own |= {
        "stage": str(file.stage),
        "fees": [FeeLine(kind=each.kind, rate=each.rate, note=each.note) for each in file.fees],
        "risks": [RiskLine(**{name: getattr(each, name) for name in RiskLine.model_fields}) for each in file.risks],
        "stage_risks": {each.stage: each.text for each in file.stages},
        "benchmarks": [benchmark(each) for each in file.benchmarks],
        "terms": terms(file.terms) if file.terms else None,
        "grades": [grade(each) for each in file.ratings],
    }
    return ProductShown(**own)


def benchmark(row: Benchmark) -> BenchmarkLine:
    return BenchmarkLine(**{name: getattr(row, name) for name in BenchmarkLine.model_fields})


def terms(row: TradingTerms) -> TermsShown:
    return TermsShown(**{name: getattr(row, name) for name in TermsShown.model_fields})


def grade(row: RiskRating) -> GradeShown:
    return GradeShown(**{name: getattr(row, name) for name in GradeShown.model_fields})


def round_of(row: Admission) -> RoundShown:
    return RoundShown(product_id=row.product_id, round=row.number, state=row.state, step=row.step)


def asked(product_id: int, made: Any) -> ProductChangeAsked:
    return ProductChangeAsked(product_id=product_id, approval_id=made.pk if isinstance(made, Approval) else None)


def course(preview: Preview) -> CourseShown:
    return CourseShown(
        placed=preview.placed,
        dealing_day=preview.bought.dealing_day,
        confirmed_on=preview.bought.confirmed_on,
        paid_on=preview.redeemed.paid_on if preview.redeemed else None,
        open=preview.open,
        settled=preview.settled,
    )
