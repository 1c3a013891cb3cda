"""Acts that are possible at any time of an open case: grading, classifying, words, notes, protection, the regulator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.people.models import Employee
from kexin.service.choices import Channel
from kexin.service.complaints.choices import (
    FORWARDED,
    ComplaintEntryKind,
    ComplaintNature,
    Grade,
    Mandate,
    RegulatoryMajor,
)
from kexin.service.complaints.events import (
    ComplaintAnswered,
    ComplaintGraded,
    ComplaintWithdrawn,
    RegulatorAnswered,
)
from kexin.service.complaints.people import sellers_of
from kexin.service.complaints.policies import ADMITTED, RECEIPT, REPLY, ComplaintPolicy
from kexin.service.complaints.record import keep, locked, note, rules_of, said, step, store
from kexin.service.complaints.rules import TABLE
from kexin.service.complaints.timing import end_case, grade_clocks
from kexin.service.complaints.work import MAJOR, keep_away, owe_major, settle, settle_all
from kexin.service.models import Complaint, ComplaintEntry, ComplaintNote, ServiceRequest
from kexin.service.policies import ANSWERED
from kexin.service.requests.running import meet, now
from kexin.service.rules import clean, may_note_contact


@operation("service.grade_complaint", label=_("Grade a complaint"), plain=("grade", "regulatory_major"))
def grade_complaint(
    complaint: Complaint | int,
    *,
    actor: Actor,
    grade: str,
    regulatory_major: str = "",
    reason: str = "",
    version: int | None = None,
) -> Complaint:
    """A person confirms the suggested grade, or gives another with a reason; the clocks follow.

    ``regulatory_major`` is another matter: whether the case is reported as a major consumer complaint.
    """
    row, at, why = locked(complaint, actor, version), now(), clean(reason)
    if grade not in Grade.values:
        raise RuleViolation(fields={"grade": _("Choose one of the list.")})
    if regulatory_major not in RegulatoryMajor.values:
        raise RuleViolation(fields={"regulatory_major": _("Choose one of the list.")})
    if grade != row.suggested_grade and not why:
        raise RuleViolation(fields={"reason": _("Say why it differs from the suggestion.")})
    before, rules = row.grade, rules_of(row)
    row.grade, row.graded_by, row.graded_at, row.regulatory_major = grade, actor.name, at, regulatory_major
    store(row)
    step(row, "grade", actor, why)
    if before != grade:
        grade_clocks(row, rules, at, actor.name)
        owe_major(row, rules, actor.name)
    emit(ComplaintGraded(row.customer_id, row.complaint_no, row.pk, before, grade))
    return row


@operation("service.classify_complaint", label=_("Classify a complaint"), plain=("place", "business", "causes"))
def classify_complaint(
    complaint: Complaint | int, *, actor: Actor, place: str, business: str, causes: Sequence[str]
) -> Complaint:
    """By the facets A, B and C of the institution's map; several causes (G-23). A closed case may be corrected."""
    row, rules, wanted = (
        Complaint.objects.lock(complaint, actor),
        in_force(ComplaintPolicy),
        list(dict.fromkeys(causes)),
    )
    wrong: dict[str, Any] = {
        field: _("Choose one of the list.")
        for field, values in (("places", [place]), ("businesses", [business]), ("causes", wanted))
        if not values or set(values) - set(rules.facet(field))
    }
    if wrong:
        names = {"places": "place", "businesses": "business", "causes": "causes"}
        raise RuleViolation(fields={names[field]: text for field, text in wrong.items()})
    row.place, row.business, row.causes = place, business, wanted
    store(row)
    return row


@operation("service.shield_complaint", label=_("Say about whom a complaint is, and hide it from its branch"),
           plain=("accused",))  # fmt: skip
def shield_complaint(
    complaint: Complaint | int, *, actor: Actor, accused: Sequence[str], hidden_from_unit: bool
) -> Complaint:
    """Who is complained about sees the case no more, nor its work and request. Who sold it stays among them."""
    row = locked(complaint, actor)
    sellers = sellers_of(row.subject_kind, row.subject_no)
    wanted = list(dict.fromkeys([*(each.strip() for each in accused if each.strip()), *sellers]))
    if Employee.objects.filter(staff_no__in=wanted).count() < len(wanted):
        raise RuleViolation(fields={"accused": _("Somebody of these is not an employee.")})
    row.accused, row.hidden_from_unit = wanted, hidden_from_unit
    store(row)
    step(row, "shield", actor)
    keep_away(row)
    if row.request_id is not None:
        ServiceRequest.objects.filter(pk=row.request_id).update(kept_from=sorted(wanted))
    return row


@operation("service.verify_mandate", label=_("Verify the mandate of a representative"))
def verify_mandate(complaint: Complaint | int, *, actor: Actor, seen: str) -> Complaint:
    """What was seen, in words. Until then the answer goes to the complainant alone."""
    row = locked(complaint, actor)
    if row.mandate != Mandate.UNVERIFIED:
        raise RuleViolation(_("Nobody's mandate waits for verification here."))
    row.mandate, row.mandate_by = Mandate.VERIFIED, actor.name
    row.mandate_note = said(seen, "seen", _("Write what you have seen."), 200)
    store(row)
    step(row, "mandate", actor)
    return row


@operation("service.record_complaint_contact", label=_("Record words with a complainant"),
           plain=("channel", "reaction"))  # fmt: skip
def record_complaint_contact(
    complaint: Complaint | int,
    *,
    actor: Actor,
    channel: str,
    text: str,
    outward: bool = True,
    reaction: str = "",
) -> ComplaintEntry:
    """Whoever speaks with the complainant writes down what was said; the first answer stops its clock."""
    row, words = locked(complaint, actor), clean(text)
    may_note_contact(channel=channel, reaction=reaction, text=words).enforce()
    kind = ComplaintEntryKind.TOLD if outward else ComplaintEntryKind.ASKED
    entry = keep(row, kind, words, actor, channel=channel, reaction=reaction)
    if outward:
        meet(row, ANSWERED, entry.at, actor.name)
    emit(ComplaintAnswered(row.customer_id, row.complaint_no, row.pk, channel, outward))
    return entry


@operation("service.note_complaint", label=_("Write an internal note on a complaint"))
def note_complaint(complaint: Complaint | int, *, actor: Actor, text: str) -> ComplaintNote:
    """A note that no complainant reads."""
    row = Complaint.objects.lock(complaint, actor)
    return note(row, said(text, "text"), actor)


@operation("service.direct_complaint", label=_("Give directions on a major complaint"))
def direct_complaint(complaint: Complaint | int, *, actor: Actor, text: str) -> ComplaintNote:
    """Senior management steps in (G-19): its directions stand in the record."""
    row = locked(complaint, actor)
    if row.grade != Grade.MAJOR:
        raise RuleViolation(_("Only major complaints are directed by senior management."))
    made = note(row, said(text, "text"), actor, step="direct")
    settle(MAJOR, row, outcome="directed", by=actor.name)
    return made


@operation("service.answer_regulator", label=_("Give receipt or answer to the regulator"), plain=("reply",))
def answer_regulator(complaint: Complaint | int, *, actor: Actor, reply: bool, text: str = "") -> Complaint:
    """Receipt of a forwarded case, or the answer to it; each has a clock of its own. Possible after joining, too."""
    row, at = Complaint.objects.lock(complaint, actor), now()
    if row.source not in FORWARDED:
        raise RuleViolation(_("This case was not forwarded."))
    if reply and row.regulator_replied_at is not None:
        raise RuleViolation(_("The regulator was answered already."))
    if not reply and row.receipt_at is not None:
        raise RuleViolation(_("Receipt was given already."))
    if reply:
        row.regulator_reply = said(text, "text", _("Write what the regulator was told."))
        row.regulator_replied_at = at
    row.receipt_at = row.receipt_at or at
    store(row)
    step(row, "reply" if reply else "receipt", actor)
    meet(row, RECEIPT, at, actor.name)
    if reply:
        meet(row, REPLY, at, actor.name)
    emit(RegulatorAnswered(row.customer_id, row.complaint_no, row.pk, row.source, reply))
    return row


@operation("service.admit_petition", label=_("Tell whether a petition is admitted"), plain=("channel",))
def admit_petition(complaint: Complaint | int, *, actor: Actor, channel: str, text: str) -> Complaint:
    """A petition has a limit for telling whether it is admitted."""
    row, at = locked(complaint, actor), now()
    if row.nature != ComplaintNature.PETITION:
        raise RuleViolation(_("Only petitions are admitted in a step of their own."))
    if channel not in Channel.values:
        raise RuleViolation(fields={"channel": _("Choose one of the list.")})
    keep(row, ComplaintEntryKind.TOLD, said(text, "text"), actor, channel=channel, step="admit", at=at)
    meet(row, ADMITTED, at, actor.name)
    meet(row, ANSWERED, at, actor.name)
    emit(ComplaintAnswered(row.customer_id, row.complaint_no, row.pk, channel, outward=True))
    return row


@operation("service.withdraw_complaint", label=_("Record that a complaint is withdrawn"), plain=("channel",))
def withdraw_complaint(complaint: Complaint | int, *, actor: Actor, channel: str, text: str) -> Complaint:
    """The complainant withdraws: the case ends the same day (Order 2020-3, Art. 15), in whichever step it was."""
    row, at = locked(complaint, actor), now()
    state = TABLE.after(row.state, "withdraw")
    if channel not in Channel.values:
        raise RuleViolation(fields={"channel": _("Choose one of the list.")})
    keep(row, ComplaintEntryKind.ASKED, said(text, "text"), actor, channel=channel, step="withdraw", at=at)
    end_case(row, at, actor.name, keep_regulator=True)
    settle_all(row, actor.name)
    row.state, row.closed_at = state, at
    store(row)
    emit(ComplaintWithdrawn(row.customer_id, row.complaint_no, row.pk))
    return row
