"""Two years of requests before the day of loading: asked, answered, told, confirmed or not, some opened again.

What was told comes in here, dated when it happened; what is still worked on is opened on the day of loading through the
doors (``day_requests``), where its clocks and work items belong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kexin.core.calendar import add
from kexin.core.imports.staging import copy_text, line
from kexin.core.policy import in_force
from kexin.project.demo.folios import Folio, local
from kexin.project.demo.past_rows import Facts, reserve, sealed
from kexin.project.demo.said_requests import ASKED, MENDED, NO_MORE, ON_IT, STILL_WRONG
from kexin.project.demo.simulate import Bank
from kexin.service.choices import MODE_OF, Channel
from kexin.service.policies import Kind, RequestPolicy, parse_kinds

PER_CUSTOMER = 0.6  # requests of a customer in a year
CHANNELS = ("phone", "branch", "portal", "visit", "email")
OF_CHANNELS = (0.50, 0.74, 0.86, 0.95)
AT_ONCE = 0.40  # the first words are the result
LATE_ANSWER, LATE_RESULT = 0.04, 0.07
ENDS = ("confirmed", "silent", "again", "withdrawn")
OF_ENDS = (0.62, 0.91, 0.97)
HOUR = dt.timedelta(hours=1)
REQUEST = (
    "id", "request_no", "customer_id", "key_id", "kind", "category", "channel", "mode", "urgency", "subject", "text",
    "state", "stage", "unit_id", "owner_post_id", "first_post_id", "offered_by", "offer_reason", "asked_posts",
    "kept_from", "received_at", "opened_at", "opened_by", "round", "ticking", "due_at", "result_text", "solved",
    "told_at", "told_by_channel", "confirmation", "closed_at", "policy_id", "version", "passed_posts",
)  # fmt: skip
CLOCK = (
    "request_id", "customer_id", "round", "code", "name", "name_en", "amount", "unit", "met_by", "pausable", "legal",
    "started_at", "due_at", "provisional", "state", "met_at",
)  # fmt: skip
ENTRY = ("request_id", "customer_id", "key_id", "kind", "channel", "text", "reaction", "at", "by")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request from the first word to its end; ``said``: a row of ``ASKED``."""

    folio: Folio
    row: int
    said: int
    channel: str
    received: dt.datetime
    answered: dt.datetime
    told: dt.datetime
    end: str
    pick: int
    until: dt.datetime  # the evening before the day of loading

    @property
    def begun_again(self) -> dt.datetime:
        return self.told + 26 * HOUR

    @property
    def told_last(self) -> dt.datetime:
        return self.begun_again + 30 * HOUR if self.end == "again" else self.told

    @property
    def waits(self) -> bool:
        """The result was told, the customer's word is still awaited."""
        return self.closed >= self.until

    @property
    def closed(self) -> dt.datetime:
        if self.end == "withdrawn":
            return self.told
        return self.told_last + (dt.timedelta(days=7) if self.end == "silent" else 20 * HOUR)


def draw_requests(bank: Bank, folio: Folio) -> list[Asked]:
    """The requests of a portfolio, in the order in which they came."""
    rng = np.random.default_rng([bank.seed, 700, folio.number])
    last, until = folio.works_until, local(bank.span.now, 0)
    working = bank.calendar.working
    days = [day for day in range(folio.works_from, last) if working[day - bank.calendar.first]]
    if not days or not folio.customers:
        return []
    count = round(PER_CUSTOMER * len(folio.customers) * len(days) / 250)
    day = np.sort(rng.choice(np.array(days), count))
    row = rng.integers(0, len(folio.customers), count)
    second = rng.integers(32_400, 61_200, count)
    said = rng.integers(0, len(ASKED), count)
    channel = np.searchsorted(OF_CHANNELS, rng.random(count))
    at_once = rng.random(count) < AT_ONCE
    answer = np.minimum(rng.lognormal(0.6, 1.0, count), 23.0)  # hours, about two in the middle
    answer = np.where(rng.random(count) < LATE_ANSWER, rng.uniform(25, 60, count), answer)
    answer = np.where(at_once, rng.uniform(0.1, 0.6, count), answer)
    result = answer + np.where(at_once, 0.0, np.minimum(rng.lognormal(2.9, 0.7, count), 40.0))
    result = np.where(~at_once & (rng.random(count) < LATE_RESULT), answer + rng.uniform(300, 340, count), result)
    end = np.searchsorted(OF_ENDS, rng.random(count))
    pick = rng.integers(0, 1_000, count)
    found = []
    for index in range(count):
        if not folio.held(int(day[index]))[row[index]]:
            continue
        received = local(int(day[index]), int(second[index]))
        asked = Asked(
            folio, int(row[index]), int(said[index]), CHANNELS[channel[index]], received,
            received + float(answer[index]) * HOUR, received + float(result[index]) * HOUR,
            ENDS[end[index]], int(pick[index]), until,
        )  # fmt: skip
        if asked.told_last < until:
            found.append(asked)
    return found


def bring_requests(bank: Bank, asked: Sequence[Asked], facts: Facts) -> dict[str, int]:
    """Requests, clocks and words by COPY, their facts beside them; how many of what."""
    if not asked:
        return {}
    rules = in_force(RequestPolicy)
    kinds = {each.code: each for each in parse_kinds(rules.kinds)}
    first = reserve("service_servicerequest", len(asked))
    keys = [each.folio.customers[each.row].party.key_id for each in asked]
    told = [ASKED[each.said] for each in asked]
    texts = sealed(
        "service_servicerequest",
        keys,
        {
            "subject": [each[2] for each in told],
            "text": [each[3] for each in told],
            "result_text": [None if row.end == "withdrawn" else each[4] for row, each in zip(asked, told, strict=True)],
        },
    )
    rows, clocks, words = [], [], _Words()
    for index, (each, key) in enumerate(zip(asked, keys, strict=True)):
        number, customer, folio = first + index, each.folio.customers[each.row], each.folio
        kind = kinds[told[index][0]]
        gone = each.end == "withdrawn"
        solved = not told[index][4].endswith("未获同意。")
        request_no = f"Q{to_date_of(each.received).year}{number:08d}"
        by = f"customer.{customer.customer_no}" if each.channel == "portal" else folio.staff_no
        state = "withdrawn" if gone else "told" if each.waits else "closed"
        lines, due = _clocks(each, number, customer.pk, kind)
        clocks += lines
        rows.append(
            line(
                (
                    number, request_no, customer.pk, key, kind.code, told[index][1], each.channel,
                    MODE_OF[Channel(each.channel)].value, "important" if each.pick % 9 == 0 else "general",
                    texts["subject"][index], texts["text"][index], state,
                    kind.stages[0 if gone else -1].code, folio.unit, folio.post, folio.post, "", "", "{}", "{}",
                    each.received, each.received, by, 2 if each.end == "again" else 1, False, due,
                    texts["result_text"][index], None if gone else solved, None if gone else each.told_last,
                    "" if gone else _way(each.channel), "" if each.waits else _word(each.end),
                    None if each.waits else each.closed, rules.policy_version, 3, "{}",
                )
            )
        )  # fmt: skip
        words.tell(each, number, customer.pk, key, told[index][3], told[index][4], by)
        about = {"request_id": number}
        opened = {**about, "kind": kind.code, "kind_name": kind.name, "channel": each.channel}
        facts.tell(each.received, "service.RequestOpened", customer.pk, request_no, opened, by)
        if gone:
            facts.tell(each.closed, "service.RequestWithdrawn", customer.pk, request_no, about, folio.staff_no)
        else:
            given = {**about, "solved": solved, "channel": _way(each.channel)}
            facts.tell(each.told_last, "service.ResultGiven", customer.pk, request_no, given, folio.staff_no)
        if not gone and not each.waits:
            ended = {**about, "confirmation": _word(each.end)}
            facts.tell(each.closed, "service.RequestClosed", customer.pk, request_no, ended, folio.staff_no)
    copy_text("service_servicerequest", REQUEST, [b"".join(rows)])
    copy_text("service_clock", CLOCK, [b"".join(clocks)])
    return {
        "service_servicerequest": len(rows),
        "service_clock": len(clocks),
        "service_requestentry": words.write(),
    }


def to_date_of(at: dt.datetime) -> dt.date:
    """The day in China."""
    return (at + 8 * HOUR).date()


def _way(channel: str) -> str:
    return "phone" if channel in ("portal", "email") else channel


def _word(end: str) -> str:
    return {"confirmed": "confirmed", "again": "confirmed", "silent": "silent", "withdrawn": ""}[end]


def _clocks(each: Asked, number: int, customer: int, kind: Kind) -> tuple[list[bytes], dt.datetime]:
    """The milestones of each round as promised, met or ended; and the last one's due time."""
    starts = [(1, each.received, each.answered, each.told)]
    if each.end == "again":
        starts.append((2, each.begun_again, each.told_last, each.told_last))
    lines, due_at = [], each.received
    for round_no, start, answered, told in starts:
        for stone in kind.milestones:
            due = add(start, stone.within)
            met = answered if stone.met_by == "contact" else told
            ended = each.end == "withdrawn" and stone.met_by == "result"
            due_at = max(due_at, due.at)
            lines.append(
                line(
                    (
                        number, customer, round_no, stone.code, stone.name, stone.name_en, stone.within.amount,
                        stone.within.unit.value, stone.met_by, stone.pausable, stone.legal, start, due.at, False,
                        "ended" if ended else "met", None if ended else met,
                    )
                )
            )  # fmt: skip
    return lines, due_at


class _Words:
    """What was said about the requests, sealed column by column at the end."""

    def __init__(self) -> None:
        self.rows: list[tuple[object, ...]] = []
        self.keys: list[object] = []
        self.texts: list[str | None] = []

    def tell(self, each: Asked, number: int, customer: int, key: object, asked: str, told: str, by: str) -> None:
        """From the first word to the last."""
        way, staff = _way(each.channel), each.folio.staff_no
        lines = [("asked", each.channel, asked, "", each.received, by)]
        if each.answered < each.told:
            lines.append(("told", way, ON_IT[each.pick % len(ON_IT)], "neutral", each.answered, staff))
        if each.end == "withdrawn":
            lines.append(("asked", way, NO_MORE, "neutral", each.told, staff))
        else:
            lines.append(("told", way, told, "content" if each.pick % 3 else "neutral", each.told, staff))
        if each.end == "again":
            wrong = STILL_WRONG[each.pick % len(STILL_WRONG)]
            lines.append(("asked", way, wrong, "upset", each.begun_again, staff))
            lines.append(("told", way, MENDED, "content", each.told_last, staff))
        for kind, channel, text, reaction, at, who in lines:
            self.rows.append((number, customer, key, kind, channel, reaction, at, who))
            self.keys.append(key)
            self.texts.append(text)

    def write(self) -> int:
        texts = sealed("service_requestentry", self.keys, {"text": self.texts})["text"]  # type: ignore[arg-type]
        rows = [line((*row[:5], text, *row[5:])) for row, text in zip(self.rows, texts, strict=True)]
        copy_text("service_requestentry", ENTRY, [b"".join(rows)])
        return len(rows)
