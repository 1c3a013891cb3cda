"""Two years of calls before the day of loading: twenty a day for a full portfolio, more than half in vain.

Who was not reached comes back after some days, who was is left in peace for some weeks, the wealthy for fewer. Those
who begin to leave are reached less and refuse more: what a later warning can find.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kexin.core.imports.staging import copy_text, line
from kexin.project.demo.calendar_cn import day_number, to_date
from kexin.project.demo.folios import Flags, Folio, Ints, local
from kexin.project.demo.past_rows import Facts, reserve, sealed
from kexin.project.demo.said import CALL_LISTS, CALL_NOTES, ELDER_NOTES, FIRM_NOTES
from kexin.project.demo.simulate import Bank

A_DAY = 20  # calls of a manager with 200 customers or more; one for every ten customers below that
REACHED = 0.45
RESULTS = ("interested", "not_now", "refused", "no_answer", "busy", "off")
SPOKEN = 3  # results before this one: somebody was spoken to
# Results in their order, as bounds of a number between 0 and 1: of the spoken to, of the others, of those who leave.
OF_SPOKEN, OF_SILENT, OF_LEAVERS = (0.28, 0.88), (0.62, 0.87), (0.06, 0.60)
NOTED = 0.7  # of the conversations leave a note
LISTED_MONTHS = 3  # closed lists that the latest calls stand on
GIVEN_UP = 4
WHY = "当月到期、资产变动和久未联系的客户"
CONTACT = (
    "id", "customer_id", "key_id", "entry_id", "channel", "result", "reached", "note", "on", "at", "by", "post_id",
    "next_at", "before", "undone_at",
)  # fmt: skip
LIST = (
    "id", "title", "why", "source", "rule", "unit_id", "post_id", "made_by", "made_at", "starts_on", "ends_on",
    "closed_at", "version",
)  # fmt: skip
ENTRY = (
    "id", "call_list_id", "customer_id", "key_id", "unit_id", "post_id", "reason", "rank", "state", "attempts",
    "due_at", "result", "held_by", "held_until", "closed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt: whose customer (a row of the folio), when, what came of it."""

    folio: Folio
    row: int
    day: int
    at: dt.datetime
    result: int
    note: str

    @property
    def spoken(self) -> bool:
        return self.result < SPOKEN


def draw_calls(bank: Bank, folio: Folio) -> list[Call]:
    """All calls of a portfolio, in the order in which they were made."""
    rng = np.random.default_rng([bank.seed, 300, folio.number])
    working = bank.calendar.working
    days = [day for day in range(folio.works_from, folio.works_until) if working[day - bank.calendar.first]]
    assets = np.array([float(each.assets) for each in folio.customers])
    rest = np.clip(70 - 9 * np.log10(np.maximum(assets, 1_000)), 10, 45)  # days of peace after a conversation
    due = folio.works_from + rng.integers(0, 25, len(assets))
    calls: list[Call] = []
    for day in days:
        if rng.random() < 0.07:  # leave, training
            continue
        callable_now = folio.held(day) & folio.reachable
        most = A_DAY if not folio.corporate else A_DAY // 4
        wanted = round(rng.normal(1, 0.12) * min(most, -(-int(callable_now.sum()) // 10)))
        rows = np.flatnonzero(callable_now & (due <= day + 3))
        rows = rows[np.argsort(due[rows], kind="stable")][: max(wanted, 0)]
        seconds = _times(rng, len(rows))
        result = _results(rng, rows, folio, day, seconds)
        spoken = result < SPOKEN
        gap = np.where(spoken, rest[rows] * rng.uniform(0.8, 1.3, len(rows)), rng.integers(2, 8, len(rows)))
        due[rows] = day + np.maximum(gap.astype(np.int64), 1)
        for row, second, code in zip(rows.tolist(), seconds.tolist(), result.tolist(), strict=True):
            note = _note(rng, folio, row, code) if code < SPOKEN and rng.random() < NOTED else ""
            calls.append(Call(folio, row, day, local(day, second), code, note))
    return calls


def _times(rng: np.random.Generator, count: int) -> Ints:
    """Moments between half past nine and twenty to twelve, and between two and half past five."""
    morning = rng.random(count) < 0.45
    seconds = np.where(morning, rng.integers(34_200, 42_000, count), rng.integers(50_400, 63_000, count))
    return np.sort(seconds).astype(np.int64)


def _results(rng: np.random.Generator, rows: Ints, folio: Folio, day: int, seconds: Ints) -> Ints:
    """Old people answer in the morning, others rather late in the afternoon; who leaves answers rarely."""
    elder, leaving = folio.elder[rows], day >= folio.leaves[rows] - 30
    chance = REACHED + np.where(elder, np.where(seconds < 43_200, 0.10, -0.02), np.where(seconds > 59_400, 0.05, -0.02))
    spoken: Flags = rng.random(len(rows)) < np.where(leaving, 0.22, chance)
    draw = rng.random(len(rows))
    said = np.where(leaving, np.searchsorted(OF_LEAVERS, draw), np.searchsorted(OF_SPOKEN, draw))
    return np.where(spoken, said, SPOKEN + np.searchsorted(OF_SILENT, draw)).astype(np.int64)


def _note(rng: np.random.Generator, folio: Folio, row: int, code: int) -> str:
    pool = CALL_NOTES
    if folio.customers[row].kind in ("enterprise", "institution"):
        pool = FIRM_NOTES
    elif folio.elder[row] and rng.random() < 0.6:
        pool = ELDER_NOTES
    words = pool[RESULTS[code]]
    return words[int(rng.integers(0, len(words)))]


def bring_calls(bank: Bank, calls: Sequence[Call], facts: Facts) -> dict[str, int]:
    """Contacts by COPY, the last months on closed lists, one event each; how many of what."""
    if not calls:
        return {}
    entry_of, entries, lists = _lists(bank, calls)
    first = reserve("engagement_contact", len(calls))
    keys = [call.folio.customers[call.row].party.key_id for call in calls]
    notes = sealed("engagement_contact", keys, {"note": [call.note for call in calls]})["note"]
    later = dt.timedelta(days=14)
    rows = []
    for number, (call, key, note) in enumerate(zip(calls, keys, notes, strict=True), first):
        customer, folio, code = call.folio.customers[call.row], call.folio, RESULTS[call.result]
        again = call.at + later if code == "not_now" else None
        where = entry_of.get((folio.number, call.row, _month(call.day)))
        rows.append(
            line(
                (
                    number, customer.pk, key, where, "phone", code, call.spoken, note, to_date(call.day), call.at,
                    folio.staff_no, folio.post, again, "{}", None,
                )
            )
        )  # fmt: skip
        told = {"contact_id": number, "result": code, "reached": call.spoken}
        facts.tell(call.at, "engagement.CallLogged", customer.pk, customer.customer_no, told, folio.staff_no)
    copy_text("engagement_contact", CONTACT, [b"".join(rows)])
    return {"engagement_calllist": lists, "engagement_callentry": entries, "engagement_contact": len(rows)}


def _month(day: int) -> tuple[int, int]:
    when = to_date(day)
    return when.year, when.month


def _lists(bank: Bank, calls: Sequence[Call]) -> tuple[dict[tuple[int, int, tuple[int, int]], int], int, int]:
    """One closed list per post and month for the last whole months: entry by folio, row and month; entries, lists."""
    months = [_month(int(start)) for start in bank.span.months[:-1]][-LISTED_MONTHS:]
    grouped: dict[tuple[int, tuple[int, int]], dict[int, list[Call]]] = defaultdict(lambda: defaultdict(list))
    for call in calls:
        if _month(call.day) in months:
            grouped[call.folio.number, _month(call.day)][call.row].append(call)
    numbers = reserve("engagement_calllist", len(grouped))
    opened = (next(iter(rows.values()))[0].folio for rows in grouped.values())
    whose = enumerate(zip(opened, grouped, strict=True), numbers)
    made = [_List(number, folio, *month) for number, (folio, (_folio, month)) in whose]
    copy_text("engagement_calllist", LIST, [each.row() for each in made])
    first = reserve("engagement_callentry", sum(len(rows) for rows in grouped.values()))
    found: dict[tuple[int, int, tuple[int, int]], int] = {}
    entries: list[bytes] = []
    for each_list, ((folio, month), rows) in zip(made, grouped.items(), strict=True):
        keys = [each[0].folio.customers[row].party.key_id for row, each in rows.items()]
        reasons = sealed("engagement_callentry", keys, {"reason": [WHY] * len(rows)})["reason"]
        for rank, ((row, attempts), key, reason) in enumerate(zip(rows.items(), keys, reasons, strict=True), 1):
            number = first + len(entries)
            found[folio, row, month] = number
            entries.append(_entry(number, each_list, attempts, key, reason, rank))
    copy_text("engagement_callentry", ENTRY, [b"".join(entries)])
    return found, len(entries), len(made)


@dataclass(frozen=True, slots=True)
class _List:
    """The list of a post in a month, closed on the evening of its last day."""

    number: int
    folio: Folio
    year: int
    month: int

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, self.month, 1)

    @property
    def last(self) -> dt.date:
        return (self.first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)

    @property
    def closed_at(self) -> dt.datetime:
        return local(day_number(self.last), 64_800)

    def row(self) -> bytes:
        """For COPY."""
        title = CALL_LISTS[self.month % len(CALL_LISTS)].format(month=self.month)
        folio, opened = self.folio, local(day_number(self.first), 30_000)
        return line(
            (
                self.number, title, WHY, "chosen", "", folio.unit, folio.post, folio.staff_no, opened, self.first,
                self.last, self.closed_at, 1,
            )
        )  # fmt: skip


def _entry(number: int, made: _List, calls: list[Call], key: object, reason: bytes | None, rank: int) -> bytes:
    last, folio = calls[-1], calls[-1].folio
    spoken = any(call.spoken for call in calls)
    state = "done" if spoken else "given_up" if len(calls) >= GIVEN_UP else "dropped"
    customer = folio.customers[last.row]
    return line(
        (
            number, made.number, customer.pk, key, folio.unit, folio.post, reason, rank * 10, state, len(calls),
            last.at, RESULTS[last.result], "", None, last.at if spoken else made.closed_at,
        )
    )  # fmt: skip
