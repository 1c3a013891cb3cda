"""Known problems leaving the house in a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.export import Leaving, may_leave
from kexin.core.operation import operation
from kexin.people.queries import post_labels
from kexin.service.models import KnownProblem

EXPORT = "service.export_problems"
HEADS = (
    _("Problem number"), _("Problem"), _("How it shows"), _("What helps meanwhile"), _("What was done about it"),
    _("How it is prevented"), _("State"), _("Unit"), _("Owner"), _("Due on"), _("Met by"), _("Came back"),
    _("Recorded"), _("Fixed"),
)  # fmt: skip


@operation(EXPORT, label=_("Export known problems"), plain=("purpose",))
def export_problems(rows: QuerySet[KnownProblem], *, actor: Actor, purpose: str) -> QuerySet[KnownProblem]:
    """Allow a list to leave for a purpose; the audit keeps how many. RuleViolation."""
    found = rows.filter(pk__in=KnownProblem.objects.visible_to(actor, EXPORT).order_by().values("pk"))
    found = found.order_by("-found_at", "-pk")
    may_leave(found, purpose)
    return found


def problems_file(rows: QuerySet[KnownProblem]) -> Leaving:
    """One line for each, the newest first."""
    return Leaving("known-problems", _("Known problems"), HEADS, "t" * len(HEADS), _lines(rows))


def _lines(rows: QuerySet[KnownProblem]) -> Iterator[tuple[Any, ...]]:
    found = list(rows)
    owners = post_labels({row.owner_post_id for row in found})
    for row in found:
        yield (
            row.problem_no,
            row.title,
            row.symptoms,
            row.workaround,
            row.fix,
            row.prevention,
            str(row.get_state_display()),
            row.unit.shown_name,
            owners.get(row.owner_post_id, ""),
            row.due_on.isoformat(),
            str(row.met),  # type: ignore[attr-defined]
            str(row.returns),  # type: ignore[attr-defined]
            f"{timezone.localtime(row.found_at):%Y-%m-%d}",
            f"{timezone.localtime(row.fixed_at):%Y-%m-%d}" if row.fixed_at else "",
        )
