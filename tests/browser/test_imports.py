"""The import wizard in a real browser: every step accessible and within the width, the trial's progress followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from kexin.core.imports import jobs
from kexin.core.models import ImportUpload, UploadJob
from tests.browser.conftest import Site, Visit, assert_accessible

CUSTOMERS = "客户号,姓名,性别,出生日期\n1,张秀兰,女,1949/12/31\n2,李雷,男,1990/02/30\n3,王芳,未知,1988/08/08\n"


def work(site: Site, upload: ImportUpload) -> None:
    """The worker's job, while the page waits: both share the test's one connection."""
    with site._lock:
        jobs.load_upload(upload_id=upload.pk)


@pytest.mark.parametrize("width", ["1440", "390"])
def test_a_file_is_uploaded_mapped_tried_and_imported(site: Site, visit: Visit, tmp_path: Path, width: str) -> None:
    file = tmp_path / "客户.csv"
    file.write_text(CUSTOMERS, encoding="utf-8")
    page = visit("he", "/imports/", width=width)
    assert_accessible(page)
    page.get_by_role("link", name="新建导入").click()
    assert_accessible(page)
    page.get_by_label("文件内容").select_option("party.customer")
    page.locator("[name=upload]").set_input_files(file)
    page.get_by_role("button", name="上传").click()
    page.get_by_label("来源系统").fill("oldcrm")
    page.locator("[name=c-unit]").select_option("=")
    page.locator("[name=v-unit]").fill("101")
    assert_accessible(page)
    assert "张秀兰" not in page.content()
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/codes/")
    assert_accessible(page)
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="试运行").click()
    page.locator(".progress-part").wait_for()
    assert_accessible(page)
    upload = ImportUpload.objects.get()
    assert upload.job == UploadJob.WAITING
    work(site, upload)
    page.locator(".counts").wait_for()  # the page asked again by itself and saw the end
    assert_accessible(page)
    page.get_by_role("button", name="开始导入").click()
    page.locator("dialog[open]").get_by_role("button").last.click()
    page.locator(".progress-part").wait_for()
    work(site, upload)
    page.locator("#import-figures").wait_for()
    assert_accessible(page)
    upload.refresh_from_db()
    assert upload.run is not None
    assert (upload.run.created, upload.run.rejected) == (1, 2)
