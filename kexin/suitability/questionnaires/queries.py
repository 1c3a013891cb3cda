"""Reads of questionnaires: the preview for whoever advises, points and ceilings for whoever writes and checks."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.models import Questionnaire, QuestionnaireVersion
from kexin.suitability.questionnaires.choices import SCORED
from kexin.suitability.questionnaires.scoring import ELDER, Ceiling, Scored, capped, missing, score

VIEW = "suitability.view_questionnaires"
SCORING = "suitability.view_scoring"


@query(VIEW, label=_("See questionnaires"))
def questionnaires(actor: Actor) -> list[tuple[Questionnaire, QuestionnaireVersion | None]]:
    """Every questionnaire with the version in force today."""
    rows = Questionnaire.objects.order_by("pk")
    return [(row, QuestionnaireVersion.objects.in_force(row.kind, business_date())) for row in rows]


@query(VIEW, label=_("See questionnaires"))
def questionnaire(actor: Actor, pk: int) -> Questionnaire:
    """One questionnaire."""
    row = Questionnaire.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


@query(VIEW, label=_("See questionnaires"))
def versions(actor: Actor, pk: int) -> list[QuestionnaireVersion]:
    """Versions of a questionnaire, newest first. Drafts are seen by those who see the scoring."""
    rows = QuestionnaireVersion.objects.filter(questionnaire=pk).select_related("questionnaire").order_by("-number")
    return list(rows if actor.may(SCORING) else rows.filter(state="approved"))


@query(VIEW, label=_("See questionnaires"))
def version_shown(actor: Actor, pk: int) -> QuestionnaireVersion:
    """One version; drafts only for those who see the scoring."""
    row = QuestionnaireVersion.objects.select_related("questionnaire").filter(pk=pk).first()
    if row is None or (row.state != "approved" and not actor.may(SCORING)):
        raise NotFound
    return row


@query(SCORING, label=_("See points and try a questionnaire"))
def tried(actor: Actor, pk: int, answers: Mapping[str, str], age: int | None = None) -> Scored:
    """The test bench: what these answers would give by today's policy, at this age. Nothing is kept.

    Raises RuleViolation with a field per question without a valid answer, and for questionnaires without points.
    """
    row = version_shown(actor, pk)
    if row.questionnaire.kind not in SCORED:
        raise RuleViolation(_("This questionnaire has no points."))
    content, rules = row.parsed, in_force(AssessmentPolicy)
    unanswered = missing(content, answers)
    if unanswered:
        raise RuleViolation(fields={code: _("Please answer this question.") for code in unanswered})
    found = score(content, answers, rules.parsed_bands, rules.parsed_ceilings)
    elder = age is not None and age >= rules.elder_age
    grade = capped(found.grade, elder=elder, cap=rules.elder_cap, lifted=False)
    extra = (Ceiling(ELDER, rules.elder_cap),) if grade < found.grade else ()
    return Scored(found.points, found.band, grade, found.lowest, (*found.ceilings, *extra))
