"""Complaints through their doors: accepted from anybody, kept from whom they are about, on two rulers at once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.core.work_ladder import escalate_work
from kexin.engagement.queries import timeline_events
from kexin.service.complaints import handling, matching
from kexin.service.complaints.queries import complaint_file, complaint_standing, complaints, complaints_of
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.models import Complaint, ComplaintNote, ServiceRequest
from kexin.service.queries import requests
from kexin.service.requests import opening
from tests.complaint_people import hire_officers

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
SAID = {
    "triage": "complaint",
    "source": "hotline",
    "channel": "phone",
    "subject": "存款变保险",
    "text": "到期才知道买的是保险，要求退回本金",
}


@pytest.fixture
def staffed(bank: Any, time_machine: Any) -> Any:
    """The small bank with complaint officers, on a Monday at ten."""
    time_machine.move_to(MONDAY, tick=False)
    return hire_officers(bank)


def brought(bank: Any, who: str = "sun", customer: Any = None, **more: Any) -> Any:
    return receive_complaint(ComplaintData(**{**SAID, **more}), actor=bank.actor(who), customer=customer)


def clocks(row: Complaint) -> dict[str, tuple[Any, bool]]:
    return {each.code: (each.due_at, each.legal) for each in row.clocks.filter(state="running")}


def at(*moment: int) -> dt.datetime:
    return dt.datetime(*moment, tzinfo=zone())  # type: ignore[misc]


def test_a_complaint_has_two_rulers_an_officer_and_the_first_asked_as_contact(staffed: Any, chen: Any) -> None:
    row = brought(staffed, customer=chen)
    assert row.complaint_no.startswith("C2026")
    assert (row.contact_post, row.officer_post) == (staffed.posts["sun"], staffed.posts["ning"])
    assert clocks(row) == {
        "response": (MONDAY + 24 * HOUR, False),
        "findings": (at(2026, 3, 11, 17, 30), False),
        "handled": (at(2026, 3, 18, 17, 30), False),
        "legal": (at(2026, 3, 24, 23, 59, 59), True),
    }
    row.refresh_from_db()
    assert (row.ticking, row.due_at, row.legal_ticking) == (True, MONDAY + 24 * HOUR, True)
    assert row.legal_due_at == at(2026, 3, 24, 23, 59, 59)
    items = WorkItem.objects.open().filter(kind="service.complaint_clock")
    assert {item.owner_post_id for item in items} == {staffed.posts["ning"].pk}
    assert {item.customer_id for item in items} == {None}
    assert Event.objects.get(name="service.ComplaintReceived").customer_id == chen.pk
    assert AuditEntry.objects.filter(operation="service.receive_complaint", outcome="done").exists()
    assert [each.pk for each in complaints_of(staffed.actor("lin"), chen)] == [row.pk]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"triage": "nothing"}, "triage"),
        ({"subject": " "}, "subject"),
        ({"text": ""}, "text"),
        ({"text": "长" * 4001}, "text"),
        ({"persons": 0}, "persons"),
        ({"amount": Decimal(-1)}, "amount"),
        ({"source": "12378"}, "regulator_no"),
        ({"regulator_no": "A1"}, "source"),
        ({"source": "12378", "regulator_no": "A1", "regulator_due_at": MONDAY - DAY}, "regulator_due_at"),
        ({"received_at": MONDAY + HOUR}, "received_at"),
        ({"subject_kind": "sale", "subject_no": "S1"}, "subject_no"),
        ({"subject_kind": "product", "subject_no": "NO"}, "subject_no"),
        ({"subject_kind": "account", "subject_no": "12"}, "subject_no"),
        ({"subject_kind": "unit"}, "concerned_unit_id"),
        ({"subject_kind": "staff"}, "accused"),
        ({"accused": ("9999",)}, "accused"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(staffed: Any, chen: Any, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleViolation) as refusal:
        brought(staffed, customer=chen, **wrong)
    assert set(refusal.value.fields) == {field}
    assert not Complaint.objects.exists()


def test_triage_gives_requests_reports_and_petitions_their_own_way(staffed: Any, chen: Any) -> None:
    asked = brought(staffed, customer=chen, triage="suggestion")
    assert isinstance(asked, ServiceRequest)
    assert (asked.kind, asked.subject) == ("suggestion", SAID["subject"])
    report = brought(staffed, customer=chen, triage="report", text="他替客户保管密码，是违规的")
    assert set(clocks(report)) == {"response", "report"}
    petition = brought(staffed, triage="petition", complainant_name="王芳", complainant_phone="13900001111")
    assert set(clocks(petition)) == {"response", "admitted", "petition"}
    handling.admit_petition(petition, actor=staffed.actor("ning"), channel="phone", text="已受理")
    assert set(clocks(petition)) == {"petition"}
    with pytest.raises(RuleViolation) as refusal:
        brought(staffed, triage="consultation", complainant_name="王芳", complainant_phone="13900001111")
    assert set(refusal.value.fields) == {"triage"}


def test_who_is_not_on_file_has_a_key_and_a_name_that_nobody_reads_in_the_table(staffed: Any) -> None:
    with pytest.raises(RuleViolation) as refusal:
        brought(staffed)
    assert set(refusal.value.fields) == {"complainant_name", "complainant_phone"}
    row = brought(staffed, complainant_name="王芳", complainant_phone="139 0000 1111")
    assert row.customer_id is None
    stored = Complaint.objects.filter(pk=row.pk).values("complainant_name", "key_id").get()
    assert "王芳".encode() not in bytes(stored["complainant_name"])
    file = complaint_file(staffed.actor("sun"), row.pk)
    assert file.row.complainant_name == "王芳"


def test_the_accused_sees_nothing_of_it_anywhere(staffed: Any, chen: Any) -> None:
    """Lin leads the customer; the complaint is about Lin: no page, list, panel, work, timeline, nor the request."""
    request = opening.open_request(
        chen, actor=staffed.actor("lin"), kind="consultation", category="other", channel="phone",
        subject="保险", text="是林晓雯让我买的",
    )  # fmt: skip
    row = receive_complaint(
        ComplaintData(**SAID, subject_kind="staff", accused=("1001",)), actor=staffed.actor("zhou"), request=request.pk
    )
    lin, zhou = staffed.actor("lin"), staffed.actor("zhou")
    assert ServiceRequest.objects.get(pk=request.pk).state == "complaint"
    assert not requests(lin).exists()
    assert requests(zhou).exists()
    assert not complaints(lin).exists()
    assert complaints_of(lin, chen) == []
    with pytest.raises(NotFound):
        complaint_file(lin, row.pk)
    with pytest.raises(NotFound):
        handling.note_complaint(row, actor=lin, text="?")
    told = "service.ComplaintReceived"
    assert not timeline_events(lin, chen.pk).filter(name=told).exists()
    assert timeline_events(zhou, chen.pk).filter(name=told).exists()
    items = WorkItem.objects.open().filter(kind="service.complaint_clock")
    assert {tuple(item.kept_from) for item in items} == {("1001",)}
    items.update(owner_post_id=staffed.posts["lin"].pk)
    assert not WorkItem.objects.visible_to(lin, "core.view_work").filter(kind="service.complaint_clock").exists()


def test_a_complaint_about_ones_own_manager_climbs_past_him(staffed: Any, chen: Any, time_machine: Any) -> None:
    """Sun receives a complaint about her head Zhou: he neither sees it nor does it climb to him when it is late."""
    row = brought(staffed, customer=chen, subject_kind="staff", accused=("1004",))
    assert row.concerned_unit == staffed.units["east"]
    assert not complaints(staffed.actor("zhou")).exists()
    items = WorkItem.objects.open().filter(kind="service.complaint_clock")
    items.update(owner_post_id=staffed.posts["sun"].pk, unit_id=staffed.units["east"].pk)
    time_machine.move_to(MONDAY + 10 * DAY, tick=False)
    escalate_work(actor=system("clock.work"), now=timezone.now())
    reached = {post for item in items for post in item.escalated_to}
    assert staffed.posts["zhou"].pk not in reached


def test_who_is_complained_about_can_receive_it_and_then_sees_it_no_more(staffed: Any, chen: Any) -> None:
    row = brought(staffed, "lin", chen, subject_kind="staff", accused=("1001",))
    assert row.contact_post != staffed.posts["lin"]
    assert not complaints(staffed.actor("lin")).exists()


def test_hidden_from_its_branch_it_is_seen_there_by_its_contact_alone(staffed: Any, chen: Any) -> None:
    row = brought(staffed, customer=chen, hidden_from_unit=True)
    seen = {
        who for who in ("lin", "sun", "zhou", "mei", "ning", "wu", "qian") if complaints(staffed.actor(who)).exists()
    }
    assert seen == {"sun", "ning", "wu", "qian"}
    handling.shield_complaint(row, actor=staffed.actor("ning"), accused=[], hidden_from_unit=False)
    assert complaints(staffed.actor("zhou")).exists()
    with pytest.raises(NotPermitted):
        handling.shield_complaint(row, actor=staffed.actor("sun"), accused=[], hidden_from_unit=False)


def test_rules_suggest_and_a_person_decides_and_the_clocks_follow(staffed: Any, chen: Any, time_machine: Any) -> None:
    ning = staffed.actor("ning")
    row = brought(staffed, customer=chen, persons=25, face_to_face=True)
    assert (row.grade, row.grade_reasons, row.regulatory_major) == ("major", ["group", "few"], "group")
    assert set(clocks(row)) == {"response", "findings", "urgent", "legal"}
    assert clocks(row)["urgent"][0] == MONDAY + 48 * HOUR
    owed = WorkItem.objects.open().get(kind="service.major_complaint")
    assert owed.owner_post_id == staffed.posts["tang"].pk
    handling.direct_complaint(row, actor=staffed.actor("tang"), text="请分管行长当面接待")
    assert not WorkItem.objects.open().filter(kind="service.major_complaint").exists()
    with pytest.raises(RuleViolation) as refusal:
        handling.grade_complaint(row, actor=ning, grade="ordinary")
    assert set(refusal.value.fields) == {"reason"}
    time_machine.move_to(MONDAY + 5 * HOUR, tick=False)
    handling.grade_complaint(row, actor=ning, grade="ordinary", regulatory_major="group", reason="实为五人")
    assert clocks(row)["handled"][0] == at(2026, 3, 18, 17, 30)
    handling.grade_complaint(row, actor=ning, grade="urgent", reason="媒体来电")
    assert "handled" not in clocks(row)
    row = Complaint.objects.get(pk=row.pk)
    assert (row.grade, row.suggested_grade, row.regulatory_major) == ("urgent", "major", "")
    assert Event.objects.filter(name="service.ComplaintGraded").count() == 2


def test_the_regulators_number_dates_receipt_and_reply_are_fields_with_clocks(staffed: Any, chen: Any) -> None:
    ning, due = staffed.actor("ning"), MONDAY + 10 * DAY
    row = brought(
        staffed, customer=chen, source="12378", regulator_no="NFRA-7", forwarded_on=MONDAY.date(), regulator_due_at=due
    )
    assert row.grade == "urgent"
    assert clocks(row)["regulator"] == (due, True)
    assert row.legal_due_at == due
    handling.answer_regulator(row, actor=ning, reply=False)
    assert "receipt" not in clocks(row)
    with pytest.raises(RuleViolation):
        handling.answer_regulator(row, actor=ning, reply=True)
    handling.answer_regulator(row, actor=ning, reply=True, text="已受理，拟于十五日内答复")
    assert "regulator" not in clocks(row)
    row = Complaint.objects.get(pk=row.pk)
    assert row.receipt_at == row.regulator_replied_at == MONDAY
    with pytest.raises(RuleViolation):
        handling.answer_regulator(
            brought(staffed, customer=chen, text="另一件完全不同的事情，手续费收错了"), actor=ning, reply=False
        )


def test_one_person_through_five_channels_is_one_case(staffed: Any, chen: Any) -> None:
    first = brought(staffed, customer=chen)
    for source, more in (
        ("branch", {"channel": "branch"}),
        ("mail", {"channel": "email"}),
        ("12345", {"regulator_no": "HZ-1", "channel": "phone"}),
        ("12378", {"regulator_no": "NFRA-1", "regulator_due_at": MONDAY + 9 * DAY}),
    ):
        assert brought(staffed, customer=chen, source=source, **more).pk == first.pk
    assert Complaint.objects.unfinished().count() == 1
    joined = Complaint.objects.get(source="12378")
    assert (joined.state, joined.joined_into_id) == ("merged", first.pk)
    assert set(clocks(joined)) == {"receipt", "regulator"}  # the regulator is owed under its own number
    file = complaint_file(staffed.actor("ning"), first.pk)
    assert len(file.joined) == 4
    assert [each.kind for each in file.entries if each.complaint_id == joined.pk].count("asked") == 1
    handling.answer_regulator(joined, actor=staffed.actor("ning"), reply=True, text="并入在办投诉")
    assert clocks(joined) == {}


def test_the_same_words_and_representative_are_linked_and_nobody_refused(staffed: Any, chen: Any) -> None:
    agent = {"representative_name": "代理人甲", "representative_phone": "13700002222"}
    rows = [
        brought(staffed, complainant_name=name, complainant_phone=f"1390000111{n}", **agent)
        for n, name in enumerate(("王芳", "李强", "赵敏"))
    ]
    kinds = {(each.complaint_id, each.earlier_id, each.kind) for row in rows for each in row.links.all()}
    a, b, c = (row.pk for row in rows)
    assert kinds == {(x, y, kind) for x, y in ((b, a), (c, a), (c, b)) for kind in ("organised", "text")}
    assert {row.mandate for row in rows} == {"open"}
    handling.verify_mandate(rows[0], actor=staffed.actor("ning"), seen="授权书原件与身份证")
    assert Complaint.objects.get(pk=a).mandate == "verified"
    again = [brought(staffed, customer=chen, text=f"第{n}件互不相同的事情，请处理一下") for n in range(4)]
    assert [row.grade for row in again] == ["ordinary"] * 3 + ["urgent"]  # the fourth: three came before
    with pytest.raises(RuleViolation):
        matching.join_complaints(rows[1], actor=staffed.actor("ning"), into_no=rows[0].complaint_no)


def test_withdrawn_it_ends_the_same_day_and_lateness_is_counted_by_ruler(
    staffed: Any, chen: Any, time_machine: Any
) -> None:
    ning = staffed.actor("ning")
    row = brought(staffed, customer=chen)
    time_machine.move_to(MONDAY + 2 * DAY, tick=False)
    assert (complaint_standing(ning).late, complaint_standing(ning).legal_late) == (1, 0)
    handling.record_complaint_contact(row, actor=staffed.actor("sun"), channel="phone", text="已联系，正在核实")
    assert complaint_standing(ning).late == 0
    assert row.clocks.get(code="response").is_late
    handling.withdraw_complaint(row, actor=ning, channel="phone", text="她说问题已解决")
    row = Complaint.objects.get(pk=row.pk)
    assert (row.state, row.closed_at, clocks(row)) == ("withdrawn", timezone.now(), {})
    assert not WorkItem.objects.open().filter(kind="service.complaint_clock").exists()
    with pytest.raises(RuleViolation):
        handling.record_complaint_contact(row, actor=ning, channel="phone", text="喂")
    with transaction.atomic(), pytest.raises(DatabaseError):
        ComplaintNote.objects.all().delete() if ComplaintNote.objects.exists() else row.entries.all().delete()


def test_facets_are_the_institutions_map_and_causes_are_several(staffed: Any, chen: Any) -> None:
    ning, row = staffed.actor("ning"), brought(staffed, customer=chen)
    with pytest.raises(RuleViolation) as refusal:
        handling.classify_complaint(row, actor=ning, place="moon", business="agency", causes=[])
    assert set(refusal.value.fields) == {"place", "causes"}
    handling.classify_complaint(row, actor=ning, place="premises", business="agency", causes=["marketing", "risk_told"])
    assert Complaint.objects.get(pk=row.pk).causes == ["marketing", "risk_told"]
