"""Sellers and what they may sell, leaving the house in a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.export import Leaving, may_leave
from kexin.core.listing import listed
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.people.models import ProductAuthorisation
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.seller_queries import authorisation_line

HEADS = (
    _("Staff number"), _("Name"), _("Unit"), _("Product classes"), _("Rules of sale"), _("Up to"), _("Own grade"),
    _("From"), _("Until"), _("In force"),
)  # fmt: skip
KINDS = "tttttntddt"


@operation("people.export_sellers", label=_("Export sellers by authorisation"), plain=("purpose",))
def export_sellers(
    *, actor: Actor, rows: QuerySet[ProductAuthorisation], purpose: str
) -> QuerySet[ProductAuthorisation]:
    """Allow authorisations within reach to leave for a purpose, within the policy's limit; the audit keeps how many."""
    reach = ProductAuthorisation.objects.visible_to(actor, "people.export_sellers").values("pk")
    allowed = rows.filter(pk__in=reach)
    may_leave(allowed, purpose)
    return allowed


def sellers_file(rows: QuerySet[ProductAuthorisation]) -> Leaving:
    """One line per authorisation, by staff number."""
    return Leaving("sellers", _("Sellers by authorisation"), HEADS, KINDS, _lines(rows))


def _lines(rows: QuerySet[ProductAuthorisation]) -> Iterator[tuple[Any, ...]]:
    rules, on = in_force(QualificationPolicy), business_date()
    found = rows.select_related("employee__unit").order_by("employee__staff_no", "pk")
    for row in found.iterator(chunk_size=1000):
        line = authorisation_line(row, rules, on)
        yield (
            row.employee.staff_no,
            row.employee.shown_name,
            row.employee.unit.shown_name,
            listed(line.classes),
            listed(line.regimes) or str(_("all")),
            row.highest_grade,
            str(row.own_grade or ""),
            row.starts_on,
            row.ends_on,
            str(_("yes") if line.running else _("no")),
        )
