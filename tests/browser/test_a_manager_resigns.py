"""Journey 3: Lin resigns. Zhou reads the board, hands over by rule, and tomorrow's figures tie to today's.

Three persons sign on their pages, customers are told, promises travel; nobody and nothing is left behind.
"""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kexin.core.actor import system
from kexin.core.models import Role, WorkItem
from kexin.desk.board import board
from kexin.holdings.aum.rebuild import rebuild
from kexin.holdings.models import DailyFigures
from kexin.holdings.operations.targets import set_target
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.holdings.tests.test_aum import another, stated
from kexin.party.models import Customer, CustomerTransfer, IdentityDocument
from kexin.party.operations import find_orphans, flag_expiring_documents
from kexin.people.models import Post
from kexin.people.operations import apply_grant, appoint, create_employee, create_post, create_user, let_go
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle

LOOK = os.environ.get("KEXIN_LOOK", "")
CLOCK = system("clock.ownership")
YESTERDAY = TODAY - dt.timedelta(days=1)


def hire(bank: Any, code: str, staff_no: str, name: str, english: str) -> Post:
    """A further wealth manager at the East sub-branch."""
    actor, joined = system("set-up"), dt.date(2021, 3, 1)
    employee = create_employee(
        actor=actor, staff_no=staff_no, name=name, name_en=english, unit=bank.units["east"], joined_on=joined
    )
    user = create_user(employee, actor=actor, password="correct-horse-7-staple")
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    post = create_post(actor=actor, unit=bank.units["east"], title="理财经理", title_en="wealth manager")
    apply_grant(post, actor=actor, role=Role.objects.get(code="wealth_manager"), reach="portfolio")
    appoint(post, actor=actor, employee=employee, starts_on=joined)
    employee.refresh_from_db()
    bank.employees[code], bank.posts[code] = employee, post
    return post


@pytest.fixture
def many(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def portfolio(bank: Any, settings: Any, many: int, request: pytest.FixtureRequest) -> list[Customer]:
    """Lin's customers, each with money since September, one with a deposit that matures this week."""
    ledger = Ledger(bank.units["east"])
    settings.KEXIN_BUSINESS_DATE = "2026-09-01"
    people = [request.getfixturevalue("chen"), *(another(bank, f"王{name}") for name in _names(many - 1))]
    for number, row in enumerate(people):
        stated(ledger, row, "current", (dt.date(2026, 9, 5), f"{1000 * (number + 1)}.{number % 100:02}"))
    Customer.objects.filter(pk__in=[row.pk for row in people]).update(status="active", admitted_on="2026-09-01")
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    return people


def _names(count: int) -> list[str]:
    """So many given names, no two alike."""
    first, second = "芳敏静丽强磊军洋勇艳", "一二三四五六七八九十"
    return [f"{first[n % 10]}{second[n // 10 % 10]}" if n < 100 else f"{second[n // 10 % 10]}{first[n % 10]}"
            f"{second[n // 100]}" for n in range(count)]  # fmt: skip


def look(page: Page, name: str, case: str) -> None:
    if LOOK:
        page.screenshot(path=f"{LOOK}/resigns-{name}-{case}.png", full_page=True)


WORDS = {
    "zh": {"board": "晨会看板", "promises": "超时承诺", "preview": "预览", "prepare": "发起签署", "sign": "签署"},
    "en": {
        "board": "Morning board", "promises": "Overdue promises", "preview": "Preview",
        "prepare": "Prepare for signing", "sign": "Sign",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "width", "many"), [("zh", "1440", 240), ("zh", "390", 8), ("en", "1440", 8)], indirect=["many"]
)
def test_no_customer_is_lost_and_the_figures_tie(
    visit: Visit, bank: Any, request: pytest.FixtureRequest, settings: Any, language: str, width: str, many: int
) -> None:
    words, case = WORDS[language], f"{language}-{width}"
    lin, tao = bank.posts["lin"], hire(bank, "tao", "2001", "陶然", "Tao Ran")
    yu = hire(bank, "yu", "2002", "于洋", "Yu Yang")
    people = portfolio(bank, settings, many, request)
    chen = people[0]
    set_target(
        lin, actor=bank.actor("zhou"), month=TODAY.replace(day=1), measure="aum_average", amount=Decimal(50_000_000)
    )
    rebuild()
    IdentityDocument.objects.filter(party=chen.pk).update(expires_on=TODAY + dt.timedelta(days=20))
    flag_expiring_documents(actor=system("clock.documents"), today=TODAY)
    promise = WorkItem.objects.open().get(kind="party.document_expiring", customer_id=chen.pk)

    # the morning: AUM, target, what is overdue, what matures
    page = visit("zhou", "/board/", language=language, width=width)
    total = sum(Decimal(1000 * (n + 1)) + Decimal(n % 100) / 100 for n in range(many))
    expect(page.get_by_text(f"{total:,.2f}").first).to_be_visible()
    expect(page.get_by_text(words["promises"])).to_be_visible()
    expect(page.locator("#parts")).to_contain_text("%")
    look(page, "1-board", case)

    # Lin is gone: her head learns it, and hands the portfolio over by rule
    let_go(bank.employees["lin"], actor=bank.actor("gao"))
    find_orphans(actor=CLOCK)
    page = visit("zhou", f"/customers/transfers/new/?giver={lin.pk}", language=language, width=width)
    for each in ("陶然", "于洋") if language == "zh" else ("Tao Ran", "Yu Yang"):
        page.locator("#id_receivers-ts-control").click()
        page.locator("#id_receivers-ts-control").fill(each)
        page.locator(".ts-dropdown .option", has_text=each).first.click()
    page.keyboard.press("Escape")
    page.select_option("#id_rule", "assets")
    page.select_option("#id_reason", "leaving")
    page.get_by_role("button", name=words["preview"]).click()
    expect(page.get_by_text(f"{total:,.2f}")).to_be_visible()
    settle(page)
    look(page, "2-preview", case)
    assert_accessible(page)
    page.get_by_role("button", name=words["prepare"]).click()
    page.wait_for_url("**/customers/transfers/*/")
    transfer = CustomerTransfer.objects.get()
    look(page, "3-prepared", case)
    assert Customer.objects.filter(lead_post=lin).count() == many

    # three signatures, each on its own page
    for person in ("tao", "yu", "wu"):
        page = visit(person, f"/customers/transfers/{transfer.pk}/", language=language, width=width)
        page.get_by_role("button", name=words["sign"], exact=True).click()
        settle(page)
        look(page, f"4-{person}", case)
    assert_accessible(page)
    transfer.refresh_from_db()
    promise.refresh_from_db()
    assert transfer.state == "done"
    assert not Customer.objects.filter(lead_post=lin).exists()
    assert promise.owner_post_id == Customer.objects.get(pk=chen.pk).lead_post_id
    assert not WorkItem.objects.open().filter(owner_post_id=lin.pk).exists()
    assert find_orphans(actor=CLOCK) == 0
    told = WorkItem.objects.open().filter(kind="party.transfer_tell")
    assert set(told.values_list("customer_id", flat=True)) == {row.pk for row in people}

    # the receiving manager is briefed: the list of customers, and the work that came
    page = visit("tao", f"/customers/transfers/{transfer.pk}/list/", language=language, width=width)
    expect(page.get_by_text(chen.customer_no)).to_be_visible()
    look(page, "5-list", case)
    page = visit("tao", "/", language=language, width=width)
    settle(page)
    look(page, "6-workbench", case)

    # the next morning: attribution split by date, and the figures tie to yesterday
    settings.KEXIN_BUSINESS_DATE = (TODAY + dt.timedelta(days=1)).isoformat()
    rebuild()
    by_post = {
        (row.day, row.post_id): row.aum
        for row in DailyFigures.objects.filter(day__in=(YESTERDAY, TODAY), unit=bank.units["east"])
    }
    assert by_post.pop((YESTERDAY, lin.pk)) == total
    assert set(by_post) == {(TODAY, tao.pk), (TODAY, yu.pk)}
    assert sum(by_post.values()) == total
    found = board(bank.actor("zhou"), bank.units["east"])
    assert found is not None
    assert (found.day, found.now.aum, found.against["aum"]["yesterday"].change) == (TODAY, total, 0)
    assert found.now.customers == many
    page = visit("zhou", "/board/", language=language, width=width)
    expect(page.get_by_text(f"{total:,.2f}").first).to_be_visible()
    look(page, "7-next-morning", case)
