"""Complaints unfinished on the day of loading, through the doors: some in every state between acceptance and end."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.party.choices import PartyKind
from kexin.party.models import Customer
from kexin.people.models import Post
from kexin.project.demo.casting import FIRST_UNIT, cast
from kexin.project.demo.said_complaints import BASIS, LONGER, MIX, NOBODY, ON_IT, Said
from kexin.service.complaints.choices import Remedy
from kexin.service.complaints.closing import attempt_confirmation
from kexin.service.complaints.extending import approve_extension, request_extension, suspend_complaint, tell_extension
from kexin.service.complaints.handling import answer_regulator, direct_complaint, record_complaint_contact
from kexin.service.complaints.investigating import assign_investigator, report_findings
from kexin.service.complaints.letters import deliver_reply, draft_reply, review_reply, submit_reply
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.complaints.remedying import open_remediation
from kexin.service.complaints.reviewing import ask_review
from kexin.service.complaints.settling import approve_large_settlement, propose_settlement
from kexin.service.models import Complaint

STEPS: Final = ("accepted", "answered", "inquiry", "handling", "review", "feedback", "confirm")
# how far it came, how many hours ago it was received, which matter, what else is remarkable
STANDING: Final[tuple[tuple[str, int, int, str], ...]] = (
    ("accepted", 1, 0, ""), ("accepted", 20, 10, "hidden"), ("accepted", 2, 3, "12378"), ("answered", 5, 5, "agent"),
    ("answered", 26, 11, "group"), ("inquiry", 30, 1, ""), ("inquiry", 52, 8, "12345"), ("inquiry", 8, 4, "report"),
    ("handling", 40, 6, "settle"), ("handling", 330, 7, "extend"), ("handling", 300, 12, "mediation"),
    ("review", 60, 2, ""), ("feedback", 70, 9, ""), ("confirm", 76, 0, ""), ("confirm", 96, 4, "attempt"),
    ("answered", 100, 7, "petition"),
)  # fmt: skip


class Cast:
    """Who acts: the agent, the officer, who looks into cases, who reviews, the board."""

    def __init__(self) -> None:
        self.sun, self.ning, self.shen, self.wu, self.lu = (cast(each) for each in ("sun", "ning", "shen", "wu", "lu"))


def tell_of_complaints() -> None:
    """Customers of the first sub-branch; one calls twice about the same, one asked for a review of a past decision."""
    rows = Customer.objects.filter(unit__code=FIRST_UNIT, kind=PartyKind.INDIVIDUAL, status="active")
    people = list(rows.select_related("party").order_by("-customer_no")[: len(STANDING)])
    crew = Cast()
    for (state, hours, number, what), customer in zip(STANDING, people, strict=False):
        row = _received(crew, customer, MIX[number][1], hours, what)
        if isinstance(row, Complaint):
            _go_on(crew, row, state, MIX[number][1], what)
    if people:
        _received(crew, people[0], MIX[0][1], 0, "12345")
    _after_the_end(crew)


def _received(crew: Cast, customer: Customer, said: Said, hours: int, what: str) -> Any:
    source = what if what in ("12378", "12345") else "branch" if what == "group" else "hotline"
    at = dt.datetime.now(dt.UTC)
    data = ComplaintData(
        triage=what if what in ("report", "petition") else "complaint",
        source=source,
        channel="branch" if what == "group" else "phone",
        subject=said.subject,
        text=said.text,
        demand=said.demand,
        amount=said.amount,
        business=said.business,
        subject_kind="staff" if what in ("hidden", "report") else "other",
        accused=("zhou",) if what in ("hidden", "report") else (),
        hidden_from_unit=what == "hidden",
        representative_name="张代理" if what == "agent" else "",
        representative_phone="13600000099" if what == "agent" else "",
        persons=22 if what == "group" else 1,
        face_to_face=what == "group",
        regulator_no=f"{source}-{customer.customer_no[-4:]}-{hours}" if source in ("12378", "12345") else "",
        forwarded_on=business_date() - dt.timedelta(days=1) if source in ("12378", "12345") else None,
        regulator_due_at=at + dt.timedelta(days=9) if what == "12378" else None,
        received_at=at - dt.timedelta(hours=hours),
    )
    return receive_complaint(data, actor=crew.sun, customer=customer)


def _go_on(crew: Cast, row: Complaint, state: str, said: Said, what: str) -> None:
    """Step by step to its state."""
    far = STEPS.index(state)
    if what in ("12378", "12345") and far:
        answer_regulator(row, actor=crew.ning, reply=False)
    if far >= 1:
        record_complaint_contact(row, actor=crew.sun, channel="phone", text=ON_IT[row.pk % len(ON_IT)])
    if what == "group":
        direct_complaint(row, actor=crew.lu, text="由消保部牵头，三日内面见代表，不超过五名。")
    if far >= 2:
        assign_investigator(row, actor=crew.ning, post_id=_post(crew.shen))
    if far >= 3:
        report_findings(row, actor=crew.shen, findings=said.facts)
        _aside(crew, row, what)
    if far >= 4:
        draft_reply(
            row, actor=crew.ning, facts=said.facts, basis=BASIS, reasons=said.reasons, decision=said.decision,
            outcome=said.outcome, remedies=Remedy.values,
        )  # fmt: skip
        submit_reply(row, actor=crew.ning)
    if far >= 5:
        review_reply(row, actor=crew.wu, approve=True)
    if far >= 6:
        deliver_reply(row, actor=crew.sun, way="phone", proof=f"录音 {row.pk:08d}")
    if what == "attempt":
        attempt_confirmation(row, actor=crew.sun, channel="phone", text=NOBODY[0])


def _aside(crew: Cast, row: Complaint, what: str) -> None:
    """An extension that waits for its decision, one that was told, a mediation, a settlement above an authority."""
    if what == "extend":
        request_extension(row, actor=crew.ning, reason=LONGER)
        approve_extension(row, actor=crew.wu, approve=True)
        tell_extension(row, actor=crew.sun, channel="phone", text="办理期限延长至受理后三十日。")
        request_extension(row, actor=crew.ning, reason="等待征信机构复核")
    elif what == "mediation":
        suspend_complaint(row, actor=crew.ning, course="mediation", note="江澜市金融消费纠纷调解中心 2026-118")
    elif what == "settle":
        propose_settlement(row, actor=crew.ning, amount=Decimal(38_000), terms="退还息差三万八千元。")
        approve_large_settlement(row, actor=crew.wu, approve=False, note="超出本案合理区间，请重新测算。")
        propose_settlement(row, actor=crew.ning, amount=Decimal(86_000), terms="含后续利息，待管理层审批。")


def _post(actor: Actor) -> int:
    assert actor.post_id is not None
    return actor.post_id


def _after_the_end(crew: Cast) -> None:
    """A review of a decision of the past month; a cause whose measure is under way."""
    ended = Complaint.objects.filter(
        state="closed", reviews=None, told_at__gte=dt.datetime.now(dt.UTC) - dt.timedelta(days=28)
    )
    row = ended.filter(word="disputed").order_by("pk").last()
    if row is not None:
        ask_review(row, actor=crew.ning, text="对处理结果不服，请上级机构核查。")
    justified = Complaint.objects.filter(state="closed", outcome="upheld", remediations=None, hidden_from_unit=False)
    other = justified.exclude(pk=row.pk if row else 0).order_by("pk").last()
    head = Post.objects.filter(unit__code=FIRST_UNIT, title="支行行长").first()
    if other is not None and head is not None and other.causes:
        open_remediation(
            other, actor=crew.ning, cause=other.causes[0], problem="网点执行新流程不一致", post_id=head.pk,
            due_on=business_date() + dt.timedelta(days=14),
        )  # fmt: skip
