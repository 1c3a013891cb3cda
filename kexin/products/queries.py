"""Reading products: the list, one product with everything about it, what is on sale, what an order would become."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, days, zone
from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.people.models import by_language
from kexin.products.choices import (
    AdmissionState,
    DayCalendar,
    LifeStage,
    Offering,
    ProductState,
    RatingState,
    RiskBand,
    TradeKind,
)
from kexin.products.models import (
    Admission,
    Benchmark,
    Product,
    ProductFee,
    ProductRisk,
    ProductStep,
    RiskRating,
    StageRisk,
    TradingTerms,
)
from kexin.products.models.product import SEE_DRAFTS
from kexin.products.policies import ClassificationPolicy, Scheme
from kexin.products.rules import LifeDates, stage_on
from kexin.products.trading import Course, IsOpen, NoOpenDay, OpenPeriods, dealing_day, open_days_after

VIEW = "products.view_products"
GRADES_OF = {RiskBand.LOW: (1, 2), RiskBand.MEDIUM: (3,), RiskBand.HIGH: (4, 5)}


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """What a list of products is narrowed by; empty values narrow nothing. ``grade`` is the one that rules."""

    text: str = ""
    product_class: str = ""
    state: str = ""
    regime: str = ""
    offering: str = ""
    grade: int | None = None
    band: str = ""
    return_form: str = ""
    structure: str = ""
    label: str = ""
    currency: str = ""
    issuer: str = ""
    categories: dict[str, str] = field(default_factory=dict)
    term_most: int | None = None
    minimum_most: int | None = None


def _of_grade(grades: tuple[int, ...]) -> Q:
    """Products whose ruling grade is one of these: one of the two grades is, and neither is above."""
    most, least = max(grades), min(grades)
    low = Q(own_grade__lte=most) | Q(own_grade=None)
    issuer_low = Q(issuer_grade__lte=most) | Q(issuer_grade=None)
    return low & issuer_low & (Q(own_grade__gte=least) | Q(issuer_grade__gte=least))


def narrowed(rows: QuerySet[Product], wanted: ProductFilter) -> QuerySet[Product]:
    """These rows, as far as they answer to the filter."""
    if wanted.text.strip():
        for word in wanted.text.split()[:5]:
            rows = rows.filter(
                Q(name__icontains=word)
                | Q(name_en__icontains=word)
                | Q(code__istartswith=word)
                | Q(registration_code__iexact=word)
                | Q(issuer__icontains=word)
            )
    for name in ("product_class", "state", "regime", "offering", "return_form", "structure", "currency", "issuer"):
        value = getattr(wanted, name)
        if value:
            rows = rows.filter(**{name: value})
    if wanted.grade:
        rows = rows.filter(_of_grade((wanted.grade,)))
    if wanted.band in GRADES_OF:
        rows = rows.filter(_of_grade(GRADES_OF[RiskBand(wanted.band)]))
    if wanted.label:
        rows = rows.filter(labels__contains=[wanted.label])
    for scheme, code in wanted.categories.items():
        if code:
            rows = rows.filter(categories__contains={scheme: code})
    if wanted.term_most is not None:
        rows = rows.filter(term_days__lte=wanted.term_most)
    if wanted.minimum_most is not None:
        rows = rows.filter(Q(minimum_amount__lte=wanted.minimum_most) | Q(minimum_amount=None))
    return rows


@query(VIEW, label=_("See products"))
def products(actor: Actor, wanted: ProductFilter) -> QuerySet[Product]:
    """The products this actor may know of, narrowed."""
    return narrowed(Product.objects.visible_to(actor, VIEW), wanted)


@query(VIEW, label=_("See products"))
def product_of(actor: Actor, pk: int) -> Product:
    """One product. Raises NotFound for drafts, unless the actor works on admissions."""
    row = Product.objects.visible_to(actor, VIEW).select_related("terms").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class ProductFile:
    """Everything the page of a product shows to all who may see it."""

    product: Product
    terms: TradingTerms | None
    fees: list[ProductFee]
    risks: list[ProductRisk]
    stages: list[StageRisk]
    benchmarks: list[Benchmark]
    ratings: list[RiskRating]
    stage: LifeStage

    @property
    def benchmark(self) -> Benchmark | None:
        """The benchmark of today: the latest that has begun, else the first to come."""
        today = business_date()
        begun = next((each for each in self.benchmarks if each.from_on <= today), None)
        return begun or (self.benchmarks[-1] if self.benchmarks else None)

    @property
    def rating(self) -> RiskRating | None:
        return next((each for each in self.ratings if each.state == RatingState.IN_FORCE), None)


@query(VIEW, label=_("See products"))
def product_file(actor: Actor, pk: int) -> ProductFile:
    """A product with its terms, fees, risks, benchmarks and grades."""
    product = product_of(actor, pk)
    terms = getattr(product, "terms", None)
    known = actor.may(SEE_DRAFTS)
    ratings = product.ratings.all() if known else product.ratings.exclude(state=RatingState.PROPOSED)
    return ProductFile(
        product,
        terms,
        list(product.fees.order_by("pk")),
        list(product.risks.order_by("pk")),
        sorted(product.stage_risks.all(), key=lambda each: list(LifeStage.values).index(each.stage)),
        list(product.benchmarks.all()),
        list(ratings),
        stage_on(dates_of(terms), business_date()),
    )


def dates_of(terms: TradingTerms | None) -> LifeDates:
    """The days that divide a product's life."""
    return LifeDates(terms.established_on, terms.matures_on, terms.paid_on) if terms else LifeDates()


@query(SEE_DRAFTS, label=_("See the admission of products"))
def admissions_of(actor: Actor, pk: int) -> list[Admission]:
    """All rounds of a product, newest first, with what was said at each step."""
    product = product_of(actor, pk)
    steps = Prefetch("steps", ProductStep.objects.order_by("done_at", "pk"))
    return list(product.admissions.select_related("rating").prefetch_related(steps))


@query(SEE_DRAFTS, label=_("See the admission of products"))
def open_admissions(actor: Actor) -> QuerySet[Admission]:
    """Every round under way."""
    return Admission.objects.filter(state=AdmissionState.OPEN).select_related("product")


@query(VIEW, label=_("See products"))
def record_of(actor: Actor, pk: int) -> list[ProductStep]:
    """What was done with a product, newest first; opinions of reviewers only for those who work on admissions."""
    product = product_of(actor, pk)
    rows = product.steps.all()
    return list(rows if actor.may(SEE_DRAFTS) else rows.filter(admission=None))[:200]


@query(VIEW, label=_("See products"))
def saleable(actor: Actor, on: dt.date | None = None) -> QuerySet[Product]:
    """Products that a sale may be opened for on a day: admitted, not matured, in an offering or open for purchase."""
    day = on or business_date()
    purchase = Q(terms__trades__contains=[TradeKind.PURCHASE])
    offered = Q(terms__trades__contains=[TradeKind.OFFER], terms__offer_until__gte=day) & (
        Q(terms__offer_from__lte=day) | Q(terms__offer_from=None)
    )
    rows = Product.objects.visible_to(actor, VIEW).filter(state=ProductState.ADMITTED)
    return rows.filter(Q(terms=None) | purchase | offered).exclude(terms__matures_on__lte=day)


def for_public(rows: QuerySet[Product]) -> QuerySet[Product]:
    """Without private products: what may be shown to whom nobody has verified as qualified (Art. 30)."""
    return rows.exclude(offering=Offering.PRIVATE)


def calendar_of(terms: TradingTerms) -> IsOpen:
    """Which days count for the terms of a product."""
    known = days()
    return known.is_trading if terms.calendar == DayCalendar.TRADING else known.is_working


@dataclass(frozen=True, slots=True)
class Preview:
    """What becomes of an order placed at a moment. ``open``: the product takes orders for that dealing day.

    In its offering an order is confirmed when the product is established (``offered``). ``redeemed`` is None for a
    product that is not redeemed before its end.
    """

    placed: dt.datetime
    bought: Course
    redeemed: Course | None
    open: bool
    settled: bool
    offered: bool = False


@query(VIEW, label=_("See products"))
def trading_preview(actor: Actor, pk: int, placed: dt.datetime) -> Preview | None:
    """Dealing day, confirmation and payout of an order at ``placed`` (aware); None without terms or an open day."""
    terms = getattr(product_of(actor, pk), "terms", None)
    if terms is None:
        return None
    return preview_of(terms, placed)


def preview_of(terms: TradingTerms, placed: dt.datetime) -> Preview | None:
    """As :func:`trading_preview`, of terms in hand."""
    local, is_open = placed.astimezone(zone()), calendar_of(terms)
    periods = OpenPeriods(terms.established_on, terms.open_every_days, terms.open_length_days)
    try:
        day = dealing_day(local, terms.cut_off, is_open)
        confirmed = open_days_after(day, terms.confirm_days, is_open)
        paid = open_days_after(day, terms.payout_days, is_open)
    except NoOpenDay:
        return None
    begun = terms.offer_from is None or terms.offer_from <= day
    offered = TradeKind.OFFER in terms.trades and begun and terms.offer_until is not None and day <= terms.offer_until
    if offered and terms.established_on is not None:
        confirmed = terms.established_on
    redeemed = Course(day, confirmed, paid) if TradeKind.REDEEM in terms.trades else None
    open_ = offered or (TradeKind.PURCHASE in terms.trades and periods.holds(day))
    settled = days().is_settled(max(confirmed, paid))
    return Preview(placed, Course(day, confirmed), redeemed, open_, settled, offered)


@query(VIEW, label=_("See products"))
def search(actor: Actor, text: str, limit: int = 8) -> list[Product]:
    """Products that answer to a text: those on sale first, then by code."""
    rows = narrowed(Product.objects.visible_to(actor, VIEW), ProductFilter(text=text))
    found = list(rows.order_by("code")[:200])
    found.sort(key=lambda each: (each.state != ProductState.ADMITTED, each.code))
    return found[:limit]


def schemes() -> tuple[Scheme, ...]:
    """The schemes of classification in force."""
    return in_force(ClassificationPolicy).all()


def places_of(product: Product) -> list[tuple[str, str, str]]:
    """Scheme, class, and who typically buys it, in words: one line per scheme that takes the product."""
    lines: list[tuple[str, str, str]] = []
    for scheme in schemes():
        code: Any = product.categories.get(scheme.code) or scheme.default_for(product.product_class, product.offering)
        category = scheme.category(code) if code else None
        if category is not None:
            lines.append((scheme.shown, category.shown, by_language(category.buyers, category.buyers_en)))
    return lines
