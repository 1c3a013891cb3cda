"""What an answer does to an order, and what a comparison finds: every case, without database."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.sales.orders.choices import AnswerKind, DifferenceKind, OrderState, Settlement
from kexin.sales.orders.policies import parse_confirm_days
from kexin.sales.orders.rules import (
    DIFFERENCES,
    ENDED,
    Answer,
    Effect,
    OurOrder,
    Standing,
    compare,
    effect_of,
    may_read,
    may_settle,
    pause_after,
    ways_to_settle,
)

HUNDRED = Decimal("100.00")


def said(kind: str = "confirmed", amount: str = "100.00", core_no: str = "C1", reason: str = "") -> Answer:
    given_amount = Decimal(amount) if kind == "confirmed" else None
    return Answer("S1-1", AnswerKind(kind), core_no, given_amount, reason=reason)


CONFIRMED = Standing(OrderState.CONFIRMED, 1, HUNDRED, said())
REFUSED = Standing(OrderState.REFUSED, 1, HUNDRED, said("refused", reason="no money"))


@pytest.mark.parametrize(
    ("answer", "standing", "effect"),
    [
        (said("taken"), Standing(OrderState.WAITING, 1, HUNDRED), Effect.TAKE),
        (said("taken"), Standing(OrderState.UNCLEAR, 8, HUNDRED), Effect.TAKE),
        (said("taken"), Standing(OrderState.TAKEN, 1, HUNDRED), Effect.NOTHING),
        (said(), Standing(OrderState.TAKEN, 1, HUNDRED), Effect.CONFIRM),
        (said(), Standing(OrderState.WAITING, 2, HUNDRED), Effect.CONFIRM),  # its first word was lost
        (said(), Standing(OrderState.UNCLEAR, 8, HUNDRED), Effect.CONFIRM),
        (said(), Standing(OrderState.WAITING, 0, HUNDRED), Effect.NEVER_SENT),
        (said(amount="99.99"), Standing(OrderState.TAKEN, 1, HUNDRED), Effect.AMOUNT),
        (said("refused", reason="x"), Standing(OrderState.TAKEN, 1, HUNDRED), Effect.REFUSE),
        (said(), CONFIRMED, Effect.NOTHING),
        (said(amount="100"), CONFIRMED, Effect.NOTHING),
        (said(core_no="C2"), CONFIRMED, Effect.TWICE),
        (said(amount="50"), CONFIRMED, Effect.TWICE),
        (said("refused", reason="x"), CONFIRMED, Effect.TWICE),
        (said("refused", reason="in other words"), REFUSED, Effect.NOTHING),
        (said(), REFUSED, Effect.TWICE),
        (said(), Standing(OrderState.FAILED, 8, HUNDRED), Effect.AFTER_END),
        (said("refused", reason="x"), Standing(OrderState.FAILED, 8, HUNDRED), Effect.NOTHING),
    ],
)
def test_each_answer_has_its_effect(answer: Answer, standing: Standing, effect: Effect) -> None:
    assert effect_of(answer, standing) == effect


_ANSWERS = st.builds(
    said, st.sampled_from(AnswerKind.values), st.sampled_from(["100.00", "100", "50"]), st.sampled_from(["C1", "C2"])
)


@given(st.lists(_ANSWERS, max_size=8))
def test_an_order_ends_once_and_only_with_its_own_amount(words: list[Answer]) -> None:
    state, last, ends = OrderState.TAKEN, None, 0
    for word in words:
        effect = effect_of(word, Standing(state, 1, HUNDRED, last))
        if effect in (Effect.CONFIRM, Effect.REFUSE):
            assert state not in ENDED
            ends += 1
            last = word
            state = OrderState.CONFIRMED if effect == Effect.CONFIRM else OrderState.REFUSED
            assert effect != Effect.CONFIRM or word.amount == HUNDRED
        elif state in ENDED and word.kind == AnswerKind.CONFIRMED and word != last:
            assert effect in DIFFERENCES or (word.core_no, word.amount) == (last and last.core_no, last and last.amount)
    assert ends <= 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer("", AnswerKind.TAKEN),
        Answer("S" * 41, AnswerKind.TAKEN),
        Answer("S1-1", AnswerKind.CONFIRMED, "C1"),
        Answer("S1-1", AnswerKind.CONFIRMED, "", HUNDRED),
        Answer("S1-1", AnswerKind.CONFIRMED, "C1", Decimal(0)),
        Answer("S1-1", AnswerKind.CONFIRMED, "C1", Decimal("NaN")),
        Answer("S1-1", AnswerKind.CONFIRMED, "C1", HUNDRED, Decimal(-1)),
        Answer("S1-1", AnswerKind.REFUSED),
    ],
)
def test_an_answer_that_says_too_little_is_not_used(answer: Answer) -> None:
    assert not may_read(answer)


def ours(number: str, state: OrderState, confirmed: str = "") -> OurOrder:
    return OurOrder(number, state, HUNDRED, Decimal(confirmed) if confirmed else None)


def test_a_comparison_finds_what_each_side_lacks() -> None:
    here = {
        "agreed": ours("agreed", OrderState.CONFIRMED, "100.00"),
        "late": ours("late", OrderState.TAKEN),
        "other": ours("other", OrderState.CONFIRMED, "90.00"),
        "silent": ours("silent", OrderState.TAKEN),
        "double": ours("double", OrderState.CONFIRMED, "100.00"),
    }
    there = [
        Answer("agreed", AnswerKind.CONFIRMED, "1", HUNDRED),
        Answer("late", AnswerKind.CONFIRMED, "2", HUNDRED),
        Answer("other", AnswerKind.CONFIRMED, "3", HUNDRED),
        Answer("strange", AnswerKind.CONFIRMED, "4", HUNDRED),
        Answer("double", AnswerKind.CONFIRMED, "5", HUNDRED),
        Answer("double", AnswerKind.CONFIRMED, "6", Decimal(70)),
    ]
    untaken, found = compare(here, there, silent_too_long=["silent"])
    assert [answer.order_no for answer in untaken] == ["late"]
    assert [(each.order_no, each.kind) for each in found] == [
        ("other", DifferenceKind.AMOUNT),
        ("strange", DifferenceKind.UNKNOWN_HERE),
        ("double", DifferenceKind.TWICE),
        ("silent", DifferenceKind.UNKNOWN_THERE),
    ]
    assert compare({}, []) == ([], [])


def test_a_difference_is_settled_only_in_ways_that_the_order_allows() -> None:
    assert ways_to_settle(DifferenceKind.AMOUNT, OrderState.TAKEN)[0] == Settlement.ACCEPT
    assert ways_to_settle(DifferenceKind.UNCLEAR, OrderState.UNCLEAR) == (Settlement.AGAIN, Settlement.GIVE_UP)
    for kind in DifferenceKind:
        for state in (None, *OrderState):
            assert ways_to_settle(kind, state), "there is always a way"
            if state is None or state in ENDED:
                assert ways_to_settle(kind, state) == (Settlement.EXPLAINED,), "the last word stays"
    amount, taken = DifferenceKind.AMOUNT, OrderState.TAKEN
    assert may_settle(Settlement.ACCEPT, amount, taken, note="telephoned", by_seller=False)
    assert not may_settle(Settlement.ACCEPT, amount, taken, note=" ", by_seller=False)
    assert not may_settle(Settlement.ACCEPT, amount, taken, note="telephoned", by_seller=True)
    assert not may_settle(Settlement.AGAIN, amount, taken, note="telephoned", by_seller=False)


def test_numbers() -> None:
    assert [pause_after(n, 15) for n in (1, 2, 3)] == [15, 30, 60]
    assert pause_after(30, 15) == 3600
    assert parse_confirm_days({"fund": 1}) == {"fund": 1}
    for wrong in ({"fond": 1}, {"fund": -1}, {"fund": "1"}, {"fund": 31}):
        with pytest.raises(ValueError, match="working days"):
            parse_confirm_days(wrong)
