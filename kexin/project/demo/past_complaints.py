"""Two years of complaints before the day of loading: about 120, the told stories among them, each gone its whole way.

They come in as the data of a bank that changes its system would; what is still open is received on the day of loading
through the doors (``day_complaints``), where its clocks and work items belong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kexin.core.policy import in_force
from kexin.party.choices import PartyKind
from kexin.party.models import Customer
from kexin.people.models import PostHolder
from kexin.project.demo.casting import HEAD, LOBBY
from kexin.project.demo.folios import local
from kexin.project.demo.said_complaints import MIX, TOLD, Said, Told
from kexin.project.demo.simulate import Bank
from kexin.sales.models import Sale
from kexin.service.complaints.policies import ComplaintPolicy, parse_grading
from kexin.service.complaints.rules import Weight, suggested_grade

IN_TWO_YEARS = 104  # besides the told stories
DAY = dt.timedelta(days=1)
SOURCES = ("hotline", "branch", "portal", "mail", "12378", "12345")
OF_SOURCES = (0.45, 0.65, 0.80, 0.85, 0.93)
WAYS = {"hotline": "phone", "branch": "branch", "portal": "portal", "mail": "email", "12378": "phone", "12345": "phone"}
WORDS = ("confirmed", "silent", "disputed", "withdrawn")
OF_WORDS = (0.60, 0.82, 0.95)
FORWARDED = ("12378", "12363", "12345")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has a part in cases: post, its unit, staff number."""

    post: int
    unit: int
    staff_no: str


@dataclass(frozen=True, slots=True)
class Crew:
    """Who takes, handles, looks into and reviews complaints, and who heads which unit."""

    desk: Person
    officer: Person
    looks: Person
    reviews: Person
    board: str
    heads: dict[int, Person]
    lobbies: dict[int, Person]
    above: dict[int, Person]


@dataclass(frozen=True, slots=True)
class Case:
    """A case with the days on which things happened to it; ``into``: the place of the case it was joined with."""

    customer: Customer
    said: Said
    source: str
    channel: str
    received: dt.datetime
    days: float
    word: str
    grade: str
    signs: tuple[str, ...]
    text: str
    archived: bool
    more: dict[str, Any] = field(default_factory=dict)
    into: Case | None = None

    @property
    def told(self) -> dt.datetime:
        return self.at(1.0)

    def at(self, share: float, most: float = 99.0) -> dt.datetime:
        """After a share of the way to the answer, at most so many days after acceptance."""
        return self.received + min(share * self.days, most) * DAY

    @property
    def closed(self) -> dt.datetime:
        if self.into is not None:
            return self.received + dt.timedelta(minutes=2)
        wait = {"withdrawn": 0.0, "silent": 8.2}.get(self.word, 0.9 + (self.customer.pk % 5) * 0.4)
        return self.told + wait * DAY


def read_crew() -> Crew | None:
    """The cast by posts; None where the bank has nobody who handles complaints."""
    holders = PostHolder.objects.filter(ends_on=None).select_related("employee", "post__unit__parent")
    by: dict[str, list[PostHolder]] = {}
    for each in holders.order_by("post__unit__code", "post"):
        by.setdefault(each.post.title, []).append(each)

    def first(title: str, place: int = 0) -> Person | None:
        rows = by.get(title, [])
        return _person(rows[place]) if len(rows) > place else None

    desk, officer, looks, reviews = first("客服专员"), first("消保专员"), first("合规专员"), first("合规专员", 1)
    board = first("总行管理层")
    if desk is None or officer is None or looks is None or reviews is None or board is None:
        return None
    branches = {each.post.unit_id: _person(each) for each in by.get("分行行长", [])}
    units = {each.post.unit_id: each.post.unit for each in by.get(HEAD, [])}
    return Crew(
        desk, officer, looks, reviews, board.staff_no,
        {each.post.unit_id: _person(each) for each in by.get(HEAD, [])},
        {each.post.unit_id: _person(each) for each in by.get(LOBBY, [])},
        {pk: branches[unit.parent_id] for pk, unit in units.items() if unit.parent_id in branches},
    )  # fmt: skip


def _person(row: PostHolder) -> Person:
    return Person(row.post_id, row.post.unit_id, row.employee.staff_no)


def draw_complaints(bank: Bank, crew: Crew, mis_sold: Sequence[dict[str, Any]]) -> list[Case]:
    """Every case that ended before the day of loading, in the order in which they came."""
    rng = np.random.default_rng([bank.seed, 800])
    rows = Customer.objects.filter(kind=PartyKind.INDIVIDUAL, status="active", unit__in=list(crew.heads))
    people = list(rows.filter(lead_post__isnull=False).select_related("party").order_by("customer_no")[:3000])
    if not people:
        return []
    until = local(bank.span.now, 0)
    found = [case for each in TOLD for case in _told(bank, each, people, mis_sold)]
    found += _drawn(bank, rng, people)
    twins = [each for place, each in enumerate(found) if place % 23 == 4 and each.days > 1.6 and not each.more]
    found += [_twin(each) for each in twins if each.word != "withdrawn"]
    ended = [each for each in found if each.closed < until - DAY and each.told < until - DAY]
    kept = {id(each) for each in ended}
    return sorted(
        (each for each in ended if each.into is None or id(each.into) in kept), key=lambda each: each.received
    )


def _told(bank: Bank, story: Told, people: list[Customer], mis_sold: Sequence[dict[str, Any]]) -> Iterator[Case]:
    day = bank.span.now - story.ago
    if day < bank.span.first:
        return
    customer, more = people[(story.ago * 7919) % len(people)], dict(story.more)
    if more.get("sign") == "old":
        customer = min(people, key=lambda each: (abs((each.born_year or 0) - (bank.today.year - 72)), each.customer_no))
    if more.get("sign") == "sale":
        planted = [each["party_id"] for each in mis_sold if each["detail"] == "assessed_twice"]
        sale = Sale.objects.filter(customer__in=planted).select_related("customer__party", "seller").last()
        if sale is not None:
            customer, more = sale.customer, {**more, "sale": sale}
    received = local(day, 36_000 + (story.ago * 37) % 18_000)
    yield _case(story.said, customer, story.source, story.channel, received, story.days, story.word, more, bank)


def _drawn(bank: Bank, rng: np.random.Generator, people: list[Customer]) -> Iterator[Case]:
    days = bank.span.now - bank.span.first
    weights = np.array([each for each, _said in MIX], dtype=float)
    for _number in range(round(IN_TWO_YEARS * days / 730)):
        said = MIX[int(rng.choice(len(MIX), p=weights / weights.sum()))][1]
        source = SOURCES[int(np.searchsorted(OF_SOURCES, rng.random()))]
        word = WORDS[int(np.searchsorted(OF_WORDS, rng.random()))]
        received = local(bank.span.first + int(rng.integers(0, days - 9)), int(rng.integers(30_600, 64_000)))
        took = float(min(rng.lognormal(1.3, 0.5), 12.5)) if rng.random() > 0.02 else float(rng.uniform(15.5, 19))
        customer = people[int(rng.integers(0, len(people)))]
        yield _case(said, customer, source, WAYS[source], received, took, word, {}, bank, quick=rng.random() < 0.8)


def _case(
    said: Said,
    customer: Customer,
    source: str,
    channel: str,
    received: dt.datetime,
    days: float,
    word: str,
    more: dict[str, Any],
    bank: Bank,
    *,
    quick: bool = False,
) -> Case:
    """With the grade that the rules suggest; a heavy one is answered within two days, mostly."""
    age = received.year - customer.born_year if customer.born_year else None
    words = f"{said.subject}\n{said.text}\n{said.demand}"
    weight = Weight(more.get("persons", 1), said.amount, words, source, 0, age)
    grade, signs = suggested_grade(weight, parse_grading(in_force(ComplaintPolicy).grading))
    if quick and grade != "ordinary":
        days = 0.7 + days % 1.2
    text = said.text if more else f"{said.text}（{received:%m月%d日}，尾号{customer.customer_no[-4:]}）"
    if said.outcome in ("upheld", "partly") and not more and customer.pk % 5 < 3:
        more = {"remedy": said.causes[0]}
    justified = said.outcome in ("upheld", "partly")
    ended = received + (days + 40) * DAY < local(bank.span.now, 0)
    archived = ended and word != "withdrawn" and (not justified or "remedy" in more)
    return Case(customer, said, source, channel, received, days, word, grade, signs, text, archived, more)


def _twin(first: Case) -> Case:
    """The same person, through a regulator, a day later: it goes on in the first case."""
    received = first.received + 1.1 * DAY
    return Case(
        first.customer, first.said, "12378", "phone", received, 0.0, "", "urgent", ("forwarded",), first.text, False,
        {}, first,
    )  # fmt: skip
