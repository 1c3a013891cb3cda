"""What the customer does, and what nobody else can do for the customer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from kexin.core.actor import customer as customer_actor
from kexin.core.actor import system
from kexin.core.choices import ActorKind
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.party.models import Customer
from kexin.suitability.assessments.operations import (
    answer_question,
    confirm_changed_result,
    give_up_session,
    invite_to_assess,
    open_session,
    review_elder_result,
    submit_assessment,
)
from kexin.suitability.assessments.queries import own_result, own_session
from kexin.suitability.assessments.standing import current_assessment, derived
from kexin.suitability.models import (
    AssessmentAnswer,
    AssessmentSession,
    InsuranceNeeds,
    RiskAssessment,
    RiskStanding,
)
from kexin.suitability.tests.conftest import as_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def events() -> list[str]:
    rows = Event.objects.filter(name__startswith="suitability.").order_by("id")
    return [name.removeprefix("suitability.") for name in rows.values_list("name", flat=True)]


def test_a_first_result_counts_at_once(bank: Any, young: Customer, assess: Any, today: dt.date) -> None:
    invited = invite_to_assess(young, actor=bank.actor("lin"), channel="link")
    result = assess(young, "c")
    assert (result.points, result.band, result.told_grade, result.needs_confirmation) == (57, 3, 3, False)
    assert result.session_id == invited.pk  # the invitation was taken up, not passed by
    assert (result.invited_by, result.channel, result.device) == ("1001", "link", "Chromium on a phone")
    assert result.address == "10.0.0.7"
    assert result.valid_until == dt.date(2027, 11, 19)
    now = current_assessment(young)
    assert (now.standing, now.grade, now.assessment_id) == ("valid", 3, result.pk)
    assert events() == ["AssessmentInvited", "AssessmentSubmitted"]
    entry = AuditEntry.objects.get(operation="suitability.submit_assessment")
    assert (entry.actor_kind, entry.customer_id, entry.policies) == (
        "customer",
        young.pk,
        {"suitability.assessment": 1},
    )
    told = AuditEntry.objects.filter(operation="suitability.answer_question").first()
    assert told is not None
    assert told.arguments["value"] == "(1)"  # the audit does not tell what was answered


def test_a_changed_result_waits_until_it_is_confirmed(young: Customer, assess: Any) -> None:
    assess(young, "c")
    second = assess(young, "e")
    assert (second.previous_grade, second.told_grade, second.needs_confirmation) == (3, 5, True)
    waiting = own_result(as_customer(young))
    assert waiting.waiting == second
    assert waiting.current.standing == "unconfirmed"
    assert waiting.current.grade == 3
    confirmed = confirm_changed_result(second, actor=as_customer(young))
    assert confirm_changed_result(second.pk, actor=as_customer(young)) == confirmed  # a lost answer, sent again
    assert current_assessment(young).grade == 5
    assert events()[-1] == "ChangedResultConfirmed"
    assert derived(young.pk) == (second.pk, None, False)


def test_a_lower_result_binds_before_it_is_confirmed(young: Customer, assess: Any) -> None:
    assess(young, "e")
    second = assess(young, "e", bearable="a")
    now = current_assessment(young)
    assert (now.standing, now.grade, now.lowest) == ("unconfirmed", 1, True)
    assert derived(young.pk) == (now.assessment_id, second.pk, False)


def test_the_same_result_needs_no_confirmation(young: Customer, assess: Any) -> None:
    first, second = assess(young, "c"), assess(young, "c")
    assert not second.needs_confirmation
    assert second.previous_grade == 3
    assert RiskStanding.objects.get(pk=young.pk).assessment_id == second.pk != first.pk


def test_staff_and_the_system_never_answer(bank: Any, young: Customer) -> None:
    session = open_session(actor=as_customer(young), channel="branch")
    for actor in (bank.actor("lin"), bank.actor("wu"), system("clock.x")):
        with pytest.raises(NotPermitted):
            answer_question(session, actor=actor, question="income", value="e")
        with pytest.raises(NotPermitted):
            submit_assessment(session, actor=actor)
        with pytest.raises(NotPermitted):
            own_session(actor, session.pk)
        with pytest.raises(NotPermitted):
            open_session(actor=actor, channel="branch")
    assert not AssessmentAnswer.objects.exists()
    assert AuditEntry.objects.filter(operation="suitability.answer_question", outcome="refused").count() == 3


@pytest.mark.parametrize("change", [{"actor_kind": ActorKind.PERSON}, {"acted_by": 0}])
def test_the_database_takes_answers_of_the_customer_only(young: Customer, change: dict[str, Any]) -> None:
    session = open_session(actor=as_customer(young), channel="link")
    row = {"actor_kind": ActorKind.CUSTOMER, "acted_by": young.pk} | change
    with pytest.raises(IntegrityError), transaction.atomic():
        AssessmentAnswer.objects.create(
            customer=young, session=session, question="income", value="e", answered_at=session.opened_at, **row
        )


@pytest.mark.parametrize("table", ["riskassessment", "assessmentanswer"])
def test_what_was_said_is_never_changed(young: Customer, assess: Any, table: str) -> None:
    assess(young)
    for sql in (f"UPDATE suitability_{table} SET device = 'x'", f"DELETE FROM suitability_{table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_another_customer_is_nobody(bank: Any, young: Customer) -> None:
    session = open_session(actor=as_customer(young), channel="link")
    other = customer_actor(young.pk + 1, "C9", ("suitability.answer_question",), session="x", address="")
    with pytest.raises(NotFound):
        answer_question(session, actor=other, question="income", value="e")
    with pytest.raises(NotPermitted):  # opened for nothing else
        submit_assessment(session, actor=other)


def test_a_third_time_on_one_day_is_refused(bank: Any, young: Customer, assess: Any, time_machine: Any) -> None:
    assess(young)
    assess(young)
    with pytest.raises(RuleViolation, match=r"2 times|2 次"):
        open_session(actor=as_customer(young), channel="link")
    with pytest.raises(RuleViolation):
        invite_to_assess(young, actor=bank.actor("lin"))
    time_machine.move_to(dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC), tick=False)  # midnight in Shanghai
    assert assess(young).of_day == 1


def test_nine_times_within_a_year_are_refused(young: Customer, assess: Any, time_machine: Any) -> None:
    for day in range(4):
        time_machine.move_to(dt.datetime(2026, 2, 1 + day, 1, tzinfo=dt.UTC), tick=False)
        assess(young)
        assess(young)
    time_machine.move_to(dt.datetime(2027, 1, 31, 1, tzinfo=dt.UTC), tick=False)
    with pytest.raises(RuleViolation):
        open_session(actor=as_customer(young), channel="link")
    time_machine.move_to(dt.datetime(2027, 2, 1, 1, tzinfo=dt.UTC), tick=False)
    assert assess(young).of_day == 1


def test_two_devices_at_once(young: Customer) -> None:
    phone, tablet = as_customer(young, "phone"), as_customer(young, "tablet")
    session = open_session(actor=phone, channel="link")
    answer_question(session, actor=phone, question="income", value="c")
    taken = open_session(actor=tablet, channel="branch")
    assert taken.pk == session.pk
    assert taken.resumed == 1
    with pytest.raises(Conflict):
        answer_question(session, actor=phone, question="burden", value="c")
    assert not own_session(phone, session.pk).here
    shown = own_session(tablet, session.pk)
    assert (shown.answered, shown.total, shown.next, shown.here) == (1, 10, "burden", True)
    answer_question(session, actor=tablet, question="burden", value="c")


def test_the_customer_sees_no_points(young: Customer) -> None:
    session = open_session(actor=as_customer(young), channel="link")
    shown = own_session(as_customer(young), session.pk, "en")
    assert shown.modules[0].questions[0].options[0] == ("a", "Below 100,000 yuan")
    assert "points" not in str(shown)
    assert "no_loss" not in str(shown)


def test_answers_are_kept_once_and_may_change(young: Customer) -> None:
    actor = as_customer(young)
    session = open_session(actor=actor, channel="link")
    first = answer_question(session, actor=actor, question="income", value="c")
    assert answer_question(session, actor=actor, question="income", value="c") == first
    answer_question(session, actor=actor, question="income", value="d")
    assert list(session.answers.order_by("pk").values_list("value", flat=True)) == ["c", "d"]
    with pytest.raises(RuleViolation):
        answer_question(session, actor=actor, question="income", value="x")
    with pytest.raises(NotFound):
        answer_question(session, actor=actor, question="nothing", value="a")
    with pytest.raises(RuleViolation) as refusal:
        submit_assessment(session, actor=actor)
    assert len(refusal.value.fields) == 9
    assert not RiskAssessment.objects.exists()


def test_left_and_come_back_too_late(young: Customer, time_machine: Any) -> None:
    actor = as_customer(young)
    session = open_session(actor=actor, channel="link")
    answer_question(session, actor=actor, question="income", value="c")
    time_machine.move_to(dt.datetime(2026, 11, 23, 0, 59, tzinfo=dt.UTC), tick=False)  # an hour short of three days
    assert open_session(actor=actor, channel="link").pk == session.pk
    time_machine.move_to(dt.datetime(2026, 11, 26, 1, tzinfo=dt.UTC), tick=False)
    with pytest.raises(RuleViolation):
        answer_question(session, actor=actor, question="burden", value="c")
    anew = open_session(actor=actor, channel="link")
    assert anew.pk != session.pk
    assert AssessmentSession.objects.get(pk=session.pk).state == "abandoned"
    give_up_session(anew, actor=actor)
    assert own_result(actor).live == ()


def test_submitting_twice_gives_the_same_result(young: Customer, assess: Any) -> None:
    result = assess(young)
    assert submit_assessment(result.session, actor=as_customer(young)) == result
    assert RiskAssessment.objects.count() == 1


def test_care_for_the_elderly(bank: Any, chen: Any, assess: Any) -> None:
    """Mrs Chen is 67: what she answers for is kept, what counts is capped, and the head of the sub-branch looks."""
    result = assess(chen, "e")
    assert (result.age, result.grade, result.told_grade, result.ceilings) == (67, 5, 3, ["elder"])
    now = current_assessment(chen)
    assert (now.grade, now.elder, now.elder_capped) == (3, True, True)
    item = WorkItem.objects.open().get(kind="suitability.elder_review")
    assert item.owner_post_id == bank.posts["zhou"].pk
    with pytest.raises(NotPermitted):
        review_elder_result(result, actor=bank.actor("lin"), lift=True, reason="x")
    with pytest.raises(RuleViolation):
        review_elder_result(result, actor=bank.actor("zhou"), lift=True, reason=" ")
    review_elder_result(result, actor=bank.actor("zhou"), lift=True, reason="已面谈，经验与答卷相符")
    assert current_assessment(chen).grade == 5
    assert derived(chen.pk) == (result.pk, None, True)
    assert not WorkItem.objects.open().exists()
    with pytest.raises(RuleViolation):
        review_elder_result(result, actor=bank.actor("zhou"), lift=False, reason="x")
    assert events()[-1] == "ElderResultReviewed"


def test_turning_sixty_five(young: Customer, assess: Any, time_machine: Any) -> None:
    Customer.objects.filter(pk=young.pk).update(born_year=1961, birthday=1122)
    row = Customer.objects.get(pk=young.pk)
    assert assess(row, "e").told_grade == 5
    assert current_assessment(row, dt.date(2026, 11, 21)).grade == 5
    assert current_assessment(row, dt.date(2026, 11, 22)).grade == 3  # 65 today


def test_the_last_day_ends_at_midnight(young: Customer, assess: Any, time_machine: Any) -> None:
    assess(young)
    time_machine.move_to(dt.datetime(2027, 11, 19, 15, 59, 59, tzinfo=dt.UTC), tick=False)
    assert current_assessment(young).standing == "valid"
    time_machine.move_to(dt.datetime(2027, 11, 19, 16, tzinfo=dt.UTC), tick=False)
    assert current_assessment(young).standing == "expired"


def test_no_birth_date_no_assessment(young: Customer) -> None:
    Customer.objects.filter(pk=young.pk).update(born_year=None)
    with pytest.raises(RuleViolation):
        open_session(actor=as_customer(young), channel="link")


def test_insurance_needs_are_facts(young: Customer) -> None:
    actor = as_customer(young)
    session = open_session(actor=actor, channel="link", kind="insurance_needs")
    said = {
        "need": "pension", "insured": "self", "cover": "social", "surrender": "yes_known", "source": "salary",
        "household_income": "300,000", "annual_budget": "50000", "payment_years": "10",
    }  # fmt: skip
    for question, value in said.items():
        answer_question(session, actor=actor, question=question, value=value)
    made = submit_assessment(session, actor=actor)
    assert isinstance(made, InsuranceNeeds)
    assert (made.household_income, made.annual_budget, made.payment_years) == (300000, 50000, 10)
    assert events() == ["InsuranceNeedsStated"]
    assert not RiskAssessment.objects.exists()
    assert submit_assessment(session, actor=actor) == made
