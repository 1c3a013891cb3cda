"""Remembering that everything is prepared, so that the next start need not load Django to find out.

The memory holds only while nothing it rests on has changed: the code's migrations, policies, first roles and static
files, the locked packages, the settings, the key files, which migrations this very database has seen, and how many of
its tables are closed to the role.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg

from kexin.project.postgres import var_directory

PACKAGE = Path(__file__).resolve().parents[2]
DATABASE_STATE = """
SELECT (SELECT system_identifier FROM pg_control_system()), current_database(),
       count(*), max(id), max(applied),
       (SELECT count(*) FROM pg_class c
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
           AND NOT c.relispartition AND NOT has_table_privilege(c.oid, 'SELECT'))
  FROM django_migrations
"""


WITH_USERS = " with users"


def is_prepared(url: str, *, with_users: bool) -> bool:
    """Whether the last preparation still holds for the database at ``url`` (and somebody could sign in then)."""
    try:
        remembered = _memory().read_text()
    except OSError:
        return False
    if with_users and not remembered.endswith(WITH_USERS):
        return False
    return remembered.removesuffix(WITH_USERS) == _fingerprint(url)


def remember(url: str, *, with_users: bool) -> None:
    """Everything is prepared now."""
    _memory().write_text(_fingerprint(url) + (WITH_USERS if with_users else ""))


def _memory() -> Path:
    return var_directory() / "prepared"


def _fingerprint(url: str) -> str:
    digest = hashlib.sha256(_database_state(url).encode())
    for name, value in sorted(os.environ.items()):
        if name.startswith("KEXIN_"):
            digest.update(f"{name}={value}\0".encode())
    for path in _files():
        facts = path.stat()
        digest.update(f"{path}\0{facts.st_mode}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    keys = Path(os.environ.get("KEXIN_KEYS_DIR") or var_directory() / "keys")
    places = [
        *PACKAGE.glob("project/**/*.py"),
        *PACKAGE.glob("project/*.sql"),
        *PACKAGE.glob("*/migrations/*"),
        *PACKAGE.glob("*/policies.py"),
        *PACKAGE.glob("*/*.yaml"),
        *PACKAGE.glob("people/defaults.py"),
        *PACKAGE.glob("*/static/**/*"),
        *(PACKAGE.parent / name for name in ("requirements.lock", "package-lock.json")),
        *(keys / name for name in ("master.json", "keyring.json", "customers.lmdb")),
    ]
    return (path for path in sorted(places) if path.exists() and path.name != "__pycache__")


def _database_state(url: str) -> str:
    """Which database this is and which migrations it has seen; empty for a new one, which equals no memory."""
    with psycopg.connect(url) as connection:
        try:
            return repr(connection.execute(DATABASE_STATE).fetchone())
        except psycopg.Error:  # no table yet; or a managed database that keeps its identity to itself
            return os.urandom(16).hex()
