"""销售合规率 and the other figures of oversight, for a unit and a period, as known at the end of a day."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import PolicyVersion
from kexin.core.query import query
from kexin.people.queries import units_in_reach
from kexin.sales.choices import Gate, SaleState
from kexin.sales.followup.choices import CallOutcome, CallState
from kexin.sales.models import InspectionItem, ReturnCall, Sale, SaleGate, SalesRecording
from kexin.sales.oversight.choices import ItemSource, ItemState
from kexin.sales.oversight.verdicts import ExecutedFacts, Fault, Rate, counted, faults_of, is_past, rate_of
from kexin.sales.recordings.choices import RecordingState
from kexin.suitability.matching.choices import MatchOutcome
from kexin.suitability.models import SuitabilityDecision

VIEW_OVERSIGHT = "sales.view_oversight"
LONGEST = dt.timedelta(days=800)
AT_ONCE = 500  # sales in memory at a time
ABOUT_CALLS = (ItemSource.CONTRADICTION, ItemSource.UNREACHED)
INSISTED = ("insist_warning", "insist_confirmation")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which unit (None: all in reach) and which days; ``as_of``: what was known at the end of that day."""

    first: dt.date
    last: dt.date
    as_of: dt.date
    unit_id: int | None = None


def asked_for(
    first: dt.date | None = None, last: dt.date | None = None, unit_id: int | None = None, as_of: dt.date | None = None
) -> Asked:
    """The question with what was left out filled in: this year so far, as known today. RuleViolation if impossible."""
    today = business_date()
    end = last or today
    asked = Asked(first or end.replace(month=1, day=1), end, as_of or max(end, today), unit_id)
    if asked.last < asked.first or asked.last - asked.first > LONGEST:
        raise RuleViolation(fields={"last": _("The period ends before it begins, or is longer than two years.")})
    if asked.as_of < asked.last:
        raise RuleViolation(fields={"as_of": _("What was known is asked for at the end of the period or later.")})
    return asked


@dataclass(frozen=True, slots=True)
class Judged:
    """An executed sale and what is wrong about it."""

    sale: Sale
    executed_at: dt.datetime
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What is needed of an executed sale to count it: unit and seller with their names, and its faults."""

    unit: tuple[int, str]
    seller: tuple[int, str]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """The rate of a unit or a seller."""

    key: int
    label: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Refusals:
    """A reason against selling: how many opinions name it, and its words from the newest of them."""

    code: str
    words: dict[str, str]
    count: int


@dataclass(frozen=True, slots=True)
class Oversight:
    """The figures; every one of them opens its list."""

    asked: Asked
    rate: Rate
    faults: list[tuple[Fault, int]]
    units: list[Line]
    sellers: list[Line]
    refused: int
    refusals: list[Refusals]
    approved: int
    turned_down: int
    insisted: int
    items: list[tuple[ItemSource, int, int]]
    unrecorded: int


def _moment(day: dt.date) -> dt.datetime:
    """The first moment of the day after."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone())


def _span(asked: Asked) -> tuple[dt.datetime, dt.datetime]:
    return _moment(asked.first - dt.timedelta(days=1)), _moment(asked.last)


def _within(asked: Asked, actor: Actor, unit: str = "unit") -> Q:
    """The chosen unit and everything below it, by the column ``unit``. NotFound out of reach."""
    if asked.unit_id is None:
        return Q()
    path = units_in_reach(actor, VIEW_OVERSIGHT).filter(pk=asked.unit_id).values_list("path", flat=True).first()
    if path is None:
        raise NotFound
    return Q(**{f"{unit}__path__startswith": path})


class JudgedSales(list[Judged]):
    """The newest of the sales asked for; ``total``: how many there are in all."""

    total = 0


@query(VIEW_OVERSIGHT, label=_("See the oversight of sales"))
def judged_sales(
    actor: Actor,
    asked: Asked,
    fault: str = "",
    *,
    most: int | None = None,
    seller_id: int | None = None,
    own_unit_id: int | None = None,
) -> JudgedSales:
    """Sales executed in the period with their faults, the newest first; ``fault``: only those with it, or "none".

    ``most`` are kept, all are counted. ``seller_id`` and ``own_unit_id`` narrow to one seller, or to a unit without
    what lies below it.
    """
    kept = JudgedSales()
    for each in _judging(actor, asked, seller_id, own_unit_id):
        if (fault == "none" and each.faults) or (fault in Fault.values and fault not in each.faults):
            continue
        kept.total += 1
        if most is None or len(kept) < most:
            kept.append(each)
    return kept


def _judging(
    actor: Actor, asked: Asked, seller_id: int | None = None, own_unit_id: int | None = None
) -> Iterator[Judged]:
    """One sale after the other; no more than a few hundred are in memory at a time."""
    start, end = _span(asked)
    known = _moment(asked.as_of)
    rows = (
        Sale.objects.visible_to(actor, VIEW_OVERSIGHT)
        .filter(_within(asked, actor), gates__gate=Gate.EXECUTED, gates__at__gte=start, gates__at__lt=end)
        .annotate(executed_at=F("gates__at"))
        .order_by("-executed_at", "-pk")
    )
    if seller_id is not None:
        rows = rows.filter(seller=seller_id)
    if own_unit_id is not None:
        rows = rows.filter(unit=own_unit_id)
    keys = list(rows.values_list("pk", "executed_at"))
    for first in range(0, len(keys), AT_ONCE):
        moments = dict(keys[first : first + AT_ONCE])
        found = Sale.objects.select_related("seller", "unit", "product", "customer__party").in_bulk(list(moments))
        sales = [found[pk] for pk in moments]
        for row in sales:
            row.executed_at = moments[row.pk]  # type: ignore[attr-defined]
        facts = _facts(sales, known)
        for row in sales:
            yield Judged(row, moments[row.pk], faults_of(facts[row.pk]))


def _facts(sales: list[Sale], known: dt.datetime) -> dict[int, ExecutedFacts]:
    """The facts of each sale as they stood: five reads, however many sales."""
    keys = [row.pk for row in sales]
    gates = dict(
        SaleGate.objects.filter(sale__in=keys, round=F("sale__round"), at__lt=known)
        .order_by()
        .values_list("sale")
        .annotate(passed=ArrayAgg("gate"))
    )
    told = {
        row.sale_id: row
        for row in SaleGate.objects.filter(sale__in=keys, round=F("sale__round"), gate=Gate.FOLLOWED_UP, at__lt=known)
    }
    recorded: dict[int, SalesRecording] = {
        row.sale_id: row
        for row in SalesRecording.objects.filter(
            sale__in=keys, round=F("sale__round"), state=RecordingState.DONE, ended_at__lt=known
        ).select_related("inspection")
    }
    calls = {row.sale_id: row for row in ReturnCall.objects.filter(sale__in=keys)}
    items: dict[int, list[InspectionItem]] = defaultdict(list)
    for item in InspectionItem.objects.filter(sale__in=keys, found_at__lt=known):
        items[item.sale_id or 0].append(item)
    days = _follow_up_days(sales)
    return {
        row.pk: _of(
            row, gates.get(row.pk, []), told, recorded.get(row.pk), calls.get(row.pk), items[row.pk], days, known
        )
        for row in sales
    }


def _follow_up_days(sales: Iterable[Sale]) -> dict[int, int]:
    """Policy version → days until the follow-up: the version each sale began with decides."""
    versions = {row.policies.get("sales.sale", 0) for row in sales}
    rows = PolicyVersion.objects.filter(pk__in=versions).values_list("pk", "values")
    return {pk: int(values.get("follow_up_days", 0)) for pk, values in rows}


def _of(
    row: Sale,
    passed: list[int],
    told: dict[int, SaleGate],
    recording: SalesRecording | None,
    call: ReturnCall | None,
    items: list[InspectionItem],
    days: dict[int, int],
    known: dt.datetime,
) -> ExecutedFacts:
    def state(item: InspectionItem) -> str:
        return str(item.state) if is_past(item.settled_at, known) else ItemState.OPEN.value

    inspection: Any = getattr(recording, "inspection", None) if recording is not None else None
    finished = call is not None and is_past(call.finished_at, known)
    gate = told.get(row.pk)
    executed_at: dt.datetime = row.executed_at  # type: ignore[attr-defined]
    due = (
        call.due_at
        if call is not None
        else executed_at + dt.timedelta(days=days.get(row.policies.get("sales.sale", 0), 0))
    )
    return ExecutedFacts(
        needed=row.needed,
        passed=passed,
        recording="done" if recording is not None else "",
        sampled=recording is not None and recording.sampled,
        inspection=inspection.result if inspection is not None and is_past(inspection.at, known) else "",
        call_due=due < known,
        call_unreached=finished and call is not None and call.state == CallState.UNREACHED,
        contradicted=gate is not None and gate.evidence.get("result") == CallOutcome.CONTRADICTED,
        call_items=[state(each) for each in items if each.source in ABOUT_CALLS],
        items=[state(each) for each in items if each.source not in ABOUT_CALLS],
    )


@query(VIEW_OVERSIGHT, label=_("See the oversight of sales"))
def refused_opinions(actor: Actor, asked: Asked, code: str = "") -> QuerySet[SuitabilityDecision]:
    """Matching opinions of the period that speak against a sale, the newest first; ``code``: for this reason."""
    rows = _opinions(actor, asked).filter(outcome=MatchOutcome.REFUSE)
    if code:
        rows = rows.filter(refusals__contains=[{"code": code}])
    return rows.select_related("customer__party", "product", "seller").order_by("-pk")


def _opinions(actor: Actor, asked: Asked) -> QuerySet[SuitabilityDecision]:
    rows = SuitabilityDecision.objects.visible_to(actor, VIEW_OVERSIGHT)
    rows = rows.filter(decided_on__gte=asked.first, decided_on__lte=asked.last, decided_at__lt=_moment(asked.as_of))
    return rows.filter(_within(asked, actor, "customer__unit"))


@query(VIEW_OVERSIGHT, label=_("See the oversight of sales"))
def exceptional_sales(actor: Actor, asked: Asked, what: str) -> QuerySet[Sale]:
    """``approved`` or ``refused`` by an approver in the period, ``insisted``: the customer insisted, ``unrecorded``:
    has to be recorded and is not yet. NotFound for any other word."""
    start, end = _span(asked)
    end = min(end, _moment(asked.as_of))
    rows = Sale.objects.visible_to(actor, VIEW_OVERSIGHT).filter(_within(asked, actor))
    if what == "approved":
        rows = rows.filter(gates__gate=Gate.APPROVED, gates__at__gte=start, gates__at__lt=end)
    elif what == "refused":
        rows = rows.filter(state=SaleState.REFUSED, closed_at__gte=start, closed_at__lt=end)
    elif what == "insisted":
        said = Q()
        for code in INSISTED:
            said |= Q(conditions__contains=[{"code": code}])
        opinions = SuitabilityDecision.objects.filter(said, decided_at__gte=start, decided_at__lt=end)
        rows = rows.filter(decision_no__in=opinions.values("pk"))
    elif what == "unrecorded":
        done = SaleGate.objects.filter(gate=Gate.RECORDED, at__lt=end).values("sale")
        rows = rows.filter(needed__contains=[int(Gate.RECORDED)], opened_at__gte=start, opened_at__lt=end)
        rows = rows.filter(state=SaleState.OPEN).exclude(pk__in=done)
    else:
        raise NotFound
    return rows.select_related("seller", "unit", "product", "customer__party").order_by("-opened_at", "-pk").distinct()


@query(VIEW_OVERSIGHT, label=_("See the oversight of sales"))
def oversight(actor: Actor, asked: Asked) -> Oversight:
    """All figures of the page. NotFound for a unit out of reach."""
    judged = [
        Counted(
            (each.sale.unit_id, each.sale.unit.shown_name),
            (each.sale.seller_id, each.sale.seller.shown_name),
            each.faults,
        )
        for each in _judging(actor, asked)
    ]
    opinions = refused_opinions(actor, asked)
    known = _moment(asked.as_of)
    return Oversight(
        asked=asked,
        rate=rate_of(each.faults for each in judged),
        faults=counted(each.faults for each in judged),
        units=_lines(judged, lambda each: each.unit),
        sellers=_lines(judged, lambda each: each.seller),
        refused=opinions.count(),
        refusals=_reasons(opinions),
        approved=exceptional_sales(actor, asked, "approved").count(),
        turned_down=exceptional_sales(actor, asked, "refused").count(),
        insisted=exceptional_sales(actor, asked, "insisted").count(),
        items=_items(actor, asked, known),
        unrecorded=exceptional_sales(actor, asked, "unrecorded").count(),
    )


def _lines(judged: list[Counted], of: Callable[[Counted], tuple[int, str]]) -> list[Line]:
    """One line for each unit or seller, the lowest rate first."""
    found: dict[tuple[int, str], list[tuple[Fault, ...]]] = defaultdict(list)
    for each in judged:
        found[of(each)].append(each.faults)
    lines = [Line(key, label, rate_of(rows)) for (key, label), rows in found.items()]
    return sorted(lines, key=lambda line: (line.rate.percent or 0, -line.rate.executed, line.label))


def _reasons(opinions: QuerySet[SuitabilityDecision]) -> list[Refusals]:
    counts: Counter[str] = Counter()
    words: dict[str, dict[str, str]] = {}
    for reasons in opinions.values_list("refusals", flat=True).iterator(chunk_size=2000):
        for code, said in {each["code"]: each["words"] for each in reasons}.items():
            counts[code] += 1
            words.setdefault(code, said)
    rows = [Refusals(code, words[code], number) for code, number in counts.items()]
    return sorted(rows, key=lambda row: (-row.count, row.code))


def _items(actor: Actor, asked: Asked, known: dt.datetime) -> list[tuple[ItemSource, int, int]]:
    """Per source: found in the period, and how many of them were confirmed by the day asked for."""
    rows = InspectionItem.objects.visible_to(actor, VIEW_OVERSIGHT).filter(_within(asked, actor))
    rows = rows.filter(found_on__gte=asked.first, found_on__lte=asked.last, found_at__lt=known)
    found: Counter[str] = Counter()
    confirmed: Counter[str] = Counter()
    for source, state, settled_at in rows.values_list("source", "state", "settled_at"):
        found[source] += 1
        confirmed[source] += state == ItemState.CONFIRMED and is_past(settled_at, known)
    return [(each, found[each.value], confirmed[each.value]) for each in ItemSource if found[each.value]]
