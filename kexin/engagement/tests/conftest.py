"""Files and customers for the tests of engagement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kexin.core.vault import StoredFile, Writer

TODAY = dt.date(2026, 11, 20)
PDF = b"%PDF-1.7\n" + b"An agreement of Mrs Chen. " * 400 + b"\n%%EOF\n"


@pytest.fixture
def today(settings: Any) -> dt.date:
    """The institution's day."""
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    return TODAY


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    """A vault of this test's own."""
    settings.KEXIN_FILES_DIR = tmp_path
    return tmp_path / "documents"


@pytest.fixture
def store(files: Path) -> Callable[..., StoredFile]:
    """Puts a file into the vault, as the upload does."""

    def put(customer: Any, content: bytes = PDF, file_name: str = "agreement.pdf") -> StoredFile:
        writer = Writer(customer.party.key_id)
        writer.write(content)
        return writer.finish(media_type="application/pdf", file_name=file_name)

    return put
