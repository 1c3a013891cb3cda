"""The ladder of maturities: what stands on it, when, for whom."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.errors import NotPermitted
from kexin.core.models import AuditEntry, WorkItem
from kexin.core.work_operations import complete_work
from kexin.core.workflow import work_kinds
from kexin.holdings.maturities.gather import gather_maturities, shifts
from kexin.holdings.maturities.nightly import gather_and_watch
from kexin.holdings.maturities.queries import (
    MaturityFilter,
    maturity_lines,
    maturity_sums,
    period_start,
    periods,
)
from kexin.holdings.models import ExchangeRate, Loan, Maturity, StandingOrder
from kexin.holdings.tests.conftest import TODAY, Ledger

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
FAR = TODAY + 366 * DAY


def lines(bank: Any, who: str = "lin", first: dt.date = TODAY, last: dt.date = FAR, **wanted: Any) -> list[Maturity]:
    rows = maturity_lines(bank.actor(who), first, last, MaturityFilter(**wanted))
    return list(rows.order_by("due_on", "id"))


def test_deposits_and_products_stand_on_the_ladder(bank: Any, chen: Any, chens: Any) -> None:
    assert gather_maturities() == 2
    found = [(row.kind, row.due_on, row.amount, row.value) for row in lines(bank)]
    assert found == [
        ("time_deposit", TODAY + 12 * DAY, Decimal(800000), Decimal(800000)),
        ("wealth", TODAY + 28 * DAY, Decimal(620000), Decimal(620000)),
    ]
    assert gather_maturities() == 0
    assert gather_maturities([chen.pk]) == 0


def test_a_holiday_moves_the_day_and_keeps_the_contract(bank: Any, chen: Any, ledger: Ledger) -> None:
    new_year = dt.date(2026, 1, 1)  # Thursday; the notice of 2026 made up on Sunday 4 January
    closed, opened = shifts(new_year, dt.date(2026, 1, 5))
    assert dict(zip(closed, opened, strict=True)) == dict.fromkeys(
        [dt.date(2026, 1, 3), dt.date(2026, 1, 2), new_year], dt.date(2026, 1, 4)
    )
    ledger.account(chen, "certificate", balance="200000", matures_on=dt.date(2026, 11, 28))  # a Saturday
    gather_maturities()
    (row,) = lines(bank)
    assert (row.contract_on, row.due_on, row.shifted) == (dt.date(2026, 11, 28), dt.date(2026, 11, 30), True)


def test_a_deposit_broken_early_leaves_the_ladder_and_one_that_matured_stays(
    bank: Any, chen: Any, chens: Any, ledger: Ledger, settings: Any
) -> None:
    gather_maturities()
    chens["deposit"].status, chens["deposit"].closed_on = "closed", TODAY
    chens["deposit"].save()
    assert gather_maturities([chen.pk]) == 1
    assert [row.kind for row in lines(bank)] == ["wealth"]
    settings.KEXIN_BUSINESS_DATE = (TODAY + 40 * DAY).isoformat()
    chens["wealth"].holdings.all().delete()  # paid out
    gather_maturities()
    (row,) = lines(bank)
    assert (row.kind, row.amount) == ("wealth", Decimal(620000))


def test_what_matured_counts_as_of_the_evening_before(bank: Any, chen: Any, ledger: Ledger) -> None:
    matured = TODAY - 10 * DAY
    account = ledger.account(chen, "time_deposit", balance="0", matures_on=matured, status="closed", closed_on=matured)
    ledger.state(account, matured - 300 * DAY, "300000")
    ledger.state(account, matured, "0")
    gather_maturities()
    (row,) = lines(bank, first=matured - DAY)
    assert (row.amount, row.post_id) == (Decimal(300000), bank.posts["lin"].pk)


def test_loans_their_next_instalment_and_premiums_are_owed(bank: Any, chen: Any, ledger: Ledger) -> None:
    owed = ledger.account(chen, "loan", balance="90000")
    current = ledger.account(chen, balance="1000")
    Loan.objects.create(
        account=owed, customer=chen, granted_on=dt.date(2025, 1, 31), principal=120000, term_months=36,
        payment=Decimal("3600.10"), status="running",
    )  # fmt: skip
    StandingOrder.objects.create(account=current, customer=chen, amount=5000, purpose="保费", day_of_month=31)
    StandingOrder.objects.create(account=current, customer=chen, amount=700, purpose="房租", day_of_month=1)
    gather_maturities()
    found = sorted(
        ((row.kind, row.contract_on, row.due_on, row.amount) for row in lines(bank, last=TODAY + 800 * DAY)),
        key=lambda line: (line[1], line[0]),
    )
    assert found == [
        ("instalment", dt.date(2026, 11, 30), dt.date(2026, 11, 30), Decimal("3600.10")),
        ("premium", dt.date(2026, 11, 30), dt.date(2026, 11, 30), Decimal(5000)),
        ("loan", dt.date(2028, 1, 31), dt.date(2028, 1, 31), Decimal("3600.10")),
    ]
    (month,) = maturity_sums(bank.actor("lin"), "month", TODAY, dt.date(2026, 11, 30))
    assert (month.count, month.amount, month.owed_count, month.owed) == (0, 0, 2, Decimal("8600.10"))


def test_the_instalment_moves_on_when_its_day_has_passed(bank: Any, chen: Any, ledger: Ledger, settings: Any) -> None:
    owed = ledger.account(chen, "loan", balance="90000")
    Loan.objects.create(
        account=owed, customer=chen, granted_on=dt.date(2025, 1, 20), principal=120000, term_months=36,
        payment=3600, status="running_late",
    )  # fmt: skip
    gather_maturities()
    assert [row.contract_on for row in lines(bank)] == [TODAY]
    settings.KEXIN_BUSINESS_DATE = (TODAY + DAY).isoformat()
    gather_maturities()
    assert [row.contract_on for row in lines(bank)] == [dt.date(2026, 12, 20)]


def test_sums_tie_to_the_lines_and_name_quiet_periods(bank: Any, chen: Any, chens: Any, ledger: Ledger) -> None:
    ledger.account(chen, "structured", balance="100000.01", matures_on=TODAY + 12 * DAY)
    ledger.account(chen, "time_deposit", balance="700", currency="USD", matures_on=TODAY + 13 * DAY)
    gather_maturities()
    actor, last = bank.actor("lin"), TODAY + 30 * DAY
    for by in ("day", "week", "month"):
        sums = maturity_sums(actor, by, TODAY, last)
        assert sums[0].first == TODAY
        assert sums[-1].last == last
        assert sum(each.count for each in sums) == 4
        assert sum(each.amount for each in sums) == Decimal("1520000.01")
        assert sum(each.unrated for each in sums) == 1
        for each in sums:
            mine = lines(bank, first=each.first, last=each.last)
            assert (len(mine), sum((row.value or 0 for row in mine), Decimal(0))) == (each.count, each.amount)
    ExchangeRate.objects.create(currency="USD", base="CNY", day=TODAY, rate=Decimal("7.1"))
    gather_maturities()
    assert sum(each.amount for each in maturity_sums(actor, "month", TODAY, last)) == Decimal("1524970.01")
    with pytest.raises(ValueError, match="no period"):
        maturity_sums(actor, "year", TODAY, last)


def test_periods_are_cut_at_both_ends() -> None:
    wednesday = dt.date(2026, 11, 18)
    assert periods(wednesday, dt.date(2026, 12, 2), "week") == [
        (wednesday, dt.date(2026, 11, 22)),
        (dt.date(2026, 11, 23), dt.date(2026, 11, 29)),
        (dt.date(2026, 11, 30), dt.date(2026, 12, 2)),
    ]
    assert periods(wednesday, dt.date(2026, 12, 2), "month")[1] == (
        dt.date(2026, 12, 1),
        dt.date(2026, 12, 2),
    )
    assert period_start(wednesday, "day") == wednesday


def test_filters(bank: Any, chen: Any, chens: Any) -> None:
    gather_maturities()
    assert [row.kind for row in lines(bank, kinds=("wealth",))] == ["wealth"]
    assert [row.kind for row in lines(bank, amount_from=Decimal(700000))] == ["time_deposit"]
    assert [row.kind for row in lines(bank, amount_to=Decimal(700000))] == ["wealth"]
    assert len(lines(bank, unit_id=bank.units["east"].pk)) == 2
    assert lines(bank, unit_id=bank.units["west"].pk) == []
    assert len(lines(bank, post_id=bank.posts["lin"].pk)) == 2
    assert lines(bank, pool=True) == []
    assert len(lines(bank, contact="none")) == 2
    assert lines(bank, contact="open") == lines(bank, contact="done") == lines(bank, part="gone") == []
    chen.tier = "gold"
    chen.save(update_fields=["tier"])
    assert len(lines(bank, tier="gold")) == 2
    assert lines(bank, tier="silver") == []


def test_reach(bank: Any, chen: Any, chens: Any) -> None:
    gather_maturities()
    for who, count in (("lin", 2), ("zhou", 2), ("wu", 2), ("mei", 0)):
        assert len(lines(bank, who)) == count, who
        assert sum(each.count for each in maturity_sums(bank.actor(who), "month", TODAY, FAR)) == count, who
    for who in ("he", "gao"):
        with pytest.raises(NotPermitted):
            maturity_lines(bank.actor(who), TODAY, FAR)


def test_one_read_for_the_sums(bank: Any, chen: Any, chens: Any) -> None:
    gather_maturities()
    actor = bank.actor("lin")
    with CaptureQueriesContext(connection) as caught:
        maturity_sums(actor, "week", TODAY, FAR)
    assert len(caught) == 1


# -- page, file, work ----------------------------------------------------------------------------------------------


def test_the_page_shows_the_ladder_and_the_list_of_a_period(bank: Any, chen: Any, chens: Any, client_of: Any) -> None:
    gather_maturities()
    client, url = client_of("lin"), reverse("holdings:maturities")
    shown = client.get(url)
    assert [row.kind for row in shown.context["table"].page.rows] == ["time_deposit", "wealth"]
    assert [each["sum"].amount for each in shown.context["rungs"]] == [Decimal(800000), Decimal(620000)]
    week = client.get(url + shown.context["rungs"][1]["url"])
    assert [row.kind for row in week.context["table"].page.rows] == ["wealth"]
    text = shown.content.decode()
    for each in ("到期台账", "陈秀兰", "800,000.00", "2026-12-02"):
        assert each in text, each
    for by in ("day", "month"):
        assert client.get(url, {"by": by, "panel": "1"}).status_code == 200
    assert "没有" in client.get(url, {"kind": "gold"}).content.decode()


def test_who_may_open_the_page(chens: Any, client_of: Any) -> None:
    gather_maturities()
    url = reverse("holdings:maturities")
    for who, status in (("lin", 200), ("zhou", 200), ("sun", 200), ("wu", 200), ("qian", 200), ("he", 403)):
        assert client_of(who).get(url).status_code == status, who
    assert "陈秀兰" not in client_of("mei").get(url).content.decode()


def test_query_budget_of_the_page(chens: Any, client_of: Any) -> None:
    gather_maturities()
    client, url = client_of("lin"), reverse("holdings:maturities")
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        client.get(url)
    assert len(caught) <= 22


def test_export(chens: Any, client_of: Any) -> None:
    gather_maturities()
    url = reverse("holdings:maturities_export") + "?kind=wealth"
    client = client_of("lin")
    assert client.get(url).status_code == 200
    assert client.post(url, {"purpose": "", "format": "csv"}).status_code == 422
    answer = client.post(url, {"purpose": "到期联系", "format": "csv"})
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(rows) == 3
    assert "620000.00" in rows[1]
    entry = AuditEntry.objects.filter(operation="holdings.export_maturities", outcome="done").get()
    assert (entry.arguments["purpose"], entry.arguments["rows"]) == ("到期联系", 1)
    assert client_of("sun").get(url).status_code == 403


def test_work_is_one_item_per_customer_and_week(
    bank: Any, chen: Any, chens: Any, ledger: Ledger, settings: Any
) -> None:
    ledger.account(chen, "time_deposit", balance="30000", matures_on=TODAY + 11 * DAY)
    clock = system("clock.maturities")
    assert gather_and_watch(actor=clock) == 1
    item = WorkItem.objects.get(kind="holdings.maturing")
    assert (item.owner_post_id, item.customer_id, item.details["count"]) == (bank.posts["lin"].pk, chen.pk, 2)
    assert "83 万" in str(work_kinds[item.kind].sentence(item))
    assert item.due_at.astimezone(zone()).date() == TODAY + 11 * DAY
    later = ledger.account(chen, "time_deposit", balance="70000", matures_on=TODAY + 13 * DAY)
    assert gather_and_watch(actor=clock) == 0
    assert Maturity.objects.get(account=later).work_id == item.pk
    assert len(lines(bank, contact="open")) == 3
    complete_work(item, actor=bank.actor("lin"), outcome="renewed")
    ledger.account(chen, "time_deposit", balance="90000", matures_on=TODAY + 13 * DAY)
    assert gather_and_watch(actor=clock) == 0
    assert len(lines(bank, contact="done")) == 4
    settings.KEXIN_BUSINESS_DATE = (TODAY + 13 * DAY).isoformat()
    assert gather_and_watch(actor=clock) == 1  # the wealth product a fortnight later


def test_small_amounts_make_no_work(bank: Any, chen: Any, ledger: Ledger) -> None:
    ledger.account(chen, "time_deposit", balance="49999.99", matures_on=TODAY + 5 * DAY)
    assert gather_and_watch(actor=system("clock.maturities")) == 0
    assert not WorkItem.objects.filter(kind="holdings.maturing").exists()


def test_no_amount_no_row(chen: Any, ledger: Ledger) -> None:
    account = ledger.account(chen, "time_deposit", balance="0", matures_on=TODAY + DAY)
    gather_maturities()
    assert not Maturity.objects.filter(account=account).exists()
