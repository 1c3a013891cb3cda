"""The catalogue: lists, one product, drafts and their parts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.conditional import expected_version, tell_version
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.files import TABLE, Format
from kexin.core.api.shapes import Amount, Day, Id, Instant, Line, Page, Paging, Reason, Taken, one_of, page_of
from kexin.core.errors import NotFound
from kexin.core.ui.sending import sent
from kexin.products.api.shown import (
    CourseShown,
    ProductChangeAsked,
    ProductLine,
    ProductShown,
    asked,
    course,
    line,
    whole,
)
from kexin.products.choices import (
    DayCalendar,
    DividendChoice,
    FeeKind,
    LifeStage,
    Offering,
    ProductClass,
    Regime,
    RiskKind,
)
from kexin.products.data import BenchmarkData, FeeData, ProductData, RiskData, TermsData
from kexin.products.operations import (
    change_benchmark,
    change_product,
    draft_product,
    export_products,
    set_fees,
    set_risks,
    set_terms,
)
from kexin.products.operations.export import products_file
from kexin.products.queries import (
    VIEW,
    ProductFilter,
    product_file,
    product_of,
    products,
    saleable,
    search,
    trading_preview,
)

router = Endpoints("products", _("Products"))
Percent = Annotated[Decimal, Field(ge=-100, le=1000, max_digits=8, decimal_places=4, examples=["1.85"])]
Few = Annotated[int, Field(ge=0, le=36_500, examples=[1])]


class Narrowed(Taken):
    """What a list of products is narrowed by; empty values narrow nothing."""

    text: str = Field(default="", max_length=80, description="Name, code, registration or issuer", examples=[""])
    product_class: str = Field(default="", max_length=14, examples=["wealth"])
    state: str = Field(default="", max_length=10, examples=[""])
    regime: str = Field(default="", max_length=12, examples=[""])
    offering: str = Field(default="", max_length=8, examples=[""])
    grade: int | None = Field(default=None, ge=1, le=5, description="The grade that rules", examples=[None])
    band: str = Field(default="", max_length=8, description="low, medium or high", examples=[""])
    return_form: str = Field(default="", max_length=12, examples=[""])
    structure: str = Field(default="", max_length=10, examples=[""])
    label: str = Field(default="", max_length=12, examples=[""])
    currency: str = Field(default="", max_length=3, examples=[""])
    issuer: str = Field(default="", max_length=80, examples=[""])
    term_most: int | None = Field(default=None, ge=1, le=36_500, examples=[None])
    minimum_most: int | None = Field(default=None, ge=0, le=10**15, examples=[None])


class ProductsWanted(Narrowed, Paging):
    """Which products, which part of them."""


class ProductsExport(Narrowed):
    """Which products leave, in which format, and what for."""

    format: Format = "csv"
    purpose: Reason


class Sought(Taken):
    """What is looked for."""

    text: str = Field(min_length=1, max_length=80, examples=["稳利"])


class SaleDay(Paging):
    """On which day; today where none is given."""

    on: Day | None = Field(default=None, examples=[None])


class PlacedAt(Taken):
    """When the order is given."""

    placed: Instant


class ProductTaken(Taken):
    """A draft. ``details`` are the fields of its class; ``categories`` its place in each scheme, else by its class."""

    code: str = Field(min_length=1, max_length=30, examples=["WM-F90X"])
    name: str = Field(min_length=1, max_length=120, examples=["江澜理财 稳利90天X"])
    product_class: one_of(ProductClass) = Field(examples=["wealth"])  # type: ignore[valid-type]
    name_en: str = Field(default="", max_length=120, examples=[""])
    currency: str = Field(default="CNY", min_length=3, max_length=3, examples=["CNY"])
    term_days: int | None = Field(default=None, ge=1, le=36_500, examples=[90])
    issuer: str = Field(default="", max_length=80, examples=["江澜理财"])
    manager: str = Field(default="", max_length=80, examples=["江澜理财"])
    distributor: str = Field(default="", max_length=80, examples=["江澜银行"])
    registration_code: str = Field(default="", max_length=40, examples=["Z7000026000009"])
    registration_place: str = Field(default="", max_length=120, examples=["中国理财网"])
    rate: Percent | None = Field(default=None, examples=[None])
    regime: one_of(Regime) = Field(default="none", examples=["investment"])  # type: ignore[valid-type]
    offering: one_of(Offering) = Field(default="public", examples=["public"])  # type: ignore[valid-type]
    issuer_grade: int | None = Field(default=None, ge=1, le=5, examples=[2])
    minimum_amount: Amount | None = None
    return_form: str = Field(default="", max_length=12, examples=["fixed_income"])
    structure: str = Field(default="", max_length=10, examples=["net_value"])
    labels: list[str] = Field(default=[], max_length=10, examples=[["green"]])
    categories: dict[str, str] = Field(default={}, examples=[{}])
    languages: list[str] = Field(default=["zh-hans"], max_length=5, examples=[["zh-hans"]])
    details: dict[str, str] = Field(default={}, examples=[{"wealth_type": "closed"}])
    liquidity: Line = ""
    return_method: str = Field(default="", max_length=300, examples=[""])
    suitable_customers: str = Field(default="", max_length=300, examples=[""])
    risk_features: str = Field(default="", max_length=300, examples=[""])

    def said(self) -> ProductData:
        values = self.model_dump()
        return ProductData(**{**values, "labels": tuple(self.labels), "languages": tuple(self.languages)})


class FeeTaken(Taken):
    """A fee in per cent."""

    kind: one_of(FeeKind) = Field(examples=["management"])  # type: ignore[valid-type]
    rate: Decimal = Field(ge=0, le=100, max_digits=7, decimal_places=4, examples=["0.30"])
    note: Line = ""


class FeesTaken(Taken):
    """All fees of the product; those of before are replaced."""

    fees: list[FeeTaken] = Field(max_length=20)


class RiskTaken(Taken):
    """A risk and the control for it."""

    kind: one_of(RiskKind) = Field(examples=["market"])  # type: ignore[valid-type]
    weight: int = Field(ge=1, le=5, examples=[2])
    text: str = Field(min_length=1, max_length=400, examples=["净值随市场波动"])
    control: str = Field(min_length=1, max_length=400, examples=["分散投资"])


class StageTaken(Taken):
    """How risk changes at a stage."""

    stage: one_of(LifeStage) = Field(examples=["existence"])  # type: ignore[valid-type]
    text: str = Field(min_length=1, max_length=400, examples=["净值随市场波动"])


class RisksTaken(Taken):
    """All risks of the product and their change over its life; those of before are replaced."""

    risks: list[RiskTaken] = Field(max_length=20)
    stages: list[StageTaken] = Field(default=[], max_length=10)


class TermsTaken(Taken):
    """Trading terms; ``reason`` is needed where the product is not a draft any more."""

    offer_from: Day | None = Field(default=None, examples=[None])
    offer_until: Day | None = Field(default=None, examples=[None])
    established_on: Day | None = Field(default=None, examples=[None])
    value_on: Day | None = Field(default=None, examples=[None])
    matures_on: Day | None = Field(default=None, examples=[None])
    paid_on: Day | None = Field(default=None, examples=[None])
    trades: list[str] = Field(max_length=10, examples=[["purchase", "redeem"]])
    dividends: one_of(DividendChoice) = Field(default="", examples=[""])  # type: ignore[valid-type]
    calendar: one_of(DayCalendar) = Field(default="trading", examples=["trading"])  # type: ignore[valid-type]
    cut_off: dt.time = Field(default=dt.time(15), examples=["15:00:00"])
    confirm_days: Few = 1
    payout_days: Few = Field(default=2, examples=[2])
    open_every_days: Few | None = Field(default=None, examples=[None])
    open_length_days: Few | None = Field(default=None, examples=[None])
    least_hold_days: Few = 0
    add_least: Amount | None = None
    add_step: Amount | None = None
    fast_limit: Amount | None = Field(default=None, examples=[None])
    quota: Amount | None = None
    quota_per_customer: Amount | None = None
    raise_least: Amount | None = None
    large_share: Decimal | None = Field(default=None, gt=0, le=100, max_digits=5, decimal_places=2, examples=["10"])
    reason: str = Field(default="", max_length=400, examples=[""])

    def said(self) -> TermsData:
        values = self.model_dump(exclude={"reason"})
        cut_off = self.cut_off.replace(tzinfo=None, microsecond=0)
        return TermsData(**{**values, "trades": tuple(self.trades), "cut_off": cut_off})


class BenchmarkTaken(Taken):
    """A benchmark from a day on: per cent, a range, or words. ``reason`` is needed on an admitted product."""

    from_on: Day
    low: Percent | None = None
    high: Percent | None = None
    formula: Line = ""
    basis: str = Field(min_length=1, max_length=400, examples=["同类资产近三年收益测算"])
    reason: str = Field(default="", max_length=400, examples=[""])


@router.read("/products", VIEW)
def list_products(request: ApiRequest, wanted: Query[ProductsWanted]) -> Page[ProductLine]:
    """Products by code; drafts only for those who work on admissions."""
    narrow = ProductFilter(**wanted.model_dump(exclude={"cursor", "limit"}))
    lines, following = page_of(request, products(request.actor, narrow), wanted, [("code", "asc")], line)
    return Page[ProductLine](items=lines, next=following)


@router.read("/products/saleable", VIEW, _("See products that a sale may be opened for"))
def list_saleable(request: ApiRequest, wanted: Query[SaleDay]) -> Page[ProductLine]:
    """Admitted, not matured, in an offering or open for purchase."""
    lines, following = page_of(request, saleable(request.actor, wanted.on), wanted, [("code", "asc")], line)
    return Page[ProductLine](items=lines, next=following)


@router.read("/products/search", VIEW, _("Find products"))
def find_products(request: ApiRequest, wanted: Query[Sought]) -> Page[ProductLine]:
    """A few products that answer to a text, those on sale first."""
    return Page[ProductLine](items=[line(each) for each in search(request.actor, wanted.text, 20)], next=None)


@router.write("POST", "/products/export", "products.export_products", once=False, content=TABLE)
def export_product_list(request: ApiRequest, data: ProductsExport) -> HttpResponse:
    """Products as a file; watermarked and recorded."""
    narrow = ProductFilter(**data.model_dump(exclude={"format", "purpose"}))
    rows = export_products(actor=request.actor, wanted=narrow, purpose=data.purpose)
    return sent(data.format, products_file(rows), request.actor)  # type: ignore[return-value]


@router.write("POST", "/products", "products.draft_product", status=201)
def write_draft(request: ApiRequest, data: ProductTaken) -> ProductLine:
    """Begin a product; it is sold only after its admission."""
    return line(draft_product(actor=request.actor, data=data.said()))


@router.read("/products/{product_id}", VIEW, etag=True)
def read_product(request: ApiRequest, product_id: Id) -> ProductShown:
    """Everything about a product."""
    file = product_file(request.actor, product_id)
    tell_version(request, file.product.version)
    return whole(file)


def _version(request: ApiRequest, product_id: int) -> int:
    return expected_version(request, lambda: product_of(request.actor, product_id).version)


@router.write("PUT", "/products/{product_id}", "products.change_product", conditional=True, once=False)
def rewrite_draft(request: ApiRequest, product_id: Id, data: ProductTaken) -> ProductLine:
    """Write the data of a draft anew."""
    version = _version(request, product_id)
    return line(change_product(product_id, actor=request.actor, data=data.said(), version=version))


@router.write("PUT", "/products/{product_id}/fees", "products.set_fees", conditional=True, once=False)
def write_fees(request: ApiRequest, product_id: Id, data: FeesTaken) -> ProductLine:
    """Replace the fees of a draft."""
    said = [FeeData(**each.model_dump()) for each in data.fees]
    return line(set_fees(product_id, actor=request.actor, fees=said, version=_version(request, product_id)))


@router.write("PUT", "/products/{product_id}/risks", "products.set_risks", conditional=True, once=False)
def write_risks(request: ApiRequest, product_id: Id, data: RisksTaken) -> ProductLine:
    """Replace the risks of a draft and how they change over its life."""
    said = [RiskData(**each.model_dump()) for each in data.risks]
    stages = {each.stage: each.text for each in data.stages}
    version = _version(request, product_id)
    return line(set_risks(product_id, actor=request.actor, risks=said, stages=stages, version=version))


@router.write("PUT", "/products/{product_id}/terms", "products.set_terms", conditional=True, once=False)
def write_terms(request: ApiRequest, product_id: Id, data: TermsTaken) -> ProductChangeAsked:
    """Write the terms of a draft, or propose other terms for an admitted product."""
    version = _version(request, product_id)
    made = set_terms(product_id, actor=request.actor, data=data.said(), reason=data.reason, version=version)
    return asked(product_id, made)


@router.write("POST", "/products/{product_id}/benchmarks", "products.change_benchmark", status=201)
def add_benchmark(request: ApiRequest, product_id: Id, data: BenchmarkTaken) -> ProductChangeAsked:
    """Write the benchmark of a draft, or propose another one for an admitted product."""
    made = change_benchmark(product_id, actor=request.actor, data=BenchmarkData(**data.model_dump()))
    return asked(product_id, made)


@router.read("/products/{product_id}/course", VIEW, _("See what becomes of an order"))
def read_course(request: ApiRequest, product_id: Id, wanted: Query[PlacedAt]) -> CourseShown:
    """Dealing day, confirmation and payout of an order given at a moment. Not found without trading terms."""
    found = trading_preview(request.actor, product_id, wanted.placed)
    if found is None:
        raise NotFound
    return course(found)
