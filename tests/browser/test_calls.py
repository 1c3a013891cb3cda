"""Ten customers called from one screen: at most three clicks or keys each, on the desk and on a telephone."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from kexin.core.calendar import business_date, zone
from kexin.engagement.calls.lists import Wish, make_call_list
from kexin.engagement.models import Appointment, CallEntry, Contact
from kexin.party.data import ContactData, PartyData
from kexin.party.operations import create_customer
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import picture
from tests.personas import Bank

PICTURES = os.environ.get("KEXIN_PICTURES", "")
NAMES = ("王建国", "李秀英", "张伟", "刘洋", "陈静", "杨桂兰", "赵磊", "黄丽", "周强", "吴敏")


def seen(page: Page, name: str, width: str) -> None:
    assert_accessible(page)
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        picture(page, Path(PICTURES) / f"{name}-{width}.png")


@pytest.fixture
def ten(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten customers of Lin on one list, at ten in the morning."""
    now = dt.datetime.combine(business_date(), dt.time(10), zone())
    for module in ("calls.working", "calls.lists", "calls.queries", "ui.calls"):
        monkeypatch.setattr(f"kexin.engagement.{module}.business_now", lambda: now)
    lin = bank.actor("lin")
    wishes = []
    for n, name in enumerate(NAMES):
        numbers = (ContactData(kind="mobile", value=f"1390000{n:04}", preferred=True),)
        data = PartyData(kind="individual", name=name, born_on=dt.date(1950 + 4 * n, 3, 9), contacts=numbers)
        customer = create_customer(actor=lin, data=data, unit=bank.units["east"], lead_post=bank.posts["lin"])
        wishes.append(Wish(customer.pk, f"三年期定期 {n + 1} 日到期，{30 - n} 万元"))
    until = business_date() + dt.timedelta(days=14)
    make_call_list(actor=lin, title="本周到期", why="存款到期承接", wishes=wishes, ends_on=until)


class Counted:
    """A hand that counts what it does."""

    def __init__(self, page: Page) -> None:
        self.page, self.acts = page, 0

    def click(self, selector: str) -> None:
        self.acts += 1
        self.page.click(selector)

    def press(self, key: str) -> None:
        self.acts += 1
        self.page.keyboard.press(key)


NO_TELEPHONE = """
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='tel:']");
    if (link) { event.preventDefault(); document.body.dataset.rang = link.href; }
  });
"""


@pytest.mark.parametrize("width", ["1440", "390"])
def test_ten_customers_by_three_clicks_each(ten: None, visit: Visit, width: str) -> None:
    page = visit("lin", "/calls/", width=width)
    page.context.add_init_script(NO_TELEPHONE)  # this machine cannot ring: the number asked for is written down
    seen(page, "calls-begin", width)
    page.click(".call-begin button")
    results = ("interested", "no_answer", "not_now", "refused", "busy")
    for n, name in enumerate(NAMES):
        page.wait_for_selector(f".call-brief h2:has-text('{name}')")
        hand = Counted(page)
        hand.click(".call-number form button")
        page.wait_for_selector("[data-call-link]")
        assert "1390000" in page.inner_text("[data-call-link]")
        if n == 0:
            seen(page, "calls-brief", width)
        if width == "390":  # the tap that asks for the number dials it
            page.wait_for_selector(f"body[data-rang='tel:1390000{n:04}']")
        if n == 1:  # a visit is agreed: day and time by one tap
            hand.click(".call-visit summary")
            page.evaluate("scrollTo(0, 0)")  # nothing half under a bar that stays
            seen(page, "calls-visit", width)
            hand.click(".call-slots button >> nth=0")
        else:
            if n % 3 == 0:
                hand.click(".call-next label:has([value='7'])")
            hand.click(f"[name=result][value={results[n % 5]}]")
        assert hand.acts <= 3
    page.wait_for_selector(".call-begin")
    assert "今日登记 10 次，联系上 7 次" in page.inner_text(".page-top")
    assert Contact.objects.count() == 10
    met = Appointment.objects.get()
    assert (met.customer_id, met.said("place")) == (CallEntry.objects.get(result="visit").customer_id, "城东支行")
    seen(page, "calls-done", width)


def test_keys_alone_and_taking_back(ten: None, visit: Visit) -> None:
    page = visit("lin", "/calls/")
    page.keyboard.press("d")
    page.wait_for_selector(".call-brief h2:has-text('王建国')")
    page.keyboard.press("d")
    page.wait_for_selector("[data-call-link]")
    page.keyboard.press("4")
    page.wait_for_selector(".call-brief h2:has-text('李秀英')")
    assert "王建国" in page.inner_text(".call-done")
    page.keyboard.press("u")
    page.wait_for_selector(".call-brief h2:has-text('王建国')")
    assert Contact.objects.filter(undone_at=None).count() == 0
    page.fill("#call-note", "1 月再谈")  # a digit in a note is no result
    assert CallEntry.objects.filter(state="open").count() == 10


def test_a_visit_by_keys_alone(ten: None, visit: Visit) -> None:
    page = visit("lin", "/calls/", trouble=(422,))
    for _ in range(2):
        page.keyboard.press("d")
        page.wait_for_selector(".call-brief h2:has-text('王建国')")
    page.wait_for_selector("[data-call-link]")
    page.keyboard.press("9")
    page.wait_for_selector(".call-slots button:focus")
    page.fill("#call-visit-at", "2001-01-01T10:00")
    page.fill("#call-place", "老地方")
    page.press("#call-place", "Enter")  # no result by accident
    page.press("#call-visit-at", "Enter")
    page.wait_for_selector("[role=alert]:has-text('将来')")
    assert page.input_value("#call-place") == "老地方"
    assert Contact.objects.count() == 0
    page.focus(".call-slots button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".call-brief h2:has-text('李秀英')")
    assert Appointment.objects.get().said("place") == "老地方"
    page.keyboard.press("u")
    page.wait_for_selector(".call-brief h2:has-text('王建国')")
    assert Appointment.objects.get().state == "cancelled"


def test_a_list_by_rule_and_its_progress(ten: None, visit: Visit) -> None:
    page = visit("lin", "/calls/lists/")
    seen(page, "call-lists", "1440")
    page.click(".call-list-row a")
    page.wait_for_url("**/calls/lists/*/")
    seen(page, "call-list", "1440")
    page.goto(page.url.rstrip("0123456789/") + "/new/")
    page.select_option("[name=rule]", "birthdays")
    page.fill("[name=days]", "365")
    page.fill("[name=title]", "生日祝福")
    page.fill("[name=why]", "生日")
    seen(page, "call-list-new", "1440")
    page.click("[data-submit]")
    page.wait_for_url("**/calls/lists/*/")
    assert "生日祝福" in page.inner_text("h1")
    assert "0 / 10" in page.inner_text("main")
