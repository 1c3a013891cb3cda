"""Facts of complaints. None of them carries a word of the complainant; ``subject`` is the number of the case."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ComplaintReceived:
    customer_id: int | None
    subject: str
    complaint_id: int
    nature: str
    source: str
    grade: str


@event
@dataclass(frozen=True, slots=True)
class ComplaintGraded:
    """A person confirmed or changed the suggested grade."""

    customer_id: int | None
    subject: str
    complaint_id: int
    before: str
    grade: str


@event
@dataclass(frozen=True, slots=True)
class ComplaintAnswered:
    """Words were exchanged with the complainant; ``outward``: the institution spoke."""

    customer_id: int | None
    subject: str
    complaint_id: int
    channel: str
    outward: bool


@event
@dataclass(frozen=True, slots=True)
class ComplaintsJoined:
    """The same person and matter: one case goes on in another."""

    customer_id: int | None
    subject: str
    complaint_id: int
    into_id: int
    into_no: str


@event
@dataclass(frozen=True, slots=True)
class RegulatorAnswered:
    """Receipt or reply given to the regulator who forwarded the case."""

    customer_id: int | None
    subject: str
    complaint_id: int
    source: str
    reply: bool


@event
@dataclass(frozen=True, slots=True)
class ComplaintWithdrawn:
    """The complainant withdrew it; the case ended the same day."""

    customer_id: int | None
    subject: str
    complaint_id: int


@event
@dataclass(frozen=True, slots=True)
class ComplaintAssigned:
    """Somebody without interest investigates."""

    customer_id: int | None
    subject: str
    complaint_id: int
    post: int


@event
@dataclass(frozen=True, slots=True)
class ComplaintInvestigated:
    customer_id: int | None
    subject: str
    complaint_id: int


@event
@dataclass(frozen=True, slots=True)
class ComplaintExtended:
    """The legal limit was put off, by somebody else than who asked."""

    customer_id: int | None
    subject: str
    complaint_id: int
    days: int
    due_at: str


@event
@dataclass(frozen=True, slots=True)
class ComplaintSuspended:
    """Limits stand still for an appraisal or a mediation, or go on again (``running``)."""

    customer_id: int | None
    subject: str
    complaint_id: int
    course: str
    running: bool


@event
@dataclass(frozen=True, slots=True)
class ComplaintDecided:
    """The reply was delivered with a proof; the complainant's word is awaited."""

    customer_id: int | None
    subject: str
    complaint_id: int
    outcome: str
    way: str


@event
@dataclass(frozen=True, slots=True)
class ComplaintClosed:
    """The case ended with the complainant's word or without; a satisfaction survey may follow."""

    customer_id: int | None
    subject: str
    complaint_id: int
    word: str
    outcome: str


@event
@dataclass(frozen=True, slots=True)
class ComplaintArchived:
    customer_id: int | None
    subject: str
    complaint_id: int


@event
@dataclass(frozen=True, slots=True)
class ComplaintReopened:
    """New facts: limits begin anew."""

    customer_id: int | None
    subject: str
    complaint_id: int


@event
@dataclass(frozen=True, slots=True)
class StatutoryReviewAsked:
    customer_id: int | None
    subject: str
    complaint_id: int
    due_at: str


@event
@dataclass(frozen=True, slots=True)
class StatutoryReviewDecided:
    customer_id: int | None
    subject: str
    complaint_id: int
    result: str


@event
@dataclass(frozen=True, slots=True)
class SettlementCopyRecorded:
    """The agreement was signed on paper, for ``reason``; a second person is to look at its copy."""

    customer_id: int | None
    subject: str
    complaint_id: int
    reason: str


@event
@dataclass(frozen=True, slots=True)
class SettlementCopyDecided:
    """The second person looked at the copy; not ``confirmed``: it is to be signed anew."""

    customer_id: int | None
    subject: str
    complaint_id: int
    confirmed: bool


@event
@dataclass(frozen=True, slots=True)
class SettlementAgreed:
    """The parties signed; ``paid``: payment and tax were checked by somebody else."""

    customer_id: int | None
    subject: str
    complaint_id: int
    paid: bool


@event
@dataclass(frozen=True, slots=True)
class RemediationOpened:
    """The cause of a case has an owner outside the complaint team; no customer is named."""

    subject: str
    complaint_id: int
    remediation_id: int
    cause: str
    unit_id: int


@event
@dataclass(frozen=True, slots=True)
class RemediationVerified:
    """Somebody else saw the effect, or did not: then the measure goes on."""

    subject: str
    complaint_id: int
    remediation_id: int
    effective: bool


@event
@dataclass(frozen=True, slots=True)
class ComplaintFileExported:
    """The whole file of the case left the house as a signed document."""

    customer_id: int | None
    subject: str
    complaint_id: int
    digest: str


@event
@dataclass(frozen=True, slots=True)
class ComplaintReportMade:
    """A statutory report was frozen; no customer is named."""

    subject: str
    report_id: int
    sha256: str


@event
@dataclass(frozen=True, slots=True)
class ComplaintReportDecided:
    """Somebody else approved and signed it, or returned it."""

    subject: str
    report_id: int
    sha256: str
    approved: bool


@event
@dataclass(frozen=True, slots=True)
class ComplaintGroupJoined:
    """A case is looked at together with others of the same matter; its own clock runs on."""

    customer_id: int | None
    subject: str
    complaint_id: int
    group_id: int
    group_no: str


@event
@dataclass(frozen=True, slots=True)
class ComplaintGroupLeft:
    """A case goes its own way again."""

    customer_id: int | None
    subject: str
    complaint_id: int
    group_id: int
    group_no: str


@event
@dataclass(frozen=True, slots=True)
class ComplaintGroupDecided:
    """Somebody decided whether a group complaint is reported; empty: it is not."""

    subject: str
    group_id: int
    regulatory_major: str


@event
@dataclass(frozen=True, slots=True)
class ComplaintGroupEnded:
    subject: str
    group_id: int
