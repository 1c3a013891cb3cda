"""What stands around a backup: who records it, what the doctor says, full disks, programs that are not there."""

from __future__ import annotations

import datetime as dt
import errno
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kexin.core.actor import system
from kexin.core.backup_operations import last_backup, record_backup
from kexin.core.errors import NotPermitted
from kexin.core.models import AuditEntry
from kexin.project import doctor
from kexin.project.backup import making, programs
from kexin.project.backup.making import Place, make, release, rotate
from kexin.project.backup.manifest import NAME, Manifest, name_of, read_manifest, whole_backups
from kexin.project.backup.restoring import refuse_newer
from kexin.project.commands import CommandError


def manifest(**more: Any) -> Manifest:
    values: dict[str, Any] = {
        "made_at": "2026-11-23T01:00:00+00:00",
        "kexin": release(),
        "postgres": 180004,
        "migrations": [],
        "customers": 0,
        "audit_entries": 0,
        "head_no": 0,
        "head_chain": "",
        "master_key": "apart",
    }
    return Manifest(**(values | {"master_sha256": "0" * 64} | more))


@pytest.mark.django_db
def test_only_the_system_records_backups(bank: Any) -> None:
    assert last_backup() is None
    assert doctor.backup().good is None
    with pytest.raises(NotPermitted):
        record_backup(actor=bank.actor("qian"), act="made", name="x", seconds=1)
    record_backup(actor=system("command.test"), act="failed", name="x", seconds=1, why="The disk is full.")
    assert last_backup() is None
    record_backup(actor=system("command.test"), act="made", name="x", seconds=1, size=9, customers=2, entries=3)
    entry = AuditEntry.objects.filter(operation="core.record_backup").order_by("-at")[0]
    assert entry.arguments["backup"] == {"act": "made", "size": 9, "customers": 2, "entries": 3}
    assert doctor.backup().good is True


@pytest.mark.django_db
def test_a_backup_too_long_ago_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = timezone.now() - dt.timedelta(days=3)
    monkeypatch.setattr("kexin.core.backup_operations.last_backup", lambda: moment)
    found = doctor.backup()
    assert found.good is False
    assert f"{moment:%Y-%m-%d}" in found.text


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(making, "_fill", full)
    place = Place("", True, tmp_path, tmp_path, tmp_path / "day")
    with pytest.raises(CommandError, match="the disk is full"):
        make(tmp_path / "copies", place)
    assert [each.name for each in (tmp_path / "copies").iterdir()] == [making.LOCK]


def test_what_pg_dump_complains_of_is_one_sentence() -> None:
    said = "pg_dump: warning: x\npg_dump: error: could not write to file: No space left on device\nmore"
    assert programs.reason(said) == "could not write to file: No space left on device"


def test_programs_of_a_server_of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="pg_dump is not on the PATH"):
        programs.program("pg_dump", embedded=False, version=180004)
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.2'\n")
    old.chmod(0o755)
    with pytest.raises(CommandError, match=r"is of version 15, but PostgreSQL 18 is needed"):
        programs.program("pg_dump", embedded=False, version=180004)
    assert programs.program("pg_dump", embedded=False, version=150002) == str(old)


def test_only_whole_backups_count_and_the_oldest_go(tmp_path: Path) -> None:
    first = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    for days in range(4):
        place = tmp_path / name_of(first + dt.timedelta(days))
        place.mkdir()
        manifest().write(place)
    (tmp_path / name_of(first - dt.timedelta(1))).mkdir()  # no manifest: not ours to remove
    (tmp_path / "kept by hand").mkdir()
    assert [each.name[6:14] for each in rotate(tmp_path, 2)] == ["20261101", "20261102"]
    assert [each.name[6:14] for each in whole_backups(tmp_path)] == ["20261103", "20261104"]
    assert (tmp_path / "kept by hand").exists()


def test_a_newer_release_is_refused(tmp_path: Path) -> None:
    refuse_newer(tmp_path, manifest(migrations=["core.0001_initial"]))
    with pytest.raises(CommandError, match=r"newer Kexin .* core\.9999_later"):
        refuse_newer(tmp_path, manifest(migrations=["core.9999_later"]))
    with pytest.raises(CommandError, match="newer Kexin"):
        refuse_newer(tmp_path, manifest(kexin="99.0"))
    manifest(format=2).write(tmp_path)
    with pytest.raises(CommandError, match="newer Kexin"):
        read_manifest(tmp_path)


def test_a_directory_without_manifest_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not a whole backup"):
        read_manifest(tmp_path)
    (tmp_path / NAME).write_text("{")
    with pytest.raises(CommandError, match="damaged"):
        read_manifest(tmp_path)
