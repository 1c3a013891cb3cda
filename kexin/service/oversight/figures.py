"""The figures of the service board, each in one set of the database: now, of a period, and of the one before it.

- *answer time*: from when the customer spoke until the first words to the customer, in hours by the wall clock;
- *handling time*: from when the customer spoke until the result was told, of the first round;
- *on time*: milestones met in the period by their due time, among those met;
- *solved*: results told in the period that say solved; *at first contact*: the first words were the result;
- *opened again*: results of a second or later round told in the period, or such a round still running that began in it.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.choices import Reach
from kexin.core.errors import NotFound, RuleViolation, type_text
from kexin.core.query import query
from kexin.people.queries import units_below

VIEW_BOARD = "service.view_service_board"
WHOLE, UNIT, POST, KIND = "whole", "unit", "post", "kind"
DIMENSIONS = (WHOLE, UNIT, POST, KIND)
LONGEST = dt.timedelta(days=731)
ANSWER_STEPS = (1, 4, 24, 72)  # hours; the last bar is what took longer
RESULT_STEPS = (4, 24, 72, 168)
RISK = dt.timedelta(hours=24)
Key = tuple[str, str]  # dimension and its value: ("unit", "12"), ("whole", "")


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which unit and those below (none: all within reach), from which day to which."""

    first: dt.date
    last: dt.date
    unit_id: int | None = None

    @property
    def before(self) -> Asked:
        """The period of the same length that ended the day before."""
        days = self.last - self.first
        end = self.first - dt.timedelta(days=1)
        return Asked(end - days, end, self.unit_id)


def asked_for(first: dt.date | None = None, last: dt.date | None = None, unit_id: int | None = None) -> Asked:
    """The question with what was left out filled in: the last 30 days. RuleViolation if impossible."""
    end = last or business_date()
    asked = Asked(first or end - dt.timedelta(days=29), end, unit_id)
    if asked.last < asked.first or asked.last - asked.first > LONGEST:
        raise RuleViolation(fields={"last": _("The period ends before it begins, or is longer than two years.")})
    return asked


@dataclass(slots=True)
class Now:
    """What is unfinished at this moment."""

    open: int = 0
    late: int = 0
    risk: int = 0
    waiting: int = 0
    offered: int = 0
    snoozed: int = 0


@dataclass(slots=True)
class Times:
    """How long milestones of one sort took, in hours; ``bars``: how many within each step, and above the last."""

    count: int = 0
    on_time: int = 0
    median: float | None = None
    p90: float | None = None
    bars: tuple[int, ...] = ()

    @property
    def rate(self) -> float | None:
        return 100 * self.on_time / self.count if self.count else None


@dataclass(slots=True)
class Done:
    """What a period brought."""

    received: int = 0
    told: int = 0
    solved: int = 0
    at_once: int = 0
    again: int = 0
    answers: Times = field(default_factory=Times)
    results: Times = field(default_factory=Times)

    def share(self, part: int) -> float | None:
        """Of the results told, in per cent."""
        return 100 * part / self.told if self.told else None

    @property
    def resolution(self) -> float | None:
        """问题解决率 (K-14): solved per received, in per cent; above 100 where older ones were worked off."""
        return 100 * self.solved / self.received if self.received else None


@dataclass(frozen=True, slots=True)
class Board:
    """All of it, by dimension and value; what had nothing is absent."""

    asked: Asked
    at: dt.datetime
    now: Mapping[Key, Now]
    period: Mapping[Key, Done]
    before: Mapping[Key, Done]
    others: Mapping[str, Mapping[Key, Any]] = field(default_factory=dict)  # of other rooms, by their column

    def keys(self, dimension: str) -> list[str]:
        """The values of a dimension that have any figure, the most loaded first."""
        every = (self.now, self.period, *self.others.values())
        found = {key for figures in every for name, key in figures if name == dimension}
        load = {key: (self.now.get((dimension, key)) or Now()).open for key in found}
        return sorted(found, key=lambda key: (-load[key], key))


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A figure that another room adds: ``read(actor, asked, before)`` by dimension and value.

    ``before``: what the columns registered earlier have read, by their keys: a share is taken of it, not counted anew.
    ``right`` is what its readers need beside the board's own; ``told`` makes words of a value.
    """

    key: str
    label: type_text
    read: Callable[[Actor, Asked, Mapping[str, Mapping[Key, Any]]], Mapping[Key, Any]]
    right: str
    told: Callable[[Any], str] = str


_columns: dict[str, BoardColumn] = {}


def register_board_column(column: BoardColumn) -> None:
    """Let the board show a figure of another room (when the floor starts)."""
    _columns[column.key] = column


def board_columns(actor: Actor) -> list[BoardColumn]:
    """The figures of other rooms that this reader may see."""
    return [each for each in _columns.values() if actor.may(each.right)]


def units_asked(actor: Actor, unit_id: int | None) -> list[int] | None:
    """Units that count: of the actor's reach and under the unit asked for; None for everything. NotFound outside."""
    grants = actor.grants_for(VIEW_BOARD)
    whole = actor.everything or any(grant.reach == Reach.ALL for grant in grants)
    reach = {each for grant in grants if grant.reach != Reach.PORTFOLIO for each in grant.unit_ids}
    if unit_id is None:
        return None if whole else sorted(reach)
    below = set(units_below(unit_id))
    found = below if whole else below & reach
    if not found or (not whole and unit_id not in reach):
        raise NotFound
    return sorted(found)


@query(VIEW_BOARD, label=_("See the service board"), plain=("asked",))
def service_board(actor: Actor, asked: Asked) -> Board:
    """The figures of units within reach. NotFound for a unit outside."""
    units, at = units_asked(actor, asked.unit_id), timezone.now()
    period, before = _period(units, asked)
    others: dict[str, Mapping[Key, Any]] = {}
    for each in board_columns(actor):
        others[each.key] = each.read(actor, asked, others)
    return Board(asked, at, _now(units, at), period, before, others)


@query(VIEW_BOARD, label=_("See the service board"))
def board_now(actor: Actor, unit_id: int | None = None) -> Now:
    """What is unfinished now, for the live head of the board."""
    found = _now(units_asked(actor, unit_id), timezone.now(), whole=True)
    return found.get((WHOLE, ""), Now())


_GROUP = (
    "CASE WHEN GROUPING(r.unit_id) = 0 THEN 'unit' WHEN GROUPING(r.owner_post_id) = 0 THEN 'post'"
    " WHEN GROUPING(r.kind) = 0 THEN 'kind' ELSE 'whole' END,"
    " coalesce(r.unit_id::text, r.owner_post_id::text, r.kind, '')"
)
_REACH = "(%(units)s::bigint[] IS NULL OR r.unit_id = ANY(%(units)s))"


def _read(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _now(units: list[int] | None, at: dt.datetime, *, whole: bool = False) -> dict[Key, Now]:
    sets = "()" if whole else "(), (r.unit_id), (r.owner_post_id), (r.kind)"
    group = "'whole', ''" if whole else _GROUP
    rows = _read(
        f"""SELECT {group}, count(*),
              count(*) FILTER (WHERE r.ticking AND r.due_at < %(at)s),
              count(*) FILTER (WHERE r.ticking AND r.due_at >= %(at)s AND r.due_at < %(risk)s),
              count(*) FILTER (WHERE r.state = 'told'),
              count(*) FILTER (WHERE r.offered_post_id IS NOT NULL),
              count(*) FILTER (WHERE r.snoozed_until > %(at)s)
            FROM service_servicerequest r WHERE r.state IN ('open', 'told') AND {_REACH}
            GROUP BY GROUPING SETS ({sets})""",  # noqa: S608  our own words; values are passed apart
        {"units": units, "at": at, "risk": at + RISK},
    )
    return {(name, key): Now(*figures) for name, key, *figures in rows}


def _period(units: list[int] | None, asked: Asked) -> tuple[dict[Key, Done], dict[Key, Done]]:
    start = dt.datetime.combine(asked.first, dt.time(), zone())
    values = {
        "units": units,
        "before": dt.datetime.combine(asked.before.first, dt.time(), zone()),
        "start": start,
        "end": dt.datetime.combine(asked.last + dt.timedelta(days=1), dt.time(), zone()),
    }
    found: tuple[dict[Key, Done], dict[Key, Done]] = ({}, {})

    def place(now: bool, name: str, key: str) -> Done:
        return found[0 if now else 1].setdefault((name, key), Done())

    sets = "(p.now), (p.now, r.unit_id), (p.now, r.owner_post_id), (p.now, r.kind)"
    for now, name, key, received, told, solved in _read(
        f"""SELECT p.now, {_GROUP}, count(*) FILTER (WHERE p.received),
              count(*) FILTER (WHERE p.told), count(*) FILTER (WHERE p.told AND r.solved)
            FROM service_servicerequest r CROSS JOIN LATERAL (
              SELECT true AS now, r.opened_at >= %(start)s AND r.opened_at < %(end)s AS received,
                     coalesce(r.told_at >= %(start)s AND r.told_at < %(end)s, false) AS told
              UNION ALL
              SELECT false, r.opened_at >= %(before)s AND r.opened_at < %(start)s,
                     coalesce(r.told_at >= %(before)s AND r.told_at < %(start)s, false)) p
            WHERE {_REACH} AND (p.received OR p.told) GROUP BY GROUPING SETS ({sets})""",  # noqa: S608
        values,
    ):
        done = place(now, name, key)
        done.received, done.told, done.solved = received, told, solved
    bars = ", ".join(
        f"count(*) FILTER (WHERE c.met_by = '{by}' AND c.round = 1 AND c.hours <= {step})"
        for by, steps in (("contact", ANSWER_STEPS), ("result", RESULT_STEPS))
        for step in steps
    )
    times = ", ".join(
        f"count(*) FILTER (WHERE c.met_by = '{by}' AND c.met AND c.round = 1),"
        f" count(*) FILTER (WHERE c.met_by = '{by}' AND c.met AND c.round = 1 AND c.met_at <= c.due_at),"
        f" percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY c.hours)"
        f" FILTER (WHERE c.met_by = '{by}' AND c.met AND c.round = 1)"
        for by in ("contact", "result")
    )
    for now, name, key, again, at_once, *rest in _read(
        f"""SELECT c.now, {_GROUP}, count(*) FILTER (WHERE c.met_by = 'result' AND c.round > 1),
              count(*) FILTER (WHERE c.met_by = 'result' AND c.met AND c.round = 1 AND c.at_once AND r.solved),
              {times}, {bars}
            FROM service_servicerequest r JOIN (
              SELECT k.request_id, k.met_by, k.round, k.met_at, k.due_at,
                     coalesce(k.met_at, k.started_at) >= %(start)s AS now, k.state = 'met' AS met,
                     extract(epoch FROM k.met_at - k.started_at) / 3600 AS hours,
                     EXISTS (SELECT FROM service_clock f WHERE f.request_id = k.request_id AND f.round = 1
                             AND f.met_by = 'contact' AND f.met_at = k.met_at) AND k.met_by = 'result' AS at_once
              FROM service_clock k WHERE k.request_id IS NOT NULL AND k.met_by IN ('contact', 'result')
                AND coalesce(k.met_at, k.started_at) >= %(before)s AND coalesce(k.met_at, k.started_at) < %(end)s
            ) c ON c.request_id = r.id WHERE {_REACH}
            GROUP BY GROUPING SETS ({sets.replace("p.now", "c.now")})""",  # noqa: S608
        values,
    ):
        done = place(now, name, key)
        done.again, done.at_once = again, at_once
        steps = len(ANSWER_STEPS)
        done.answers = _times(rest[0], rest[1], rest[2], rest[6 : 6 + steps])
        done.results = _times(rest[3], rest[4], rest[5], rest[6 + steps :])
    return found


def _times(count: int, on_time: int, middle: Sequence[float] | None, upto: Sequence[int]) -> Times:
    bars = [upto[0], *(later - sooner for sooner, later in itertools.pairwise(upto)), count - upto[-1]]
    half, most = (middle[0], middle[1]) if middle else (None, None)
    return Times(count, on_time, half, most, tuple(bars))
