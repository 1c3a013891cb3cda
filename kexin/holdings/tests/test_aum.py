"""AUM by month: the rule of steps, against a day-by-day expansion, and its hard moments."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kexin.core.models import PolicyVersion
from kexin.core.policy import forget_cache
from kexin.holdings.assets import refresh_assets
from kexin.holdings.aum.follow import follow
from kexin.holdings.aum.queries import aum_of, aum_reported
from kexin.holdings.models import AccountParty, AssetsUnderManagement, Balance, ExchangeRate
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.party.models import Customer

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
D = dt.date
LONG_AGO = D(1990, 1, 2)


def policy(code: str, on: dt.date = LONG_AGO, **numbers: Any) -> None:
    """A further approved version, in force from a day on."""
    last = PolicyVersion.objects.filter(code=code).order_by("number").last()
    assert last is not None
    PolicyVersion.objects.create(
        code=code, number=last.number + 1, values={**last.values, **numbers}, in_force_from=on, legal_basis="test",
        status="approved", drafted_by="a", approved_by="b",
    )  # fmt: skip
    forget_cache()


def month(customer: Any, year: int, number: int) -> AssetsUnderManagement | None:
    return AssetsUnderManagement.objects.filter(customer=customer, month=D(year, number, 1), known_until=None).first()


def stated(ledger: Ledger, customer: Any, kind: str, *states: tuple[dt.date, str], **more: Any) -> Any:
    """An account with stated balances, as an import leaves it: the last one stands on the account, too."""
    day, balance = states[-1]
    account = ledger.account(customer, kind, balance=balance, **{"balance_on": day, **more})
    for at, value in states:
        ledger.state(account, at, value)
    return account


def another(bank: Any, name: str = "王芳") -> Customer:
    """A second customer of Lin's."""
    from kexin.party.data import PartyData
    from kexin.party.operations import create_customer

    return create_customer(
        actor=bank.actor("lin"),
        data=PartyData(kind="individual", name=name, sex="F", born_on=dt.date(1980, 2, 3), nationality="CN"),
        unit=bank.units["east"],
        lead_post=bank.posts["lin"],
    )


# -- the rule ------------------------------------------------------------------------------------------------------

_account = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["current", "time_deposit", "fund", "loan", "insurance"]),
        "states": st.dictionaries(st.integers(0, 130), st.integers(-50_000, 500_000), min_size=1, max_size=8),
        "opened": st.integers(-30, 40),
        "closed": st.none() | st.integers(60, 130),
        "late": st.none() | st.tuples(st.integers(0, 130), st.integers(0, 900_000)),
    }
)
BEGIN = D(2026, 7, 13)


@given(
    accounts=st.lists(_account, min_size=1, max_size=4), weight=st.sampled_from([100, 80, 33]), negative=st.booleans()
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_months_are_the_sum_of_their_days(
    ledger: Ledger, chen: Any, accounts: list[dict[str, Any]], weight: int, negative: bool
) -> None:
    with transaction.atomic():
        weights = {"current": 100, "time_deposit": 100, "fund": weight, "insurance": 100}
        policy("holdings.aum", weights=weights, negative="as_is" if negative else "zero", insurance=False)
        for each in accounts:
            load(ledger, chen, each)
        follow([chen.pk])
        found = {
            row.month: (row.day_sum, row.closing, row.deposits_day_sum, row.days)
            for row in AssetsUnderManagement.objects.filter(customer=chen, known_until=None)
            if row.day_sum or row.closing or row.deposits_day_sum
        }
        first = min(BEGIN + DAY * min(each["states"]) for each in accounts)
        first = first if first.day == 1 else D(first.year, first.month, 1)
        assert found == expected(accounts, weight, negative, after=min(first, TODAY))
        transaction.set_rollback(True)


def load(ledger: Ledger, customer: Any, each: dict[str, Any]) -> None:
    states = [(BEGIN + DAY * at, str(value)) for at, value in sorted(each["states"].items())]
    more: dict[str, Any] = {"opened_on": BEGIN + DAY * each["opened"]}
    if each["closed"] is not None:
        more |= {"closed_on": BEGIN + DAY * each["closed"], "status": "closed"}
    account = stated(ledger, customer, each["kind"], *states, **more)
    if each["late"] is not None:
        account.balance_on, account.balance = BEGIN + DAY * each["late"][0], Decimal(each["late"][1])
        account.save()


def expected(accounts: list[dict[str, Any]], weight: int, negative: bool, after: dt.date) -> dict[dt.date, Any]:
    """Every day by itself: the plain way."""
    sums: dict[dt.date, list[Any]] = {}
    first = D(after.year, after.month, 1)
    if min(BEGIN + DAY * min(each["states"]) for each in accounts).day != 1:
        first = min((first.replace(day=28) + DAY * 5).replace(day=1), TODAY.replace(day=1))
    day = first
    while day <= TODAY:
        whole, deposits = Decimal(0), Decimal(0)
        for each in accounts:
            value = value_on(each, day, weight, negative)
            whole += value
            deposits += value if each["kind"] in ("current", "time_deposit") else 0
        row = sums.setdefault(day.replace(day=1), [Decimal(0), Decimal(0), Decimal(0), 0])
        row[0], row[1], row[2], row[3] = row[0] + whole, whole, row[2] + deposits, row[3] + 1
        day += DAY
    return {at: tuple(row) for at, row in sums.items() if row[0] or row[1] or row[2]}


def value_on(each: dict[str, Any], day: dt.date, weight: int, negative: bool) -> Decimal:
    if each["kind"] in ("loan", "insurance") or day < BEGIN + DAY * each["opened"]:
        return Decimal(0)
    if each["closed"] is not None and day >= BEGIN + DAY * each["closed"]:
        return Decimal(0)
    known = dict(each["states"])
    if each["late"] is not None and each["late"][0] > max(known):
        known[each["late"][0]] = each["late"][1]
    past = [at for at in known if BEGIN + DAY * at <= day]
    if not past:
        return Decimal(0)
    value = Decimal(known[max(past)])
    value = value if negative else max(value, Decimal(0))
    return (value * (weight if each["kind"] == "fund" else 100) / 100).quantize(Decimal("0.01"))


# -- hard moments --------------------------------------------------------------------------------------------------


def test_an_account_closed_in_mid_month_counts_until_the_day_before(ledger: Ledger, chen: Any) -> None:
    stated(ledger, chen, "current", (D(2026, 9, 1), "3000"), closed_on=D(2026, 10, 11), status="closed")
    follow([chen.pk])
    row = month(chen, 2026, 10)
    assert row is not None
    assert (row.day_sum, row.closing, row.average) == (Decimal(30_000), Decimal(0), Decimal("967.74"))
    assert month(chen, 2026, 11) is None  # nothing is nought


def test_a_month_without_any_balance_is_nought_and_shown_as_such(bank: Any, ledger: Ledger, chen: Any) -> None:
    stated(ledger, chen, "current", (D(2026, 6, 1), "500"), (D(2026, 7, 1), "0"), (D(2026, 9, 16), "1000"))
    follow([chen.pk])
    shown = aum_of(bank.actor("lin"), chen, 6)
    assert [(each.month.month, each.average) for each in shown.months] == [
        (6, Decimal(500)), (7, Decimal(0)), (8, Decimal(0)), (9, Decimal(500)), (10, Decimal(1000)),
        (11, Decimal(1000)),
    ]  # fmt: skip


def test_negative_balances_go_by_policy(ledger: Ledger, chen: Any) -> None:
    stated(ledger, chen, "current", (D(2026, 10, 1), "-300"), (D(2026, 10, 11), "300"))
    follow([chen.pk])
    row = month(chen, 2026, 10)
    assert row is not None
    assert row.day_sum == 300 * 21
    policy("holdings.aum", negative="as_is")
    follow([chen.pk])
    row = month(chen, 2026, 10)
    assert row is not None
    assert row.day_sum == 300 * 21 - 300 * 10


def test_foreign_currency_takes_the_rate_of_the_day_or_the_last_before(ledger: Ledger, chen: Any) -> None:
    stated(ledger, chen, "current", (D(2026, 10, 1), "100"), currency="USD")
    stated(ledger, chen, "current", (D(2026, 10, 1), "10"))
    follow([chen.pk])
    row = month(chen, 2026, 10)
    assert row is not None
    assert row.day_sum == 310  # without a rate the dollars are left out
    for day, rate in ((D(2026, 10, 11), "7"), (D(2026, 10, 21), "7.5")):
        ExchangeRate.objects.create(currency="USD", base="CNY", day=day, rate=Decimal(rate))
    follow([chen.pk])
    row = month(chen, 2026, 10)
    assert row is not None
    assert row.day_sum == 310 + 700 * 10 + 750 * 11
    assert row.closing == 760


def test_joint_accounts_are_split_to_the_cent(bank: Any, ledger: Ledger, chen: Any) -> None:
    other = another(bank)
    account = stated(ledger, chen, "current", (D(2026, 10, 1), "100.01"))
    AccountParty.objects.create(account=account, customer=other, role="joint_owner")
    follow([chen.pk, other.pk])
    assert month(other, 2026, 10) is None
    policy("holdings.aum", joint="equal")
    follow([chen.pk, other.pk])
    mine, theirs = month(chen, 2026, 10), month(other, 2026, 10)
    assert mine is not None
    assert theirs is not None
    assert sorted([mine.closing, theirs.closing]) == [Decimal("50.00"), Decimal("50.01")]


def test_a_policy_version_holds_for_the_months_it_ends(ledger: Ledger, chen: Any) -> None:
    stated(ledger, chen, "fund", (D(2026, 8, 1), "1000"))
    policy("holdings.aum", on=D(2026, 10, 15), weights={"fund": 50})
    follow([chen.pk])
    found = [row.average for row in AssetsUnderManagement.objects.filter(customer=chen).order_by("month")]
    assert found == [Decimal(1000), Decimal(1000), Decimal(500), Decimal(500)]


def test_an_account_without_stated_days_has_its_balance_since_its_opening(ledger: Ledger, chen: Any) -> None:
    stated(ledger, chen, "current", (D(2026, 8, 1), "1"))
    ledger.account(chen, "time_deposit", balance="800", opened_on=D(2026, 10, 16))
    wealth = ledger.account(chen, "wealth", balance="5", opened_on=D(2026, 10, 31))
    ledger.holding(wealth, "稳利", "100", "120")
    follow([chen.pk])
    row = month(chen, 2026, 10)
    assert row is not None
    assert (row.day_sum, row.closing, row.deposits) == (31 + 800 * 16 + 120, Decimal(921), Decimal(801))


def test_a_booking_corrected_three_weeks_back_is_followed_and_the_report_stays(
    bank: Any, ledger: Ledger, chen: Any, today: dt.date
) -> None:
    account = stated(ledger, chen, "current", (D(2026, 10, 1), "1000"))
    follow([chen.pk])
    reported = timezone.now()
    day = today - 21 * DAY
    assert day.month == 10
    ledger.state(account, day, "4000")
    written = follow([chen.pk])
    assert (written.kept, written.first) == (1, D(2026, 10, 1))
    lin = bank.actor("lin")
    days = (D(2026, 11, 1) - day).days
    now = aum_of(lin, chen).months[-2]
    assert now.average == ((Decimal(1000) * (31 - days) + Decimal(4000) * days) / 31).quantize(Decimal("0.01"))
    then = aum_reported(lin, chen, D(2026, 10, 1), reported)
    assert then is not None
    assert then.average == 1000
    assert aum_reported(lin, chen, D(2026, 10, 1), reported - dt.timedelta(hours=1)) is None
    chen.refresh_from_db()
    assert (chen.assets, chen.average) == (Decimal(4000), Decimal(4000))
    assert follow([chen.pk]) == type(written)(0, 0, None)


def test_a_corrected_month_may_become_nought(ledger: Ledger, chen: Any) -> None:
    account = stated(ledger, chen, "current", (D(2026, 9, 1), "1000"), (D(2026, 10, 1), "0"))
    follow([chen.pk])
    Balance.objects.filter(account=account).update(balance=0)
    assert follow([chen.pk]).kept == 1
    row = month(chen, 2026, 9)
    assert row is not None
    assert row.day_sum == 0


def test_the_point_in_time_is_the_same_by_both_ways(bank: Any, ledger: Ledger, chen: Any, chens: Any) -> None:
    other = another(bank)
    AccountParty.objects.create(account=chens["deposit"], customer=other, role="joint_owner")
    stated(ledger, chen, "current", (D(2026, 10, 1), "-50.55"))
    stated(ledger, chen, "fund", (D(2026, 10, 1), "333.33"), currency="USD")
    ExchangeRate.objects.create(currency="USD", base="CNY", day=D(2026, 10, 11), rate=Decimal("7.1234"))
    weights = {"time_deposit": 33, "fund": 50, "current": 90}
    for numbers in ({}, {"negative": "as_is", "joint": "equal", "weights": weights}):
        policy("holdings.aum", **numbers)
        follow([chen.pk, other.pk])
        values = dict(Customer.objects.values_list("pk", "assets"))
        assert values[chen.pk] > 0
        assert refresh_assets() == 0
    assert values[other.pk] == Decimal("132000.00")
