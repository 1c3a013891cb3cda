"""Examinations of an installation: each finds one thing, and says what to do about it.

They run from the ground up (Python, packages, disk) to the database and what is in it; those that need the
database are left out when it cannot be reached, because the finding about it says all.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kexin.project.chromium import find_chromium
from kexin.project.database_rights import rights, role
from kexin.project.finding import Finding
from kexin.project.installation import database, set_up_django
from kexin.project.postgres import PostgresError, var_directory

ROOT = Path(__file__).resolve().parents[2]
OLDEST_PYTHON = (3, 11)
LITTLE_DISK = 2 * 1024**3  # bytes
CLOCK_DIFFERENCE = 5.0  # seconds between this machine and the database
SILENT_AFTER = 60.0  # seconds without a heartbeat; the worker beats every 10
WAITING_TOO_LONG = 600  # seconds a due job may wait


def examine() -> Iterator[Finding]:
    """All findings, in order; nothing raises."""
    yield python()
    yield packages()
    yield front_end()
    yield disk()
    yield time_zone()
    yield port()
    yield chromium()
    embedded = not os.environ.get("DATABASE_URL")
    if embedded and not (var_directory() / "postgres" / "data").exists():
        yield Finding("database", False, "not made yet", "Start Kexin once: make run, or kexin serve.")
        return
    try:
        with database():
            yield from examine_inside(embedded=embedded)
    except PostgresError as error:
        yield Finding("database", False, str(error), "Mend that, then run kexin doctor again.")


def examine_inside(*, embedded: bool) -> Iterator[Finding]:
    """What can be found only with the database open."""
    set_up_django()
    from django.db import connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
            version, size = cursor.fetchone()
        yield Finding("database", True, f"PostgreSQL {version}, UTF8, {size / 1024**2:.0f} MB")
        yield clock()
        allowed = rights()
        yield role(allowed, embedded=embedded)
        if allowed.closed:  # what follows would only trip over it
            return
        pending = migrations()
        yield pending
        yield keys()
        if pending.good:
            yield worker()
            yield jobs()
            yield months()
            yield seal()
            yield backup()
    finally:
        connection.close()


def python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return Finding("Python", False, version, "Kexin needs Python 3.11 or newer: install it, then make clean setup.")
    return Finding("Python", True, version)


def packages() -> Finding:
    """Installed packages against requirements.lock; one with a marker (``; sys_…``) may be absent."""
    lock = ROOT / "requirements.lock"
    allowed: dict[str, set[str]] = {}
    needed: set[str] = set()
    for name, version, marker in re.findall(r"^([\w.-]+)==(\S+)( ;)?", lock.read_text(), re.MULTILINE):
        allowed.setdefault(name, set()).add(version)
        if not marker:
            needed.add(name)
    wrong = []
    for name, versions in allowed.items():
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            if name in needed:
                wrong.append(f"{name} is missing")
            continue
        if installed not in versions:
            wrong.append(f"{name} is {installed}, locked {' or '.join(sorted(versions))}")
    if wrong:
        return Finding("packages", False, "; ".join(wrong[:5]), "Run make setup.")
    return Finding("packages", True, f"{len(needed)} as locked")


def front_end() -> Finding:
    """The front-end packages that are served, against package-lock.json."""
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wrong = []
    served = locked[""].get("dependencies", {})
    for name in served:
        manifest = ROOT / "node_modules" / name / "package.json"
        have = json.loads(manifest.read_text())["version"] if manifest.exists() else "missing"
        if have != (want := locked[f"node_modules/{name}"]["version"]):
            wrong.append(f"{name} is {have}, locked {want}")
    if wrong:
        return Finding("front-end packages", False, "; ".join(wrong), "Run make setup.")
    return Finding("front-end packages", True, f"{len(served)} as locked")


def disk() -> Finding:
    var = var_directory()
    there = next(place for place in (var, *var.parents) if place.exists())
    if not os.access(there, os.W_OK):
        return Finding(
            "disk",
            False,
            f"{there} cannot be written",
            "Let Kexin's user write there, or set KEXIN_VAR.",
        )
    free = shutil.disk_usage(there).free
    text = f"{free / 1024**3:.0f} GB free for {var}"
    if free < LITTLE_DISK:
        return Finding("disk", False, text, "Make room, or set KEXIN_VAR to a larger disk.")
    return Finding("disk", True, text)


def time_zone() -> Finding:
    name = os.environ.get("KEXIN_TIME_ZONE") or "Asia/Shanghai"
    try:
        now = datetime.now(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError):
        return Finding("time zone", False, f"{name} is unknown", "Set KEXIN_TIME_ZONE, say to Asia/Shanghai.")
    return Finding("time zone", True, f"{name}, now {now:%Y-%m-%d %H:%M}")


def port() -> Finding:
    from kexin.project.commands import CommandError
    from kexin.project.commands.listening import answers, refuse_taken

    host, number = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not number.isdigit() or not 0 < int(number) < 65536:
        return Finding("port", False, f"PORT is “{number}”", "Set PORT to a number from 1 to 65535.")
    try:
        refuse_taken(host, int(number))
    except CommandError as taken:
        if answers(host, int(number)):
            return Finding("port", None, f"port {number} answers", "That is right if Kexin runs now.")
        return Finding("port", False, str(taken), "Set PORT to a free one.")
    return Finding("port", True, f"{number} is free")


def chromium() -> Finding:
    found = find_chromium()
    if found is None:
        return Finding("Chromium", None, "not here", "Needed for tests only; make test gets one.")
    return Finding("Chromium", True, f"{found} (for tests only)")


def clock() -> Finding:
    """This machine's clock against the database's: deadlines and the audit trail mix both."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    apart = abs((datetime.now(UTC) - theirs).total_seconds())
    if apart > CLOCK_DIFFERENCE:
        remedy = "Synchronise both machines by NTP."
        return Finding("clock", False, f"{apart:.0f} s apart from the database's", remedy)
    return Finding("clock", True, "agrees with the database's")


def migrations() -> Finding:
    from kexin.project.commands.preparation import pending_migrations

    pending = pending_migrations()
    if pending:
        return Finding(
            "tables",
            False,
            f"{len(pending)} migrations pending, first {pending[0]}",
            "Run kexin manage migrate.",
        )
    return Finding("tables", True, "all migrations applied")


def keys() -> Finding:
    from django.conf import settings

    from kexin.core.crypto import KeyRing
    from kexin.core.keyfiles import KeyMissing
    from kexin.project.commands.preparation import CUSTOMER_KEYS, tables_with_keys

    directory = Path(settings.KEXIN_KEYS_DIR)
    if directory.is_dir() and stat.S_IMODE(directory.stat().st_mode) & 0o077:
        return Finding("keys", False, f"{directory} is open to others", f"Run chmod 700 {directory}.")
    try:
        ring = KeyRing.open(directory)
    except KeyMissing as missing:
        return Finding("keys", False, str(missing), "Without keys nobody can read the personal data.")
    if tables_with_keys() and not (directory / CUSTOMER_KEYS).exists():
        text = f"{directory / CUSTOMER_KEYS} is missing"
        return Finding("keys", False, text, "Restore it from your backup: it holds each customer's key.")
    return Finding("keys", True, f"{len({info.purpose for info in ring.info()})} purposes in {directory}, private")


def worker() -> Finding:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
        (silent,) = cursor.fetchone()
    if silent is None or silent > SILENT_AFTER:
        return Finding("job worker", None, "does not run", "kexin serve starts it together with the web server.")
    return Finding("job worker", True, f"last heard of {silent:.0f} s ago")


def jobs() -> Finding:
    """Jobs whose worker is gone, that have been due for long, or that failed for good within a day."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE status = 'doing' AND worker_id IS NULL),"
            " count(*) FILTER (WHERE status = 'todo' AND due_at < now() - %s * interval '1 s')"
            " FROM (SELECT status, worker_id,"
            "   coalesce(scheduled_at, (SELECT min(at) FROM procrastinate_events WHERE job_id = j.id)) due_at"
            "   FROM procrastinate_jobs j WHERE status IN ('doing', 'todo')) AS open_jobs",
            [WAITING_TOO_LONG],
        )
        abandoned, late = cursor.fetchone()
        cursor.execute(
            "SELECT count(DISTINCT job_id) FROM procrastinate_events"
            " WHERE type = 'failed' AND at > now() - interval '1 day'"
            " AND job_id IN (SELECT id FROM procrastinate_jobs WHERE status = 'failed')"
        )
        (failed,) = cursor.fetchone()
    if abandoned or late or failed:
        text = f"{abandoned} abandoned, {late} overdue, {failed} failed since yesterday"
        return Finding("jobs", False, text, "Look: kexin manage procrastinate shell, then list_jobs.")
    return Finding("jobs", True, "none abandoned, overdue or failed")


def months() -> Finding:
    """Rows outside every monthly partition: they are kept, but in one heap."""
    from kexin.core.partitions import strays

    if found := strays():
        text = ", ".join(f"{table} ({count}{' or more' if count == 1000 else ''})" for table, count in found.items())
        remedy = "The job worker makes months every day; for older ones: kexin manage shell, ensure_partitions."
        return Finding("partitions", False, f"rows outside every month in {text}", remedy)
    return Finding("partitions", True, "every row in its month")


def seal() -> Finding:
    """How old the oldest entry of the audit is that has no link in the chain yet."""
    from kexin.core.policies import AuditPolicy
    from kexin.core.policy import in_force
    from kexin.core.seal import unsealed_since

    since = unsealed_since()
    minutes = (datetime.now(UTC) - since).total_seconds() / 60 if since else 0
    if minutes > in_force(AuditPolicy).unsealed_at_most_minutes:
        remedy = "Start the job worker (kexin serve), or run kexin audit seal."
        return Finding("audit seal", False, f"entries wait since {since:%Y-%m-%d %H:%M} UTC", remedy)
    return Finding("audit seal", True, "up to date")


def backup() -> Finding:
    """When the last backup was made; the policy says what is too long ago."""
    from kexin.core.backup_operations import last_backup
    from kexin.core.policies import BackupPolicy
    from kexin.core.policy import in_force

    last = last_backup()
    if last is None:
        return Finding("backup", None, "none made yet", "Run kexin backup DIR every night: docs/guides/backup.md.")
    days = (datetime.now(UTC) - last).total_seconds() / 86_400
    text = f"last made {last:%Y-%m-%d %H:%M} UTC"
    if days > in_force(BackupPolicy).warn_after_days:
        return Finding("backup", False, text, "Run kexin backup DIR, and see why the timer does not.")
    return Finding("backup", True, text)
