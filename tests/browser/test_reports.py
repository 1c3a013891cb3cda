"""The report builder: choices change the figures at once, a report is kept, opened again, and fits a phone."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from kexin.core.reports.asked import ReportAsked
from kexin.desk.reports.operations import change_report, save_report, schedule_report
from kexin.holdings.tests.conftest import TODAY
from kexin.holdings.tests.test_aum import another
from kexin.party.models import Customer
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle

ASKED = "dataset=party.customers&row=unit&column=tier&measure=count&measure=sum%3Aassets&chart=stacked"


@pytest.fixture
def some(bank: Any, settings: Any) -> None:
    """Six customers of Lin's on several tiers."""
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    for number, tier in enumerate(("gold", "gold", "platinum", "diamond", "", "gold")):
        row = another(bank, f"王{'芳静丽敏艳娟'[number]}")
        Customer.objects.filter(pk=row.pk).update(
            assets=Decimal(250_000 * (number + 1)) + Decimal("0.37"),
            tier=tier,
            status="active",
            born_year=1950 + 7 * number,
        )


def picture(page: Any, name: str) -> None:
    if os.environ.get("KEXIN_LOOK"):
        page.wait_for_timeout(700)
        page.screenshot(path=f"/tmp/r1-{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("zh", "light", "1440"), ("zh", "light", "390"), ("en", "dark", "1440")]
)
def test_a_report_is_put_together_and_kept(visit: Visit, some: None, language: str, theme: str, width: str) -> None:
    page = visit("zhou", f"/reports/new/?{ASKED}", language=language, theme=theme, width=width)
    expect(page.locator(".report-table")).to_contain_text("5,250,002.22")
    picture(page, f"builder-{language}-{theme}-{width}")
    assert_accessible(page)
    page.locator("select[name=row]").select_option("age")
    expect(page.locator(".report-table")).to_contain_text("70")
    assert "row=age" in page.url
    page.locator("select[name=column]").select_option("age")
    expect(page.get_by_role("alert")).to_be_visible()
    picture(page, f"refused-{language}-{theme}-{width}")
    page.locator("select[name=column]").select_option("")
    page.locator(".report-table tbody a").first.click()
    expect(page.locator("h1")).to_have_text({"zh": "客户", "en": "Customers"}[language])
    page.go_back()
    page.locator(".report-acts .btn-do").click()
    page.locator("input[name=name]").fill("年龄段")
    page.locator("form .btn-do[data-submit]").click()
    expect(page.locator("h1")).to_have_text("年龄段")
    settle(page)
    picture(page, f"kept-{language}-{theme}-{width}")
    assert_accessible(page)


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("zh", "light", "1440"), ("zh", "light", "390"), ("en", "dark", "1440")]
)
def test_kept_and_shared_reports_stand_in_a_list(
    visit: Visit, bank: Any, some: None, language: str, theme: str, width: str
) -> None:
    zhou = bank.actor("zhou")
    first = save_report(
        actor=zhou, name="各支行客户与资产", asked=ReportAsked("party.customers", ("unit", "post"), "tier")
    )
    save_report(actor=zhou, name="待办按种类", asked=ReportAsked("engagement.work", ("kind",)))
    change_report(first.pk, actor=zhou, share=True, unit=bank.units["east"])
    schedule_report(first.pk, actor=zhou, rhythm="weekly")
    page = visit("zhou", "/reports/", language=language, theme=theme, width=width)
    picture(page, f"list-{language}-{theme}-{width}")
    assert_accessible(page)
    page.get_by_role("link", name="各支行客户与资产").click()
    settle(page)
    picture(page, f"two-rows-{language}-{theme}-{width}")
    assert_accessible(page)
    page.goto(page.url + "schedule/")
    picture(page, f"schedule-{language}-{theme}-{width}")
    page.go_back()
    settle(page)
