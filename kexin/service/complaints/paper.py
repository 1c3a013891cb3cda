"""An agreement signed on paper instead of on the portal: recorded with its copy, confirmed by a second person.

Who recorded it, or who proposed the settlement, cannot confirm it; nothing is paid before somebody else has.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.service.complaints.choices import EvidenceKind, Mandate, PaperReason, SettlementState, SignedWay
from kexin.service.complaints.events import SettlementAgreed, SettlementCopyDecided, SettlementCopyRecorded
from kexin.service.complaints.people import officer_for, sellers_of
from kexin.service.complaints.record import said, step
from kexin.service.complaints.work import SETTLEMENT_PAPER, owe_within, settle
from kexin.service.models import Complaint, ComplaintEvidence, Settlement
from kexin.service.requests.running import now
from kexin.service.rules import clean

SIGN, CONFIRM = "service.sign_settlement", "service.confirm_paper_settlement"


@operation(SIGN, label=_("Record a signed settlement"), plain=("agreement_no", "reason"))
def sign_settlement(
    complaint: Complaint | int, *, actor: Actor, agreement_no: str, signed_on: dt.date, file_id: int, reason: str
) -> Settlement:
    """Signed on paper, for a reason of the list: number in the archive, day, and the copy, which was added to the files
    of the case after the approval. It goes to somebody else to be confirmed."""
    row = Complaint.objects.lock(complaint, actor)
    made = row.settlements.select_for_update().filter(state=SettlementState.APPROVED).first()
    if made is None:
        raise RuleViolation(_("No approved settlement waits for signature."))
    if reason not in PaperReason.values:
        raise RuleViolation(fields={"reason": _("Choose one of the list.")})
    if reason == PaperReason.AGENT and row.mandate != Mandate.VERIFIED:
        raise RuleViolation(fields={"reason": _("The mandate is not verified.")})
    paper = copies_of(row, made).filter(pk=file_id).first()
    if paper is None:
        told = _("First add a copy of the signed agreement to the files of the case.")
        raise RuleViolation(fields={"file_id": told})
    if signed_on > business_date():
        raise RuleViolation(fields={"signed_on": _("This lies in the future.")})
    barred = sorted({*row.accused, actor.name, made.proposed_by})
    sellers = sellers_of(row.subject_kind, row.subject_no)
    post = officer_for(CONFIRM, row.officer_post.unit_id, barred, sellers, row.concerned_unit_id)
    if post is None:
        raise RuleViolation(_("Nobody else may confirm the signed copy."))
    made.agreement_no = said(agreement_no, "agreement_no", _("Enter the number of the agreement."), 60)
    made.signed_on, made.state = signed_on, SettlementState.PAPER
    made.signed_way, made.paper, made.paper_reason = SignedWay.PAPER, paper, reason
    made.paper_by, made.paper_at = actor.name, now()
    made.save()
    step(row, "settlement-paper", actor)
    owe_within(SETTLEMENT_PAPER, row, post)
    emit(SettlementCopyRecorded(row.customer_id, row.complaint_no, row.pk, reason))
    return made


@operation(CONFIRM, label=_("Confirm the signed copy of a settlement"), plain=("approve",))
def confirm_paper_settlement(complaint: Complaint | int, *, actor: Actor, approve: bool, note: str = "") -> Settlement:
    """Somebody else has looked at the copy: it is this agreement, signed; or not, then it is to be signed anew."""
    row = Complaint.objects.lock(complaint, actor)
    made = row.settlements.select_for_update().filter(state=SettlementState.PAPER).first()
    if made is None:
        raise NotFound
    if actor.name in (made.paper_by, made.proposed_by):
        raise RuleViolation(_("Somebody else than who recorded the copy or proposed the settlement confirms it."))
    words = clean(note)[:500]
    if not approve and not words:
        raise RuleViolation(fields={"note": _("Say why.")})
    if approve:
        made.state, made.paper_confirmed_by, made.paper_confirmed_at = SettlementState.SIGNED, actor.name, now()
    else:  # the copy stays among the files, its history in the record
        made.state, made.signed_way, made.paper, made.paper_reason = SettlementState.APPROVED, SignedWay.NONE, None, ""
        made.agreement_no, made.signed_on, made.paper_by, made.paper_at = "", None, "", None
    made.save()
    step(row, "settlement-signed" if approve else "settlement-paper-refused", actor, words)
    settle(SETTLEMENT_PAPER, row, outcome="confirmed" if approve else "refused", by=actor.name)
    emit(SettlementCopyDecided(row.customer_id, row.complaint_no, row.pk, approve))
    if approve:
        emit(SettlementAgreed(row.customer_id, row.complaint_no, row.pk, paid=False))
    return made


def copies_of(row: Complaint, made: Settlement) -> QuerySet[ComplaintEvidence]:
    """Files of the case that may be the signed copy: added since the approval."""
    ours = (EvidenceKind.DOSSIER, EvidenceKind.AGREEMENT)
    return ComplaintEvidence.objects.filter(complaint=row, at__gte=made.approved_at).exclude(kind__in=ours)
