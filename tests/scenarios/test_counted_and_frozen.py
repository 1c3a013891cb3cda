"""From a cause that comes too often to its measure and effect; the quarter's report stays what it was when signed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.calendar import zone
from kexin.core.models import AuditEntry
from kexin.party.models import Customer
from kexin.service.complaints import handling
from kexin.service.complaints.analysis.asking import FiguresAsked
from kexin.service.complaints.analysis.effects import effect_of
from kexin.service.complaints.analysis.figures import CAUSE, complaint_figures
from kexin.service.complaints.analysis.report_files import download_complaint_report
from kexin.service.complaints.analysis.reporting import (
    approve_complaint_report,
    make_complaint_report,
    report_differences,
)
from kexin.service.complaints.analysis.trend import complaint_signals
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.complaints.remedying import finish_remediation, open_remediation, verify_remediation
from kexin.service.models import Complaint, Remediation
from kexin.service.tests.test_complaint_figures import stored
from tests.complaint_people import hire_officers
from tests.personas import Bank

pytestmark = pytest.mark.django_db
MARCH = dt.datetime(2026, 3, 20, 10, tzinfo=zone())
DAY = dt.timedelta(days=1)
REQUIREMENTS = {
    "G-22": "frequent causes by their rate, with limits; cause, measure and verified effect; a survey after handling",
    "G-23": "several causes by the institution's map, those of the sources among them; counted under each",
    "G-06": "complaints collected, analysed by cause, answered by a measure, its effect measured before and after",
}
SCREENS = {"G-22": "/complaints/figures/", "G-23": "/complaints/figures/?by=cause", "G-06": "/complaints/trend/"}


def test_a_cause_is_noticed_remedied_and_reported(bank: Bank, chen: Any, time_machine: Any) -> None:
    time_machine.move_to(MARCH, tick=False)
    hire_officers(bank)
    Customer.objects.filter(pk=chen.pk).update(status="active", admitted_on=dt.date(2020, 1, 6))
    calm = [dt.datetime(2024 + n // 12, n % 12 + 1, 5, 9 + k, tzinfo=zone()) for n in range(3, 25) for k in range(6)]
    stored(bank, chen, calm, causes=["attitude"])
    loud = [dt.datetime(2026, 2, day, 9, tzinfo=zone()) for day in range(2, 27)]
    stored(bank, chen, loud, causes=["unclear", "risk_told"])
    sun, ning, zhou, wu = (bank.actor(who) for who in ("sun", "ning", "zhou", "wu"))
    case = receive_complaint(
        ComplaintData(
            triage="complaint", source="hotline", channel="phone", subject="存款变保险", subject_kind="other",
            text="到期才知道买的是保险，要求退回本金",
        ),
        actor=sun, customer=chen,
    )  # fmt: skip
    assert isinstance(case, Complaint)
    handling.classify_complaint(case, actor=ning, place="premises", business="agency", causes=["unclear", "risk_told"])

    year = FiguresAsked(dt.date(2026, 1, 1), MARCH.date())
    found = complaint_figures(ning, year)
    assert found.keys(CAUSE)[:2] == ["risk_told", "unclear"]  # what comes most stands first
    assert found.count(CAUSE, "unclear").cases == 26
    assert found.per_customers() is not None
    signals = complaint_signals(ning, year)
    assert any(each.above for each in signals)
    assert not any(each.key == "attitude" and each.above for each in signals)  # a wobble is no alarm

    Complaint.objects.filter(pk=case.pk).update(state="handling")
    remedy = open_remediation(
        case, actor=ning, cause="unclear", problem="产品介绍不清", post_id=bank.posts["zhou"].pk,  # type: ignore[attr-defined]
        due_on=MARCH.date() + 10 * DAY,
    )  # fmt: skip
    finish_remediation(remedy, actor=zhou, measure="统一讲解话术并双录抽查", done="全员培训完成")
    time_machine.move_to(MARCH + 60 * DAY, tick=False)
    row = Remediation.objects.select_related("owner_unit").get(pk=remedy.pk)
    effect = effect_of(ning, row)
    assert effect is not None
    assert effect.change is not None
    assert (effect.after.cases, effect.change.word) == (0, "fell")
    verify_remediation(row, actor=ning, effective=True, effect="两个月内无同类投诉")

    report = make_complaint_report(actor=ning, kind="quarter", year=2026, quarter=1)
    approve_complaint_report(report, actor=wu, approve=True)
    first = download_complaint_report(report.pk, actor=ning, purpose="报送监管", form="xlsx")
    handling.classify_complaint(case, actor=ning, place="premises", business="agency", causes=["cause_other"])
    again = download_complaint_report(report.pk, actor=wu, purpose="检查", form="xlsx")
    assert again.content == first.content
    differs = report_differences(ning, report.pk)
    assert differs.changed == (case.complaint_no,)
    assert AuditEntry.objects.filter(operation="service.approve_complaint_report", outcome="done").exists()
