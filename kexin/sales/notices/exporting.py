"""Who was told, who opened, who not: leaving the house in a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.export import Leaving, may_leave
from kexin.core.operation import operation
from kexin.party.naming import shown_name
from kexin.party.queries import open_names
from kexin.sales.models import CustomerNotice, Notice
from kexin.sales.notices.queries import narrowed

EXPORT_TOLD = "sales.export_told_customers"
HEADS = (
    _("Customer number"), _("Customer"), _("Unit"), _("Product"), _("Matter"), _("In the portal since"), _("Prompt"),
    _("State"), _("Opened on the portal"),
)  # fmt: skip


@operation(EXPORT_TOLD, label=_("Export who was told"), plain=("purpose", "which"))
def export_told(notice_id: int, *, actor: Actor, purpose: str, which: str = "") -> QuerySet[CustomerNotice]:
    """Allow the customers within reach to leave for a purpose; the audit keeps how many.

    RuleViolation without a purpose, or where they are more than one file may hold.
    """
    if not Notice.objects.filter(pk=notice_id).exists():
        raise NotFound
    rows = narrowed(CustomerNotice.objects.visible_to(actor, EXPORT_TOLD).filter(notice=notice_id), which)
    may_leave(rows, purpose)
    return rows.order_by("customer__unit__code", "customer__customer_no")


def told_file(rows: QuerySet[CustomerNotice], actor: Actor) -> Leaving:
    """One line for each customer, by unit."""
    return Leaving("told-customers", _("Who was told"), HEADS, "ttttttttt", _lines(list(rows), actor))


def _lines(rows: list[CustomerNotice], actor: Actor) -> Iterator[tuple[Any, ...]]:
    open_names([row.customer for row in rows])
    for row in rows:
        yield (
            row.customer.customer_no,
            shown_name(actor, row.customer),
            row.customer.unit.shown_name,
            row.notice.product.shown_name,
            str(row.notice.get_matter_display()),
            f"{timezone.localtime(row.told_at):%Y-%m-%d %H:%M}",
            str(row.get_channel_display()) if row.channel else "",
            str(row.get_state_display()),
            f"{timezone.localtime(row.opened_at):%Y-%m-%d %H:%M}" if row.opened_at else "",
        )
