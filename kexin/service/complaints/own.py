"""The complainant's own doors on the portal: complain, follow the case in plain words, add words and files."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.calendar import add
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.core.query import query
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.sales.models import Sale
from kexin.service.choices import Channel, ClockState
from kexin.service.complaints.choices import (
    ComplaintEntryKind,
    ComplaintNature,
    ComplaintState,
    EvidenceKind,
    Source,
    SubjectKind,
    Triage,
)
from kexin.service.complaints.events import ComplaintAnswered
from kexin.service.complaints.evidence import Handed, attach, handed
from kexin.service.complaints.matching import reached_at
from kexin.service.complaints.receiving import ComplaintData, take
from kexin.service.complaints.record import keep, rules_of
from kexin.service.complaints.reviewing import ask_again, may_ask
from kexin.service.complaints.rules import TABLE
from kexin.service.complaints.signing import READ_OWN, SIGN_OWN
from kexin.service.complaints.work import WORDS, owe, page
from kexin.service.models import Clock, Complaint, ComplaintEntry, ComplaintEvidence
from kexin.service.policies import ANSWERED, RESULT
from kexin.service.requests.running import now
from kexin.service.rules import clean, text_fits

VIEW_OWN = "service.view_own_complaints"
SEND_OWN = "service.send_own_complaint"
WRITE_OWN = "service.write_own_complaint_words"
FILE_OWN = "service.download_own_complaint_file"
WITHDRAW = "service.withdraw_complaint"
CONFIRM, ASK_REVIEW, READ_LETTER = "service.confirm_complaint", "service.ask_own_review", "service.view_complaints"
CUSTOMER_OPERATIONS = (
    VIEW_OWN, SEND_OWN, WRITE_OWN, FILE_OWN, WITHDRAW, CONFIRM, ASK_REVIEW, READ_LETTER, SIGN_OWN, READ_OWN,
)  # fmt: skip
MOST, MOST_MATTERS = 200, 20
LONGEST_WORDS = 4000
S = ComplaintState
Text = str | Promise
# What the complainant reads instead of the names of our states: the stage on the bar, and a sentence.
STAGES: tuple[tuple[Text, frozenset[str]], ...] = (
    (pgettext_lazy("own complaint", "Received"), frozenset((S.ACCEPTED,))),
    (pgettext_lazy("own complaint", "Looked into"), frozenset((S.INVESTIGATING,))),
    (pgettext_lazy("own complaint", "Decided"), frozenset((S.HANDLING, S.REVIEW, S.FEEDBACK))),
    (pgettext_lazy("own complaint", "Answered"), frozenset((S.CONFIRMING,))),
    (pgettext_lazy("own complaint", "Ended"), frozenset((S.CLOSED, S.ARCHIVED))),
)
SENTENCES: dict[str, Text] = {
    S.ACCEPTED: _("We have received your complaint. Somebody is being chosen who has nothing to do with the matter."),
    S.INVESTIGATING: _("Somebody who has nothing to do with the matter is finding out what happened."),
    S.HANDLING: _("We know what happened and are deciding what to do for you."),
    S.REVIEW: _("Our answer is written. A second person is checking it."),
    S.FEEDBACK: _("Our answer is on its way to you."),
    S.CONFIRMING: _("You have our answer. Please tell us whether you accept it."),
    S.CLOSED: _("The case has ended."),
    S.ARCHIVED: _("The case has ended and is kept."),
    S.WITHDRAWN: _("You withdrew this complaint."),
    S.MERGED: _("It goes on together with another complaint of yours about the same matter."),
}


@operation(SEND_OWN, label=_("Complain on the portal"))
def send_own_complaint(
    *,
    actor: Actor,
    subject: str,
    text: str,
    demand: str = "",
    amount: Decimal | None = None,
    sale_no: str = "",
    from_branch_hidden: bool = False,
    file: vault.StoredFile | None = None,
) -> Complaint:
    """The customer complains; the same matter again goes on in the case that is open. Nobody is refused.

    ``sale_no`` is one of the customer's own purchases: who sold it is kept away from the case. Raises RuleViolation.
    """
    assert actor.customer_id is not None
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=actor.customer_id)
    if customer.status == CustomerStatus.MERGED:
        raise RuleViolation(_("The file is closed and can only be read."))
    data = ComplaintData(
        triage=Triage.COMPLAINT,
        source=Source.PORTAL,
        channel=Channel.PORTAL,
        subject=subject,
        text=text,
        demand=demand,
        amount=amount,
        subject_kind=SubjectKind.SALE if sale_no else SubjectKind.OTHER,
        subject_no=sale_no,
        hidden_from_unit=from_branch_hidden,
    )
    row = take(data, customer, actor)
    if file is not None:
        attach(row, file, actor, EvidenceKind.GIVEN)
    return row


@operation(WRITE_OWN, label=_("Add words or a file to one's complaint"))
def write_own_complaint_words(
    *, actor: Actor, complaint_id: int, text: str = "", file: vault.StoredFile | None = None
) -> Complaint:
    """What the complainant adds; after the end of the case it is read, too: new facts open it again."""
    return add_words(Complaint.objects.lock(complaint_id, actor), actor, text, file)


def add_words(row: Complaint, actor: Actor, text: str, file: vault.StoredFile | None) -> Complaint:
    """Inside an operation: the complainant's words or file, to be read by the officer of the case.

    Words to a case that goes on in another go there. A case that was withdrawn takes no more.
    """
    said = clean(text)
    if row.joined_into_id is not None:
        row = Complaint.objects.select_for_update(of=("self",)).get(pk=row.joined_into_id)
    if not may_write(row):
        raise RuleViolation(_("You withdrew this complaint. You may complain about the same again."))
    if not said and file is None:
        raise RuleViolation(fields={"text": _("Write something.")})
    text_fits(said, LONGEST_WORDS, "text").enforce()
    kept = attach(row, file, actor, EvidenceKind.GIVEN) if file is not None else None
    words = said or (str(kept.file_name) if kept is not None else "")
    keep(row, ComplaintEntryKind.ASKED, words, actor, channel=Channel.PORTAL)
    owe_reading(row)
    emit(ComplaintAnswered(row.customer_id, row.complaint_no, row.pk, Channel.PORTAL, outward=False))
    return row


@operation(ASK_REVIEW, label=_("Ask for a review of the decision on one's complaint"))
def ask_own_review(*, actor: Actor, complaint_id: int, text: str) -> Complaint:
    """The upper unit looks at the decision once more. RuleViolation where it is too late or under way."""
    return ask_again(Complaint.objects.lock(complaint_id, actor), actor, text)


def cases_reached_at(contact: str) -> QuerySet[Complaint]:
    """Cases of somebody not on file who is reached at this number or address; reports of misconduct stay out."""
    where = reached_at("", contact) if "@" in contact else reached_at(contact, "")
    rows = Complaint.objects.filter(where, customer=None)
    return rows.exclude(nature=ComplaintNature.REPORT)


def owe_reading(row: Complaint) -> None:
    """What a complainant adds is read within the time of the first answer; once for all that is unread."""
    first = next(each for each in rules_of(row).clocks(row.nature, row.grade, row.source) if each.met_by == ANSWERED)
    owe(WORDS, row, row.officer_post, add(timezone.now(), first.within))


@operation(FILE_OWN, label=_("Download a file of one's own complaint"))
def download_own_complaint_file(*, actor: Actor, file_id: int) -> Handed:
    """What the complainant gave, and nothing else of the case."""
    rows = ComplaintEvidence.objects.visible_to(actor, FILE_OWN).filter(kind=EvidenceKind.GIVEN)
    row = rows.filter(pk=file_id).first()
    if row is None:
        raise NotFound
    return handed(row)


@dataclass(frozen=True, slots=True)
class OwnComplaint:
    """A case as its complainant sees it. ``answer_by`` is our own promise, ``decided_by`` the limit of the law.

    ``goes_on``: key and number of the case it was joined with.
    """

    row: Complaint
    sentence: Text
    stages: tuple[tuple[Text, bool], ...]
    entries: list[ComplaintEntry]
    files: list[ComplaintEvidence]
    answer_by: Clock | None
    result_by: Clock | None
    decided_by: Clock | None
    goes_on: tuple[int, str] | None


@query(SEND_OWN, label=_("Complain on the portal"))
def own_matters(actor: Actor) -> list[Sale]:
    """The newest purchases of the customer who acts, to say which of them the complaint is about."""
    rows = Sale.objects.filter(customer=actor.customer_id).select_related("product")
    return list(rows.order_by("-opened_at", "-pk")[:MOST_MATTERS])


@query(VIEW_OWN, label=_("See one's own complaints"), record="list")
def own_complaints(actor: Actor) -> list[tuple[Complaint, Text]]:
    """The newest complaints of the customer who acts, each with where it stands."""
    rows = list(_mine(actor).order_by("-opened_at", "-pk")[:50])
    return [(row, SENTENCES[row.state]) for row in decrypt_rows(Complaint, rows, ("subject",))]


@query(VIEW_OWN, label=_("See one's own complaints"), record="open")
def own_complaint(actor: Actor, pk: int) -> OwnComplaint:
    """One complaint of one's own. NotFound for any other."""
    row = _mine(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return seen_by_complainant(row)


def seen_by_complainant(row: Complaint) -> OwnComplaint:
    """What of a case its complainant reads: never a note, a name of staff, or what was found about them."""
    decrypt_rows(Complaint, [row], ("subject", "text", "demand"))
    cases = [row, *Complaint.objects.filter(joined_into=row)]
    entries = list(ComplaintEntry.objects.filter(complaint__in=cases).order_by("at", "pk")[:MOST])
    files = list(ComplaintEvidence.objects.filter(complaint__in=cases, kind=EvidenceKind.GIVEN).order_by("at", "pk"))
    running = row.clocks.filter(round=row.round, state__in=(ClockState.RUNNING, ClockState.PAUSED))
    clocks = list(running.order_by("due_at"))
    into = Complaint.objects.filter(pk=row.joined_into_id or 0).values_list("pk", "complaint_no").first()
    return OwnComplaint(
        row,
        SENTENCES[row.state],
        tuple((label, row.state in states) for label, states in STAGES),
        list(decrypt_rows(ComplaintEntry, entries, ("text",))),
        list(decrypt_rows(ComplaintEvidence, files, ("file_name",))),
        next((each for each in clocks if each.met_by == ANSWERED), None),
        next((each for each in clocks if each.met_by == RESULT and not each.legal), None),
        next((each for each in clocks if each.met_by == RESULT and each.legal), None),
        into,
    )


def may_write(row: Complaint) -> bool:
    """Words are taken at any time, but for a case that its complainant withdrew."""
    return row.state != ComplaintState.WITHDRAWN


def may_withdraw(row: Complaint) -> bool:
    """Until the answer is delivered a complainant may withdraw."""
    return TABLE.may(row.state, "withdraw").allowed


def may_ask_again(row: Complaint) -> bool:
    """May the complainant still ask the upper unit to review the decision?"""
    return may_ask(row, now()).allowed


def _mine(actor: Actor) -> QuerySet[Complaint]:
    """Reports of misconduct stay with those who look into them."""
    return Complaint.objects.visible_to(actor, VIEW_OWN).exclude(nature=ComplaintNature.REPORT)


def register() -> None:
    """The work that a complainant's words give. Called once, when the floor is ready."""
    register_work_kind(
        WorkKind(
            WORDS,
            _("Words of a complainant to be read"),
            lambda item: _t("Complaint %(complaint_no)s: the complainant has added something.") % item.details,
            page,
            icon="message-exclamation",
            outcomes={"read": pgettext_lazy("complaint", "Read and considered")},
        )
    )
