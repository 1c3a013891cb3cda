"""Cases leaving the house in a file: numbers, facets and limits; words stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.export import Leaving, may_leave
from kexin.core.listing import listed
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.models import Complaint

EXPORT = "service.export_complaints"
HEADS = (
    _("Complaint number"), _("Nature"), _("Source"), _("Regulator's number"), _("Grade"),
    _("Major consumer complaint (to be reported)"), _("Unit complained about"), _("Complained about"), _("Business"),
    _("Causes"), _("Persons complaining together"), _("Amount claimed"), _("Received"), _("Legal limit"), _("State"),
    _("Decision"), _("Closed"), _("Complainant's word"),
)  # fmt: skip


@operation(EXPORT, label=_("Export complaints"), plain=("purpose",))
def export_complaints(rows: QuerySet[Complaint], *, actor: Actor, purpose: str) -> QuerySet[Complaint]:
    """Allow the cases of a list within reach to leave for a purpose; the audit keeps how many. RuleViolation."""
    seen = Complaint.objects.visible_to(actor, EXPORT).order_by().values("pk")
    found = rows.filter(pk__in=seen).order_by("-opened_at", "-pk")
    may_leave(found, purpose)
    return found


def complaints_file(rows: QuerySet[Complaint]) -> Leaving:
    """One line for each case, the newest first."""
    return Leaving("complaints", _("Complaints"), HEADS, "t" * len(HEADS), _lines(rows))


def _lines(rows: QuerySet[Complaint]) -> Iterator[tuple[Any, ...]]:
    rules = in_force(ComplaintPolicy)
    businesses, causes = rules.facet("businesses"), rules.facet("causes")
    for row in rows.iterator(chunk_size=1000):
        yield (
            row.complaint_no,
            str(row.get_nature_display()),
            str(row.get_source_display()),
            row.regulator_no,
            str(row.get_grade_display()),
            str(row.get_regulatory_major_display()) if row.regulatory_major else "",
            row.concerned_unit.shown_name if row.concerned_unit else "",
            str(row.get_subject_kind_display()),
            businesses[row.business].label if row.business in businesses else "",
            listed(causes[code].label for code in row.causes if code in causes),
            str(row.persons),
            f"{row.amount:f}" if row.amount is not None else "",
            f"{timezone.localtime(row.received_at):%Y-%m-%d %H:%M}",
            f"{timezone.localtime(row.legal_due_at):%Y-%m-%d %H:%M}",
            str(row.get_state_display()),
            str(row.get_outcome_display()) if row.outcome else "",
            f"{timezone.localtime(row.closed_at):%Y-%m-%d %H:%M}" if row.closed_at else "",
            str(row.get_word_display()) if row.word else "",
        )
