"""Figures of posts and pools by day: attributed by whoever led, tied to the customers' own AUM to the cent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from kexin.core.actor import system
from kexin.core.errors import NotFound
from kexin.core.models import PolicyVersion
from kexin.core.policy import forget_cache
from kexin.holdings.aum import daily
from kexin.holdings.aum.follow import follow, refresh_daily
from kexin.holdings.aum.queries import averages_of, figures_of, latest_figures_day
from kexin.holdings.aum.rebuild import Buckets, begin, rebuild
from kexin.holdings.choices import RunState
from kexin.holdings.models import AssetsUnderManagement, DailyFigures
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.holdings.tests.test_aum import another, policy, stated
from kexin.party.models import Customer
from kexin.party.operations import assign_portfolio
from kexin.party.operations.shares import set_shares

pytestmark = pytest.mark.django_db
D = dt.date
DAY = dt.timedelta(days=1)
YESTERDAY = TODAY - DAY


@pytest.fixture
def story(bank: Any, ledger: Ledger, settings: Any) -> dict[str, Any]:
    """Two customers of Lin's since 1 September; on 11 October one goes to Mei, on 21 October the other to the pool."""
    settings.KEXIN_BUSINESS_DATE = "2026-09-01"
    first, second = another(bank), another(bank, "李静")
    accounts = {
        "first": stated(ledger, first, "current", (D(2026, 9, 1), "1000"), (D(2026, 10, 5), "1500.55")),
        "second": stated(ledger, second, "fund", (D(2026, 9, 1), "7000"), (D(2026, 11, 2), "8000")),
        "debt": stated(ledger, second, "loan", (D(2026, 9, 1), "99999")),
    }
    ledger.book(accounts["first"], D(2026, 10, 5), "600.55")
    ledger.book(accounts["first"], D(2026, 10, 5), "-100")
    ledger.book(accounts["first"], D(2026, 10, 5), "-5000", kind="invest")
    Customer.objects.filter(pk__in=[first.pk, second.pk]).update(status="active", admitted_on=D(2026, 9, 1))
    settings.KEXIN_BUSINESS_DATE = "2026-10-11"
    assign_portfolio(first, actor=system("test"), post=None, reason="收回")
    assign_portfolio(first, actor=system("test"), post=bank.posts["mei"], reason="搬家")
    settings.KEXIN_BUSINESS_DATE = "2026-10-21"
    assign_portfolio(second, actor=system("test"), post=None, unit=bank.units["east"], reason="收回")
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    return accounts


def by_post(day: dt.date) -> dict[int | None, tuple[Decimal, Decimal, int]]:
    return {row.post_id: (row.aum, row.deposits, row.customers) for row in DailyFigures.objects.filter(day=day)}


def test_figures_go_to_whoever_led_on_the_day(bank: Any, story: dict[str, Any]) -> None:
    rebuild()
    lin, mei = bank.posts["lin"].pk, bank.posts["mei"].pk
    first, later = Decimal("1000.00"), Decimal("1500.55")
    assert by_post(D(2026, 9, 30)) == {lin: (first + 7000, first, 2)}
    assert by_post(D(2026, 10, 10)) == {lin: (later + 7000, later, 2)}
    assert by_post(D(2026, 10, 11)) == {lin: (Decimal(7000), Decimal(0), 1), mei: (later, later, 1)}
    assert by_post(D(2026, 10, 21)) == {None: (Decimal(7000), Decimal(0), 1), mei: (later, later, 1)}
    assert by_post(YESTERDAY) == {None: (Decimal(8000), Decimal(0), 1), mei: (later, later, 1)}
    units = {row.post_id: row.unit_id for row in DailyFigures.objects.filter(day=YESTERDAY)}
    assert units == {None: bank.units["east"].pk, mei: bank.units["west"].pk}
    assert not DailyFigures.objects.filter(day__gte=TODAY).exists()


def test_the_days_of_a_month_add_up_to_the_months_of_the_customers(story: dict[str, Any]) -> None:
    rebuild()
    days: dict[dt.date, Decimal] = defaultdict(Decimal)
    for row in DailyFigures.objects.filter(day__lt=D(2026, 11, 1)):
        days[row.day.replace(day=1)] += row.aum
    months: dict[dt.date, Decimal] = defaultdict(Decimal)
    for month in AssetsUnderManagement.objects.filter(month__lt=D(2026, 11, 1)):
        months[month.month] += month.day_sum
    assert days == months
    assert set(days) == {D(2026, 9, 1), D(2026, 10, 1)}


def test_money_in_and_out_comes_from_bookings_without_moves_into_investments(bank: Any, story: dict[str, Any]) -> None:
    rebuild()
    lin = figures_of(bank.actor("lin"), [D(2026, 10, 5)])[D(2026, 10, 5)]
    assert (lin.inflow, lin.outflow, lin.net_flow) == (Decimal("600.55"), Decimal(100), Decimal("500.55"))
    policy("holdings.aum", not_flows=[])
    rebuild()
    assert figures_of(bank.actor("lin"), [D(2026, 10, 5)])[D(2026, 10, 5)].outflow == 5100


def test_tiers_are_counted_as_they_stood(bank: Any, story: dict[str, Any]) -> None:
    ladder = [{"code": "low", "name": "低", "from": 0}, {"code": "high", "name": "高", "from": 5000}]
    policy("holdings.tiers", ladder=ladder)
    rebuild()
    rebuild()  # the tiers are there now, and stand in the figures of every day
    shown = figures_of(bank.actor("wu"), [D(2026, 9, 30), D(2026, 10, 1), YESTERDAY])
    assert [each.tiers for each in shown.values()] == [{}, {"low": 1, "high": 1}, {"low": 1, "high": 1}]
    assert figures_of(bank.actor("mei"), [YESTERDAY])[YESTERDAY].tiers == {"low": 1}


def test_a_correction_brings_the_figures_of_posts_and_pools_into_line(story: dict[str, Any], ledger: Ledger) -> None:
    rebuild()
    ledger.state(story["second"], D(2026, 10, 15), "6000")
    written = follow([story["second"].customer_id])
    assert written.first == D(2026, 10, 1)
    refresh_daily([story["second"].customer_id], written.first)
    followed = rows()
    rebuild()
    assert rows() == followed
    assert {row[3] for row in followed if row[0] == D(2026, 10, 25) and row[2] is None} == {Decimal(6000)}


def rows() -> list[tuple[Any, ...]]:
    names = ("day", "unit_id", "post_id", "aum", "deposits", "inflow", "outflow", "customers", "tiers")
    return sorted(DailyFigures.objects.values_list(*names), key=lambda row: (row[0], row[1], row[2] or 0))


def test_a_policy_that_changes_in_between_leaves_every_evening_right(story: dict[str, Any]) -> None:
    policy("holdings.aum", on=D(2026, 10, 2), weights={"current": 100, "fund": 50})
    rebuild()
    whole = {row.day: Decimal(0) for row in DailyFigures.objects.all()}
    for row in DailyFigures.objects.all():
        whole[row.day] += row.aum
    assert whole[D(2026, 9, 30)] == Decimal(8000)
    assert whole[D(2026, 10, 1)] == Decimal(4500)
    assert whole[YESTERDAY] == Decimal("5500.55")


def test_an_interrupted_rebuild_goes_on_behind_its_marks(story: dict[str, Any]) -> None:
    rebuild()
    whole = rows()
    act = begin(reason="half")
    seen: list[int] = []
    with pytest.raises(ZeroDivisionError):
        rebuild(resume=act, progress=lambda run: seen.append(1 // 0))
    act.refresh_from_db()
    assert act.state == RunState.RUNNING
    assert act.done == 2
    done = rebuild(resume=act)
    assert (done.state, done.done) == (RunState.DONE, 2)
    assert rows() == whole


def test_a_rebuild_that_an_earlier_release_began_is_begun_again(story: dict[str, Any]) -> None:
    """Its lanes were fixed halves, ``a`` and ``b``: what was collected behind their marks must not count twice."""
    rebuild()
    whole = rows()
    act = begin(reason="older")
    with pytest.raises(ZeroDivisionError):
        rebuild(resume=act, progress=lambda run: 1 // 0)
    act.refresh_from_db()
    act.marks = {"a": act.marks["up"]}
    act.save(update_fields=["marks"])
    done = rebuild(resume=act)
    assert (done.state, done.done) == (RunState.DONE, 2)
    assert rows() == whole


def test_lanes_from_both_ends_meet_and_go_on_behind_their_marks(story: dict[str, Any]) -> None:
    act = begin(reason="lanes")
    left = Buckets(3, 8)
    assert [left.take(lane) for lane in ("up", "down", "up", "up", "down", "down", "up", "down")] == [
        3, 8, 4, 5, 7, 6, None, None,
    ]  # fmt: skip
    everything = Buckets.of(act)
    act.marks = {"up": everything.low, "down": everything.high + 1}
    assert Buckets.of(act).take("up") == (everything.low + 1 if everything.high > everything.low else None)


def test_a_rebuild_broken_off_between_the_halves_of_the_units(
    story: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild()
    whole = rows()
    DailyFigures.objects.update(aum=0)
    act = begin(reason="halves")
    real = daily.sum_up

    def broken(*args: Any, part: int, **rest: Any) -> int:
        if part:
            raise ConnectionError
        return real(*args, part=part, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(daily, "sum_up", broken)
        with pytest.raises(ConnectionError):
            rebuild(resume=act)
    act.refresh_from_db()
    assert (act.state, act.done) == (RunState.RUNNING, 2)
    assert [key for key in act.marks if key.startswith("evenings")] == ["evenings0"]
    assert rebuild(resume=act).state == RunState.DONE
    assert rows() == whole


def test_figures_within_reach(bank: Any, story: dict[str, Any]) -> None:
    rebuild()
    lin, zhou, tang = bank.actor("lin"), bank.actor("zhou"), bank.actor("tang")
    day = D(2026, 10, 11)
    assert figures_of(lin, [day])[day].aum == 7000
    assert figures_of(zhou, [day], unit=bank.units["east"])[day].aum == 7000
    assert figures_of(tang, [day])[day].aum == Decimal("8500.55")
    assert figures_of(tang, [day], unit=bank.units["branch"])[day].aum == Decimal("8500.55")
    for actor, where in (
        (lin, {"post": bank.posts["mei"]}),
        (lin, {"unit": bank.units["east"]}),
        (zhou, {"unit": bank.units["branch"]}),
        (zhou, {"post": bank.posts["mei"]}),
    ):
        with pytest.raises(NotFound):
            figures_of(actor, [day], **where)
    found = averages_of(tang, D(2026, 10, 1), D(2026, 10, 31), post=bank.posts["lin"])
    assert found.days == 20
    assert latest_figures_day(tang) == YESTERDAY


def test_shares_divide_a_line_and_units_still_tie(bank: Any, ledger: Ledger, settings: Any) -> None:
    settings.KEXIN_BUSINESS_DATE = "2026-10-01"
    customer = another(bank)
    stated(ledger, customer, "current", (D(2026, 10, 1), "100.01"))
    stated(ledger, customer, "fund", (D(2026, 10, 1), "1000"))
    lin, mei = bank.posts["lin"], bank.posts["mei"]
    settings.KEXIN_BUSINESS_DATE = "2026-10-11"
    halves = [(lin.pk, Decimal(50)), (mei.pk, Decimal(50))]
    set_shares(customer, actor=system("test"), line="deposits", shares=halves, reason="共同维护")
    version = PolicyVersion.objects.get(code="party.attribution")
    version.values["double_counting"] = True
    version.save()
    forget_cache()
    settings.KEXIN_BUSINESS_DATE = "2026-10-21"
    both = [(lin.pk, Decimal(100)), (mei.pk, Decimal(100))]
    set_shares(customer, actor=system("test"), line="all", shares=both, reason="双算")
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    rebuild()
    assert sums(D(2026, 10, 10)) == {lin.pk: Decimal("1100.01")}
    divided = sums(D(2026, 10, 11))
    assert divided == {lin.pk: Decimal("1050.00"), mei.pk: Decimal("50.01")}  # half a cent is rounded up
    doubled = sums(D(2026, 10, 21))
    assert doubled == {lin.pk: Decimal("1050.00"), mei.pk: Decimal("1050.01"), None: Decimal(-1000)}
    assert sum(doubled.values()) == Decimal("1100.01")


def sums(day: dt.date) -> dict[int | None, Decimal]:
    return {row.post_id: row.aum for row in DailyFigures.objects.filter(day=day)}
