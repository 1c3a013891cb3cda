"""Scores leaving the house in a file: one line for each customer who was asked, without words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.export import Leaving, may_leave
from kexin.core.operation import operation
from kexin.service.models import SurveyInvitation
from kexin.service.surveys.results import Wanted, narrowed

EXPORT = "service.export_survey_answers"
HEADS = (
    _("Customer number"), _("Unit"), _("Tier"), _("Survey"), _("Asked when"), _("State"), _("Asked on"),
    _("Answered on"), _("Score of 100"), _("Would recommend us"),
)  # fmt: skip


@operation(EXPORT, label=_("Export answers to surveys"), plain=("purpose",))
def export_survey_answers(wanted: Wanted, *, actor: Actor, purpose: str) -> QuerySet[SurveyInvitation]:
    """Allow those within reach to leave for a purpose. RuleViolation without one, or where they are too many."""
    if not wanted.fits:
        raise RuleViolation(_("Choose a span of at most three years."))
    rows = narrowed(SurveyInvitation.objects.visible_to(actor, EXPORT), wanted)
    may_leave(rows, purpose)
    return rows.select_related("customer", "unit", "survey_version__survey").order_by("invited_at", "pk")


def answers_file(rows: QuerySet[SurveyInvitation]) -> Leaving:
    """One line for each invitation."""
    return Leaving("survey-answers", _("Answers to surveys"), HEADS, "ttttttddmn", _lines(rows))


def _lines(rows: QuerySet[SurveyInvitation]) -> Iterator[tuple[Any, ...]]:
    for row in rows.iterator(chunk_size=2000):
        yield (
            row.customer.customer_no, row.unit.shown_name, row.tier, row.survey_version.survey.shown_name,
            str(row.get_trigger_display()), str(row.get_state_display()), row.invited_at.date(),
            row.answered_at.date() if row.answered_at else None, row.score, row.nps,
        )  # fmt: skip
