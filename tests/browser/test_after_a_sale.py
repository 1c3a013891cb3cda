"""After a sale: Sun calls Mrs Chen back, an answer contradicts the sale, consumer protection looks into it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from kexin.sales.followup.calling import answer_return_call
from kexin.sales.models import InspectionItem
from kexin.sales.tests.test_return_calls import WRONG, executed, planned
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import shot
from tests.personas import Bank
from tests.product_people import hire


def test_a_return_call_that_contradicts_the_sale(visit: Visit, bank: Bank, chen: Any) -> None:
    hire(bank)
    call = planned(executed(bank, chen))
    sun = visit("sun", "/return-calls/")
    shot(sun, "return-calls")
    assert_accessible(sun)
    sun.get_by_role("link", name="陈秀兰").first.click()
    settle(sun)
    shot(sun, "return-call")
    assert_accessible(sun)
    for code, option in WRONG.items():
        sun.locator(f"[name=q-{code}][value={option}]").check()
    sun.locator("#call-said").fill("介绍时说和定期一样")
    sun.get_by_role("button", name="保存回答").click()
    expect(sun.get_by_text("并已产生检查事项")).to_be_visible()
    shot(sun, "return-call-done")
    assert_accessible(sun)
    call.refresh_from_db()
    assert (call.state, call.contradicted) == ("done", ["what_bought"])

    ning = visit("ning", "/inspection-items/")
    shot(ning, "items")
    assert_accessible(ning)
    ning.get_by_role("link", name="回访与销售情况不符").first.click()
    settle(ning)
    ning.get_by_label("属实：确有问题").check()
    ning.locator("[name=reason]").fill("录音证实")
    shot(ning, "item")
    assert_accessible(ning)
    ning.get_by_role("button", name="处理").click()
    expect(ning.get_by_text("事项已办结")).to_be_visible()
    assert InspectionItem.objects.get().state == "confirmed"


@pytest.mark.parametrize(("language", "theme"), [("zh", "light"), ("en", "dark")])
def test_on_a_phone(visit: Visit, bank: Bank, chen: Any, language: str, theme: str) -> None:
    hire(bank)
    call = planned(executed(bank, chen))
    for name, path in (("return-calls", "/return-calls/"), ("return-call", f"/return-calls/{call.pk}/")):
        page = visit("sun", path, language=language, theme=theme, width="390")
        shot(page, f"{name}-390-{language}")
        assert_accessible(page)
    answer_return_call(call, actor=bank.actor("sun"), answers=WRONG, note="说成存款")
    item = InspectionItem.objects.get()
    for name, path in (("items", "/inspection-items/"), ("item", f"/inspection-items/{item.pk}/")):
        page = visit("ning", path, language=language, theme=theme, width="390")
        shot(page, f"{name}-390-{language}")
        assert_accessible(page)


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("zh", "light", "1440"), ("zh", "light", "390"), ("en", "dark", "390")]
)
def test_oversight(visit: Visit, bank: Bank, chen: Any, language: str, theme: str, width: str) -> None:
    calls = [planned(executed(bank, chen, each)) for each in ("wealth", "fund")]
    answer_return_call(calls[0], actor=bank.actor("sun"), answers=WRONG, note="说成存款")
    page = visit("wu", "/oversight/?first=2026-01-01", language=language, theme=theme, width=width)
    expect(page.get_by_text("50.0%").first).to_be_visible()
    shot(page, f"oversight-{width}-{language}")
    assert_accessible(page)
    page.get_by_role("link", name="2", exact=True).first.click()
    settle(page)
    expect(page.get_by_role("link", name=calls[0].sale.sale_no)).to_be_visible()
    shot(page, f"oversight-list-{width}-{language}")
    assert_accessible(page)
