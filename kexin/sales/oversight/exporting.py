"""The executed sales of a period with their faults, leaving the house in a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.export import Leaving, may_leave, need_purpose
from kexin.core.listing import listed
from kexin.core.operation import operation
from kexin.sales.oversight.compliance import Asked, Judged, judged_sales

EXPORT_OVERSIGHT = "sales.export_oversight"
HEADS = (
    _("Sale number"), _("Executed"), _("Unit"), _("Staff number"), _("Seller"), _("Customer number"), _("Product"),
    _("Amount"), _("Currency"), _("In order"), _("Faults"),
)  # fmt: skip


@operation(EXPORT_OVERSIGHT, label=_("Export the oversight of sales"), plain=("purpose",))
def export_oversight(asked: Asked, *, actor: Actor, purpose: str) -> list[Judged]:
    """Allow the executed sales of a period to leave for a purpose; the audit keeps the question and how many.

    RuleViolation without a purpose, or where they are more than one file may hold.
    """
    need_purpose(purpose)
    rows = judged_sales(actor, asked)
    may_leave(len(rows), purpose)
    act = frame.current.get()
    assert act is not None
    act.notes["compliant"] = sum(not row.faults for row in rows)
    act.notes["as_of"] = asked.as_of.isoformat()
    return rows


def oversight_file(rows: list[Judged]) -> Leaving:
    """One line for each executed sale, the newest first."""
    return Leaving("sales-oversight", _("Oversight of sales"), HEADS, "tttttttmttt", _lines(rows))


def _lines(rows: list[Judged]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        sale = row.sale
        yield (
            sale.sale_no,
            f"{timezone.localtime(row.executed_at):%Y-%m-%d %H:%M}",
            sale.unit.shown_name,
            sale.seller.staff_no,
            sale.seller.shown_name,
            sale.customer.customer_no,
            sale.product.name,
            sale.amount,
            sale.currency,
            str(_("no") if row.faults else _("yes")),
            listed(str(fault.label) for fault in row.faults),
        )
