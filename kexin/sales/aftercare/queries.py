"""Reads of matters after a sale."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.sales.aftercare.choices import CareMatter, CareState
from kexin.sales.models import AftercareItem

VIEW_CARE = "sales.view_aftercare"
LATEST = 20


@dataclass(frozen=True, slots=True)
class CareFilter:
    """What a list of matters is narrowed by; empty values narrow nothing."""

    state: str = ""
    matter: str = ""
    product_id: int | None = None
    found_from: dt.date | None = None
    found_until: dt.date | None = None
    code: str = ""


@query(VIEW_CARE, label=_("See matters after sales"), record="list")
def aftercare_items(actor: Actor, wanted: CareFilter | None = None) -> QuerySet[AftercareItem]:
    """Matters of customers within reach, the newest first."""
    return narrowed(_rows(actor), wanted or CareFilter())


def narrowed(rows: QuerySet[AftercareItem], asked: CareFilter) -> QuerySet[AftercareItem]:
    """The rows that were asked for."""
    if asked.state in CareState.values:
        rows = rows.filter(state=asked.state)
    if asked.matter in CareMatter.values:
        rows = rows.filter(matter=asked.matter)
    if asked.product_id is not None:
        rows = rows.filter(product=asked.product_id)
    if asked.found_from:
        rows = rows.filter(found_on__gte=asked.found_from)
    if asked.found_until:
        rows = rows.filter(found_on__lte=asked.found_until)
    return rows.filter(product__code__istartswith=asked.code) if asked.code else rows


def _rows(actor: Actor) -> QuerySet[AftercareItem]:
    rows = AftercareItem.objects.visible_to(actor, VIEW_CARE)
    return rows.select_related("sale", "product", "customer__party", "customer__unit")


@query(VIEW_CARE, label=_("See matters after sales"), record="open")
def aftercare_item(actor: Actor, pk: int) -> AftercareItem:
    """One matter within reach. NotFound."""
    row = _rows(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


@query(VIEW_CARE, label=_("See matters after sales"), record="list")
def aftercare_of(actor: Actor, customer_id: int) -> list[AftercareItem]:
    """The latest matters of one customer, what is to be done first."""
    return list(_rows(actor).filter(customer=customer_id).order_by("state", "-found_at", "-pk")[:LATEST])
