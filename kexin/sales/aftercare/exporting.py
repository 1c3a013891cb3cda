"""Matters after sales leaving the house in a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.export import Leaving, may_leave
from kexin.core.operation import operation
from kexin.party.naming import shown_name
from kexin.party.queries import open_names
from kexin.sales.aftercare.queries import CareFilter, narrowed
from kexin.sales.aftercare.words import told
from kexin.sales.models import AftercareItem

EXPORT_CARE = "sales.export_aftercare"
HEADS = (
    _("Customer number"), _("Customer"), _("Unit"), _("Product"), _("Matter"), _("What was seen"), _("Found"),
    _("Due"), _("State"), _("Outcome"), _("Reason"), _("Settled by"),
)  # fmt: skip


@operation(EXPORT_CARE, label=_("Export matters after sales"), plain=("purpose",))
def export_aftercare(wanted: CareFilter, *, actor: Actor, purpose: str) -> QuerySet[AftercareItem]:
    """Allow the matters within reach to leave for a purpose; the audit keeps how many.

    RuleViolation without a purpose, or where they are more than one file may hold.
    """
    rows = narrowed(AftercareItem.objects.visible_to(actor, EXPORT_CARE), wanted)
    may_leave(rows, purpose)
    return rows.select_related("product", "customer__party", "customer__unit").order_by("-found_at", "-pk")


def aftercare_file(rows: QuerySet[AftercareItem], actor: Actor) -> Leaving:
    """One line for each matter, the newest first."""
    return Leaving("aftercare", _("Care after a sale"), HEADS, "tttttttttttt", _lines(list(rows), actor))


def _lines(rows: list[AftercareItem], actor: Actor) -> Iterator[tuple[Any, ...]]:
    open_names([row.customer for row in rows])
    for row in rows:
        yield (
            row.customer.customer_no,
            shown_name(actor, row.customer),
            row.customer.unit.shown_name,
            row.product.shown_name,
            str(row.get_matter_display()),
            told(row.matter, row.facts),
            f"{row.found_on:%Y-%m-%d}",
            f"{timezone.localtime(row.due_at):%Y-%m-%d %H:%M}",
            str(row.get_state_display()),
            str(row.get_outcome_display()) if row.outcome else "",
            row.reason,
            row.settled_by,
        )
