"""The shelf as people use it: found by the seller, read on a phone, drafted and reviewed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_accessible
from tests.browser.look import picture
from tests.personas import Bank
from tests.product_people import admitted, drafted, hire

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("browser-products")]

Visit = Callable[..., Page]


def _look(page: Page, name: str) -> None:
    """A picture for whoever wants to look: ``KEXIN_LOOK=folder``."""
    folder = os.environ.get("KEXIN_LOOK")
    if folder:
        picture(page, Path(folder) / f"{name}.png")


def test_a_product_is_found_read_and_reviewed(bank: Bank, settings: Any, visit: Visit) -> None:
    settings.KEXIN_BUSINESS_DATE = "2026-03-09"
    hire(bank)
    product = admitted(bank, labels=("green",))
    admitted(bank, "PF-X1", offering="private", issuer_grade=5, name="江澜望海私募")
    waiting = drafted(bank, "WM-X2", name="江澜理财 稳利180天X")
    address = reverse("products:product", args=[product.pk])

    page = visit("lin", reverse("products:products"))
    expect(page.get_by_role("link", name="江澜理财 稳利90天X")).to_be_visible()
    assert_accessible(page)
    _look(page, "list")
    page.get_by_role("link", name="江澜理财 稳利90天X").click()
    expect(page.get_by_text("不等于预期收益率")).to_be_visible()
    assert_accessible(page)
    _look(page, "product")
    page.get_by_role("link", name="交易规则", exact=True).click()
    expect(page.get_by_text("T+1").first).to_be_visible()
    assert_accessible(page)
    _look(page, "terms")
    page = visit("lin", address + "?tab=risk", width="390")
    expect(page.get_by_text("分散投资").first).to_be_visible()
    assert_accessible(page)
    _look(page, "risk-phone")

    page = visit("fang", reverse("products:submit", args=[waiting.pk]))
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已提交")).to_be_visible()
    page = visit("wu", reverse("products:review", args=[waiting.pk]), trouble=(422,))
    _look(page, "review")
    page.get_by_label("意见").fill("资料齐备")
    page.get_by_role("button", name="通过").click()
    expect(page.get_by_text("请逐项勾选").first).to_be_visible()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="通过").click()
    expect(page.get_by_text("意见已保存")).to_be_visible()
    assert_accessible(page)
    _look(page, "admission")
    page = visit("luo", reverse("products:review", args=[waiting.pk]), language="en", theme="dark")
    expect(page.get_by_text("Leverage").first).to_be_visible()
    assert_accessible(page)
    _look(page, "assess-en-dark")
