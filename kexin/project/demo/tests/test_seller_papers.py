"""The demonstration bank's sellers have real small files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kexin.core.media import media_type
from kexin.people.models import Qualification, QualificationFile
from kexin.people.operations import download_own_evidence
from kexin.project.demo.sellers import certify_sellers
from tests.personas import Bank

pytestmark = pytest.mark.django_db


def test_certificates_and_training_have_files_that_can_be_opened(bank: Bank, settings: Any, tmp_path: Path) -> None:
    settings.KEXIN_FILES_DIR = tmp_path
    assert certify_sellers() == 3
    assert (Qualification.objects.count(), QualificationFile.objects.count()) == (9, 12)
    own = QualificationFile.objects.filter(employee=bank.employees["lin"])
    kinds = set()
    for row in own:
        found, pieces = download_own_evidence(actor=bank.actor("lin"), file_id=row.pk)
        content = b"".join(pieces)
        assert (media_type(content), len(content)) == (found.media_type, found.size)
        kinds.add(found.media_type)
    assert kinds == {"application/pdf", "image/png"}
