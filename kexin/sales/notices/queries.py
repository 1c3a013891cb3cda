"""Reads of notices for staff: how many were told and opened, and, within reach, who."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.products.models import Product
from kexin.sales.models import CustomerNotice, Notice
from kexin.sales.notices.choices import NoticeMatter, TellingState

VIEW_NOTICES = "sales.view_notices"
VIEW_TOLD = "sales.view_told_customers"
OPENED, UNOPENED = "opened", "unopened"
LATEST = 10


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice with the figures of the whole bank: in how many portals, opened, failed and tried again, not reached."""

    notice: Notice
    told: int
    opened: int
    failed: int
    untold: int


def _lines(rows: QuerySet[Notice]) -> list[NoticeLine]:
    found = list(rows.select_related("product"))
    counted = (
        CustomerNotice.objects.filter(notice__in=[each.pk for each in found])
        .order_by()
        .values("notice")
        .annotate(
            told=Count("pk"),
            opened=Count("opened_at"),
            failed=Count("pk", filter=Q(state=TellingState.FAILED)),
            untold=Count("pk", filter=Q(state=TellingState.UNTOLD)),
        )
        .values_list("notice", "told", "opened", "failed", "untold")
    )
    numbers = {pk: figures for pk, *figures in counted}
    return [NoticeLine(each, *numbers.get(each.pk, (0, 0, 0, 0))) for each in found]


def _seen(actor: Actor) -> QuerySet[Notice]:
    rows = Notice.objects.filter(product__in=Product.objects.visible_to(actor, VIEW_NOTICES).values("pk"))
    return rows.exclude(matter=NoticeMatter.OFFER)  # one customer's, on that customer's timeline


@query(VIEW_NOTICES, label=_("See notices to customers"), record="list")
def notices(actor: Actor, product_id: int | None = None) -> QuerySet[Notice]:
    """Notices about products within sight, the newest first."""
    rows = _seen(actor).select_related("product").order_by("-made_at", "-pk")
    return rows if product_id is None else rows.filter(product=product_id)


@query(VIEW_NOTICES, label=_("See notices to customers"), record="list")
def notices_of(actor: Actor, product_id: int) -> list[NoticeLine]:
    """The latest notices about a product, with their figures."""
    return _lines(_seen(actor).filter(product=product_id).order_by("-made_at", "-pk")[:LATEST])


@query(VIEW_NOTICES, label=_("See notices to customers"), record="open")
def notice_line(actor: Actor, pk: int) -> NoticeLine:
    """One notice with its figures. NotFound."""
    found = _lines(_seen(actor).filter(pk=pk))
    if not found:
        raise NotFound
    return found[0]


@query(VIEW_TOLD, label=_("See who was told"), record="list", plain=("which",))
def told_customers(actor: Actor, notice_id: int, which: str = "") -> QuerySet[CustomerNotice]:
    """Customers within reach who were told. ``which``: a state of the telling, ``opened`` or ``unopened``."""
    return narrowed(CustomerNotice.objects.visible_to(actor, VIEW_TOLD).filter(notice=notice_id), which)


def narrowed(rows: QuerySet[CustomerNotice], which: str) -> QuerySet[CustomerNotice]:
    """The rows asked for, in the order of units and customers."""
    if which in (OPENED, UNOPENED):
        rows = rows.filter(opened_at__isnull=which == UNOPENED)
    elif which in TellingState.values:
        rows = rows.filter(state=which)
    return rows.select_related("customer__party", "customer__unit", "notice__product")
