"""The test bench, loaded before Django: one embedded PostgreSQL, keys and files of its own (``-p`` in pyproject)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[1]
os.environ["KEXIN_ENV"] = "test"
os.environ["DJANGO_SETTINGS_MODULE"] = "kexin.project.settings"
os.environ.setdefault("KEXIN_VAR", str(ROOT / "var" / "test"))
os.environ.pop("KEXIN_BUSINESS_DATE", None)
os.environ["KEXIN_DEMO"] = "0"
_keys = tempfile.mkdtemp(prefix="kexin-keys-")
os.environ["KEXIN_KEYS_DIR"] = _keys
os.environ["KEXIN_FILES_DIR"] = tempfile.mkdtemp(prefix="kexin-files-")
if not os.environ.get("KEXIN_TEST_DATABASE_URL"):
    from kexin.project.postgres import ensure_running

    os.environ["KEXIN_TEST_DATABASE_URL"] = ensure_running(profile="test").url
os.environ["DATABASE_URL"] = os.environ["KEXIN_TEST_DATABASE_URL"]
# Two runs side by side have databases of their own; those of dead runs are dropped.
os.environ.setdefault("KEXIN_TEST_NAME", f"test_{os.getpid()}")


def _drop_leftovers() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for (name,) in connection.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^test_[0-9]+(_(gw[0-9]+|template))?$'"
        ):
            if not Path(f"/proc/{name.split('_')[1]}").exists() and Path("/proc/self").exists():
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


if "PYTEST_XDIST_WORKER" not in os.environ:
    _drop_leftovers()


def pytest_configure(config: pytest.Config) -> None:
    import django
    import hypothesis

    from kexin.core.crypto import KeyRing

    # A deadline in milliseconds measures what else the machine is doing, not the code.
    hypothesis.settings.register_profile("kexin", deadline=None)
    hypothesis.settings.load_profile("kexin")
    django.setup()
    from django.conf import settings

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # whitenoise warns of a folder that is not there
    if not (Path(_keys) / "master.json").exists():
        KeyRing.create(_keys)


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Each failure is told when it happens too: a run that is cut off has no summary."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\n{report.outcome.upper()} {report.when} of {report.nodeid}\n{report.longreprtext}", flush=True)


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    """Policies, calendars and roles are read anew in every test."""
    from django.utils import translation

    from kexin.core import calendar, policy

    policy.forget_cache()
    calendar.forget_cache()
    translation.deactivate()  # a request in English leaves its language behind in this thread
    return


@pytest.fixture(autouse=True, scope="session")
def _flush_follows_foreign_keys() -> None:
    """The flush between transactional tests must empty the ledger too: it refers to accounts, Django does not know it.

    The append-only tables refer to nothing and are left as they are.
    """
    from django.db.backends.postgresql.operations import DatabaseOperations

    plain = DatabaseOperations.sql_flush

    def sql_flush(self: Any, style: Any, tables: Any, *, reset_sequences: bool = False, **_: Any) -> Any:
        found = plain(self, style, tables, reset_sequences=reset_sequences, allow_cascade=True)
        return [*found, "TRUNCATE holdings_assetsundermanagement, holdings_figuresdelta"] if found else found

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]
    return
    DatabaseOperations.sql_flush = plain  # type: ignore[method-assign]
