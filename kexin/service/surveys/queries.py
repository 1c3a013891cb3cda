"""Reads of surveys: versions, waves and invitations for staff, their own for customers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.service.models import Survey, SurveyInvitation, SurveyVersion, SurveyWave
from kexin.service.surveys.answering import VIEW_OWN, answers_of
from kexin.service.surveys.choices import InvitationState, SurveyState
from kexin.service.surveys.content import Content, Given, Question

VIEW = "service.view_surveys"
ANSWERS = "service.view_survey_answers"
DRAFT = "service.draft_survey"


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """A survey, what is asked today, and how many were asked and answered in the last 90 days within reach."""

    row: Survey
    running: SurveyVersion | None
    invited: int
    answered: int


@query(VIEW, label=_("See surveys"))
def surveys(actor: Actor) -> list[SurveyLine]:
    """Every survey, those for sending by hand last."""
    today, since = business_date(), timezone.now() - dt.timedelta(days=90)
    rows = SurveyInvitation.objects.visible_to(actor, VIEW).filter(invited_at__gt=since).order_by()
    counted = {
        pk: (asked, answered)
        for pk, asked, answered in rows.values("survey_version__survey")
        .annotate(asked=Count("pk"), answered=Count("pk", filter=Q(state=InvitationState.ANSWERED)))
        .values_list("survey_version__survey", "asked", "answered")
    }
    return [
        SurveyLine(each, SurveyVersion.objects.in_force(each, today), *counted.get(each.pk, (0, 0)))
        for each in Survey.objects.order_by("stopped_at", "pk")
    ]


@query(VIEW, label=_("See surveys"))
def survey(actor: Actor, pk: int) -> Survey:
    """One survey. NotFound."""
    row = Survey.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


@query(VIEW, label=_("See surveys"))
def survey_versions(actor: Actor, pk: int) -> list[SurveyVersion]:
    """Versions of a survey, newest first; drafts for those who write and approve."""
    rows = SurveyVersion.objects.filter(survey=pk).select_related("survey").order_by("-number")
    return list(rows if _sees_drafts(actor) else rows.filter(state=SurveyState.APPROVED))


@query(VIEW, label=_("See surveys"))
def survey_version(actor: Actor, pk: int) -> SurveyVersion:
    """One version. NotFound, also for a draft that one may not see."""
    row = SurveyVersion.objects.select_related("survey").filter(pk=pk).first()
    if row is None or (row.state != SurveyState.APPROVED and not _sees_drafts(actor)):
        raise NotFound
    return row


def _sees_drafts(actor: Actor) -> bool:
    return actor.may(DRAFT) or actor.may("service.approve_survey")


@query(VIEW, label=_("See surveys"))
def waves(actor: Actor, survey_id: int) -> list[SurveyWave]:
    """Samples of a survey within reach, the newest first."""
    rows = SurveyWave.objects.visible_to(actor, VIEW).filter(survey_version__survey=survey_id)
    return list(rows.select_related("unit", "survey_version").order_by("-drawn_at", "-pk")[:40])


@query(ANSWERS, label=_("See single answers to surveys"), record="list", plain=("state", "low"))
def survey_invitations(
    actor: Actor, *, state: str = "", survey_id: int | None = None, customer_id: int | None = None, low: bool = False
) -> QuerySet[SurveyInvitation]:
    """Who was asked within reach, and what became of it."""
    rows = SurveyInvitation.objects.visible_to(actor, ANSWERS)
    rows = rows.select_related("customer__party", "unit", "survey_version__survey")
    if state in InvitationState.values:
        rows = rows.filter(state=state)
    if survey_id is not None:
        rows = rows.filter(survey_version__survey=survey_id)
    if customer_id is not None:
        rows = rows.filter(customer=customer_id)
    return rows.filter(low=True) if low else rows


@dataclass(frozen=True, slots=True)
class InvitationFile:
    """One invitation with every question that was shown and its answer."""

    row: SurveyInvitation
    lines: list[tuple[Question, Given]]


@query(ANSWERS, label=_("See single answers to surveys"), record="open")
def survey_invitation(actor: Actor, pk: int) -> InvitationFile:
    """One customer's answers within reach; what is not sent yet stays the customer's. NotFound."""
    rows = SurveyInvitation.objects.visible_to(actor, ANSWERS)
    row = rows.select_related("customer__party", "unit", "survey_version__survey").filter(pk=pk).first()
    if row is None:
        raise NotFound
    answers = answers_of(row) if row.state == InvitationState.ANSWERED else {}
    content = row.survey_version.parsed
    return InvitationFile(row, [(each, answers.get(each.code, Given())) for each in content.shown(answers)])


@query(VIEW_OWN, label=_("See one's own surveys"), record="list")
def own_surveys(actor: Actor) -> list[SurveyInvitation]:
    """Surveys that wait for the customer who acts, the one that ends first on top."""
    rows = SurveyInvitation.objects.visible_to(actor, VIEW_OWN).filter(
        state=InvitationState.OPEN, expires_at__gt=timezone.now()
    )
    return list(rows.select_related("survey_version__survey").order_by("expires_at", "pk")[:20])


@query(VIEW_OWN, label=_("See one's own surveys"))
def surveys_waiting(actor: Actor) -> int:
    """How many wait."""
    rows = SurveyInvitation.objects.visible_to(actor, VIEW_OWN)
    return rows.filter(state=InvitationState.OPEN, expires_at__gt=timezone.now()).count()


def may_answer(customer_id: int) -> bool:
    """Does a survey wait for this customer? For floors above, inside their own doors."""
    rows = SurveyInvitation.objects.filter(customer=customer_id, state=InvitationState.OPEN)
    return rows.filter(expires_at__gt=timezone.now()).exists()


@dataclass(frozen=True, slots=True)
class OwnSurvey:
    """A survey as its customer sees it: the questions these answers lead to, and the first without an answer."""

    row: SurveyInvitation
    content: Content
    shown: list[Question]
    answers: dict[str, Given]
    next: str

    @property
    def here(self) -> bool:
        """May it still be answered?"""
        return self.row.state == InvitationState.OPEN and self.row.expires_at > timezone.now()


@query(VIEW_OWN, label=_("See one's own surveys"), record="open")
def own_survey(actor: Actor, pk: int) -> OwnSurvey:
    """One survey of one's own. NotFound for any other."""
    rows = SurveyInvitation.objects.visible_to(actor, VIEW_OWN).select_related("survey_version__survey")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    content, answers = row.survey_version.parsed, answers_of(row)
    shown = content.shown(answers)
    following = next((each.code for each in shown if each.code not in answers), "")
    return OwnSurvey(row, content, shown, answers, following)
