"""The same answer in several letters: basis, reasons and decision in common, the facts of each case its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.service.complaints.choices import Addressee, ComplaintState, GroupState
from kexin.service.complaints.letters import keep_draft, letter_of
from kexin.service.complaints.record import step
from kexin.service.models import Complaint, ComplaintGroup, ComplaintLetter
from kexin.service.requests.running import now

ANSWER = "service.answer_complaint_group"


@dataclass(frozen=True, slots=True)
class Drafted:
    """In which cases the answer was drafted, and which are not there yet."""

    group: ComplaintGroup
    drafted: tuple[str, ...]
    left_out: tuple[str, ...]


@operation(ANSWER, label=_("Draft the same answer for a group complaint"), plain=("outcome", "remedies"))
def answer_complaint_group(
    group: ComplaintGroup | int,
    *,
    actor: Actor,
    basis: str,
    reasons: str,
    decision: str,
    outcome: str,
    remedies: Sequence[str] = (),
) -> Drafted:
    """In every case of the group within reach that is being handled; each letter then goes its own way: completed,
    reviewed by another, delivered. What stands there as facts stays; else what was found is put there."""
    row = ComplaintGroup.objects.lock(group, actor)
    if row.state != GroupState.OPEN:
        raise RuleViolation(_("This group complaint has ended."))
    seen = Complaint.objects.visible_to(actor, ANSWER).filter(
        pk__in=row.members.filter(left_at=None).values("complaint"), joined_into=None
    )
    cases = list(seen.select_for_update(of=("self",)).order_by("pk"))
    due = [each for each in cases if each.state == ComplaintState.HANDLING]
    if not due:
        raise RuleViolation(_("None of its cases is being handled: findings first."))
    for case in due:
        letter = letter_of(case)
        if letter is not None:
            decrypt_rows(ComplaintLetter, [letter], ("facts",))
        keep_draft(
            case,
            actor,
            {"facts": str((letter.facts if letter is not None else "") or case.findings or ""), "basis": basis,
             "reasons": reasons, "decision": decision},
            outcome,
            remedies,
            letter.addressee if letter is not None else Addressee.COMPLAINANT,
        )  # fmt: skip
        step(case, "group-answer", actor, row.group_no)
    row.answered_at = now()
    row.version += 1
    row.save()
    waiting = (ComplaintState.ACCEPTED, ComplaintState.INVESTIGATING)
    return Drafted(
        row,
        tuple(each.complaint_no for each in due),
        tuple(each.complaint_no for each in cases if each.state in waiting),
    )
