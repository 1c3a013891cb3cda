"""Figures of complaints read by an officer, the trend of a cause, a report made by one and signed by another."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import expect

from kexin.core.calendar import business_date, zone
from kexin.party.models import Customer
from kexin.service.complaints.analysis.trend import months_until
from kexin.service.models import ComplaintReport
from kexin.service.tests.test_complaint_figures import stored
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import shot
from tests.complaint_people import hire_officers


def _two_years(bank: Any, chen: Any) -> None:
    """Six to eight cases a month for two years, and many about data in the last whole month."""
    hire_officers(bank)
    Customer.objects.filter(pk=chen.pk).update(status="active", admitted_on=dt.date(2020, 1, 6))
    months = months_until(business_date() - dt.timedelta(days=1), 24)
    for place, month in enumerate(months):
        nine = dt.datetime.combine(month, dt.time(9), zone())
        west = {"concerned_unit": bank.units["west"], "causes": ["attitude"], "business": "savings"}
        stored(bank, chen, [nine + dt.timedelta(days=each) for each in range(3 + place % 2)])
        stored(bank, chen, [nine + dt.timedelta(days=each) for each in range(3)], **west)
    nine = dt.datetime.combine(months[-1], dt.time(9), zone())
    stored(bank, chen, [nine + dt.timedelta(hours=each) for each in range(25)], causes=["data", "fees"])


@pytest.mark.parametrize(("language", "theme", "width"), [("zh", "light", "1440"), ("en", "dark", "390")])
def test_figures_and_the_trend_of_a_cause(
    visit: Visit, bank: Any, chen: Any, language: str, theme: str, width: str
) -> None:
    _two_years(bank, chen)
    page = visit("ning", "/complaints/figures/", language=language, theme=theme, width=width)
    settle(page)
    shot(page, f"complaint-figures-{language}-{width}")
    assert_accessible(page)
    cause = {"zh": "定价收费", "en": "Prices and fees"}[language]
    page.get_by_role("link", name=cause).first.click()
    settle(page)
    expect(page.locator("h1")).to_contain_text({"zh": "投诉趋势", "en": "Trend of complaints"}[language])
    shot(page, f"complaint-trend-{language}-{width}")
    assert_accessible(page)
    page.go_back()
    page.locator("table.t tbody td a.num, table.t tbody td.num a").first.click()
    settle(page)
    expect(page.locator("h1")).to_contain_text({"zh": "消费投诉", "en": "Complaints"}[language])


@pytest.mark.parametrize(("language", "theme", "width"), [("zh", "dark", "390"), ("en", "light", "1440")])
def test_a_report_is_made_by_one_and_signed_by_another(
    visit: Visit, bank: Any, chen: Any, language: str, theme: str, width: str
) -> None:
    _two_years(bank, chen)
    words = {
        "zh": ("统计并固化", "复核通过并签名", "提交意见", "没有差异", "与当前数据比较"),
        "en": ("Count and freeze", "Approve and sign", "Decide", "Nothing is different", "Against today"),
    }[language]
    page = visit("ning", "/complaints/reports/new/", language=language, theme=theme, width=width)
    shot(page, f"complaint-report-new-{language}-{width}")
    assert_accessible(page)
    page.get_by_role("button", name=words[0]).click()
    settle(page)
    row = ComplaintReport.objects.get()
    other = visit("wu", f"/complaints/reports/{row.pk}/", language=language, theme=theme, width=width)
    settle(other)
    shot(other, f"complaint-report-{language}-{width}")
    assert_accessible(other)
    other.get_by_label(words[1]).check()
    other.get_by_role("button", name=words[2]).click()
    settle(other)
    shot(other, f"complaint-report-signed-{language}-{width}")
    other.get_by_role("link", name=words[4]).click()
    expect(other.get_by_text(words[3])).to_be_visible()
    last = dt.datetime.combine(row.last_day, dt.time(9), zone())
    stored(bank, chen, [last])
    other.reload()
    settle(other)
    shot(other, f"complaint-report-differs-{language}-{width}")
    assert_accessible(other)
    listed = visit("wu", "/complaints/reports/", language=language, theme=theme, width=width)
    settle(listed)
    shot(listed, f"complaint-reports-{language}-{width}")
    assert_accessible(listed)
