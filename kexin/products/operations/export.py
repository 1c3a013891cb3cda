"""The list of products leaving the house as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.export import Leaving, may_leave
from kexin.core.operation import operation
from kexin.products.models import Product
from kexin.products.queries import ProductFilter, narrowed

HEADS = (
    _("Code"),
    _("Product name"),
    _("Class"),
    _("State"),
    _("Risk grade"),
    _("The institution's grade"),
    _("Issuer's grade"),
    _("Rules of sale"),
    _("Offering"),
    _("Currency"),
    _("Term in days"),
    _("Minimum amount"),
    _("Issuer"),
    _("Managed by"),
    _("Distributor"),
    _("Registration code"),
)
KINDS = "tttttttttt" + "nm" + "tttt"


@operation("products.export_products", label=_("Export products"), plain=("purpose",))
def export_products(*, actor: Actor, wanted: ProductFilter, purpose: str) -> QuerySet[Product]:
    """Allow the products of a filter to leave; the audit keeps how many. RuleViolation: no purpose, or too many."""
    rows = narrowed(Product.objects.visible_to(actor, "products.export_products"), wanted).order_by("code")
    may_leave(rows, purpose)
    return rows


def products_file(rows: QuerySet[Product]) -> Leaving:
    """The rows as a file."""
    return Leaving("products", _("Products"), HEADS, KINDS, _lines(rows))


def _lines(rows: QuerySet[Product]) -> Iterator[tuple[Any, ...]]:
    for row in rows.iterator(chunk_size=500):
        yield (
            row.code,
            row.shown_name,
            str(row.get_product_class_display()),
            str(row.get_state_display()),
            f"R{row.risk_grade}" if row.risk_grade else "",
            f"R{row.own_grade}" if row.own_grade else "",
            f"R{row.issuer_grade}" if row.issuer_grade else "",
            str(row.get_regime_display()),
            str(row.get_offering_display()),
            row.currency,
            row.term_days,
            row.minimum_amount,
            row.issuer,
            row.manager,
            row.distributor,
            row.registration_code,
        )
