"""Which queue an item belongs to, and who of its members gets it: against slow and obvious models."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.service.queues.policies import parse_skills
from kexin.service.queues.rules import Arriving, Candidate, Wants, belongs_to, least_loaded, share

START = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
SKILLS = ("wealth", "cards", "english")
MEMBERS = st.lists(
    st.builds(
        Candidate,
        post_id=st.integers(1, 30),
        capacity=st.integers(1, 12),
        load=st.integers(0, 14),
        present=st.booleans(),
        skills=st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3)),
        last_given=st.integers(0, 5).map(lambda hours: START + dt.timedelta(hours=hours)),
    ),
    unique_by=lambda each: each.post_id,
    max_size=12,
)
NEEDS = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3), max_size=2)


@given(MEMBERS, NEEDS, st.integers(1, 3), st.lists(st.integers(1, 30), max_size=4), st.integers())
def test_who_gets_an_item_is_present_able_has_room_and_is_the_least_full(
    members: list[Candidate], needs: dict[str, int], weight: int, passed: list[int], seed: int
) -> None:
    chosen = least_loaded(members, needs=needs, weight=weight, passed=passed)
    fit = []
    for each in members:  # the slow model says it in other words
        able = True
        for code, level in needs.items():
            if code not in each.skills or each.skills[code] < level:
                able = False
        if able and each.present and each.post_id not in passed and each.capacity - each.load >= weight:
            fit.append(each)
    if not fit:
        assert chosen is None
        return
    assert chosen in fit
    assert all(share(chosen, weight) <= share(each, weight) for each in fit)
    equal = [each for each in fit if share(each, weight) == share(chosen, weight)]
    assert all((chosen.last_given, chosen.post_id) <= (each.last_given, each.post_id) for each in equal)
    mixed = list(members)
    random.Random(seed).shuffle(mixed)
    assert least_loaded(mixed, needs=needs, weight=weight, passed=passed) == chosen  # the order of a list says nothing


@given(MEMBERS, st.lists(st.integers(1, 3), max_size=40))
def test_however_many_come_nobody_gets_more_than_they_carry(members: list[Candidate], weights: list[int]) -> None:
    now = {each.post_id: each for each in members}
    for place, weight in enumerate(weights):
        chosen = least_loaded(list(now.values()), needs={}, weight=weight)
        if chosen is None:
            assert all(not each.present or each.load + weight > each.capacity for each in now.values())
            continue
        now[chosen.post_id] = Candidate(
            chosen.post_id, chosen.capacity, chosen.load + weight, True, chosen.skills,
            START + dt.timedelta(days=1, minutes=place),
        )  # fmt: skip
        assert now[chosen.post_id].load <= chosen.capacity


def test_among_equals_who_waited_longest_then_the_lower_number() -> None:
    first, second = Candidate(7, 10, 2, True, {}, START), Candidate(3, 10, 2, True, {}, START + dt.timedelta(hours=1))
    assert least_loaded([second, first], needs={}, weight=1) == first
    third = Candidate(3, 10, 2, True, {}, START)
    assert least_loaded([first, third], needs={}, weight=1) == third
    half = Candidate(9, 20, 3, True, {}, START)  # more open, and still less full
    assert least_loaded([first, half], needs={}, weight=1) == half


@pytest.mark.parametrize(
    ("item", "found"),
    [
        (Arriving((4, 2, 1), kind="consultation", category="card"), 11),  # the nearest unit, the lower rank
        (Arriving((4, 2, 1), kind="consultation", category="loan"), 12),
        (Arriving((4, 2, 1), kind="suggestion", language="en-GB"), 13),
        (Arriving((4, 2, 1), kind="suggestion", language="zh"), 14),  # nothing nearer takes it: the bank's own
        (Arriving((5, 3, 1), kind="suggestion"), 14),
        (Arriving((9,), kind="suggestion"), None),
    ],
)
def test_an_item_belongs_to_the_nearest_queue_that_takes_it(item: Arriving, found: int | None) -> None:
    queues = [
        Wants(14, 1, 10),
        Wants(13, 2, 10, languages=["en"]),
        Wants(12, 4, 20, kinds=["consultation"]),
        Wants(11, 4, 10, kinds=["consultation"], categories=["card"]),
        Wants(10, 4, 10, kinds=["consultation"], channels=["email"]),
    ]
    for _turn in range(len(queues)):
        queues.append(queues.pop(0))
        got = belongs_to(queues, item)
        assert (got.pk if got else None) == found


def test_one_language_asks_for_one_skill() -> None:
    rows = [{"code": code, "name": code, "name_en": code, "language": "en"} for code in ("english", "talk")]
    with pytest.raises(ValueError, match="one skill"):
        parse_skills(rows)
