"""What the customer alone does: open, answer, submit, confirm. Nobody of the staff passes these doors.

One sign-in holds a session at a time; whoever opens it on another device takes it over, and the first one is told.
Repeating an answer, a submission or a confirmation after a lost connection does nothing twice.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import ActorKind
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force, numbers_of
from kexin.party.models import Customer
from kexin.suitability.assessments.choices import LIVE, AssessmentChannel, SessionState
from kexin.suitability.assessments.events import AssessmentSubmitted, ChangedResultConfirmed, InsuranceNeedsStated
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.assessments.rules import age_in, kind_for, may_be_assessed, may_submit
from kexin.suitability.assessments.standing import (
    CurrentAssessment,
    counts,
    current_assessment,
    ends_on,
    lock_standing,
    put_in_force,
)
from kexin.suitability.assessments.work import open_elder_review, settle_expiring
from kexin.suitability.models import (
    AssessmentAnswer,
    AssessmentSession,
    InsuranceNeeds,
    QuestionnaireVersion,
    ResultConfirmation,
    RiskAssessment,
    RiskStanding,
)
from kexin.suitability.questionnaires.choices import SCORED, QuestionnaireKind
from kexin.suitability.questionnaires.content import FACTS
from kexin.suitability.questionnaires.scoring import CAPACITY, ELDER, LOWEST_GRADE, capped, missing, score

CUSTOMER_OPERATIONS = (
    "suitability.open_session",
    "suitability.answer_question",
    "suitability.submit_assessment",
    "suitability.confirm_changed_result",
    "suitability.give_up_session",
    "suitability.view_own_result",
)


def acting_customer(actor: Actor) -> int:
    """The customer who acts; whoever is not one is refused, whatever their posts grant (Art. 13)."""
    if actor.kind != ActorKind.CUSTOMER or actor.customer_id is None:
        raise NotPermitted(_("Only the customer answers. Staff can neither answer nor see the answers."))
    return actor.customer_id


def _customer(actor: Actor) -> Customer:
    row = Customer.objects.filter(pk=acting_customer(actor)).first()
    if row is None:
        raise NotFound
    return row


@operation("suitability.open_session", label=_("Open one's own questionnaire"), plain=("channel", "kind"))
def open_session(*, actor: Actor, channel: str, kind: str = "", device: str = "") -> AssessmentSession:
    """Begin the questionnaire, or go on where it was left; ``kind`` is the risk questionnaire unless said.

    Raises RuleViolation where the customer may not be assessed (file closed, no birth date, no capacity, twice today
    or eight times within twelve months) and where no questionnaire is in force.
    """
    row, now = _customer(actor), timezone.now()
    kind = kind or kind_for(row.kind)
    if channel not in AssessmentChannel.values or kind not in QuestionnaireKind.values:
        raise NotFound
    lock_standing(row)
    rules, today = in_force(AssessmentPolicy), business_date()
    _may_begin(row, kind, rules, today)
    session = AssessmentSession.objects.select_for_update().filter(customer=row, kind=kind, state__in=LIVE).first()
    if session is not None and session.ends_at <= now:
        session.state, session.closed_at = SessionState.ABANDONED, now
        session.save(update_fields=["state", "closed_at"])
        session = None
    if session is None:
        session = AssessmentSession(customer=row, kind=kind, state=SessionState.INVITED)
    if session.state == SessionState.INVITED:
        asked = QuestionnaireVersion.objects.in_force(kind, today)
        if asked is None:
            raise RuleViolation(_("No questionnaire is in force. Please ask the institution."))
        session.questionnaire, session.policy_id = asked, rules.policy_version
        session.state, session.opened_at = SessionState.OPEN, now
    elif session.holder != actor.session:
        session.resumed += 1
    session.channel, session.holder = channel, actor.session
    session.device, session.address, session.last_at = device[:200], actor.address[:64], now
    session.ends_at = now + dt.timedelta(hours=rules.open_hours)
    session.save()
    return session


def _may_begin(row: Customer, kind: str, rules: AssessmentPolicy, today: dt.date) -> None:
    now = current_assessment(row, today)
    asked = kind if kind in SCORED else kind_for(row.kind)
    may_be_assessed(kind=asked, status=row.status, age=now.age, capacity=now.capacity).enforce()
    if kind in SCORED:
        if kind != kind_for(row.kind):
            raise NotFound
        of_day, of_period = counts(row.pk, today)
        may_submit(today=of_day, within_period=of_period, rules=rules).enforce()


def _held(session: AssessmentSession | int, actor: Actor) -> AssessmentSession:
    """The session, locked, if it is open, not too old, and held by this sign-in."""
    acting_customer(actor)
    row = AssessmentSession.objects.lock(session, actor)
    if row.state != SessionState.OPEN:
        raise RuleViolation(_("This questionnaire is closed. Open it again from the beginning."))
    if row.ends_at <= timezone.now():
        raise RuleViolation(_("This questionnaire was not finished in time. Open it again from the beginning."))
    if row.holder != actor.session:
        raise Conflict(_("This questionnaire was continued on another device. Open it again here to go on."))
    return row


def answers_of(session: AssessmentSession) -> dict[str, str]:
    """The last answer to each question."""
    return dict(session.answers.order_by("pk").values_list("question", "value"))


@operation("suitability.answer_question", label=_("Answer one's own questionnaire"))
def answer_question(session: AssessmentSession | int, *, actor: Actor, question: str, value: str) -> AssessmentAnswer:
    """Keep one answer: the code of an option, or an amount or number as text. A later answer replaces it."""
    row = _held(session, actor)
    assert row.questionnaire is not None
    asked = row.questionnaire.parsed.question(question)
    if asked is None:
        raise NotFound
    kept, allowed = asked.clean(value)
    allowed.enforce()
    last = row.answers.filter(question=question).order_by("-pk").first()
    now = timezone.now()
    row.last_at = now
    row.ends_at = now + dt.timedelta(hours=_rules(row).open_hours)
    row.save(update_fields=["last_at", "ends_at"])
    if last is not None and last.value == kept:
        return last
    return AssessmentAnswer.objects.create(
        customer_id=row.customer_id, session=row, question=question, value=kept, answered_at=now, **_signed(row, actor)
    )


def _rules(session: AssessmentSession) -> AssessmentPolicy:
    """The numbers by which the session began: a change in between does not touch it."""
    return numbers_of(AssessmentPolicy, session.policy)


def _signed(session: AssessmentSession, actor: Actor) -> dict[str, Any]:
    """Who wrote the row, and where."""
    return {
        "actor_kind": actor.kind,
        "acted_by": actor.customer_id,
        "device": session.device,
        "address": actor.address[:64],
    }


@operation("suitability.give_up_session", label=_("Leave one's own questionnaire"))
def give_up_session(session: AssessmentSession | int, *, actor: Actor) -> AssessmentSession:
    """The customer does not want to go on: the answers stay on record, nothing is scored, nothing is counted."""
    row = _held(session, actor)
    row.state, row.closed_at = SessionState.ABANDONED, timezone.now()
    row.save(update_fields=["state", "closed_at"])
    return row


@operation("suitability.submit_assessment", label=_("Submit one's own questionnaire"))
def submit_assessment(session: AssessmentSession | int, *, actor: Actor) -> RiskAssessment | InsuranceNeeds:
    """Score the answers and keep the result. Submitting again gives the same result back.

    A grade other than the last one waits for :func:`confirm_changed_result`. Raises RuleViolation with one field per
    unanswered question.
    """
    customer = _customer(actor)
    standing = lock_standing(customer)
    known = AssessmentSession.objects.lock(session, actor)
    done = _result_of(known)
    if done is not None:
        return done
    row = _held(known, actor)
    assert row.questionnaire is not None
    answers = answers_of(row)
    open_still = missing(row.questionnaire.parsed, answers)
    if open_still:
        raise RuleViolation(fields={code: _("Please answer this question.") for code in open_still})
    result = _assess(row, customer, standing, answers, actor) if row.kind in SCORED else _state(row, answers, actor)
    row.state, row.closed_at = SessionState.SUBMITTED, timezone.now()
    row.save(update_fields=["state", "closed_at"])
    return result


def _result_of(session: AssessmentSession) -> RiskAssessment | InsuranceNeeds | None:
    if session.state != SessionState.SUBMITTED:
        return None
    rows = RiskAssessment.objects if session.kind in SCORED else InsuranceNeeds.objects
    found: RiskAssessment | InsuranceNeeds | None = rows.filter(session=session).first()
    return found


def _assess(
    row: AssessmentSession, customer: Customer, standing: RiskStanding, answers: dict[str, str], actor: Actor
) -> RiskAssessment:
    assert row.questionnaire is not None
    assert row.policy_id is not None
    rules, today = _rules(row), business_date()
    before = current_assessment(customer, today)
    may_be_assessed(kind=row.kind, status=customer.status, age=before.age, capacity=before.capacity).enforce()
    of_day, of_period = counts(customer.pk, today)
    may_submit(today=of_day, within_period=of_period, rules=rules).enforce()
    scored = score(row.questionnaire.parsed, answers, rules.parsed_bands, rules.parsed_ceilings)
    grade, lowest, codes = scored.grade, scored.lowest, scored.codes
    if before.capacity != "full":
        grade, lowest, codes = LOWEST_GRADE, True, [*codes, CAPACITY]
    age = age_in(customer.born_year, customer.birthday, today)
    elder = row.kind == QuestionnaireKind.RISK_PERSON and age is not None and age >= rules.elder_age
    told = capped(grade, elder=elder, cap=rules.elder_cap, lifted=False)
    previous = _told_before(standing)
    result = RiskAssessment.objects.create(
        customer=customer,
        session=row,
        kind=row.kind,
        questionnaire=row.questionnaire,
        policy_id=row.policy_id,
        answers=answers,
        points=scored.points,
        band=scored.band,
        ceilings=[*codes, *([ELDER] if told < grade else [])],
        grade=grade,
        told_grade=told,
        lowest=lowest,
        age=age,
        previous_grade=previous,
        needs_confirmation=previous is not None and (previous != told or standing.lowest != lowest),
        submitted_at=timezone.now(),
        submitted_on=today,
        of_day=of_day + 1,
        valid_until=ends_on(today, rules),
        channel=row.channel,
        invited_by=row.invited_by,
        **_signed(row, actor),
    )
    _follow(customer, standing, result, rules)
    return result


def _told_before(standing: RiskStanding) -> int | None:
    """The grade the customer was last told and that counted, expired or not."""
    if standing.assessment is None:
        return None
    return standing.assessment.grade if standing.lifted else standing.assessment.told_grade


def _follow(customer: Customer, standing: RiskStanding, result: RiskAssessment, rules: AssessmentPolicy) -> None:
    """The result counts or waits, and everybody concerned is told."""
    if result.needs_confirmation:
        standing.pending = result
        standing.save(update_fields=["pending"])
    else:
        put_in_force(standing, result)
        settle_expiring(customer.pk, by=f"customer.{customer.customer_no}")
    if result.told_grade < result.grade and rules.elder_review:
        open_elder_review(customer, result, rules)
    emit(
        AssessmentSubmitted(
            customer.pk,
            customer.customer_no,
            result.pk,
            result.told_grade,
            result.previous_grade,
            result.needs_confirmation,
            result.valid_until,
        )
    )


def _state(row: AssessmentSession, answers: dict[str, str], actor: Actor) -> InsuranceNeeds:
    """Insurance: no score, but the facts that Art. 39 compares with premiums."""
    assert row.questionnaire is not None
    today = business_date()
    income, budget, years = (Decimal(answers[code]) for code in FACTS)
    made = InsuranceNeeds.objects.create(
        customer_id=row.customer_id,
        session=row,
        questionnaire=row.questionnaire,
        answers=answers,
        household_income=income,
        annual_budget=budget,
        payment_years=int(years),
        submitted_at=timezone.now(),
        submitted_on=today,
        valid_until=ends_on(today, _rules(row)),
        channel=row.channel,
        invited_by=row.invited_by,
        **_signed(row, actor),
    )
    emit(InsuranceNeedsStated(row.customer_id, row.customer.customer_no, made.pk, made.valid_until))
    return made


@operation("suitability.confirm_changed_result", label=_("Confirm one's own changed result"))
def confirm_changed_result(assessment: RiskAssessment | int, *, actor: Actor) -> ResultConfirmation:
    """The customer saw old and new grade and confirms the new one, which counts from now on."""
    customer = _customer(actor)
    standing = lock_standing(customer)
    pk = assessment if isinstance(assessment, int) else assessment.pk
    row = RiskAssessment.objects.fetch(pk, actor, "suitability.confirm_changed_result")
    known = ResultConfirmation.objects.filter(assessment=row).first()
    if known is not None:
        return known
    if standing.pending_id != row.pk:
        raise RuleViolation(_("A newer result has taken the place of this one."))
    if row.valid_until < business_date():
        raise RuleViolation(_("This result was not confirmed in time. Please answer the questionnaire again."))
    made = ResultConfirmation.objects.create(
        customer=customer,
        assessment=row,
        confirmed_at=timezone.now(),
        actor_kind=actor.kind,
        acted_by=customer.pk,
        device=row.device,
        address=actor.address[:64],
    )
    put_in_force(standing, row)
    settle_expiring(customer.pk, by=actor.name)
    emit(ChangedResultConfirmed(customer.pk, customer.customer_no, row.pk, row.told_grade, row.previous_grade))
    return made


__all__ = [
    "CUSTOMER_OPERATIONS",
    "CurrentAssessment",
    "answer_question",
    "confirm_changed_result",
    "give_up_session",
    "open_session",
    "submit_assessment",
]
