"""The test bench, loaded before Django: one embedded PostgreSQL, keys and files of its own (``-p`` in pyproject)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
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


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    """Policies, calendars and roles are read anew in every test."""
    from kexin.core import policy

    policy.forget_cache()
    yield
