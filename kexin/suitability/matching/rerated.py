"""After a re-rating: holders judged otherwise by manager, and their list leaving the house, the same each time.

All figures are those of the day of matching, stored with each line: the same file can be asked for again and agrees.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.export import Leaving, may_leave
from kexin.core.fields import decrypt_rows
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.query import query
from kexin.party.models import Party
from kexin.party.naming import shown_name
from kexin.people.models import OrgUnit, PostHolder
from kexin.suitability.matching.choices import MatchOutcome
from kexin.suitability.matching.reasons import REASONS
from kexin.suitability.matching.rematching import WORK_KIND
from kexin.suitability.matching.shelf import VIEW_DECISIONS
from kexin.suitability.models import Rematch, RematchLine

EXPORT = "suitability.export_rematch"
HEADS = (
    _("Customer number"),
    _("Customer"),
    _("Unit"),
    _("Manager"),
    _("Held on the day"),
    _("Tolerance"),
    _("Before"),
    _("Now"),
    _("Reasons"),
)
KINDS = "ttttmtttt"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ManagerLine:
    """One manager's holders who are judged otherwise: how many, how many no longer suit, what they held that day.

    ``item`` is the work owed since; None where nobody owes it.
    """

    unit: OrgUnit | None
    manager: str
    customers: int
    refused: int
    held: Decimal
    item: WorkItem | None


@query(VIEW_DECISIONS, label=_("See matching opinions"), record="list")
def rematches(actor: Actor, product_id: int) -> QuerySet[Rematch]:
    """All rounds of re-matching of a product, newest first. The figures are of the whole bank."""
    return Rematch.objects.filter(product=product_id).order_by("-pk")


@query(VIEW_DECISIONS, label=_("See matching opinions"), record="list")
def rematch_by_manager(actor: Actor, pk: int) -> list[ManagerLine]:
    """The lines within reach by unit and post of that day, the largest amount first. Raises NotFound."""
    run = Rematch.objects.filter(pk=pk).first()
    if run is None:
        raise NotFound
    return by_manager(run, RematchLine.objects.visible_to(actor, VIEW_DECISIONS).filter(rematch=run))


def by_manager(run: Rematch, lines: QuerySet[RematchLine]) -> list[ManagerLine]:
    """Lines in hand, summed by unit and post."""
    counted: dict[tuple[int | None, int | None], list[Any]] = {}
    for unit, post, after, held in lines.values_list("unit", "post", "after", "held").order_by("pk"):
        row = counted.setdefault((unit, post), [0, 0, Decimal(0)])
        row[0] += 1
        row[1] += after == MatchOutcome.REFUSE
        row[2] += held or 0
    units = OrgUnit.objects.in_bulk([unit for unit, _post in counted if unit])
    names = holders_of([post for _unit, post in counted if post], run.done_on)
    items = {
        (each.unit_id, each.owner_post_id): each
        for each in WorkItem.objects.filter(kind=WORK_KIND, subject_id=run.pk).order_by("pk")
    }
    found = [
        ManagerLine(
            units.get(unit or 0), names.get(post or 0, ""), row[0], row[1], row[2], items.get((unit or 0, post or 0))
        )
        for (unit, post), row in counted.items()
    ]
    return sorted(found, key=lambda each: (-each.held, each.manager))


def holders_of(posts: Iterable[int], on: dt.date) -> dict[int, str]:
    """Who held these posts on a day, by name and staff number."""
    rows = PostHolder.objects.filter(Q(ends_on=None) | Q(ends_on__gt=on), post__in=list(posts), starts_on__lte=on)
    return {
        row.post_id: f"{row.employee.shown_name} {row.employee.staff_no}"
        for row in rows.select_related("employee").order_by("starts_on", "pk")
    }


@operation(EXPORT, label=_("Export the holders of a re-rating"), plain=("purpose",))
def export_rematch(run: Rematch, *, actor: Actor, purpose: str) -> QuerySet[RematchLine]:
    """Allow the lines within reach to leave for a purpose; the audit keeps how many and what they held."""
    rows = RematchLine.objects.visible_to(actor, EXPORT).filter(rematch=run)
    may_leave(rows, purpose)
    act = frame.current.get()
    assert act is not None
    act.notes["held"] = str(sum((held or 0 for held in rows.values_list("held", flat=True)), Decimal(0)))
    return rows


def rematch_file(run: Rematch, rows: QuerySet[RematchLine], actor: Actor) -> Leaving:
    """The lines as a file, by unit, manager and customer."""
    title = f"{run.product.code} R{run.before}-R{run.after}"
    return Leaving(f"rerating-{run.product.code}-{run.done_on:%Y%m%d}", title, HEADS, KINDS, cells(run, rows, actor))


def cells(run: Rematch, rows: QuerySet[RematchLine], actor: Actor) -> Iterator[tuple[Any, ...]]:
    """A row of values for each line; names as the actor may read them."""
    ordered = rows.select_related("customer__party", "unit").order_by("unit__code", "post", "customer__customer_no")
    names = holders_of(rows.exclude(post=None).values_list("post", flat=True).distinct(), run.done_on)
    for lines in _batches(ordered):
        decrypt_rows(Party, [line.customer.party for line in lines], ("name",))
        for line in lines:
            yield (
                line.customer.customer_no,
                shown_name(actor, line.customer),
                line.unit.shown_name if line.unit else "",
                names.get(line.post_id or 0, ""),
                line.held,
                f"C{line.tolerance}" if line.tolerance else "",
                str(line.get_before_display()),
                str(line.get_after_display()),
                reasons_of(line),
            )


def reasons_of(line: RematchLine) -> str:
    """The reasons in short words; those whose sentence needs figures are named."""
    return "；".join(str(SHORT.get(code) or REASONS[code].text) for code in line.codes if code in REASONS)


SHORT = {
    "grade_above": pgettext_lazy("reason in short", "Grade above the tolerance"),
    "lowest_class": pgettext_lazy("reason in short", "Lowest class: R1 only"),
    "limited_capacity": pgettext_lazy("reason in short", "Civil capacity is limited"),
    "age_at_end": pgettext_lazy("reason in short", "Age at the end of the term"),
    "term_over_horizon": pgettext_lazy("reason in short", "Term longer than the horizon"),
    "concentration": pgettext_lazy("reason in short", "Too large a part of the assets"),
    "concentration_near": pgettext_lazy("reason in short", "Large part of the assets"),
    "identity_expired": pgettext_lazy("reason in short", "Identity document expired"),
    "assessment_expired": pgettext_lazy("reason in short", "Risk assessment expired"),
    "pair_undefined": pgettext_lazy("reason in short", "No rule for this pair of grades"),
    "cooling_off": pgettext_lazy("reason in short", "Cooling-off applies"),
    "below_minimum": pgettext_lazy("reason in short", "Below the minimum amount"),
    "insurance_declaration": pgettext_lazy("reason in short", "Declaration needed"),
    "seller": pgettext_lazy("reason in short", "Seller not entitled"),
}


def _batches(rows: QuerySet[RematchLine]) -> Iterator[Sequence[RematchLine]]:
    batch: list[RematchLine] = []
    for row in rows.iterator(chunk_size=AT_ONCE):
        batch.append(row)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
