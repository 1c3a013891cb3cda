"""A call list leaving the house in a file: lines, results, never a number or a note."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core import names
from kexin.core.actor import Actor
from kexin.core.export import Leaving, may_leave, need_purpose
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.engagement.calls.policies import CallPolicy, label_of
from kexin.engagement.calls.queries import entries_shown, list_in_reach
from kexin.engagement.models.calls import CallEntry

EXPORT_HEADS = (
    _("Rank"), _("Customer number"), _("Name"), _("Reason"), _("State"), _("Attempts"), _("Result"), _("Not before"),
    _("Manager"),
)  # fmt: skip
EXPORT_KINDS = "nttttntst"  # as core.export.write_parquet reads them


@operation("engagement.export_calls", label=_("Export a call list"), plain=("purpose",))
def export_calls(call_list: int, *, actor: Actor, purpose: str) -> QuerySet[CallEntry]:
    """Allow a list to leave for a purpose, within the policy's limit of rows; the audit keeps how many."""
    need_purpose(purpose)
    found = list_in_reach(actor, call_list)
    rows = CallEntry.objects.visible_to(actor, "engagement.export_calls").filter(call_list=found)
    may_leave(rows, purpose)
    return rows.select_related("customer").order_by("rank", "pk")


def as_file(actor: Actor, rows: QuerySet[CallEntry]) -> Leaving:
    """Lines that may leave, as a file."""
    return Leaving("calls", _("Call list"), EXPORT_HEADS, EXPORT_KINDS, _lines(actor, rows))


def _lines(actor: Actor, rows: QuerySet[CallEntry]) -> Iterator[tuple[Any, ...]]:
    """Names as masked as on the screen."""
    rules = in_force(CallPolicy)
    found = entries_shown(list(rows))
    called = names.called(actor, [row.customer_id for row in found])
    posts = names.posts([row.post_id for row in found if row.post_id])
    for number, row in enumerate(found, 1):
        yield (
            number,
            row.customer.customer_no,
            called.get(row.customer_id, ""),
            str(row.reason or ""),
            str(row.get_state_display()),
            row.attempts,
            label_of(rules, row.result) if row.result else "",
            row.due_at,
            posts.get(row.post_id or 0, ""),
        )
