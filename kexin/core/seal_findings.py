"""What is wrong with the audit, one finding each, in a sentence for the auditor."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kexin.core.errors import type_text


class FindingKind(TextChoices):
    CHANGED = "changed", _("Entry changed")
    REMOVED = "removed", _("Entry removed")
    INSERTED = "inserted", _("Entry inserted")
    REORDERED = "reordered", _("Entry reordered")
    BROKEN = "broken", _("Chain broken")
    BACKDATED = "backdated", _("Wrong time")
    UNSEALED = "unsealed", _("Not sealed")
    BAD_SIGNATURE = "bad-signature", _("Signature not valid")
    NO_CHECKPOINT = "no-checkpoint", _("Checkpoint missing")
    REWRITTEN = "rewritten", _("Chain rewritten")
    TRUNCATED = "truncated", _("Chain cut off")


_SENTENCES: dict[str, type_text] = {
    FindingKind.CHANGED: _("Entry %(entry)s of %(at)s (%(operation)s) was changed after it was sealed."),
    FindingKind.REMOVED: _("Entry %(entry)s of %(at)s, link %(link)s, was removed after it was sealed."),
    FindingKind.INSERTED: _(
        "Entry %(entry)s of %(at)s (%(operation)s) was inserted afterwards: it stands in a sealed part without a link."
    ),
    FindingKind.REORDERED: _("Entry %(entry)s of %(at)s (%(operation)s) stands at another place than it was sealed."),
    FindingKind.BROKEN: _("Link %(link)s, entry %(entry)s of %(at)s, does not follow from the link before it."),
    FindingKind.BACKDATED: _("Entry %(entry)s (%(operation)s) claims the time %(at)s, which cannot be true."),
    FindingKind.UNSEALED: _("Entry %(entry)s of %(at)s (%(operation)s) should have been sealed long ago."),
    FindingKind.BAD_SIGNATURE: _("The checkpoint of %(day)s does not bear a valid signature of this institution."),
    FindingKind.NO_CHECKPOINT: _("The day %(day)s has sealed entries but no checkpoint."),
    FindingKind.REWRITTEN: _("The chain up to link %(link)s is not the one that was signed for %(day)s."),
    FindingKind.TRUNCATED: _("The checkpoint of %(day)s speaks of link %(link)s, but the chain ends before it."),
}
_GONE = _("Links %(link)s to %(last)s are missing from the chain, with the entries they sealed.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. Of a missing link only the number is known, so ``entry_id`` may be empty.

    ``last`` ends a range of missing links that begins with ``link_no``.
    """

    kind: FindingKind
    entry_id: int | None = None
    at: dt.datetime | None = None
    operation: str = ""
    link_no: int | None = None
    day: dt.date | None = None
    last: int | None = None

    @property
    def sentence(self) -> str:
        """In the language of the reader; times in UTC, as stored."""
        template = _GONE if self.last is not None else _SENTENCES[self.kind]
        moment = self.at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%fZ") if self.at else "–"
        return str(template) % {
            "entry": self.entry_id if self.entry_id is not None else "–",
            "at": moment,
            "operation": self.operation or "–",
            "link": self.link_no,
            "day": self.day,
            "last": self.last,
        }

    def as_json(self) -> dict[str, Any]:
        """For machines: the fields that are known, and the sentence."""
        known = {key: str(value) if isinstance(value, dt.date) else value for key, value in asdict(self).items()}
        known["kind"] = self.kind.value
        return {key: value for key, value in known.items() if value not in (None, "")} | {"sentence": self.sentence}
