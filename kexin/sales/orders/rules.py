"""What an answer of the core system does to an order, and how two lists of orders are compared. Pure.

An order is handed over under one number, however often that is tried: the core system knows a repetition by it. An
answer counts once. The same answer again is nothing; another answer after the last word, another amount, or an
answer to what was never sent is a difference, which a person settles: no machine chooses between two truths.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.sales.orders.choices import AnswerKind, DifferenceKind, OrderState, Settlement

ENDED = frozenset({OrderState.CONFIRMED, OrderState.REFUSED, OrderState.FAILED, OrderState.CANCELLED})
_LONGEST_PAUSE = 3600  # seconds
LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Answer:
    """One word of the core system about one order. ``amount`` in the order's currency, ``units`` and ``price`` as it
    says them; ``account_no`` is the account in which the product now lies, by the core's numbers.
    """

    order_no: str
    kind: AnswerKind
    core_no: str = ""
    amount: Decimal | None = None
    units: Decimal | None = None
    price: Decimal | None = None
    account_no: str = ""
    value_on: dt.date | None = None
    reason: str = ""


class Effect(Enum):
    """What follows from an answer. The last four are differences."""

    NOTHING = "nothing"
    TAKE = "take"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    AMOUNT = DifferenceKind.AMOUNT.value
    TWICE = DifferenceKind.TWICE.value
    NEVER_SENT = DifferenceKind.NEVER_SENT.value
    AFTER_END = DifferenceKind.AFTER_END.value


DIFFERENCES = frozenset({Effect.AMOUNT, Effect.TWICE, Effect.NEVER_SENT, Effect.AFTER_END})


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands when an answer comes: ``last`` is the answer that ended it, if one did."""

    state: OrderState
    attempts: int
    amount: Decimal
    last: Answer | None = None


def may_read(answer: Answer) -> Decision:
    """Does the answer say enough to be used? A confirmation names the core's number and a positive amount."""
    decision = ALLOWED
    if not answer.order_no or len(answer.order_no) > LONGEST_NUMBER:
        decision &= refused("order_no", _("The answer names no order."))
    if answer.kind == AnswerKind.CONFIRMED:
        if not answer.core_no:
            decision &= refused("core_no", _("A confirmation names the number of the core system."))
        if answer.amount is None or not answer.amount.is_finite() or answer.amount <= 0:
            decision &= refused("amount", _("A confirmation names a positive amount."))
        if answer.units is not None and (not answer.units.is_finite() or answer.units <= 0):
            decision &= refused("units", _("Units are positive."))
    if answer.kind == AnswerKind.REFUSED and not answer.reason:
        decision &= refused("reason", _("A refusal says why."))
    return decision


def effect_of(answer: Answer, standing: Standing) -> Effect:
    """What ``answer`` does to an order that stands so."""
    state = standing.state
    if state == OrderState.WAITING and not standing.attempts:
        return Effect.NEVER_SENT
    if answer.kind == AnswerKind.TAKEN:
        return Effect.TAKE if state in (OrderState.WAITING, OrderState.UNCLEAR) else Effect.NOTHING
    if state in (OrderState.FAILED, OrderState.CANCELLED):
        return Effect.AFTER_END if answer.kind == AnswerKind.CONFIRMED else Effect.NOTHING
    if state in ENDED:
        return Effect.NOTHING if _same(answer, standing.last) else Effect.TWICE
    if answer.kind == AnswerKind.REFUSED:
        return Effect.REFUSE
    return Effect.CONFIRM if answer.amount == standing.amount else Effect.AMOUNT


def _same(answer: Answer, last: Answer | None) -> bool:
    """The same word again. A refusal's words may change, the fact does not."""
    if last is None or answer.kind != last.kind:
        return False
    if answer.kind == AnswerKind.REFUSED:
        return True
    return (answer.core_no, answer.amount) == (last.core_no, last.amount)


def pause_after(attempt: int, first_seconds: int) -> int:
    """Seconds until the next attempt after the attempt of this number (1, 2, …): doubled each time, an hour at most."""
    return int(min(first_seconds * 2 ** max(attempt - 1, 0), _LONGEST_PAUSE))


@dataclass(frozen=True, slots=True)
class OurOrder:
    """What the nightly comparison reads of an order."""

    order_no: str
    state: OrderState
    amount: Decimal
    confirmed_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One disagreement: ``ours`` and ``theirs`` are what each side says, None where a side knows nothing."""

    order_no: str
    kind: DifferenceKind
    ours: Decimal | None = None
    theirs: Decimal | None = None


def compare(
    ours: Mapping[str, OurOrder], theirs: Iterable[Answer], *, silent_too_long: Collection[str] = ()
) -> tuple[list[Answer], list[Found]]:
    """Answers of the statement that the house has not taken yet, and the differences, by order number.

    ``ours`` holds the orders of the compared days and every order that the statement names, as far as it exists.
    ``silent_too_long``: numbers handed over so long ago that the core system must know them.
    """
    untaken: list[Answer] = []
    found: list[Found] = []
    named: set[str] = set()
    for answer in theirs:
        own = ours.get(answer.order_no)
        repeated = answer.order_no in named
        named.add(answer.order_no)
        if own is None:
            found.append(Found(answer.order_no, DifferenceKind.UNKNOWN_HERE, theirs=answer.amount))
        elif repeated and answer.kind == AnswerKind.CONFIRMED and answer.amount != own.confirmed_amount:
            found.append(Found(answer.order_no, DifferenceKind.TWICE, own.confirmed_amount, answer.amount))
        elif answer.kind == AnswerKind.CONFIRMED and own.state == OrderState.CONFIRMED:
            if answer.amount != own.confirmed_amount:
                found.append(Found(answer.order_no, DifferenceKind.AMOUNT, own.confirmed_amount, answer.amount))
        else:
            untaken.append(answer)
    for number in silent_too_long:
        if number not in named:
            found.append(Found(number, DifferenceKind.UNKNOWN_THERE, ours[number].amount))
    return untaken, found


def ways_to_settle(kind: DifferenceKind, state: OrderState | None) -> tuple[Settlement, ...]:
    """What a person may decide about a difference, by what the order still allows."""
    if state is None or state in ENDED:
        return (Settlement.EXPLAINED,)
    ways = [Settlement.EXPLAINED]
    if kind == DifferenceKind.AMOUNT:
        ways.insert(0, Settlement.ACCEPT)
    if kind in (DifferenceKind.UNKNOWN_THERE, DifferenceKind.UNCLEAR):
        ways = [Settlement.AGAIN, Settlement.GIVE_UP]
    return tuple(ways)


def may_settle(
    way: Settlement, kind: DifferenceKind, state: OrderState | None, *, note: str, by_seller: bool
) -> Decision:
    """May the difference be ended so? With a reason, and never by the seller of the order."""
    decision = ALLOWED
    if by_seller:
        decision &= refused("seller", _("The seller of an order does not settle its differences."))
    if way not in ways_to_settle(kind, state):
        decision &= refused("way", _("This way does not fit the order as it stands."), "way")
    if not note.strip():
        decision &= refused("note", _("Say why."), "note")
    return decision
