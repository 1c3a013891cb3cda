"""Products in the palette."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse

from kexin.core.ui.palette import Hit
from kexin.core.ui.request import actor_of
from kexin.products.queries import search


def find_products(request: HttpRequest, text: str, limit: int) -> Iterable[Hit]:
    """Products that answer to the text."""
    for row in search(actor_of(request), text, limit):
        grade = f" · R{row.risk_grade}" if row.risk_grade else ""
        yield Hit(
            row.shown_name,
            reverse("products:product", args=[row.pk]),
            detail=f"{row.code} · {row.get_product_class_display()}{grade}",
            icon="package",
            end=str(row.get_state_display()),
        )
