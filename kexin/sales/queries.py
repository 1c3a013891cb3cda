"""Reads of sales: the list, one sale with its gates and what blocks it, a customer's sales."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.party.models import Customer
from kexin.sales.choices import Gate, SaleState
from kexin.sales.models import Sale, SaleGate
from kexin.sales.operations.confirming import rules_of
from kexin.sales.rules import next_gate
from kexin.sales.sale_policies import Stage

VIEW = "sales.view_sales"


@dataclass(frozen=True, slots=True)
class SaleFilter:
    """What a list of sales is narrowed by; empty values narrow nothing."""

    state: str = ""
    product: int | None = None
    opened_from: dt.date | None = None
    opened_until: dt.date | None = None
    customer: int | None = None


def narrowed(rows: QuerySet[Sale], wanted: SaleFilter) -> QuerySet[Sale]:
    """These rows, as far as they answer to the filter."""
    if wanted.state in SaleState.values:
        rows = rows.filter(state=wanted.state)
    if wanted.product:
        rows = rows.filter(product_id=wanted.product)
    if wanted.opened_from:
        rows = rows.filter(opened_on__gte=wanted.opened_from)
    if wanted.opened_until:
        rows = rows.filter(opened_on__lte=wanted.opened_until)
    if wanted.customer:
        rows = rows.filter(customer_id=wanted.customer)
    return rows


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage of the process: its name, the gates in it that this sale needs, and whether they are passed."""

    label: str
    gates: tuple[tuple[Gate, SaleGate | None], ...]

    @property
    def done(self) -> bool:
        return all(row is not None for _gate, row in self.gates)


@dataclass(frozen=True, slots=True)
class SaleFile:
    """A sale with its stages; ``blocked_by`` is the gate that comes next (None: nothing is left)."""

    sale: Sale
    stages: tuple[StageLine, ...]
    earlier: tuple[SaleGate, ...]
    blocked_by: Gate | None

    @property
    def current(self) -> int:
        """The number of the stage where the sale stands, from one on; one more than there are when all is done."""
        for number, stage in enumerate(self.stages, 1):
            if not stage.done:
                return number
        return len(self.stages) + 1


@query(VIEW, label=_("See sales"), record="list")
def sales(actor: Actor, wanted: SaleFilter | None = None) -> QuerySet[Sale]:
    """Sales within reach, the newest first."""
    rows = Sale.objects.visible_to(actor, VIEW).select_related("customer__party", "product", "seller", "unit")
    return narrowed(rows, wanted or SaleFilter())


@query(VIEW, label=_("See sales"), record="open")
def sale_file(actor: Actor, pk: int) -> SaleFile:
    """One sale: its gates in the stages of the process by which it began."""
    rows = Sale.objects.visible_to(actor, VIEW)
    sale = rows.select_related("customer__party", "product", "seller", "unit").filter(pk=pk).first()
    if sale is None:
        raise NotFound
    gates = list(SaleGate.objects.filter(sale=sale).order_by("round", "gate"))
    passed = {row.gate: row for row in gates if row.round == sale.round}
    return SaleFile(
        sale=sale,
        stages=_stages(rules_of(sale).stages, sale.needed, passed),
        earlier=tuple(row for row in gates if row.round < sale.round),
        blocked_by=next_gate(sale.needed, passed),
    )


def _stages(stages: tuple[Stage, ...], needed: list[int], passed: dict[int, SaleGate]) -> tuple[StageLine, ...]:
    lines = [
        StageLine(stage.label, tuple((gate, passed.get(int(gate))) for gate in stage.gates if gate in needed))
        for stage in stages
    ]
    return tuple(line for line in lines if line.gates)


@query(VIEW, label=_("See sales"))
def sales_of(actor: Actor, customer: Customer) -> list[Sale]:
    """The latest sales of a customer the reader may see."""
    rows = Sale.objects.visible_to(actor, VIEW).filter(customer=customer).select_related("product", "seller")
    return list(rows.order_by("-opened_at", "-pk")[:20])
