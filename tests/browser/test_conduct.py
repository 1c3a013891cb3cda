"""The rules of conduct in the browser: acknowledged by sellers, a breach reported, read by those it is for."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from kexin.core.calendar import business_date
from kexin.people.models import ProductAuthorisation
from kexin.sales.models import ConductAcknowledgement, InspectionItem
from kexin.sales.tests.test_return_calls import executed
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import shot
from tests.personas import Bank
from tests.product_people import hire


def authorised(bank: Bank) -> None:
    for name in ("lin", "mei"):
        ProductAuthorisation.objects.create(
            employee=bank.employees[name], classes=["wealth"], highest_grade=5, starts_on=business_date(),
            ends_on=business_date(), proposed_by="1004", granted_by="1005",
        )  # fmt: skip


def test_read_acknowledged_and_a_breach_reported(visit: Visit, bank: Bank, chen: Any) -> None:
    hire(bank)
    authorised(bank)
    sale = executed(bank, chen)
    lin = visit("lin", "/conduct-rules/")
    shot(lin, "conduct")
    assert_accessible(lin)
    lin.get_by_role("button", name="我已阅读并遵守行为准则").click()
    expect(lin.get_by_text("您已确认行为准则")).to_be_visible()
    assert ConductAcknowledgement.objects.count() == 1
    zhou = visit("zhou", f"/sales/{sale.pk}/")
    zhou.get_by_role("link", name="反映行为问题").click()
    settle(zhou)
    zhou.get_by_label("不作误导性陈述").check()
    zhou.locator("[name=words]").fill("说成和定期一样")
    shot(zhou, "conduct-report")
    assert_accessible(zhou)
    zhou.get_by_role("button", name="提交反映").click()
    expect(zhou.get_by_text("已反映")).to_be_visible()
    shot(zhou, "conduct-reported")
    item = InspectionItem.objects.get()
    ning = visit("ning", f"/inspection-items/{item.pk}/")
    expect(ning.get_by_text("说成和定期一样")).to_be_visible()
    shot(ning, "conduct-item")
    assert_accessible(ning)


@pytest.mark.parametrize(("language", "theme"), [("zh", "light"), ("en", "dark")])
def test_on_a_phone(visit: Visit, bank: Bank, chen: Any, language: str, theme: str) -> None:
    hire(bank)
    authorised(bank)
    sale = executed(bank, chen)
    for who, name, path in (
        ("wu", "conduct", "/conduct-rules/"),
        ("wu", "owing", "/conduct-rules/owing/"),
        ("zhou", "report", f"/sales/{sale.pk}/conduct/"),
    ):
        page = visit(who, path, language=language, theme=theme, width="390")
        shot(page, f"{name}-390-{language}")
        assert_accessible(page)
