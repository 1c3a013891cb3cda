"""From ratings on their own scales to 100, and from one customer's answers to a score. Pure functions.

The raw rating is kept with its scale (CF-13). On 100 it is told either by the range of the scale,
``(value − least) ÷ (most − least) × 100`` (percent of the maximum possible: 1 of 1–10 is 0, 10 is 100; Cohen, Cohen,
Aiken & West 1999, *The problem of units and the circumstance for POMP*, Multivariate Behavioral Research 34), or as a
share of the top, ``value ÷ most × 100`` (4.2 of 5 is 84), as many published figures are. The policy says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kexin.service.surveys.choices import RATINGS, Loyalty, QuestionKind
from kexin.service.surveys.content import Content, Given

RANGE, SHARE = "range", "share"
METHODS = (RANGE, SHARE)
HUNDRED = Decimal(100)
CENT = Decimal("0.01")


def on_hundred(value: Decimal, least: int, most: int, method: str = RANGE) -> Decimal:
    """A rating on 100, to the hundredth. Raises ValueError for a scale without length or an unknown method."""
    if most <= least or method not in METHODS:
        raise ValueError("a scale has two ends, and a known way to 100")
    found = value * HUNDRED / most if method == SHARE else (value - least) * HUNDRED / (most - least)
    return found.quantize(CENT)


def loyalty(value: Decimal | int) -> Loyalty:
    """9 and 10 promote, 7 and 8 are passive, 0 to 6 detract (Reichheld, Harvard Business Review, December 2003)."""
    if value >= 9:
        return Loyalty.PROMOTER
    return Loyalty.PASSIVE if value >= 7 else Loyalty.DETRACTOR


@dataclass(frozen=True, slots=True)
class Scored:
    """One customer's answers: the score on 100 (None where nothing was rated), and the recommendation."""

    score: Decimal | None
    nps: int | None


def score(content: Content, answers: Mapping[str, Given], method: str) -> Scored:
    """The question of the whole where it was rated, else the mean of all ratings that were shown and given."""
    rated: list[Decimal] = []
    whole: Decimal | None = None
    nps: int | None = None
    for each in content.shown(answers):
        given = answers.get(each.code)
        if given is None or given.value is None or each.bounds is None:
            continue
        if each.kind == QuestionKind.NPS:
            nps = int(given.value)
        elif each.kind in RATINGS:
            found = on_hundred(given.value, *each.bounds, method)
            rated.append(found)
            whole = found if each.overall else whole
    if whole is None and rated:
        whole = (sum(rated, Decimal(0)) / len(rated)).quantize(CENT)
    return Scored(whole, nps)


def is_low(scored: Scored, *, low_score: int, low_recommendation: int) -> bool:
    """Below the policy's score, or recommending no more than its bound: somebody talks to the customer."""
    if scored.score is not None and scored.score < low_score:
        return True
    return scored.nps is not None and scored.nps <= low_recommendation
