"""Reads of inspection items."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.sales.models import InspectionItem
from kexin.sales.oversight.choices import ItemSource, ItemState

VIEW_ITEMS = "sales.view_inspection_items"


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What a list of items is narrowed by; empty values narrow nothing."""

    state: str = ""
    source: str = ""
    found_from: dt.date | None = None
    found_until: dt.date | None = None


@query(VIEW_ITEMS, label=_("See inspection items"), record="list")
def inspection_items(actor: Actor, wanted: ItemFilter | None = None) -> QuerySet[InspectionItem]:
    """Items of units within reach, the newest first."""
    rows = _readable(actor)
    rows = rows.select_related("sale__product", "customer__party", "seller", "unit")
    asked = wanted or ItemFilter()
    if asked.state in ItemState.values:
        rows = rows.filter(state=asked.state)
    if asked.source in ItemSource.values:
        rows = rows.filter(source=asked.source)
    if asked.found_from:
        rows = rows.filter(found_on__gte=asked.found_from)
    if asked.found_until:
        rows = rows.filter(found_on__lte=asked.found_until)
    return rows


@query(VIEW_ITEMS, label=_("See inspection items"), record="open")
def inspection_item(actor: Actor, pk: int) -> InspectionItem:
    """One item within reach. NotFound."""
    rows = _readable(actor)
    row = rows.select_related("sale__product", "customer__party", "seller", "unit").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _readable(actor: Actor) -> QuerySet[InspectionItem]:
    """Items within reach; what a colleague reported about a sale of the reader's own is not shown to the reader."""
    rows = InspectionItem.objects.visible_to(actor, VIEW_ITEMS)
    if actor.user_id is None:
        return rows
    return rows.exclude(source=ItemSource.CONDUCT, seller__user=actor.user_id)
