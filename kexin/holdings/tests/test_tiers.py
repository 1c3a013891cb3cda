"""Tiers: the ladder's rule against a plain reading of it, the closed month, work after a fall, targets and rates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.core.actor import system
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.holdings.aum.entered import targets, targets_reached, unrated
from kexin.holdings.aum.follow import follow
from kexin.holdings.aum.ladder import NONE, climbed
from kexin.holdings.aum.nightly import settle_month
from kexin.holdings.aum.queries import aum_of, tier_moves
from kexin.holdings.aum.rebuild import rebuild
from kexin.holdings.models import CustomerTier
from kexin.holdings.operations.rates import enter_rate
from kexin.holdings.operations.targets import set_target
from kexin.holdings.policies import Rung
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.holdings.tests.test_aum import another, month, policy, stated

D = dt.date
RUNGS = (
    Rung("low", "低", "", Decimal(0)),
    Rung("mid", "中", "", Decimal(100)),
    Rung("high", "高", "", Decimal(200)),
    Rung("top", "顶", "", Decimal(500), 4),
)
_month = st.none() | st.integers(0, 700)


@given(
    rows=st.lists(st.lists(_month, min_size=9, max_size=9), min_size=1, max_size=5),
    up=st.integers(1, 3),
    down=st.integers(1, 4),
)
def test_the_ladder_is_climbed_as_it_reads(rows: list[list[int | None]], up: int, down: int) -> None:
    averages = np.array([[np.nan if value is None else float(value) for value in row] for row in rows])
    found = climbed(averages, RUNGS, up, down, np.full(len(rows), NONE))
    assert found.tolist() == [plainly(row, up, down) for row in rows]


def plainly(row: list[int | None], up: int, down: int) -> list[int]:
    """Month by month, in the words of the rule."""
    current, answer = NONE, []
    for at, value in enumerate(row):
        if current == NONE:
            current = NONE if value is None else rung(value)
        else:
            over = row[max(0, at + 1 - up) : at + 1]
            months = RUNGS[current].months_down or down
            under = row[max(0, at + 1 - months) : at + 1]
            if len(over) == up and None not in over and min(map(rung, over)) > current:  # type: ignore[arg-type]
                current = min(map(rung, over))  # type: ignore[arg-type]
            elif len(under) == months and None not in under and max(map(rung, under)) < current:  # type: ignore[arg-type]
                current = max(map(rung, under))  # type: ignore[arg-type]
        answer.append(current)
    return answer


def rung(value: int) -> int:
    return max(n for n, each in enumerate(RUNGS) if each.start <= value)


# -- the closed month ----------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def climber(bank: Any, ledger: Ledger, settings: Any) -> Any:
    """300,000 from June on, 20,000 from 1 September on: below gold in September, October and November."""
    settings.KEXIN_BUSINESS_DATE = "2026-06-01"
    customer = another(bank)
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    stated(ledger, customer, "current", (D(2026, 6, 1), "300000"), (D(2026, 9, 1), "20000"))
    return customer


def test_a_first_tier_has_a_history_and_no_event(climber: Any) -> None:
    rebuild()
    rows = list(CustomerTier.objects.filter(customer=climber).values_list("tier", "valid_from", "valid_until"))
    assert rows == [("gold", D(2026, 7, 1), None)]
    climber.refresh_from_db()
    assert (climber.tier, climber.average, climber.assets) == ("gold", Decimal(20000), Decimal(20000))
    assert not Event.objects.filter(name__startswith="holdings.CustomerTier").exists()


def test_a_fall_comes_after_three_months_with_work_for_the_lead(bank: Any, climber: Any, settings: Any) -> None:
    rebuild()
    settings.KEXIN_BUSINESS_DATE = "2026-12-01"
    rebuild(D(2026, 11, 1), D(2026, 12, 1))
    assert settle_month(D(2026, 11, 1), actor=system("clock.figures")) == 1
    assert settle_month(D(2026, 11, 1), actor=system("clock.figures")) == 0
    rows = list(CustomerTier.objects.order_by("valid_from").values_list("tier", "valid_from", "valid_until", "average"))
    assert rows == [
        ("gold", D(2026, 7, 1), D(2026, 12, 1), Decimal(300000)),
        ("basic", D(2026, 12, 1), None, Decimal(20000)),
    ]
    event = Event.objects.get(name="holdings.CustomerTierLowered")
    assert (event.customer_id, event.payload["before"], event.payload["tier"]) == (climber.pk, "gold", "basic")
    item = WorkItem.objects.get(kind="holdings.tier_dropped")
    assert (item.owner_post_id, item.customer_id) == (bank.posts["lin"].pk, climber.pk)
    assert AuditEntry.objects.filter(operation="holdings.settle_tiers", outcome="done").count() == 2


def test_a_raise_comes_with_the_next_closed_month(climber: Any, ledger: Ledger, settings: Any) -> None:
    rebuild()
    stated(ledger, climber, "time_deposit", (D(2026, 11, 1), "900000"))
    settings.KEXIN_BUSINESS_DATE = "2026-12-01"
    rebuild(D(2026, 11, 1), D(2026, 12, 1))
    assert settle_month(D(2026, 11, 1), actor=system("clock.figures")) == 1
    assert Event.objects.get(name="holdings.CustomerTierRaised").payload["tier"] == "platinum"


def test_who_is_near_and_who_is_about_to_drop(bank: Any, climber: Any, ledger: Ledger) -> None:
    near = another(bank, "周婷")
    stated(ledger, near, "current", (D(2026, 8, 1), "47000"))
    rebuild()
    lin, mei = bank.actor("lin"), bank.actor("mei")
    assert [(row.pk, row.missing) for row in tier_moves(lin)] == [(near.pk, Decimal(3000))]
    assert [(row.pk, row.missing) for row in tier_moves(lin, "drop")] == [(climber.pk, Decimal(180000))]
    assert not tier_moves(mei).exists()
    shown = aum_of(lin, near.pk)
    assert shown.next_tier is not None
    assert (shown.next_tier.code, shown.missing, shown.tier_since) == ("silver", Decimal(3000), D(2026, 9, 1))
    assert shown.year_average == (Decimal(47000) * 112 / 324).quantize(Decimal("0.01"))
    with pytest.raises(NotFound):
        aum_of(mei, near.pk)


# -- what people enter ---------------------------------------------------------------------------------------------


def test_a_rate_brings_foreign_money_into_the_figures(bank: Any, chen: Any, ledger: Ledger) -> None:
    stated(ledger, chen, "current", (D(2026, 10, 1), "100"), currency="USD")
    stated(ledger, chen, "current", (D(2026, 10, 1), "5"))
    follow([chen.pk])
    he = bank.actor("he")
    assert [(each.currency, each.accounts, each.balance) for each in unrated(he)] == [("USD", 1, Decimal(100))]
    for wrong in (
        {"currency": "CNY", "day": TODAY, "rate": Decimal(7)},
        {"currency": "USD", "day": TODAY + dt.timedelta(days=1), "rate": Decimal(7)},
        {"currency": "USD", "day": TODAY, "rate": Decimal(0)},
    ):
        with pytest.raises(RuleViolation):
            enter_rate(actor=he, **wrong)  # type: ignore[arg-type]
    enter_rate(actor=he, currency="usd", day=D(2026, 10, 1), rate=Decimal("7.1"), source="外汇中心")
    row = month(chen, 2026, 10)
    assert row is not None
    assert row.closing == 715
    assert unrated(he) == []
    enter_rate(actor=he, currency="USD", day=D(2026, 10, 1), rate=Decimal("7.2"))
    chen.refresh_from_db()
    assert chen.assets == 725
    assert AuditEntry.objects.filter(operation="holdings.enter_rate", outcome="done").count() == 2


def test_targets_are_set_within_the_unit_and_measured(bank: Any, ledger: Ledger, settings: Any) -> None:
    settings.KEXIN_BUSINESS_DATE = "2026-11-01"
    customer = another(bank)
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    stated(ledger, customer, "current", (D(2026, 11, 1), "1000"))
    rebuild()
    zhou, lin = bank.actor("zhou"), bank.actor("lin")
    post = bank.posts["lin"]
    set_target(post, actor=zhou, month=D(2026, 11, 20), measure="aum_average", amount=Decimal(4000))
    changed = set_target(post, actor=zhou, month=D(2026, 11, 1), measure="aum_average", amount=Decimal(5000))
    assert (changed.version, changed.month) == (2, D(2026, 11, 1))
    assert targets(lin).get().amount == 5000
    assert not targets(bank.actor("mei")).exists()
    aum, deposits = targets_reached(lin, [post.pk], TODAY)
    assert (aum.amount, aum.reached, aum.percent, aum.as_of) == (Decimal(5000), Decimal(1000), 20, D(2026, 11, 19))
    assert (deposits.amount, deposits.reached) == (None, Decimal(1000))
    assert [each.reached for each in targets_reached(bank.actor("mei"), [post.pk], TODAY)] == [0, 0]
    with pytest.raises(NotFound):
        set_target(bank.posts["mei"], actor=zhou, month=TODAY, measure="aum_average", amount=Decimal(1))
    with pytest.raises(RuleViolation):
        set_target(post, actor=zhou, month=TODAY, measure="calls", amount=Decimal(1))


def test_the_policy_of_the_ladder_says_what_is_wrong() -> None:
    from kexin.core.policy import check_values
    from kexin.holdings.policies import explain_ladder

    good = [{"code": "a", "name": "甲", "from": 0}, {"code": "b", "name": "乙", "from": 10, "months_down": 2}]
    assert len(explain_ladder(good)) == 2
    numbers = {"months_up": 1, "months_down": 3, "near_percent": 10, "drop_from": 3, "contact_working_days": 3}
    assert not check_values("holdings.tiers", {"ladder": good, **numbers}).reasons
    for ladder in ([], good[1:], [good[0], {**good[1], "from": 0}], [good[0], {**good[1], "code": "a"}]):
        assert check_values("holdings.tiers", {"ladder": ladder, **numbers}).reasons
    policy("holdings.tiers", ladder=good)
