"""The default bank looks like the bank it says it is; the same seed gives the same bank."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
from stdnum.cn import ric, uscc

from kexin.project.demo.measure import average_aum
from kexin.project.demo.simulate import DemoBank, digest, prepare, simulate, simulate_block
from kexin.project.demo.tests.conftest import TODAY

pytestmark = pytest.mark.xdist_group("demo bank")  # one worker makes what they share

WAN = 1_000_000  # cents


@pytest.fixture(scope="module")
def aum(demo: DemoBank) -> dict[int, float]:
    """Average AUM of the last thirty days per person (not firm)."""
    span = demo.bank.span
    every = average_aum(
        demo.tables["accounts"], demo.tables["balances"], demo.bank.shelf.rates["fx"], span.now - 30, span.now
    )
    persons = demo.tables["parties"]
    kinds = dict(zip(persons["party_id"].to_pylist(), persons["kind"].to_pylist(), strict=True))
    return {party: every.get(party, 0.0) for party, kind in kinds.items() if kind in {"individual", "cross_border"}}


def test_same_parameters_same_bank() -> None:
    first, second = (simulate(60, 6, 5, TODAY) for _ in range(2))
    assert first.digest() == second.digest()
    assert simulate(60, 6, 6, TODAY).digest() != first.digest()
    assert simulate(60, 6, 5, TODAY + timedelta(days=1)).digest() != first.digest()


def test_a_block_is_the_same_whether_or_not_others_are_made() -> None:
    bank = prepare(4_010, 3, 5, TODAY)
    alone = simulate_block(bank, 2)
    whole = simulate(4_010, 3, 5, TODAY).tables
    assert alone["parties"].num_rows == 10
    tail = whole["parties"].slice(4_000)
    assert digest({"parties": tail}) == digest({"parties": alone["parties"]})


def test_the_bank_has_the_size_it_should(aum: dict[int, float]) -> None:
    total = sum(aum.values())
    assert total / WAN / 10_000 == pytest.approx(4.7, rel=0.06)
    richest = sorted(aum.values(), reverse=True)[: len(aum) // 5]
    assert sum(richest) / total == pytest.approx(0.88, abs=0.02)


@pytest.mark.parametrize(
    ("low", "high", "share", "off"),
    [
        (0, 5, 0.60, 0.03),
        (5, 20, 0.20, 0.03),
        (20, 50, 0.11, 0.02),
        (50, 300, 0.075, 0.015),
        (300, 600, 0.010, 0.004),
        (600, 10**6, 0.005, 0.003),
    ],
)
def test_bands_of_aum(aum: dict[int, float], low: int, high: int, share: float, off: float) -> None:
    inside = sum(low * WAN <= value < high * WAN for value in aum.values())
    assert inside / len(aum) == pytest.approx(share, abs=off)


@pytest.mark.parametrize(
    ("kinds", "share", "off"),
    [
        (("current", "time_deposit", "certificate", "structured", "treasury"), 0.55, 0.05),
        (("wealth", "trust"), 0.28, 0.04),
        (("insurance",), 0.08, 0.025),
        (("fund",), 0.07, 0.025),
        (("gold",), 0.02, 0.015),
    ],
)
def test_mix_of_aum(demo: DemoBank, aum: dict[int, float], kinds: tuple[str, ...], share: float, off: float) -> None:
    accounts = demo.tables["accounts"]
    chosen = accounts.filter(np.isin(accounts["kind"].to_pylist(), kinds))
    inside = set(chosen["account_id"].to_pylist())
    balances = demo.tables["balances"]
    of_kind = balances.filter(np.array([account in inside for account in balances["account_id"].to_pylist()]))
    span = demo.bank.span
    part = average_aum(chosen, of_kind, demo.bank.shelf.rates["fx"], span.now - 30, span.now)
    assert sum(part.get(p, 0.0) for p in aum) / sum(aum.values()) == pytest.approx(share, abs=off)


def test_lin_leads_240_customers_of_about_120_million(demo: DemoBank, aum: dict[int, float]) -> None:
    parties = demo.tables["parties"]
    leads = dict(zip(parties["party_id"].to_pylist(), parties["lead_post"].to_pylist(), strict=True))
    lins = [party for party, post in leads.items() if post == demo.bank.structure.lin_post]
    assert len(lins) == 240
    assert sum(aum[party] for party in lins) / WAN == pytest.approx(12_000, rel=0.06)


def test_identities_are_valid_invented_and_unique(demo: DemoBank) -> None:
    documents = demo.tables["documents"]
    pairs = list(zip(documents["kind"].to_pylist(), documents["number"].to_pylist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    sexes = dict(zip(*(demo.tables["parties"][c].to_pylist() for c in ("party_id", "sex")), strict=True))
    for party, (kind, number) in zip(documents["party_id"].to_pylist(), pairs, strict=True):
        if kind == "resident_identity_card":
            assert ric.validate(number) == number
            assert number[14:17] in {"996", "997", "998", "999"}
            assert int(number[16]) % 2 == (sexes[party] == "male")
        elif kind in {"business_licence", "institution_certificate"}:
            assert uscc.validate(number) == number
    kinds = Counter(kind for kind, _ in pairs)
    assert kinds["resident_identity_card_15"] > 0
    assert kinds["hk_macau_permit"] > 0
    expiry = [day for day in documents["expires_on"].to_pylist() if day]
    assert 15 < sum(TODAY <= day < TODAY + timedelta(days=60) for day in expiry) < 100
    assert any(day < TODAY for day in expiry)


def test_names_hold_what_systems_stumble_over(demo: DemoBank) -> None:
    names = demo.tables["parties"]["name"].to_pylist()
    assert any("·" in name for name in names)
    assert any(name.isascii() for name in names)
    assert any(any(ord(char) > 0xFFFF for char in name) for name in names)
    assert any(name.startswith(("欧阳", "上官", "诸葛", "司马", "慕容", "皇甫")) for name in names)
    assert names[0] == "陈秀兰"


def test_three_year_deposits_mature_all_through_the_coming_year(demo: DemoBank) -> None:
    accounts = demo.tables["accounts"].to_pylist()
    book = [
        row["matures_on"]
        for row in accounts
        if row["product_code"] == "DEP-T03Y" and row["status"] == "open" and 260 <= row["rate_bp"] <= 300
    ]
    months = Counter((day.year, day.month) for day in book if TODAY <= day <= TODAY + timedelta(days=365))
    assert len(book) > 200
    assert len(months) >= 12
    assert min(months.values()) >= 3


def test_nothing_happens_after_today(demo: DemoBank) -> None:
    assert max(demo.tables["transactions"]["booked_on"].to_pylist()) < TODAY
    assert max(demo.tables["balances"]["day"].to_pylist()) < TODAY


def test_roles_and_products_are_complete(demo: DemoBank) -> None:
    assert demo.tables["products"].num_rows == 60
    roles = set(demo.tables["posts"]["role"].to_pylist())
    assert roles >= {
        "wealth_manager",
        "sub_branch_head",
        "service_agent",
        "data_steward",
        "compliance_officer",
        "auditor",
        "system_administrator",
        "senior_management",
    }
    kinds = Counter(demo.tables["org_units"]["kind"].to_pylist())
    assert (kinds["head_office"], kinds["branch"], kinds["sub_branch"]) == (1, 2, 4)


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2027, 3, 1), date(2030, 12, 31)])
def test_a_bank_can_be_opened_on_any_day(today: date) -> None:
    tables = simulate(40, 12, 3, today).tables
    assert max(tables["transactions"]["booked_on"].to_pylist()) < today
    assert all(field.type != "null" for table in tables.values() for field in table.schema)


@pytest.mark.parametrize(("customers", "months"), [(2, 24), (2_000_000, 24), (100, 2), (100, 61)])
def test_sizes_that_cannot_be_made_are_refused(customers: int, months: int) -> None:
    with pytest.raises(ValueError, match="must be between"):
        prepare(customers, months, 7, TODAY)


def test_the_average_of_postings_can_be_reduced() -> None:
    bank = prepare(200_000, 24, 7, TODAY, transactions_per_account=25, accounts_per_customer=2)
    block = simulate_block(bank, 40)
    assert block["accounts"].num_rows / 2_000 == pytest.approx(2.0, abs=0.25)
    assert block["transactions"].num_rows / block["accounts"].num_rows == pytest.approx(25, abs=3)
