"""How much of the assets may lie in products of higher risk, and what the size of an enterprise changes of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _t

from kexin.core.ui import numbers
from kexin.party.choices import EnterpriseScale

GRADES = range(1, 6)


@dataclass(frozen=True, slots=True)
class Share:
    """From this grade on: share of assets in per cent at which to warn, and above which to refuse."""

    grade: int
    warn: Decimal
    most: Decimal


def parse_shares(value: list[Any]) -> tuple[Share, ...]:
    """Rows by rising grade. Raises ValueError for anything else."""
    rows = tuple(Share(int(e["grade"]), Decimal(str(e["warn"])), Decimal(str(e["most"]))) for e in value)
    if [each.grade for each in rows] != sorted({each.grade for each in rows} & set(GRADES)):
        raise ValueError("grades rise, each once")
    if any(not 0 <= each.warn <= each.most <= 100 for each in rows):
        raise ValueError("shares are per cent, the warning first")
    return rows


def explain_shares(value: list[Any]) -> list[tuple[str, str]]:
    words = _t("warn at %(warn)s%%, refuse above %(most)s%% of assets")
    return [(f"≥ R{row.grade}", words % {"warn": row.warn, "most": row.most}) for row in parse_shares(value)]


@dataclass(frozen=True, slots=True)
class Scale:
    """For enterprises of one size: shares of the assets, the amount from which a purchase needs an approval, and
    whether a senior decides."""

    scale: str
    shares: tuple[Share, ...]
    approve_from: Decimal
    senior: bool


def parse_scales(value: list[Any]) -> tuple[Scale, ...]:
    """No rows, or one for each size from large to micro. Raises ValueError unless a smaller one is never treated with
    less care."""
    rows = tuple(
        Scale(str(e["scale"]), parse_shares(e["shares"]), Decimal(str(e["approve_from"])), e["senior"]) for e in value
    )
    if rows and [each.scale for each in rows] != EnterpriseScale.values:
        raise ValueError("each size stands once, from large to micro")
    if any(type(each.senior) is not bool or not each.approve_from.is_finite() for each in rows):
        raise ValueError("amounts are numbers, whether a senior decides is true or false")
    if any(each.approve_from < 0 for each in rows):
        raise ValueError("amounts are not below nought")
    for larger, smaller in pairwise(rows):
        if smaller.approve_from > larger.approve_from or larger.senior > smaller.senior:
            raise ValueError("a smaller enterprise is never approved with less care")
        if any(_most(smaller, grade) > _most(larger, grade) for grade in GRADES):
            raise ValueError("a smaller enterprise never gets a larger share")
    return rows


def _most(row: Scale, grade: int) -> Decimal:
    """The largest share that products of a grade may have: every row up to the grade counts."""
    return min((each.most for each in row.shares if each.grade <= grade), default=Decimal(100))


def explain_scales(value: list[Any]) -> list[tuple[str, str]]:
    """Each size with its shares and approvals in words."""
    told = []
    for row in parse_scales(value):
        shares = "；".join(f"≥ R{each.grade} {each.most}%" for each in row.shares)
        words = _t("a senior approves from %(amount)s") if row.senior else _t("approval from %(amount)s")
        amount = numbers.exact(row.approve_from)
        told.append((str(EnterpriseScale(row.scale).label), f"{shares}；{words % {'amount': amount}}"))
    return told
