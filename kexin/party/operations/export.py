"""Customers leaving the house in a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.export import Leaving, may_leave
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.party.models import Customer, Party
from kexin.party.naming import shown_name
from kexin.people.queries import post_labels

EXPORT_HEADS = (
    _("Customer number"),
    _("Name"),
    _("Type"),
    _("State"),
    _("Sex"),
    _("Year of birth"),
    _("Assets"),
    _("Unit"),
    _("Lead manager"),
    _("Customer since"),
)
EXPORT_KINDS = "tttttnmttd"  # as core.export.write_parquet reads them


@operation("party.export_customers", label=_("Export customers"), plain=("purpose",))
def export_customers(*, actor: Actor, rows: QuerySet[Customer], purpose: str) -> QuerySet[Customer]:
    """Allow an export for a purpose, within the policy's limit of rows; the audit keeps how many."""
    may_leave(rows, purpose)
    return rows


def as_file(actor: Actor, rows: QuerySet[Customer]) -> Leaving:
    """Customers that may leave, as a file."""
    return Leaving("customers", _("Customers"), EXPORT_HEADS, EXPORT_KINDS, export_rows(actor, rows))


def export_rows(actor: Actor, rows: QuerySet[Customer]) -> Iterator[tuple[Any, ...]]:
    """The lines of the file: names as masked as on the screen, no document or contact at all."""
    batch: list[Customer] = []
    for row in rows.select_related("party", "unit").iterator(chunk_size=1000):
        batch.append(row)
        if len(batch) == 1000:
            yield from _lines(actor, batch)
            batch = []
    yield from _lines(actor, batch)


def _lines(actor: Actor, batch: list[Customer]) -> Iterator[tuple[Any, ...]]:
    decrypt_rows(Party, [row.party for row in batch], ("name",))
    leads = post_labels([row.lead_post_id for row in batch if row.lead_post_id])
    for row in batch:
        yield (
            row.customer_no,
            shown_name(actor, row),
            str(row.get_kind_display()),
            str(row.get_status_display()),
            str(row.party.get_sex_display()),
            row.born_year,
            row.assets,
            row.unit.shown_name,
            leads.get(row.lead_post_id, "") if row.lead_post_id else "",
            row.admitted_on,
        )
