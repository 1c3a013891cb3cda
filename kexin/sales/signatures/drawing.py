"""The name drawn by hand: strokes as the device felt them, checked, and kept as a picture.

A page sends JSON: ``{"width", "height", "strokes": [[[x, y, ms], …], …]}``, places in the canvas's own units, times in
milliseconds since the first touch. The picture is an SVG of our own making, so that nothing a device sends is ever
shown as it came.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from kexin.core.errors import RuleViolation

LARGEST: Final = 200_000  # characters of JSON
SIDES: Final = range(50, 4001)
MOST_STROKES: Final = 200
MOST_POINTS: Final = 8_000
FEWEST_POINTS: Final = 8
LEAST_PART: Final = 0.08  # of the canvas's width that the ink must reach over
LONGEST: Final = 600_000  # milliseconds
Point = tuple[float, float, int]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing that passed every check."""

    width: int
    height: int
    strokes: tuple[tuple[Point, ...], ...]

    @property
    def text(self) -> str:
        """The one way to write it down: what is hashed and kept."""
        return json.dumps(
            {"height": self.height, "strokes": self.strokes, "width": self.width},
            ensure_ascii=True,
            separators=(",", ":"),
            sort_keys=True,
        )

    @property
    def digest(self) -> str:
        """SHA-256 of :attr:`text`, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def svg(self) -> str:
        """The picture."""
        lines = []
        for stroke in self.strokes:
            first, *rest = [f"{x:g} {y:g}" for x, y, _ms in stroke]
            lines.append(f"M{first}L{'L'.join(rest)}" if rest else f"M{first}l0 0.01")
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}"'
            f' height="{self.height}"><path d="{"".join(lines)}" fill="none" stroke="#101828"'
            ' stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/></svg>'
        )


def read_drawing(text: str) -> Drawing:
    """The drawing that a page sent. RuleViolation at the field ``drawing`` says what to do about it."""
    if not text.strip():
        raise _refused(_("Please sign with your name."))
    if len(text) > LARGEST:
        raise _refused(_("The signature is too large. Please clear it and sign again."))
    try:
        said = json.loads(text, parse_constant=_no_number)
        width, height = int(said["width"]), int(said["height"])
        strokes = tuple(tuple(_point(each) for each in stroke) for stroke in said["strokes"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise _refused(_("The signature could not be read. Please clear it and sign again.")) from error
    drawing = Drawing(width, height, tuple(stroke for stroke in strokes if stroke))
    _check(drawing)
    return drawing


def _check(drawing: Drawing) -> None:
    points = [point for stroke in drawing.strokes for point in stroke]
    if len(drawing.strokes) > MOST_STROKES or len(points) > MOST_POINTS:
        raise _refused(_("The signature is too large. Please clear it and sign again."))
    times = [ms for _x, _y, ms in points]
    inside = all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y, _ms in points)
    in_time = times == sorted(times) and all(0 <= ms <= LONGEST for ms in times)
    if drawing.width not in SIDES or drawing.height not in SIDES or not inside or not in_time:
        raise _refused(_("The signature could not be read. Please clear it and sign again."))
    if len(points) < FEWEST_POINTS or _reach(points) < LEAST_PART * drawing.width:
        raise _refused(_("Please sign with your name."))


def _reach(points: Sequence[Point]) -> float:
    xs, ys = [x for x, _y, _ms in points], [y for _x, y, _ms in points]
    return max(max(xs) - min(xs), max(ys) - min(ys))


def _point(said: Any) -> Point:
    x, y, ms = said
    if not (isinstance(x, int | float) and isinstance(y, int | float) and math.isfinite(x) and math.isfinite(y)):
        raise ValueError("a place is two numbers")
    return round(float(x), 1), round(float(y), 1), int(ms)


def _no_number(name: str) -> float:
    raise ValueError(name)


def _refused(message: Any) -> RuleViolation:
    return RuleViolation(message, fields={"drawing": message})
