"""The year of the demonstration bank: paydays, festivals, taxes, campaigns, as the specification says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from kexin.project.demo.calendar_cn import day_number, spring_festival
from kexin.project.demo.measure import average_aum
from kexin.project.demo.names import FOREIGN_HOMES
from kexin.project.demo.simulate import DemoBank

pytestmark = pytest.mark.xdist_group("demo bank")  # one worker makes what they share

YUAN = 100
DAY = timedelta(days=1)
PAYDAYS = {5, 8, 10, 15, 25}


@pytest.fixture(scope="module")
def ledger(demo: DemoBank) -> pa.Table:
    """Bookings with what the tests ask for."""
    columns = ["account_id", "booked_on", "direction", "amount", "kind", "channel", "description"]
    return demo.tables["transactions"].select(columns)


def chosen(ledger: pa.Table, kind: str, **equal: str) -> pa.Table:
    mask = pc.equal(ledger["kind"].cast(pa.string()), kind)
    for name, value in equal.items():
        mask = pc.and_(mask, pc.equal(ledger[name].cast(pa.string()), value))
    return ledger.filter(mask)


def days(rows: pa.Table) -> list[date]:
    return list(rows["booked_on"].to_pylist())


def yuan(rows: pa.Table) -> npt.NDArray[np.float64]:
    return np.asarray(rows["amount"].to_numpy(), dtype=float) / YUAN


def near(day: date, wanted: Iterable[int]) -> bool:
    """One of the wanted days of the month, or up to nine days before one: a long holiday and a make-up day."""
    return any((day + timedelta(days=back)).day in wanted for back in range(10))


def test_wages_come_on_paydays_or_before_a_holiday(demo: DemoBank, ledger: pa.Table) -> None:
    wages = chosen(ledger, "payroll", direction="in", description="代发工资")
    found = days(wages)
    assert len(found) > 5_000
    assert sum(day.day in PAYDAYS for day in found) / len(found) == pytest.approx(0.70, abs=0.08)
    calendar = demo.bank.calendar
    assert all(calendar.working[day_number(day) - calendar.first] for day in set(found))
    assert np.percentile(yuan(wages), 0.5) > 5_000
    assert np.percentile(yuan(wages), 99.5) < 36_000


def test_small_firms_pay_before_the_spring_festival(demo: DemoBank, ledger: pa.Table) -> None:
    firms = chosen(ledger, "payroll_batch", direction="out")
    for year in (2025, 2026):
        eve = spring_festival(year) - timedelta(days=1)
        assert not [day for day in days(firms) if eve <= day < eve + timedelta(days=10)]
        assert [day for day in days(firms) if eve - timedelta(days=14) <= day < eve]


def test_a_bonus_of_one_to_six_months_before_the_festival(ledger: pa.Table) -> None:
    bonus = chosen(ledger, "payroll", direction="in", description="代发年终奖")
    assert bonus.num_rows > 200
    assert {day.month for day in days(bonus)} <= {1, 2}
    assert yuan(bonus).min() >= 6_000
    assert yuan(bonus).max() <= 6 * 36_000


def test_pensions_come_in_the_middle_of_the_month(ledger: pa.Table) -> None:
    pensions = chosen(ledger, "pension")
    assert {day.day for day in days(pensions)} <= set(range(9, 16))
    assert yuan(pensions).min() >= 3_300
    assert yuan(pensions).max() <= 9_000


def test_mortgages_are_paid_on_the_twentieth(demo: DemoBank, ledger: pa.Table) -> None:
    paid = chosen(ledger, "loan_payment", description="按揭还款")
    assert {day.day for day in days(paid)} == {20}
    loans = [row for row in demo.tables["loans"].to_pylist() if row["product_code"] == "LN-HOUSE"]
    assert all(30 <= row["principal"] / YUAN / 10_000 <= 360 for row in loans)
    assert all(300 <= row["rate_bp"] <= 360 for row in loans)


def test_plans_fail_now_and_then_and_the_truth_knows(demo: DemoBank, ledger: pa.Table) -> None:
    paid, failed = chosen(ledger, "plan"), demo.tables["failed_debits"].num_rows
    assert yuan(paid).min() >= 300
    assert yuan(paid).max() <= 2_000
    assert 0.01 <= failed / (failed + paid.num_rows) <= 0.06
    told = [row for row in demo.tables["truth"].to_pylist() if row["kind"] == "failed_debit"]
    assert len(told) == failed


def test_tuition_taxes_and_the_eleventh_of_november(ledger: pa.Table) -> None:
    tuition = chosen(ledger, "transfer", description="学费")
    assert {day.month for day in days(tuition)} >= {2, 9}
    assert sum(day.month in (2, 9) for day in days(tuition)) / tuition.num_rows > 0.95
    taxes = days(chosen(ledger, "tax"))
    assert all(near(day, range(8, 16)) for day in taxes)
    assert sum(day.day <= 15 for day in taxes) / len(taxes) > 0.99
    online = chosen(ledger, "payment", description="双十一购物")
    assert online.num_rows > 500
    assert {(day.month, day.day) for day in days(online)} == {(11, 11)}


def test_the_spring_festival_by_the_lunar_date(ledger: pa.Table) -> None:
    out, back = chosen(ledger, "cash_withdrawal"), chosen(ledger, "cash_deposit")
    red = chosen(ledger, "transfer", description="春节红包")
    sums = Counter(yuan(red).tolist())
    assert (sums[666.0] + sums[888.0]) / red.num_rows > 0.3
    sales = chosen(ledger, "business_receipt")
    for year in (2025, 2026):
        first = spring_festival(year)
        before = sum(first - timedelta(days=11) <= day < first for day in days(out))
        usual = sum(first - timedelta(days=42) <= day < first - timedelta(days=31) for day in days(out))
        assert before > 5 * max(usual, 1)
        returned = sum(first + timedelta(days=14) <= day < first + timedelta(days=32) for day in days(back))
        assert returned > 20
        assert all(-2 <= (day - first).days <= 7 for day in days(red) if day.year == year)
        quiet = sum(first <= day < first + timedelta(days=7) for day in days(sales))
        busy = sum(first - timedelta(days=28) <= day < first - timedelta(days=21) for day in days(sales))
        assert quiet < busy / 5


def _aum(demo: DemoBank, first: date, last: date) -> float:
    tables, rates = demo.tables, demo.bank.shelf.rates["fx"]
    every = average_aum(tables["accounts"], tables["balances"], rates, day_number(first), day_number(last))
    return sum(every.values())


def test_campaigns_lift_the_first_quarter_and_quarter_ends_stand_out(demo: DemoBank) -> None:
    """开门红: February stands above the line between October and May by two to eight per cent."""
    autumn = _aum(demo, date(2025, 10, 12), date(2025, 11, 20))
    winter = _aum(demo, date(2026, 1, 25), date(2026, 2, 8))
    spring = _aum(demo, date(2026, 4, 25), date(2026, 5, 20))
    assert 1.02 <= winter / (0.5 * (autumn + spring)) <= 1.09
    humps = []
    for end in (date(2025, 6, 30), date(2025, 9, 30), date(2026, 6, 30), date(2026, 9, 30)):
        sides = _aum(demo, end - 20 * DAY, end - 10 * DAY) + _aum(demo, end + 11 * DAY, end + 21 * DAY)
        humps.append(_aum(demo, end, end + DAY) / (0.5 * sides))
    assert 1.01 <= sum(humps) / len(humps) <= 1.06


def test_the_evening_before_has_something_large_for_lin(demo: DemoBank) -> None:
    parties = demo.tables["parties"].to_pylist()
    lins = {row["party_id"] for row in parties if row["lead_post"] == demo.bank.structure.lin_post}
    owner = {row["account_id"]: row["party_id"] for row in demo.tables["accounts"].to_pylist()}
    rows = demo.tables["transactions"].filter(pc.equal(demo.tables["transactions"]["booked_on"], demo.bank.today - DAY))
    large = [row for row in rows.to_pylist() if owner[row["account_id"]] in lins and row["amount"] >= 300_000 * YUAN]
    assert {row["direction"] for row in large} == {"in", "out"}
    asleep = [row for row in parties if row["state"] == "dormant"]
    assert 2 <= sum(row["party_id"] in lins for row in asleep) <= 15


def test_firms_have_owners_and_families_live_together(demo: DemoBank) -> None:
    kinds = Counter(demo.tables["parties"]["kind"].to_pylist())
    assert kinds["enterprise"] == 120
    links = Counter(demo.tables["relationships"]["kind"].to_pylist())
    assert links["legal_representative_of"] == 120
    assert links["beneficial_owner_of"] >= 120
    assert links["spouse"] > 400
    assert links["child_of"] > 200


def test_foreigners_bear_names_of_their_country(demo: DemoBank) -> None:
    rows = demo.tables["parties"].to_pylist()
    foreign = [row for row in rows if row["nationality"] not in (None, "CHN", "HKG", "MAC", "TWN")]
    assert foreign
    assert all(FOREIGN_HOMES[row["name"]] == row["nationality"] for row in foreign)
    kinds = Counter(demo.tables["documents"]["kind"].to_pylist())
    assert kinds["passport"] > 0
    assert kinds["permanent_residence_card"] > 0
    assert kinds["taiwan_permit"] > 0


def test_many_old_people_keep_the_lunar_birthday(demo: DemoBank) -> None:
    rows = [row for row in demo.tables["parties"].to_pylist() if row["born_on"]]
    old = [row for row in rows if row["born_on"].year <= 1963]
    assert 0.45 <= sum(row["keeps_lunar_birthday"] for row in old) / len(old) <= 0.65
    assert not any(row["keeps_lunar_birthday"] for row in rows if row["born_on"].year >= 1966)
