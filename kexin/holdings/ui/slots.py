"""Facts of holdings in the head of the customer page. Both slots share the reads of one request."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import business_date
from kexin.core.ui import numbers
from kexin.core.ui.panels import Fact
from kexin.core.ui.request import actor_of
from kexin.holdings.queries import Portfolio, portfolio
from kexin.party.models import Customer

NEXT_DAYS = 30


def _portfolio(request: HttpRequest, customer: Customer) -> Portfolio:
    known: Portfolio | None = getattr(request, "_holdings_portfolio", None)
    if known is None or known.customer_id != customer.pk:
        known = portfolio(actor_of(request), customer)
        request._holdings_portfolio = known  # type: ignore[attr-defined]
    return known


def assets_fact(request: HttpRequest, customer: Customer) -> Fact | None:
    """Total assets at this moment, the leading currency large, the others beneath."""
    totals = list(_portfolio(request, customer).totals.items())
    if not totals:
        return None
    (currency, amount), *others = totals
    detail = " · ".join(f"{numbers.by_size(value)} {code}" for code, value in others) or currency
    return Fact(_("Assets at present"), numbers.by_size(amount), detail, url="?tab=assets")


def maturity_fact(request: HttpRequest, customer: Customer) -> Fact | None:
    """What matures within thirty days: the sum of the leading currency, and what comes first."""
    today = business_date()
    due = _portfolio(request, customer).maturities(today, today + dt.timedelta(days=NEXT_DAYS))
    if not due:
        return None
    currency = due[0].currency
    amount = sum((each.value for each in due if each.currency == currency), start=due[0].value * 0)
    first = due[0]
    assert first.matures_on is not None
    more = _t("and %(count)s more") % {"count": len(due) - 1} if len(due) > 1 else ""
    detail = " ".join(filter(None, (first.matures_on.strftime("%m-%d"), first.name, more)))
    value = numbers.by_size(amount) if currency == "CNY" else f"{numbers.by_size(amount)} {currency}"
    level = "warn" if (first.matures_on - today).days <= 7 else ""
    return Fact(_("Maturing in 30 days"), value, detail, level, "?tab=assets")  # type: ignore[arg-type]
