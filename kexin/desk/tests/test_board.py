"""The morning board ties to the ledger: its figures against a day-by-day count over the stated balances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from kexin.core.errors import NotFound
from kexin.desk.board import against, bases_of, board, boards
from kexin.holdings.aum.rebuild import rebuild
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.holdings.tests.test_aum import another, stated
from kexin.party.models import Customer
from tests.personas import Bank

ClientOf = Callable[[str], Client]
D = dt.date
LAST = TODAY - dt.timedelta(days=1)


@pytest.fixture
def story(bank: Bank, settings: Any) -> list[int]:
    """Two customers in Lin's care with balances that change over the year's end and the month's end."""
    ledger = Ledger(bank.units["east"])
    settings.KEXIN_BUSINESS_DATE = "2025-11-03"
    first, second = another(bank), another(bank, "李静")
    stated(ledger, first, "current", (D(2025, 11, 5), "1000"), (D(2026, 1, 2), "4000.10"), (D(2026, 11, 18), "5000.33"))
    stated(ledger, second, "time_deposit", (D(2025, 12, 1), "20000"), (D(2026, 11, 1), "90000.07"))
    Customer.objects.filter(pk__in=[first.pk, second.pk]).update(status="active", admitted_on=D(2025, 11, 3))
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    rebuild()
    return [first.pk, second.pk]


def evening(day: dt.date) -> Decimal:
    """All assets at the end of a day: the last stated balance of each account until then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(b.balance), 0) FROM holdings_account a CROSS JOIN LATERAL (SELECT balance FROM"
            " holdings_balance WHERE account_id = a.id AND day <= %s ORDER BY day DESC LIMIT 1) b",
            [day],
        )
        return Decimal(cursor.fetchone()[0])


def test_every_figure_is_the_ledgers(bank: Bank, story: list[int]) -> None:
    found = board(bank.actor("zhou"), bank.units["east"])
    assert found is not None
    assert found.day == LAST
    assert found.now.aum == evening(LAST) == Decimal("95000.40")
    for name, base in bases_of(LAST).items():
        assert found.against["aum"][name].before == evening(base), name
        assert found.against["aum"][name].change == evening(LAST) - evening(base), name
    assert sum(line.now.aum for line in found.lines) == found.now.aum
    assert found.lines[0].post_id == bank.posts["lin"].pk
    assert found.now.customers == 2
    assert [value for _day, value in found.course] == [evening(day) for day, _value in found.course]


def test_head_office_sees_its_units_and_nobody_strangers(bank: Bank, story: list[int]) -> None:
    whole = board(bank.actor("tang"), bank.units["head"])
    assert whole is not None
    assert whole.now.aum == evening(LAST)
    assert not any(line.by_post for line in whole.lines)
    assert bank.units["west"] not in boards(bank.actor("zhou"))
    with pytest.raises(NotFound):
        board(bank.actor("zhou"), bank.units["west"])


def test_a_manager_sees_the_own_posts_figures(bank: Bank, story: list[int]) -> None:
    assert boards(bank.actor("lin")) == []
    mine, other = board(bank.actor("lin"), None), board(bank.actor("mei"), None)
    assert mine is not None
    assert other is not None
    assert (mine.now.aum, other.now.aum) == (evening(LAST), 0)


def test_the_page_shows_them_and_each_number_leads_on(bank: Bank, story: list[int], client_of: ClientOf) -> None:
    page = client_of("zhou").get(reverse("desk:board")).content.decode()
    for shown in ("95,000.40", "晨会看板", "较月初", f"/customers/?unit={bank.units['east'].pk}&amp;sort=-assets"):
        assert shown in page, shown
    assert client_of("zhou").get(reverse("desk:board"), {"unit": bank.units["west"].pk}).status_code == 404
    assert client_of("gao").get(reverse("desk:board")).status_code == 403


def test_before_the_first_evening_the_board_says_so(bank: Bank, client_of: ClientOf) -> None:
    assert "尚未生成日终数据" in client_of("zhou").get(reverse("desk:board")).content.decode()


def test_of_nought_there_is_no_share() -> None:
    assert against(Decimal(5), Decimal(0)).percent is None
    assert against(Decimal(-5), Decimal(-10)).percent == Decimal("50.00")


def test_the_day_tells_averages_against_targets_and_who_moves(
    bank: Bank, story: list[int], client_of: ClientOf
) -> None:
    page = client_of("lin").get(reverse("desk:day")).content.decode()
    for shown in ("本月", "未设目标", "本周到期", "即将降级", "临近升级"):
        assert shown in page, shown
    assert client_of("gao").get(reverse("desk:day")).content.decode().strip() == ""
