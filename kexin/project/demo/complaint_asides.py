"""What stood beside the course of past complaints: extensions, a lawsuit, settlements, statutory reviews, remedies."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models

from kexin.core.calendar import add
from kexin.core.values import Duration
from kexin.people.models import OrgUnit
from kexin.project.demo.past_complaints import DAY, Case
from kexin.project.demo.said_complaints import AGREED, BASIS, LONGER
from kexin.service.complaints.choices import Remedy
from kexin.service.complaints.policies import FINDINGS
from kexin.service.complaints.settling import LEVELS
from kexin.service.models import (
    Clock,
    Complaint,
    ComplaintExtension,
    ComplaintLetter,
    Remediation,
    Settlement,
    StatutoryReview,
)
from kexin.service.policies import ANSWERED

if TYPE_CHECKING:
    from kexin.project.demo.complaint_rows import Rows

MEASURES = {
    "rules": ("修订流程并统一材料清单", "新流程全行生效", "一个月内同类投诉由七件降至一件"),
    "fees": ("系统增加免收识别规则", "存量账户排查并退费", "抽查二百户无误收"),
    "risk_told": ("双录增加产品性质确认节点", "话术与系统节点已上线", "抽查一百笔录音均有提示"),
}
USUAL = ("岗位培训并纳入考核", "培训完成，考核通过", "抽查三十笔，无同类问题")


class Asides:
    """Gathers what stands beside the cases; ``rows`` is where the cases themselves are gathered."""

    def __init__(self, cases: Rows) -> None:
        self.cases = cases
        self.rows: dict[type[models.Model], list[Any]] = {
            model: [] for model in (ComplaintExtension, Settlement, StatutoryReview, Remediation)
        }
        self.head = OrgUnit.objects.filter(parent=None).order_by("path").first()

    def tell(self, case: Case, row: Complaint) -> None:
        """All of it, in the order in which it happens."""
        more = case.more
        if "extend" in more:
            self._extended(case, row)
        if "course" in more:
            self._course(case, row)
        if "settle" in more:
            self._settled(case, row)
        if "review" in more:
            self._reviewed(case, row)
        if "remedy" in more:
            self._remedied(case, row)

    def _extended(self, case: Case, row: Complaint) -> None:
        """Each step asked for by the officer, decided by another before the day it needed, and told."""
        crew, before = self.cases.crew, 15
        for place, days in enumerate(case.more["extend"]):
            asked = case.received + (before - 3) * DAY
            by = crew.board if days > 30 else crew.looks.staff_no
            due = [add(case.received, Duration(each, "calendar_days")).at for each in (before, days)]
            self.rows[ComplaintExtension].append(
                ComplaintExtension(
                    complaint=row, to_days=days, reason=LONGER, asked_by=crew.officer.staff_no, asked_at=asked,
                    right="service.approve_long_extension" if place else "service.approve_extension", approved=True,
                    decided_by=by, decided_at=asked + DAY, due_before=due[0], due_after=due[1],
                    told_at=asked + 1.2 * DAY,
                )
            )  # fmt: skip
            self.cases.step(row, "extension", asked, crew.officer.staff_no, LONGER)
            self.cases.step(row, "extended", asked + DAY, by)
            told = f"办理期限延长至受理后 {days} 日。"
            self.cases.said(row, "told", told, asked + 1.2 * DAY, row.opened_by, channel="phone", step="extended")
            self.cases.fact(row, asked + DAY, "ComplaintExtended", by, days=days, due_at=due[1].isoformat())
            before = days

    def _course(self, case: Case, row: Complaint) -> None:
        """A lawsuit stops no clock."""
        officer, begun = self.cases.crew.officer.staff_no, case.at(0.75)
        course = case.more["course"]
        self.cases.step(row, f"course-{course}", begun, officer, "已向法院起诉管理人与本行")
        self.cases.step(row, "course-end", case.at(0.95), officer, "法院立案，另案审理")
        self.cases.fact(row, begun, "ComplaintSuspended", officer, course=course, running=False)

    def _settled(self, case: Case, row: Complaint) -> None:
        """Proposed by the officer, decided within authority by another, signed, paid under the eyes of another."""
        amount, level = case.more["settle"]
        officer, other = self.cases.crew.officer.staff_no, self.cases.crew.looks.staff_no
        signed = (case.told + DAY).date()
        self.rows[Settlement].append(
            Settlement(
                complaint=row, key_id=row.key_id, amount=Decimal(amount), terms=case.said.decision, right=LEVELS[level],
                state="paid", proposed_by=officer, proposed_at=case.at(0.5), approved_by=other,
                approved_at=case.at(0.58), agreement_no=f"HJ-{case.received:%Y}-{row.pk:04d}", signed_on=signed,
                tax=Decimal(0), paid_on=signed + 2 * DAY, checked_by=other, payment_note=f"P{row.pk:08d}",
            )
        )  # fmt: skip
        for name, at, by in (
            ("settlement", case.at(0.5), officer), ("settlement-approved", case.at(0.58), other),
            ("settlement-signed", case.told + DAY, officer), ("settlement-paid", case.told + 3 * DAY, other),
        ):  # fmt: skip
            self.cases.step(row, name, at, by)
        self.cases.fact(row, case.told + DAY, "SettlementAgreed", officer, paid=False)
        self.cases.fact(row, case.told + 3 * DAY, "SettlementAgreed", other, paid=True)

    def _reviewed(self, case: Case, row: Complaint) -> None:
        """Asked for after the answer, decided by somebody who had no part in it; changed, it begins again."""
        crew, asked = self.cases.crew, case.closed + 4 * DAY
        decided, changed = asked + 9 * DAY, case.more["review"] == "changed"
        words = "对处理结果不服，请上级核查。"
        found = "原处理事实清楚、依据充分。" if not changed else "原答复未回应主要诉求，应重新作出处理决定。"
        assert self.head is not None
        due = add(asked, Duration(self.cases.rules.review_days, "calendar_days")).at
        self.rows[StatutoryReview].append(
            StatutoryReview(
                complaint=row, key_id=row.key_id, asked_at=asked, words=words, unit=self.head,
                reviewer_post_id=crew.looks.post, due_at=due, result=case.more["review"], findings=found,
                decided_by=crew.looks.staff_no, decided_at=decided,
            )
        )  # fmt: skip
        self.cases.said(row, "asked", words, asked, row.opened_by, channel="phone", step="review")
        self.cases.fact(row, asked, "StatutoryReviewAsked", due_at=due.isoformat())
        self.cases.step(row, f"review-{case.more['review']}", decided, crew.looks.staff_no)
        self.cases.fact(row, decided, "StatutoryReviewDecided", crew.looks.staff_no, result=case.more["review"])
        if changed:
            self._again(case, row, found)

    def _again(self, case: Case, row: Complaint, found: str) -> None:
        """The second round: new limits, a new answer, the complainant's word."""
        crew, at = self.cases.crew, case.closed + 13 * DAY
        told, desk = at + 4 * DAY, self.cases.crew.desk.staff_no
        for stone in self.cases.rules.clocks(row.nature, row.grade, row.source):
            due = add(at, stone.within).at
            self.cases.rows[Clock].append(
                Clock(
                    complaint=row, round=2, code=stone.code, name=stone.name, name_en=stone.name_en,
                    amount=stone.within.amount, unit=stone.within.unit.value, met_by=stone.met_by,
                    pausable=stone.pausable, legal=stone.legal, started_at=at, due_at=due, state="met",
                    met_at={FINDINGS: at, ANSWERED: at + 0.2 * DAY}.get(stone.met_by, told),
                )
            )  # fmt: skip
            row.due_at, row.legal_due_at = (row.due_at, due) if stone.legal else (due, row.legal_due_at)
        self.cases.rows[ComplaintLetter].append(
            ComplaintLetter(
                complaint=row, key_id=row.key_id, round=2, state="delivered", outcome="upheld", facts=found,
                basis=BASIS, reasons="前次答复未写明事实与依据。", decision="三日内安排提前还款并书面致歉。",
                remedies=list(Remedy.values), drafted_by=crew.officer.staff_no, drafted_at=at + DAY,
                reviewed_by=crew.reviews.staff_no, reviewed_at=at + 3 * DAY, way="post", proof=f"EMS {row.pk + 2:08d}",
                delivered_at=told,
            )
        )  # fmt: skip
        row.round, row.received_at, row.findings, row.found_at = 2, at, found, at
        row.found_by, row.outcome, row.word = crew.looks.staff_no, "upheld", "confirmed"
        row.decided_at, row.told_at, row.closed_at = at + 3 * DAY, told, told + DAY
        self.cases.fact(row, at, "ComplaintReopened", crew.looks.staff_no)
        for name, moment, by in (
            ("submit", at + 2 * DAY, crew.officer.staff_no), ("approve", at + 3 * DAY, crew.reviews.staff_no),
            ("deliver", told, desk),
        ):  # fmt: skip
            self.cases.step(row, name, moment, by)
        self.cases.fact(row, told, "ComplaintDecided", desk, outcome="upheld", way="post")
        self.cases.said(row, "asked", AGREED[0], told + DAY, desk, channel="phone", step="word")
        self.cases.fact(row, told + DAY, "ComplaintClosed", desk, word="confirmed", outcome="upheld")

    def _remedied(self, case: Case, row: Complaint) -> None:
        """The head of the unit owns the cause; another officer saw the effect."""
        if not case.archived:
            return
        head = self.cases.crew.heads[case.customer.unit_id or 0]
        measure, done, effect = MEASURES.get(case.more["remedy"], USUAL)
        opened = case.closed + DAY
        self.rows[Remediation].append(
            Remediation(
                complaint=row, cause=case.more["remedy"], problem=case.said.reasons[:500], owner_unit_id=head.unit,
                owner_post_id=head.post, measure=measure, due_on=(opened + 20 * DAY).date(), state="verified",
                opened_by=self.cases.crew.officer.staff_no, opened_at=opened, done_by=head.staff_no,
                done_at=opened + 14 * DAY, done_note=done, verified_by=self.cases.crew.officer.staff_no,
                verified_at=opened + 30 * DAY, effect=effect, version=3,
            )
        )  # fmt: skip
