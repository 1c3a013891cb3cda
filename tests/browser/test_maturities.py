"""The ladder of maturities as a manager works it: chart, periods, list, and afterwards where the money went."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import expect

from kexin.core.actor import system
from kexin.holdings.maturities.nightly import gather_and_watch
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.holdings.tests.test_retention import matured
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle

DAY = dt.timedelta(days=1)
SHOWN = [("zh", "light", "1440"), ("en", "dark", "390")]


@pytest.fixture
def laddered(bank: Any, chen: Any, settings: Any) -> None:
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    ledger = Ledger(bank.units["east"])
    current = ledger.account(chen, balance="20000")
    for n, amount in enumerate(("800000", "50000.50", "120000", "300000")):
        ledger.account(chen, "time_deposit", balance=amount, matures_on=TODAY + (8 + 11 * n) * DAY)
    wealth = ledger.account(chen, "wealth", balance="620000")
    ledger.holding(wealth, "稳利 90 天", "600000", "620000", matures_on=TODAY + 28 * DAY)
    matured(ledger, chen, current, "300000", 50)
    matured(ledger, chen, current, "100000.33", 20)
    ledger.book(current, TODAY - 19 * DAY, "-40000")
    gather_and_watch(actor=system("clock.maturities"))


@pytest.mark.parametrize(("language", "theme", "width"), SHOWN)
@pytest.mark.usefixtures("laddered")
def test_a_period_of_the_ladder_opens_its_list(visit: Visit, language: str, theme: str, width: str) -> None:
    page = visit("lin", "/maturities/", language=language, theme=theme, width=width)
    expect(page.locator("h1")).to_contain_text({"zh": "到期台账", "en": "Maturities"}[language])
    expect(page.locator(".register tbody tr")).to_have_count(5)
    assert_accessible(page)
    page.get_by_role("link", name="12-14–12-20").click()
    expect(page.locator(".register tbody tr")).to_have_count(1)
    expect(page.locator(".register tbody")).to_contain_text("620,000.00")
    settle(page)


@pytest.mark.parametrize(("language", "theme", "width"), SHOWN)
@pytest.mark.usefixtures("laddered")
def test_a_figure_of_retention_opens_its_list(visit: Visit, language: str, theme: str, width: str) -> None:
    page = visit("zhou", "/maturities/retention/?by=unit", language=language, theme=theme, width=width)
    expect(page.locator("tbody")).to_contain_text("90.0%")
    assert_accessible(page)
    page.locator("tbody").get_by_role("link", name="40,000.00").click()
    expect(page.locator(".register tbody tr")).to_have_count(1)
    expect(page.locator(".register tbody")).to_contain_text("300,000.00")  # the older of two is drawn on first
    settle(page)
