"""Making a backup while everybody works: the database as of one moment, then the keys, then the files.

The order matters. A key is on the disk before the row that names it, and a stored file before its row: what is copied
after the database's moment holds at least what the dump names. Nobody changes keys meanwhile (``rotation.alone``), so
no ciphertext of the dump is under a key that was retired before the keys were copied. What was forgotten or removed
between is forgotten or removed in the backup too, as it should be.

All is written into ``.kexin-….part`` and renamed when it is whole and synced; a part whose maker died is removed by the
next run, told by the lock that died with it.
"""

from __future__ import annotations

import base64
import datetime as dt
import errno
import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from kexin.project.backup import programs
from kexin.project.backup.manifest import DATABASE, FILES, KEYS, PREFIX, Manifest, name_of, sha256, whole_backups
from kexin.project.commands import CommandError
from kexin.project.installation import BEFORE_RESTORE

LOCK = ".kexin-backup.lock"
NOT_KEPT = ("imports/opened", "documents/tmp")  # plain copies while a load runs; files that are just arriving
BUSINESS_DATE = "business-date"
BEFORE, REPLACED = BEFORE_RESTORE, "kexin_replaced"  # schemas of a bank that a backup takes the place of
_FULL = (errno.ENOSPC, errno.EDQUOT)
_CHUNK = 1024 * 1024
_FACTS = """
SELECT current_setting('server_version_num')::int, (SELECT count(*) FROM party_customer),
       (SELECT count(*) FROM core_auditentry), (SELECT array_agg(app || '.' || name ORDER BY id) FROM django_migrations)
"""
_HEAD = "SELECT no, chain FROM core_auditlink ORDER BY no DESC LIMIT 1"


@dataclass(frozen=True)
class Place:
    """Where this installation keeps its things."""

    url: str
    embedded: bool
    keys: Path
    files: Path
    business_date: Path

    @classmethod
    def of_settings(cls, *, embedded: bool) -> Place:
        from django.conf import settings

        return cls(
            os.environ["DATABASE_URL"],
            embedded,
            Path(settings.KEXIN_KEYS_DIR),
            Path(settings.KEXIN_FILES_DIR),
            Path(settings.KEXIN_BUSINESS_DATE_FILE),
        )


def make(target: Path, place: Place, *, with_master_key: bool = False) -> tuple[Path, Manifest]:
    """Make one backup in the directory ``target``; its path and manifest. CommandError in one sentence."""
    import lmdb

    from kexin.core.errors import KexinError
    from kexin.core.rotation import alone
    from kexin.core.sealedfile import sync_folder

    began = time.monotonic()
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(target) as lock:
            for left in target.glob(f".{PREFIX}*.part"):  # its maker is dead: the lock is ours
                shutil.rmtree(left, ignore_errors=True)
            name = name_of(dt.datetime.now(dt.UTC))
            while (target / name).exists():  # two within a second
                name = f"{name[:24]}-{int(name[25:] or 1) + 1}"
            part = target / f".{name}.part"
            part.mkdir(mode=0o700)
            try:
                with alone():
                    manifest = _fill(part, place, with_master_key=with_master_key, lock=lock)
                manifest.seconds = round(time.monotonic() - began, 2)
                _sign(manifest)
                manifest.write(part)
                sync_folder(part)
                part.rename(target / name)
                sync_folder(target)
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise
    except KexinError as refusal:
        raise CommandError(str(refusal.message)) from refusal
    except OSError as error:
        why = "the disk is full" if error.errno in _FULL else error.strerror
        raise CommandError(f"The backup cannot be written to {target}: {why}.") from error
    except (psycopg.Error, lmdb.Error) as error:
        raise CommandError(f"The backup cannot be made: {' '.join(str(error).split())}.") from error
    return target / name, manifest


def rotate(target: Path, keep: int) -> list[Path]:
    """Remove all but the newest ``keep`` whole backups; which were removed."""
    gone = whole_backups(target)[:-keep]
    for each in gone:
        away = each.with_name(f".{each.name}.part")  # half removed is not whole any more
        each.rename(away)
        shutil.rmtree(away)
    return gone


@contextmanager
def _locked(target: Path) -> Iterator[int]:
    descriptor = os.open(target / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise CommandError(f"Another backup is being written to {target}.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _fill(part: Path, place: Place, *, with_master_key: bool, lock: int) -> Manifest:
    """Everything but the manifest itself."""
    from kexin.core.keystore import customer_keys

    with psycopg.connect(place.url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        version, customers, entries, migrations = connection.execute(_FACTS).fetchone() or (0, 0, 0, [])
        no, chain = connection.execute(_HEAD).fetchone() or (0, b"")
        dump = programs.program("pg_dump", embedded=place.embedded, version=version)
        # What is compressed by pg_dump is mostly ciphertext: more effort would not make it smaller.
        programs.run(
            [
                *(dump, "--format=directory", f"--file={part / DATABASE}", f"--jobs={programs.JOBS}"),
                *("--compress=1", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"),
                *(f"--exclude-schema={BEFORE}", f"--exclude-schema={REPLACED}"),
            ],
            place.url,
            about="The database cannot be dumped",
            keep_open=[lock],
        )
    (part / KEYS).mkdir(mode=0o700)
    customer_keys().backup(part / KEYS / "customers.lmdb")
    master = place.keys / "master.json"
    wrapped = '"encryptedKeyset"' in master.read_text(encoding="ascii")
    sums = {f"{KEYS}/keyring.json": _copied(place.keys / "keyring.json", part / KEYS / "keyring.json")}
    if wrapped or with_master_key:
        sums[f"{KEYS}/master.json"] = _copied(master, part / KEYS / "master.json")
    for source, name in _stored(place):
        with suppress(FileNotFoundError):  # removed since it was listed: the product removed it
            sums[f"{FILES}/{name}"] = _copied(source, part / FILES / name)
    for path in sorted((*(part / DATABASE).rglob("*"), *(part / KEYS / "customers.lmdb").rglob("*"))):
        if path.name == "lock.mdb":
            path.unlink()  # belongs to the processes that opened it
        elif path.is_file():
            path.chmod(0o600)
            sums[path.relative_to(part).as_posix()] = (path.stat().st_size, sha256(path))
    for path in part.rglob("*"):
        if path.is_dir():
            path.chmod(0o700)
    return Manifest(
        made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        kexin=release(),
        postgres=version,
        migrations=list(migrations or []),
        customers=customers,
        audit_entries=entries,
        head_no=no,
        head_chain=bytes(chain).hex(),
        master_key="wrapped" if wrapped else "included" if with_master_key else "apart",
        master_sha256=sha256(master),
        files=dict(sorted(sums.items())),
    )


def release() -> str:
    """The version of the product."""
    try:
        return importlib.metadata.version("kexin")
    except importlib.metadata.PackageNotFoundError:
        return "0"


def _stored(place: Place) -> Iterator[tuple[Path, str]]:
    """The stored files with their names in the backup; what lives only for a moment is left out."""
    if place.business_date.exists():
        yield place.business_date, BUSINESS_DATE
    for path in sorted(place.files.rglob("*")) if place.files.is_dir() else ():
        name = path.relative_to(place.files).as_posix()
        if path.is_file() and not path.is_symlink() and not name.startswith(tuple(f"{each}/" for each in NOT_KEPT)):
            yield path, f"stored/{name}"


def _copied(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file, readable by its owner alone, synced; size and SHA-256 of what was written."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reading:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as writing:
            while piece := reading.read(_CHUNK):
                writing.write(piece)
                digest.update(piece)
                size += len(piece)
            writing.flush()
            os.fsync(writing.fileno())
    return size, digest.hexdigest()


def _sign(manifest: Manifest) -> None:
    from kexin.core.crypto import key_ring

    signature: Any = key_ring().sign(manifest.signed_text())
    manifest.signature = base64.b64encode(signature).decode()
