"""Journey 6: spreads widen, a product is re-rated R2 to R3, its holders are known by manager, a script that promises is
refused, and the supervisor has the list and the evidence by noon: the same figures when asked for again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from kexin.core.events import deliver
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.sales.adapters.authority.local import LocalAuthority
from kexin.sales.dossier.checking import verify
from kexin.suitability.matching import handlers
from kexin.suitability.models import Rematch
from tests.browser.conftest import assert_accessible
from tests.browser.look import picture, settle
from tests.holders import holders
from tests.personas import Bank
from tests.product_people import admitted, hire

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("browser-products")]

Visit = Callable[..., Page]
SCRIPT = "这款产品稳赚不赔，收益有保障，请放心购买，名额有限，错过就没有了。"


def shot(page: Page, name: str) -> None:
    """A picture for whoever wants to look: ``KEXIN_LOOK=folder``."""
    folder = os.environ.get("KEXIN_LOOK")
    if folder:
        picture(page, Path(folder) / f"market-{name}.png")


def taken(page: Page, folder: Path, name: str) -> Path:
    """Fill in what for, and keep the file that comes."""
    page.get_by_label("用途是什么").fill("监管要求中午前报送")
    with page.expect_download() as coming:
        page.get_by_role("button", name="导出", exact=True).click()
    file = folder / name
    coming.value.save_as(file)
    return file


def test_from_the_new_grade_to_the_list_by_noon(bank: Bank, settings: Any, visit: Visit, tmp_path: Path) -> None:
    settings.KEXIN_BUSINESS_DATE = "2026-03-09"
    hire(bank)
    product = admitted(bank)
    zhang, _li, wang = holders(bank, product)

    luo = visit("luo", reverse("products:rerate", args=[product.pk]))
    for score in luo.locator("input[type=radio][value='3']").all():
        score.check()
    luo.locator("[name=reason]").fill("信用利差走阔，净值三周回撤 1.2%，上调等级")
    shot(luo, "rerate")
    assert_accessible(luo)
    luo.get_by_role("button", name="提交申请").click()
    settle(luo)

    du = visit("du", "/approvals/")
    du.get_by_role("link").filter(has_text="重新评级").first.click()
    settle(du)
    shot(du, "approval")
    du.get_by_role("button", name="同意", exact=True).click()
    settle(du)
    told = Event.objects.get(name="products.ProductRerated")  # as the worker is told, within seconds
    handler = handlers.match_holders_anew
    deliver(f"{handler.__module__}.{handler.__qualname__}", told.name, told.payload)
    run = Rematch.objects.get()
    assert (run.before, run.holders, run.changed) == (2, 3, 2)
    assert {item.owner_post_id for item in WorkItem.objects.filter(kind="suitability.rematched")} == {
        bank.posts["lin"].pk,
        bank.posts["mei"].pk,
    }

    wu = visit("wu", reverse("products:product", args=[product.pk]))
    wu.get_by_role("link", name=f"R2 → R{run.after}").click()
    settle(wu)
    expect(wu.get_by_role("heading", name="按客户经理")).to_be_visible()
    expect(wu.get_by_text("林晓雯 1001")).to_be_visible()
    shot(wu, "holders")
    assert_accessible(wu)
    shot(visit("wu", reverse("suitability:rematch", args=[run.pk]), width="390"), "holders-phone")
    dark = visit("wu", reverse("suitability:rematch", args=[run.pk]), language="en", theme="dark")
    expect(dark.get_by_text("No longer suitable").first).to_be_visible()
    assert_accessible(dark)
    shot(dark, "holders-en-dark")

    wu.get_by_role("link", name="导出名单").click()
    first = rows_of(taken(wu, tmp_path, "first.xlsx"))
    wu.goto(wu.url.replace("/export/", "/evidence/"))
    shot(wu, "evidence")
    evidence = taken(wu, tmp_path, "evidence.pdf").read_bytes()
    found = verify(evidence, LocalAuthority().root())
    assert found.findings == ()
    assert found.data is not None
    parts = {each["code"]: each for each in found.data["sections"]}
    assert parts["figures"]["data"]["held_by_changed"] == "105500.00"
    assert [row[0] for row in parts["holders"]["data"]["rows"]] == [row[0] for row in first]

    lin = visit("lin", reverse("suitability:rematch", args=[run.pk]))
    expect(lin.get_by_text(zhang.customer_no)).to_be_visible()
    expect(lin.get_by_text(wang.customer_no)).to_have_count(0)
    assert lin.get_by_role("link", name="导出名单").count() == 0

    type(zhang.holdings.get()).objects.filter(product=product).update(market_value=1)  # prices move on meanwhile
    again = visit("wu", reverse("suitability:rematch_export", args=[run.pk]))
    assert rows_of(taken(again, tmp_path, "again.xlsx")) == first
    assert [row[4] for row in first] == [60_000, 45_500]
    entries = AuditEntry.objects.filter(operation="suitability.export_rematch", outcome="done")
    assert {entry.arguments["held"] for entry in entries} == {"105500.00"}

    script(visit)


def rows_of(file: Path) -> list[list[Any]]:
    """The lines of the list, without head and watermark."""
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(min_row=2, max_row=sheet.max_row - 1, values_only=True)]


def script(visit: Visit) -> None:
    """Fang writes a script that promises; the lint names the words, and the review cannot let it pass."""
    fang = visit("fang", reverse("product_texts:new"))
    fang.locator("[name=kind]").select_option("sales_script")
    fang.locator("[name=product_class]").select_option("wealth")
    fang.locator("[name=title]").fill("理财安抚话术")
    fang.locator("[name=body]").fill(SCRIPT)
    fang.locator(".form-foot .btn-do, form[data-form] .btn-do").first.click()
    settle(fang)
    expect(fang.get_by_text("稳赚").first).to_be_visible()
    shot(fang, "script")
    assert_accessible(fang)
