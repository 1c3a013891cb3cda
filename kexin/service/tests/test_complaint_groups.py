"""Group complaints: offered by count, linked by a person, added up, answered alike, each case with its own clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.calendar import zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.service.complaints import investigating
from kexin.service.complaints.analysis.reporting import make_complaint_report, report_differences
from kexin.service.complaints.groups.answering import answer_complaint_group
from kexin.service.complaints.groups.forming import (
    close_complaint_group,
    join_complaint_group,
    leave_complaint_group,
    open_complaint_group,
)
from kexin.service.complaints.groups.queries import complaint_group, complaint_groups, offered_groups
from kexin.service.complaints.groups.rules import MemberFacts, added_up, suggested_major, to_be_decided
from kexin.service.complaints.groups.weighing import decide_complaint_group
from kexin.service.complaints.letters import letter_of
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.models import Complaint, ComplaintGroup, ComplaintGroupMember, ComplaintLetter
from kexin.service.tests.test_complaint_figures import stored
from tests.complaint_people import hire_officers

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
WHOLE = {
    "basis": "合同第三条", "reasons": "费用未事先告知", "decision": "退还已收费用", "outcome": "upheld",
    "remedies": ("review", "mediation", "arbitration", "court"),
}  # fmt: skip


@pytest.fixture
def cases(bank: Any, time_machine: Any) -> list[Complaint]:
    """Three strangers complain about West, one after the other; the second speaks for four who came in person."""
    time_machine.move_to(MONDAY, tick=False)
    hire_officers(bank)
    made = []
    for place in range(3):
        row = receive_complaint(
            ComplaintData(
                triage="complaint", source="branch", channel="branch", subject=f"年费 {place}",
                text=f"第{place}位：没有事先告知就收年费，要求退还", amount=Decimal(1000 * (place + 1)),
                subject_kind="unit", concerned_unit_id=bank.units["west"].pk, complainant_name=f"客户{place}",
                complainant_phone=f"1390000111{place}", persons=4 if place == 1 else 1, face_to_face=place == 1,
            ),
            actor=bank.actor("sun"),
        )  # fmt: skip
        assert isinstance(row, Complaint)
        made.append(row)
        time_machine.move_to(MONDAY + (place + 1) * dt.timedelta(hours=3), tick=False)
    return made


def numbers(rows: list[Complaint]) -> list[str]:
    return [each.complaint_no for each in rows]


def opened(bank: Any, rows: list[Complaint]) -> ComplaintGroup:
    return open_complaint_group(
        actor=bank.actor("ning"), title="年费未告知", numbers=numbers(rows), reason="同一网点同一收费", by="unit",
        key=str(bank.units["west"].pk),
    )  # fmt: skip


def test_cases_of_one_matter_are_added_up_and_keep_their_clocks(bank: Any, cases: list[Complaint]) -> None:
    ning = bank.actor("ning")
    limits = [(each.due_at, each.legal_due_at) for each in Complaint.objects.order_by("pk")]
    group = opened(bank, cases[:2])
    found = complaint_group(ning, group.pk)
    assert (found.total.cases, found.total.persons, found.total.amount) == (2, 5, Decimal(3000))
    assert [each.pk for each in found.fitting] == [cases[2].pk]
    join_complaint_group(group, actor=ning, numbers=[cases[2].complaint_no.lower()], reason="同上")
    assert complaint_group(ning, group.pk).total.cases == 3
    assert [(each.due_at, each.legal_due_at) for each in Complaint.objects.order_by("pk")] == limits
    with pytest.raises(RuleViolation) as refusal:
        join_complaint_group(group, actor=ning, numbers=numbers(cases[:1]), reason="再来")
    assert set(refusal.value.fields) == {"numbers"}
    with pytest.raises(RuleViolation):
        leave_complaint_group(group, actor=ning, number=cases[0].complaint_no, reason=" ")
    leave_complaint_group(group, actor=ning, number=cases[0].complaint_no, reason="实为另一项收费")
    assert complaint_group(ning, group.pk).total.amount == Decimal(5000)
    assert ComplaintGroupMember.objects.get(complaint=cases[0]).left_reason == "实为另一项收费"
    told = list(Event.objects.filter(name__startswith="service.ComplaintGroup").values_list("name", flat=True))
    assert sorted(told) == ["service.ComplaintGroupJoined"] * 3 + ["service.ComplaintGroupLeft"]
    assert AuditEntry.objects.filter(operation="service.open_complaint_group", outcome="done").count() == 1
    close_complaint_group(group, actor=ning, note="收费已更正")
    with pytest.raises(RuleViolation):
        join_complaint_group(group, actor=ning, numbers=numbers(cases[:1]), reason="晚了")


def test_what_makes_no_group(bank: Any, cases: list[Complaint]) -> None:
    ning = bank.actor("ning")
    for wrong, field in (
        ({"numbers": numbers(cases[:1])}, "numbers"),
        ({"numbers": [*numbers(cases), "C209900000009"]}, "numbers"),
        ({"title": " "}, "title"),
        ({"reason": ""}, "reason"),
        ({"by": "moon"}, "by"),
    ):
        told: dict[str, Any] = {"title": "年费", "numbers": numbers(cases), "reason": "同一事项"}
        with pytest.raises(RuleViolation) as refusal:
            open_complaint_group(actor=ning, **told | wrong)
        assert set(refusal.value.fields) == {field}
    with pytest.raises(NotPermitted):
        open_complaint_group(actor=bank.actor("sun"), title="年费", numbers=numbers(cases), reason="同一事项")
    Complaint.objects.filter(pk=cases[0].pk).update(nature="report")
    with pytest.raises(RuleViolation):
        opened(bank, cases)
    assert not ComplaintGroup.objects.exists()


def test_who_is_complained_about_sees_no_group_and_others_what_lies_in_reach(bank: Any, cases: list[Complaint]) -> None:
    group = opened(bank, cases)
    assert group in complaint_groups(bank.actor("sun"))
    Complaint.objects.filter(pk=cases[0].pk).update(accused=["1003"])
    assert group not in complaint_groups(bank.actor("sun"))
    with pytest.raises(NotFound):
        complaint_group(bank.actor("sun"), group.pk)
    assert complaint_group(bank.actor("bai"), group.pk).hidden == 0


def test_offered_from_the_policys_number_on(bank: Any, cases: list[Complaint], chen: Any) -> None:
    ning = bank.actor("ning")
    assert offered_groups(ning) == []
    stored(bank, chen, [MONDAY] * 7, concerned_unit=bank.units["west"], causes=[])
    (found,) = offered_groups(ning)
    assert (found.by, found.key, found.cases) == ("unit", str(bank.units["west"].pk), 10)
    opened(bank, cases)
    assert offered_groups(ning) == []  # seven are too few


def test_a_large_group_is_decided_by_a_person_and_reported_once(bank: Any, cases: list[Complaint]) -> None:
    ning = bank.actor("ning")
    Complaint.objects.filter(pk=cases[1].pk).update(persons=19)
    group = opened(bank, cases)
    work = WorkItem.objects.open().get(kind="service.complaint_group")
    assert work.owner_post_id == bank.posts["ning"].pk
    assert complaint_group(ning, group.pk).suggested == ""  # nineteen came in person
    with pytest.raises(RuleViolation) as refusal:
        decide_complaint_group(group, actor=ning, regulatory_major="designated", reason="监管指定")
    assert set(refusal.value.fields) == {"reference"}
    decide_complaint_group(group, actor=ning, regulatory_major="designated", reason="监管指定", reference="N-7")
    assert not WorkItem.objects.open().filter(kind="service.complaint_group").exists()
    assert Event.objects.get(name="service.ComplaintGroupDecided").payload["regulatory_major"] == "designated"
    assert not Complaint.objects.exclude(regulatory_major="").exists()


def test_a_small_group_owes_no_decision_and_a_shrunken_one_no_longer(bank: Any, cases: list[Complaint]) -> None:
    group = opened(bank, cases)
    assert not WorkItem.objects.open().filter(kind="service.complaint_group").exists()
    Complaint.objects.filter(pk=cases[1].pk).update(persons=40)
    leave_complaint_group(group, actor=bank.actor("ning"), number=cases[0].complaint_no, reason="另案")
    assert WorkItem.objects.open().filter(kind="service.complaint_group").exists()
    assert complaint_group(bank.actor("ning"), group.pk).suggested == "group"
    leave_complaint_group(group, actor=bank.actor("ning"), number=cases[1].complaint_no, reason="另案")
    assert not WorkItem.objects.open().filter(kind="service.complaint_group").exists()


def test_the_same_answer_in_several_letters(bank: Any, cases: list[Complaint]) -> None:
    ning, group = bank.actor("ning"), opened(bank, cases)
    with pytest.raises(RuleViolation):
        answer_complaint_group(group, actor=ning, **WHOLE)
    for place, row in enumerate(cases[:2]):
        investigating.assign_investigator(row, actor=ning, post_id=bank.posts["bai"].pk)
        investigating.report_findings(row, actor=bank.actor("bai"), findings=f"查明 {place}")
    made = answer_complaint_group(group, actor=ning, **WHOLE)
    assert (made.drafted, made.left_out) == (tuple(numbers(cases[:2])), (cases[2].complaint_no,))
    letters = [letter_of(each) for each in cases[:2]]
    assert [str(each.facts) for each in letters if each is not None] == ["查明 0", "查明 1"]
    assert {str(each.decision) for each in letters if each is not None} == {"退还已收费用"}
    assert ComplaintLetter.objects.count() == 2
    assert all(each.state == "draft" for each in ComplaintLetter.objects.all())


def test_reports_count_groups_once(bank: Any, cases: list[Complaint], time_machine: Any) -> None:
    opened(bank, cases)
    time_machine.move_to(dt.datetime(2026, 4, 2, 10, tzinfo=zone()), tick=False)
    row = make_complaint_report(actor=bank.actor("ning"), kind="quarter", year=2026, quarter=1)
    overview = dict(row.content["tables"][0]["rows"])
    assert (overview["cases"], overview["groups"], overview["grouped"], overview["groups_reported"]) == (3, 1, 3, 0)
    group = ComplaintGroup.objects.get()
    leave_complaint_group(group, actor=bank.actor("ning"), number=cases[0].complaint_no, reason="另案")
    found = report_differences(bank.actor("ning"), row.pk)
    assert {(each.key, each.then, each.now) for each in found.cells} == {("grouped", "3", "2")}
    assert found.changed == (cases[0].complaint_no,)


def test_by_pages(bank: Any, cases: list[Complaint], client_of: ClientOf, chen: Any) -> None:
    ning, west = client_of("ning"), bank.units["west"].pk
    stored(bank, chen, [MONDAY] * 7, concerned_unit=bank.units["west"], causes=[])
    empty = ning.get(reverse("complaints:groups")).content.decode()
    assert "没有群体投诉" in empty
    assert "10" in empty
    new = f"{reverse('complaints:open_group')}?by=unit&key={west}"
    assert cases[0].complaint_no in ning.get(new).content.decode()
    refused = ning.post(new, {"title": "年费", "numbers": "C1", "reason": "同一事项"})
    assert refused.status_code == 422
    sent = ning.post(new, {"title": "年费", "numbers": "，".join(numbers(cases)), "reason": "同一事项"})
    group = ComplaintGroup.objects.get()
    assert sent.headers["Location"] == reverse("complaints:group", args=[group.pk])
    page = ning.get(sent.headers["Location"]).content.decode()
    assert "6,000.00" in page
    assert "data-countdown" in page
    assert "年费" in ning.get(reverse("complaints:complaint", args=[cases[0].pk])).content.decode()
    listed = ning.get(f"{reverse('complaints:list')}?group={group.group_no}").content.decode()
    assert all(each in listed for each in numbers(cases))
    acts: tuple[tuple[str, list[Any], dict[str, Any]], ...] = (
        ("join_group", [], {"numbers": "T000003", "reason": "同上"}),
        ("leave_group", ["T000003"], {"reason": "另案"}),
        ("decide_group", [], {"regulatory_major": "", "reason": "未达标准"}),
        ("close_group", [], {"note": "已更正"}),
    )
    for name, more, data in acts:
        address = reverse(f"complaints:{name}", args=[group.pk, *more])
        assert ning.get(address).status_code == 200, name
        answer = ning.post(address, data)
        assert answer.status_code == 302, (name, answer.content.decode()[-2000:])
    assert "未达标准" in ning.get(reverse("complaints:group", args=[group.pk])).content.decode()
    assert "年费" in ning.get(reverse("complaints:groups")).content.decode()
    assert client_of("gao").get(reverse("complaints:groups")).status_code == 403
    assert client_of("sun").get(reverse("complaints:open_group")).status_code == 403
    assert client_of("mei").get(reverse("complaints:group", args=[group.pk])).status_code == 404


def test_sums_and_thresholds() -> None:
    facts = [
        MemberFacts("accepted", 12, True, Decimal("1.50"), None),
        MemberFacts("closed", 8, True, None, None),
        MemberFacts("merged", 5, True, Decimal(9), 7),
    ]
    found = added_up(facts)
    assert (found.cases, found.persons, found.in_person, found.answered, found.ended) == (2, 20, 20, 1, 1)
    assert found.amount == Decimal("1.50")
    assert suggested_major(found, persons=20) == "group"
    assert suggested_major(found, persons=21) == ""
    assert to_be_decided(found, cases=2, persons=100)
    assert to_be_decided(found, cases=9, persons=20)
    assert not to_be_decided(found, cases=3, persons=21)
