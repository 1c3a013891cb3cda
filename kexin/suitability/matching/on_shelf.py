"""The products of the shelf, read anew only when one of them changed: five hundred rows cost more than matching them.

Every change of a row gives it another place and another transaction in its table, whoever made it; one statement over
both tables tells whether anything moved since the last reading in this process.
"""

from __future__ import annotations

import threading
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from kexin.products.choices import ProductClass, ProductState
from kexin.products.models import Product

STATES: Final = (ProductState.ADMITTED, ProductState.SUSPENDED)
NOT_ON_SHELF: Final = (ProductClass.CURRENT, ProductClass.CARD, ProductClass.LOAN)
_STAMP: Final = (
    "SELECT count(*), sum(hashtextextended(concat(p.ctid, ' ', p.xmin, ' ', t.ctid, ' ', t.xmin), 0))"
    " FROM products_product p LEFT JOIN products_tradingterms t ON t.product_id = p.id WHERE p.state = ANY (%s)"
)
_NOT_READ: Final = (  # columns that neither matching nor a shelf shows
    "labels", "categories", "languages", "liquidity", "return_method", "suitable_customers", "risk_features", "manager",
    "distributor", "registration_code", "registration_place", "return_form", "structure", "drafted_by", "created_at",
    "terms__calendar", "terms__cut_off", "terms__dividends", "terms__confirm_days", "terms__payout_days",
    "terms__fast_limit", "terms__raise_least", "terms__large_share",
)  # fmt: skip

_Stamp = tuple[str, int, int]
_lock = threading.Lock()
_kept: tuple[_Stamp, tuple[Product, ...]] | None = None


def on_shelf() -> QuerySet[Product]:
    """Everything that is or was on the shelf and can be bought as an investment or deposit, with its terms."""
    rows = Product.objects.filter(state__in=STATES).exclude(product_class__in=NOT_ON_SHELF)
    return rows.select_related("terms")


def shelf_products() -> tuple[Product, ...]:
    """All of them by code, shared by the requests of this process: to be read, never changed. One read, or two."""
    global _kept
    stamp = _stamp()
    kept = _kept
    if kept is None or kept[0] != stamp:
        kept = (stamp, tuple(on_shelf().defer(*_NOT_READ).order_by("code")))
        with _lock:
            _kept = kept
    return kept[1]


def _stamp() -> _Stamp:
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, [[each.value for each in STATES]])
        count, places = cursor.fetchone()
    return str(connection.settings_dict["NAME"]), int(count), int(places or 0)
