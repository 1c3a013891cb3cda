"""Where the money went: the rule by itself, and gathered from bookings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from kexin.holdings.maturities.gather import gather_maturities
from kexin.holdings.maturities.queries import MaturityFilter, maturity_lines
from kexin.holdings.models import ExchangeRate, Maturity
from kexin.holdings.retention.gather import settle_retention
from kexin.holdings.retention.queries import retention
from kexin.holdings.retention.rules import Parts, Pot, Use, matched
from kexin.holdings.tests.conftest import TODAY, Ledger

DAY = dt.timedelta(days=1)
START = dt.date(2026, 1, 1)
CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents) / 100)


def test_the_example_of_the_documentation() -> None:
    """docs/algorithms/retention.md, "An example": keep both alike."""
    march = dt.date(2026, 3, 2)
    pots = [
        Pot(1, march, march + 30 * DAY, Decimal(300_000)),
        Pot(2, march + 8 * DAY, march + 38 * DAY, Decimal("100000.50"), rolled=Decimal("60000.50")),
    ]
    uses = [
        Use(march, 1, "renewed", Decimal(200_000)),
        Use(march + 9 * DAY, 2, "gone", Decimal(120_000)),
        Use(march + 20 * DAY, 3, "moved", Decimal(5_000)),
        Use(march + 39 * DAY, 4, "gone", Decimal(50_000)),
    ]
    assert matched(pots, uses) == {
        1: Parts(renewed=Decimal(200_000), gone=Decimal(100_000)),
        2: Parts(renewed=Decimal("60000.50"), moved=Decimal(5_000), stayed=Decimal(15_000), gone=Decimal(20_000)),
    }


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30), CENTS, CENTS, CENTS), max_size=6),
    st.lists(st.tuples(st.integers(0, 90), st.sampled_from(["renewed", "moved", "gone"]), CENTS), max_size=12),
)
def test_parts_add_up_and_are_never_negative(pots: list[Any], uses: list[Any]) -> None:
    made = [
        Pot(key, START + day * DAY, START + (day + window) * DAY, amount, rolled, idle)
        for key, (day, window, amount, rolled, idle) in enumerate(pots)
    ]
    used = [Use(START + day * DAY, n, part, amount) for n, (day, part, amount) in enumerate(uses)]
    found = matched(made, used)
    assert set(found) == {pot.key for pot in made}
    for pot in made:
        parts = found[pot.key]
        assert parts.total == pot.amount
        assert min(parts.renewed, parts.moved, parts.stayed, parts.gone) >= 0
    for part in ("moved", "gone"):
        taken = sum((getattr(each, part) for each in found.values()), Decimal(0))
        assert taken <= sum((use.amount for use in used if use.part == part), Decimal(0))


# -- from bookings -------------------------------------------------------------------------------------------------


def matured(ledger: Ledger, chen: Any, current: Any, amount: str, ago: int, **more: Any) -> Any:
    """A deposit that matured some days ago and was paid to the current account."""
    day = TODAY - ago * DAY
    account = ledger.account(chen, "time_deposit", balance="0", matures_on=day, status="closed", closed_on=day, **more)
    ledger.state(account, day - 400 * DAY, amount)
    ledger.state(account, day, "0")
    ledger.book(account, day, f"-{amount}")
    ledger.book(current, day, amount)
    return account


def parts_of(account: Any) -> tuple[Decimal | None, ...]:
    row = Maturity.objects.get(account=account)
    return row.renewed, row.moved, row.stayed, row.gone


@pytest.mark.django_db
def test_bookings_become_uses(bank: Any, chen: Any, ledger: Ledger) -> None:
    current, fund = ledger.account(chen, balance="0"), ledger.account(chen, "wealth", balance="0")
    account = matured(ledger, chen, current, "300000", 20)
    fresh = ledger.account(chen, "certificate", balance="200000", opened_on=TODAY - 18 * DAY)
    ledger.book(current, TODAY - 18 * DAY, "-200000")  # placed anew: the booking in says where
    ledger.book(fresh, TODAY - 18 * DAY, "200000")
    ledger.book(current, TODAY - 17 * DAY, "-30000", kind="invest")
    ledger.book(fund, TODAY - 17 * DAY, "30000", kind="invest")
    ledger.book(current, TODAY - 16 * DAY, "-20000", kind="invest")  # bought where no account is kept
    ledger.book(current, TODAY - 10 * DAY, "-11000.01")
    ledger.book(current, TODAY - 9 * DAY, "-900", kind="card")  # daily life is no leaving
    gather_maturities()
    assert settle_retention() == 1
    assert parts_of(account) == (Decimal(200000), Decimal(50000), Decimal("38999.99"), Decimal("11000.01"))
    assert Maturity.objects.get(account=account).settled_on is None
    assert settle_retention() == 0
    gather_maturities()
    assert parts_of(account)[0] == Decimal(200000)


@pytest.mark.django_db
def test_the_window_closes(bank: Any, chen: Any, ledger: Ledger) -> None:
    current = ledger.account(chen, balance="0")
    account = matured(ledger, chen, current, "100000", 40)
    ledger.book(current, TODAY - 5 * DAY, "-100000")  # after the window
    gather_maturities()
    settle_retention()
    row = Maturity.objects.get(account=account)
    assert parts_of(account) == (0, 0, Decimal(100000), 0)
    assert row.settled_on == row.due_on + 30 * DAY
    ledger.book(current, TODAY - 30 * DAY, "-100000")
    assert settle_retention() == 0  # what is settled stays as it was reported


@pytest.mark.django_db
def test_rolled_over_and_never_paid_out(bank: Any, chen: Any, ledger: Ledger, settings: Any) -> None:
    rolls = ledger.account(chen, "time_deposit", balance="50000", matures_on=TODAY)
    waits = ledger.account(chen, "time_deposit", balance="70000", matures_on=TODAY)
    gather_maturities()
    rolls.matures_on = TODAY + 366 * DAY
    rolls.save()
    settings.KEXIN_BUSINESS_DATE = (TODAY + 3 * DAY).isoformat()
    gather_maturities()
    settle_retention()
    row = Maturity.objects.get(account=rolls, contract_on=TODAY)
    assert (row.renewed, row.gone) == (Decimal(50000), 0)
    assert Maturity.objects.filter(account=rolls).count() == 2
    assert parts_of(waits) == (0, 0, Decimal(70000), 0)


@pytest.mark.django_db
def test_figures_tie_to_their_lists(bank: Any, chen: Any, ledger: Ledger) -> None:
    ExchangeRate.objects.create(currency="USD", base="CNY", day=dt.date(2020, 1, 1), rate=Decimal("7.123456"))
    current, dollars = ledger.account(chen, balance="0"), ledger.account(chen, balance="0", currency="USD")
    matured(ledger, chen, current, "300000", 50)
    matured(ledger, chen, current, "100000.33", 20)
    matured(ledger, chen, dollars, "333.33", 20, currency="USD")
    ledger.book(current, TODAY - 19 * DAY, "-40000")
    ledger.book(dollars, TODAY - 19 * DAY, "-111.11")
    gather_maturities()
    settle_retention()
    first, actor = TODAY - 90 * DAY, bank.actor("lin")
    listed = list(maturity_lines(actor, first, TODAY, MaturityFilter(followed=True)))
    total = sum((row.value or 0 for row in listed), Decimal(0))
    for by in ("month", "unit", "post", "kind", "customer"):
        lines = retention(actor, by, first, TODAY)
        assert sum(each.matured for each in lines) == total
        assert sum(each.count for each in lines) == len(listed) == 3
        for each in lines:
            assert each.renewed + each.moved + each.stayed + each.gone == each.matured
    (line,) = retention(actor, "unit", first, TODAY)
    assert line.key == bank.units["east"].pk
    assert line.gone == Decimal(40000) + Decimal("791.49")  # 2,374.46 less the 1,582.97 that stayed
    assert line.rate == Decimal("89.9")
    assert len(retention(actor, "month", first, TODAY)) == 2
    assert retention(bank.actor("mei"), "unit", first, TODAY) == []
    left = maturity_lines(actor, first, TODAY, MaturityFilter(part="gone"))
    assert left.count() == 2
    with pytest.raises(ValueError, match="no grouping"):
        retention(actor, "tier", first, TODAY)


@pytest.mark.django_db
def test_the_page_groups_and_opens_lists(bank: Any, chen: Any, ledger: Ledger, client_of: Any) -> None:
    current = ledger.account(chen, balance="0")
    matured(ledger, chen, current, "300000", 20)
    ledger.book(current, TODAY - 19 * DAY, "-75000")
    gather_maturities()
    settle_retention()
    client, url = client_of("lin"), reverse("holdings:retention")
    for by in ("month", "unit", "post", "kind", "customer"):
        shown = client.get(url, {"by": by})
        assert shown.status_code == 200
        (line,) = shown.context["lines"]
        assert "75.0%" in shown.content.decode(), by
        assert client.get(line["url"]).status_code == 200
        if by != "customer":
            for _label, amount, address in line["parts"]:
                listed = client.get(address).context["table"].page.rows
                assert bool(amount) == bool(listed)
    assert client_of("mei").get(url).context["lines"] == []
    assert client_of("he").get(url).status_code == 403
    assert client.get(url, {"first": "2026-11-01", "last": "2026-10-01", "by": "nothing"}).status_code == 200
