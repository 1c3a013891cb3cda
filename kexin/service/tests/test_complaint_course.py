"""The course of a complaint: nobody with an interest, no letter that is not whole, no limit put off too late."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kexin.core.calendar import add, business_date, zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.party.models import Party
from kexin.service.complaints import (
    agreement,
    closing,
    extending,
    handling,
    investigating,
    letters,
    paper,
    remedying,
    reviewing,
    settling,
)
from kexin.service.complaints.amounts import amount_in_english, amount_in_words
from kexin.service.complaints.events import ComplaintClosed
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.models import Complaint, ComplaintLetter, Remediation, Settlement, SurveyInvitation
from kexin.service.requests.running import now
from kexin.service.surveys.handlers import ask_after_complaint
from tests.complaint_people import hire_officers, signed_copy

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
ALL_REMEDIES = ("review", "mediation", "arbitration", "court")
WHOLE = {
    "facts": "经查，销售时未充分提示产品性质",
    "basis": "《银行保险机构消费者权益保护管理办法》",
    "reasons": "告知不充分",
    "decision": "协助办理退保并致歉",
    "outcome": "upheld",
    "remedies": ALL_REMEDIES,
}


@pytest.fixture
def staffed(bank: Any, time_machine: Any) -> Any:
    time_machine.move_to(MONDAY, tick=False)
    return hire_officers(bank)


@pytest.fixture
def case(staffed: Any, chen: Any) -> Complaint:
    """Mrs Chen complains about Lin, who sold her something."""
    made = receive_complaint(
        ComplaintData(
            triage="complaint", source="hotline", channel="phone", subject="存款变保险",
            text="到期才知道买的是保险，要求退回本金", subject_kind="staff", accused=("1001",),
        ),
        actor=staffed.actor("sun"), customer=chen,
    )  # fmt: skip
    assert isinstance(made, Complaint)
    return made


def fresh(row: Complaint) -> Complaint:
    return Complaint.objects.get(pk=row.pk)


def owed(kind: str) -> list[int]:
    return list(WorkItem.objects.open().filter(kind=kind).values_list("owner_post_id", flat=True))


def investigated(bank: Any, row: Complaint) -> None:
    investigating.assign_investigator(row, actor=bank.actor("ning"), post_id=bank.posts["bai"].pk)
    investigating.report_findings(row, actor=bank.actor("bai"), findings="录音显示未提示风险")


def delivered(bank: Any, row: Complaint) -> Complaint:
    investigated(bank, row)
    letters.draft_reply(row, actor=bank.actor("ning"), **WHOLE)
    letters.submit_reply(row, actor=bank.actor("ning"))
    letters.review_reply(row, actor=bank.actor("wu"), approve=True)
    return letters.deliver_reply(row, actor=bank.actor("sun"), way="post", proof="EMS 1029384756")


def test_nobody_with_an_interest_investigates_and_each_tie_is_told(staffed: Any, case: Complaint) -> None:
    ning, posts = staffed.actor("ning"), staffed.posts
    for who, words in (("sun", "被投诉机构"), ("zhou", "被投诉机构"), ("gao", "选择")):
        with pytest.raises(RuleViolation) as refusal:
            investigating.assign_investigator(case, actor=ning, post_id=posts[who].pk)
        assert words in str(refusal.value.fields["post_id"]), who
    investigating.assign_investigator(case, actor=ning, post_id=posts["bai"].pk)
    assert owed("service.investigation") == [posts["bai"].pk]
    with pytest.raises(RuleViolation):
        investigating.report_findings(case, actor=ning, findings="看过了")
    investigating.report_findings(case, actor=staffed.actor("bai"), findings="录音显示未提示风险")
    row = fresh(case)
    assert (row.state, row.findings, owed("service.investigation")) == ("handling", "录音显示未提示风险", [])
    assert row.clocks.get(code="findings").state == "met"
    assert row.contact_post == posts["sun"]  # the first asked stays the contact
    with pytest.raises(NotFound):
        letters.draft_reply(case, actor=staffed.actor("lin").__class__(**_accused_as_officer(staffed)), **WHOLE)


def _accused_as_officer(bank: Any) -> dict[str, Any]:
    """Lin with the grants of an officer: who is complained about is kept out whatever the post."""
    lin, ning = bank.actor("lin"), bank.actor("ning")
    return {"kind": lin.kind, "name": lin.name, "user_id": lin.user_id, "grants": ning.grants, "post_id": lin.post_id}


def test_an_incomplete_letter_is_refused_and_every_missing_part_named(staffed: Any, case: Complaint) -> None:
    ning = staffed.actor("ning")
    with pytest.raises(RuleViolation):
        letters.draft_reply(case, actor=ning, **WHOLE)  # nothing was investigated
    investigated(staffed, case)
    letters.draft_reply(case, actor=ning, facts="经查属实", remedies=("review", "court"))
    with pytest.raises(RuleViolation) as refusal:
        letters.submit_reply(case, actor=ning)
    assert set(refusal.value.fields) == {"basis", "reasons", "decision", "outcome", "remedies"}
    assert "调解" in str(refusal.value.fields["remedies"])
    letters.draft_reply(case, actor=ning, **WHOLE)
    letters.submit_reply(case, actor=ning)
    assert owed("service.reply_review") == [staffed.posts["wu"].pk]  # neither drafter nor investigator
    for who in ("ning", "bai"):
        with pytest.raises(RuleViolation):
            letters.review_reply(case, actor=staffed.actor(who), approve=True)
    with pytest.raises(RuleViolation) as refusal:
        letters.review_reply(case, actor=staffed.actor("wu"), approve=False)
    assert set(refusal.value.fields) == {"note"}
    letters.review_reply(case, actor=staffed.actor("wu"), approve=False, note="依据写到条款")
    assert fresh(case).state == "handling"
    letters.submit_reply(case, actor=ning)
    letters.review_reply(case, actor=staffed.actor("wu"), approve=True)
    with pytest.raises(RuleViolation) as refusal:
        letters.deliver_reply(case, actor=staffed.actor("sun"), way="post", proof=" ")
    assert set(refusal.value.fields) == {"proof"}
    letters.deliver_reply(case, actor=staffed.actor("sun"), way="post", proof="EMS 1029384756")
    row, content = letters.reply_pdf(ning, case.pk)
    assert content.startswith(b"%PDF")
    assert (row.state, row.outcome) == ("confirm", "upheld")
    assert letters.reply_pdf(ning, case.pk)[1] == content
    assert ComplaintLetter.objects.get(complaint=case).sha256
    assert not row.clocks.filter(state="running").exists()
    with transaction.atomic(), pytest.raises(IntegrityError):
        ComplaintLetter.objects.filter(complaint=case).update(reviewed_by="1023")


def text_of(content: bytes) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_a_reply_speaks_the_complainants_language(staffed: Any, case: Complaint) -> None:
    ning = staffed.actor("ning")
    investigated(staffed, case)
    Party.objects.filter(pk=case.customer_id).update(language="en")
    letters.draft_reply(case, actor=ning, **WHOLE)
    assert ComplaintLetter.objects.get(complaint=case).language == "en"
    letters.submit_reply(case, actor=ning)
    letters.review_reply(case, actor=staffed.actor("wu"), approve=True)
    english = text_of(letters.reply_pdf(ning, case.pk)[1])
    assert "Reply to your complaint" in english
    assert "If you do not agree" in english
    assert WHOLE["decision"] in english.replace("\n", "")  # what the officer wrote stays as it is
    with pytest.raises(RuleViolation) as refusal:
        letters.draft_reply(case, actor=ning, language="bo")
    assert refusal.value.message  # it is past drafting
    ComplaintLetter.objects.filter(complaint=case).update(language="zh-hans")
    assert "Reply to your complaint" not in text_of(letters.reply_pdf(ning, case.pk)[1])


def test_a_language_is_chosen_by_hand_and_kept(staffed: Any, case: Complaint) -> None:
    ning = staffed.actor("ning")
    investigated(staffed, case)
    assert letters.draft_reply(case, actor=ning, facts="经查属实").language == "zh-hans"
    assert letters.draft_reply(case, actor=ning, facts="Found to be true.", language="en").language == "en"
    assert letters.draft_reply(case, actor=ning, facts="Found to be true indeed.").language == "en"
    with pytest.raises(RuleViolation) as refusal:
        letters.draft_reply(case, actor=ning, language="bo")
    assert set(refusal.value.fields) == {"language"}


def test_word_silence_archive_and_new_facts(staffed: Any, case: Complaint, time_machine: Any) -> None:
    ning, sun = staffed.actor("ning"), staffed.actor("sun")
    delivered(staffed, case)
    for _try in range(2):
        closing.attempt_confirmation(case, actor=sun, channel="phone", text="无人接听")
    time_machine.move_to(MONDAY + 8 * DAY, tick=False)
    assert closing.sweep() == 0  # two attempts are not three
    closing.attempt_confirmation(case, actor=sun, channel="phone", text="无人接听")
    assert (closing.sweep(), closing.sweep()) == (1, 0)
    row = fresh(case)
    assert (row.state, row.word) == ("closed", "silent")
    assert Event.objects.get(name="service.ComplaintClosed").payload["word"] == "silent"
    told = ComplaintClosed(case.customer_id, case.complaint_no, case.pk, "silent", "")
    ask_after_complaint(told)
    ask_after_complaint(told)
    asked = SurveyInvitation.objects.get(trigger="complaint")  # of the desk, not of whom it was about
    assert (asked.subject_no, asked.post_id) == (case.complaint_no, fresh(case).officer_post_id)
    with pytest.raises(RuleViolation):
        closing.archive_complaint(case, actor=ning)
    handling.classify_complaint(case, actor=ning, place="premises", business="agency", causes=["risk_told"])
    remedying.open_remediation(
        case, actor=ning, cause="risk_told", problem="柜面未提示保险性质", post_id=staffed.posts["zhou"].pk,
        due_on=business_date() + 10 * DAY,
    )  # fmt: skip
    closing.archive_complaint(case, actor=ning)
    assert fresh(case).state == "archived"
    closing.reopen_complaint(case, actor=ning, channel="phone", text="她找到了当时的录音")
    row = fresh(case)
    assert (row.state, row.round, row.ticking, row.legal_ticking) == ("accepted", 2, True, True)
    assert AuditEntry.objects.filter(operation="service.archive_complaint", outcome="done").count() == 1


def test_who_does_not_agree_closes_it_too_and_keeps_the_remedies(staffed: Any, case: Complaint) -> None:
    delivered(staffed, case)
    closing.confirm_complaint(case, actor=staffed.actor("sun"), agreed=False, channel="phone", text="不接受")
    assert (fresh(case).state, fresh(case).word) == ("closed", "disputed")


def test_an_extension_is_approved_by_another_before_the_day_it_needs(
    staffed: Any, case: Complaint, time_machine: Any
) -> None:
    ning, wu, tang = staffed.actor("ning"), staffed.actor("wu"), staffed.actor("tang")
    extending.request_extension(case, actor=ning, reason="等待保险公司回函")
    with pytest.raises(RuleViolation):
        extending.approve_extension(case, actor=ning, approve=True)  # who asks does not decide
    with pytest.raises(RuleViolation):
        extending.request_extension(case, actor=ning, reason="再申请")
    extending.approve_extension(case, actor=staffed.actor("bai"), approve=True)
    first = fresh(case).legal_due_at
    assert first == dt.datetime(2026, 4, 8, 23, 59, 59, tzinfo=zone())
    assert owed("service.extension_told") == [staffed.posts["sun"].pk]
    extending.tell_extension(case, actor=staffed.actor("sun"), channel="sms", text="处理期限延至四月八日")
    assert owed("service.extension_told") == []
    extending.request_extension(case, actor=ning, reason="案情特别复杂")
    with pytest.raises(NotFound):
        extending.approve_extension(case, actor=wu, approve=True)  # the last step is senior management's
    extending.approve_long_extension(case, actor=tang, approve=True)
    assert fresh(case).legal_due_at == dt.datetime(2026, 5, 8, 23, 59, 59, tzinfo=zone())
    with pytest.raises(RuleViolation):
        extending.request_extension(case, actor=ning, reason="还要")
    assert {each.told_at is None for each in case.extensions.all()} == {True, False}


def test_asked_in_time_and_decided_too_late_it_is_refused(staffed: Any, case: Complaint, time_machine: Any) -> None:
    extending.request_extension(case, actor=staffed.actor("ning"), reason="等回函")
    time_machine.move_to(MONDAY + 16 * DAY, tick=False)
    with pytest.raises(RuleViolation):
        extending.approve_extension(case, actor=staffed.actor("bai"), approve=True)
    assert fresh(case).legal_due_at == dt.datetime(2026, 3, 24, 23, 59, 59, tzinfo=zone())


def test_limits_stand_still_for_a_mediation_and_for_nothing_else(
    staffed: Any, case: Complaint, time_machine: Any
) -> None:
    ning = staffed.actor("ning")
    extending.suspend_complaint(case, actor=ning, course="court", note="(2026)沪0101民初1号")
    assert case.clocks.filter(state="paused").count() == 0
    extending.resume_complaint(case, actor=ning, note="原告撤诉")
    time_machine.move_to(MONDAY + 5 * DAY, tick=False)
    extending.suspend_complaint(case, actor=ning, course="mediation", note="调解中心 2026-18")
    assert {each.code for each in case.clocks.filter(state="paused")} == {"handled", "legal"}
    assert not fresh(case).legal_ticking
    time_machine.move_to(MONDAY + 25 * DAY, tick=False)
    extending.resume_complaint(case, actor=ning, note="未达成")
    assert fresh(case).legal_due_at == dt.datetime(2026, 4, 13, 23, 59, 59, tzinfo=zone())  # ten days were left


def test_a_statutory_review_is_for_branches_within_thirty_days_and_by_another(
    staffed: Any, case: Complaint, time_machine: Any
) -> None:
    with pytest.raises(RuleViolation):
        reviewing.ask_review(case, actor=staffed.actor("sun"), text="请求核查")
    delivered(staffed, case)
    time_machine.move_to(MONDAY + 31 * DAY, tick=False)
    with pytest.raises(RuleViolation):
        reviewing.ask_review(case, actor=staffed.actor("sun"), text="请求核查")
    time_machine.move_to(MONDAY + 20 * DAY, tick=False)
    with pytest.raises(RuleViolation):  # everybody who may review decided before
        reviewing.ask_review(case, actor=staffed.actor("sun"), text="请求核查")


def test_a_review_upholds_or_changes(staffed: Any, case: Complaint) -> None:
    ning, wu = staffed.actor("ning"), staffed.actor("wu")
    investigating.assign_investigator(case, actor=ning, post_id=staffed.posts["wu"].pk)
    investigating.report_findings(case, actor=wu, findings="属实")
    letters.draft_reply(case, actor=wu.__class__(**{**_as(wu), "grants": ning.grants}), **WHOLE)
    letters.submit_reply(case, actor=ning)
    letters.review_reply(case, actor=ning, approve=True)
    letters.deliver_reply(case, actor=staffed.actor("sun"), way="person", proof="客户签收单")
    reviewing.ask_review(case, actor=staffed.actor("sun"), text="对结果不服")
    assert owed("service.statutory_review") == [staffed.posts["bai"].pk]
    with pytest.raises(RuleViolation):
        reviewing.decide_review(case, actor=ning, result="upheld", findings="看过")
    made = reviewing.decide_review(case, actor=staffed.actor("bai"), result="changed", findings="应全额退还")
    assert (made.result, made.due_at) == ("changed", dt.datetime(2026, 4, 8, 23, 59, 59, tzinfo=zone()))


def _as(actor: Any) -> dict[str, Any]:
    names = ("kind", "name", "user_id", "post_id", "post_ids", "unit_id", "session")
    return {name: getattr(actor, name) for name in names}


def test_settlements_stay_within_authority_and_four_eyes(staffed: Any, case: Complaint, client_of: Any) -> None:
    ning, wu, day = staffed.actor("ning"), staffed.actor("wu"), business_date()
    with pytest.raises(RuleViolation) as refusal:
        settling.propose_settlement(case, actor=ning, amount=Decimal("2000000"), terms="全额")
    assert set(refusal.value.fields) == {"amount"}
    settling.propose_settlement(case, actor=ning, amount=Decimal("30000"), terms="退还三万元，双方再无争议")
    with pytest.raises(NotFound):
        agreement.agreement_pdf(ning, case.pk)  # nothing to sign before somebody approved it
    with pytest.raises(NotFound):
        settling.approve_settlement(case, actor=staffed.actor("bai"), approve=True)  # too small an authority
    made = settling.approve_large_settlement(case, actor=wu, approve=True)
    content = agreement.agreement_pdf(ning, case.pk)[1]
    assert content.startswith(b"%PDF")
    assert agreement.agreement_pdf(ning, case.pk)[1] == content
    with pytest.raises(NotFound):
        agreement.agreement_pdf(staffed.actor("lin"), case.pk)
    said = agreement.agreement_data(fresh(case), made)
    told = " ".join(each["text"] for each in said["sections"])
    assert all(each in told for each in (case.complaint_no, "30,000.00", "人民币叁万元整", "双方再无争议"))
    assert all(each["name"] for each in said["parties"])
    copy = signed_copy(client_of("ning"), case.pk)
    with pytest.raises(RuleViolation) as refusal:  # nobody represents her
        paper.sign_settlement(case, actor=ning, agreement_no="HJ-2026-1", signed_on=day, file_id=copy, reason="agent")
    assert set(refusal.value.fields) == {"reason"}
    paid = {"paid_on": day, "tax": Decimal(0), "reference": "P1"}
    paper.sign_settlement(case, actor=ning, agreement_no="HJ-2026-1", signed_on=day, file_id=copy, reason="portal")
    assert owed("service.settlement_paper") == [staffed.posts["wu"].pk]
    work, rules = WorkItem.objects.get(kind="service.settlement_paper", status="open"), in_force(ComplaintPolicy)
    assert work.policy_id == rules.policy_version
    assert abs(work.due_at - add(now(), Duration(rules.step_hours, "working_hours")).at) < dt.timedelta(minutes=1)
    with pytest.raises(RuleViolation) as refusal:
        settling.check_settlement_payment(case, actor=wu, **paid)  # type: ignore[arg-type]
    assert "第二人" in str(refusal.value.message)
    with pytest.raises(RuleViolation):  # neither who recorded it nor who proposed the settlement
        paper.confirm_paper_settlement(case, actor=ning, approve=True)
    with pytest.raises(RuleViolation) as refusal:
        paper.confirm_paper_settlement(case, actor=wu, approve=False)
    assert set(refusal.value.fields) == {"note"}
    made = paper.confirm_paper_settlement(case, actor=wu, approve=False, note="签名与本人不符")
    assert (made.state, made.signed_way, made.paper, made.agreement_no) == ("approved", "", None, "")
    assert owed("service.settlement_paper") == []
    with pytest.raises(NotFound):
        paper.confirm_paper_settlement(case, actor=wu, approve=True)
    paper.sign_settlement(case, actor=ning, agreement_no="HJ-2026-1", signed_on=day, file_id=copy, reason="portal")
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.update(state="signed", paper_confirmed_by="1023")
    made = paper.confirm_paper_settlement(case, actor=staffed.actor("bai"), approve=True)
    assert (made.state, made.paper_by, made.paper_confirmed_by) == ("signed", "1023", "1025")
    facts = list(
        Event.objects.filter(name__startswith="service.Settlement").order_by("pk").values_list("name", flat=True)
    )
    assert [each.removeprefix("service.Settlement") for each in facts] == [
        "CopyRecorded", "CopyDecided", "CopyRecorded", "CopyDecided", "Agreed",
    ]  # fmt: skip
    audited = AuditEntry.objects.filter(operation=paper.CONFIRM, outcome="done")
    assert [each.actor_name for each in audited.order_by("at")] == ["1005", "1025"]
    with pytest.raises(RuleViolation):
        settling.check_settlement_payment(case, actor=ning, paid_on=day, tax=Decimal(0), reference="P1")
    made = settling.check_settlement_payment(case, actor=wu, paid_on=day, tax=Decimal("0.00"), reference="P1")
    assert (made.state, made.checked_by) == ("paid", "1005")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1000000", "壹佰万元整"),
        ("100000010", "壹亿零壹拾元整"),
        ("0.05", "伍分"),
    ],
)
def test_amounts_are_written_in_words(amount: str, words: str) -> None:
    assert amount_in_words(Decimal(amount)) == f"人民币{words}"


def test_the_cause_has_an_owner_outside_the_team_and_a_verified_effect(staffed: Any, case: Complaint) -> None:
    ning, zhou, day = staffed.actor("ning"), staffed.actor("zhou"), business_date()
    told = {"cause": "risk_told", "problem": "柜面未提示保险性质", "due_on": day + 10 * DAY}
    with pytest.raises(RuleViolation):
        remedying.open_remediation(case, actor=ning, post_id=staffed.posts["zhou"].pk, **told)
    investigated(staffed, case)
    with pytest.raises(RuleViolation) as refusal:
        remedying.open_remediation(case, actor=ning, post_id=staffed.posts["bai"].pk, **told)
    assert set(refusal.value.fields) == {"post_id"}
    row = remedying.open_remediation(case, actor=ning, post_id=staffed.posts["zhou"].pk, **told)
    assert owed("service.remediation") == [staffed.posts["zhou"].pk]
    with pytest.raises((RuleViolation, NotPermitted)):
        remedying.finish_remediation(row, actor=ning, measure="培训", done="完成")
    remedying.finish_remediation(row, actor=zhou, measure="柜面双录前增加性质确认", done="已上线")
    with pytest.raises(RuleViolation) as refusal:
        remedying.verify_remediation(row, actor=ning, effective=False, effect="抽查仍有")
    assert set(refusal.value.fields) == {"due_on"}
    remedying.verify_remediation(row, actor=ning, effective=False, effect="抽查仍有", due_on=day + 20 * DAY)
    assert owed("service.remediation") == [staffed.posts["zhou"].pk]
    remedying.finish_remediation(row, actor=zhou, measure="逐笔复核", done="已执行")
    remedying.verify_remediation(row, actor=ning, effective=True, effect="一个月无同类投诉")
    assert Remediation.objects.get(pk=row.pk).state == "verified"
    assert [each.pk for each in remedying.remediations(zhou)] == [row.pk]
    assert not remedying.remediations(staffed.actor("zhou"), state="late").exists()


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("300", "three hundred yuan"),
        ("1409.50", "one thousand four hundred and nine yuan and fifty fen"),
        ("107000.05", "one hundred and seven thousand yuan and five fen"),
        ("1000021", "one million and twenty-one yuan"),
        ("0.90", "ninety fen"),
    ],
)
def test_an_amount_in_english_words(amount: str, words: str) -> None:
    assert amount_in_english(Decimal(amount)) == f"{words} only"
