"""Maturities leaving the house as a file, and maturities that become somebody's work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, days, working_intervals, zone
from kexin.core.export import Leaving, may_leave
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import duty_holder, open_work
from kexin.holdings.choices import OWED
from kexin.holdings.maturities.queries import MaturityFilter, narrowed, period_start
from kexin.holdings.models import Maturity
from kexin.holdings.policies import MaturityPolicy
from kexin.holdings.queries import product_name
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import open_names

MATURING = "holdings.maturing"
SUBJECT = "holdings.MaturingWeek"
AT_ONCE = 500
HEADS = (
    _("Due on"),
    _("Contractual date"),
    _("Customer number"),
    _("Name"),
    _("Kind"),
    _("Product"),
    _("Currency"),
    _("Amount"),
    _("In base currency"),
    _("Unit"),
    _("Renewed"),
    _("To another product"),
    _("Stayed in the account"),
    pgettext_lazy("maturity", "Left"),
)
KINDS = "ddtttttmmtmmmm"


@operation("holdings.export_maturities", label=_("Export maturities"), plain=("purpose",))
def export_maturities(
    first: dt.date, last: dt.date, *, actor: Actor, wanted: MaturityFilter, purpose: str
) -> QuerySet[Maturity]:
    """Allow the maturities of these days within reach to leave; the audit keeps how many.

    Raises RuleViolation without a purpose, or where they are more than one file may hold.
    """
    reach = Maturity.objects.visible_to(actor, "holdings.export_maturities")
    rows = narrowed(reach.filter(due_on__gte=first, due_on__lte=last), wanted)
    may_leave(rows, purpose)
    return rows.select_related("customer__party", "product", "unit").order_by("due_on", "id")


def maturities_file(actor: Actor, rows: QuerySet[Maturity]) -> Leaving:
    """Maturities that may leave, as a file; what customers pay is negative, so that a column adds up."""
    return Leaving("maturities", _("Maturities"), HEADS, KINDS, _lines(actor, rows))


def _lines(actor: Actor, rows: QuerySet[Maturity]) -> Iterator[tuple[Any, ...]]:
    part: list[Maturity] = []
    for row in rows.iterator(chunk_size=AT_ONCE):
        part.append(row)
        if len(part) == AT_ONCE:
            yield from _part(actor, part)
            part = []
    yield from _part(actor, part)


def _part(actor: Actor, rows: list[Maturity]) -> Iterator[tuple[Any, ...]]:
    open_names([row.customer for row in rows])
    for row in rows:
        sign = -1 if row.is_owed else 1
        yield (
            row.due_on,
            row.contract_on,
            row.customer.customer_no,
            shown_name(actor, row.customer),
            str(row.get_kind_display()),
            product_name(row.product) if row.product else "",
            row.currency,
            row.amount * sign,
            None if row.value is None else row.value * sign,
            row.unit.name,
            row.renewed,
            row.moved,
            row.stayed,
            row.gone,
        )


@operation("holdings.watch_maturities", label=_("Open work for maturities"))
def watch_maturities(low: int, high: int, *, actor: Actor) -> int:
    """Open work for customers ``low`` to ``high`` whose money matures soon: one item per customer and week.

    A week counts with everything that matures to the customer in it, where that reaches the policy's amount. What
    joins a week later hangs on its item while that is open; a week whose item was closed opens none again. How many
    items were opened.
    """
    policy, today = in_force(MaturityPolicy), business_date()
    last = today + dt.timedelta(days=policy.work_days)
    rows = (
        Maturity.objects.filter(customer__gte=low, customer__lte=high, due_on__gte=today)
        .filter(due_on__lte=period_start(last, "week") + dt.timedelta(days=6))
        .exclude(kind__in=[str(kind) for kind in OWED])
        .select_related("work")
        .order_by("customer_id", "due_on", "id")
    )
    weeks: dict[tuple[int, dt.date], list[Maturity]] = {}
    for row in rows:
        weeks.setdefault((row.customer_id, period_start(row.due_on, "week")), []).append(row)
    customers = Customer.objects.in_bulk({customer for customer, _week in weeks})
    opened = 0
    for (customer_id, week), found in weeks.items():
        total = sum((row.value or Decimal(0) for row in found), Decimal(0))
        if found[0].due_on > last or total < policy.work_least:
            continue
        opened += _open(customers[customer_id], week, found, total, policy)
    return opened


def _open(customer: Customer, week: dt.date, found: list[Maturity], total: Decimal, policy: MaturityPolicy) -> bool:
    """The item of a customer's week: made, joined, or left alone because somebody has closed it."""
    known = next((row.work for row in found if row.work is not None), None)
    item, made = known, False
    if item is None:
        owner = customer.lead_post_id or duty_holder("party.assign_portfolio", customer.unit_id, None)
        if owner is None:
            return False
        due = found[0].due_on
        item = open_work(
            MATURING,
            unit_id=customer.unit_id,
            owner_post_id=owner,
            due_at=dt.datetime.combine(due, working_intervals()[-1][1], zone()),
            due_provisional=not days().is_settled(due),
            customer_id=customer.pk,
            subject_kind=SUBJECT,
            subject_id=customer.pk * 10_000 + week.toordinal() // 7 % 10_000,
            details={
                "first": due.isoformat(),
                "count": len(found),
                "amount": str(total),
                "kinds": sorted({row.kind for row in found}),
            },
            policy_id=policy.policy_version,
        )
        made = True
    Maturity.objects.filter(pk__in=[row.pk for row in found], work=None).update(work=item)
    return made
