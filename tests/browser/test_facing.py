"""The screen turned to a customer, by one key, and back."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from kexin.holdings.tests.conftest import Ledger
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.personas import PASSWORD


@pytest.mark.parametrize(("language", "theme", "width"), [("zh", "light", "1440"), ("en", "dark", "390")])
def test_one_key_turns_the_screen_and_the_password_turns_it_back(
    visit: Visit, bank: Any, chen: Any, language: str, theme: str, width: str
) -> None:
    ledger = Ledger(bank.units["east"])
    ledger.account(chen, balance="88888.10")
    ledger.account(chen, kind="time_deposit", balance="200000", matures_on="2027-03-01", rate="1.25")
    page = visit("lin", f"/customers/{chen.pk}/", language=language, theme=theme, width=width, trouble=(403, 422))
    expect(page.locator("h1")).to_contain_text("陈秀兰")
    settle(page)
    page.keyboard.press("v")
    expect(page).to_have_url(re.compile(rf"/customers/{chen.pk}/facing/$"))
    expect(page.get_by_text("288,888.10").first).to_be_visible()
    expect(page.locator("nav.side")).to_have_count(0)
    expect(page.get_by_text("林晓雯")).to_have_count(0)
    assert_accessible(page)
    if os.environ.get("KEXIN_LOOK"):
        page.wait_for_timeout(800)
        page.screenshot(path=f"/tmp/facing-{language}-{theme}-{width}.png", full_page=True)
    page.goto(page.url.replace(f"/customers/{chen.pk}/facing/", "/customers/"))
    expect(page.locator("h1")).to_have_text({"zh": "面客视图使用中", "en": "The screen faces a customer"}[language])
    page.locator("a.btn-do").click()
    page.locator(".facing-bar details.menu summary").click()
    page.locator("#facing-password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#facing-refusal")).to_be_visible()
    page.locator("#facing-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/customers/{chen.pk}/$"))
    expect(page.locator("h1")).to_contain_text("陈秀兰")
    settle(page)
