"""Two years of conversations before the day of loading: on the portal, by mail, short message, WeCom and telephone.

They come in closed, dated when they took place; what still awaits an answer is told on the day of loading through the
doors (``day_conversations``), where its clocks and work items belong.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kexin.core.imports.staging import copy_text, line
from kexin.project.demo.folios import Folio, local
from kexin.project.demo.past_rows import Facts, reserve, sealed
from kexin.project.demo.said_conversations import CALLS, TALKS
from kexin.project.demo.simulate import Bank

PER_CUSTOMER = 0.2  # conversations of a customer in a year
CHANNELS = ("chat", "email", "sms", "wecom", "phone")
OF_CHANNELS = (0.38, 0.56, 0.68, 0.78)
REACTIONS = ("content", "neutral", "upset")
OF_REACTIONS = (0.66, 0.93)
OURS = 0.35  # of the calls: made by us
CONVERSATION = (
    "id", "conversation_no", "token", "customer_id", "key_id", "channel", "subject", "state", "unit_id",
    "owner_post_id", "first_post_id", "opened_at", "last_at", "last_in_at", "purpose", "result_text", "reaction",
    "closed_at", "closed_by", "version",
)  # fmt: skip
MESSAGE = ("conversation_id", "customer_id", "key_id", "side", "text", "at", "by", "automatic")
CALL = (
    "id", "call_no", "reference", "direction", "customer_id", "key_id", "extension", "post_id", "rung_posts", "unit_id",
    "state", "began_at", "answered_at", "ended_at", "back", "conversation_id", "version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation; ``said``: a row of ``TALKS``, of ``CALLS`` for the telephone."""

    folio: Folio
    row: int
    channel: str
    said: int
    opened: dt.datetime
    pauses: tuple[float, ...]  # hours before each further word
    reaction: str
    ours: bool

    @property
    def lines(self) -> list[tuple[bool, str, dt.datetime]]:
        """By us?, words, when: the customer begins, but for calls that we made."""
        if self.channel == "phone":
            return [(self.ours, CALLS[self.said][1], self.opened)]
        words, found, at = TALKS[self.said][2], [], self.opened
        for place, text in enumerate(words):
            at += dt.timedelta(hours=self.pauses[place] if place else 0)
            found.append((place % 2 == 1, text, at))
        return found

    @property
    def ended(self) -> dt.datetime:
        """The last word, or the end of the call."""
        if self.channel == "phone":
            return self.opened + dt.timedelta(seconds=60 + 600 * self.pauses[1])
        return self.lines[-1][2]

    @property
    def closed(self) -> dt.datetime:
        return self.ended + dt.timedelta(minutes=4)


def draw_talks(bank: Bank, folio: Folio) -> list[Talk]:
    """The conversations of a portfolio that ended before the day of loading, in the order in which they began."""
    rng = np.random.default_rng([bank.seed, 710, folio.number])
    last, until = folio.works_until, local(bank.span.now, 0)
    working = bank.calendar.working
    days = [day for day in range(folio.works_from, last) if working[day - bank.calendar.first]]
    if not days or not folio.customers:
        return []
    count = round(PER_CUSTOMER * len(folio.customers) * len(days) / 250)
    day = np.sort(rng.choice(np.array(days), count))
    row = rng.integers(0, len(folio.customers), count)
    second = rng.integers(32_400, 59_400, count)
    channel = np.searchsorted(OF_CHANNELS, rng.random(count))
    said = rng.integers(0, 1_000_000, count)
    pauses = np.minimum(rng.lognormal(-1.2, 1.0, (count, 4)), 5.0)  # hours, twenty minutes in the middle
    reaction = np.searchsorted(OF_REACTIONS, rng.random(count))
    ours = rng.random(count) < OURS
    found = []
    for index in range(count):
        if not folio.held(int(day[index]))[row[index]]:
            continue
        by = CHANNELS[channel[index]]
        talk = Talk(
            folio, int(row[index]), by, int(said[index]) % len(CALLS if by == "phone" else TALKS),
            local(int(day[index]), int(second[index])), tuple(float(each) for each in pauses[index]),
            REACTIONS[reaction[index]], bool(ours[index]) and by == "phone",
        )  # fmt: skip
        if talk.closed < until:
            found.append(talk)
    return found


def bring_talks(bank: Bank, talks: Sequence[Talk], facts: Facts) -> dict[str, int]:
    """Conversations, words and calls by COPY, their facts beside them; how many of what."""
    if not talks:
        return {}
    first = reserve("service_conversation", len(talks))
    calls = [talk for talk in talks if talk.channel == "phone"]
    first_call = reserve("service_phonecall", len(calls)) if calls else 0
    keys = [talk.folio.customers[talk.row].party.key_id for talk in talks]
    texts = sealed(
        "service_conversation",
        keys,
        {
            "subject": [None if each.channel in ("phone", "sms") else TALKS[each.said][1] for each in talks],
            "result_text": [CALLS[each.said][2] if each.channel == "phone" else TALKS[each.said][3] for each in talks],
        },
    )
    rows: list[bytes] = []
    words: list[tuple[int, int, uuid.UUID, bool, str, dt.datetime, str]] = []
    rung: list[bytes] = []
    for index, (talk, key) in enumerate(zip(talks, keys, strict=True)):
        number, customer, folio = first + index, talk.folio.customers[talk.row], talk.folio
        conversation_no = f"T{_year(talk.opened)}{number:08d}"
        purpose = CALLS[talk.said][0] if talk.channel == "phone" else TALKS[talk.said][0]
        ins = [at for ours, _text, at in talk.lines if not ours]
        rows.append(
            line(
                (
                    number, conversation_no, _token(bank.seed, number), customer.pk, key, talk.channel,
                    texts["subject"][index], "closed", folio.unit, folio.post, folio.post, talk.opened, talk.ended,
                    max(ins) if ins else None, purpose, texts["result_text"][index], talk.reaction, talk.closed,
                    folio.staff_no, 2 + len(talk.lines),
                )
            )
        )  # fmt: skip
        by = {True: folio.staff_no, False: _writer(talk, customer.customer_no)}
        words += [(number, customer.pk, key, ours, text, at, by[ours]) for ours, text, at in talk.lines]
        if talk.channel == "phone":
            rung.append(_call(talk, first_call + len(rung), number, customer.pk, key))
        _tell(talk, number, conversation_no, customer.pk, purpose, first_call + len(rung) - 1, facts)
    copy_text("service_conversation", CONVERSATION, [b"".join(rows)])
    said = sealed("service_conversationmessage", [each[2] for each in words], {"text": [each[4] for each in words]})
    lines = [
        line((row[0], row[1], row[2], "out" if row[3] else "in", text, row[5], row[6], False))
        for row, text in zip(words, said["text"], strict=True)
    ]
    copy_text("service_conversationmessage", MESSAGE, [b"".join(lines)])
    copy_text("service_phonecall", CALL, [b"".join(rung)])
    return {
        "service_conversation": len(rows),
        "service_conversationmessage": len(lines),
        "service_phonecall": len(rung),
    }


def _call(talk: Talk, number: int, conversation: int, customer: int, key: uuid.UUID) -> bytes:
    reference = hashlib.sha256(f"demo:{number}".encode()).hexdigest()
    taken = talk.opened + dt.timedelta(seconds=5 + talk.said)
    return line(
        (
            number, f"L{_year(talk.opened)}{number:08d}", reference, "out" if talk.ours else "in", customer, key, "",
            talk.folio.post, f"{{{talk.folio.post}}}", talk.folio.unit, "ended", talk.opened, taken, talk.ended, "",
            conversation, 4,
        )
    )  # fmt: skip


def _tell(talk: Talk, number: int, conversation_no: str, customer: int, purpose: str, call: int, facts: Facts) -> None:
    """What the timeline tells: one line of a call, each word of what was written."""
    folio = talk.folio
    about = {"conversation_id": number}
    if talk.channel == "phone":
        noted = {"call_id": call, **about, "purpose": purpose, "reaction": talk.reaction, "ours": talk.ours}
        call_no = f"L{_year(talk.opened)}{call:08d}"
        facts.tell(talk.closed, "service.PhoneCallNoted", customer, call_no, noted, folio.staff_no)
        return
    asker = _writer(talk, folio.customers[talk.row].customer_no)
    opened = {**about, "channel": talk.channel, "ours": False}
    facts.tell(talk.opened, "service.ConversationOpened", customer, conversation_no, opened, asker)
    for ours, _text, at in talk.lines:
        said = {**about, "channel": talk.channel} if ours else {**about, "channel": talk.channel, "automatic": False}
        name, by = ("WordsSent", folio.staff_no) if ours else ("WordsReceived", asker)
        facts.tell(at, f"service.{name}", customer, conversation_no, said, by)
    ended = {**about, "purpose": purpose, "reaction": talk.reaction, "silent": False}
    facts.tell(talk.closed, "service.ConversationClosed", customer, conversation_no, ended, folio.staff_no)


def _writer(talk: Talk, customer_no: str) -> str:
    """Who stands in the record as the customer's side: what comes by a gateway is only a sender."""
    if talk.channel == "phone":
        return talk.folio.staff_no
    return f"customer.{customer_no}" if talk.channel == "chat" else "sender"


def _token(seed: int, number: int) -> str:
    return base64.b32encode(hashlib.sha256(f"demo:{seed}:{number}".encode()).digest()).decode()[:16]


def _year(at: dt.datetime) -> int:
    """The year in China."""
    return (at + dt.timedelta(hours=8)).year
