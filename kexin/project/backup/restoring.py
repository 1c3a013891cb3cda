"""Restoring a backup: what was there before is put aside first, and comes back if anything goes wrong.

The schema ``public`` is renamed and the dump read into a new one; keys and files are copied beside their places and
moved in. Only when the audit of what came back has been verified is the old schema dropped. Old keys and files stay
beside the new ones under ``before-restore-…``: whoever is sure removes them.
"""

from __future__ import annotations

import base64
import datetime as dt
import errno
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from kexin.project.backup import programs
from kexin.project.backup.making import BEFORE, BUSINESS_DATE, REPLACED, Place, release
from kexin.project.backup.manifest import DATABASE, FILES, KEYS, Manifest, damages, read_manifest, sha256
from kexin.project.commands import CommandError

RING = ("master.json", "keyring.json", "customers.lmdb")
# Rules about rows name roles that may not exist here; the grants after the restoration make them anew.
LEFT_OUT = ("POLICY", "ROW SECURITY", "SCHEMA")
_COUNTS = "SELECT (SELECT count(*) FROM {0}.party_customer), (SELECT count(*) FROM {0}.people_user)"
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Restored:
    """What came back, and where the old things lie now."""

    manifest: Manifest
    aside: list[Path]


def check(source: Path) -> Manifest:
    """The manifest of a whole, undamaged backup that this release can read; else CommandError in one sentence."""
    manifest = read_manifest(source)
    if found := damages(source, manifest):
        more = f" ({len(found)} faults in all)" if len(found) > 1 else ""
        raise CommandError(f"{source} is damaged: {found[0]}{more}")
    return manifest


def refuse_newer(source: Path, manifest: Manifest) -> None:
    """A backup of a later release holds tables that this one does not know."""
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or ()}
    unknown = [name for name in manifest.migrations if name not in known]
    if _number(manifest.kexin) > _number(release()) or unknown:
        what = f", it knows {unknown[0]}" if unknown else ""
        raise CommandError(f"{source} was made by a newer Kexin ({manifest.kexin}{what}): install that one first.")


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def inhabitants(place: Place) -> str:
    """What lives in the database now, for a person to read; empty for one that was only just made."""
    with psycopg.connect(place.url, autocommit=True) as connection:
        for schema in (BEFORE, "public"):
            row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{schema}.people_user"]).fetchone()
            if row and row[0]:
                customers, users = connection.execute(_COUNTS.format(schema).encode()).fetchone() or (0, 0)
                if customers or users:
                    return f"{customers:,} customers and {users:,} sign-ins"
    return ""


def restore(source: Path, manifest: Manifest, place: Place, *, master_key: Path | None) -> Restored:
    """Bring the backup back. The caller has checked it and asked about what is there."""
    master = _master(source, manifest, place, master_key)
    stamp = f"before-restore-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}"
    try:
        with (
            _undone_on_failure() as undo,
            tempfile.TemporaryDirectory(prefix="kexin-restore-", dir=_made(place.files.parent)) as room,
        ):
            staged = _stage(source, master, Path(room))
            with _database_aside(place):
                _load(source, manifest, place, Path(room))
                aside = list(_swap(staged, place, stamp, undo))
                _examine(manifest, place)
        with suppress(psycopg.Error), psycopg.connect(place.url, autocommit=True) as connection:
            _drop_replaced(connection)  # if it cannot be, the next restoration does it; backups leave it out
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full" if full else error.strerror
        raise CommandError(f"The backup cannot be restored: {why}. Everything is as it was.") from error
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        raise CommandError(f"The backup cannot be restored: {said} Everything is as it was.") from error
    return Restored(manifest, aside)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _master(source: Path, manifest: Manifest, place: Place, given: Path | None) -> Path:
    """The master key that opens this backup's keys: given, in the backup, or the one that is here already."""
    places = [given] if given else [source / KEYS / "master.json", place.keys / "master.json"]
    for path in places:
        if path.is_file() and sha256(path) == manifest.master_sha256:
            return path
    if given:
        raise CommandError(f"{given} is not the master key of this backup.")
    raise CommandError(
        "The master key is not in this backup, as it should be: name your copy of master.json by --master-key FILE."
    )


def _stage(source: Path, master: Path, room: Path) -> Path:
    """Copy keys and files to where they can be moved in without waiting."""
    shutil.copytree(source / KEYS, room / KEYS)
    shutil.copyfile(master, room / KEYS / "master.json")
    if (source / FILES).is_dir():
        shutil.copytree(source / FILES, room / FILES)
    for path in room.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return room


@contextmanager
def _database_aside(place: Place) -> Iterator[None]:
    """A new, empty schema; the old one is given up at the end, or comes back."""
    with psycopg.connect(place.url, autocommit=True) as connection:
        others = connection.execute(_OTHERS).fetchone()
        if others and others[0]:
            raise CommandError("Somebody works with this database: stop Kexin (and what else is connected) first.")
        _drop_replaced(connection)  # left where an earlier restoration was killed at its very end
        found = connection.execute("SELECT to_regnamespace(%s) IS NOT NULL", [BEFORE]).fetchone()
        with connection.transaction():
            if found and found[0]:  # a restoration was killed: what lies in public is half of it
                connection.execute("DROP SCHEMA public CASCADE")
            else:
                connection.execute(f"ALTER SCHEMA public RENAME TO {BEFORE}".encode())
            _new_schema(connection)
    try:
        yield
        with psycopg.connect(place.url, autocommit=True) as connection:  # from here on the new one is the bank
            connection.execute(f"ALTER SCHEMA {BEFORE} RENAME TO {REPLACED}".encode())
    except BaseException:
        with psycopg.connect(place.url, autocommit=True) as connection, connection.transaction():
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute(f"ALTER SCHEMA {BEFORE} RENAME TO public".encode())
        raise


def _drop_replaced(connection: psycopg.Connection) -> None:
    connection.execute(f"DROP SCHEMA IF EXISTS {REPLACED} CASCADE".encode())


def _new_schema(connection: psycopg.Connection) -> None:
    connection.execute("CREATE SCHEMA public")
    connection.execute("ALTER SCHEMA public OWNER TO pg_database_owner")
    for role in ("kexin_app", "kexin_portal", "kexin_report"):
        there = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount
        if there:
            connection.execute(f"GRANT USAGE ON SCHEMA public TO {role}".encode())


def _load(source: Path, manifest: Manifest, place: Place, room: Path) -> None:
    """Read the dump, without owners and rights of the server it came from."""
    program = programs.program("pg_restore", embedded=place.embedded, version=manifest.postgres)
    wanted = room / "contents"
    wanted.write_text(programs.contents(source / DATABASE, program, LEFT_OUT), encoding="utf-8")
    programs.run(
        [
            *(program, "--exit-on-error", "--no-owner", "--no-privileges", f"--jobs={programs.JOBS}"),
            *(f"--use-list={wanted}", str(source / DATABASE)),
        ],
        place.url,
        about="The dump cannot be read into the database",
    )


@contextmanager
def _undone_on_failure() -> Iterator[list[tuple[Path, Path]]]:
    """Moves (from, to) that are taken back, last first, when the block fails."""
    done: list[tuple[Path, Path]] = []
    try:
        yield done
    except BaseException:
        for came_from, went_to in reversed(done):
            if came_from.is_dir():
                shutil.rmtree(came_from)
            with suppress(FileNotFoundError):
                went_to.rename(came_from)
        raise


def _swap(staged: Path, place: Place, stamp: str, undo: list[tuple[Path, Path]]) -> Iterator[Path]:
    """Move keys and files in; what was there goes aside. Yields where it went."""
    _made(place.keys)
    place.keys.chmod(0o700)
    aside = place.keys / stamp
    for name in RING:
        if (place.keys / name).exists():
            _made(aside)
            _move(place.keys / name, aside / name, undo)
        if (staged / KEYS / name).exists():
            _bring(staged / KEYS / name, place.keys / name)
    if aside.exists():
        yield aside
    if place.files.exists() and any(place.files.iterdir()):
        away = place.files.with_name(f"{place.files.name}.{stamp}")
        _move(place.files, away, undo)
        yield away
    if (staged / FILES / "stored").is_dir():
        if place.files.exists():
            place.files.rmdir()
        _bring(staged / FILES / "stored", place.files)
    if place.business_date.exists():
        away = place.business_date.with_name(f"{BUSINESS_DATE}.{stamp}")
        _move(place.business_date, away, undo)
        yield away
    if (staged / FILES / BUSINESS_DATE).exists():
        _bring(staged / FILES / BUSINESS_DATE, place.business_date)


def _move(path: Path, to: Path, undo: list[tuple[Path, Path]]) -> None:
    path.rename(to)
    undo.append((path, to))


def _bring(path: Path, to: Path) -> None:
    try:
        path.rename(to)
    except OSError as error:  # keys and files may lie on disks of their own
        if error.errno != errno.EXDEV:
            raise
        shutil.move(path, to)


def _examine(manifest: Manifest, place: Place) -> None:
    """Migrate to this release, and hold what came back against the manifest and against the seal of the audit."""
    from django.db import connection

    from kexin.core.crypto import forget_opened_ring, key_ring
    from kexin.core.seal_verify import verify
    from kexin.project.commands.migrate import grant
    from kexin.project.commands.preparation import prepare

    with psycopg.connect(place.url) as asked:
        counts = asked.execute(
            "SELECT (SELECT count(*) FROM party_customer), (SELECT count(*) FROM core_auditentry)"
        ).fetchone()
        head = asked.execute("SELECT chain FROM core_auditlink WHERE no = %s", [manifest.head_no]).fetchone()
    if counts != (manifest.customers, manifest.audit_entries):
        raise CommandError(f"The backup does not hold what it says: {counts}. Everything is as it was.")
    if manifest.head_no and (head is None or bytes(head[0]).hex() != manifest.head_chain):
        raise CommandError("The audit's chain does not end as the backup says. Everything is as it was.")
    forget_opened_ring()
    if not key_ring().verify(base64.b64decode(manifest.signature), manifest.signed_text()):
        raise CommandError("The manifest was not signed by this bank's key. Everything is as it was.")
    connection.close()
    prepare()
    grant()
    findings = verify()
    connection.close()
    if findings:
        raise CommandError(f"The audit that came back is not whole: {findings[0].sentence}")
