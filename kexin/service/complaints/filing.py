"""The complaint file 投诉档案 (G-21): content, course, result and the complainant's word as one signed PDF.

It is set and signed as a sale's dossier is: everything is attached for machines, and ``kexin dossier verify`` notices
any later change. The dossier of the sale complained about is drawn into the case by one act.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import frame, vault
from kexin.core.actor import Actor
from kexin.core.choices import Outcome
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.export import watermark
from kexin.core.fields import decrypt_rows
from kexin.core.listing import listed
from kexin.core.operation import doors, operation
from kexin.core.seal_evidence import SealedEntry, checkpoints_over, entries_about
from kexin.people.models import OrgUnit
from kexin.sales.dossier.collecting import collect, moment
from kexin.sales.dossier.making import make
from kexin.sales.dossier.tree import AuditEvidence, Dossier, Fact, RecordingEvidence, Section
from kexin.sales.models import Sale
from kexin.sales.operations.dossiers import LONGEST_PURPOSE, DossierFile
from kexin.service.choices import Channel
from kexin.service.complaints.agreement import settled_of
from kexin.service.complaints.choices import EvidenceKind, SubjectKind
from kexin.service.complaints.events import ComplaintFileExported
from kexin.service.complaints.evidence import attach, handed
from kexin.service.complaints.queries import TEXTS, file_of
from kexin.service.complaints.record import locked, rules_of
from kexin.service.models import Complaint, ComplaintEvidence, SettlementSignature

EXPORT = "service.export_complaint_file"
DRAW = "service.attach_sale_dossier"


@operation(EXPORT, label=_("Export the file of a complaint"), plain=("purpose",))
def export_complaint_file(complaint: Complaint | int, *, actor: Actor, purpose: str) -> DossierFile:
    """Gather, set, watermark and sign everything of a case, for a purpose. The audit keeps the fingerprint.

    NotFound outside the reach, RuleViolation without a purpose, CannotTypeset where the font is missing.
    """
    row = Complaint.objects.lock(complaint, actor)
    if not purpose.strip() or len(purpose) > LONGEST_PURPOSE:
        raise RuleViolation(fields={"purpose": _("Say what you need it for.")})
    at = timezone.now()
    content = make(_gathered(row, actor), at=at)
    digest = hashlib.sha256(content).hexdigest()
    _note(digest)
    emit(ComplaintFileExported(row.customer_id, row.complaint_no, row.pk, digest))
    return DossierFile(f"kexin-complaint-{row.complaint_no}.pdf", content, digest)


@operation(DRAW, label=_("Attach the dossier of the sale complained about"))
def attach_sale_dossier(complaint: Complaint | int, *, actor: Actor) -> ComplaintEvidence:
    """The signed dossier of the sale, with its recordings' fingerprints, becomes evidence of the case."""
    row, at = locked(complaint, actor), timezone.now()
    sale = Sale.objects.filter(sale_no=row.subject_no).first() if row.subject_kind == SubjectKind.SALE else None
    if sale is None:
        raise NotFound
    content = make(collect(sale, at=at, watermark=watermark(actor)), at=at)
    writer = vault.Writer(row.key_id)
    try:
        writer.write(content)
        stored = writer.finish(media_type="application/pdf", file_name=f"kexin-dossier-{sale.sale_no}.pdf")
    except BaseException:
        writer.discard()
        raise
    _note(stored.digest)
    title = _t("Dossier of sale %(number)s") % {"number": sale.sale_no}
    return attach(row, stored, actor, EvidenceKind.DOSSIER, title)


def _note(digest: str) -> None:
    act = frame.current.get()
    assert act is not None
    act.notes["sha256"] = digest


def _gathered(row: Complaint, actor: Actor) -> Dossier:
    file, root = file_of(actor, row), OrgUnit.objects.filter(parent=None).order_by("path").first()
    evidence = list(ComplaintEvidence.objects.filter(complaint__in=[row, *file.joined]).order_by("at", "pk"))
    decrypt_rows(ComplaintEvidence, evidence, ("file_name",))
    entries = entries_about("service.Complaint", row.pk, customer_id=row.customer_id or 0, since=row.opened_at)
    return Dossier(
        number=row.complaint_no,
        title=_t("File of a complaint"),
        subtitle=f"{row.subject} · {row.get_state_display()}",
        institution=root.shown_name if root else "Kexin",
        language=get_language() or "zh-hans",
        made_at=timezone.now().isoformat(timespec="microseconds"),
        watermark=watermark(actor),
        sections=(_case(row), _claim(row), _limits(row), _course(file), _result(row)),
        recordings=tuple(RecordingEvidence(each.title or str(each.file_name), each.digest) for each in evidence),
        audit=tuple(_entry(each) for each in entries),
        checkpoints=tuple(each.as_json() for each in checkpoints_over(entries)),
    )


def _case(row: Complaint) -> Section:
    rules = rules_of(row)
    names = {each: rules.facet(each) for each in ("places", "businesses", "causes")}

    def named(facet: str, codes: list[str]) -> str:
        return listed(names[facet][code].label if code in names[facet] else code for code in codes if code) or "–"

    complainant = row.customer.customer_no if row.customer is not None else str(row.complainant_name or "–")
    facts = (
        Fact(_t("Complaint number"), row.complaint_no),
        Fact(_t("Nature"), str(row.get_nature_display())),
        Fact(_t("Source"), f"{row.get_source_display()} {row.regulator_no}".strip()),
        Fact(_t("Complainant"), complainant),
        Fact(_t("Representative"), f"{row.representative_name or '–'} {row.get_mandate_display()}".strip()),
        Fact(_t("Grade"), str(row.get_grade_display())),
        Fact(_t("Unit complained about"), row.concerned_unit.shown_name if row.concerned_unit else "–"),
        Fact(_t("Facet A: where it happened"), named("places", [row.place])),
        Fact(_t("Facet B: business"), named("businesses", [row.business])),
        Fact(_t("Facet C: causes"), named("causes", row.causes)),
        Fact(_t("Received at"), moment(row.received_at)),
        Fact(_t("Legal limit"), moment(row.legal_due_at)),
        Fact(_t("Closed"), moment(row.closed_at)),
    )
    data: dict[str, Any] = {
        "complaint_no": row.complaint_no,
        "nature": row.nature,
        "source": row.source,
        "regulator_no": row.regulator_no,
        "grade": row.grade,
        "regulatory_major": row.regulatory_major,
        "facets": {"place": row.place, "business": row.business, "causes": row.causes},
        "subject": [row.subject_kind, row.subject_no],
        "state": row.state,
        "received_at": row.received_at.isoformat(),
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "policy": row.policy_id,
    }
    return Section("case", _t("The case"), facts, data=data)


def _claim(row: Complaint) -> Section:
    opened = {name: str(getattr(row, name) or "") for name in TEXTS}
    facts = (
        Fact(_t("What it is about"), opened["subject"]),
        Fact(_t("What was said"), opened["text"]),
        Fact(_t("What is claimed"), opened["demand"] or "–"),
        Fact(_t("Amount claimed"), f"{row.amount:.2f} CNY" if row.amount is not None else "–"),
    )
    return Section("claim", _t("The claim"), facts, data={**opened, "amount": str(row.amount or "")})


def _limits(row: Complaint) -> Section:
    """Both rulers of every round, with what became of each limit."""
    clocks = list(row.clocks.order_by("round", "due_at", "pk"))
    rows = tuple(
        (
            str(each.round),
            each.name,
            _t("by law") if each.legal else _t("our own"),
            moment(each.started_at),
            moment(each.due_at),
            str(each.get_state_display()),
            moment(each.met_at),
        )
        for each in clocks
    )
    heads = (
        _t("Round"), _t("Limit"), _t("Whose"), _t("From"), _t("Due at"), _t("State"), _t("Met at"),
    )  # fmt: skip
    data = {"clocks": [[each.code, each.legal, each.due_at.isoformat(), each.state] for each in clocks]}
    return Section("limits", _t("Limits of the case"), (), heads, rows, data=data)


def _course(file: Any) -> Section:
    rows = tuple(
        (
            moment(each.at),
            str(each.kind_label),
            str(Channel(each.channel).label) if each.channel else "–",
            each.text or each.step or "–",
            each.by,
        )
        for each in file.entries
    )
    heads = (_t("Time"), _t("Kind"), _t("Channel"), _t("Text"), _t("By"))
    return Section("course", _t("Course of the case"), (), heads, rows)


def _result(row: Complaint) -> Section:
    facts: tuple[Fact, ...] = (
        Fact(pgettext("complaint", "Findings"), str(row.findings or "–")),
        Fact(_t("Decision"), str(row.get_outcome_display()) if row.outcome else "–"),
        Fact(_t("Answer delivered"), moment(row.told_at)),
        Fact(_t("Complainant's word"), str(row.get_word_display()) if row.word else "–"),
        Fact(_t("Answer to the regulator"), str(row.regulator_reply or "–")),
    )
    data: dict[str, Any] = {"outcome": row.outcome, "word": row.word}
    settled = settled_of(row)
    if settled is not None:
        signed = settled.signed_on.isoformat() if settled.signed_on else "–"
        facts += (
            Fact(_t("Settlement"), f"{settled.amount:.2f} CNY · {settled.get_state_display()}"),
            Fact(_t("What was agreed"), str(settled.terms or "–")),
            Fact(_t("Number of the agreement"), settled.agreement_no or "–"),
            Fact(_t("Signed on"), signed),
            Fact(_t("How it was signed"), f"{settled.get_signed_way_display()} {settled.get_paper_reason_display()}"),
        )
        data["settlement"] = [str(settled.amount), settled.state, settled.agreement_no, signed]
        hand = SettlementSignature.objects.filter(settlement=settled).first()
        if hand is not None:
            facts += (
                Fact(_t("Signature under the agreement"), f"{hand.get_kind_display()} · {moment(hand.at)}"),
                Fact(_t("Fingerprint of the agreement (SHA-256)"), hand.agreement_sha256),
                Fact(_t("Fingerprint of the drawing (SHA-256)"), hand.drawing_digest),
            )
            if hand.kept is not None:
                facts += (Fact(_t("Fingerprint of the signed version (SHA-256)"), _sha256(hand.kept)),)
            data["signature"] = {
                "manifest": hand.manifest,
                "cms": bytes(hand.cms).hex() if hand.cms else "",
                "certificate": hand.certificate,
            }
        elif settled.paper is not None:
            sha256, confirmed_at = _sha256(settled.paper), settled.paper_confirmed_at
            facts += (
                Fact(_t("Fingerprint of the signed copy (SHA-256)"), sha256),
                Fact(_t("Copy recorded"), f"{settled.paper_by or '–'} · {moment(settled.paper_at)}"),
                Fact(_t("Copy confirmed"), f"{settled.paper_confirmed_by or '–'} · {moment(confirmed_at)}"),
            )
            data["paper"] = [settled.paper_reason, sha256]
    return Section("result", _t("Result"), facts, data=data)


def _sha256(file: ComplaintEvidence) -> str:
    """Of the content, so that anybody can compare it with a copy; the digest that is kept is keyed."""
    try:
        return hashlib.sha256(b"".join(handed(file)[1])).hexdigest()
    except RuleViolation:
        return "–"


def _entry(each: SealedEntry) -> AuditEvidence:
    door = doors.get(each.operation)
    return AuditEvidence(
        at=moment(each.at),
        actor=each.actor,
        operation=str(door.label) if door else each.operation,
        outcome=str(Outcome(each.outcome).label),
        text=each.text,
        no=each.no,
        digest=each.digest.hex(),
        before=each.before.hex(),
        chain=each.chain.hex(),
    )
