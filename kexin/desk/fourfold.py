"""四位一体: who the customers are, what they hold, how they were served and by which channel, seen together.

Every number is how many customers; the same conditions give the number and the list behind it. Filters of one side
narrow all: of the holders of funds, who was served how. A service and a channel chosen together mean the same record.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation, type_text
from kexin.core.export import Leaving, need_purpose
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.reports.asked import Period, ReportAsked
from kexin.core.reports.fields import NOTHING, Dimension, dataset_of
from kexin.core.reports.pivot import at_most
from kexin.desk.policies import ReportPolicy
from kexin.engagement.served import channels_for, served, served_how, services_for
from kexin.holdings.aum.entered import VIEW_TARGETS, averages_by_post, targets
from kexin.holdings.aum.eras import month_of
from kexin.holdings.choices import TargetMeasure
from kexin.holdings.held import held_classes, holders
from kexin.holdings.queries import VIEW_ACCOUNTS
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.people.reports import by_unit
from kexin.products.choices import ProductClass

VIEW_FOURFOLD = "desk.view_fourfold"
EXPORT_FOURFOLD = "desk.export_fourfold"
VIEW_CUSTOMERS = "party.view_customers"
PRODUCT: Final = "product"
SIDES: Final = {"product": _("Products held"), "service": _("Services received"), "channel": _("Channels used")}
ROWS = ("tier", "kind", "age", "unit", "post")  # fields of the customers' dataset that may stand in the rows
PERIODS = (Period.THIS_MONTH, Period.LAST_MONTH, Period.THIS_YEAR, Period.LAST_12, Period.BETWEEN)
Lines = Mapping[int, tuple[Any, Decimal]]
Marks = Mapping[str, Mapping[str, set[int]]]
_LIVE = (CustomerStatus.ACTIVE, CustomerStatus.PROSPECT, CustomerStatus.DORMANT)


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the rows and what the view is narrowed by; empty means everything within reach."""

    by: str = ""
    period: str = Period.LAST_12
    first: dt.date | None = None
    last: dt.date | None = None
    unit: str = ""
    tier: str = ""
    product: str = ""
    service: str = ""
    channel: str = ""

    def span(self) -> tuple[dt.date | None, dt.date | None]:
        """First and last day of services."""
        asked = ReportAsked("", period=self.period, first=self.first, last=self.last)
        return asked.span(business_date())


@dataclass(frozen=True, slots=True)
class Row:
    """Customers of one kind: ``key`` as an address has it, how many, and how many of them per side and code."""

    key: str
    label: str
    customers: int
    average: Decimal | None  # of their assets over the month, together; None where the reader may not see assets
    counts: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Goal:
    """Monthly daily average of AUM of the posts that have a target for the running month."""

    target: Decimal
    reached: Decimal

    @property
    def percent(self) -> int:
        """Of the target."""
        return int(self.reached * 100 / self.target) if self.target else 0


@dataclass(frozen=True, slots=True)
class Fourfold:
    """The view: rows, their total, the codes that occur with their words, and what became of the goals."""

    asked: Asked
    row_label: type_text
    rows: list[Row]
    total: Row
    columns: Mapping[str, Mapping[str, type_text]]
    served: int  # customers who received any service of the period
    held: int  # classes of products that they hold, added up
    goal: Goal | None = None
    offered: Mapping[str, Mapping[str, type_text]] = field(default_factory=dict)


def rows_for(actor: Actor) -> dict[str, type_text]:
    """What this actor may put into the rows."""
    found: dict[str, type_text] = {}
    for code in ROWS:
        dimension = _dimension(code)
        if not dimension.right or actor.may(dimension.right):
            found[code] = dimension.label
    if actor.may(VIEW_ACCOUNTS):
        found[PRODUCT] = _("Product held")
    return found


def offered_to(actor: Actor) -> dict[str, dict[str, type_text]]:
    """Per side the codes that this actor may ask for; a side of which nothing may be known is left out."""
    products: dict[str, type_text] = dict(ProductClass.choices) if actor.may(VIEW_ACCOUNTS) else {}
    sides: dict[str, dict[str, type_text]] = {
        "product": products,
        "service": services_for(actor),
        "channel": channels_for(actor),
    }
    return {side: found for side, found in sides.items() if found}


def checked(actor: Actor, asked: Asked) -> Asked:
    """The question with its usual rows; a RuleViolation with a sentence per field for what makes no sense."""
    wrong: dict[str, type_text] = {}
    rows, sides = rows_for(actor), offered_to(actor)
    by = asked.by or next(iter(rows), "")
    if by not in rows:
        wrong["by"] = _("These customers cannot be divided by this.")
    if asked.period not in PERIODS:
        wrong["period"] = _("There is no such period.")
    elif asked.period == Period.BETWEEN and asked.first and asked.last and asked.first > asked.last:
        wrong["last"] = _("The last day lies before the first.")
    elif asked.period == Period.BETWEEN and not (asked.first or asked.last):
        wrong["first"] = _("Say from or until which day.")
    for side in SIDES:
        code = getattr(asked, side)
        if code and code not in sides.get(side, {}):
            wrong[side] = _("Choose one of the list.")
    if asked.tier and ("tier" not in rows or asked.tier not in {code for code, _words in _choices(actor, "tier")}):
        wrong["tier"] = _("Choose one of the list.")
    if asked.unit and asked.unit not in {code for code, _words in _choices(actor, "unit")}:
        wrong["unit"] = _("Choose your own unit or one within your reach.")
    if wrong:
        raise RuleViolation(fields=wrong)
    return replace(asked, by=by)


def _choices(actor: Actor, code: str) -> Iterable[tuple[str, type_text]]:
    choices = _dimension(code).choices
    return choices(actor) if choices is not None else ()


def _dimension(code: str) -> Dimension:
    dataset = dataset_of("party.customers")
    assert dataset is not None
    found = dataset.dimension(code)
    assert found is not None
    return found


@query(VIEW_FOURFOLD, label=_("See customers, products, services and channels together"), record="list")
def fourfold(actor: Actor, asked: Asked) -> Fourfold:
    """How many customers within reach hold what, were served how and by which channel.

    One read of the customers, two of what they hold, one for each kind of record of service, all within the seconds of
    the policy ``desk.reports``; then names and targets. Raises RuleViolation for a question without sense.
    """
    asked = checked(actor, asked)
    sides = offered_to(actor)
    with at_most(in_force(ReportPolicy).seconds):
        lines, marks, served_at_all = _read(actor, asked, sides)
    act = frame.current.get()
    if act is not None:
        act.notes |= {"by": asked.by, "found": len(lines)}
    shows_money = actor.may(VIEW_ACCOUNTS)
    whole = _row("", str(_("Total")), lines.keys(), lines, marks, sides, shows_money)
    return Fourfold(
        asked=asked,
        row_label=rows_for(actor)[asked.by],
        rows=[
            _row(key, label, members, lines, marks, sides, shows_money)
            for key, label, members in _divided(asked, lines, marks.get(PRODUCT, {}))
        ],
        total=whole,
        columns={
            side: {code: words for code, words in codes.items() if whole.counts[side][code]}
            for side, codes in sides.items()
        },
        served=len(served_at_all),
        held=sum(whole.counts.get(PRODUCT, {}).values()),
        goal=_goal(actor),
        offered=sides,
    )


@query(VIEW_FOURFOLD, label=_("See customers, products, services and channels together"), record="list")
def fourfold_customers(
    actor: Actor, asked: Asked, *, row: str | None = None, side: str = "", code: str = ""
) -> QuerySet[Customer]:
    """The customers behind a number: of a row (None: of all), and of one code of a side where one is named.

    Raises NotFound for a row or a code that the view does not have.
    """
    asked = checked(actor, asked)
    rows = _base(actor, asked)
    if row is not None:
        if asked.by == PRODUCT:
            if row not in ProductClass.values:
                raise NotFound
            rows = rows.filter(holders(actor, row))
        else:
            rows = rows.annotate(row_key=Cast(_dimension(asked.by).expression(), TextField()))
            rows = rows.filter(Q(row_key="") | Q(row_key=None)) if row == NOTHING else rows.filter(row_key=row)
    if side:
        which = _members(actor, asked, side, code) if side in SIDES else None
        if side == "any":
            which = _served(actor, asked)
        if which is None:
            raise NotFound
        rows = rows.filter(which)
    return rows


@operation(EXPORT_FOURFOLD, label=_("Export customers, products, services and channels"), plain=("purpose",))
def export_fourfold(asked: Asked, *, actor: Actor, purpose: str) -> Fourfold:
    """Allow the view to leave for a purpose. Raises RuleViolation without one."""
    need_purpose(purpose)
    return fourfold(actor, asked)


def as_file(found: Fourfold) -> Leaving:
    """A line for each row and the total; a column for each code that occurs."""
    columns = [(side, code) for side, codes in found.columns.items() for code in codes]
    heads = [
        found.row_label, _("Customers"), _("Monthly daily average"),
        *(f"{SIDES[side]} · {found.columns[side][code]}" for side, code in columns),
    ]  # fmt: skip
    lines = (
        (row.label, row.customers, row.average, *(row.counts[side][code] for side, code in columns))
        for row in (*found.rows, found.total)
    )
    kinds = "tnm" + "n" * len(columns)
    return Leaving("fourfold", _("Four in one"), heads, kinds, lines)


def _base(actor: Actor, asked: Asked) -> QuerySet[Customer]:
    """Customers within reach that answer to the filters."""
    rows = Customer.objects.visible_to(actor, VIEW_CUSTOMERS).filter(status__in=_LIVE).order_by()
    if asked.unit:
        narrow = by_unit(VIEW_CUSTOMERS, "unit").narrow
        assert narrow is not None
        rows = rows.filter(narrow([asked.unit]))
    if asked.tier:
        rows = rows.filter(tier="" if asked.tier == NOTHING else asked.tier)
    if asked.product:
        rows = rows.filter(holders(actor, asked.product))
    if asked.service or asked.channel:
        rows = rows.filter(_served(actor, asked))
    return rows


def _served(actor: Actor, asked: Asked) -> Q:
    """Customers with any record of service of the period, by the filters."""
    found = served(actor, *asked.span(), service=asked.service, channel=asked.channel)
    return Q(pk__in=[]) if found is None else found


def _members(actor: Actor, asked: Asked, side: str, code: str) -> Q | None:
    """Who stands under a code of a side; None for a code that the filters leave out."""
    if code not in offered_to(actor).get(side, {}):
        return None
    if side == PRODUCT:
        return holders(actor, code)
    chosen = getattr(asked, side)
    if chosen and chosen != code:
        return None
    return _served(actor, replace(asked, service=code) if side == "service" else replace(asked, channel=code))


def _read(actor: Actor, asked: Asked, sides: Mapping[str, Any]) -> tuple[Lines, Marks, set[int]]:
    """Key of the row and daily average of each customer; and per side and code the customers who stand under it;
    last, who was served at all."""
    base = _base(actor, asked)
    key = Value(0) if asked.by == PRODUCT else _dimension(asked.by).expression()
    lines = {
        pk: (found, average)
        for pk, found, average in base.annotate(row_key=key).values_list("pk", "row_key", "average")
    }
    marks: dict[str, defaultdict[str, set[int]]] = {side: defaultdict(set) for side in SIDES}
    anybody: set[int] = set()
    if PRODUCT in sides:
        for pk, code in held_classes(actor, base):
            marks[PRODUCT][code].add(pk)
    for pk, service, channel in served_how(actor, base, *asked.span(), service=asked.service, channel=asked.channel):
        anybody.add(pk)
        if service:
            marks["service"][service].add(pk)
        if channel:
            marks["channel"][channel].add(pk)
    return lines, marks, anybody


def _row(
    key: str, label: str, members: Set[int], lines: Lines, marks: Marks, sides: Mapping[str, Any], money: bool
) -> Row:
    counts = {
        side: {code: len(members & marks[side].get(code, set())) for code in codes} for side, codes in sides.items()
    }
    average = sum((lines[pk][1] for pk in members), Decimal(0)) if money else None
    return Row(key, label, len(members), average, counts)


def _divided(asked: Asked, lines: Lines, held: Mapping[str, set[int]]) -> list[tuple[str, str, set[int]]]:
    """The rows in their order: key as an address has it, words, customers."""
    if asked.by == PRODUCT:
        return [(code, str(label), held[code]) for code, label in ProductClass.choices if held.get(code)]
    dimension = _dimension(asked.by)
    members: dict[Any, set[int]] = defaultdict(set)
    for pk, (key, _average) in lines.items():
        members[None if key == "" else key].add(pk)
    words = dimension.names([key for key in members if key is not None])

    def place(key: Any) -> tuple[Any, ...]:
        if key is None:
            return (True, 0, "")
        return (False, dimension.order(key) if dimension.ordered else 0, str(words.get(key, key)))

    return [
        (
            NOTHING if key is None else str(key),
            str(dimension.nothing if key is None else words.get(key, key)),
            members[key],
        )
        for key in sorted(members, key=place)
    ]


def _goal(actor: Actor) -> Goal | None:
    """The goal that the house sets in figures: AUM of the month, of the posts within reach that have a target."""
    if not actor.may(VIEW_TARGETS):
        return None
    month = month_of(business_date())
    measure = str(TargetMeasure.AUM_AVERAGE)
    wanted = dict(
        targets(actor, month).filter(measure=measure, post__isnull=False).order_by().values_list("post_id", "amount")
    )
    if not wanted:
        return None
    averages = averages_by_post(list(wanted), {month})
    reached = sum((averages.get((post, month, measure), Decimal(0)) for post in wanted), Decimal(0))
    return Goal(sum(wanted.values(), Decimal(0)), reached)
