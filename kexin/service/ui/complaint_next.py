"""What stands in the way of the next step, in words; the reply letter as the page shows it."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from kexin.core.fields import decrypt_rows
from kexin.service.complaints.choices import ComplaintState, LetterState, Mandate
from kexin.service.complaints.closing import archive_needs
from kexin.service.complaints.record import rules_of
from kexin.service.complaints.rules import DEMANDED, letter_whole
from kexin.service.models import Complaint, ComplaintLetter
from kexin.service.ui.complaint_acts import Around

PARTS = ("facts", "basis", "reasons", "decision")


def opened_letter(around: Around) -> ComplaintLetter | None:
    """The reply with its words opened."""
    if around.letter is not None:
        decrypt_rows(ComplaintLetter, [around.letter], PARTS)
    return around.letter


def letter_facts(around: Around) -> list[tuple[str, str]]:
    """The parts of the reply under their names."""
    letter = around.letter
    if letter is None:
        return []
    named = (_t("Verified facts"), _t("Basis"), _t("Reasons"), _t("Decision on your complaint"))
    return [(name, str(getattr(letter, part) or "")) for name, part in zip(named, PARTS, strict=True)]


def letter_needs(around: Around) -> list[str]:
    """What the rule demands and the reply does not say yet."""
    letter = around.letter
    parts = {name: str(getattr(letter, name, "") or "") for name in DEMANDED}
    whole = letter_whole(
        parts=parts, outcome=letter.outcome if letter else "", remedies=letter.remedies if letter else []
    )
    return [str(each.text) for each in whole.reasons]


def blockers(row: Complaint, around: Around) -> list[str]:
    """What must happen before the case moves on."""
    found = (
        [] if row.graded_at is not None or not row.is_open else [_t("The grade is suggested, nobody confirmed it yet.")]
    )
    match row.state:
        case ComplaintState.ACCEPTED:
            found.append(_t("Somebody without interest is to be assigned for the investigation."))
        case ComplaintState.INVESTIGATING:
            found.append(_t("The investigator reports the findings."))
        case ComplaintState.HANDLING:
            returned = around.letter is not None and around.letter.state == LetterState.RETURNED
            found += [_t("The reviewer returned the reply.")] if returned else []
            needs = letter_needs(around)
            found += needs or [_t("The reply is whole: hand it to its reviewer.")]
        case ComplaintState.REVIEW:
            found.append(_t("Somebody else than who drafted or investigated reviews the reply."))
        case ComplaintState.FEEDBACK:
            found.append(_t("The reply is delivered by a way that leaves a proof."))
            if row.mandate == Mandate.UNVERIFIED:
                found.append(_t("The mandate is not verified: the complainant is answered."))
        case ComplaintState.CONFIRMING:
            rules = rules_of(row)
            found.append(
                _t("The complainant's word; silent after %(most)s attempts and %(days)s days it closes. So far %(n)s.")
                % {"most": rules.confirm_attempts, "days": rules.confirm_days, "n": row.attempts}
            )
        case ComplaintState.CLOSED:
            found += [str(each) for each in archive_needs(row)]
    if around.extension is not None:
        found.append(_t("An extension awaits its decision before the legal limit ends."))
    if around.untold:
        found.append(_t("The complainant is to be told of the extension."))
    return found
