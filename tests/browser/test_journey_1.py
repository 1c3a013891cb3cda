"""Lin at 8:40: average against target, maturities of the week, who is about to drop, ten contacts, an arrival.

The call list is worked by keys on a wide screen and by taps on a phone; two of the ten agree on a visit.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.engagement.calls.lists import Wish, make_call_list
from kexin.engagement.models import Appointment, Contact
from kexin.engagement.operations import make_appointment
from kexin.holdings.aum.rebuild import rebuild
from kexin.holdings.maturities.nightly import gather_and_watch
from kexin.holdings.operations.targets import set_target
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.holdings.tests.test_aum import another, stated
from kexin.party.data import ContactData, PartyData
from kexin.party.models import Customer
from kexin.party.operations import create_customer
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_calls import NO_TELEPHONE

LOOK = os.environ.get("KEXIN_LOOK", "")
NAMES = ("王建国", "李秀英", "张伟", "刘洋", "陈静", "杨桂兰", "赵磊", "黄丽", "周强", "吴敏")
RESULTS = ("1", "4", "9", "2", "5", "9", "3", "1", "6", "1")  # keys of the results; 9: a visit is agreed
FIVE_MILLION = re.compile(r"500 ?万|5,000,000|\b5(\.0+)? ?m", re.IGNORECASE)
EIGHT_HUNDRED = re.compile(r"80 ?万|800,000|\b800(\.0+)? ?k|\b0\.8 ?m", re.IGNORECASE)
WORDS = {
    "zh": {"drop": "即将降级", "maturing": "本周到期", "arrived": "到店"},
    "en": {"drop": "About to drop a tier", "maturing": "Maturing this week", "arrived": "Has come"},
}


def seen(page: Page, name: str) -> None:
    if LOOK:
        Path(LOOK).mkdir(parents=True, exist_ok=True)
        settle(page)
        page.screenshot(path=str(Path(LOOK) / f"journey-1-{name}.png"))


@pytest.fixture
def morning(bank: Any, chen: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The bank at 8:40 of a Friday: a target, a deposit that matures, a customer below the tier, a list of ten."""
    ledger = Ledger(bank.units["east"])
    settings.KEXIN_BUSINESS_DATE = "2026-09-01"
    drop = another(bank, "李静")
    stated(ledger, drop, "current", (dt.date(2026, 9, 5), "60000"), (dt.date(2026, 11, 1), "30000"))
    Customer.objects.filter(pk=drop.pk).update(status="active", admitted_on=dt.date(2026, 9, 1))
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    ledger.account(chen, "time_deposit", balance="800000", matures_on=TODAY)
    gather_and_watch(actor=system("clock.maturities"))
    rebuild()
    month = TODAY.replace(day=1)
    set_target(
        bank.posts["lin"], actor=bank.actor("zhou"), month=month, measure="aum_average", amount=Decimal(5_000_000)
    )
    now = dt.datetime.combine(TODAY, dt.time(9, 5), zone())
    for module in ("calls.working", "calls.lists", "calls.queries", "ui.calls"):
        monkeypatch.setattr(f"kexin.engagement.{module}.business_now", lambda: now)
    wishes = []
    for n, name in enumerate(NAMES):
        numbers = (ContactData(kind="mobile", value=f"1390000{n:04}", preferred=True),)
        data = PartyData(kind="individual", name=name, contacts=numbers)
        made = create_customer(
            actor=bank.actor("lin"), data=data, unit=bank.units["east"], lead_post=bank.posts["lin"]
        )  # fmt: skip
        wishes.append(Wish(made.pk, f"三年期定期 {n + 1} 日到期，{30 - n} 万元"))
    until = TODAY + dt.timedelta(days=14)
    make_call_list(actor=bank.actor("lin"), title="本周到期", why="承接", wishes=wishes, ends_on=until)
    return drop


@pytest.mark.parametrize(("language", "width"), [("zh", "1440"), ("zh", "390"), ("en", "1440")])
def test_lins_morning(morning: Any, bank: Any, chen: Any, visit: Visit, language: str, width: str) -> None:
    words, look = WORDS[language], f"{language}-{width}"
    meeting = make_appointment(
        actor=bank.actor("lin"), customer=chen, purpose="review", starts_at=dt.datetime.now(dt.UTC), anyway=True
    )
    page = visit("lin", "/", language=language, width=width)
    page.context.add_init_script(NO_TELEPHONE)
    expect(page.get_by_text(FIVE_MILLION).first).to_be_visible()
    expect(page.get_by_role("heading", name=words["maturing"])).to_be_visible()
    expect(page.get_by_text(EIGHT_HUNDRED).first).to_be_visible()
    seen(page, f"workbench-{look}")
    assert_accessible(page)

    # who is about to drop: one click from the workbench, the second opens the file
    block = page.locator("section.card", has=page.get_by_role("heading", name=words["drop"]))
    block.get_by_role("link", name="李静").click()
    expect(page.locator("h1").first).to_contain_text("李静")

    # ten contacts: each by at most three keys or taps
    page.goto(page.url.split("/customers/")[0] + "/calls/")
    page.locator(".call-begin button").click()
    for name, key in zip(NAMES, RESULTS, strict=True):
        page.wait_for_selector(f".call-brief h2:has-text('{name}')")
        if width == "390":
            button = page.locator(f"[data-call-key='{key}']")
            button.tap()
            if key == "9":
                page.locator(".call-slots button").first.tap()
        else:
            page.keyboard.press(key)
            if key == "9":
                page.wait_for_selector(".call-slots button:focus")
                page.keyboard.press("Enter")
    page.wait_for_selector(".call-begin")
    assert Contact.objects.count() == 10
    agreed = list(Appointment.objects.exclude(pk=meeting.pk).order_by("starts_at"))
    # Which days and hours they are depends on the hour of the run: the meeting with Mrs Chen takes a place too.
    assert {each.starts_at.astimezone(zone()).hour for each in agreed} <= {10, 15}
    taken = sorted((each.starts_at, each.ends_at) for each in (*agreed, meeting))
    assert all(before[1] <= after[0] for before, after in pairwise(taken))
    seen(page, f"calls-{look}")

    # the two visits stand in the calendar
    desk = page.url.split("/calls/")[0]
    assert {each.customer.party.name for each in agreed} == {"张伟", "杨桂兰"}
    for each in agreed:
        name = each.customer.party.name
        page.goto(f"{desk}/appointments/?day={each.starts_at.astimezone(zone()):%Y-%m-%d}")
        expect(
            page.get_by_role("link", name=name).or_(page.get_by_text(name)).locator("visible=true").first
        ).to_be_visible()
    seen(page, f"calendar-{look}")
    assert_accessible(page)

    # the hall says that Mrs Chen has come
    sun = visit("sun", f"/appointments/{meeting.pk}/", language=language)
    sun.get_by_role("button", name=words["arrived"]).click()
    expect(page.locator(".toast-note", has_text="陈秀兰")).to_be_visible(timeout=3_000)
    seen(page, f"arrival-{look}")
