"""Rules of known problems: pure functions."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.workflow import Transitions
from kexin.service.problems.choices import ProblemState

LONGEST = {"title": 120, "symptoms": 2000, "workaround": 2000, "fix": 2000, "prevention": 1000, "note": 500}
S = ProblemState
TABLE = Transitions(
    {
        S.OPEN: {"fix": S.FIXED, "accept": S.ACCEPTED},
        S.FIXED: {"close": S.CLOSED, "reopen": S.OPEN},
        S.CLOSED: {"reopen": S.OPEN},
        S.ACCEPTED: {"reopen": S.OPEN},
    }
)


def fits(texts: Mapping[str, str], needed: Collection[str] = ()) -> Decision:
    """Within lengths, and what is needed is there."""
    decision = ALLOWED
    for name, text in texts.items():
        if not text and name in needed:
            decision &= refused("empty", _("Write something."), name)
        elif len(text) > LONGEST[name]:
            decision &= refused("long", _("At most %(most)s characters.") % {"most": LONGEST[name]}, name)
    return decision


def came_back(received: Sequence[dt.datetime], fixed_at: dt.datetime | None) -> int:
    """How many of those that met it met it after its fix."""
    return sum(fixed_at is not None and each > fixed_at for each in received)


def likeness(asked: Sequence[str], each: Sequence[str], every: Sequence[Sequence[str]]) -> float:
    """Share of what ``asked`` says that ``each`` says too, rare words weighing more (0 to 1)."""
    spread: Counter[str] = Counter()
    for one in every:
        spread.update(set(one))

    def weight(word: str) -> float:
        return math.log((1 + len(every)) / (1 + spread[word])) + 1

    said, known = set(asked), set(each)
    whole = sum(weight(word) for word in said)
    return sum(weight(word) for word in said & known) / whole if whole else 0.0
