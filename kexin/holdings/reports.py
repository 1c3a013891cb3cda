"""What customers have as datasets of reports: accounts, positions, AUM by month, evenings, bookings, maturities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, DecimalField, F, Q, Value, When
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import type_text
from kexin.core.policy import in_force
from kexin.core.reports.asked import Period
from kexin.core.reports.fields import Dataset, Dimension, Figure, by_choice, by_code, by_month, register_dataset
from kexin.core.scope import scope_filters
from kexin.holdings.assets import own_currency
from kexin.holdings.aum.queries import VIEW_AUM, VIEW_FIGURES, latest_figures_day, month_of, months_before
from kexin.holdings.choices import AccountKind, AccountStatus, Direction, MaturityKind, TransactionKind
from kexin.holdings.ledger_queries import VIEW_TRANSACTIONS
from kexin.holdings.maturities.queries import VIEW_MATURITIES
from kexin.holdings.models import Account, AssetsUnderManagement, DailyFigures, Holding, Maturity, Transaction
from kexin.holdings.movements.queries import last_rates
from kexin.holdings.policies import AumPolicy
from kexin.holdings.queries import VIEW_ACCOUNTS, product_name
from kexin.party.reports import BASE, tier_dimension
from kexin.people.reports import by_post, by_unit
from kexin.products.models import Product

_MONEY = DecimalField(max_digits=24, decimal_places=2)
NO_RATE = _("in a currency without a rate")
MONTHS = 60  # ends of months that the evenings offer


def in_base(amount: str, currency: str) -> Callable[[dt.date], Any]:
    """An amount in the base currency at the last rate of the day; empty where there is none."""

    def expression(day: dt.date) -> Any:
        rates = last_rates(in_force(AumPolicy).base_currency or own_currency(), day)
        return Case(
            *(When(**{currency: code}, then=F(amount) * Value(rate)) for code, rate in rates.items()),
            output_field=_MONEY,
        )

    return expression


def by_product() -> Dimension:
    """The product's name."""

    def names(keys: Iterable[Any]) -> Mapping[Any, type_text]:
        return {each.pk: product_name(each) for each in Product.objects.filter(pk__in=list(keys))}

    return Dimension("product", _("Product"), lambda: F("product_id"), names)


def _aum_rows(actor: Actor, right: str) -> Any:
    return AssetsUnderManagement.objects.visible_to(actor, right).filter(known_until=None)


def _evenings(actor: Actor, right: str) -> Any:
    """The last evening of each month and the newest one there is, of the posts and pools within reach."""
    rows = DailyFigures.objects.all()
    filters = scope_filters(actor, right, unit="unit_id", post="post_id")
    if filters is not None:
        within = Q(pk__in=[])
        for each in filters:
            within |= Q(**each)
        rows = rows.filter(within)
    today = business_date()
    days = {months_before(month_of(today), back) - dt.timedelta(days=1) for back in range(MONTHS)}
    return rows.filter(day__in=days | {latest_figures_day(actor) or today})


def _maturities_url(params: dict[str, str], first: dt.date | None, last: dt.date | None) -> str:
    """The list of maturities shows days."""
    if first is None or last is None:
        return ""
    return (
        f"{reverse('holdings:maturities')}?{urlencode(params | {'first': first.isoformat(), 'last': last.isoformat()})}"
    )


def register() -> None:
    """Called once, when the floor is ready."""
    for order, dataset in enumerate((_aum(), _accounts(), _positions(), _bookings(), _maturities(), _figures())):
        register_dataset(dataset, 20 + order)


def _customer_side(right: str, path: str = "customer") -> tuple[Dimension, Dimension]:
    """Unit and lead manager of the customer, as they are today."""
    return by_unit(right, f"{path}__unit"), by_post(right, f"{path}__lead_post")


def _aum() -> Dataset:
    average = Cast(F("day_sum") / F("days"), _MONEY)
    deposits_average = Cast(F("deposits_day_sum") / F("days"), _MONEY)
    return Dataset(
        code="holdings.aum",
        label=_("AUM by month"),
        counted=_("Customers"),
        right=VIEW_AUM,
        rows=_aum_rows,
        dimensions=(
            by_month("month", _("Month"), "month", first_day=True),
            *_customer_side(VIEW_AUM),
            tier_dimension("customer__tier"),
        ),
        figures=(
            Figure("closing", _("AUM at the end"), lambda _day: F("closing"), BASE),
            Figure("average", _("Monthly daily average"), lambda _day: average, BASE),
            Figure("deposits", _("Deposits at the end"), lambda _day: F("deposits"), BASE),
            Figure("deposits_average", _("Deposits, monthly daily average"), lambda _day: deposits_average, BASE),
        ),
        period="month",
        period_label=_("Month"),
        usual=Period.LAST_12,
        snapshot="month",
    )


def _accounts() -> Dataset:
    return Dataset(
        code="holdings.accounts",
        label=_("Accounts"),
        counted=_("Accounts"),
        right=VIEW_ACCOUNTS,
        rows=lambda actor, right: Account.objects.visible_to(actor, right),
        dimensions=(
            by_choice("kind", _("Kind"), "kind", lambda: AccountKind.choices),
            by_choice("status", _("State"), "status", lambda: AccountStatus.choices),
            by_code("currency", _("Currency"), "currency"),
            by_product(),
            *_customer_side(VIEW_ACCOUNTS),
            tier_dimension("customer__tier"),
            by_month("matures", _("Month of maturity"), "matures_on"),
        ),
        figures=(Figure("balance", _("Balance"), in_base("balance", "currency"), BASE, NO_RATE),),
    )


def _positions() -> Dataset:
    return Dataset(
        code="holdings.positions",
        label=_("Positions"),
        counted=_("Positions"),
        right=VIEW_ACCOUNTS,
        rows=lambda actor, right: Holding.objects.filter(account__in=Account.objects.visible_to(actor, right)),
        dimensions=(
            by_product(),
            by_choice("kind", _("Kind of account"), "account__kind", lambda: AccountKind.choices),
            *_customer_side(VIEW_ACCOUNTS),
            tier_dimension("customer__tier"),
            by_month("bought", _("Month bought"), "bought_on"),
        ),
        figures=(
            Figure("value", _("Market value"), in_base("market_value", "account__currency"), BASE, NO_RATE),
            Figure("cost", _("Cost"), in_base("cost", "account__currency"), BASE, NO_RATE),
        ),
    )


def _bookings() -> Dataset:
    return Dataset(
        code="holdings.bookings",
        label=_("Transactions"),
        counted=_("Transactions"),
        right=VIEW_TRANSACTIONS,
        rows=lambda actor, right: Transaction.objects.visible_to(actor, right),
        dimensions=(
            by_month("month", _("Month"), "booked_on"),
            by_choice("direction", _("Direction"), "direction", lambda: Direction.choices),
            by_choice("kind", _("Kind"), "kind", lambda: TransactionKind.choices),
            by_choice("account", _("Kind of account"), "account__kind", lambda: AccountKind.choices),
            *_customer_side(VIEW_TRANSACTIONS, "account__customer"),
        ),
        figures=(Figure("amount", _("Amount"), in_base("amount", "account__currency"), BASE, NO_RATE),),
        period="booked_on",
        period_label=_("Booked on"),
        usual=Period.LAST_12,
    )


def _maturities() -> Dataset:
    return Dataset(
        code="holdings.maturities",
        label=_("Maturities"),
        counted=_("Maturing lines"),
        right=VIEW_MATURITIES,
        rows=lambda actor, right: Maturity.objects.visible_to(actor, right),
        dimensions=(
            by_month("month", _("Month"), "due_on"),
            by_choice("kind", _("Kind"), "kind", lambda: MaturityKind.choices, param="kind"),
            by_product(),
            by_unit(VIEW_MATURITIES, "unit", param="unit"),
            by_post(VIEW_MATURITIES, "post", param="post", pool="post=pool"),
        ),
        figures=(Figure("value", _("Amount"), lambda _day: F("value"), BASE, NO_RATE),),
        period="due_on",
        period_label=_("Due on"),
        usual=Period.NEXT_12,
        list_url=_maturities_url,
    )


def _figures() -> Dataset:
    return Dataset(
        code="holdings.figures",
        label=_("Figures of units at the month's end"),
        counted=_("Posts and pools"),
        right=VIEW_FIGURES,
        rows=_evenings,
        dimensions=(
            by_month("month", _("Month"), "day"),
            by_unit(VIEW_FIGURES, "unit"),
            by_post(VIEW_FIGURES, "post", label=_("Post")),
        ),
        figures=(
            Figure("aum", _("AUM"), lambda _day: F("aum"), BASE),
            Figure("deposits", _("Deposits"), lambda _day: F("deposits"), BASE),
            Figure("customers", _("Customers"), lambda _day: F("customers")),
        ),
        period="day",
        period_label=_("Evening"),
        usual=Period.LAST_12,
        snapshot="month",
    )
