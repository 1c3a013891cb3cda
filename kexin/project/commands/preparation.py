"""What must be true before the first page opens: keys, tables, static files. Fast when nothing is to do."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kexin.core.crypto import KeyRing
from kexin.core.models import PolicyVersion
from kexin.core.policy import policy_types
from kexin.project.commands import CommandError
from kexin.project.database_rights import rights

KEY_FILES = ("master.json", "keyring.json")
CUSTOMER_KEYS = "customers.lmdb"
ADVISORY_LOCK = 0x6B6578696E  # "kexin"


def prepare() -> None:
    """Open or make the keys, migrate, collect static files. Refusals: CommandError, KeyMissing."""
    with _alone():
        refuse_other_roles()
        prepare_keys(Path(settings.KEXIN_KEYS_DIR))
        if pending_migrations() or policies_without_numbers():
            print("Preparing the database …", flush=True)
            call_command("migrate", interactive=False, verbosity=0)
        collect_static()
    connection.close()


def refuse_other_roles() -> None:
    """A role that may not make tables can only use what is there already: all of it, as this release wants it."""
    found = rights()
    if found.defines:
        return
    if found.closed:
        what = f"may not read {len(found.closed)} of its tables, {found.closed[0]} first"
    elif pending := pending_migrations():
        what = f"may not make what {len(pending)} migrations bring, {pending[0]} first"
    elif policies_without_numbers():
        what = "may not load the numbers of new policies"
    else:
        return
    raise CommandError(f"The database's role {found.role} {what}: run kexin migrate as the owner.")


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time prepares: the others wait at the database's advisory lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


def prepare_keys(directory: Path) -> None:
    """Make the key ring of a new installation; never for a database that already holds encrypted data."""
    missing = [name for name in KEY_FILES if not (directory / name).exists()]
    holding = tables_with_keys()
    if not (directory / CUSTOMER_KEYS).exists() and holding:
        missing.append(CUSTOMER_KEYS)
    if missing and (holding or has_users()):
        raise CommandError(
            f"The database has data, but its key file {directory / missing[0]} is missing: "
            "restore it from your key backup, or nobody can read the personal data."
        )
    if missing:
        for name in KEY_FILES:  # one half alone was left by a crash of the first start; kept, but out of the way
            if (directory / name).exists():
                (directory / name).rename(directory / f"{name}.half")
        KeyRing.create(directory)
    KeyRing.open(directory)


def tables_with_keys() -> list[str]:
    """The tables that hold rows encrypted with a customer's key (their column ``key_id`` says so)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'key_id' ORDER BY table_name"
        )
        tables = [name for (name,) in cursor.fetchall()]
        return [table for table in tables if _has_row(table)]


def has_users() -> bool:
    """Whether anybody could ever sign in: false for a database that was only just made."""
    from django.contrib.auth import get_user_model

    return _has_row(get_user_model()._meta.db_table)


def _has_row(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [connection.ops.quote_name(table)])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})")  # noqa: S608  quoted
        return bool(cursor.fetchone()[0])


def pending_migrations() -> list[str]:
    """Names of the migrations that are not applied yet, in order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _backwards in plan]


def policies_without_numbers() -> set[str]:
    """Policies that a release added without a migration: their shipped numbers come in after ``migrate``."""
    return policy_types.keys() - set(PolicyVersion.objects.values_list("code", flat=True))


def collect_static() -> None:
    """Collect static files with hashed names, when any has changed and the settings serve collected ones."""
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    if settings.WHITENOISE_USE_FINDERS:
        return
    stamp = root / ".fingerprint"
    now = static_fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return
    shutil.rmtree(root, ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)


def static_fingerprint() -> str:
    """A digest over names, sizes and times of all static files, and over the way they are stored."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = os.stat(storage.path(path))
            digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
