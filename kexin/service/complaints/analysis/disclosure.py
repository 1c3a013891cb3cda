"""The tables of a statutory report, and how one differs from what is counted today. Pure functions over plain data.

What is kept is codes and digits; names of codes are kept beside them in both languages, as they were.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kexin.service.complaints.analysis.denominators import PER_CUSTOMERS, PER_OUTLETS, Size
from kexin.service.complaints.analysis.facts import FLAGS, CaseFacts
from kexin.service.complaints.analysis.figures import BUSINESS, CAUSE, PLACE, REGION, SOURCE, WHOLE, Count, Key

OVERVIEW = "overview"
FORM = 2  # of what is kept; a later form gets the next number. 2: group complaints, reports of one unit
PLAIN_HEADS = ("cases", "share", "told", *FLAGS)
REGION_HEADS = ("cases", "share", "customers", "per_customers", "outlets", "per_outlets")
TABLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (BUSINESS, PLAIN_HEADS),
    (CAUSE, PLAIN_HEADS),
    (REGION, REGION_HEADS),
    (PLACE, PLAIN_HEADS),
    (SOURCE, PLAIN_HEADS),
)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Cell:
    """A digit that is another today; None where the line did not exist."""

    table: str
    key: str
    head: str
    then: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Differences:
    """What became different since, by cell and by case."""

    cells: tuple[Cell, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def any(self) -> bool:
        return bool(self.cells or self.added or self.gone or self.changed)


def per(count: int, area: int, each: int) -> str:
    """How many for each so many, to the cent; empty where there is nothing to divide by."""
    if not area:
        return ""
    return str((Decimal(count) * each / area).quantize(_CENT, ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Groups:
    """Group complaints with a case in the period, the cases that stand in them, and the groups that were reported."""

    groups: int = 0
    grouped: int = 0
    reported: int = 0


def overview(counts: Mapping[Key, Count], size: Size, majors: int, groups: Groups | None = None) -> list[list[Any]]:
    """One line for each figure of the whole; without ``groups`` as the first form had it."""
    whole = counts.get((WHOLE, "")) or Count()
    return [
        ["brought", whole.brought],
        ["joined", whole.brought - whole.cases],
        ["cases", whole.cases],
        ["told", whole.told],
        *([name, whole.flags[name]] for name in FLAGS),
        ["major", majors],
        *(
            []
            if groups is None
            else [
                ["groups", groups.groups],
                ["grouped", groups.grouped],
                ["groups_reported", groups.reported],
            ]
        ),
        ["customers", size.customers],
        ["per_customers", per(whole.cases, size.customers, PER_CUSTOMERS)],
        ["outlets", size.outlets],
        ["per_outlets", per(whole.cases, size.outlets, PER_OUTLETS)],
    ]


def tables(
    counts: Mapping[Key, Count], sizes: Mapping[Key, Size], majors: int, groups: Groups | None = None
) -> list[dict[str, Any]]:
    """All tables of a report, the most complaints first."""
    whole = counts.get((WHOLE, "")) or Count()
    whole_size = sizes.get((WHOLE, "")) or Size()
    first = overview(counts, whole_size, majors, groups)
    made = [{"code": OVERVIEW, "heads": ["value"], "rows": first}]
    for dimension, heads in TABLES:
        keys = [key for name, key in counts if name == dimension]
        if dimension == REGION:  # a region without a complaint stands in the table, too
            keys = sorted({*keys, *(key for name, key in sizes if name == REGION)})
        lines = []
        for key in sorted(keys, key=lambda key: (-_cases(counts, dimension, key), key)):
            count, size = counts.get((dimension, key)) or Count(), sizes.get((dimension, key)) or Size()
            lines.append([key, *(_value(head, count, size, whole) for head in heads)])
        made.append({"code": dimension, "heads": list(heads), "rows": lines})
    return made


def _cases(counts: Mapping[Key, Count], dimension: str, key: str) -> int:
    return (counts.get((dimension, key)) or Count()).cases


def _value(head: str, count: Count, size: Size, whole: Count) -> int | str:
    match head:
        case "cases":
            return count.cases
        case "told":
            return count.told
        case "share":
            return per(count.cases, whole.cases, 100)
        case "customers":
            return size.customers
        case "outlets":
            return size.outlets
        case "per_customers":
            return per(count.cases, size.customers, PER_CUSTOMERS)
        case "per_outlets":
            return per(count.cases, size.outlets, PER_OUTLETS)
        case _:
            return count.flags[head]


def kept_case(case: CaseFacts, form: int = FORM) -> list[Any]:
    """A case as it was counted: its number and version, and everything by which it stands in a table."""
    kept = [
        case.number, case.version, case.joined, case.told, case.business, list(case.causes), case.place, case.unit_id,
        case.channel, case.source, case.major, sorted(case.flags),
    ]  # fmt: skip
    return [*kept, case.group] if form > 1 else kept


def fingerprint(content: Mapping[str, Any], cases: Sequence[Any]) -> str:
    """SHA-256 over tables and cases in one canonical writing."""
    text = json.dumps([content, list(cases)], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def signed_text(report_no: str, sha256: str, form: int = FORM) -> bytes:
    """What the signature of an approved report covers."""
    return f"kexin complaint report {form}\n{report_no}\n{sha256}".encode()


def differences(
    then: Mapping[str, Any], now: Mapping[str, Any], cases_then: Sequence[Any], cases_now: Sequence[Any]
) -> Differences:
    """Digit by digit and case by case. A version alone is no difference: only what is counted."""
    cells = []
    for table, later in zip(then["tables"], now["tables"], strict=True):
        before, after = _lines(table), _lines(later)
        for key in dict.fromkeys([*before, *after]):
            for place, head in enumerate(table["heads"]):
                old, new = _at(before, key, place), _at(after, key, place)
                if old != new:
                    cells.append(Cell(table["code"], key, head, old, new))
    old_cases = {each[0]: each[2:] for each in cases_then}
    new_cases = {each[0]: each[2:] for each in cases_now}
    return Differences(
        tuple(cells),
        tuple(sorted(set(new_cases) - set(old_cases))),
        tuple(sorted(set(old_cases) - set(new_cases))),
        tuple(sorted(no for no in set(old_cases) & set(new_cases) if old_cases[no] != new_cases[no])),
    )


def _lines(table: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {line[0]: line[1:] for line in table["rows"]}


def _at(lines: Mapping[str, list[Any]], key: str, place: int) -> str | None:
    return str(lines[key][place]) if key in lines else None


def period_of(kind: str, year: int, quarter: int) -> tuple[dt.date, dt.date]:
    """First and last day of a year or of one of its quarters."""
    if kind == "year":
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    first = dt.date(year, 3 * quarter - 2, 1)
    after = dt.date(year + quarter // 4, 3 * quarter % 12 + 1, 1)
    return first, after - dt.timedelta(days=1)
