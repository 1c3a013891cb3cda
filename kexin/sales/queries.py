"""Reads of sales: the list, one sale with its gates and what blocks it, a customer's sales."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.party.models import Customer
from kexin.party.queries import files_behind
from kexin.products.choices import ProductState
from kexin.sales.advice.queries import latest_needs, latest_visit
from kexin.sales.choices import Gate, SaleState, StageRecord
from kexin.sales.matching import opinion_of
from kexin.sales.models import PlanLine, Sale, SaleGate
from kexin.sales.operations.confirming import rules_of
from kexin.sales.rules import SENIOR, next_gate
from kexin.sales.sale_policies import Stage

VIEW = "sales.view_sales"
VIEW_SENIOR = "sales.view_senior_sale"


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
        rows = rows.filter(customer_id__in=[wanted.customer, *files_behind([wanted.customer])])
    return rows


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record shown in a stage: which one of the customer or product it is, and of which day; None: there is none."""

    kind: StageRecord
    pk: int | None
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage of the process: its name, the gates in it that this sale needs, whether they are passed, records."""

    label: str
    gates: tuple[tuple[Gate, SaleGate | None], ...]
    records: tuple[RecordLine, ...] = ()

    @property
    def done(self) -> bool:
        """All its gates are passed; a stage of records alone is done when they are there."""
        if self.gates:
            return all(row is not None for _gate, row in self.gates)
        return all(each.pk is not None for each in self.records)


@dataclass(frozen=True, slots=True)
class SaleFile:
    """A sale with its stages; ``blocked_by`` is the gate that comes next (None: nothing is left)."""

    sale: Sale
    process: str
    stages: tuple[StageLine, ...]
    earlier: tuple[SaleGate, ...]
    blocked_by: Gate | None

    @property
    def current(self) -> int:
        """The number of the stage where the sale stands, from one on; one more than there are when all is done."""
        for number, stage in enumerate(self.stages, 1):
            if stage.gates and not stage.done:
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
    return _file(Sale.objects.visible_to(actor, VIEW), pk)


@query(VIEW_SENIOR, label=_("See a sale that takes a senior"), record="open")
def senior_sale_file(actor: Actor, pk: int) -> SaleFile:
    """The same of a sale whose opinion asks for a senior's decision; any other is not found."""
    file = _file(Sale.objects.visible_to(actor, VIEW_SENIOR), pk)
    if file.sale.decision_no is None or SENIOR not in opinion_of(file.sale.decision_no).conditions:
        raise NotFound
    return file


def as_senior(actor: Actor) -> bool:
    """Does the reader see only the sales that take a senior? Senior management reads what it decides and no more."""
    may = [actor.may(right) or right in actor.withheld for right in (VIEW, VIEW_SENIOR)]
    return may == [False, True]


def _file(rows: QuerySet[Sale], pk: int) -> SaleFile:
    sale = rows.select_related("customer__party", "product", "seller", "unit").filter(pk=pk).first()
    if sale is None:
        raise NotFound
    gates = list(SaleGate.objects.filter(sale=sale).order_by("round", "gate"))
    passed = {row.gate: row for row in gates if row.round == sale.round}
    process = rules_of(sale).process_of(sale.product.product_class)
    return SaleFile(
        sale=sale,
        process=process.label,
        stages=_stages(process.stages, sale, passed),
        earlier=tuple(row for row in gates if row.round < sale.round),
        blocked_by=next_gate(sale.needed, passed),
    )


def _stages(stages: tuple[Stage, ...], sale: Sale, passed: dict[int, SaleGate]) -> tuple[StageLine, ...]:
    known = _records(sale) if any(stage.records for stage in stages) else {}
    lines = [
        StageLine(
            stage.label,
            tuple((gate, passed.get(int(gate))) for gate in stage.gates if gate in sale.needed),
            tuple(known[each] for each in stage.records),
        )
        for stage in stages
    ]
    return tuple(line for line in lines if line.gates or line.records)


def _records(sale: Sale) -> dict[StageRecord, RecordLine]:
    """What the sale rests on: the records of its plan where it came of one, else the latest ones before it began."""
    line = PlanLine.objects.filter(sale=sale).select_related("plan_version__visit", "plan_version__needs").first()
    version = line.plan_version if line is not None else None
    visit = version.visit if version is not None else latest_visit(sale.customer_id, sale.opened_on)
    needs = version.needs if version is not None else latest_needs(sale.customer_id, sale.opened_on)
    admitted = sale.product.state not in (ProductState.DRAFT, ProductState.IN_REVIEW)
    return {
        StageRecord.ADMISSION: RecordLine(StageRecord.ADMISSION, sale.product_id if admitted else None),
        StageRecord.VISIT: RecordLine(StageRecord.VISIT, visit.pk, visit.visited_on) if visit else _none("visit"),
        StageRecord.NEEDS: RecordLine(StageRecord.NEEDS, needs.pk, needs.written_on) if needs else _none("needs"),
        StageRecord.PLAN: RecordLine(StageRecord.PLAN, version.plan_id, _day(version.sent_at))
        if version
        else _none("plan"),
    }


def _none(kind: str) -> RecordLine:
    return RecordLine(StageRecord(kind), None)


def _day(at: dt.datetime | None) -> dt.date | None:
    return timezone.localtime(at).date() if at is not None else None


@query(VIEW, label=_("See sales"))
def sales_of(actor: Actor, customer: Customer) -> list[Sale]:
    """The latest sales of a customer the reader may see, those of files merged into the customer's included: for whom
    something was sold never changes, so a sale stays with the file it was made for."""
    files = [customer.pk, *files_behind([customer.pk])]
    rows = Sale.objects.visible_to(actor, VIEW).filter(customer__in=files).select_related("product", "seller")
    return list(rows.order_by("-opened_at", "-pk")[:20])
