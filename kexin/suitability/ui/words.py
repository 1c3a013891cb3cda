"""How assessments read on pages: ceilings in words, chips of standing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kexin.suitability.assessments.choices import Standing, ToleranceGrade
from kexin.suitability.questionnaires.choices import Sign
from kexin.suitability.questionnaires.scoring import CAPACITY, ELDER

Text = str | Promise
_OTHERS: dict[str, Text] = {ELDER: _("Care for the elderly"), CAPACITY: _("Limited civil capacity")}
LEVELS = {
    Standing.NONE: "",
    Standing.VALID: "good",
    Standing.UNCONFIRMED: "warn",
    Standing.EXPIRED: "bad",
    Standing.EXEMPT: "calm",
}


def ceiling_word(code: str) -> str:
    """A ceiling in words; the code itself where the vocabulary has forgotten it."""
    if code in _OTHERS:
        return str(_OTHERS[code])
    return str(Sign(code).label) if code in Sign.values else code


def ceiling_words(codes: Iterable[str]) -> list[str]:
    return [ceiling_word(each) for each in codes]


def grade_word(grade: int | None, lowest: bool = False) -> str:
    """“C3 balanced”; the lowest class says so."""
    if grade is None:
        return ""
    word = str(ToleranceGrade(grade).label)
    return f"{word} · {_('lowest class')}" if lowest else word


def standing_word(standing: Any) -> str:
    return str(Standing(standing).label)
