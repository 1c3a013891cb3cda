"""Files of evidence: attached by somebody else, handed out one by one, replaced but never taken away."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import audit, frame, vault
from kexin.core.actor import Actor
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.keystore import KeyForgotten, customer_keys
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.people.choices import EmployeeStatus
from kexin.people.evidence_policies import EvidencePolicy
from kexin.people.models import Employee, Qualification, QualificationFile, TrainingRecord
from kexin.people.operations.evidence_missing import close_missing

ATTACH, DOWNLOAD = "people.attach_evidence", "people.download_evidence"
BATCH = 200
Paper = Qualification | TrainingRecord
Handed = tuple[QualificationFile, Iterator[bytes]]


def somebody_else(employee: Employee, actor: Actor) -> None:
    """Nobody records or grants what concerns oneself (H-18)."""
    if actor.user_id is not None and employee.user_id == actor.user_id:
        raise RuleViolation(_("Nobody records or grants this for oneself: somebody else has to."))


@operation(ATTACH, label=_("Attach a file to a certificate or training"), plain=("change",))
def attach_evidence(
    paper: Paper,
    *,
    actor: Actor,
    file: vault.StoredFile,
    change: str = "",
) -> QualificationFile:
    """The file becomes the newest version; where there is one already, ``change`` says why. RuleViolation at ``file``.

    The file lies in the vault under a key that was made for it alone.
    """
    row: Paper
    if isinstance(paper, Qualification):
        row = Qualification.objects.lock(paper, actor)
    else:
        row = TrainingRecord.objects.lock(paper, actor)
    somebody_else(row.employee, actor)
    return keep(row, file, actor, change)


def keep(row: Paper, file: vault.StoredFile, actor: Actor, change: str = "") -> QualificationFile:
    """Inside an operation that has locked the paper."""
    if QualificationFile.objects.filter(key_id=file.key_id).exists():
        raise RuleViolation(_("The file was stored for somebody else."))
    content = hashlib.sha256()
    for piece in vault.read(file.stored_as, file.key_id):
        content.update(piece)
    link = {"qualification": row} if isinstance(row, Qualification) else {"training": row}
    versions = list(QualificationFile.objects.filter(**link).order_by("number"))
    before = versions[-1] if versions else None
    if before is not None:
        if not change.strip():
            raise RuleViolation(fields={"change": _("Say why the file is replaced.")})
        if any(each.sha256 == content.hexdigest() for each in versions):
            raise RuleViolation(fields={"file": _("This file is attached already.")})
        before.replaced_at = timezone.now()
        before.save(update_fields=["replaced_at"])
    made = QualificationFile(
        employee_id=row.employee_id,
        **link,
        number=before.number + 1 if before else 1,
        key_id=file.key_id,
        file_name=file.file_name,
        sha256=content.hexdigest(),
        media_type=file.media_type,
        size=file.size,
        stored_as=file.stored_as,
        change=change.strip()[:200] if before else "",
        added_by=actor.name,
    )
    made.save(force_insert=True)
    if isinstance(row, Qualification):
        close_missing(actor, row)
    return made


@operation(DOWNLOAD, label=_("Download a file of a certificate or training"))
def download_evidence(file: QualificationFile | int, *, actor: Actor) -> Handed:
    """The file and its content in pieces; audited."""
    return _handed(QualificationFile.objects.lock(file, actor))


@operation("people.download_own_evidence", label=_("Download a file of one's own certificates"), open_to_all=True)
def download_own_evidence(*, actor: Actor, file_id: int) -> Handed:
    """The same of what proves one's own certificates and training."""
    own = QualificationFile.objects.filter(employee__user=actor.user_id, pk=file_id).first() if actor.user_id else None
    if own is None:
        raise NotFound
    return _handed(own)


def _handed(row: QualificationFile) -> Handed:
    act = frame.current.get()
    assert act is not None
    audit.find_subject(act, [row])
    try:
        if row.removed_on is None:
            return row, vault.read(row.stored_as, row.key_id)
    except (KeyForgotten, FileNotFoundError) as missing:
        raise RuleViolation(_("The content of this file is no longer kept.")) from missing
    raise RuleViolation(_("The content of this file is no longer kept."))


@operation("people.forget_evidence", label=_("Forget files of certificates whose time is over"))
def forget_evidence(*, actor: Actor, today: dt.date) -> int:
    """Files of employees who left as long ago as the policy says: keys are forgotten, lines stay; how many."""
    if not actor.everything:
        raise NotPermitted
    left = Q(employee__status=EmployeeStatus.LEFT, employee__left_on__lte=_years_before(today))
    rows = list(QualificationFile.objects.filter(left, removed_on=None).order_by("pk")[:BATCH])
    for row in rows:
        row.removed_on = today
        row.save(update_fields=["removed_on"])

    def forget() -> None:
        for row in rows:
            customer_keys().forget(row.key_id)
            vault.remove(row.stored_as)

    transaction.on_commit(forget)
    act = frame.current.get()
    assert act is not None
    act.notes["removed"] = len(rows)
    return len(rows)


def _years_before(today: dt.date) -> dt.date:
    years = in_force(EvidencePolicy).keep_years
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)


def drop(file: vault.StoredFile) -> None:
    """A file that was stored and not kept: nothing of it stays."""
    vault.remove(file.stored_as)
    customer_keys().forget(file.key_id)
