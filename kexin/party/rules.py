"""Rules of parties and customers: pure, no database, no clock."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Sequence

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, Reason, refused
from kexin.core.identifiers import check as check_identifier
from kexin.core.listing import listed
from kexin.core.workflow import Transitions
from kexin.party.choices import ContactKind, CustomerStatus, EnterpriseScale, FactKind, FactSource, PartyKind
from kexin.party.data import ContactData, DocumentData, PartyData

STATES = Transitions(
    {
        CustomerStatus.PROSPECT: {"admit": CustomerStatus.ACTIVE, "close": CustomerStatus.CLOSED},
        CustomerStatus.ACTIVE: {"fall_dormant": CustomerStatus.DORMANT, "close": CustomerStatus.CLOSED},
        CustomerStatus.DORMANT: {"wake": CustomerStatus.ACTIVE, "close": CustomerStatus.CLOSED},
        CustomerStatus.CLOSED: {"readmit": CustomerStatus.ACTIVE},
        CustomerStatus.MERGED: {},
    }
)

ORGANISATIONS = frozenset((PartyKind.ENTERPRISE, PartyKind.INSTITUTION))
OLDEST = 130  # years; an age beyond it is a mistake in typing

# What must be checked before a customer is admitted or let go (H-17); the words stand in texts.py.
ADMISSION_CHECKS = ("identity_verified", "sanctions_screened", "purpose_known", "consent_given", "contact_verified")
EXIT_CHECKS = ("accounts_closed", "claims_settled", "complaints_closed", "retention_explained")


def clean_text(text: str) -> str:
    """Text as it may be stored: normalised (NFC), without control characters, direction overrides or outer blanks."""
    kept = (
        char
        for char in unicodedata.normalize("NFC", text)
        if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn") or char in "\u200c\u200d"
    )
    return "".join(kept).strip()


def may_be_named(name: str, *, required: bool = True) -> Decision:
    """A name has one to 200 characters, at least one of them a letter."""
    text = clean_text(name)
    if not text:
        return refused("name_missing", _("A name is needed."), "name") if required else ALLOWED
    if len(text) > 200:
        return refused("name_long", _("A name has at most 200 characters."), "name")
    if not any(unicodedata.category(char).startswith("L") for char in text):
        return refused("name_letters", _("A name contains at least one letter or character."), "name")
    return ALLOWED


def may_be_sized(kind: str, scale: str) -> Decision:
    """Only enterprises have a size class, one of the four."""
    if not scale:
        return ALLOWED
    if kind != PartyKind.ENTERPRISE:
        return refused("scale_kind", _("Only enterprises have a size."), "scale")
    if scale not in EnterpriseScale.values:
        return refused("scale_unknown", _("There is no such size of enterprises."), "scale")
    return ALLOWED


def may_be_born(born_on: dt.date | None, today: dt.date) -> Decision:
    """Nobody is born tomorrow, nobody is older than 130."""
    if born_on is None:
        return ALLOWED
    if born_on > today:
        return refused("born_later", _("The birth date lies in the future."), "born_on")
    if today.year - born_on.year > OLDEST:
        return refused("born_early", _("The birth date lies too far in the past."), "born_on")
    return ALLOWED


def may_hold_document(document: DocumentData, today: dt.date, prefix: str = "") -> Decision:
    """Is the number well-formed, the check digit right, the period possible? An expired document only warns."""
    found = check_identifier(document.type, document.number)
    reasons = [Reason("document_number", text, f"{prefix}number") for text in found.errors]
    warnings = [Reason("document_number", text, f"{prefix}number") for text in found.warnings]
    if document.issued_on and document.issued_on > today:
        reasons.append(Reason("issued_later", _("The date of issue lies in the future."), f"{prefix}issued_on"))
    if document.issued_on and document.expires_on and document.expires_on < document.issued_on:
        reasons.append(Reason("period", _("It expires before it was issued."), f"{prefix}expires_on"))
    if document.expires_on and document.expires_on < today:
        warnings.append(Reason("expired", _("This document has expired."), f"{prefix}expires_on"))
    return Decision(tuple(reasons), tuple(warnings))


def may_agree(party: PartyData, document: DocumentData, prefix: str = "") -> Decision:
    """Birth date and sex in the number of a resident must be those of the file."""
    found = check_identifier(document.type, document.number)
    reasons = []
    if found.birth_date and party.born_on and found.birth_date != party.born_on:
        text = _("The birth date in the number is another one than in the file.")
        reasons.append(Reason("birth_differs", text, f"{prefix}number"))
    if found.sex and party.sex and found.sex != party.sex:
        text = _("The sex in the number is another one than in the file.")
        reasons.append(Reason("sex_differs", text, f"{prefix}number"))
    return Decision(tuple(reasons))


def may_reach(contact: ContactData, prefix: str = "") -> Decision:
    """Is it a telephone number or an address of e-mail?"""
    if contact.kind in (ContactKind.MOBILE, ContactKind.PHONE, ContactKind.EMAIL):
        found = check_identifier(contact.kind, contact.value)
        return Decision(
            tuple(Reason("contact", text, f"{prefix}value") for text in found.errors),
            tuple(Reason("contact", text, f"{prefix}value") for text in found.warnings),
        )
    if not clean_text(contact.value) or len(contact.value) > 200:
        return refused("contact", _("Between 1 and 200 characters."), f"{prefix}value")
    return ALLOWED


def may_create(party: PartyData, today: dt.date) -> Decision:
    """All that can be said against a new party, field by field."""
    decision = may_be_named(party.name) & may_be_born(party.born_on, today)
    for index, document in enumerate(party.documents):
        prefix = f"documents-{index}-"
        decision &= may_hold_document(document, today, prefix) & may_agree(party, document, prefix)
    for index, contact in enumerate(party.contacts):
        decision &= may_reach(contact, f"contacts-{index}-")
    return decision


def may_finish(process: str, checked: Collection[str]) -> Decision:
    """Admission and exit wait for every line of their checklist."""
    needed = ADMISSION_CHECKS if process == "admission" else EXIT_CHECKS
    missing = [item for item in needed if item not in checked]
    if missing:
        return refused("checklist", _("%(count)s lines of the checklist are open.") % {"count": len(missing)})
    return ALLOWED


def age_on(born_on: dt.date, today: dt.date) -> int:
    """Completed years of life (周岁)."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


EXPIRED = 0  # the stage of a document whose last day is over; the others are days before the end


def validity_stages(steps: Sequence[int], today: dt.date) -> list[tuple[int, dt.date | None, dt.date]]:
    """Each stage with the first and last day on which a document in it ends, the most urgent stage first.

    ``steps`` fall. Every end up to the longest step from today belongs to exactly one stage; ``None`` is "ever".
    """
    day = dt.timedelta(days=1)
    stages: list[tuple[int, dt.date | None, dt.date]] = [(EXPIRED, None, today - day)]
    first = today
    for step in reversed(steps):
        stages.append((step, first, today + step * day))
        first = today + (step + 1) * day
    return stages


def urgency(steps: Sequence[int], stage: int) -> int:
    """The priority of the work at a stage: 2 is usual, each further stage one more."""
    return 2 + sum(stage < step for step in steps)


def months_between(earlier: dt.date, later: dt.date) -> int:
    """Completed months from one day to another, negative where it lies ahead; 31 January to 28 February is one.

    The last day of a month completes every month that has no such day.
    """
    if later < earlier:
        return -months_between(later, earlier)
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    last = (later + dt.timedelta(days=1)).day == 1
    return months - (later.day < earlier.day and not last)


def may_confirm(kinds: Collection[str], source: str, held: Collection[str], seen: Collection[str]) -> Decision:
    """Are these kinds in the file, and does the source suffice for each? ``seen``: kinds that need a document."""
    if source not in (FactSource.SAID, FactSource.SEEN):
        return refused("source", _("Say how you know: the customer said so, or a document was seen."), "source")
    if not kinds:
        return refused("kinds", _("Choose what is still right."), "kinds")
    strange = [kind for kind in kinds if kind not in FactKind.values]
    if strange:
        return refused("kinds", _("There is no such kind of data: %(kinds)s.") % {"kinds": listed(strange)}, "kinds")
    absent = [str(FactKind(kind).label) for kind in kinds if kind not in held]
    if absent:
        return refused("kinds", _("The file does not hold: %(kinds)s.") % {"kinds": listed(absent)}, "kinds")
    needing = [str(FactKind(kind).label) for kind in kinds if kind in seen]
    if needing and source != FactSource.SEEN:
        text = _("Confirmed only by a document that was seen: %(kinds)s.") % {"kinds": listed(needing)}
        return refused("source", text, "source")
    return ALLOWED
