"""Sales as a dataset of reports: what is bought by whom, and how that moves (D-26)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import type_text
from kexin.core.reports.asked import Period
from kexin.core.reports.fields import Dataset, Dimension, Figure, by_choice, by_code, by_month, register_dataset
from kexin.holdings.reports import NO_RATE, by_product, in_base
from kexin.party.reports import BASE, age_dimension, tier_dimension
from kexin.people.reports import by_post, by_unit
from kexin.products.choices import ProductClass
from kexin.sales.choices import SaleChannel, SaleState
from kexin.sales.models import Sale
from kexin.sales.queries import VIEW


def _rows(actor: Actor, right: str) -> Any:
    return Sale.objects.visible_to(actor, right)


def _grade(code: str, label: type_text, expression: Callable[[], Any], letter: str) -> Dimension:
    return Dimension(code, label, expression, lambda _keys: {n: f"{letter}{n}" for n in range(1, 6)}, ordered=True)


# The grade that rules is the higher of the institution's and the issuer's; of the customer, what counts today.
PRODUCT_GRADE = _grade(
    "grade", _("Risk grade of the product"), lambda: Greatest("product__own_grade", "product__issuer_grade"), "R"
)
TOLERANCE = _grade("tolerance", _("Risk tolerance of the customer"), lambda: F("customer__risk_standing__grade"), "C")


def _list_url(params: dict[str, str], first: dt.date | None, last: dt.date | None) -> str:
    days = {"opened_on_after": first, "opened_on_before": last}
    return f"{reverse('sales:sales')}?{urlencode(params | {k: v.isoformat() for k, v in days.items() if v})}"


def register() -> None:
    """Called once, when the floor is ready."""
    register_dataset(
        Dataset(
            code="sales.sales",
            label=_("Sales"),
            counted=_("Sales"),
            right=VIEW,
            rows=_rows,
            dimensions=(
                by_month("month", _("Month opened"), "opened_on"),
                by_choice("state", _("State"), "state", lambda: SaleState.choices, param="state"),
                by_choice("class", _("Product class"), "product__product_class", lambda: ProductClass.choices),
                by_product(),
                PRODUCT_GRADE,
                by_choice("channel", _("Channel"), "channel", lambda: SaleChannel.choices),
                by_code("currency", _("Currency"), "currency"),
                by_unit(VIEW, "unit"),
                by_post(VIEW, "seller_post", label=_("Seller")),
                TOLERANCE,
                tier_dimension("customer__tier"),
                age_dimension("customer__born_year"),
            ),
            figures=(Figure("amount", _("Amount"), in_base("amount", "currency"), BASE, NO_RATE),),
            period="opened_on",
            period_label=_("Opened on"),
            usual=Period.LAST_12,
            list_url=_list_url,
        ),
        40,
    )
