"""Files of a complaint: attached, handed out one by one, kept readable when keys change."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.operation import operation
from kexin.core.vaultkeys import register_files
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
    if kind != EvidenceKind.AGREEMENT and row.evidence.count() >= MOST_FILES:
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


def register() -> None:
    """Called once, when the floor is ready."""
    register_files(ComplaintEvidence)
