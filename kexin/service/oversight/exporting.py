"""The service board leaving the house in a file: one line per unit, person and kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.export import Leaving, may_leave, need_purpose
from kexin.core.operation import operation
from kexin.service.oversight.figures import (
    DIMENSIONS,
    Asked,
    Board,
    BoardColumn,
    Done,
    Now,
    board_columns,
    service_board,
)

EXPORT = "service.export_service_board"
HEADS = (
    _("By what"), _("Name"), _("Open now"), _("Late"), _("Due within 24 hours"), pgettext_lazy("board", "Received"),
    _("Results told"), _("Solved"), _("Solved at first contact"), _("Opened again"),
    _("Answer time, median (h)"), _("Answer time, 90 % within (h)"), _("Answers on time"),
    _("Handling time, median (h)"), _("Handling time, 90 % within (h)"), _("Results on time"),
)  # fmt: skip
TOLD = {
    "whole": pgettext_lazy("board", "Whole"),
    "unit": _("Unit"),
    "post": pgettext_lazy("board", "Person"),
    "kind": _("Kind"),
}


@operation(EXPORT, label=_("Export the service board"), plain=("purpose", "asked"))
def export_service_board(asked: Asked, *, actor: Actor, purpose: str) -> Board:
    """Allow the figures of a period to leave for a purpose. RuleViolation without one."""
    need_purpose(purpose)
    board = service_board(actor, asked)
    may_leave(sum(len(board.keys(each)) for each in DIMENSIONS), purpose)
    return board


def board_file(board: Board, labels: Mapping[tuple[str, str], str], actor: Actor) -> Leaving:
    """``labels``: names of units, persons and kinds. With the figures of other rooms that the actor may see."""
    added = board_columns(actor)
    heads, types = (*HEADS, *(each.label for each in added)), "tt" + "n" * 8 + "mmnmmn" + "m" * len(added)
    return Leaving("service-board", _("Service board"), heads, types, _lines(board, labels, added))


def _lines(
    board: Board, labels: Mapping[tuple[str, str], str], added: Sequence[BoardColumn]
) -> Iterator[tuple[Any, ...]]:
    for dimension in DIMENSIONS:
        for key in board.keys(dimension):
            place = (dimension, key)
            now, done = board.now.get(place, Now()), board.period.get(place, Done())
            yield (
                str(TOLD[dimension]), labels.get(place, ""), now.open, now.late, now.risk, done.received, done.told,
                done.solved, done.at_once, done.again, _hours(done.answers.median), _hours(done.answers.p90),
                done.answers.on_time, _hours(done.results.median), _hours(done.results.p90), done.results.on_time,
                *(_figure(board.others.get(each.key, {}).get(place)) for each in added),
            )  # fmt: skip


def _hours(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.2f}")


def _figure(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value).quantize(Decimal("0.0001"))
