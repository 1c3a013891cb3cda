"""The manager's first day, in a real Chromium: find, read, change, be told, all by keyboard where it is quicker."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kexin.party.models import Party
from tests.browser.conftest import Visit, assert_accessible

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"


def picture(page: Page, name: str) -> None:
    """Keep what is seen for the documents: only when asked for by KEXIN_PICTURES=1."""
    if os.environ.get("KEXIN_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=str(PICTURES / f"{name}.png"))


def test_from_workbench_by_palette_to_the_customer(visit: Visit, chen) -> None:
    page = visit("lin", "/")
    picture(page, "workbench")
    assert_accessible(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("cxl")
    option = page.get_by_role("option", name="陈秀兰")
    expect(option).to_be_visible()
    picture(page, "palette")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{chen.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("陈秀兰")
    expect(page.locator("[data-panel=relations] .skeleton")).to_have_count(0)
    picture(page, "customer")
    assert_accessible(page)


def test_an_occupation_is_changed_in_place(visit: Visit, chen) -> None:
    page = visit("lin", f"/customers/{chen.pk}/?tab=profile")
    page.get_by_label("编辑职业").click()
    page.get_by_role("textbox", name="职业").fill("退休教师")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".inline-value", has_text="退休教师")).to_be_visible()
    assert Party.objects.get(pk=chen.pk).occupation == "退休教师"
    assert_accessible(page)


def test_a_number_is_revealed_for_a_purpose(visit: Visit, chen) -> None:
    page = visit("lin", f"/customers/{chen.pk}/")
    assert "310101195904129964" not in page.content()
    page.locator(".record-sub").get_by_role("link", name="查看").first.click()
    page.get_by_label("用途").select_option("verify")
    page.locator(".record-sub").get_by_role("button", name="查看").click()
    expect(page.get_by_text("310101195904129964")).to_be_visible()


def test_the_list_filters_sorts_and_peeks(visit: Visit, chen) -> None:
    page = visit("lin", "/customers/")
    picture(page, "customers")
    assert_accessible(page)
    page.get_by_role("searchbox").fill("chenxiulan")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=chenxiulan**")
    expect(page.get_by_role("row", name="陈秀兰")).to_be_visible()
    page.locator("h1").click()  # out of the search box: single keys are shortcuts again
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.locator("#peek")).to_contain_text("310***********9964")


@pytest.mark.parametrize("path", ["/", "/customers/", "/customers/new/", "/customers/{pk}/", "/customers/{pk}/edit/"])
def test_main_pages_fit_a_phone(visit: Visit, chen, path: str) -> None:
    page = visit("lin", path.format(pk=chen.pk), width="390")
    picture(page, f"phone-{path.strip('/').replace('/', '-').replace('{pk}', 'one') or 'workbench'}")
    assert_accessible(page)


def test_in_english_and_in_the_dark(visit: Visit, chen) -> None:
    page = visit("lin", f"/customers/{chen.pk}/", language="en", theme="dark")
    expect(page.get_by_text("File opened on")).to_be_visible()
    picture(page, "customer-dark-english")
    assert_accessible(page)
