"""The worker's side of imports through the browser: one job per load, which goes on where a killed one stopped."""

from __future__ import annotations

import logging

from django.db import transaction
from procrastinate.contrib.django import app

from kexin.core.actor import Actor, Grant
from kexin.core.choices import ActorKind, Reach
from kexin.core.imports.reasons import ImportCancelled, ImportRefused
from kexin.core.models import ImportRun, ImportUpload, UploadJob

log = logging.getLogger(__name__)
_DOORS = frozenset({"core.start_import", "core.finish_import", "core.stop_import"})


def _in_place_of(name: str) -> Actor:
    """Who asked, with the doors of loading only: the right was checked when the load was asked for."""
    kind = ActorKind.SERVICE if name.startswith("service.") else ActorKind.PERSON
    return Actor(kind=kind, name=name, label=name, grants=(Grant("import", _DOORS, Reach.ALL),))


@app.task(name="core.load_upload", queue="imports")
def load_upload(upload_id: int) -> None:
    """Load uploaded files, or try to. A job that is run a second time (its worker died) resumes the same load."""
    from kexin.core.imports.engine import run_import
    from kexin.core.imports.progress import tell_progress
    from kexin.core.imports.uploads import opened, profile_of

    upload = _claim(upload_id)
    if upload is None:
        return

    def begun(run: ImportRun) -> None:
        ImportUpload.objects.filter(pk=upload_id).update(**{"checked" if upload.trial else "run": run})
        tell_progress(upload, run.marks)

    def batch(run: ImportRun, _index: int) -> None:
        tell_progress(upload, run.marks)
        if ImportUpload.objects.filter(pk=upload_id, stop_asked=True).exists():
            raise ImportCancelled

    try:
        with opened(upload) as location:
            run_import(
                profile_of(upload),
                location,
                actor=_in_place_of(upload.asked_by),
                dry_run=upload.trial,
                progress=batch,
                begun=begun,
            )
    except ImportRefused as refusal:
        _end(upload_id, str(refusal.message))
    except Exception as error:
        log.exception("import of upload %s broke off", upload_id)
        _end(upload_id, type(error).__name__)
    else:
        _end(upload_id, "")


def _claim(upload_id: int) -> ImportUpload | None:
    """The upload, unless it was stopped before this job began."""
    with transaction.atomic():
        upload = ImportUpload.objects.select_for_update().filter(pk=upload_id).first()
        if upload is None or not upload.is_busy:
            return None
        upload.job = UploadJob.RUNNING
        upload.save(update_fields=["job"])
    return upload


def _end(upload_id: int, error: str) -> None:
    ImportUpload.objects.filter(pk=upload_id).update(job=UploadJob.ENDED, error=error[:2000])


@app.periodic(cron="47 2 * * *")
@app.task(name="core.sweep_uploads", queueing_lock="core.sweep_uploads", queue="records")
def sweep_uploads(timestamp: int) -> None:
    """Uploaded files do not stay for ever."""
    from kexin.core.imports.uploads import sweep

    sweep()
