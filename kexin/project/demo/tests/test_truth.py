"""What the truth table says can be seen in the movements."""

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest

from kexin.project.demo.calendar_cn import day_number
from kexin.project.demo.measure import average_aum
from kexin.project.demo.simulate import DemoBank, simulate
from kexin.project.demo.tests.conftest import TODAY

pytestmark = pytest.mark.xdist_group("demo bank")  # one worker makes what they share

Rows = dict[tuple[str, str], list[tuple[int, int]]]


@pytest.fixture(scope="module")
def truth(demo: DemoBank) -> Rows:
    """(kind, detail) -> (party, day)."""
    result: Rows = defaultdict(list)
    for row in demo.tables["truth"].to_pylist():
        result[row["kind"], row["detail"]].append((row["party_id"], day_number(row["since"])))
        assert row["note"] == "演示数据"
    return result


@pytest.fixture(scope="module")
def movements(demo: DemoBank) -> dict[int, list[dict[str, object]]]:
    """Postings of current accounts by party."""
    accounts = demo.tables["accounts"].to_pylist()
    owner = {row["account_id"]: row["party_id"] for row in accounts if row["kind"] == "current"}
    transactions = demo.tables["transactions"]
    wanted = {party for row in demo.tables["truth"].to_pylist() for party in [row["party_id"]]}
    mask = np.array([owner.get(a) in wanted for a in transactions["account_id"].to_pylist()])
    result: dict[int, list[dict[str, object]]] = defaultdict(list)
    columns = ["account_id", "booked_on", "amount", "kind", "description", "channel"]
    for row in transactions.select(columns).filter(pa.array(mask)).to_pylist():
        result[owner[row["account_id"]]].append(row)
    return result


def test_every_kind_of_truth_is_there(truth: Rows) -> None:
    kinds = {
        "leaver": {"drifting", "payroll_lost", "followed_manager", "closed_account"},
        "suspicious": {"structuring", "rapid_pass_through", "mule", "circular", "scam_victim", "gambling"},
        "life_event": {"job_change", "birth_of_child", "home_purchase", "inheritance", "study_abroad", "retirement"},
        "dormant": {"no_movement"},
        "failed_debit": {"insufficient_funds"},
    }
    assert {kind: {d for k, d in truth if k == kind} for kind in kinds} == kinds
    assert 45 <= len(truth["leaver", "followed_manager"]) <= 60


def test_leavers_lose_most_of_their_money(demo: DemoBank, truth: Rows) -> None:
    span, tables, fx = demo.bank.span, demo.tables, demo.bank.shelf.rates["fx"]
    now = average_aum(tables["accounts"], tables["balances"], fx, span.now - 7, span.now)
    early = [p for (k, _), rows in truth.items() if k == "leaver" for p, day in rows if day < span.now - 90]
    before = average_aum(tables["accounts"], tables["balances"], fx, span.now - 220, span.now - 190)
    ratios = [now.get(party, 0.0) / before[party] for party in early if before.get(party, 0.0) > 1_000_000]
    assert len(ratios) > 15
    assert np.median(ratios) < 0.45
    stayed = [p for p in before if before[p] > 1_000_000 and p not in {q for r in truth.values() for q, _ in r}]
    assert np.median([now.get(p, 0.0) / before[p] for p in stayed]) > 0.9


def test_wages_stop_with_the_payroll(truth: Rows, movements: dict[int, list[dict[str, object]]]) -> None:
    paid_before = 0
    for party, day in truth["leaver", "payroll_lost"]:
        wages = [day_number(r["booked_on"]) for r in movements[party] if r["description"] == "代发工资"]  # type: ignore[arg-type]
        paid_before += bool(wages)
        assert all(when < day for when in wages)
    assert paid_before > 0


def test_structuring_stays_just_below_the_report_limit(
    truth: Rows, movements: dict[int, list[dict[str, object]]]
) -> None:
    for party, day in truth["suspicious", "structuring"]:
        cash = [
            r["amount"]
            for r in movements[party]
            if r["kind"] == "cash_deposit" and day <= day_number(r["booked_on"]) < day + 30  # type: ignore[arg-type]
        ]
        near = [amount for amount in cash if 4_500_000 <= amount < 5_000_000]  # type: ignore[operator]
        assert len(near) >= 5


def test_victims_send_growing_sums_to_strangers(truth: Rows, movements: dict[int, list[dict[str, object]]]) -> None:
    for party, day in truth["suspicious", "scam_victim"]:
        sent = [
            r["amount"]
            for r in movements[party]
            if r["description"] == "转账" and r["channel"] == "counter" and day_number(r["booked_on"]) >= day  # type: ignore[arg-type]
        ]
        assert len(sent) >= 2
        assert sent == sorted(sent)


def test_rings_pass_the_same_sum_round(demo: DemoBank, truth: Rows) -> None:
    ring = {party for party, _ in truth["suspicious", "circular"]}
    assert len(ring) % 3 == 0
    accounts = demo.tables["accounts"].to_pylist()
    number = {r["account_id"]: r["account_no"] for r in accounts if r["party_id"] in ring and r["kind"] == "current"}
    transactions = demo.tables["transactions"]
    mask = np.isin(transactions["account_id"].to_numpy(), list(number))
    rows = transactions.filter(pa.array(mask)).to_pylist()
    inside = [r for r in rows if r["counterparty_account"] in number.values() and r["description"] == "转账"]
    assert len(inside) >= 2 * len(ring)


def test_dormant_customers_hardly_move(truth: Rows, movements: dict[int, list[dict[str, object]]]) -> None:
    counts = [len(movements[party]) for party, _ in truth["dormant", "no_movement"]]
    assert np.median(counts) <= 12


def test_in_a_short_history_nobody_leaves_before_it_begins() -> None:
    short = simulate(600, 3, 7, TODAY)
    rows = [row for row in short.tables["truth"].to_pylist() if row["kind"] == "leaver"]
    assert len(rows) > 5
    assert min(day_number(row["since"]) for row in rows) > short.bank.span.first
    days = list(zip(*(short.tables["balances"][name].to_pylist() for name in ("account_id", "day")), strict=True))
    assert len(days) == len(set(days))
