"""Customers in the palette."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse

from kexin.core.ui.palette import Hit
from kexin.core.ui.request import actor_of
from kexin.party.naming import shown_name
from kexin.party.queries import search


def find_customers(request: HttpRequest, text: str, limit: int) -> Iterable[Hit]:
    """Customers within reach that answer to the text."""
    actor = actor_of(request)
    for row in search(actor, text, limit):
        yield Hit(
            shown_name(actor, row),
            reverse("party:customer", args=[row.pk]),
            detail=f"{row.customer_no} · {row.unit.shown_name}",
            icon="building" if row.kind in ("enterprise", "institution") else "user",
            end=str(row.get_status_display()),
        )
