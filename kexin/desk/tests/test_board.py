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
from django.utils import timezone

from kexin.core.actor import system
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, WorkItem
from kexin.desk.board import against, bases_of, board, boards
from kexin.desk.day import my_day
from kexin.desk.overdue import Overdue, overdue_at
from kexin.desk.queries import figures
from kexin.holdings.aum.evening import evening_of
from kexin.holdings.aum.queries import figures_of
from kexin.holdings.aum.rebuild import rebuild
from kexin.holdings.models import DailyFigures, UnitFigures
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.holdings.tests.test_aum import another, stated
from kexin.party.models import Customer, Party
from kexin.people.operations import create_unit, merge_unit
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
    east = bank.units["east"].pk
    for shown in (
        "95,000.40",
        "晨会看板",
        "较月初",
        "超时承诺",
        "本月到期",
        f"/board/customers/?unit={east}&amp;by=aum",
    ):
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
    blocks = (
        "今日预约", "今日电访", "本月", "未设目标", "本周到期", "即将降级", "临近升级", "大额异动", "七日内生日",
        "睡眠客户",
    )  # fmt: skip
    assert [page.index(f"{shown}") for shown in blocks] == sorted(page.index(shown) for shown in blocks)
    assert client_of("gao").get(reverse("desk:day")).content.decode().strip() == ""


def test_lunar_birthdays_count_like_solar_ones_on_every_screen(
    bank: Bank, story: list[int], client_of: ClientOf, settings: Any
) -> None:
    settings.KEXIN_BUSINESS_DATE = "2026-11-20"  # the twelfth of the tenth lunar month
    solar, lunar = Customer.objects.select_related("party").filter(pk__in=story).order_by("pk")
    Customer.objects.filter(pk=solar.pk).update(birthday=1120)
    Customer.objects.filter(pk=lunar.pk).update(birthday=1220)
    Party.objects.filter(pk=lunar.party_id).update(lunar_birthday="10-12")
    lin = bank.actor("lin")
    assert figures(lin).birthdays == 2
    day = my_day(lin)
    assert day.birthdays is not None
    assert {row.customer.pk: row.lunar for row in day.birthdays.lines} == {solar.pk: False, lunar.pk: True}
    answer = client_of("lin").get("/api/v1/workbench/day").json()
    assert sorted(answer["birthdays"]["customers"]) == story
    assert answer["birthdays"]["count"] == 2
    assert "农历" in client_of("lin").get(reverse("desk:day")).content.decode()


def test_the_first_page_and_its_blocks_keep_to_their_budgets(
    bank: Bank, story: list[int], client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    client = client_of("lin")
    client.get(reverse("desk:workbench"))
    with django_assert_max_num_queries(24):
        client.get(reverse("desk:workbench"))
    with django_assert_max_num_queries(45):
        client.get(reverse("desk:day"))


def test_the_list_behind_a_number_adds_up_to_it(bank: Bank, story: list[int], client_of: ClientOf) -> None:
    zhou, east = bank.actor("zhou"), bank.units["east"]
    for day in (LAST, *bases_of(LAST).values()):
        lines = evening_of(zhou, day, unit=east)
        figure = figures_of(zhou, [day], unit=east).get(day)
        assert sum(line.aum for line in lines) == (figure.aum if figure else 0) == evening(day)
        assert sum(line.count for line in lines) == (figure.customers if figure else 0)
    with pytest.raises(NotFound):
        evening_of(zhou, LAST, unit=bank.units["west"])
    assert [line.aum for line in evening_of(bank.actor("lin"), LAST, post=bank.posts["lin"])] == [
        Decimal("90000.07"),
        Decimal("5000.33"),
    ]
    page = client_of("zhou").get(reverse("desk:board_list"), {"unit": east.pk}).content.decode()
    assert "95,000.40" in page
    assert "90,000.07" in page
    assert client_of("zhou").get(reverse("desk:board_list"), {"unit": bank.units["west"].pk}).status_code == 404
    assert client_of("mei").get(reverse("desk:board_list"), {"post": bank.posts["lin"].pk}).status_code == 404
    assert client_of("tang").get(reverse("desk:board_list"), {"unit": east.pk}).status_code == 403


def test_what_a_unit_has_is_the_sum_of_its_posts_whatever_changes_them(bank: Bank, story: list[int]) -> None:
    def apart() -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(a.day, b.day) FROM (SELECT unit_id, day, sum(aum) aum, sum(deposits) d, sum(inflow) i,"
                " sum(outflow) o, sum(customers) c, count(*) p FROM holdings_dailyfigures GROUP BY 1, 2) a"
                " FULL JOIN holdings_unitfigures b USING (unit_id, day) WHERE (a.aum, a.d, a.i, a.o, a.c, a.p)"
                " IS DISTINCT FROM (b.aum, b.deposits, b.inflow, b.outflow, b.customers::bigint, b.parts::bigint)"
            )
            return list(cursor.fetchall())

    assert apart() == []
    row = DailyFigures.objects.get(post=bank.posts["lin"], day=LAST)
    DailyFigures.objects.filter(pk=row.pk).update(aum=7, tiers={"gold": 3})
    DailyFigures.objects.create(day=LAST, unit=row.unit, post=None, aum=1, tiers={"gold": 2, "basic": 1})
    assert apart() == []
    assert UnitFigures.objects.get(unit=row.unit, day=LAST).tiers == {"gold": 5, "basic": 1}
    DailyFigures.objects.filter(day=LAST).delete()
    assert apart() == []
    assert not UnitFigures.objects.filter(day=LAST).exists()


def test_work_past_its_time_is_counted_then_and_now(bank: Bank, chen: Customer) -> None:
    begin, lin = timezone.now() - dt.timedelta(days=400), bank.posts["lin"].pk
    east = bank.units["east"].pk
    kept = [
        WorkItem.objects.create(
            kind="core.approval", unit_id=east, owner_post_id=lin, opened_at=begin - dt.timedelta(days=1),
            due_at=begin + dt.timedelta(days=days), subject_kind="x", subject_id=days,
            customer_id=chen.pk if days else None,
        )
        for days in (0, 1, 900)
    ]  # fmt: skip
    before = (begin + dt.timedelta(days=30)).date()
    assert overdue_at({"year": before}, units=[east]) == {"now": Overdue(2, 1), "year": Overdue(2, 1)}
    closed = timezone.now() - dt.timedelta(days=2)
    WorkItem.objects.filter(pk=kept[1].pk).update(status="done", closed_at=closed)
    assert overdue_at({"year": before}, units=[east]) == {"now": Overdue(1, 0), "year": Overdue(2, 1)}
    assert overdue_at({"year": before}, posts=[bank.posts["mei"].pk])["now"] == Overdue(0, 0)


def test_a_unit_merged_in_mid_year_is_compared_as_if_it_had_always_been_one(
    bank: Bank, story: list[int], settings: Any, client_of: ClientOf
) -> None:
    zhou, east = bank.actor("zhou"), bank.units["east"]
    old = create_unit(
        actor=system("set-up"), code="109", name="城南支行", name_en="South", kind="sub_branch",
        parent=bank.units["branch"],
    )  # fmt: skip
    year = bases_of(LAST)["year"]
    DailyFigures.objects.create(day=year, unit=old, post=None, aum=Decimal("500.05"), customers=1)
    alone = board(zhou, east)
    with pytest.raises(RuleViolation):
        merge_unit(bank.units["branch"], actor=bank.actor("gao"), into=east)
    merge_unit(old, actor=bank.actor("gao"), into=east)
    assert AuditEntry.objects.filter(operation="people.merge_unit", outcome="done").exists()
    both, whole = board(zhou, east), board(bank.actor("wu"), bank.units["branch"])
    assert alone is not None
    assert both is not None
    assert whole is not None
    assert both.against["aum"]["year"].before == alone.against["aum"]["year"].before + Decimal("500.05")
    assert both.now == alone.now
    assert [unit.pk for unit in both.merged] == [old.pk]
    assert {line.unit_id: line.now.aum for line in whole.lines} == {east.pk: both.now.aum}
    assert "城南支行" in client_of("zhou").get(reverse("desk:board")).content.decode()


def test_the_board_leaves_as_a_file_for_a_purpose(bank: Bank, story: list[int], client_of: ClientOf) -> None:
    page = client_of("zhou")
    address = f"{reverse('desk:board_export')}?unit={bank.units['east'].pk}"
    assert page.post(address, {"purpose": " ", "format": "xlsx"}).status_code == 422
    answer = page.post(address, {"purpose": "晨会", "format": "csv"})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "95000.40" in text
    assert "超时承诺" in text
    assert AuditEntry.objects.filter(operation="desk.export_board", outcome="done").exists()
    assert page.post(address, {"purpose": "晨会", "format": "xlsx"}).status_code == 200
    assert client_of("zhou").get(f"{reverse('desk:board_export')}?unit={bank.units['west'].pk}").status_code == 404
    assert client_of("sun").get(reverse("desk:board_list")).status_code in (403, 404)


def test_the_whole_bank_is_read_from_units(
    bank: Bank, story: list[int], client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    wu = bank.actor("wu")
    with django_assert_max_num_queries(24):
        board(wu, bank.units["head"])
    client = client_of("zhou")
    client.get(reverse("desk:board"))
    with django_assert_max_num_queries(42):
        client.get(reverse("desk:board"))
