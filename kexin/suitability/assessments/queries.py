"""Reads of assessments: the customer's own, and what staff may know once it is submitted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.query import query
from kexin.party.models import Customer
from kexin.suitability.assessments.answering import acting_customer, answers_of
from kexin.suitability.assessments.choices import LIVE, SessionState
from kexin.suitability.assessments.standing import CurrentAssessment, counts, current_assessment
from kexin.suitability.models import (
    AssessmentSession,
    InsuranceNeeds,
    MergedStanding,
    ProfessionalStatus,
    RiskAssessment,
)
from kexin.suitability.questionnaires.choices import AnswerKind
from kexin.suitability.questionnaires.content import Question, said

VIEW = "suitability.view_assessments"
ANSWERS = "suitability.view_answers"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the customer sees it: no points, no signs. ``value`` is the answer so far."""

    code: str
    text: str
    note: str
    kind: str
    options: tuple[tuple[str, str], ...]
    least: str
    most: str
    value: str


@dataclass(frozen=True, slots=True)
class AskedModule:
    title: str
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class SessionView:
    """The customer's own questionnaire, in one language. ``next`` is the first question without an answer."""

    session_id: int
    kind: str
    state: str
    opening: str
    modules: tuple[AskedModule, ...]
    answered: int
    total: int
    next: str
    ends_at: dt.datetime
    here: bool


@query("suitability.open_session", label=_("Open one's own questionnaire"))
def own_session(actor: Actor, session_id: int, language: str = "zh") -> SessionView:
    """What to show the customer; ``here`` is False where another device has taken it over."""
    acting_customer(actor)
    rows = AssessmentSession.objects.select_related("questionnaire")
    row = rows.fetch(session_id, actor, "suitability.open_session")
    content = row.questionnaire.parsed if row.questionnaire else None
    answers = answers_of(row)
    modules = tuple(
        AskedModule(
            said(module.title, language),
            tuple(_asked(each, answers.get(each.code, ""), language) for each in module.questions),
        )
        for module in (content.modules if content else ())
    )
    asked = [each for module in modules for each in module.questions]
    return SessionView(
        session_id=row.pk,
        kind=row.kind,
        state=row.state if row.ends_at > timezone.now() or row.state not in LIVE else SessionState.ABANDONED,
        opening=said(content.opening, language) if content else "",
        modules=modules,
        answered=sum(1 for each in asked if each.value),
        total=len(asked),
        next=next((each.code for each in asked if not each.value), ""),
        ends_at=row.ends_at,
        here=row.holder == actor.session,
    )


def _asked(question: Question, value: str, language: str) -> Asked:
    options = question.options if question.kind == AnswerKind.CHOICE else ()
    return Asked(
        code=question.code,
        text=said(question.text, language),
        note=said(question.note, language),
        kind=question.kind,
        options=tuple((each.code, said(each.text, language)) for each in options),
        least="" if question.least is None else f"{question.least:f}",
        most="" if question.most is None else f"{question.most:f}",
        value=value,
    )


@dataclass(frozen=True, slots=True)
class OwnResult:
    """What the customer may read of the own assessment: what counts, the last result, a live session if any.

    ``waiting`` is the changed result to be confirmed: ``previous_grade`` beside ``told_grade``.
    """

    current: CurrentAssessment
    last: RiskAssessment | None
    waiting: RiskAssessment | None
    needs: InsuranceNeeds | None
    live: tuple[AssessmentSession, ...]


@query("suitability.view_own_result", label=_("See one's own assessment"))
def own_result(actor: Actor) -> OwnResult:
    """The customer's own standing, for the portal."""
    pk = acting_customer(actor)
    customer = Customer.objects.fetch(pk, actor, "suitability.view_own_result")
    now = current_assessment(customer)
    rows = RiskAssessment.objects.filter(customer=pk).order_by("-submitted_at", "-pk")
    last = rows.first()
    waiting = rows.filter(pk=now.pending_id).first() if now.pending_id else None
    if waiting is not None and waiting.valid_until < business_date():
        waiting = None
    live = AssessmentSession.objects.filter(customer=pk, state__in=LIVE, ends_at__gt=timezone.now()).order_by("pk")
    needs = InsuranceNeeds.objects.filter(customer=pk).order_by("-pk").first()
    return OwnResult(now, last, waiting, needs, tuple(live))


@query(VIEW, label=_("See risk assessments"))
def risk_standing(actor: Actor, customer: Customer) -> CurrentAssessment:
    """What counts today for a customer within reach."""
    return current_assessment(Customer.objects.fetch(customer.pk, actor, VIEW))


@query(VIEW, label=_("See risk assessments"))
def assessments(actor: Actor, customer_id: int) -> QuerySet[RiskAssessment]:
    """Results of a customer within reach, newest first. Answers are not for everybody: see ``answers_shown``."""
    rows = RiskAssessment.objects.visible_to(actor, VIEW).filter(customer=customer_id)
    return rows.select_related("questionnaire", "confirmation", "review").order_by("-submitted_at", "-pk")


@dataclass(frozen=True, slots=True)
class History:
    """Everything staff may know of a customer's assessments; ``live`` tells that, never what, is being answered."""

    current: CurrentAssessment
    results: list[RiskAssessment]
    needs: InsuranceNeeds | None
    professional: ProfessionalStatus | None
    used: int
    live: list[AssessmentSession]
    merged: MergedStanding | None  # what was decided when files were last merged, or parted


@query(VIEW, label=_("See risk assessments"))
def history(actor: Actor, customer_id: int) -> History:
    """The tab of a customer's page."""
    customer = Customer.objects.fetch(customer_id, actor, VIEW)
    today = business_date()
    live = AssessmentSession.objects.filter(customer=customer, state__in=LIVE, ends_at__gt=timezone.now())
    professional = ProfessionalStatus.objects.filter(customer=customer).order_by("-pk").first()
    return History(
        current=current_assessment(customer, today),
        results=list(assessments(actor, customer_id)),
        needs=InsuranceNeeds.objects.filter(customer=customer).order_by("-pk").first(),
        professional=professional if professional and professional.valid_until >= today else None,
        used=counts(customer.pk, today)[1],
        live=list(live.order_by("pk")),
        merged=MergedStanding.objects.filter(customer=customer).select_related("assessment").order_by("-pk").first(),
    )


@query(VIEW, label=_("See risk assessments"))
def result_shown(actor: Actor, assessment_id: int) -> RiskAssessment:
    """One result within reach, without its answers."""
    rows = RiskAssessment.objects.select_related("customer", "questionnaire__questionnaire", "confirmation", "review")
    return rows.fetch(assessment_id, actor, VIEW)


@query(ANSWERS, label=_("See the answers of submitted assessments"), record="open")
def answers_shown(actor: Actor, assessment_id: int, language: str = "zh") -> list[tuple[str, str, int]]:
    """Question, answer and points of a submitted result; reading them is recorded."""
    row = RiskAssessment.objects.select_related("questionnaire").fetch(assessment_id, actor, ANSWERS)
    act = frame.current.get()
    if act is not None:
        act.subject, act.customer_id = ("suitability.RiskAssessment", row.pk), row.customer_id
    lines = []
    for each in row.questionnaire.parsed.questions():
        option = each.option(row.answers.get(each.code, ""))
        if option is not None:
            lines.append((said(each.text, language), said(option.text, language), option.points))
    return lines
