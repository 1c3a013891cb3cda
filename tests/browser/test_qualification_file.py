"""The qualification file in the browser: a scan attached by the head, read by the seller, missing things told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from kexin.people.models import QualificationFile
from kexin.people.tests.test_qualifications import authorise, paper
from kexin.project.demo.papers import one_page
from kexin.project.demo.sellers import certify_sellers
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.test_portal import shot
from tests.personas import Bank


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.KEXIN_FILES_DIR = tmp_path


def test_a_scan_is_attached_replaced_and_read_by_the_seller(visit: Visit, bank: Bank, tmp_path: Path) -> None:
    held, scan = paper(bank), tmp_path / "fund.pdf"
    authorise(bank, classes=["fund", "gold"])
    scan.write_bytes(one_page(["A certificate"]))
    zhou = visit("zhou", f"/employees/{held.employee_id}/qualification-file/")
    expect(zhou.get_by_text("未附材料").first).to_be_visible()
    shot(zhou, "qualification-file-missing")
    assert_accessible(zhou)
    zhou.locator(f"a[href='/qualifications/{held.pk}/file/']").click()
    zhou.set_input_files("[name=file]", str(scan))
    shot(zhou, "qualification-file-attach")
    assert_accessible(zhou)
    zhou.get_by_role("button", name="保存").click()
    expect(zhou.get_by_text("fund.pdf")).to_be_visible()
    assert QualificationFile.objects.get().qualification_id == held.pk
    lin = visit("lin", "/me/qualification-file/")
    with lin.expect_download() as taken:
        lin.get_by_role("button", name="fund.pdf").click()
    assert Path(taken.value.path()).read_bytes() == scan.read_bytes()


@pytest.mark.parametrize(("language", "theme"), [("zh", "light"), ("en", "dark")])
def test_on_a_phone(visit: Visit, bank: Bank, language: str, theme: str) -> None:
    certify_sellers()
    lin = bank.employees["lin"].pk
    page = visit("zhou", f"/employees/{lin}/qualification-file/", width="390", language=language, theme=theme)
    shot(page, f"qualification-file-{language}-{theme}-390")
    assert_accessible(page)
    page = visit("zhou", "/qualifications/", width="390", language=language, theme=theme)
    shot(page, f"qualifications-{language}-{theme}-390")
