"""Mrs Chen is assessed: invited by Lin, answered by herself alone, told, confirmed, and out of date at midnight.

Her manager can neither answer nor look on; the second device takes the first one's place; the third attempt of a day
waits for tomorrow; at 67 she is told no more than C3 until the head of the sub-branch has looked (D-11).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.actor import customer as customer_actor
from kexin.core.calendar import zone
from kexin.core.errors import Conflict, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.suitability.assessments.operations import (
    CUSTOMER_OPERATIONS,
    answer_question,
    confirm_changed_result,
    invite_to_assess,
    open_session,
    review_elder_result,
    submit_assessment,
)
from kexin.suitability.assessments.standing import current_assessment, derived
from kexin.suitability.models import RiskAssessment

pytestmark = pytest.mark.django_db

REQUIREMENTS = {
    "D-11": "the questionnaire, its result in the file, renewed, confirmed and out of date",
}
SCREENS = {"D-11": "客户·风险承受能力、风险测评、问卷"}


def test_from_the_invitation_to_the_last_midnight(bank: Any, chen: Any, time_machine: Any) -> None:
    time_machine.move_to(dt.datetime(2026, 3, 9, 9, tzinfo=zone()), tick=False)
    lin = bank.actor("lin")
    phone, tablet = (
        customer_actor(chen.pk, chen.customer_no, CUSTOMER_OPERATIONS, session=each, address="10.0.0.7")
        for each in ("phone", "tablet")
    )

    def answer(actor: Any, letter: str) -> RiskAssessment:
        session = open_session(actor=actor, channel="link", device="phone")
        assert session.questionnaire is not None
        for each in session.questionnaire.parsed.questions():
            answer_question(session, actor=actor, question=each.code, value=letter)
        result = submit_assessment(session, actor=actor)
        assert isinstance(result, RiskAssessment)
        return result

    invited = invite_to_assess(chen, actor=lin, channel="link")
    begun = open_session(actor=phone, channel="link")
    assert begun.pk == invited.pk
    with pytest.raises(NotPermitted):
        answer_question(begun, actor=lin, question="income", value="e")
    open_session(actor=tablet, channel="branch")
    with pytest.raises(Conflict):
        answer_question(begun, actor=phone, question="income", value="c")

    first = answer(tablet, "b")
    assert (first.told_grade, first.needs_confirmation) == (2, False)
    second = answer(phone, "e")  # bold answers at 67
    assert (second.grade, second.told_grade, second.previous_grade) == (5, 3, 2)
    assert current_assessment(chen).grade == 2  # nothing higher before she has confirmed it
    with pytest.raises(RuleViolation):
        open_session(actor=phone, channel="link")  # the third time today
    confirm_changed_result(second, actor=phone)
    assert current_assessment(chen).grade == 3
    review_elder_result(second, actor=bank.actor("zhou"), lift=True, reason="已面谈，经验与资产相符")
    assert current_assessment(chen).grade == 5

    time_machine.move_to(dt.datetime(2027, 3, 8, 23, 59, 59, tzinfo=zone()), tick=False)
    assert current_assessment(chen).standing == "valid"
    time_machine.move_to(dt.datetime(2027, 3, 9, 0, 0, tzinfo=zone()), tick=False)
    assert current_assessment(chen).standing == "expired"
    assert derived(chen.pk) == (second.pk, None, True)
    told = Event.objects.filter(name__startswith="suitability.").order_by("id").values_list("name", flat=True)
    assert [each.removeprefix("suitability.") for each in told] == [
        "AssessmentInvited",
        "AssessmentSubmitted",
        "AssessmentSubmitted",
        "ChangedResultConfirmed",
        "ElderResultReviewed",
    ]
    refused = AuditEntry.objects.filter(operation="suitability.answer_question", outcome="refused")
    assert set(refused.values_list("actor_kind", flat=True)) == {"person", "customer"}
