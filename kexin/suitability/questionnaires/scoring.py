"""From answers to a grade: points, their band, and the ceilings that answers and age put on it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kexin.suitability.questionnaires.content import Content

ELDER = "elder"
CAPACITY = "capacity"
LOWEST_GRADE = 1
HIGHEST_GRADE = 5


@dataclass(frozen=True, slots=True)
class Band:
    """A grade and the points up to which (inclusive) it reaches."""

    grade: int
    up_to: int


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A sign among the answers and the highest grade it leaves; ``lowest``: only the lowest-risk products (R1)."""

    sign: str
    cap: int
    lowest: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """The result of answers: ``grade`` is the lowest of the band and of every ceiling that was met."""

    points: int
    band: int
    grade: int
    lowest: bool
    ceilings: tuple[Ceiling, ...]

    @property
    def codes(self) -> list[str]:
        return [each.sign for each in self.ceilings]


def missing(content: Content, answers: Mapping[str, str]) -> list[str]:
    """Codes of the questions that have no valid answer yet, in their order."""
    return [each.code for each in content.questions() if not each.clean(answers.get(each.code, ""))[1]]


def band_of(points: int, bands: Sequence[Band]) -> int:
    """The grade whose band holds the points; above all bands the highest. Bands rise."""
    return next((each.grade for each in bands if points <= each.up_to), bands[-1].grade)


def score(content: Content, answers: Mapping[str, str], bands: Sequence[Band], ceilings: Sequence[Ceiling]) -> Scored:
    """Score complete answers. Raises ValueError where one is missing: nothing is ever guessed."""
    if missing(content, answers):
        raise ValueError("every question is answered first")
    chosen = [option for each in content.questions() if (option := each.option(answers[each.code])) is not None]
    points = sum(each.points for each in chosen)
    signs = {sign for each in chosen for sign in each.signs}
    met = tuple(each for each in ceilings if each.sign in signs)
    band = band_of(points, bands)
    lowest = any(each.lowest for each in met)
    grade = min([band, *(each.cap for each in met), *([LOWEST_GRADE] if lowest else [])])
    return Scored(points, band, grade, lowest, met)


def capped(grade: int, *, elder: bool, cap: int, lifted: bool) -> int:
    """The grade after the care for the elderly: ``cap`` 0 puts none, a supervisor's review lifts it."""
    return min(grade, cap) if elder and cap and not lifted else grade
