"""The shell and its components, used as a person uses them, on the gallery page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, assert_accessible


@pytest.mark.parametrize("width", ["1440", "390"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_component_is_accessible(visit: Visit, language: str, theme: str, width: str) -> None:
    page = visit("gao", "/gallery/", language=language, theme=theme, width=width)
    assert page.locator("html").get_attribute("data-bs-theme") == theme
    assert page.locator("h1").inner_text() == {"zh": "组件一览", "en": "Gallery"}[language]
    assert_accessible(page, menu=True)


@pytest.mark.parametrize("name", ["lin", "zhou", "wu", "qian"])
def test_everybodys_menu_is_accessible(visit: Visit, name: str) -> None:
    assert_accessible(visit(name, "/me/"), menu=True)


def test_the_palette_finds_a_page_by_keyboard_alone(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="查找客户，或输入要做的事")
    expect(field).to_be_focused()
    field.fill("组件")
    option = page.get_by_role("option", name="组件一览")
    expect(option).to_have_attribute("aria-selected", "true")
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    page.keyboard.press("Control+k")
    field.fill("组件")
    expect(option).to_be_visible()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="最近访问").get_by_role("option")).to_have_count(1)


def test_theme_and_menu_stay_as_they_were_left(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    page.get_by_role("button", name="浅色或深色").click()
    page.get_by_role("button", name="收起菜单").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert_accessible(page, menu=True)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-side", "folded")


def test_the_language_is_one_click_away(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    page.get_by_role("button", name="Switch to English").click()
    expect(page.locator("h1")).to_have_text("Gallery")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def first_name(page: Page) -> str:
    return page.locator("[data-list='core.gallery'] tbody tr td.p-title").first.inner_text()


def test_a_list_sorts_pages_and_keeps_its_place_in_the_address(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    head = page.get_by_role("columnheader", name="AUM 月日均")
    expect(head).to_have_attribute("aria-sort", "descending")
    head.get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="AUM 月日均")).to_have_attribute("aria-sort", "ascending")
    smallest = first_name(page)
    page.get_by_role("link", name="下一页").click()
    expect(page.locator(".pager")).to_contain_text("第 13–24 条")
    assert "sort=average" in page.url
    page.get_by_role("link", name="上一页").click()
    expect(page.locator(".pager")).not_to_contain_text("第 13–24 条")
    assert first_name(page) == smallest


def test_columns_are_chosen_and_written_into_the_address(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    chooser = page.locator("[data-list='core.gallery'] details.columns")
    chooser.locator("summary").click()
    chooser.get_by_label("手机").uncheck()
    chooser.get_by_label("记录").check()
    assert chooser.get_by_label("姓名").is_disabled()
    chooser.get_by_role("button", name="应用").click()
    page.wait_for_url("**cols=**")
    heads = page.locator("[data-list='core.gallery'] thead").inner_text()
    assert "手机" not in heads
    assert "记录" in heads


def test_ticked_rows_bring_the_bulk_bar(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    bar = page.locator(".bulk")
    expect(bar).to_be_hidden()
    page.get_by_label("选中此行").nth(1).check()
    expect(bar).to_contain_text("已选 1 项")
    page.get_by_label("选中本页").check()
    expect(bar).to_contain_text("已选 12 项")
    bar.get_by_role("button", name="选中全部符合条件的记录").click()
    expect(page.locator("form[data-bulk] input[name=everything]")).to_have_value("1")
    page.get_by_label("选中此行").first.uncheck()
    expect(page.locator("form[data-bulk] input[name=everything]")).to_have_value("")
    expect(bar).to_contain_text("已选 11 项")
    bar.get_by_role("button", name="取消选择").click()
    expect(bar).to_be_hidden()


def test_a_dangerous_button_asks_first(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    page.get_by_role("button", name="先询问").click()
    dialog = page.get_by_role("dialog", name="请确认")
    expect(dialog).to_contain_text("关闭所选记录？")
    dialog.get_by_role("button", name="取消").click()
    expect(dialog).to_be_hidden()
    before = page.evaluate("performance.timeOrigin")
    page.get_by_role("button", name="先询问").click()
    with page.expect_navigation():
        dialog.get_by_role("button", name="继续").click()
    assert page.evaluate("performance.timeOrigin") != before


def test_rows_are_walked_and_opened_by_single_keys_that_can_be_switched_off(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    page.locator("h1").click()  # the form with errors has taken the focus
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("tr.here")).to_have_count(1)
    page.keyboard.press("?")
    page.get_by_role("dialog", name="键盘快捷键").get_by_label("启用单键快捷键").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_hidden()
    page.locator("main [data-help-open]").click()
    page.get_by_label("启用单键快捷键").check()
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.keyboard.press("o")
    assert "row=" in page.url


def test_a_chart_is_also_a_table(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    figure = page.locator("figure").filter(has=page.get_by_role("img", name="每月转入转出"))
    figure.get_by_role("button", name="以表格显示").click()
    table = page.get_by_role("group", name="每月转入转出").get_by_role("table")
    expect(table).to_contain_text("420,000")
    assert_accessible(page)


def test_amounts_are_said_by_size_and_errors_take_the_focus(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    expect(page.locator("#id_name")).to_be_focused()
    expect(page.locator("#id_name")).to_have_attribute("aria-describedby", "id_name_error")
    amount = page.locator("#plain_amount")
    amount.fill("12500000")
    expect(page.locator("#plain_amount_hint")).to_have_text("= 1250万")


def test_a_searchable_choice_carries_its_label(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    choice = page.get_by_role("combobox", name="理财经理").first
    page.locator(".ts-control").first.click()
    choice.fill("欧阳")
    page.get_by_role("option", name="欧阳子涵").first.click()
    expect(page.locator("#plain_manager")).to_have_value("6")


def test_a_quick_look_opens_beside_the_list(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    page.get_by_role("button", name="快速查看", exact=True).click()
    drawer = page.get_by_role("dialog", name="快速查看")
    expect(drawer).to_contain_text("C3 平衡型")
    assert_accessible(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("language", "more", "name"), [("zh", "更多", "主菜单"), ("en", "More", "Main menu")])
def test_the_menu_opens_and_closes_on_a_phone(visit: Visit, language: str, theme: str, more: str, name: str) -> None:
    page = visit("gao", "/gallery/", language=language, theme=theme, width="390")
    side = page.get_by_role("navigation", name=name)
    expect(side).to_be_hidden()
    page.get_by_role("button", name=more, exact=True).click()
    expect(side).to_be_visible()
    assert_accessible(page, menu=True)
    page.keyboard.press("Escape")
    expect(side).to_be_hidden()
    expect(page.get_by_role("button", name=more, exact=True)).to_be_focused()


def test_the_watermark_names_who_looks(visit: Visit) -> None:
    page = visit("gao", "/gallery/")
    assert "1008" in (page.locator("body").get_attribute("data-watermark") or "")
    assert "data:image/png" in page.locator(".watermark").evaluate("e => getComputedStyle(e).backgroundImage")


def test_without_permission_there_is_a_calm_page(visit: Visit) -> None:
    page = visit("lin", "/gallery/", expect=403)
    expect(page.locator("h1")).to_have_text("您的岗位没有此项权限")
    assert_accessible(page)


def test_the_filter_panel_comes_when_it_is_opened(visit: Visit, chen: Any) -> None:
    page = visit("lin", "/customers/?sort=-assets")
    panel = page.locator(".filters form")
    expect(panel).to_have_count(0)
    page.locator(".filters summary").click()
    expect(panel).to_be_visible()
    assert_accessible(page)
    panel.get_by_label("类型").select_option("enterprise")
    panel.get_by_role("button", name="应用").click()
    expect(page).to_have_url(re.compile(r"[?&]kind=enterprise"))
    assert "sort=-assets" in page.url
    assert "panel=" not in page.url
    expect(page.locator(".filter-chips")).to_contain_text("类型")
    expect(page.get_by_text("陈建国")).to_have_count(0)
