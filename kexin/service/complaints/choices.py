"""Closed vocabularies of complaints."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ComplaintNature(TextChoices):
    """What the case is by its claim; each has limits of its own."""

    COMPLAINT = "complaint", pgettext_lazy("complaint", "Consumer complaint")
    REPORT = "report", pgettext_lazy("complaint", "Report of misconduct")
    PETITION = "petition", pgettext_lazy("complaint", "Petition")


class Triage(TextChoices):
    """What acceptance decides; the first two become requests."""

    CONSULTATION = "consultation", pgettext_lazy("request", "Consultation")
    SUGGESTION = "suggestion", pgettext_lazy("request", "Suggestion")
    COMPLAINT = "complaint", pgettext_lazy("complaint", "Consumer complaint")
    REPORT = "report", pgettext_lazy("complaint", "Report of misconduct")
    PETITION = "petition", pgettext_lazy("complaint", "Petition")


class Source(TextChoices):
    """Where the case comes from."""

    HOTLINE = "hotline", pgettext_lazy("complaint source", "Own hotline")
    BRANCH = "branch", pgettext_lazy("complaint source", "Branch")
    PORTAL = "portal", pgettext_lazy("complaint source", "Customer portal")
    MAIL = "mail", pgettext_lazy("complaint source", "Letter or e-mail")
    NFRA = "12378", pgettext_lazy("complaint source", "12378 (financial regulator)")
    PBOC = "12363", pgettext_lazy("complaint source", "12363 (central bank)")
    CITY = "12345", pgettext_lazy("complaint source", "12345 (government hotline)")
    COURT = "court", pgettext_lazy("complaint source", "Court")
    MEDIATION = "mediation", pgettext_lazy("complaint source", "Mediation body")
    OTHER = "other", pgettext_lazy("complaint source", "Other")


FORWARDED = frozenset((Source.NFRA, Source.PBOC, Source.CITY, Source.COURT, Source.MEDIATION))


class Grade(TextChoices):
    """Grades within the institution (G-15); the regulator's major complaint is another field."""

    ORDINARY = "ordinary", pgettext_lazy("complaint grade", "Ordinary")
    MAJOR = "major", pgettext_lazy("complaint grade", "Major")
    URGENT = "urgent", pgettext_lazy("complaint grade", "Urgent")


class RegulatoryMajor(TextChoices):
    """Why it is a major consumer complaint to be reported (Order 2020-3, Art. 29)."""

    NO = "", pgettext_lazy("regulatory major", "No")
    GROUP = "group", pgettext_lazy("regulatory major", "20 persons or more, face to face")
    DISASTER = "disaster", pgettext_lazy("regulatory major", "Caused by a disaster or an accident")
    DESIGNATED = "designated", pgettext_lazy("regulatory major", "Designated by the regulator")


class SubjectKind(TextChoices):
    """What is complained about."""

    SALE = "sale", pgettext_lazy("complaint subject", "A sale")
    PRODUCT = "product", pgettext_lazy("complaint subject", "A product")
    ACCOUNT = "account", pgettext_lazy("complaint subject", "An account")
    UNIT = "unit", pgettext_lazy("complaint subject", "A unit")
    STAFF = "staff", pgettext_lazy("complaint subject", "A member of staff")
    OTHER = "other", pgettext_lazy("complaint subject", "Something else")


class Mandate(TextChoices):
    """Whether somebody else may speak for the complainant."""

    NONE = "", pgettext_lazy("mandate", "Speaks in person")
    UNVERIFIED = "open", pgettext_lazy("mandate", "Represented, mandate not verified")
    VERIFIED = "verified", pgettext_lazy("mandate", "Represented, mandate verified")


class ComplaintState(TextChoices):
    ACCEPTED = "accepted", pgettext_lazy("complaint", "Accepted")
    INVESTIGATING = "inquiry", pgettext_lazy("complaint", "Under investigation")
    HANDLING = "handling", pgettext_lazy("complaint", "Being handled")
    REVIEW = "review", pgettext_lazy("complaint", "Reply under review")
    FEEDBACK = "feedback", pgettext_lazy("complaint", "Reply to be delivered")
    CONFIRMING = "confirm", pgettext_lazy("complaint", "Awaits the customer's word")
    CLOSED = "closed", pgettext_lazy("complaint", "Closed, to be archived")
    ARCHIVED = "archived", pgettext_lazy("complaint", "Archived")
    WITHDRAWN = "withdrawn", pgettext_lazy("complaint", "Withdrawn by the complainant")
    MERGED = "merged", pgettext_lazy("complaint", "Joined with another")


UNFINISHED = (
    ComplaintState.ACCEPTED.value,
    ComplaintState.INVESTIGATING.value,
    ComplaintState.HANDLING.value,
    ComplaintState.REVIEW.value,
    ComplaintState.FEEDBACK.value,
    ComplaintState.CONFIRMING.value,
)
STEPS = (*UNFINISHED, ComplaintState.CLOSED.value, ComplaintState.ARCHIVED.value)


class Course(TextChoices):
    """Beside its state: whether a mediator or a court has the matter."""

    OWN = "", pgettext_lazy("complaint course", "By ourselves")
    APPRAISAL = "appraisal", pgettext_lazy("complaint course", "External appraisal")
    MEDIATION = "mediation", pgettext_lazy("complaint course", "Mediation")
    LITIGATION = "court", pgettext_lazy("complaint course", "Litigation")


class ComplaintOutcome(TextChoices):
    """What the institution decided of the claim."""

    UPHELD = "upheld", pgettext_lazy("complaint outcome", "Justified")
    PARTLY = "partly", pgettext_lazy("complaint outcome", "Justified in part")
    REJECTED = "rejected", pgettext_lazy("complaint outcome", "Not justified")
    SETTLED = "settled", pgettext_lazy("complaint outcome", "Settled by agreement")


class ComplaintWord(TextChoices):
    """What the complainant says of the result; silence never blocks closing (CF-20)."""

    CONFIRMED = "confirmed", pgettext_lazy("complaint", "Accepted by the complainant")
    DISPUTED = "disputed", pgettext_lazy("complaint", "The complainant does not agree")
    SILENT = "silent", pgettext_lazy("complaint", "Not confirmed")


class ComplaintEntryKind(TextChoices):
    """Who spoke, or what the case keeps of its course."""

    ASKED = "asked", pgettext_lazy("complaint entry", "The complainant said")
    TOLD = "told", pgettext_lazy("complaint entry", "The complainant was told")
    NOTE = "note", pgettext_lazy("complaint entry", "Internal note")
    ACT = "act", pgettext_lazy("complaint entry", "Course of the case")


class LinkKind(TextChoices):
    """Why two cases are looked at together; nobody is refused for it."""

    REPEATED = "repeated", pgettext_lazy("complaint link", "Repeated by the same person")
    ORGANISED = "organised", pgettext_lazy("complaint link", "Same representative")
    SAME_TEXT = "text", pgettext_lazy("complaint link", "Same words")
    GROUP = "group", pgettext_lazy("complaint link", "Same group")


class EvidenceKind(TextChoices):
    """Where a file of a case comes from; the complainant reads only what the complainant gave."""

    GIVEN = "given", pgettext_lazy("complaint file", "Given by the complainant")
    OURS = "ours", pgettext_lazy("complaint file", "Added by us")
    DOSSIER = "dossier", pgettext_lazy("complaint file", "Dossier of the sale")
    AGREEMENT = "agreement", pgettext_lazy("complaint file", "Agreement signed on the portal")


class Remedy(TextChoices):
    """What the complainant may still do (Order 2020-3, Art. 19); a reply names all that the rule demands."""

    REVIEW = "review", pgettext_lazy("remedy", "Statutory review by the upper unit within 30 days")
    MEDIATION = "mediation", pgettext_lazy("remedy", "Mediation by a dispute mediation body")
    ARBITRATION = "arbitration", pgettext_lazy("remedy", "Arbitration where agreed")
    COURT = "court", pgettext_lazy("remedy", "Action before the people's court")


class LetterState(TextChoices):
    DRAFT = "draft", pgettext_lazy("reply letter", "Draft")
    REVIEW = "review", pgettext_lazy("reply letter", "Under review")
    RETURNED = "returned", pgettext_lazy("reply letter", "Returned to the drafter")
    APPROVED = "approved", pgettext_lazy("reply letter", "Approved, to be delivered")
    DELIVERED = "delivered", pgettext_lazy("reply letter", "Delivered")


class DeliveryWay(TextChoices):
    """Ways that leave a proof (Art. 21)."""

    PERSON = "person", pgettext_lazy("delivery", "Handed over, signed for")
    POST = "post", pgettext_lazy("delivery", "Registered letter")
    EMAIL = "email", pgettext_lazy("delivery", "E-mail")
    SMS = "sms", pgettext_lazy("delivery", "SMS")
    PHONE = "phone", pgettext_lazy("delivery", "Recorded telephone call")
    PORTAL = "portal", pgettext_lazy("delivery", "Customer portal")


class Addressee(TextChoices):
    COMPLAINANT = "self", pgettext_lazy("reply letter", "The complainant")
    REPRESENTATIVE = "agent", pgettext_lazy("reply letter", "The representative")


class LetterLanguage(TextChoices):
    """In which language a reply is written; its fixed words follow."""

    CHINESE = "zh-hans", _("Chinese")
    ENGLISH = "en", _("English")


class ReviewResult(TextChoices):
    """What the upper unit found in a statutory review 核查."""

    UPHELD = "upheld", pgettext_lazy("statutory review", "The decision stands")
    CHANGED = "changed", pgettext_lazy("statutory review", "The decision is changed")


class SettlementState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("settlement", "Awaits approval")
    REFUSED = "refused", pgettext_lazy("settlement", "Not approved")
    APPROVED = "approved", pgettext_lazy("settlement", "Approved, to be signed")
    PAPER = "paper", pgettext_lazy("settlement", "Signed on paper, to be confirmed")
    SIGNED = "signed", pgettext_lazy("settlement", "Signed, to be paid")
    PAID = "paid", pgettext_lazy("settlement", "Paid, tax checked")


class RemedyState(TextChoices):
    OPEN = "open", pgettext_lazy("remediation", "Measure under way")
    DONE = "done", pgettext_lazy("remediation", "Done, effect to be verified")
    VERIFIED = "verified", pgettext_lazy("remediation", "Effect verified")


class ReportKind(TextChoices):
    """Periods of statutory reports."""

    QUARTER = "quarter", pgettext_lazy("complaint report", "Quarterly table")
    YEAR = "year", pgettext_lazy("complaint report", "Annual disclosure")


class GroupBy(TextChoices):
    """What the cases of a group share."""

    PRODUCT = "product", pgettext_lazy("complaint group", "The same product")
    CAUSE = "cause", pgettext_lazy("complaint group", "The same cause")
    UNIT = "unit", pgettext_lazy("complaint group", "The same unit")
    OTHER = "other", pgettext_lazy("complaint group", "Something else in common")


class GroupState(TextChoices):
    OPEN = "open", pgettext_lazy("complaint group", "Open")
    CLOSED = "closed", pgettext_lazy("complaint group", "Ended")


class SignedWay(TextChoices):
    """How an agreement was signed."""

    NONE = "", pgettext_lazy("settlement", "Not yet")
    PORTAL = "portal", pgettext_lazy("settlement", "By the customer on the portal")
    PAPER = "paper", pgettext_lazy("settlement", "On paper, the copy is among the files")


class PaperReason(TextChoices):
    """Why an agreement was signed on paper; its copy is among the files of the case."""

    NO_PORTAL = "portal", pgettext_lazy("paper agreement", "The complainant does not use the portal")
    NOT_ON_FILE = "visitor", pgettext_lazy("paper agreement", "The complainant is no customer")
    AGENT = "agent", pgettext_lazy("paper agreement", "A representative with a verified mandate signed")
    WISH = "wish", pgettext_lazy("paper agreement", "The complainant wished it so")
