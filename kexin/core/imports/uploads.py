"""Imports through the browser: files received, columns mapped, a load asked for, stopped, or thrown away.

All steps hang on one right, ``core.start_import``: whoever may start a load may prepare, stop and discard one. The
files lie encrypted (:mod:`kexin.core.imports.storage`) until somebody discards them or :func:`sweep` does.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.imports import guess, preview, storage
from kexin.core.imports.importable import Importable, importables
from kexin.core.imports.locating import find_sources, limits_in_force
from kexin.core.imports.profile import FileFormat, Profile, load_profile, parse_profile, profile_names, saved_folder
from kexin.core.imports.progress import forget_progress
from kexin.core.imports.reasons import BadFile
from kexin.core.imports.sources import examine
from kexin.core.imports.storage import SealedFile, uploads_folder
from kexin.core.models import ImportUpload, UploadJob
from kexin.core.operation import operation
from kexin.core.policies import ImportPolicy
from kexin.core.policy import in_force
from kexin.core.query import query

RIGHT = "core.start_import"
OWN = "own"  # the name of a profile that nobody saved


def _steward(actor: Actor) -> None:
    if not actor.may(RIGHT):
        raise actor.refusal(RIGHT)


def keep_days() -> int:
    """How many days uploaded files are kept at most."""
    return in_force(ImportPolicy).keep_upload_days


@contextmanager
def opened(upload: ImportUpload) -> Iterator[Path]:
    """What the engine loads, readable while the block runs: the one file, or the folder of a profile's files.

    Raises FilesClosed, NoRoom. The folder is named by what the report shall call the load.
    """
    names = [each["name"] for each in upload.files]
    with storage.opened(upload.folder, bytes(upload.sealed_keys or b""), names, upload.profile or OWN) as folder:
        yield folder / names[0] if len(names) == 1 else folder


def look_into(upload: ImportUpload) -> preview.Look:
    """The first rows of a file that is mapped by hand, as they were read when it came. Raises FilesClosed."""
    return preview.unpacked(storage.sample(upload.folder, bytes(upload.sealed_keys or b"")))


def is_there(upload: ImportUpload) -> bool:
    """Whether the files were not swept away meanwhile."""
    return upload.sealed_keys is not None and (uploads_folder() / upload.folder).is_dir()


@query(RIGHT, label=_("Start an import"))
def uploads(actor: Actor) -> QuerySet[ImportUpload]:
    """Files whose import was not carried out yet, newest first."""
    return ImportUpload.objects.filter(run=None).order_by("-pk")


@query(RIGHT, label=_("Start an import"))
def upload_of(actor: Actor, upload_id: int) -> ImportUpload:
    """One upload with its runs."""
    return _found(ImportUpload.objects.select_related("checked", "run"), upload_id)


def _found(rows: QuerySet[ImportUpload], upload_id: int) -> ImportUpload:
    row = rows.filter(pk=upload_id).first()
    if row is None:
        raise NotFound
    return row


def _own_idle(upload_id: int) -> ImportUpload:
    """The upload, locked, unless a worker has it."""
    row = _found(ImportUpload.objects.select_for_update(), upload_id)
    if row.is_busy:
        raise Conflict(_t("A worker is busy with these files; stop it first, or wait."))
    return row


@operation("core.receive_import_files", label=_("Upload files for an import"), plain=("profile",), open_to_all=True)
def receive_files(
    *,
    actor: Actor,
    files: Sequence[tuple[str, SealedFile]],
    profile: str = "",
    target: str = "",
    encoding: str = "",
    delimiter: str = "",
) -> ImportUpload:
    """Take over received files by their names, look through them, draft a mapping without a profile.

    Raises ImportRefused (BadFile, ProfileError, NoRoom) with one sentence; then nothing is kept.
    """
    _steward(actor)
    if not files:
        raise RuleViolation(fields={"upload": _("Choose a file.")})
    if profile and profile not in profile_names():
        raise RuleViolation(fields={"profile": _("There is no such profile.")})
    if not profile and target not in importables():
        raise RuleViolation(fields={"target": _("Choose what the file contains.")})
    if not profile and len(files) > 1:
        raise RuleViolation(fields={"upload": _("A mapping of your own takes one file.")})
    row = ImportUpload(
        folder=uuid.uuid4().hex, uploaded_by=actor.name, profile=profile, target="" if profile else target
    )
    try:
        _take_in(row, files)
        with opened(row) as location:
            if profile:
                found = find_sources(load_profile(profile), location, limits_in_force())
                row.facts = {"sources": [[each.label, each.importable.code, each.rows] for each in found]}
            else:
                _draft(row, location, encoding, delimiter)
    except BaseException:
        shutil.rmtree(uploads_folder() / row.folder, ignore_errors=True)
        raise
    row.save()
    return row


def _take_in(row: ImportUpload, files: Sequence[tuple[str, SealedFile]]) -> None:
    named: dict[str, SealedFile] = {}
    for given, file in files:
        name = safe_name(given)
        if name in named:
            raise BadFile(_t("Two files are called %(file)s.") % {"file": name})
        named[name] = file
        row.files.append({"name": name, "size": file.size})
    row.sealed_keys = storage.take_in(row.folder, named)


def safe_name(name: str) -> str:
    """A file name without path, control and direction characters; at most 120 characters."""
    from kexin.core.masking import plain

    base = plain(Path(name.replace("\\", "/")).name).lstrip(".") or "file"
    stem, suffix = os.path.splitext(base)
    return stem[: 120 - len(suffix)] + suffix[:20]


def _draft(row: ImportUpload, path: Path, encoding: str, delimiter: str) -> None:
    """Examine the file, keep its first rows, and fill in what its heading suggests."""
    if not path.stat().st_size:
        raise BadFile(_t("%(file)s is empty (0 bytes).") % {"file": path.name})
    row.form = guess.file_format(path, encoding, delimiter)
    found = examine(path, FileFormat(**row.form), limits_in_force())
    row.facts = {
        "digest": found.digest,
        "size": found.size,
        "rows": found.rows,
        "columns": list(found.columns),
        "heading_lines": found.heading_lines,
        "one_line_each": found.one_line_each,
    }
    if not found.rows:
        raise BadFile(_t("%(file)s has a heading and no rows.") % {"file": path.name})
    first = preview.look(found, FileFormat(**row.form), limits_in_force())
    assert row.sealed_keys is not None
    row.sealed_keys = storage.add_sample(row.folder, bytes(row.sealed_keys), preview.packed(first))
    names = guess.columns_for(importables()[row.target], found.columns)
    row.mapping = {"source": "", "columns": {field: {"from": column} for field, column in names.items()}}


def importable_of(upload: ImportUpload) -> Importable:
    """What an own mapping feeds."""
    return importables()[upload.target]


def profile_text(upload: ImportUpload, name: str = OWN) -> str:
    """The mapping of an upload as the YAML of a profile, for any file of the same kind."""
    suffix = Path(upload.files[0]["name"]).suffix.lower()
    content = {
        "profile": name,
        "source": upload.mapping.get("source", ""),
        "format": upload.form,
        "files": [{"file": f"*{suffix}", "target": upload.target, "columns": upload.mapping.get("columns", {})}],
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def profile_of(upload: ImportUpload) -> Profile:
    """The profile by which an upload is loaded; ProfileError says what is missing."""
    return load_profile(upload.profile) if upload.profile else parse_profile(profile_text(upload))


@operation("core.map_import_columns", label=_("Map the columns of an import"), open_to_all=True)
def map_columns(upload_id: int, *, actor: Actor, source: str, columns: dict[str, dict[str, Any]]) -> ImportUpload:
    """Keep which column feeds which field. ProfileError says what does not fit."""
    _steward(actor)
    row = _own_idle(upload_id)
    if row.profile:
        raise RuleViolation(_("The profile says where the columns go."))
    row.mapping = {"source": source, "columns": columns}
    row.checked = None  # a trial speaks of the mapping it was made with
    profile_of(row)
    row.save(update_fields=["mapping", "checked"])
    return row


@operation("core.ask_import", label=_("Ask for an import or its trial"), open_to_all=True)
def ask_load(upload_id: int, *, actor: Actor, trial: bool) -> ImportUpload:
    """Have a worker load the files, or try to; the same request again goes on behind what is committed."""
    from kexin.core.imports import jobs

    _steward(actor)
    row = _own_idle(upload_id)
    if not is_there(row):
        raise RuleViolation(_("The files were deleted; upload them again."))
    profile_of(row)
    row.job, row.trial, row.stop_asked, row.error = UploadJob.WAITING, trial, False, ""
    row.asked_by = actor.name
    row.save(update_fields=["job", "trial", "stop_asked", "error", "asked_by"])
    forget_progress(row)
    jobs.load_upload.defer(upload_id=row.pk)
    return row


@operation("core.stop_import_job", label=_("Stop an import"), open_to_all=True)
def stop_load(upload_id: int, *, actor: Actor) -> ImportUpload:
    """Stop a load behind the batch under way; what is committed stays, the same load can go on later."""
    _steward(actor)
    row = _found(ImportUpload.objects.select_for_update(), upload_id)
    if not row.is_busy:
        raise RuleViolation(_("Nothing is running."))
    row.stop_asked = True
    if row.job == UploadJob.WAITING:
        row.job, row.error = UploadJob.ENDED, _t("Stopped before it began.")
    row.save(update_fields=["stop_asked", "job", "error"])
    return row


@operation("core.discard_import_files", label=_("Delete the files of an import"), open_to_all=True)
def discard_files(upload_id: int, *, actor: Actor) -> None:
    """Delete uploaded files and their mapping; what was loaded from them stays."""
    _steward(actor)
    row = _own_idle(upload_id)
    folder = uploads_folder() / row.folder
    row.delete()
    transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


@operation("core.save_import_profile", label=_("Save a mapping as a profile"), plain=("name",), open_to_all=True)
def save_profile(upload_id: int, *, actor: Actor, name: str) -> str:
    """Write the mapping as a profile of the institution, for here and ``kexin import``; names are never reused."""
    _steward(actor)
    row = _found(ImportUpload.objects.all(), upload_id)
    if row.profile:
        raise RuleViolation(_("This is a saved profile already."))
    if name in profile_names() or name == OWN:
        raise RuleViolation(fields={"name": _("There is a profile of this name.")})
    text = profile_text(row, name)
    parse_profile(text)
    folder = saved_folder()
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{uuid.uuid4().hex}"
    half.write_text(text, encoding="utf-8")
    os.link(half, folder / f"{name}.yaml")  # fails where somebody was faster, never overwrites
    half.unlink()
    return name


def sweep() -> int:
    """Delete uploads kept longer than the policy says that no worker has, and folders nobody knows; how many."""
    storage.sweep_opened()
    overdue = Q(uploaded_at__lt=timezone.now() - timedelta(days=keep_days())) | Q(sealed_keys=None)
    old = ImportUpload.objects.filter(overdue, job__in=(UploadJob.NONE, UploadJob.ENDED))
    deleted, _per_model = old.delete()
    known = set(ImportUpload.objects.values_list("folder", flat=True))
    for path in uploads_folder().iterdir():
        if path.name not in known and path.stat().st_mtime < timezone.now().timestamp() - 86_400:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    return deleted
