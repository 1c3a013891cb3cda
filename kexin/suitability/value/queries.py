"""Reads of the value of customers: one file, the list, its file, and how often a class is visited."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.export import Leaving, may_leave
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import open_names
from kexin.people.models import by_language
from kexin.suitability.assessments.choices import ToleranceGrade
from kexin.suitability.models import CustomerValue
from kexin.suitability.value.policies import ValuePolicy, class_name, part_name
from kexin.suitability.value.rules import PARTS, Facts, value_of

VIEW = "suitability.view_values"
EXPORT = "suitability.export_values"
SHOWN = 12
HEADS = (
    _("Customer number"),
    _("Name"),
    _("Value class"),
    _("Points"),
    _("Assets"),
    _("Investment experience"),
    _("Risk tolerance"),
    _("Since"),
    _("Unit"),
)
KINDS = "tttnmntdt"


@dataclass(frozen=True, slots=True)
class ValuePart:
    """One part: its weight in per cent and its points; None where it is not known."""

    part: str
    label: str
    weight: int
    points: int | None


@dataclass(frozen=True, slots=True)
class ValueFile:
    """The value of a customer now, what it rests on, what follows from it, and the classes before."""

    row: CustomerValue
    label: str
    parts: tuple[ValuePart, ...]
    strategy: str
    months: int
    before: tuple[tuple[CustomerValue, str], ...]

    @property
    def unknown(self) -> list[str]:
        """Names of the parts that are not known."""
        return [each.label for each in self.parts if each.points is None]


def class_label(policy: ValuePolicy, code: str) -> str:
    """The name of a class in the reader's language; its code where the policy does not know it any more."""
    found = policy.of_code(code)
    return class_name(found) if found else code


@query(VIEW, label=_("See the value of customers"))
def value_file(actor: Actor, customer_id: int) -> ValueFile | None:
    """None where no value was decided yet. Parts are shown by the policy in force."""
    customer = Customer.objects.fetch(customer_id, actor, VIEW)
    rows = list(CustomerValue.objects.filter(customer=customer).order_by("-valid_from")[: SHOWN + 1])
    if not rows or rows[0].valid_until is not None:
        return None
    row, policy = rows[0], in_force(ValuePolicy)
    value = value_of(
        Facts(row.assets, row.experience, row.tolerance),
        policy.asset_bands,
        policy.tolerance_points,
        policy.part_weights,
        policy.value_classes,
    )
    found = policy.of_code(row.value_class)
    return ValueFile(
        row=row,
        label=class_label(policy, row.value_class),
        parts=tuple(ValuePart(p, part_name(p), policy.part_weights[p], value.parts.get(p)) for p in PARTS),
        strategy=by_language(found.strategy, found.strategy_en) if found else "",
        months=found.months if found else 0,
        before=tuple((each, class_label(policy, each.value_class)) for each in rows[1:]),
    )


@query(VIEW, label=_("See the value of customers"), record="list")
def values(actor: Actor) -> QuerySet[CustomerValue]:
    """The values in force of customers within reach; the caller narrows, orders and cuts the page."""
    return CustomerValue.objects.visible_to(actor, VIEW).filter(valid_until=None)


@query(VIEW, label=_("See the value of customers"), record="list")
def class_counts(actor: Actor) -> list[tuple[str, str, int]]:
    """Code, name and number of customers within reach, class by class from the highest."""
    policy = in_force(ValuePolicy)
    rows = CustomerValue.objects.visible_to(actor, VIEW).filter(valid_until=None).order_by()
    counted = dict(rows.values_list("value_class").annotate(n=Count("pk")))
    return [(each.code, class_name(each), counted.get(each.code, 0)) for each in reversed(policy.value_classes)]


def narrowed(rows: QuerySet[CustomerValue], value_class: str = "", unit_id: int | None = None) -> QuerySet[Any]:
    """The filters as column conditions."""
    if value_class:
        rows = rows.filter(value_class=value_class)
    if unit_id is not None:
        rows = rows.filter(customer__unit=unit_id)
    return rows


@operation(EXPORT, label=_("Export the value of customers"), plain=("purpose",))
def export_values(*, actor: Actor, value_class: str, unit_id: int | None, purpose: str) -> QuerySet[CustomerValue]:
    """Allow the list within reach to leave; the audit keeps how many lines.

    Raises RuleViolation without a purpose, or where they are more than one file may hold.
    """
    rows = narrowed(CustomerValue.objects.visible_to(actor, EXPORT).filter(valid_until=None), value_class, unit_id)
    may_leave(rows, purpose)
    return rows.select_related("customer__party", "customer__unit").order_by("-points", "customer")


def values_file(actor: Actor, rows: QuerySet[CustomerValue]) -> Leaving:
    """The list as a file."""
    return Leaving("customer-value", _("Value of customers"), HEADS, KINDS, _lines(actor, rows))


def _lines(actor: Actor, rows: QuerySet[CustomerValue]) -> Iterator[tuple[Any, ...]]:
    policy = in_force(ValuePolicy)
    passing = rows.iterator(chunk_size=500)
    while part := list(islice(passing, 500)):
        open_names([row.customer for row in part])
        for row in part:
            yield (
                row.customer.customer_no,
                shown_name(actor, row.customer),
                class_label(policy, row.value_class),
                row.points,
                row.assets,
                row.experience,
                str(ToleranceGrade(row.tolerance).label) if row.tolerance else "",
                row.valid_from,
                row.customer.unit.name,
            )


def visit_months(customers: Collection[int]) -> dict[int, int]:
    """Months between visits that the class of each customer asks for."""
    asked = {each.code: each.months for each in in_force(ValuePolicy).value_classes if each.months}
    rows = CustomerValue.objects.filter(customer__in=list(customers), valid_until=None, value_class__in=asked)
    return {pk: asked[code] for pk, code in rows.values_list("customer_id", "value_class")}


def to_visit() -> QuerySet[Any]:
    """Keys of the customers whose class asks for visits."""
    asked = [each.code for each in in_force(ValuePolicy).value_classes if each.months]
    return CustomerValue.objects.filter(valid_until=None, value_class__in=asked).values("customer")
