"""The engine: every file of a profile, batch by batch, each batch one transaction with its mark.

A batch and the mark that says how far the file is done are committed together: a load killed at any moment goes on
behind its last committed row, and a load run again finds everything unchanged. While PostgreSQL takes a batch in, the
next one is read and checked in a second thread. Row history is silent for inserted rows only; the load has one audit
entry at its beginning and one at its end.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kexin.core import rotation
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.history import inserts_unrecorded
from kexin.core.imports.ahead import read_ahead
from kexin.core.imports.batching import CheckedBatch, checked_batches
from kexin.core.imports.importable import Batch, Importable, Load, Outcome, Rejection
from kexin.core.imports.locating import Source, find_sources, limits_in_force
from kexin.core.imports.profile import Profile
from kexin.core.imports.reasons import ImportCancelled, ImportRefused
from kexin.core.imports.runs import COUNTS, finish_import, start_import, stop_import, summary
from kexin.core.imports.sources import LINE, Limits
from kexin.core.imports.workers import Workers
from kexin.core.models import ImportRun

Progress = Callable[[ImportRun, int], None]
"""Called after every batch with the run and the index of the file that is being loaded."""
_TRIAL_REJECTIONS = 10_000


def run_import(
    profile: Profile,
    location: Path,
    *,
    actor: Actor,
    dry_run: bool = False,
    progress: Progress | None = None,
    begun: Callable[[ImportRun], None] | None = None,
) -> dict[str, Any]:
    """Load ``location`` (a folder, or one file) by a profile and give the report.

    Raises ImportRefused (BadFile, ProfileError) with one sentence; what was committed before stays and the same call
    resumes behind it. A trial (``dry_run``) writes nothing but its report. ``begun`` is told the run before it starts.
    """
    limits = limits_in_force()
    sources = find_sources(profile, location, limits)
    fingerprint = hashlib.sha256(
        "\n".join([profile.digest, *(each.facts.digest for each in sources if each.facts)]).encode()
    ).hexdigest()
    if not dry_run and rotation.under_way("tokens") is not None:
        raise ImportRefused(_("The key of the search tokens is being changed; import when that is done."))
    with _alone(profile.source):
        run = start_import(
            actor=actor,
            profile=profile.name,
            source=profile.source,
            location=location.name,
            fingerprint=fingerprint,
            dry_run=dry_run,
            marks=[_mark(each) for each in sources],
        )
        loading = _Loading(profile, location, sources, run, actor, limits, progress)
        try:
            if begun is not None:
                begun(run)
            loading.load()
            finish_import(run, actor=actor, closing=loading.closing())
        except BaseException as error:
            if connection.connection is not None and not connection.connection.closed:
                interrupted = isinstance(error, KeyboardInterrupt | ImportCancelled)
                stop_import(run, actor=actor, error=_why(error), interrupted=interrupted)
            raise
    return summary(ImportRun.objects.get(pk=run.pk))


def _why(error: BaseException) -> str:
    return str(error.message) if isinstance(error, ImportRefused) else type(error).__name__


def _mark(source: Source) -> dict[str, Any]:
    facts = source.facts
    return {
        "file": source.label,
        "target": source.importable.code,
        "rows": source.rows,
        "done": 0,
        "closed": False,
        "digest": facts.digest if facts else "",
        **dict.fromkeys(COUNTS, 0),
    }


@contextmanager
def _alone(source: str) -> Iterator[None]:
    """One load of a source at a time, told by a lock that dies with the connection."""
    key = int.from_bytes(hashlib.sha256(f"import {source}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise ImportRefused(_("Another import from “%(source)s” is running.") % {"source": source})
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


class _Trial(Exception):
    """Leaves the transaction of a trial, so that nothing of it stays."""


class _Loading:
    """One load under way."""

    def __init__(
        self,
        profile: Profile,
        location: Path,
        sources: list[Source],
        run: ImportRun,
        actor: Actor,
        limits: Limits,
        progress: Progress | None,
    ) -> None:
        self.profile, self.sources, self.run, self.actor = profile, sources, run, actor
        self.folder = location if location.is_dir() else location.parent
        self.limits, self.progress = limits, progress
        self.loads: list[tuple[Importable, Load]] = []
        self.result: dict[str, Any] = {}
        self.trial_rejections: list[tuple[str, Rejection]] = []
        self.began = time.monotonic()
        self.before = run.seconds

    def closing(self) -> tuple[Callable[[], None], ...]:
        """What the floors do inside the operation that ends the load."""
        return tuple(
            (lambda close=each.on_finish, load=load: close(load))
            for each, load in self.loads
            if each.on_finish is not None
        )

    def load(self) -> None:
        """All files in order; a trial in one transaction that is given up at the end."""
        with ExitStack() as stack:
            workers = stack.enter_context(Workers(max(each.rows for each in self.sources), models=False))
            if not self.run.dry_run:
                for index in range(len(self.sources)):
                    self._file(index, workers)
            else:
                try:
                    with transaction.atomic():
                        for index in range(len(self.sources)):
                            self._file(index, workers)
                        raise _Trial
                except _Trial:
                    self._keep_trial()
        self.run.result = self.result
        self.run.seconds = self.before + time.monotonic() - self.began

    def _file(self, index: int, workers: Workers) -> None:
        source, mark = self.sources[index], self.run.marks[index]
        load = Load(
            source=self.profile.source,
            business_date=self.profile.business_date or business_date(),
            actor=self.actor,
            dry_run=self.run.dry_run,
            run_id=self.run.pk,
            options=source.part.options,
            workers=workers,
        )
        self.loads.append((source.importable, load))
        if source.importable.before_file is not None:
            source.importable.before_file(load, mark)
        if mark["done"] < mark["rows"]:
            for batch in read_ahead(checked_batches(source, self.folder, self.limits, mark["done"])):
                self._commit(source, mark, load, batch)
                if self.progress is not None:
                    self.progress(self.run, index)
        if source.importable.after_file is not None:
            said = source.importable.after_file(load, mark)
            for key, value in said.items():
                self.result[key] = value
        if not mark["closed"]:
            mark["closed"] = True
            mark["done"] = mark["rows"] = max(mark["rows"], mark["done"])
            self._save()

    # -- writing -----------------------------------------------------------------------------------------------------

    def _commit(self, source: Source, mark: dict[str, Any], load: Load, checked: CheckedBatch) -> None:
        """One batch, its rejections and the mark, together or not at all."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('kexin.actor', %s, true), set_config('kexin.operation', 'core.import', true)",
                    [self.actor.name],
                )
            outcome = Outcome()
            if checked.table.num_rows:
                fields = frozenset(checked.table.column_names) - {LINE}
                with inserts_unrecorded():
                    outcome = source.importable.load(Batch(checked.table, fields, load))
            rejected = sorted([*checked.rejected, *outcome.rejected], key=lambda each: each.line)
            self._note(source, rejected)
            counts = {
                "read": checked.present,
                "created": outcome.created,
                "updated": outcome.updated,
                "unchanged": outcome.unchanged + checked.repeated,
                "rejected": sum(each.whole_row for each in rejected),
            }
            for name, count in counts.items():
                mark[name] += count
                setattr(self.run, name, getattr(self.run, name) + count)
            mark["done"] = checked.last_row
            self._save()

    def _save(self) -> None:
        self.run.seconds = self.before + time.monotonic() - self.began
        self.run.save(update_fields=[*COUNTS, "marks", "seconds", "progress_at"])

    def _note(self, source: Source, rejected: list[Rejection]) -> None:
        if not rejected:
            return
        if self.run.dry_run:
            room = _TRIAL_REJECTIONS - len(self.trial_rejections)
            self.trial_rejections += [(source.label, each) for each in rejected[:room]]
            return
        _write_rejections(self.run.pk, ((source.label, _named(source, each)) for each in rejected))

    def _keep_trial(self) -> None:
        """After the trial was given up: its counts and rejections stay as a report."""
        with transaction.atomic():
            self._save()
            if self.trial_rejections:
                parts = {each.label: each for each in self.sources}
                _write_rejections(
                    self.run.pk, ((label, _named(parts[label], each)) for label, each in self.trial_rejections)
                )


def _named(source: Source, rejection: Rejection) -> Rejection:
    """A loader names the field; people want the column of their file."""
    column = next((each for each in source.part.columns if each.name == rejection.column), None)
    if column is None or not column.shown:
        return rejection
    return Rejection(rejection.line, column.shown, rejection.value, rejection.reason, rejection.whole_row)


def _write_rejections(run_id: int, rows: Iterator[tuple[str, Rejection]]) -> None:
    from kexin.core.imports.staging import copy_text, line

    copy_text(
        "core_importrejection",
        ("run_id", "file", "line", "column", "value", "reason", "whole_row"),
        (
            line((run_id, file[:200], each.line, each.column[:200], each.value[:200], each.reason, each.whole_row))
            for file, each in rows
        ),
    )


def reports_folder(run_id: int) -> Path:
    """Where what a load has to say at length is kept."""
    folder = Path(settings.KEXIN_FILES_DIR) / "imports" / str(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_stale(run: ImportRun) -> bool:
    """A load that has said nothing for ten minutes: its process is gone."""
    return (timezone.now() - run.progress_at).total_seconds() > 600
