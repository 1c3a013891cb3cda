"""Opening an installation: its database runs (or is plainly refused), and Django is set up for it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from kexin.project import postgres
from kexin.project.postgres import PostgresError

OLDEST_POSTGRES = 17
BEFORE_RESTORE = "kexin_before_restore"  # the schema of the bank that a restoration takes the place of


@contextmanager
def opened(*, half_restored: bool = False) -> Iterator[None]:
    """Database running and checked, Django set up; afterwards PostgreSQL stops with its last user."""
    with database(half_restored=half_restored):
        set_up_django()
        yield


@contextmanager
def database(*, half_restored: bool = False) -> Iterator[None]:
    """DATABASE_URL points to a database that answers, is new enough and whole; otherwise a PostgresError.

    ``half_restored``: also to one where a restoration was killed, for the restoration that takes it up again.
    """
    embedded = not os.environ.get("DATABASE_URL")
    profile: postgres.Profile = "test" if os.environ.get("KEXIN_ENV") == "test" else "product"
    if embedded:
        os.environ["DATABASE_URL"] = postgres.ensure_running(profile).url
    try:
        check_database(os.environ["DATABASE_URL"], half_restored=half_restored)
        yield
    finally:
        if embedded:
            postgres.stop(profile)
            del os.environ["DATABASE_URL"]


def set_up_django() -> None:
    """Load settings and apps; may be called more than once."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kexin.project.settings")
    django.setup()


def check_database(url: str, *, half_restored: bool = False) -> None:
    """Refuse a database that does not answer within 10 s, is too old, does not keep UTF-8 or is half restored."""
    shown = without_password(url)
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version // 10_000
            encoding = connection.info.parameter_status("server_encoding")
            half = connection.execute("SELECT to_regnamespace(%s) IS NOT NULL", [BEFORE_RESTORE]).fetchone()
    except psycopg.Error as error:
        raise PostgresError(f"The database {shown} cannot be reached: {_first_reason(error)}.") from error
    if version < OLDEST_POSTGRES:
        raise PostgresError(
            f"The database {shown} is PostgreSQL {version}, but Kexin needs {OLDEST_POSTGRES} or newer."
        )
    if encoding != "UTF8":
        raise PostgresError(f"The database {shown} is encoded in {encoding}, but Kexin needs UTF8.")
    if half and half[0] and not half_restored:
        raise PostgresError(
            f"The database {shown} is half restored: kexin restore runs, or was interrupted and has to be run again"
            " with --replace."
        )


def _first_reason(error: psycopg.Error) -> str:
    """What libpq says, without its prefix, its hints and the further addresses it tried."""
    said = " ".join(str(error).split())
    return re.sub(r"^connection failed: | (Is the server running|Multiple connection attempts).*", "", said).rstrip(".")


def without_password(url: str) -> str:
    """A database address that may be printed."""
    return re.sub(r"(//[^:/@]*):[^@/]*@", r"\1:…@", re.sub(r"([?&]password=)[^&]*", r"\1…", url))
