"""The reply 答复函: drafted, refused while incomplete, reviewed by somebody else, delivered with a proof.

Its PDF is made from what is stored whenever it is asked for, the same to the byte; nothing of it lies among the
customer's documents, where the person complained about might read it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.core.query import query
from kexin.core.typeset import typeset
from kexin.party.models import Party
from kexin.people.models import OrgUnit
from kexin.service.complaints.choices import (
    Addressee,
    ComplaintOutcome,
    ComplaintState,
    DeliveryWay,
    LetterLanguage,
    LetterState,
    Mandate,
    Remedy,
)
from kexin.service.complaints.events import ComplaintDecided
from kexin.service.complaints.people import officer_for, sellers_of
from kexin.service.complaints.queries import VIEW
from kexin.service.complaints.record import locked, rules_of, said, step, store
from kexin.service.complaints.rules import DEMANDED, TABLE, letter_whole
from kexin.service.complaints.work import DELIVERY, REVIEW, WORD, owe_by, owe_within, settle
from kexin.service.models import Complaint, ComplaintLetter
from kexin.service.policies import RESULT
from kexin.service.requests.running import meet, now
from kexin.service.rules import LONGEST_TEXT, clean, text_fits

DRAFT, REVIEWS = "service.draft_reply", "service.review_reply"
TEMPLATE = Path(__file__).parents[1] / "typeset" / "reply.typ"
LONGEST_BASIS = 2000


@operation(DRAFT, label=_("Draft the reply to a complaint"), plain=("outcome", "remedies", "addressee", "language"))
def draft_reply(
    complaint: Complaint | int,
    *,
    actor: Actor,
    facts: str = "",
    basis: str = "",
    reasons: str = "",
    decision: str = "",
    outcome: str = "",
    remedies: Sequence[str] = (),
    addressee: str = Addressee.COMPLAINANT,
    language: str = "",
) -> ComplaintLetter:
    """Keep the draft as far as it goes; what is missing is told when it is handed to the reviewer.

    ``language``: that of the letter's fixed words; empty: as before, or the complainant's own.
    """
    row, at = locked(complaint, actor), now()
    if row.state != ComplaintState.HANDLING:
        raise RuleViolation(_("A reply is drafted after the investigation and before its review."))
    parts = {"facts": facts, "basis": basis, "reasons": reasons, "decision": decision}
    return keep_draft(row, actor, parts, outcome, remedies, addressee, language, at)


def keep_draft(
    row: Complaint,
    actor: Actor,
    parts: Mapping[str, str],
    outcome: str,
    remedies: Sequence[str],
    addressee: str,
    language: str = "",
    at: dt.datetime | None = None,
) -> ComplaintLetter:
    """Inside an operation: the draft of this round as far as it goes."""
    words = {name: clean(text) for name, text in parts.items()}
    for name, text in words.items():
        text_fits(text, LONGEST_BASIS if name == "basis" else LONGEST_TEXT, name).enforce()
    _known(row, outcome, remedies, addressee)
    if language and language not in LetterLanguage.values:
        raise RuleViolation(fields={"language": _("Choose one of the list.")})
    letter = row.letters.filter(round=row.round).first() or ComplaintLetter(
        complaint=row, key_id=row.key_id, round=row.round, language=own_language(row)
    )
    letter.language = language or letter.language
    for name, text in words.items():
        setattr(letter, name, text or None)
    letter.outcome, letter.remedies, letter.addressee = outcome, list(dict.fromkeys(remedies)), addressee
    letter.drafted_by, letter.drafted_at, letter.state = actor.name, at or now(), LetterState.DRAFT
    letter.reviewed_by, letter.reviewed_at = "", None
    letter.save()
    return letter


def _known(row: Complaint, outcome: str, remedies: Sequence[str], addressee: str) -> None:
    if outcome and outcome not in ComplaintOutcome.values:
        raise RuleViolation(fields={"outcome": _("Choose one of the list.")})
    if set(remedies) - set(Remedy.values):
        raise RuleViolation(fields={"remedies": _("Choose one of the list.")})
    if addressee not in Addressee.values:
        raise RuleViolation(fields={"addressee": _("Choose one of the list.")})
    if addressee == Addressee.REPRESENTATIVE and row.mandate != Mandate.VERIFIED:
        raise RuleViolation(fields={"addressee": _("The mandate is not verified: the complainant is answered.")})


def own_language(row: Complaint) -> str:
    """The language of the complainant, if letters are written in it; else Chinese."""
    spoken = row.customer.party.language if row.customer is not None else row.complainant_language
    return spoken if spoken in LetterLanguage.values else LetterLanguage.CHINESE


def letter_of(row: Complaint) -> ComplaintLetter | None:
    """The reply of this round, if it was begun."""
    return row.letters.filter(round=row.round).first()


def _letter(row: Complaint) -> ComplaintLetter:
    letter = row.letters.select_for_update().filter(round=row.round).first()
    if letter is None:
        raise RuleViolation(_("There is no reply yet."))
    return letter


@operation("service.submit_reply", label=_("Hand a reply to its reviewer"))
def submit_reply(complaint: Complaint | int, *, actor: Actor) -> ComplaintLetter:
    """Refused while incomplete, each missing part named. It goes to somebody else than who drafted or investigated."""
    row = locked(complaint, actor)
    state, letter = TABLE.after(row.state, "submit"), _letter(row)
    parts = {name: str(getattr(letter, name) or "") for name in DEMANDED}
    letter_whole(parts=parts, outcome=letter.outcome, remedies=letter.remedies).enforce()
    barred = sorted({*row.accused, letter.drafted_by, row.found_by} - {""})
    sellers = sellers_of(row.subject_kind, row.subject_no)
    post = officer_for(REVIEWS, row.officer_post.unit_id, barred, sellers, row.concerned_unit_id)
    if post is None:
        raise RuleViolation(_("Nobody else may review this reply."))
    letter.state, row.state = LetterState.REVIEW, state
    letter.save()
    store(row)
    step(row, "submit", actor)
    owe_within(REVIEW, row, post)
    return letter


@operation(REVIEWS, label=_("Review the reply to a complaint"), plain=("approve",))
def review_reply(complaint: Complaint | int, *, actor: Actor, approve: bool, note: str = "") -> ComplaintLetter:
    """结案复核 (G-20) by a second person: complete, right and understandable, or returned with why."""
    row, at, words = locked(complaint, actor), now(), clean(note)[:1000]
    state, letter = TABLE.after(row.state, "approve" if approve else "return"), _letter(row)
    if actor.name in (letter.drafted_by, row.found_by):
        raise RuleViolation(_("Whoever drafted or investigated does not review."))
    if not approve and not words:
        raise RuleViolation(fields={"note": _("Say what must be changed.")})
    letter.state = LetterState.APPROVED if approve else LetterState.RETURNED
    letter.reviewed_by, letter.reviewed_at, letter.review_note = actor.name, at, words
    letter.save()
    row.state = state
    store(row)
    step(row, "approve" if approve else "return", actor, words)
    settle(REVIEW, row, outcome="approved" if approve else "returned", by=actor.name)
    if approve:
        owe_within(DELIVERY, row, row.contact_post)
    return letter


@operation("service.deliver_reply", label=_("Record the delivery of a reply"), plain=("way", "proof"))
def deliver_reply(complaint: Complaint | int, *, actor: Actor, way: str, proof: str) -> Complaint:
    """By a way that leaves a proof (Art. 21): number of the letter, signed receipt, recording of the call."""
    row, at = locked(complaint, actor), now()
    state, letter = TABLE.after(row.state, "deliver"), _letter(row)
    if way not in DeliveryWay.values:
        raise RuleViolation(fields={"way": _("Choose one of the list.")})
    shown = said(proof, "proof", _("A proof of delivery is needed."), 200)
    if letter.addressee == Addressee.REPRESENTATIVE and row.mandate != Mandate.VERIFIED:
        raise RuleViolation(_("The mandate is not verified: the complainant is answered."))
    letter.state, letter.way, letter.proof, letter.delivered_at = LetterState.DELIVERED, way, shown, at
    letter.sha256 = hashlib.sha256(_set(row, letter)).hexdigest()
    letter.save()
    row.state, row.outcome, row.decided_at, row.told_at = state, letter.outcome, letter.reviewed_at, at
    row.word, row.attempts = "", 0
    store(row)
    step(row, "deliver", actor)
    settle(DELIVERY, row, outcome="delivered", by=actor.name)
    meet(row, RESULT, at, actor.name)
    owe_by(WORD, row, row.contact_post, at + dt.timedelta(days=rules_of(row).confirm_days))
    emit(ComplaintDecided(row.customer_id, row.complaint_no, row.pk, row.outcome, way))
    return row


@query(VIEW, label=_("See complaints"), record="open")
def reply_pdf(actor: Actor, pk: int) -> tuple[Complaint, bytes]:
    """The reply as PDF/A, from its review on. NotFound."""
    row = Complaint.objects.visible_to(actor, VIEW).select_related("customer__party").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row, set_letter(row)


def set_letter(row: Complaint) -> bytes:
    """The reviewed reply of this round. NotFound where there is none yet."""
    letter = letter_of(row)
    if letter is None or letter.reviewed_at is None:
        raise NotFound
    return _set(row, letter)


def _set(row: Complaint, letter: ComplaintLetter) -> bytes:
    assert letter.reviewed_at is not None
    with translation.override(letter.language):
        return typeset(TEMPLATE, letter_data(row, letter), made_at=letter.reviewed_at)


def letter_data(row: Complaint, letter: ComplaintLetter) -> dict[str, Any]:
    """Everything the letter says, as text in the language that is on."""
    root = OrgUnit.objects.filter(parent=None).order_by("path").first()
    assert letter.reviewed_at is not None
    joined = row.joined.filter(closed_at__lte=letter.reviewed_at).order_by("pk")  # what came later is no part of it
    covered = ", ".join(joined.values_list("complaint_no", flat=True))
    decided, received = (timezone.localtime(each).date() for each in (letter.reviewed_at, row.received_at))
    sections = [
        (_t("Verified facts"), letter.facts),
        (_t("Basis"), letter.basis),
        (_t("Reasons"), letter.reasons),
        (_t("Decision on your complaint"), letter.decision),
    ]
    return {
        **(
            {"lang": "en", "region": "gb"}
            if letter.language == LetterLanguage.ENGLISH
            else {"lang": "zh", "region": "cn"}
        ),
        "institution": root.shown_name if root else "",
        "title": _t("Reply to your complaint"),
        "number": row.complaint_no,
        "addressee": _addressee(row, letter),
        "opening": _t("Your complaint of %(day)s was received under number %(number)s. After investigation we reply:")
        % {"day": received.isoformat(), "number": row.complaint_no},
        "covers": _t("This answer is also the answer to %(numbers)s.") % {"numbers": covered} if covered else "",
        "sections": [{"title": title, "text": str(text or "")} for title, text in sections],
        "outcome_label": pgettext("complaint", "Conclusion"),
        "outcome": str(ComplaintOutcome(letter.outcome).label) if letter.outcome else "",
        "remedies_title": _t("If you do not agree"),
        "remedies": [str(Remedy(each).label) for each in Remedy.values if each in letter.remedies],
        "decided": decided.isoformat(),
    }


def _addressee(row: Complaint, letter: ComplaintLetter) -> str:
    if letter.addressee == Addressee.REPRESENTATIVE:
        return str(row.representative_name or "")
    return complainant_of(row)


def complainant_of(row: Complaint) -> str:
    """Who complains, by name; the customer's number where there is no name."""
    if row.customer is None:
        return str(row.complainant_name or "")
    decrypt_rows(Party, [row.customer.party], ("name",))
    return str(row.customer.party.name or row.customer.customer_no)
