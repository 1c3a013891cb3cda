"""Gathering the facts of a decision: for many customers or products at once, in a fixed number of reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, Min, Q, Sum
from django.db.models.functions import Greatest

from kexin.core.calendar import business_date
from kexin.core.models.lookups import Keys
from kexin.holdings.models import Holding, Placed
from kexin.holdings.movements.queries import rates_to_base
from kexin.party.choices import CustomerStatus, PartyKind
from kexin.party.models import Customer, EnterpriseProfile, IdentityDocument
from kexin.party.queries import files_behind
from kexin.people.models import Employee
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.sellers import Sellable, Seller, seller_standing
from kexin.products.choices import Offering, ProductState, Regime
from kexin.products.models import Product
from kexin.suitability.matching import sources
from kexin.suitability.matching.facts import CustomerFacts, ProductFacts, SellerFacts
from kexin.suitability.models import QualifiedInvestor
from kexin.suitability.questionnaires.spoken import cautious

HOME = "CNY"
UNKNOWN_SCALE = "unknown"
_NOBODY = sources.Assessed("none", None)


def age_of(customer: Customer, on: dt.date) -> int | None:
    """Completed years, from year and day of birth that the file keeps plain; None where they are not known."""
    if customer.born_year is None or not customer.birthday:
        return None
    return on.year - customer.born_year - (on.month * 100 + on.day < customer.birthday)


def is_qualified(customer_id: int, on: dt.date | None = None) -> bool:
    """Does the last verification of the customer as a qualified investor count on the day?"""
    until = _qualified(_files([customer_id])).get(customer_id)
    return until is not None and until >= (on or business_date())


def _files(ids: list[int]) -> dict[int, int]:
    """Files by the customer they belong to: the own ones and those merged into them."""
    return {**{pk: pk for pk in ids}, **files_behind(ids)}


def _qualified(files: dict[int, int]) -> dict[int, dt.date]:
    """Until when the last verification of each customer counts, that of a merged file included."""
    rows = QualifiedInvestor.objects.filter(customer__any_of=list(files)).order_by("customer", "-id")
    found = rows.distinct("customer").values_list("pk", "customer_id", "valid_until")
    return {files[customer_id]: until for _pk, customer_id, until in sorted(found)}


def _objective(now: sources.Assessed, stated: sources.Stated | None) -> str:
    """As the customer answered; a later analysis of needs, which staff write, makes it more cautious, never bolder."""
    if stated is None or (now.objective and now.assessed_on is not None and stated.on < now.assessed_on):
        return now.objective
    return cautious(now.objective, stated.objective)


def customer_facts(customers: Iterable[Customer], on: dt.date, *, keeping: bool = False) -> dict[int, CustomerFacts]:
    """The facts of these customers on a day; the number of reads does not depend on how many they are.

    ``keeping``: only what is asked of somebody who keeps a public product: neither other positions, nor insurance
    needs, nor objectives, nor qualification, nor consents, nor the size of an enterprise, none of which speaks for or
    against keeping.
    """
    rows = list(customers)
    ids = [row.pk for row in rows]
    documents = _documents(ids)
    files = {} if keeping else _files(ids)
    held, since = ({}, {}) if keeping else _held(ids, on)
    qualified = {} if keeping else _qualified(files)
    aims = {} if keeping else sources.objectives(files, on)
    assessed = sources.assessed(rows, on)
    needs = {} if keeping else sources.needs(files, on)
    restricted, agreed = sources.restrictions(ids, on), {} if keeping else sources.consents(ids, on)
    scales = {} if keeping else _scales(rows)
    found = {}
    for row in rows:
        pk = row.pk
        now, stated = assessed.get(pk, _NOBODY), needs.get(pk)
        until, long_term = documents.get(pk, (None, False))
        found[pk] = CustomerFacts(
            customer_id=pk,
            individual=row.kind == PartyKind.INDIVIDUAL,
            active=row.status == CustomerStatus.ACTIVE,
            standing=now.standing,
            tolerance=now.tolerance,
            lowest=now.lowest,
            exempt=now.exempt,
            elder=now.elder,
            age=age_of(row, on),
            capacity=now.capacity,
            guardian_consents=now.guardian_consents,
            assessment_id=now.assessment_id,
            valid_until=now.valid_until,
            horizon=now.horizon,
            assets=row.assets,
            held_by_grade=held.get(pk, {}),
            income=stated.income if stated else None,
            budget=stated.budget if stated else None,
            needs_known=stated is not None,
            qualified_until=qualified.get(pk),
            document_until=until,
            document_long_term=long_term,
            restrictions=restricted.get(pk, ()),
            consents=agreed.get(pk, ()),
            experience=now.experience,
            objective=_objective(now, aims.get(pk)),
            held_since=since.get(pk, {}),
            scale=scales.get(pk, ""),
        )
    return found


def _scales(rows: Iterable[Customer]) -> dict[int, str]:
    """The size of the enterprises among them; no read where there is none."""
    firms = [row.pk for row in rows if row.kind == PartyKind.ENTERPRISE]
    if not firms:
        return {}
    known = dict(EnterpriseProfile.objects.filter(pk__any_of=Keys(firms)).values_list("pk", "scale"))
    return {pk: known.get(pk) or UNKNOWN_SCALE for pk in firms}


def _documents(ids: list[int]) -> dict[int, tuple[dt.date | None, bool]]:
    """The latest end among documents in use, and whether one has no end."""
    rows = IdentityDocument.objects.filter(party__any_of=Keys(ids), retired_at=None).values("party")
    found = rows.annotate(until=Max("expires_on"), ever=Max("pk", filter=Q(long_term=True))).order_by("party")
    return {row["party"]: (row["until"], row["ever"] is not None) for row in found}


_Since = dict[int, dict[str, dict[int, dt.date]]]


def _held(ids: list[int], on: dt.date) -> tuple[dict[int, dict[int, Decimal]], _Since]:
    """Market value per ruling grade, in the currency of the assets, and since when each class and grade is held;
    products without a grade do not count here."""
    grade = Greatest("product__own_grade", "product__issuer_grade")
    rows = (
        Holding.objects.filter(customer__any_of=Keys(ids), market_value__gt=0)
        .annotate(grade=grade)
        .values("customer", "grade", currency=F("account__currency"), of_class=F("product__product_class"))
    )
    sums = list(rows.annotate(value=Sum("market_value"), since=Min("bought_on")).order_by())
    rates = rates_to_base(on) if any(row["currency"] != HOME for row in sums) else {}
    found: dict[int, dict[int, Decimal]] = {}
    known: _Since = {}
    for row in sums:
        if row["grade"] is None:
            continue
        of_customer, grade = found.setdefault(row["customer"], {}), row["grade"]
        value = row["value"] * rates.get(row["currency"], Decimal(1))
        of_customer[grade] = of_customer.get(grade, Decimal(0)) + value
        if row["since"] is not None:
            of_class = known.setdefault(row["customer"], {}).setdefault(row["of_class"], {})
            of_class[grade] = min(row["since"], of_class.get(grade, row["since"]))
    return found, known


def product_facts(
    product: Product, on: dt.date, sold: Decimal | None = None, rates: Mapping[str, Decimal] | None = None
) -> ProductFacts:
    """The facts of a product in hand, no query where ``terms`` was read along.

    ``sold`` counts against the quota, ``rates`` (:func:`rates_for`) say what its currency is worth.
    """
    terms = getattr(product, "terms", None)
    quota = getattr(terms, "quota", None)
    return ProductFacts(
        product_id=product.pk,
        code=product.code,
        product_class=product.product_class,
        regime=product.regime,
        private=product.offering == Offering.PRIVATE,
        grade=product.risk_grade,
        state=product.state,
        on_sale=product.state == ProductState.ADMITTED and not _over(terms, on),
        term_days=product.term_days,
        minimum=product.minimum_amount,
        quota_left=None if quota is None else max(quota - (sold or Decimal(0)), Decimal(0)),
        rate=Decimal(1) if product.currency == HOME else (rates or {}).get(product.currency),
        insurance_kind=str(product.details.get("insurance_type", "")) if product.regime == Regime.INSURANCE else "",
        cooling_hours=stated_cooling(product.details),
        return_form=product.return_form,
    )


def stated_cooling(details: Mapping[str, Any]) -> int | None:
    """The hours in which a customer may withdraw, as the product states them; None where it states none."""
    hours, days = (str(details.get(name, "")).strip() for name in ("cooling_hours", "hesitation_days"))
    if hours.isdigit() and int(hours):
        return int(hours)
    return int(days) * 24 if days.isdigit() and int(days) else None


def rates_for(products: Iterable[Product], on: dt.date) -> Mapping[str, Decimal]:
    """The rates that these products need: no read where all are in the home currency."""
    return rates_to_base(on) if any(row.currency != HOME for row in products) else {}


def _over(terms: object, on: dt.date) -> bool:
    """Matured, or only ever offered in a period that does not hold the day."""
    if terms is None:
        return False
    matures = getattr(terms, "matures_on", None)
    if matures is not None and matures <= on:
        return True
    first, last = getattr(terms, "offer_from", None), getattr(terms, "offer_until", None)
    if "purchase" in (getattr(terms, "trades", None) or ["purchase"]):
        return False
    return (first is not None and first > on) or (last is not None and last < on)


def sold_of(products: Iterable[Product]) -> dict[int, Decimal]:
    """What is placed of products with a quota, at cost, and kept aside for purchases under way: two reads."""
    limited = [row.pk for row in products if getattr(getattr(row, "terms", None), "quota", None) is not None]
    if not limited:
        return {}
    placed = dict(Placed.objects.filter(pk__in=limited).values_list("pk", "cost"))
    kept = sources.reserved(limited)
    return {pk: placed.get(pk, Decimal(0)) + kept.get(pk, Decimal(0)) for pk in limited}


def seller_facts(
    employee: Employee | None,
    seller: Seller,
    product: ProductFacts,
    rules: QualificationPolicy,
    on: dt.date,
    graded: Collection[str] = (),
) -> SellerFacts:
    """What the people floor says of this seller for this product; ``graded`` are kinds of insurance with a grade."""
    standing = seller_standing(
        seller,
        Sellable(
            product.product_class,
            product.regime,
            product.grade,
            product.private,
            needs_grade=not product.insurance_kind or product.insurance_kind in graded,
        ),
        rules,
        on,
    )
    return SellerFacts(
        employee.pk if employee is not None else None,
        True,
        tuple((each.code, each.text) for each in standing.reasons),
        tuple((each.code, each.text) for each in standing.warnings),
    )
