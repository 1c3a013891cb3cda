"""Staff's pages of assessments: the customer's tab and head, the list, one result, what staff record."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.approval import decide_approval
from kexin.core.errors import RuleViolation
from kexin.core.models import AuditEntry, WorkItem
from kexin.party.choices import RelationshipKind
from kexin.party.models import Customer, Relationship
from kexin.suitability.assessments.clock import close_unfinished_sessions, flag_expiring_assessments
from kexin.suitability.assessments.operations import answer_question, open_session
from kexin.suitability.assessments.person import note_capacity, propose_professional
from kexin.suitability.assessments.standing import current_assessment
from kexin.suitability.models import AssessmentSession, ProfessionalStatus
from kexin.suitability.tests.conftest import as_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def panel(pk: int) -> str:
    return reverse("core:panel", args=["customer", pk, "risk"])


def test_the_customers_page_tells_the_grade(client_of: Any, young: Customer, assess: Any) -> None:
    lin = client_of("lin")
    page = lin.get(reverse("party:customer", args=[young.pk])).content.decode()
    assert "未测评" in page
    result = assess(young, "c")
    page = lin.get(reverse("party:customer", args=[young.pk])).content.decode()
    assert "C3 平衡型" in page
    assert "有效期至 2027-11-19" in page
    with CaptureQueriesContext(
        connection,
    ) as reads:
        tab = lin.get(panel(young.pk)).content.decode()
    assert len(reads) <= 26
    assert "C3 平衡型" in tab
    assert "1 / 8" in tab
    shown = lin.get(reverse("suitability:assessment", args=[result.pk])).content.decode()
    assert "C3 平衡型" in shown
    assert "您家庭一年的税后收入" not in shown  # answers are not for sellers
    wu = client_of("wu")
    shown = wu.get(reverse("suitability:assessment", args=[result.pk])).content.decode()
    assert "您家庭一年的税后收入" in shown
    assert AuditEntry.objects.filter(operation="suitability.view_answers", outcome="read").exists()
    assert client_of("mei").get(reverse("suitability:assessment", args=[result.pk])).status_code == 404


def test_nobody_sees_what_is_being_answered(client_of: Any, young: Customer) -> None:
    session = open_session(actor=as_customer(young), channel="link")
    answer_question(session, actor=as_customer(young), question="income", value="e")
    for person in ("lin", "zhou", "wu"):
        tab = client_of(person).get(panel(young.pk)).content.decode()
        assert "作答" in tab
        assert "100 万元以上" not in tab


def test_inviting_by_the_page(client_of: Any, young: Customer) -> None:
    lin = client_of("lin")
    url = reverse("suitability:invite", args=[young.pk])
    assert lin.get(url).status_code == 200
    assert lin.post(url, {"channel": "branch", "kind": ""}).status_code == 302
    assert AssessmentSession.objects.get().channel == "branch"
    assert lin.post(url, {"channel": "pigeon", "kind": ""}).status_code == 422
    Customer.objects.filter(pk=young.pk).update(born_year=None)
    answer = lin.post(url, {"channel": "link", "kind": ""})
    assert answer.status_code == 422
    assert "出生日期" in answer.content.decode()
    assert client_of("mei").get(url).status_code == 404


def test_the_list_and_its_file(client_of: Any, young: Customer, assess: Any, time_machine: Any) -> None:
    assess(young, "c")
    lin = client_of("lin")
    url = reverse("suitability:assessments")
    assert "陈秀兰" in lin.get(url).content.decode()
    assert "陈秀兰" not in lin.get(url, {"what": "due"}).content.decode()
    assert "陈秀兰" not in client_of("mei").get(url).content.decode()
    time_machine.move_to(dt.datetime(2027, 11, 1, 1, tzinfo=dt.UTC), tick=False)
    lin = client_of("lin")
    assert "陈秀兰" in lin.get(url, {"what": "due"}).content.decode()
    assert "陈秀兰" not in lin.get(url, {"what": "expired"}).content.decode()
    export = reverse("suitability:assessments_export")
    assert lin.post(export, {"purpose": "", "format": "csv"}).status_code == 422
    answer = lin.post(export, {"purpose": "到期提醒", "format": "csv"})
    text = b"".join(answer).decode("utf-8-sig")
    assert "陈秀兰" in text
    assert "C3 平衡型" in text
    assert AuditEntry.objects.get(operation="suitability.export_assessments", outcome="done").arguments["rows"] == 1


def test_near_the_limit(client_of: Any, young: Customer, assess: Any, time_machine: Any) -> None:
    for day in range(3):
        time_machine.move_to(dt.datetime(2026, 11, 17 + day, 1, tzinfo=dt.UTC), tick=False)
        assess(young)
        assess(young)
    lin = client_of("lin")
    assert "陈秀兰" in lin.get(reverse("suitability:assessments"), {"what": "often"}).content.decode()
    assert "6 / 8" in lin.get(panel(young.pk)).content.decode()


def test_work_before_the_result_ends(bank: Any, young: Customer, assess: Any, time_machine: Any) -> None:
    assess(young)
    clock = system("clock.assessments")
    assert flag_expiring_assessments(actor=clock, today=dt.date(2027, 10, 19)) == 0
    time_machine.move_to(dt.datetime(2027, 10, 20, 1, tzinfo=dt.UTC), tick=False)
    assert flag_expiring_assessments(actor=clock, today=dt.date(2027, 10, 20)) == 1
    assert flag_expiring_assessments(actor=clock, today=dt.date(2027, 10, 20)) == 0
    item = WorkItem.objects.open().get(kind="suitability.assessment_expiring")
    assert item.owner_post_id == bank.posts["lin"].pk
    assess(young)
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "renewed")


def test_unfinished_questionnaires_are_closed(young: Customer, time_machine: Any) -> None:
    open_session(actor=as_customer(young), channel="link")
    assert close_unfinished_sessions(actor=system("clock.assessments")) == 0
    time_machine.move_to(dt.datetime(2026, 11, 24, 1, tzinfo=dt.UTC), tick=False)
    assert close_unfinished_sessions(actor=system("clock.assessments")) == 1
    assert AssessmentSession.objects.get().state == "abandoned"


def test_capacity_needs_a_guardian(bank: Any, client_of: Any, young: Customer, assess: Any) -> None:
    assess(young, "e")
    lin = bank.actor("lin")
    with pytest.raises(RuleViolation):
        note_capacity(young, actor=lin, capacity="limited", evidence="判决书")
    from kexin.party.data import PartyData
    from kexin.party.operations import create_customer

    son = create_customer(
        actor=lin,
        data=PartyData(kind="individual", name="陈伟", born_on=dt.date(1985, 1, 1)),
        unit=bank.units["east"],
        lead_post=bank.posts["lin"],
    )
    Relationship.objects.create(
        from_party=son.party, to_party=young.party, kind=RelationshipKind.GUARDIAN, starts_on=dt.date(2026, 1, 1)
    )
    answer = client_of("lin").post(
        reverse("suitability:capacity", args=[young.pk]), {"capacity": "limited", "evidence": "判决书"}
    )
    assert answer.status_code == 302
    now = current_assessment(young)
    assert (now.grade, now.lowest, now.guardian_id) == (1, True, son.pk)
    result = assess(young, "e")
    assert (result.grade, result.lowest, result.ceilings) == (1, True, ["capacity"])
    note_capacity(young, actor=lin, capacity="none", evidence="判决书")
    with pytest.raises(RuleViolation):
        open_session(actor=as_customer(young), channel="link")


def test_professional_investors_are_institutions(bank: Any, client_of: Any, young: Customer) -> None:
    lin, until = bank.actor("lin"), dt.date(2027, 11, 20)
    wanted: dict[str, Any] = {
        "category": "financial",
        "evidence": "B0001",
        "valid_until": until,
        "reason": "许可证已核",
    }
    with pytest.raises(RuleViolation):
        propose_professional(young, actor=lin, **wanted)
    Customer.objects.filter(pk=young.pk).update(kind="institution")
    approval = propose_professional(young.pk, actor=lin, **wanted)
    assert current_assessment(Customer.objects.get(pk=young.pk)).standing == "none"
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    status = ProfessionalStatus.objects.get()
    assert (status.proposed_by, status.approved_by) == ("1001", "1005")
    now = current_assessment(Customer.objects.get(pk=young.pk))
    assert (now.standing, now.exempt, now.grade) == ("exempt", True, None)
    assert current_assessment(Customer.objects.get(pk=young.pk), dt.date(2027, 11, 21)).standing == "none"
    assert "专业投资者" in client_of("lin").get(panel(young.pk)).content.decode()


def test_review_by_the_page(client_of: Any, chen: Any, assess: Any) -> None:
    result = assess(chen, "e")
    url = reverse("suitability:review_elder", args=[result.pk])
    assert client_of("lin").get(url).status_code == 403
    zhou = client_of("zhou")
    assert zhou.post(url, {"lift": "lift", "reason": ""}).status_code == 422
    assert zhou.post(url, {"lift": "lift", "reason": "已面谈"}).status_code == 302
    assert current_assessment(chen).grade == 5
