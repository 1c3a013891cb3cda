"""One migrated database that the databases of test runs are copied from: migrating costs a minute, copying a second.

Its name tells what made it: the migrations with what they call, the data files, the versions of packages, and the day,
because partitions are made from the day on. ``migrate`` still runs on each copy and finds nothing left to do.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from importlib.metadata import distributions
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from pytest_django import DjangoDbBlocker

ROOT = Path(__file__).resolve().parents[1]
LOCK = 0x6B657869  # one run builds it, the others wait
KEPT = 2


def _name() -> str:
    told = hashlib.sha256(dt.datetime.now(dt.UTC).date().isoformat().encode())
    for pattern in ("*/migrations/*.py", "core/*.py", "people/defaults.py", "**/*.yaml", "**/*.sql"):
        for path in sorted((ROOT / "kexin").glob(pattern)):
            told.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    for each in sorted(f"{one.name} {one.version}" for one in distributions()):
        told.update(each.encode())
    return f"template_{told.hexdigest()[:16]}"


def _build(name: str) -> None:
    """Migrate a database under a name of this process, then give it its own: a killed run leaves no half of one."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    half, before = f"test_{os.getpid()}_template", settings.DATABASES["default"]["NAME"]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = half
        try:
            call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        finally:
            connection.close()
            settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = before
        admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(half), sql.Identifier(name)))


def made() -> str:
    """The template's name; it is built where it is missing, and the older ones go."""
    name = _name()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
        admin.execute("SET lock_timeout = 0")  # whoever builds it may need longer than a test waits for a lock
        admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        there = [
            row[0] for row in admin.execute("SELECT datname FROM pg_database WHERE datname ~ '^template_' ORDER BY oid")
        ]
        if name not in there:
            _build(name)
            for old in there[: -KEPT + 1 or None]:
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(old)))
    return name


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    """The place that pytest-django leaves for it: name the template."""
    from django.conf import settings

    with django_db_blocker.unblock():
        settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = made()


if __name__ == "__main__":  # before the tests, while the other core still examines types
    import django

    import tests.environment  # noqa: F401  the test bench's PostgreSQL

    django.setup()
    made()
