"""A note or a reminder in two keystrokes from anywhere; nothing typed is lost; nothing opens before a customer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kexin.core.calendar import zone
from kexin.engagement.models import Note, Reminder
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import picture

LOOK = os.environ.get("KEXIN_LOOK", "")


def shot(page: Page, name: str) -> None:
    if LOOK:
        Path(LOOK).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(LOOK) / f"{name}.png"))


def test_a_reminder_by_words_about_the_customer_of_the_page(visit: Visit, chen: Any) -> None:
    page = visit("lin", f"/customers/{chen.pk}/")
    page.keyboard.press("r")
    expect(page.get_by_label("提醒内容")).to_be_focused()
    expect(page.locator("#quick")).to_contain_text("陈秀兰")
    page.keyboard.type("后天 15:30 问婚礼")
    expect(page.locator("#reading")).to_contain_text("15:30 · 问婚礼")
    shot(page, "quick-reminder")
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(page.locator(".toast-note", has_text="提醒您")).to_be_visible()
    expect(page.locator("#quick")).not_to_be_visible()
    row = Reminder.objects.get()
    assert (row.customer_id, row.said(), f"{row.due_at.astimezone(zone()):%H:%M}") == (chen.pk, "问婚礼", "15:30")


def test_a_note_on_the_customer_of_the_page_stands_on_its_timeline(visit: Visit, chen: Any) -> None:
    page = visit("lin", f"/customers/{chen.pk}/")
    page.keyboard.press("n")
    box = page.locator("#quick [name=text]")
    expect(box).to_be_focused()
    page.keyboard.type("下午三点后再打电话")
    page.keyboard.press("Escape")
    expect(page.locator("#quick")).not_to_be_visible()
    page.keyboard.press("n")  # closed by mistake: it is still there
    expect(box).to_have_value("下午三点后再打电话")
    expect(box).to_be_focused()  # it keeps its words while it is closed: these alone do not say that it is open
    page.keyboard.press("Enter")
    expect(page.locator("li.ev", has_text="下午三点后再打电话")).to_be_visible()
    assert Note.objects.get().customer_id == chen.pk


@pytest.mark.parametrize(("width", "language", "theme"), [("390", "zh", "light"), ("1440", "en", "dark")])
def test_elsewhere_the_customer_is_looked_for_and_nothing_typed_is_lost(
    visit: Visit, chen: Any, width: str, language: str, theme: str
) -> None:
    page = visit("lin", "/", width=width, language=language, theme=theme, trouble=(422,))
    page.locator(".bell").click()
    box = page.locator("#quick [name=text]")
    expect(box).to_be_focused()
    page.keyboard.type("Prefers mornings")
    page.keyboard.press("Enter")
    expect(page.locator("#quick .form-error")).to_be_visible()
    expect(box).to_have_value("Prefers mornings")
    shot(page, f"quick-note-{language}-{width}")
    assert_accessible(page)
    page.locator("#quick .ts-control input").fill(chen.customer_no)
    page.locator("#quick .ts-dropdown [data-value]", has_text=chen.customer_no).click()
    expect(page.locator("#quick .ts-control")).to_contain_text("陈秀兰")
    page.locator("#quick .btn-do").click()
    expect(page.locator("#quick")).not_to_be_visible()
    assert Note.objects.get().text == "Prefers mornings"
    page.locator(".bell").click()
    page.locator("#quick [data-quick=reminder]").click()
    expect(page.locator("#reading")).to_be_visible()
    shot(page, f"quick-reminder-{language}-{width}")
    assert_accessible(page)


def test_not_in_a_box_and_not_before_a_customer(visit: Visit, chen: Any) -> None:
    page = visit("lin", f"/customers/{chen.pk}/", trouble=(403,))
    page.locator("#new-note").focus()
    page.keyboard.type("n r")
    expect(page.locator("#quick")).not_to_be_visible()
    page.locator("#new-note").fill("")
    page.keyboard.press("Escape")
    page.locator("h1").first.click()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_contain_text("写备注")
    page.keyboard.press("Escape")
    page.locator("[data-key=v]").first.click()
    page.wait_for_selector("body.facing")
    page.keyboard.press("n")
    page.keyboard.press("r")
    assert page.locator("dialog[open]").count() == 0
    if LOOK:
        picture(page, Path(LOOK) / "quick-facing.png")
