"""Surveys through their doors: two persons bring one into force, each occasion asks once, customers answer alone."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from kexin.core.actor import Actor, system
from kexin.core.actor import customer as customer_actor
from kexin.core.approval import decide_approval
from kexin.core.calendar import zone
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.engagement.models import OutboundMessage
from kexin.party.consents.operations import record_consent
from kexin.party.models import Customer
from kexin.service.models import Survey, SurveyAnswer, SurveyInvitation, SurveyVersion
from kexin.service.requests import closing, opening
from kexin.service.surveys import authoring, handlers, inviting, sampling
from kexin.service.surveys.answering import (
    CUSTOMER_OPERATIONS,
    answer_own_survey,
    record_interview,
    submit_own_survey,
)
from kexin.service.surveys.events import SurveyAnswered
from kexin.service.surveys.inviting import expire_surveys, invite_to_survey, prompt_surveys
from kexin.service.surveys.queries import own_survey, own_surveys, survey_invitation, survey_invitations

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
CLOCK = system("clock.surveys")
GOOD = {"whole": ["9"], "solved": ["yes"], "attitude": ["10"], "expertise": ["8"], "speed": ["7"]}


@pytest.fixture
def monday(time_machine: Any) -> Any:
    """Monday, ten in the morning."""
    time_machine.move_to(MONDAY, tick=False)
    return time_machine


@pytest.fixture
def after_service() -> Survey:
    return Survey.objects.get(trigger="service")


def as_customer(row: Any) -> Actor:
    return customer_actor(row.pk, row.customer_no, set(CUSTOMER_OPERATIONS), session="phone", address="10.0.0.7")


def said(row: SurveyInvitation, actor: Actor, answers: dict[str, list[str]]) -> None:
    for question, values in answers.items():
        answer_own_survey(actor=actor, invitation_id=row.pk, question=question, values=values)


def fresh(row: SurveyInvitation) -> SurveyInvitation:
    return SurveyInvitation.objects.get(pk=row.pk)


def test_a_version_needs_two_persons_and_is_never_changed_afterwards(bank: Any, after_service: Survey) -> None:
    sun, wu = bank.actor("sun"), bank.actor("wu")
    content = deepcopy(after_service.versions.get().content)
    content["questions"] = [content["questions"][0], {"code": "half", "kind": "one", "text": {"zh": "半"}}]
    draft = authoring.draft_survey(after_service, actor=sun, content=content)
    with pytest.raises(RuleViolation):  # unfinished: kept, but not proposed
        authoring.propose_survey(draft, actor=sun, in_force_from=dt.date.today(), reason="更短")
    with pytest.raises(Conflict):
        authoring.draft_survey(after_service, actor=sun, content=content, version=99)
    content["questions"].pop()
    authoring.draft_survey(after_service, actor=sun, content=content, version=draft.version)
    with pytest.raises(RuleViolation) as refusal:
        authoring.propose_survey(draft.pk, actor=sun, in_force_from=dt.date(2020, 1, 1), reason="更短")
    assert set(refusal.value.fields) == {"in_force_from"}
    approval = authoring.propose_survey(draft.pk, actor=sun, in_force_from=dt.date.today(), reason="更短")
    with pytest.raises(RuleViolation):
        decide_approval(approval, actor=sun, approve=True)
    decide_approval(approval, actor=wu, approve=True)
    row = SurveyVersion.objects.get(pk=draft.pk)
    assert (row.state, row.number, row.approved_by) == ("approved", 2, wu.name)
    assert SurveyVersion.objects.in_force(after_service, dt.date.today()) == row
    assert Event.objects.filter(name="service.SurveyApproved").exists()
    with transaction.atomic(), pytest.raises(DatabaseError):
        SurveyVersion.objects.filter(pk=row.pk).update(content={})


def test_an_own_survey_begins_with_a_code_of_its_own(bank: Any) -> None:
    sun = bank.actor("sun")
    row = authoring.create_survey(actor=sun, code="branch_visit", name="网点服务", name_en="Branch")
    assert row.versions.get().state == "draft"
    for wrong, field in (
        ({"code": "branch_visit"}, "code"),
        ({"code": "Bad code"}, "code"),
        ({"name": " "}, "name"),
        ({"trigger": "quarterly"}, "trigger"),
    ):
        with pytest.raises(RuleViolation) as refusal:
            authoring.create_survey(**{"actor": sun, "code": "another", "name": "又一", "name_en": "Other", **wrong})
        assert set(refusal.value.fields) == {field}
    with pytest.raises(NotPermitted):
        authoring.create_survey(actor=bank.actor("lin"), code="x1", name="一", name_en="One")


def test_a_closed_request_asks_once_and_whoever_was_responsible_is_judged(bank: Any, chen: Any, monday: Any) -> None:
    sun = bank.actor("sun")
    told = {"kind": "consultation", "category": "card", "channel": "phone"}
    for subject in ("取不了款", "又取不了款"):
        row = opening.open_request(chen, actor=sun, subject=subject, **told)
        closing.tell_result(row, actor=sun, result="好了", solved=True, channel="phone")
        closing.confirm_request(row, actor=sun, agreed=True, channel="phone")
        fact = handlers.RequestClosed(chen.pk, row.request_no, row.pk, "confirmed")
        handlers.ask_after_service(fact)
        handlers.ask_after_service(fact)
    made = SurveyInvitation.objects.get()  # the second request fell into the rest that customers are given
    assert (made.post, made.unit, made.trigger) == (bank.posts["sun"], bank.units["east"], "service")
    assert made.subject_no.startswith("Q2026")
    assert made.expires_at == MONDAY + dt.timedelta(days=14)
    monday.move_to(MONDAY + dt.timedelta(days=61), tick=False)
    inviting.trigger_survey(chen.pk, actor=CLOCK, trigger="service", subject_no="Q9")
    assert SurveyInvitation.objects.count() == 2
    inviting.trigger_survey(chen.pk, actor=CLOCK, trigger="complaint", subject_no="T1")  # asked in any case
    assert SurveyInvitation.objects.filter(trigger="complaint").count() == 1


def test_the_customer_answers_once_comes_back_and_sends(bank: Any, chen: Any, after_service: Survey) -> None:
    row = invite_to_survey(chen, actor=bank.actor("lin"), survey=after_service)
    me = as_customer(chen)
    assert [each.pk for each in own_surveys(me)] == [row.pk]
    said(row, me, {"whole": ["3"], "solved": ["no"], "why": ["等了很久"]})
    assert own_survey(me, row.pk).next == "attitude"
    for question, values in (("whole", ["11"]), ("whole", []), ("solved", ["perhaps"])):
        with pytest.raises(RuleViolation) as refusal:
            answer_own_survey(actor=me, invitation_id=row.pk, question=question, values=values)
        assert set(refusal.value.fields) == {"value"}
    with pytest.raises(RuleViolation) as unfinished:
        submit_own_survey(actor=me, invitation_id=row.pk)
    assert set(unfinished.value.fields) == {"attitude", "expertise", "speed"}
    said(row, me, GOOD)  # thinks again: the words about what was bad fall away
    submit_own_survey(actor=me, invitation_id=row.pk)
    row = fresh(row)
    assert (row.state, row.score, row.nps, row.low) == ("answered", Decimal("88.89"), None, False)
    assert not row.answers.get(question="why").given
    assert (row.answers.get(question="whole").value, row.answers.get(question="whole").most) == (9, 10)
    for act in (lambda: said(row, me, {"whole": ["1"]}), lambda: submit_own_survey(actor=me, invitation_id=row.pk)):
        with pytest.raises(RuleViolation):
            act()
    with transaction.atomic(), pytest.raises(DatabaseError):
        SurveyAnswer.objects.filter(invitation=row, question="whole").update(value=1)
    entry = AuditEntry.objects.filter(operation="service.submit_own_survey", outcome="done").get()
    assert entry.actor_kind == "customer"
    assert Event.objects.get(name="service.SurveyAnswered").payload["low"] is False
    stranger = replace(me, customer_id=chen.pk + 1)
    with pytest.raises(NotFound):
        own_survey(stranger, row.pk)
    with pytest.raises(NotPermitted):  # nobody of the staff sends for the customer
        submit_own_survey(actor=bank.actor("sun"), invitation_id=row.pk)


def test_a_low_score_is_looked_into_by_the_head(bank: Any, chen: Any, after_service: Survey, monday: Any) -> None:
    row = invite_to_survey(chen, actor=bank.actor("lin"), survey=after_service)
    me = as_customer(chen)
    said(row, me, GOOD | {"whole": ["2"], "why": ["态度冷淡"]})
    submit_own_survey(actor=me, invitation_id=row.pk)
    fact = SurveyAnswered(chen.pk, "", row.pk, "hand", "x", fresh(row).low)
    assert fact.low
    handlers.look_into_low_score(fact)
    handlers.look_into_low_score(fact)
    item = WorkItem.objects.open().get(kind="service.low_score")
    assert (item.owner_post_id, item.customer_id) == (bank.posts["zhou"].pk, chen.pk)
    assert item.due_at > MONDAY
    file = survey_invitation(bank.actor("zhou"), row.pk)
    assert "态度冷淡" in [given.text for _asked, given in file.lines]
    with pytest.raises(NotFound):
        survey_invitation(bank.actor("zhou"), row.pk + 1)
    with pytest.raises(NotPermitted):  # who leads the customer does not read who said what
        survey_invitation(bank.actor("lin"), row.pk)
    assert not survey_invitations(bank.actor("sun"), low=True, state="open").exists()


def test_an_interview_is_written_down_whole_or_not_at_all(bank: Any, chen: Any, after_service: Survey) -> None:
    row = invite_to_survey(chen, actor=bank.actor("sun"), survey=after_service)
    with pytest.raises(RuleViolation) as refusal:
        record_interview(row, actor=bank.actor("sun"), answers={"whole": ["12"], "solved": ["yes"]})
    assert set(refusal.value.fields) == {"whole", "attitude", "expertise", "speed"}
    assert not row.answers.exists()
    record_interview(row, actor=bank.actor("sun"), answers=GOOD)
    assert (fresh(row).state, fresh(row).by_staff) == ("answered", bank.actor("sun").name)


def test_told_only_with_consent_by_day_within_the_budget_and_reminded_once(
    bank: Any, chen: Any, after_service: Survey, monday: Any
) -> None:
    Customer.objects.filter(pk=chen.pk).update(status="active")
    night = MONDAY.replace(hour=22)
    monday.move_to(night, tick=False)
    row = invite_to_survey(chen, actor=bank.actor("lin"), survey=after_service)
    prompt_surveys(actor=CLOCK)
    assert fresh(row).next_prompt_at == MONDAY.replace(hour=9) + dt.timedelta(days=1)
    monday.move_to(MONDAY + dt.timedelta(days=1), tick=False)
    prompt_surveys(actor=CLOCK)
    assert (fresh(row).prompts, fresh(row).next_prompt_at) == (0, None)  # no consent: it only lies in the portal
    assert not OutboundMessage.objects.exists()
    record_consent(chen, actor=bank.actor("lin"), channel="sms", granted=True, source="counter", evidence="表单 1")
    SurveyInvitation.objects.update(next_prompt_at=MONDAY)
    prompt_surveys(actor=CLOCK)
    assert (fresh(row).prompts, fresh(row).channel) == (1, "sms")
    assert OutboundMessage.objects.get().purpose == "portal.survey"
    monday.move_to(MONDAY + dt.timedelta(days=6), tick=False)
    assert prompt_surveys(actor=CLOCK) == 1
    assert (fresh(row).prompts, fresh(row).next_prompt_at) == (2, None)  # reminded once
    assert prompt_surveys(actor=CLOCK) == 0
    for _n in range(2):  # other senders use up the budget
        OutboundMessage.objects.create(
            customer=chen, key_id=chen.party.key_id, channel="sms", purpose="sales.notice",
            reference=f"00000000-0000-0000-0000-00000000000{_n}", next_at=MONDAY, expires_at=MONDAY, made_by="x",
        )  # fmt: skip
    SurveyInvitation.objects.update(next_prompt_at=MONDAY, prompts=0)
    prompt_surveys(actor=CLOCK)
    assert fresh(row).prompts == 0
    assert fresh(row).next_prompt_at == MONDAY + dt.timedelta(days=7)
    monday.move_to(MONDAY + dt.timedelta(days=15), tick=False)
    assert expire_surveys(actor=CLOCK) == 1
    with pytest.raises(RuleViolation):
        said(row, as_customer(chen), {"whole": ["9"]})


def test_a_sample_keeps_its_quota_can_be_drawn_again_and_lets_people_rest(bank: Any, chen: Any, monday: Any) -> None:
    survey, zhou = Survey.objects.get(trigger="quarterly"), bank.actor("zhou")
    with pytest.raises(RuleViolation):
        sampling.draw_wave(actor=zhou, survey=survey, unit_id=bank.units["east"].pk)  # nobody is active yet
    Customer.objects.filter(pk=chen.pk).update(status="active")
    with pytest.raises(NotFound):
        sampling.draw_wave(actor=zhou, survey=survey, unit_id=bank.units["west"].pk)
    wave = sampling.draw_wave(actor=zhou, survey=survey, unit_id=bank.units["east"].pk)
    assert (wave.period, wave.count, wave.eligible) == ("2026Q1", 1, 1)
    row = SurveyInvitation.objects.get(wave=wave)
    assert (row.customer, row.unit, row.tier, row.state) == (chen, bank.units["east"], chen.tier, "open")
    assert Event.objects.filter(name="service.SurveyInvited", customer_id=chen.pk).count() == 1
    with pytest.raises(Conflict):
        sampling.draw_wave(actor=zhou, survey=survey, unit_id=bank.units["east"].pk)
    assert sampling.draw_quarter(actor=CLOCK) is None  # of this quarter, already
    monday.move_to(MONDAY + dt.timedelta(days=30), tick=False)
    assert sampling.draw_quarter(actor=CLOCK) is None  # the next quarter, but everybody rests
    monday.move_to(MONDAY + dt.timedelta(days=70), tick=False)
    again = sampling.draw_quarter(actor=CLOCK)
    assert again is not None
    assert (again.period, again.count) == ("2026Q2", 1)
