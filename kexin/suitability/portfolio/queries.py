"""The value at risk of a customer's holdings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.query import query
from kexin.holdings.models import Holding
from kexin.holdings.movements.queries import rates_to_base
from kexin.party.models import Customer
from kexin.products.models import Product
from kexin.products.values.queries import daily_returns, risk_by_policy, risk_terms
from kexin.suitability.portfolio.rules import together

VIEW_PORTFOLIO_RISK = "suitability.view_portfolio_risk"


@dataclass(frozen=True, slots=True)
class LossShown:
    """By one method: a share of the value in per cent, and the same as an amount; then the mean beyond it."""

    method: str
    percent: Decimal
    amount: Decimal
    beyond_percent: Decimal
    beyond_amount: Decimal


@dataclass(frozen=True, slots=True)
class PortfolioRisk:
    """``value`` lies in the products that are ``used``; ``left_out`` have too few net values to say anything of them.

    ``losses`` is empty where nothing can be said; ``observations`` are the days on which all of them have a return.
    """

    customer: Customer
    value: Decimal
    left_out_value: Decimal
    used: list[Product]
    left_out: list[Product]
    observations: int
    first: dt.date | None
    last: dt.date | None
    confidence: Decimal
    horizon_days: int
    losses: list[LossShown]


@query(VIEW_PORTFOLIO_RISK, label=_("See the value at risk of a customer's holdings"), record="open")
def portfolio_risk(actor: Actor, customer_id: int) -> PortfolioRisk:
    """What the holdings of a customer within reach may lose together, by the policy of products. NotFound.

    Foreign money counts at its rate; without one it is left out. Five reads, whatever is held.
    """
    customer = Customer.objects.fetch(customer_id, actor, VIEW_PORTFOLIO_RISK)
    values = _values(customer.pk)
    terms = risk_terms()
    found = together(values, daily_returns(values, terms.window), window=terms.window, least=terms.least)
    products = Product.objects.in_bulk(list(values))
    risk = risk_by_policy(found.returns)
    worth = sum((values[pk] for pk in found.used), Decimal(0))
    losses = []
    if risk is not None:
        methods = (
            ("historical", risk.historical), ("parametric", risk.parametric), ("cornish_fisher", risk.cornish_fisher),
        )  # fmt: skip
        losses = [_shown(name, each.value_at_risk, each.expected_shortfall, worth) for name, each in methods if each]
    out = [pk for pk in values if pk not in found.used]
    return PortfolioRisk(
        customer,
        worth,
        sum((values[pk] for pk in out), Decimal(0)),
        [products[pk] for pk in found.used],
        [products[pk] for pk in out],
        len(found.days),
        found.days[0] if found.days else None,
        found.days[-1] if found.days else None,
        terms.confidence_percent,
        terms.horizon_days,
        losses,
    )


def _values(customer_id: int) -> dict[int, Decimal]:
    """Market value by product, in the currency of the assets; the largest first."""
    rows = Holding.objects.filter(customer=customer_id, market_value__gt=0)
    sums = list(rows.values("product", currency=F("account__currency")).annotate(value=Sum("market_value")).order_by())
    rates = rates_to_base(business_date()) if any(row["currency"] != "CNY" for row in sums) else {"CNY": Decimal(1)}
    found: dict[int, Decimal] = {}
    for row in sums:
        if row["currency"] in rates:
            found[row["product"]] = found.get(row["product"], Decimal(0)) + row["value"] * rates[row["currency"]]
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def _shown(method: str, at_risk: float, beyond: float, worth: Decimal) -> LossShown:
    shares = [Decimal(repr(each)) for each in (at_risk, beyond)]
    percents = [(100 * each).quantize(Decimal("0.01"), ROUND_HALF_UP) for each in shares]
    amounts = [(worth * each).quantize(Decimal("0.01"), ROUND_HALF_UP) for each in shares]
    return LossShown(method, percents[0], amounts[0], percents[1], amounts[1])
