"""The shelf 货架 for one customer, one product among my customers, and a comparison of up to four products."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.seller_queries import seller_of
from kexin.products.choices import ProductState
from kexin.products.models import Product
from kexin.suitability.matching.choices import MatchOutcome, Purpose, SaleChannel
from kexin.suitability.matching.facts import AskFacts, CustomerFacts, MatchFacts, ProductFacts, SellerFacts
from kexin.suitability.matching.gather import customer_facts, product_facts, rates_for, seller_facts, sold_of
from kexin.suitability.matching.on_shelf import on_shelf, shelf_products
from kexin.suitability.matching.policies import MatchingPolicy
from kexin.suitability.matching.reasons import Finding
from kexin.suitability.matching.rules import Verdict, decide
from kexin.suitability.models import Rematch, RematchLine, SuitabilityDecision

VIEW = "suitability.view_shelf"
VIEW_DECISIONS = "suitability.view_decisions"
VIEW_FACTS = "suitability.view_facts"
MOST_CUSTOMERS = 2_000
MOST_COMPARED = 4


@dataclass(frozen=True, slots=True)
class ShelfLine:
    """A product with what matching says of it; ``fit`` orders what is suitable, 100 is the best."""

    product: Product
    verdict: Verdict
    fit: int

    @property
    def outcome(self) -> MatchOutcome:
        return self.verdict.outcome

    @property
    def grade(self) -> int | None:
        return self.product.risk_grade


@dataclass(frozen=True, slots=True)
class Shelf:
    """What fits, best first; what does not, with every reason. Private products only for qualified investors."""

    customer: CustomerFacts
    fitting: list[ShelfLine]
    others: list[ShelfLine]
    common: list[Finding]  # reasons that stand against every product alike, told once


def fit(product: ProductFacts, customer: CustomerFacts, conditions: int, longest: int | None) -> int:
    """How closely a suitable product meets the customer, 0 to 100. Never by return: nothing is promised or chased.

    Twelve points less for each grade below what the customer can bear, ten for each condition, up to twenty for a term
    much shorter than the time the money can be spared, twenty where the minimum is more than half of the assets.
    """
    points = 100 - 10 * conditions
    if customer.tolerance is not None and product.grade is not None:
        points -= 12 * max(customer.tolerance - product.grade, 0)
    if longest and product.term_days is not None:
        points -= round(20 * max(1 - Decimal(product.term_days) / min(longest, 1825), Decimal(0)))
    if product.minimum and customer.assets is not None and product.minimum * 2 > customer.assets:
        points -= 20
    return max(points, 0)


def _with_terms(rows: QuerySet[Product]) -> QuerySet[Product]:
    """The trading terms are read along where products have them."""
    known = {field.name for field in Product._meta.get_fields()}
    return rows.select_related("terms") if "terms" in known else rows


_kept: tuple[Sequence[Product], dt.date, Mapping[str, Decimal], tuple[ProductFacts, ...]] | None = None


class _SellerOnce:
    """The seller's standing per kind of product: a shelf has few kinds and many products."""

    def __init__(self, actor: Actor, on: dt.date) -> None:
        self.employee, self.seller = seller_of(actor)
        self.rules, self.on = in_force(QualificationPolicy), on
        self.graded = in_force(MatchingPolicy).graded_insurance
        self.known: dict[tuple[Any, ...], SellerFacts] = {}

    def __call__(self, product: ProductFacts) -> SellerFacts:
        key = (product.product_class, product.regime, product.grade, product.private, product.insurance_kind)
        if key not in self.known:
            self.known[key] = seller_facts(self.employee, self.seller, product, self.rules, self.on, self.graded)
        return self.known[key]


def _ask(on: dt.date) -> AskFacts:
    return AskFacts(Purpose.RECOMMENDATION, SaleChannel.BRANCH, on)


@query(VIEW, label=_("See what fits a customer"), record="open")
def shelf_of(actor: Actor, customer_id: int) -> Shelf:
    """The whole shelf for a customer within reach: eight reads, whatever its length. Nothing is stored."""
    customer = Customer.objects.fetch(customer_id, actor, VIEW)
    return shelf_for(actor, customer, shelf_products())


def shelf_for(actor: Actor, customer: Customer, products: Sequence[Product]) -> Shelf:
    """The shelf of these products for a customer in hand."""
    on, rules = business_date(), in_force(MatchingPolicy)
    of_customer = customer_facts([customer], on)[customer.pk]
    qualified = of_customer.qualified_until is not None and of_customer.qualified_until >= on
    sold, seller, ask = sold_of(products), _SellerOnce(actor, on), _ask(on)
    rates = rates_for(products, on)
    longest = rules.horizon_days.get(of_customer.horizon)
    fitting: list[ShelfLine] = []
    others: list[ShelfLine] = []
    for product, facts in zip(products, _facts_of(products, on, rates), strict=True):
        if facts.private and not qualified:
            continue
        if product.pk in sold:
            facts = product_facts(product, on, sold[product.pk], rates)
        verdict = decide(MatchFacts(facts, of_customer, seller(facts), ask), rules)
        points = fit(facts, of_customer, len(verdict.conditions), longest) if not verdict.refusals else 0
        (others if verdict.refusals else fitting).append(ShelfLine(product, verdict, points))
    fitting.sort(key=lambda line: (-line.fit, line.product.code))
    others.sort(key=lambda line: (len(line.verdict.refusals), line.product.code))
    common, others = _told_once(others) if not fitting else ([], others)
    return Shelf(of_customer, fitting, others, common)


def _facts_of(products: Sequence[Product], on: dt.date, rates: Mapping[str, Decimal]) -> Sequence[ProductFacts]:
    """Facts of products of which nothing is counted as sold; kept while the shelf is the same one on the same day."""
    global _kept
    if _kept is not None and _kept[0] is products and _kept[1:3] == (on, rates):
        return _kept[3]
    facts = tuple([product_facts(product, on, None, rates) for product in products])
    if isinstance(products, tuple):  # a shared shelf; a list of a page is read once
        _kept = (products, on, rates, facts)
    return facts


def _told_once(lines: list[ShelfLine]) -> tuple[list[Finding], list[ShelfLine]]:
    """Reasons that every line has, and the lines without them: "no assessment" need not be read five hundred times."""
    if len(lines) < 2:
        return [], lines
    keys = [{(each.code, each.text) for each in line.verdict.refusals} for line in lines]
    shared = set.intersection(*keys)
    first = [each for each in lines[0].verdict.refusals if (each.code, each.text) in shared]
    rest = [
        dataclasses.replace(
            line,
            verdict=Verdict(
                tuple(each for each in line.verdict.refusals if (each.code, each.text) not in shared),
                line.verdict.conditions,
            ),
        )
        for line in lines
    ]
    return first, rest


@dataclass(frozen=True, slots=True)
class Fitting:
    """A customer whom a product fits."""

    customer: Customer
    verdict: Verdict
    fit: int
    tolerance: int | None


@query(VIEW, label=_("See what fits a customer"), record="list")
def customers_fitting(actor: Actor, product_id: int) -> tuple[list[Fitting], int]:
    """Who among the customers within reach a product fits, best first, and how many were looked at (2,000 at most,
    those with the largest assets)."""
    product = _with_terms(Product.objects.filter(pk=product_id, state=ProductState.ADMITTED)).first()
    if product is None:
        return [], 0
    on, rules = business_date(), in_force(MatchingPolicy)
    rows = Customer.objects.visible_to(actor, VIEW).filter(status=CustomerStatus.ACTIVE)
    customers = list(rows.order_by("-assets", "-pk")[:MOST_CUSTOMERS])
    facts = product_facts(product, on, sold_of([product]).get(product.pk), rates_for([product], on))
    seller, ask = _SellerOnce(actor, on)(facts), _ask(on)
    known = customer_facts(customers, on)
    found = []
    for customer in customers:
        one = known[customer.pk]
        verdict = decide(MatchFacts(facts, one, seller, ask), rules)
        if not verdict.refusals:
            points = fit(facts, one, len(verdict.conditions), rules.horizon_days.get(one.horizon))
            found.append(Fitting(customer, verdict, points, one.tolerance))
    found.sort(key=lambda each: (-each.fit, -each.customer.assets, each.customer.pk))
    return found, len(customers)


@query(VIEW, label=_("See what fits a customer"), record="open")
def compared(actor: Actor, customer_id: int, product_ids: Iterable[int]) -> list[ShelfLine]:
    """Two to four products that this customer may buy, side by side.

    Raises RuleViolation for fewer or more, or where one of them does not fit: what may not be sold is not compared.
    """
    wanted = list(dict.fromkeys(product_ids))
    if not 2 <= len(wanted) <= MOST_COMPARED:
        raise RuleViolation(_("Choose two to four products to compare."))
    customer = Customer.objects.fetch(customer_id, actor, VIEW)
    found = shelf_for(actor, customer, list(on_shelf().filter(pk__in=wanted)))
    lines = {line.product.pk: line for line in found.fitting}
    if set(wanted) - set(lines):
        raise RuleViolation(_("Only products that this customer may buy are compared."))
    return [lines[pk] for pk in wanted]


@query(VIEW_DECISIONS, label=_("See matching opinions"))
def decisions_of(actor: Actor, customer_id: int) -> QuerySet[SuitabilityDecision]:
    """Matching opinions of a customer within reach, newest first."""
    rows = SuitabilityDecision.objects.visible_to(actor, VIEW_DECISIONS).filter(customer=customer_id)
    return rows.select_related("product", "policy", "seller").order_by("-pk")


@query(VIEW_DECISIONS, label=_("See matching opinions"), record="open")
def decision_file(actor: Actor, pk: int) -> SuitabilityDecision:
    """One matching opinion. Its facts are for those who may see why (``suitability.view_facts``)."""
    rows = SuitabilityDecision.objects.visible_to(actor, VIEW_DECISIONS)
    row = rows.select_related("product", "policy", "seller", "customer").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


@query(VIEW_FACTS, label=_("See the facts of matching opinions"), record="open")
def facts_shown(actor: Actor, pk: int) -> dict[str, Any]:
    """All facts of one opinion, restrictions included: not for who sells."""
    return dict(SuitabilityDecision.objects.fetch(pk, actor, VIEW_FACTS).facts)


@query(VIEW_DECISIONS, label=_("See matching opinions"), record="list")
def rematched(actor: Actor, pk: int) -> tuple[Rematch, QuerySet[RematchLine]]:
    """What a re-rating changed for the holders within reach; 1,000 at most are shown by the page."""
    run = Rematch.objects.select_related("product").filter(pk=pk).first()
    if run is None:
        raise NotFound
    rows = RematchLine.objects.visible_to(actor, VIEW_DECISIONS).filter(rematch=run)
    return run, rows.select_related("customer__party").order_by("customer")


@query(VIEW_DECISIONS, label=_("See matching opinions"))
def rematches_of(actor: Actor, customer_id: int) -> QuerySet[RematchLine]:
    """What re-ratings changed for a customer within reach, newest first."""
    rows = RematchLine.objects.visible_to(actor, VIEW_DECISIONS).filter(customer=customer_id)
    return rows.select_related("rematch__product").order_by("-pk")
