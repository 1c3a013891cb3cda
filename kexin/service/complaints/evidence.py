"""Files of a complaint: attached, handed out one by one, kept readable when keys change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.crypto import Undecipherable
from kexin.core.errors import RuleViolation
from kexin.core.keystore import KeyForgotten
from kexin.core.operation import operation
from kexin.core.rekeying import Passed, Place, register_places
from kexin.engagement import vault
from kexin.service.complaints.choices import EvidenceKind
from kexin.service.complaints.record import locked
from kexin.service.conversations.files import refuse_unfit
from kexin.service.models import Complaint, ComplaintEvidence
from kexin.service.requests.running import now

ADD = "service.add_complaint_file"
DOWNLOAD = "service.download_complaint_file"
MOST_FILES = 30
Handed = tuple[ComplaintEvidence, Iterator[bytes]]


def attach(
    row: Complaint, stored: vault.StoredFile, actor: Actor, kind: EvidenceKind, title: str = ""
) -> ComplaintEvidence:
    """Inside an operation: a file that lies in the vault becomes part of the case. RuleViolation at ``file``."""
    refuse_unfit(stored, row.key_id)
    if row.evidence.count() >= MOST_FILES:
        raise RuleViolation(fields={"file": _("A case takes %(most)s files at most.") % {"most": MOST_FILES}})
    made = ComplaintEvidence(
        complaint=row,
        key_id=row.key_id,
        kind=kind,
        title=title,
        file_name=stored.file_name,
        media_type=stored.media_type,
        size=stored.size,
        digest=stored.digest,
        stored_as=stored.stored_as,
        at=now(),
        by=actor.name,
    )
    made.save(force_insert=True)
    return made


@operation(ADD, label=_("Add a file to a complaint"))
def add_complaint_file(complaint: Complaint | int, *, actor: Actor, file: vault.StoredFile) -> ComplaintEvidence:
    """What staff found or were handed, under the key of the case."""
    return attach(locked(complaint, actor), file, actor, EvidenceKind.OURS)


@operation(DOWNLOAD, label=_("Download a file of a complaint"))
def download_complaint_file(file: ComplaintEvidence | int, *, actor: Actor) -> Handed:
    """The file and its content in pieces; audited."""
    return handed(ComplaintEvidence.objects.lock(file, actor))


def handed(row: ComplaintEvidence) -> Handed:
    """The file with its content. RuleViolation where the content is no longer kept."""
    try:
        return row, vault.read(row.stored_as, row.key_id)
    except (LookupError, FileNotFoundError) as missing:
        raise RuleViolation(_("The content of this file is no longer kept.")) from missing


@dataclass(frozen=True)
class _Heads:
    """The files' own keys, wrapped anew while the keys of the cases change."""

    name: str = "service_complaintevidence files"

    def rows(self) -> int:
        return ComplaintEvidence.objects.count()

    def batch(self, after: int, limit: int) -> Passed:
        kept = ComplaintEvidence.objects.filter(pk__gt=after).order_by("pk")
        rows = list(kept.values_list("pk", "stored_as", "key_id")[:limit])
        changed, stuck = 0, []
        for pk, stored_as, key_id in rows:
            try:
                changed += vault.wrap_anew(stored_as, key_id)
            except (Undecipherable, FileNotFoundError):
                stuck.append(pk)
            except KeyForgotten:
                continue
        return Passed(rows[-1][0] if rows else None, changed, stuck)


def _known(names: list[str]) -> set[str]:
    return set(ComplaintEvidence.objects.filter(stored_as__in=names).values_list("stored_as", flat=True))


def register() -> None:
    """Called once, when the floor is ready."""

    def heads() -> Iterable[Place]:
        return (_Heads(),)

    vault.register_keeper(_known)
    register_places("customers", heads)
