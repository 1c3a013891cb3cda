"""Two years of appointments: about four a week for a manager, most of them kept, each kept one with its outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kexin.core.imports.staging import copy_text, line
from kexin.project.demo.calendar_cn import to_date
from kexin.project.demo.folios import Folio, local
from kexin.project.demo.past_rows import Facts, reserve, sealed
from kexin.project.demo.said import MEETING_OUTCOMES, MEETING_TOPICS, NEXT_STEPS, PLACES
from kexin.project.demo.simulate import Bank

A_DAY = 0.8  # meetings of a manager with 150 customers or more
PURPOSES = ("review", "visit", "home", "product", "papers", "return_visit", "call")
OF_PERSONS = (0.20, 0.26, 0.06, 0.16, 0.12, 0.14, 0.06)
OF_FIRMS = (0.05, 0.15, 0.55, 0.05, 0.15, 0.03, 0.02)
STATES, OF_STATES = ("kept", "missed", "cancelled"), (0.82, 0.08, 0.10)
SLOTS = (34_200, 37_800, 50_400, 54_000, 57_600)  # half past nine to four in the afternoon
LENGTH = 45 * 60
COLUMNS = (
    "id", "key_id", "others", "purpose", "place", "about", "starts_at", "ends_at", "remind_minutes", "state",
    "times_moved", "outcome", "next_step", "next_on", "arrived_at", "arrived_told_by", "internal", "made_at", "made_by",
    "closed_at", "closed_by", "version", "customer_id", "post_id", "unit_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meeting:
    """One appointment that is over."""

    folio: Folio
    row: int
    day: int
    second: int
    purpose: str
    state: str
    place: str
    about: str
    outcome: str
    next_step: str
    made_before: int  # days


def draw_meetings(bank: Bank, folio: Folio) -> list[Meeting]:
    """All appointments of a portfolio, by day; the wealthy come more often."""
    rng = np.random.default_rng([bank.seed, 301, folio.number])
    weight = np.sqrt(np.array([float(each.assets) + 10_000 for each in folio.customers]))
    often = A_DAY * min(len(weight) / 150, 1)
    meetings: list[Meeting] = []
    for day in range(folio.works_from, folio.works_until):
        if not bank.calendar.working[day - bank.calendar.first]:
            continue
        wanted = int(rng.poisson(often))
        if not wanted:
            continue
        held = np.flatnonzero(folio.held(day) & (day < folio.leaves))
        count = min(wanted, len(SLOTS), len(held))
        if not count:
            continue
        rows = rng.choice(held, size=count, replace=False, p=weight[held] / weight[held].sum())
        slots = np.sort(rng.permutation(len(SLOTS))[:count])
        meetings += [_meeting(rng, folio, int(row), day, SLOTS[slot]) for row, slot in zip(rows, slots, strict=True)]
    return meetings


def _meeting(rng: np.random.Generator, folio: Folio, row: int, day: int, second: int) -> Meeting:
    firm = folio.customers[row].kind in ("enterprise", "institution")
    purpose = PURPOSES[int(rng.choice(len(PURPOSES), p=OF_FIRMS if firm else OF_PERSONS))]
    state = STATES[int(rng.choice(3, p=OF_STATES))]
    place = "" if purpose == "call" else "客户处" if purpose == "home" else _one(rng, PLACES)
    kept = state == "kept"
    return Meeting(
        folio,
        row,
        day,
        second,
        purpose,
        state,
        place,
        _one(rng, MEETING_TOPICS[purpose]),
        _one(rng, MEETING_OUTCOMES[purpose]) if kept else "",
        _one(rng, NEXT_STEPS) if kept and rng.random() < 0.3 else "",
        int(rng.integers(1, 9)),
    )


def _one(rng: np.random.Generator, words: Sequence[str]) -> str:
    return words[int(rng.integers(0, len(words)))]


def bring_meetings(bank: Bank, meetings: Sequence[Meeting], facts: Facts) -> dict[str, int]:
    """Appointments by COPY and two events each: made and closed."""
    if not meetings:
        return {}
    first = reserve("engagement_appointment", len(meetings))
    keys = [each.folio.customers[each.row].party.key_id for each in meetings]
    texts = sealed(
        "engagement_appointment",
        keys,
        {name: [getattr(each, name) for each in meetings] for name in ("place", "about", "outcome", "next_step")},
    )
    rows = []
    for index, (each, key) in enumerate(zip(meetings, keys, strict=True)):
        begins, ends = local(each.day, each.second), local(each.day, each.second + LENGTH)
        made, closed = local(each.day - each.made_before, 36_000), _closed(each, ends)
        number, folio, customer = first + index, each.folio, each.folio.customers[each.row]
        place, about, outcome, step = (texts[name][index] for name in ("place", "about", "outcome", "next_step"))
        rows.append(
            line(
                (
                    number, key, [], each.purpose, place, about, begins, ends, 30, each.state, 0, outcome, step,
                    to_date(each.day + 7) if each.next_step else None, None, "", "{}", made, folio.staff_no, closed,
                    folio.staff_no, 2, customer.pk, folio.post, folio.unit,
                )
            )
        )  # fmt: skip
        about_it = {"appointment_id": number, "purpose": each.purpose}
        planned = {**about_it, "post_id": folio.post, "starts_at": begins.isoformat()}
        subject = customer.pk, customer.customer_no
        facts.tell(made, "engagement.AppointmentMade", *subject, planned, folio.staff_no)
        facts.tell(closed, "engagement.AppointmentClosed", *subject, {**about_it, "state": each.state}, folio.staff_no)
    copy_text("engagement_appointment", COLUMNS, [b"".join(rows)])
    return {"engagement_appointment": len(rows)}


def _closed(each: Meeting, ends: dt.datetime) -> dt.datetime:
    """Cancelled ones are closed the day before, the others a quarter of an hour after."""
    return local(each.day - 1, 57_600) if each.state == "cancelled" else ends + dt.timedelta(minutes=15)
