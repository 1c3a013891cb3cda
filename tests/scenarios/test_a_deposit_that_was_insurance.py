"""A forwarded complaint from the first call to the remedy of its cause: no day missed, no letter that is not whole."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.calendar import business_date, zone
from kexin.core.errors import RuleViolation
from kexin.core.models import Event
from kexin.engagement.timeline import rendering_of
from kexin.service.complaints import (
    closing,
    extending,
    handling,
    investigating,
    letters,
    remedying,
)
from kexin.service.complaints.queries import complaint_file, complaints
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.models import Complaint
from tests.complaint_people import hire_officers
from tests.personas import Bank

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
DAY = dt.timedelta(days=1)
REQUIREMENTS = {
    "G-04": ("answered within 24 hours, major ones within 48", "feedback other than complaints"),
    "G-14": "fast, graded, fair by persons without interest, closed loop",
    "G-15": "ordinary, major, urgent: suggested by rules, confirmed by a person, each with its limits",
    "G-16": "acceptance, investigation, handling, feedback, archive; the first asked stays the contact",
    "G-17": ("acceptance, handling and feedback are digital", "the customer's own acceptance on the portal"),
    "G-18": "24 hours, two working days, seven working days, side by side with the legal limit",
    "G-19": "a major complaint is work of senior management, whose directions stand in the record",
    "G-20": "the reply is reviewed by a second person before it is delivered",
    "G-21": "content, process, result and the complainant's word in one file",
    "G-22": ("causes, remedy with verified effect; an event for the survey", "frequent causes, quality assessment"),
}
SCREENS = {"G-16": "/complaints/<id>/", "G-18": "/complaints/", "G-22": "/remediations/"}


def test_from_the_call_to_the_verified_remedy(bank: Bank, chen: Any, time_machine: Any) -> None:
    time_machine.move_to(MONDAY, tick=False)
    hire_officers(bank)
    sun, ning, bai, wu, zhou = (bank.actor(who) for who in ("sun", "ning", "bai", "wu", "zhou"))
    told: dict[str, Any] = {
        "triage": "complaint", "channel": "phone", "subject": "存款变保险",
        "text": "到期才知道买的是保险，要求退回本金", "subject_kind": "staff", "accused": ("1001",),
    }  # fmt: skip
    first = receive_complaint(ComplaintData(**told, source="hotline"), actor=sun, customer=chen)
    again = receive_complaint(
        ComplaintData(**told, source="12378", regulator_no="NFRA-2026-77", regulator_due_at=MONDAY + 12 * DAY),
        actor=sun, customer=chen,
    )  # fmt: skip
    assert isinstance(first, Complaint)
    assert again.pk == first.pk  # merged with the earlier call
    assert not complaints(bank.actor("lin")).exists()  # about whom it is
    handling.record_complaint_contact(first, actor=sun, channel="phone", text="已收到，两日内告知调查情况")
    handling.grade_complaint(first, actor=ning, grade="major", reason="老年客户，监管转办")
    handling.direct_complaint(first, actor=bank.actor("tang"), text="请三日内面谈")
    with pytest.raises(RuleViolation):
        investigating.assign_investigator(first, actor=ning, post_id=bank.posts["zhou"].pk)  # type: ignore[attr-defined]
    investigating.assign_investigator(first, actor=ning, post_id=bank.posts["bai"].pk)  # type: ignore[attr-defined]
    time_machine.move_to(MONDAY + DAY, tick=False)
    investigating.report_findings(first, actor=bai, findings="录音显示未提示产品性质")
    extending.request_extension(first, actor=ning, reason="等待保险公司回函")
    extending.approve_extension(first, actor=wu, approve=True)
    extending.tell_extension(first, actor=sun, channel="sms", text="处理期限延至四月八日")
    letters.draft_reply(first, actor=ning, facts="经查属实")
    with pytest.raises(RuleViolation) as refusal:
        letters.submit_reply(first, actor=ning)
    assert {"basis", "reasons", "decision", "remedies"} <= set(refusal.value.fields)
    letters.draft_reply(
        first, actor=ning, facts="经查属实", basis="保险销售行为管理办法", reasons="告知不充分",
        decision="协助退保并致歉", outcome="upheld", remedies=("review", "mediation", "arbitration", "court"),
    )  # fmt: skip
    letters.submit_reply(first, actor=ning)
    letters.review_reply(first, actor=wu, approve=True)
    letters.deliver_reply(first, actor=sun, way="person", proof="客户签收单 0310")
    closing.confirm_complaint(first, actor=sun, agreed=True, channel="branch", text="满意")
    handling.classify_complaint(first, actor=ning, place="premises", business="agency", causes=["risk_told"])
    remedy = remedying.open_remediation(
        first, actor=ning, cause="risk_told", problem="柜面未提示保险性质",
        post_id=bank.posts["zhou"].pk, due_on=business_date() + 20 * DAY,  # type: ignore[attr-defined]
    )  # fmt: skip
    closing.archive_complaint(first, actor=ning)
    remedying.finish_remediation(remedy, actor=zhou, measure="双录前增加性质确认", done="已上线")
    remedying.verify_remediation(remedy, actor=ning, effective=True, effect="抽查一百笔无同类问题")
    file = complaint_file(ning, first.pk)
    assert (file.row.state, file.row.word, file.row.outcome) == ("archived", "confirmed", "upheld")
    late = {each.clock.code for each in (*file.clocks, *file.legal) if each.late}
    assert late == set()
    steps = [each.step for each in file.entries if each.complaint_id == first.pk and each.step]
    assert "word" in steps
    course = ["assign", "find", "submit", "approve", "deliver", "archive"]
    assert [each for each in steps if each in course] == course
    names = set(Event.objects.filter(subject=first.complaint_no).values_list("name", flat=True))
    assert {"service.ComplaintReceived", "service.ComplaintDecided", "service.ComplaintClosed"} <= names
    assert all(
        rendering_of(name) is not None for name in names - {"service.RemediationOpened", "service.RemediationVerified"}
    )
