"""The lists that a morning leads to: pool, transfers, large movements, dormant customers, targets, my figures."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from kexin.holdings.aum.rebuild import rebuild
from kexin.holdings.operations.targets import set_target
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.holdings.tests.test_aum import another, stated
from kexin.party.models import Customer
from kexin.party.operations import assign_portfolio, propose_transfer
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_a_manager_resigns import hire

LOOK = os.environ.get("KEXIN_LOOK", "")
PAGES = (
    ("zhou", "/customers/pool/", "pool"),
    ("zhou", "/customers/transfers/", "transfers"),
    ("lin", "/movements/?days=30", "movements"),
    ("lin", "/dormant/", "dormant"),
    ("zhou", "/holdings/targets/", "targets"),
    ("lin", "/figures/", "figures"),
    ("zhou", "/figures/", "managers"),
)


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("zh", "light", "1440"), ("zh", "light", "390"), ("en", "dark", "1440")]
)
def test_every_list_reads_well_with_something_in_it(
    visit: Visit, bank: Any, settings: Any, language: str, theme: str, width: str
) -> None:
    ledger, lin = Ledger(bank.units["east"]), bank.posts["lin"]
    settings.KEXIN_BUSINESS_DATE = "2024-09-01"
    tao = hire(bank, "tao", "2001", "陶然", "Tao Ran")
    people = [another(bank, name) for name in ("王芳", "李静", "欧阳娜娜", "赵敏")]
    accounts = [
        stated(ledger, row, "current", (dt.date(2024, 9, 5), f"{(n + 1) * 260000}.50")) for n, row in enumerate(people)
    ]
    Customer.objects.filter(pk__in=[row.pk for row in people]).update(status="active", admitted_on="2024-09-01")
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    assign_portfolio(people[3], actor=bank.actor("zhou"), post=None, reason="收回")
    propose_transfer(
        lin, actor=bank.actor("zhou"), receivers=[tao.pk], reason="balance", rule="even", customers=[people[2].pk]
    )
    ledger.book(accounts[0], TODAY - dt.timedelta(days=1), "-250000.00")
    for post, amount in ((lin, 2_000_000), (tao, 500_000)):
        set_target(
            post, actor=bank.actor("zhou"), month=TODAY.replace(day=1), measure="aum_average", amount=Decimal(amount)
        )
    rebuild()
    for person, path, name in PAGES:
        page = visit(person, path, language=language, theme=theme, width=width)
        settle(page)
        expect(page.locator("main")).not_to_be_empty()
        if LOOK:
            page.screenshot(path=f"{LOOK}/list-{name}-{language}-{width}.png", full_page=True)
        assert_accessible(page)
