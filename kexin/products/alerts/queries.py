"""Reads of alerts on net values."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.products.alerts.choices import AlertKind, AlertState
from kexin.products.models import NetValueAlert, Product

VIEW_ALERTS = "products.view_alerts"
TODAY = "today"
LATEST = 10


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What a list of alerts is narrowed by; empty values narrow nothing. ``which``: ``today``, or a state."""

    which: str = ""
    kind: str = ""
    product_id: int | None = None


@query(VIEW_ALERTS, label=_("See alerts on net values"), record="list")
def alerts(actor: Actor, wanted: AlertFilter | None = None) -> QuerySet[NetValueAlert]:
    """Alerts of products within sight, the newest first."""
    asked = wanted or AlertFilter()
    rows = NetValueAlert.objects.filter(product__in=Product.objects.visible_to(actor, VIEW_ALERTS).values("pk"))
    if asked.which == TODAY:
        rows = rows.filter(found_on=business_date())
    elif asked.which in AlertState.values:
        rows = rows.filter(state=asked.which)
    if asked.kind in AlertKind.values:
        rows = rows.filter(kind=asked.kind)
    if asked.product_id is not None:
        rows = rows.filter(product=asked.product_id)
    return rows.select_related("product").order_by("-found_at", "-pk")


@query(VIEW_ALERTS, label=_("See alerts on net values"), record="open")
def alert(actor: Actor, pk: int) -> NetValueAlert:
    """One alert. NotFound."""
    seen = Product.objects.visible_to(actor, VIEW_ALERTS).values("pk")
    row = NetValueAlert.objects.filter(pk=pk, product__in=seen).select_related("product").first()
    if row is None:
        raise NotFound
    return row
