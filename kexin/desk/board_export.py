"""The board as a file: the figures of the unit with what they are compared with, then its parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.export import Leaving, need_purpose
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.desk.board import Board, BoardLine, board
from kexin.holdings.aum.queries import tier_name
from kexin.holdings.policies import TierPolicy
from kexin.people.models import OrgUnit

EXPORT_BOARD = "desk.export_board"
HEADS = (
    _("Figure"), _("Evening"), _("Value"), _("Evening before"), _("Month before"), _("Year before"),
    _("against the evening before"), _("since the month began"), _("since the year began"),
)  # fmt: skip
KINDS = "tdmmmmmmm"
BASES = ("yesterday", "month", "year")


@operation(EXPORT_BOARD, label=_("Export the morning board"), plain=("purpose",))
def export_board(unit: OrgUnit | None, *, actor: Actor, purpose: str) -> Board:
    """Allow a unit's board (None: that of one's own posts) to leave for a purpose.

    Raises NotFound out of reach and before the first evening, RuleViolation without a purpose.
    """
    need_purpose(purpose)
    found = board(actor, unit)
    if found is None:
        raise NotFound
    return found


def board_file(found: Board) -> Leaving:
    """A line for each figure, then AUM of each part: every line with its three comparisons."""
    return Leaving("board", found.unit.shown_name if found.unit else _t("My figures"), HEADS, KINDS, _rows(found))


def _rows(found: Board) -> Iterator[tuple[Any, ...]]:
    labels = {"aum": _t("AUM"), "deposits": _t("Deposits"), "customers": _t("Customers")}
    for measure, label in labels.items():
        was = [found.against[measure][base] for base in BASES]
        yield (
            label,
            found.day,
            getattr(found.now, measure),
            *(each.before for each in was),
            *(each.change for each in was),
        )
    flows = found.flows
    yield (_t("Net flow"), found.day, found.now.net_flow, None, None, None, None, flows["month"].net, flows["year"].net)
    rungs = in_force(TierPolicy).rungs()
    for rung in reversed(rungs):
        count, change = found.now.tiers.get(rung.code, 0), found.tiers.get(rung.code, {})
        changes = [change.get(base, 0) for base in BASES]
        yield (tier_name(rungs, rung.code), found.day, count, *(count - each for each in changes), *changes)
    for label, key in ((_t("Overdue work"), "items"), (_t("Overdue promises"), "promised")):
        now = getattr(found.overdue["now"], key)
        before = [getattr(found.overdue[base], key) for base in BASES]
        yield (label, found.day, now, *before, *(now - each for each in before))
    for label, key in ((_t("Maturing this week"), "week"), (_t("Maturing this month"), "month")):
        was = [found.matured[key][base] for base in BASES]
        now = found.maturing[key].amount
        yield (label, found.day, now, *(each.before for each in was), *(each.change for each in was))
    yield from (_part(line, found) for line in found.lines)


def _part(line: BoardLine, found: Board) -> tuple[Any, ...]:
    now, yesterday, month = line.now.aum, line.now.aum - line.aum_yesterday, line.now.aum - line.aum_month
    return f"{line.label} · AUM", found.day, now, yesterday, month, None, line.aum_yesterday, line.aum_month, None
