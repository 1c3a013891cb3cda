"""Complaints, their clocks and their record."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing, named
from kexin.core.api.shapes import Amount, Day, Id, Instant, Moment, Page, Paging, Shown, Taken, Version, one_of, page_of
from kexin.core.fields import decrypt_rows
from kexin.party.models import Customer
from kexin.service.api.requests import ClockShownOut, clock_shown
from kexin.service.choices import Channel, Reaction
from kexin.service.complaints.choices import ComplaintState, Grade, RegulatoryMajor, Source, SubjectKind, Triage
from kexin.service.complaints.handling import (
    admit_petition,
    answer_regulator,
    classify_complaint,
    direct_complaint,
    grade_complaint,
    note_complaint,
    record_complaint_contact,
    shield_complaint,
    verify_mandate,
    withdraw_complaint,
)
from kexin.service.complaints.matching import join_complaints
from kexin.service.complaints.queries import (
    VIEW,
    ComplaintFile,
    ComplaintLine,
    complaint_file,
    complaint_standing,
    complaints,
)
from kexin.service.complaints.receiving import RECEIVE, ComplaintData, receive_complaint
from kexin.service.models import Complaint, ComplaintEntry, ServiceRequest

router = Endpoints("complaints", _("Complaints"))
Words = Annotated[str, Field(min_length=1, max_length=4000, examples=["存款到期才知道是保险"])]
Staff = Annotated[str, Field(max_length=20, examples=["1001"])]
Facet = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["agency"])]
STATES = f"^(unfinished|{'|'.join(ComplaintState.values)}|)$"
SHOWN_TEXTS = ("subject", "text", "demand", "findings")


class ComplaintTaken(Taken):
    """What is brought forward. ``triage`` decides: a consultation or suggestion becomes a request of the customer.

    Without ``customer_id`` the complainant's name and telephone are needed. The clocks run from ``received_at``.
    """

    triage: one_of(Triage) = Field(examples=["complaint"])  # type: ignore[valid-type]
    source: one_of(Source) = Field(examples=["hotline"])  # type: ignore[valid-type]
    channel: one_of(Channel) = Field(examples=["phone"])  # type: ignore[valid-type]
    subject: str = Field(min_length=1, max_length=120, examples=["存款变保险"])
    text: Words
    demand: str = Field(default="", max_length=1000, examples=["退回本金"])
    amount: Amount | None = None
    customer_id: Id | None = Field(default=None, examples=[None])
    request_id: Id | None = Field(default=None, description="The request out of which it comes", examples=[None])
    subject_kind: one_of(SubjectKind) = Field(default="other", examples=["other"])  # type: ignore[valid-type]
    subject_no: str = Field(default="", max_length=60, examples=[""])
    concerned_unit_id: Id | None = Field(default=None, examples=[None])
    accused: list[Staff] = Field(default=[], max_length=20, examples=[[]])
    hidden_from_unit: bool = False
    complainant_name: str = Field(default="", max_length=80, examples=["王芳"])
    complainant_phone: str = Field(default="", max_length=30, examples=["13900001111"])
    complainant_email: str = Field(default="", max_length=254, examples=[""])
    representative_name: str = Field(default="", max_length=80, examples=[""])
    representative_phone: str = Field(default="", max_length=30, examples=[""])
    persons: int = Field(default=1, ge=1, le=100_000, examples=[1])
    face_to_face: bool = False
    regulator_no: str = Field(default="", max_length=60, examples=[""])
    forwarded_on: Day | None = Field(default=None, examples=[None])
    regulator_due_at: Instant | None = Field(default=None, examples=[None])
    received_at: Instant | None = Field(default=None, examples=[None])
    business: str = Field(default="", max_length=40, examples=["agency"])
    category: str = Field(default="other", max_length=40, examples=["other"])


class ReceivedShown(Shown):
    """What became of it: a case or a request, with its number."""

    kind: str = Field(examples=["complaint"])
    id: Id
    number: str = Field(examples=["C202600000001"])


class ComplaintContactTaken(Taken):
    """Words exchanged with the complainant; outward: the institution spoke."""

    channel: one_of(Channel) = Field(examples=["phone"])  # type: ignore[valid-type]
    text: Words
    outward: bool = Field(default=True, examples=[True])
    reaction: Annotated[str, Field(pattern=f"^({'|'.join(Reaction.values)}|)$", examples=["neutral"])] = ""


class ComplaintTextTaken(Taken):
    """Words for the record."""

    text: Words


class ComplaintSpokenTaken(Taken):
    """Words, and how they were exchanged."""

    channel: one_of(Channel) = Field(examples=["phone"])  # type: ignore[valid-type]
    text: Words


class ComplaintGradeTaken(Taken):
    """The grade within the institution; the regulator's major complaint is another field."""

    grade: one_of(Grade) = Field(examples=["major"])  # type: ignore[valid-type]
    regulatory_major: Annotated[
        str, Field(pattern=f"^({'|'.join(each for each in RegulatoryMajor.values if each)}|)$", examples=["group"])
    ] = ""
    reason: str = Field(default="", max_length=1000, examples=["涉及老年客户"])


class ComplaintFacetsTaken(Taken):
    """Facets A, B and C; several causes."""

    place: Annotated[Facet, Field(examples=["premises"])]
    business: Annotated[Facet, Field(examples=["agency"])]
    causes: list[Annotated[Facet, Field(examples=["marketing"])]] = Field(min_length=1, max_length=20)


class ComplaintShieldTaken(Taken):
    """About whom, and whether its branch sees it."""

    accused: list[Staff] = Field(max_length=20, examples=[["1001"]])
    hidden_from_unit: bool = Field(examples=[True])


class MandateSeenTaken(Taken):
    """What was seen of the mandate."""

    seen: str = Field(min_length=1, max_length=200, examples=["授权委托书原件及身份证"])


class RegulatorAnswerTaken(Taken):
    """Receipt, or the answer with its words."""

    reply: bool = Field(examples=[False])
    text: str = Field(default="", max_length=4000, examples=[""])


class ComplaintJoinTaken(Taken):
    """The number of the case in which this one goes on."""

    into_no: str = Field(max_length=20, examples=["C202600000001"])


class ComplaintsWanted(Paging):
    """Which cases, which part of the list."""

    state: Annotated[
        str, Field(pattern=f"^(unfinished|{'|'.join(ComplaintState.values)}|)$", examples=["unfinished"])
    ] = ""
    side: Annotated[str, Field(pattern="^(owned|inquiry|received|)$", examples=["owned"])] = ""
    due: Annotated[str, Field(pattern="^(late|today|legal_late|legal_soon|)$", examples=["legal_soon"])] = ""


class ComplaintShown(Shown):
    """A case: what is claimed, about what, who handles it, where it stands on both rulers."""

    id: Id
    complaint_no: str = Field(examples=["C202600000001"])
    nature: str = Field(examples=["complaint"])
    state: str = Field(examples=["accepted"])
    course: str = Field(examples=[""])
    customer_id: Id | None
    source: str = Field(examples=["12378"])
    channel: str = Field(examples=["phone"])
    regulator_no: str = Field(examples=["NFRA-2026-0001"])
    forwarded_on: Day | None
    regulator_due_at: Moment | None
    receipt_at: Moment | None
    regulator_replied_at: Moment | None
    suggested_grade: str = Field(examples=["urgent"])
    grade_reasons: list[str] = Field(examples=[["forwarded"]])
    grade: str = Field(examples=["urgent"])
    graded_at: Moment | None
    regulatory_major: str = Field(examples=[""])
    persons: int = Field(examples=[1])
    place: str = Field(examples=[""])
    business: str = Field(examples=["agency"])
    causes: list[str] = Field(examples=[["marketing"]])
    subject_kind: str = Field(examples=["sale"])
    subject_no: str = Field(examples=["S202600000001"])
    concerned_unit_id: Id | None
    accused: list[str] = Field(examples=[["1001"]])
    hidden_from_unit: bool
    subject: str = Field(examples=["存款变保险"])
    text: str = Field(examples=["存款到期才知道是保险"])
    demand: str = Field(examples=["退回本金"])
    amount: Amount | None
    mandate: str = Field(examples=[""])
    contact_post_id: Id
    officer_post_id: Id
    investigator_post_id: Id | None
    request_id: Id | None
    joined_into_id: Id | None
    findings: str = Field(examples=[""])
    outcome: str = Field(examples=[""])
    told_at: Moment | None
    word: str = Field(examples=[""])
    received_at: Moment
    opened_at: Moment
    closed_at: Moment | None
    ticking: bool = Field(description="One of our limits runs; else due_at is the last one's")
    due_at: Moment
    legal_ticking: bool = Field(description="A limit set by law runs")
    legal_due_at: Moment
    version: Version


class ComplaintEntryShown(Shown):
    """A line of the record; ``note`` and ``act`` are internal."""

    at: Moment
    kind: str = Field(examples=["asked"])
    step: str = Field(examples=[""])
    channel: str = Field(examples=["phone"])
    text: str = Field(examples=["存款到期才知道是保险"])
    by: str = Field(examples=["1003"])


class ComplaintFileShown(Shown):
    """A case with its clocks and its record."""

    complaint: ComplaintShown
    clocks: list[ClockShownOut]
    entries: list[ComplaintEntryShown]
    linked: list[str] = Field(description="Numbers of cases it resembles", examples=[[]])


class ComplaintStandingShown(Shown):
    """Figures of the cases within reach; each counted to 1,000 at most. Each ruler's lateness apart."""

    open: int = Field(examples=[12])
    late: int = Field(examples=[1])
    legal_late: int = Field(examples=[0])
    legal_soon: int = Field(examples=[3])
    major: int = Field(examples=[1])
    waiting: int = Field(examples=[2])


def complaint_shown(row: Complaint) -> ComplaintShown:
    """A case as an answer shows it."""
    said: dict[str, Any] = {name: str(getattr(row, name) or "") for name in SHOWN_TEXTS}
    plain = {
        name: getattr(row, name) for name in ComplaintShown.model_fields if name not in SHOWN_TEXTS and name != "id"
    }
    return ComplaintShown(id=row.pk, **plain, **said)


def _entry(row: ComplaintLine) -> ComplaintEntryShown:
    return ComplaintEntryShown(**{name: getattr(row, name) for name in ComplaintEntryShown.model_fields})


def _made(row: ComplaintEntry) -> ComplaintEntryShown:
    said = {name: str(getattr(row, name) or "") for name in ("kind", "step", "channel", "text", "by")}
    return ComplaintEntryShown(at=row.at, **said)


def file_shown(file: ComplaintFile) -> ComplaintFileShown:
    """A case with all that belongs to it."""
    clocks = [clock_shown(each.clock, each.late) for each in (*file.clocks, *file.legal)]
    other = [each.earlier if each.complaint_id == file.row.pk else each.complaint for each in file.links]
    return ComplaintFileShown(
        complaint=complaint_shown(file.row),
        clocks=clocks,
        entries=[_entry(each) for each in file.entries],
        linked=[each.complaint_no for each in other],
    )


def complaint_named(request: ApiRequest, permission: str, pk: int) -> Complaint:
    """The case of an address."""
    return existing(request.actor, permission, Complaint.objects.all(), pk)


@router.read("/complaints", VIEW)
def list_complaints(request: ApiRequest, wanted: Query[ComplaintsWanted]) -> Page[ComplaintShown]:
    """Cases within reach, the nearest legal limit first."""
    rows = complaints(request.actor, state=wanted.state, side=wanted.side, due=wanted.due)
    items, following = page_of(
        request, rows, wanted, [("legal_due_at", "asc"), ("pk", "asc")], complaint_shown,
        lambda found: decrypt_rows(Complaint, list(found), SHOWN_TEXTS),
    )  # fmt: skip
    return Page[ComplaintShown](items=items, next=following)


@router.read("/complaints/standing", VIEW)
def complaints_standing(request: ApiRequest) -> ComplaintStandingShown:
    """How many are open, late by our limits, late by law, due by law within five days, major, awaiting a word."""
    found = complaint_standing(request.actor)
    return ComplaintStandingShown(**{name: getattr(found, name) for name in ComplaintStandingShown.model_fields})


@router.read("/complaints/{complaint_id}", VIEW)
def read_complaint(request: ApiRequest, complaint_id: Id) -> ComplaintFileShown:
    """One case with its clocks and its record."""
    return file_shown(complaint_file(request.actor, complaint_id))


@router.write("POST", "/complaints", RECEIVE, status=201)
def complaint_received(request: ApiRequest, data: ComplaintTaken) -> ReceivedShown:
    """Receive what somebody brings forward, of a customer or of somebody not on file."""
    said = data.model_dump()
    pk, request_id = said.pop("customer_id"), said.pop("request_id")
    customer = named(Customer.objects.all(), pk, "customer_id", _("There is no such customer."))
    source = named(ServiceRequest.objects.all(), request_id, "request_id", _("There is no such request."))
    made = receive_complaint(
        ComplaintData(**{**said, "accused": tuple(said["accused"])}),
        actor=request.actor, customer=customer, request=source,
    )  # fmt: skip
    return ReceivedShown(kind="complaint" if isinstance(made, Complaint) else "request", id=made.pk, number=made.number)


@router.write("POST", "/complaints/{complaint_id}/contacts", "service.record_complaint_contact", status=201)
def complaint_contact(request: ApiRequest, complaint_id: Id, data: ComplaintContactTaken) -> ComplaintEntryShown:
    """Write down words exchanged with the complainant; the first answer stops its clock."""
    row = complaint_named(request, "service.record_complaint_contact", complaint_id)
    return _made(record_complaint_contact(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/notes", "service.note_complaint", status=201)
def complaint_noted(request: ApiRequest, complaint_id: Id, data: ComplaintTextTaken) -> ComplaintEntryShown:
    """Write an internal note."""
    row = complaint_named(request, "service.note_complaint", complaint_id)
    made = note_complaint(row, actor=request.actor, text=data.text)
    return ComplaintEntryShown(at=made.at, kind=made.kind, step="", channel="", text=str(made.text), by=made.by)


@router.write("POST", "/complaints/{complaint_id}/directions", "service.direct_complaint", status=201)
def complaint_directed(request: ApiRequest, complaint_id: Id, data: ComplaintTextTaken) -> ComplaintEntryShown:
    """Directions of senior management on a major case."""
    row = complaint_named(request, "service.direct_complaint", complaint_id)
    made = direct_complaint(row, actor=request.actor, text=data.text)
    return ComplaintEntryShown(at=made.at, kind=made.kind, step=made.step, channel="", text=str(made.text), by=made.by)


@router.write("POST", "/complaints/{complaint_id}/grade", "service.grade_complaint")
def complaint_graded(request: ApiRequest, complaint_id: Id, data: ComplaintGradeTaken) -> ComplaintShown:
    """Confirm or change the suggested grade; the clocks follow."""
    row = complaint_named(request, "service.grade_complaint", complaint_id)
    return complaint_shown(grade_complaint(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/facets", "service.classify_complaint")
def complaint_classified(request: ApiRequest, complaint_id: Id, data: ComplaintFacetsTaken) -> ComplaintShown:
    """Classify by the facets of the institution's map."""
    row = complaint_named(request, "service.classify_complaint", complaint_id)
    return complaint_shown(classify_complaint(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/shield", "service.shield_complaint")
def complaint_shielded(request: ApiRequest, complaint_id: Id, data: ComplaintShieldTaken) -> ComplaintShown:
    """Say about whom it is, and hide it from its branch."""
    row = complaint_named(request, "service.shield_complaint", complaint_id)
    return complaint_shown(shield_complaint(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/mandate", "service.verify_mandate")
def complaint_mandate(request: ApiRequest, complaint_id: Id, data: MandateSeenTaken) -> ComplaintShown:
    """Verify the mandate of a representative."""
    row = complaint_named(request, "service.verify_mandate", complaint_id)
    return complaint_shown(verify_mandate(row, actor=request.actor, seen=data.seen))


@router.write("POST", "/complaints/{complaint_id}/regulator", "service.answer_regulator")
def complaint_regulator(request: ApiRequest, complaint_id: Id, data: RegulatorAnswerTaken) -> ComplaintShown:
    """Give receipt or answer to the regulator who forwarded it."""
    row = complaint_named(request, "service.answer_regulator", complaint_id)
    return complaint_shown(answer_regulator(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/admission", "service.admit_petition")
def petition_admitted(request: ApiRequest, complaint_id: Id, data: ComplaintSpokenTaken) -> ComplaintShown:
    """Record that the petitioner was told whether it is admitted."""
    row = complaint_named(request, "service.admit_petition", complaint_id)
    return complaint_shown(admit_petition(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaints/{complaint_id}/join", "service.join_complaints")
def complaint_joined(request: ApiRequest, complaint_id: Id, data: ComplaintJoinTaken) -> ComplaintShown:
    """Let a case go on in another of the same person; answers with that one."""
    row = complaint_named(request, "service.join_complaints", complaint_id)
    return complaint_shown(join_complaints(row, actor=request.actor, into_no=data.into_no))


@router.write("POST", "/complaints/{complaint_id}/withdrawal", "service.withdraw_complaint")
def complaint_withdrawn(request: ApiRequest, complaint_id: Id, data: ComplaintSpokenTaken) -> ComplaintShown:
    """Record that the complainant withdraws; the case ends the same day."""
    row = complaint_named(request, "service.withdraw_complaint", complaint_id)
    return complaint_shown(withdraw_complaint(row, actor=request.actor, **data.model_dump()))
