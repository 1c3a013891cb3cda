"""The figures leaving the house in a file: one line per dimension and value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.export import Leaving, may_leave, need_purpose
from kexin.core.operation import operation
from kexin.service.complaints.analysis.asking import FiguresAsked
from kexin.service.complaints.analysis.facts import FLAGS
from kexin.service.complaints.analysis.figures import DIMENSIONS, TOLD_BY, Figures, Key, complaint_figures

EXPORT_FIGURES = "service.export_complaint_figures"
FLAG_HEADS = {
    "repeated": pgettext_lazy("complaint figures", "Repeated"),
    "escalated": pgettext_lazy("complaint figures", "Escalated"),
    "at_once": _("Solved at first contact"),
    "late_ours": _("Late by our limits"),
    "late_legal": _("Late by law"),
}
HEADS = (
    _("By what"), _("Name"), pgettext_lazy("complaint figures", "Brought in"),
    pgettext_lazy("complaint figures", "Complaints after joining"), pgettext_lazy("complaint figures", "Before"),
    _("Answered"), *(FLAG_HEADS[each] for each in FLAGS), _("Personal customers"), _("Outlets"),
    _("Per 10 million customers"), _("Per 1,000 outlets"),
)  # fmt: skip


@operation(EXPORT_FIGURES, label=_("Export figures of complaints"), plain=("purpose", "asked"))
def export_complaint_figures(asked: FiguresAsked, *, actor: Actor, purpose: str) -> Figures:
    """Allow the figures of a period to leave for a purpose. RuleViolation without one."""
    need_purpose(purpose)
    found = complaint_figures(actor, asked)
    may_leave(sum(len(found.keys(each)) for each in DIMENSIONS), purpose)
    return found


def figures_file(found: Figures, labels: Mapping[Key, str]) -> Leaving:
    """``labels``: names of the values."""
    return Leaving(
        "complaint-figures", _("Figures of complaints"), HEADS, "tt" + "n" * 11 + "mm", _lines(found, labels)
    )


def _lines(found: Figures, labels: Mapping[Key, str]) -> Iterator[tuple[Any, ...]]:
    for dimension in DIMENSIONS:
        for key in found.keys(dimension):
            count, size = found.count(dimension, key), found.size(dimension, key)
            yield (
                str(TOLD_BY[dimension]), labels.get((dimension, key), key), count.brought, count.cases,
                found.count_before(dimension, key).cases, count.told, *(count.flags[each] for each in FLAGS),
                size.customers, size.outlets, _cents(found.per_customers(dimension, key)),
                _cents(found.per_outlets(dimension, key)),
            )  # fmt: skip


def _cents(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.2f}")
