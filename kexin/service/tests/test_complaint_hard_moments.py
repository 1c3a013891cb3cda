"""Hard moments of complaints: one's own manager, five channels, two at once, people who leave, days that change."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pytest

from kexin.core.actor import customer, system
from kexin.core.calendar import business_date, zone
from kexin.core.calendar_operations import set_calendar_day, upload_calendar
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.people.models import PostHolder
from kexin.people.operations import end_appointment
from kexin.portal.purposes import operations_of
from kexin.service.complaints import closing, handling, investigating, letters, matching, own, reviewing
from kexin.service.complaints.leaving import hand_over_complaints
from kexin.service.complaints.people import interest
from kexin.service.complaints.queries import complaint_file, complaints
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.models import Complaint, ComplaintLetter
from kexin.service.requests.sweeping import sweep
from kexin.service.tests.test_complaint_course import WHOLE
from tests.complaint_people import hire, hire_officers
from tests.scenarios.test_last_of_the_quota import at_once

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
DAY = dt.timedelta(days=1)
SAID: dict[str, Any] = {"triage": "complaint", "source": "hotline", "channel": "phone", "subject": "限额被调低",
                        "text": "手机银行一天只能转五百元，没有人通知我。"}  # fmt: skip


@pytest.fixture
def staffed(bank: Any, time_machine: Any) -> Any:
    time_machine.move_to(MONDAY, tick=False)
    hire(hire_officers(bank), "cao", "1027", "曹敏", "Cao Min")
    return bank


def received(bank: Any, customer: Any, who: str = "sun", **more: Any) -> Complaint:
    row = receive_complaint(ComplaintData(**{**SAID, **more}), actor=bank.actor(who), customer=customer)
    assert isinstance(row, Complaint)
    return row


def answered(bank: Any, row: Complaint) -> None:
    ning, bai, wu, sun = (bank.actor(who) for who in ("ning", "bai", "wu", "sun"))
    investigating.assign_investigator(row, actor=ning, post_id=bank.posts["bai"].pk)
    investigating.report_findings(row, actor=bai, findings="属实")
    letters.draft_reply(row, actor=ning, **WHOLE)
    letters.submit_reply(row, actor=ning)
    letters.review_reply(row, actor=wu, approve=True)
    letters.deliver_reply(row, actor=sun, way="person", proof="客户签收单")
    row.refresh_from_db()


def owed(row: Complaint) -> set[tuple[str, int, tuple[str, ...]]]:
    items = WorkItem.objects.open().filter(details__complaint_id=row.pk)
    return {(each.kind, each.owner_post_id, tuple(each.kept_from)) for each in items}


def test_about_ones_own_manager_nobody_of_hers_looks_into_it(staffed: Any, chen: Any) -> None:
    zhou = staffed.employees["zhou"].staff_no
    row = received(staffed, chen, subject_kind="staff", accused=(zhou,))
    assert row.contact_post == staffed.posts["sun"]  # first asked stays the contact, whoever it is about
    assert row.officer_post == staffed.posts["ning"]
    tied = interest(staffed.posts["sun"].pk, row.accused, (), row.concerned_unit_id)
    assert tied is not None
    assert {each.code for each in tied.reasons} >= {"unit", "head"}
    with pytest.raises(RuleViolation) as refusal:
        investigating.assign_investigator(row, actor=staffed.actor("ning"), post_id=staffed.posts["sun"].pk)
    assert "manager" in str(refusal.value.fields["post_id"]) or "上级" in str(refusal.value.fields["post_id"])
    assert not complaints(staffed.actor("zhou")).exists()
    with pytest.raises(NotFound):
        complaint_file(staffed.actor("zhou"), row.pk)
    assert {kept for _kind, _post, kept in owed(row)} == {(zhou,)}


def test_one_person_through_five_channels_is_refused_nowhere_and_answered_once(staffed: Any, chen: Any) -> None:
    sun, ning = staffed.actor("sun"), staffed.actor("ning")
    first = received(staffed, chen)
    due = MONDAY + 10 * DAY
    ways: list[dict[str, Any]] = [
        {"source": "branch", "channel": "branch"},
        {"source": "mail", "channel": "email"},
        {"source": "12378", "regulator_no": "NFRA-9", "regulator_due_at": due, "accused": ("1001",)},
        {"source": "12345", "regulator_no": "12345-9"},
    ]
    assert {received(staffed, chen, **each).pk for each in ways} == {first.pk}
    other = received(staffed, chen, subject="柜员态度不好", text="昨天在城东支行，柜员态度很差，要求道歉。")
    assert other.pk != first.pk
    assert Complaint.objects.count() == 6
    joined = list(Complaint.objects.filter(joined_into=first).order_by("pk"))
    assert [each.state for each in joined] == ["merged"] * 4
    assert {each.kind for each in other.links.all()} == {"repeated"}
    first.refresh_from_db()
    assert first.accused == ["1001"]  # whom any of them is about sees none of them
    assert {kept for _kind, _post, kept in owed(first)} == {("1001",)}
    running = {each.code for each in joined[2].clocks.filter(state="running")}
    assert running == {"receipt", "regulator"}  # what is owed under the regulator's number stays owed
    handling.answer_regulator(joined[2], actor=ning, reply=True, text="已答复")

    answered(staffed, first)
    letter = letters.letter_data(first, ComplaintLetter.objects.get())
    assert all(each.complaint_no in letter["covers"] for each in joined)
    assert other.complaint_no not in letter["covers"]
    shown = own.seen_by_complainant(joined[0])
    assert shown.goes_on == (first.pk, first.complaint_no)
    assert len([each for each in complaint_file(sun, first.pk).entries if each.kind == "asked"]) == 5
    late = received(staffed, chen)
    assert late.pk not in {first.pk, *(each.pk for each in joined)}  # decided already: a case of its own, linked
    assert late.links.filter(earlier=first, kind="text").exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_once_close_it_once(bank: Any, chen: Any) -> None:
    hire_officers(bank)
    row = received(bank, chen)
    answered(bank, row)
    close = partial(closing.confirm_complaint, row.pk, channel="phone", text="认可")
    one = partial(close, actor=bank.actor("sun"), agreed=True)
    other = partial(close, actor=bank.actor("ning"), agreed=False)
    said = at_once(Complaint.objects.filter(pk=row.pk), one, other)
    (refusal,) = [each for each in said if isinstance(each, RuleViolation)]
    (won,) = [each for each in said if isinstance(each, Complaint)]
    assert refusal.message
    row.refresh_from_db()
    assert (row.state, row.word) == ("closed", won.word)
    assert row.entries.filter(step="word").count() == 1
    assert Event.objects.filter(name="service.ComplaintClosed", customer_id=chen.pk).count() == 1
    outcomes = AuditEntry.objects.filter(operation="service.confirm_complaint").values_list("outcome", flat=True)
    assert sorted(outcomes) == ["done", "refused"]


def test_who_leaves_leaves_no_case_behind(staffed: Any, chen: Any) -> None:
    ning, row = staffed.actor("ning"), received(staffed, chen)
    investigating.assign_investigator(row, actor=ning, post_id=staffed.posts["bai"].pk)
    before = {each.pk: each.due_at for each in row.clocks.all()}
    day = business_date()
    for who in ("ning", "bai"):
        holder = PostHolder.objects.get(post=staffed.posts[who], ends_on=None)
        end_appointment(holder, actor=system("set-up"), ends_on=day - DAY)
    assert hand_over_complaints(actor=system("clock.complaints")) == 1
    row.refresh_from_db()
    assert row.officer_post == staffed.posts["cao"]
    assert (row.state, row.investigator_post) == ("inquiry", None)
    assert {each.pk: each.due_at for each in row.clocks.all()} == before
    owners = {post for kind, post, _kept in owed(row) if kind != "service.investigation"}
    assert owners == {staffed.posts["cao"].pk}
    assert not [each for each in owed(row) if each[0] == "service.investigation"]
    investigating.assign_investigator(row, actor=staffed.actor("cao"), post_id=staffed.posts["wu"].pk)
    assert hand_over_complaints(actor=system("clock.complaints")) == 0


def test_a_holiday_put_in_later_rewrites_no_promise(staffed: Any, chen: Any) -> None:
    row = received(staffed, chen)
    promised = row.clocks.get(code="handled").due_at
    set_calendar_day(actor=system("set-up"), day=dt.date(2026, 3, 11), is_open=False, name="全市停电")
    sweep()
    row.refresh_from_db()
    assert row.clocks.get(code="handled").due_at == promised
    later = received(staffed, chen, subject="另一件事", text="自助机吞卡三天没有人处理，要求马上还卡。")
    assert later.clocks.get(code="handled").due_at == promised + DAY
    assert later.clocks.get(code="legal").due_at == row.clocks.get(code="legal").due_at  # calendar days


def test_over_a_new_year_without_a_calendar_limits_are_provisional_and_dated_when_it_comes(
    staffed: Any, chen: Any, time_machine: Any
) -> None:
    time_machine.move_to(dt.datetime(2031, 12, 29, 10, tzinfo=zone()), tick=False)
    row = received(staffed, chen)
    clock = row.clocks.get(code="handled")
    assert clock.provisional
    assert not row.clocks.get(code="legal").provisional
    closed = ("2032-01-01", "2032-01-02", "2032-05-01", "2032-10-01", "2031-01-01", "2031-05-01", "2031-10-01")
    days = ["day,kind,open,name", *(f"{each},working,no,节" for each in closed)]
    upload_calendar(actor=system("set-up"), content="\n".join(days).encode())
    sweep()
    clock.refresh_from_db()
    row.refresh_from_db()
    assert not clock.provisional
    assert clock.due_at.astimezone(zone()).date() == dt.date(2032, 1, 9)
    item = WorkItem.objects.open().get(subject_kind="service.Clock", subject_id=clock.pk)
    assert (item.due_at, item.due_provisional) == (clock.due_at, False)


def test_words_after_the_end_are_read_and_new_facts_open_it_again(staffed: Any, chen: Any) -> None:
    row = received(staffed, chen)
    answered(staffed, row)
    closing.confirm_complaint(row, actor=staffed.actor("sun"), agreed=True, channel="phone", text="认可")
    me = customer(chen.pk, chen.customer_no, operations_of("look"), session="portal.1", address="")
    own.write_own_complaint_words(actor=me, complaint_id=row.pk, text="昨天又被调低了")
    assert {(kind, post) for kind, post, _kept in owed(row)} == {("service.complaint_words", staffed.posts["ning"].pk)}
    row.refresh_from_db()
    assert row.state == "closed"
    closing.reopen_complaint(row, actor=staffed.actor("ning"), channel="portal", text="限额再次下调")
    row.refresh_from_db()
    assert (row.state, row.round, row.told_at) == ("accepted", 2, None)
    assert "service.complaint_words" not in {kind for kind, _post, _kept in owed(row)}
    assert not own.may_ask_again(row)  # there is no decision of this round yet
    gone = received(staffed, chen, subject="另一件事", text="自助机吞卡三天没有人处理，要求马上还卡。")
    handling.withdraw_complaint(gone, actor=staffed.actor("ning"), channel="phone", text="撤回")
    with pytest.raises(RuleViolation):
        own.write_own_complaint_words(actor=me, complaint_id=gone.pk, text="还有")


def test_a_review_that_changes_the_decision_opens_the_case_again(staffed: Any, chen: Any) -> None:
    row = received(staffed, chen)
    answered(staffed, row)
    closing.confirm_complaint(row, actor=staffed.actor("sun"), agreed=False, channel="phone", text="不认可")
    reviewing.ask_review(row, actor=staffed.actor("sun"), text="请求核查")
    reviewing.decide_review(row, actor=staffed.actor("cao"), result="changed", findings="应当恢复限额")
    row.refresh_from_db()
    assert (row.state, row.round, row.outcome, row.word, row.told_at) == ("handling", 2, "", "", None)
    assert row.found_by == staffed.employees["cao"].staff_no
    assert {each.code for each in row.clocks.filter(round=2, state="running")} == {"response", "handled", "legal"}
    assert row.clocks.get(round=2, code="findings").state == "met"
    assert row.letters.get(round=1).state == "delivered"  # the first answer stands in the record
    ning, wu, sun = (staffed.actor(who) for who in ("ning", "wu", "sun"))
    letters.draft_reply(row, actor=ning, **WHOLE)
    letters.submit_reply(row, actor=ning)
    letters.review_reply(row, actor=wu, approve=True)
    letters.deliver_reply(row, actor=sun, way="post", proof="EMS 2")
    closing.confirm_complaint(row, actor=sun, agreed=True, channel="phone", text="认可")
    row.refresh_from_db()
    assert (row.state, row.outcome, row.letters.count()) == ("closed", "upheld", 2)
    assert Event.objects.filter(name="service.ComplaintReopened").count() == 1


def test_joined_by_hand_the_accused_of_both_see_neither(staffed: Any, chen: Any) -> None:
    first = received(staffed, chen, subject_kind="staff", accused=("1004",))
    text = "自助机吞卡三天没有人处理，要求马上还卡。"
    other = received(staffed, chen, subject="另一件事", text=text, accused=("1001",), hidden_from_unit=True)
    matching.join_complaints(other, actor=staffed.actor("ning"), into_no=first.complaint_no)
    first.refresh_from_db()
    assert (first.accused, first.hidden_from_unit) == (["1001", "1004"], True)
    assert {kept for _kind, _post, kept in owed(first)} == {("1001", "1004")}
