"""Shares per line, the pool, claims: sums, double counting, who was faster, cool-down, capacity, large customers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.core.actor import system
from kexin.core.approval import decide_approval
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import Approval, AuditEntry, Event
from kexin.party.data import PartyData
from kexin.party.models import Customer, PortfolioShare
from kexin.party.operations import assign_portfolio, claim_customer, create_customer, protect_customer, set_shares
from kexin.party.operations.pool import ClaimedAlready
from kexin.party.ownership import pool
from kexin.party.ownership_rules import may_claim, may_share, may_supervise
from kexin.party.splitting import Member, split
from kexin.party.tests.test_transfer import _on_a_monday_morning, tao  # noqa: F401  the second manager of the East
from kexin.people.models import OrgUnit
from kexin.people.operations import close_unit, create_unit, merge_unit

FULL = {"double_counting": False, "most": 4}


@pytest.mark.parametrize(
    ("shares", "codes"),
    [
        ([], []),
        ([(1, "100")], []),
        ([(1, "60"), (2, "40")], []),
        ([(1, "60"), (2, "39.99")], ["sum"]),
        ([(1, "60"), (2, "50")], ["sum"]),
        ([(1, "50"), (1, "50")], ["twice"]),
        ([(1, "100"), (2, "0")], ["percent"]),
        ([(1, "33.333"), (2, "66.667")], ["percent"]),
        ([(each, "20") for each in range(5)], ["many"]),
    ],
)
def test_shares_add_up(shares, codes):
    made = may_share([(post, Decimal(percent)) for post, percent in shares], **FULL)
    assert [reason.code for reason in made.reasons] == codes
    assert all(reason.field == "shares" for reason in made.reasons)


def test_double_counting_counts_each_whole():
    both = [(1, Decimal(100)), (2, Decimal(100))]
    assert not may_share(both, **FULL)
    assert may_share(both, double_counting=True, most=4)


def test_a_supervisor_is_a_third_person():
    assert may_supervise("1004", [7], signed={"1001", "1002"}, parties={5, 6})
    assert not may_supervise("1001", [7], signed={"1001"}, parties={5, 6})
    assert not may_supervise("1004", [6], signed={"1001"}, parties={5, 6})


def test_claims_are_refused_for_every_reason_at_once():
    found = may_claim(held=600, most=600, days_since_given_back=3, cooldown=30, protected="直管")
    assert [reason.code for reason in found.reasons] == ["full", "cooldown", "protected"]
    assert may_claim(held=599, most=600, days_since_given_back=30, cooldown=30, protected="")


MEMBERS = st.lists(
    st.builds(
        Member,
        customer_id=st.integers(1, 10_000),
        assets=st.decimals(-1_000, 10_000_000, places=2),
        tier=st.sampled_from(["gold", "silver", ""]),
        area=st.sampled_from(["东", "西", ""]),
        language=st.sampled_from(["zh", "en", ""]),
    ),
    max_size=60,
    unique_by=lambda each: each.customer_id,
)


@given(
    MEMBERS,
    st.sampled_from(["even", "assets", "tier", "area", "language"]),
    st.lists(st.integers(0, 40), min_size=1, max_size=4),
)
def test_everybody_is_placed_while_there_is_room_and_never_more_than_the_room(members, rule, rooms):
    room = dict(enumerate(rooms, start=1))
    found = split(rule, members, room)
    assert len(found) == min(len(members), sum(rooms))
    for post, most in room.items():
        assert sum(each == post for each in found.values()) <= most
    assert split(rule, members, room) == found


def test_rules_do_what_they_are_called():
    members = [
        Member(each, Decimal(each), "gold" if each < 5 else "silver", "东" if each < 3 else "西")
        for each in range(1, 9)
    ]
    even = split("even", members, {1: 99, 2: 99})
    assert sorted(list(even.values()).count(post) for post in (1, 2)) == [4, 4]
    assets = split("assets", members, {1: 99, 2: 99})
    sums = [sum(each.assets for each in members if assets[each.customer_id] == post) for post in (1, 2)]
    assert abs(sums[0] - sums[1]) <= 1
    tiers = split("tier", members, {1: 99, 2: 99})
    assert sum(tiers[each.customer_id] == 1 for each in members if each.tier == "gold") == 2
    area = split("area", members, {1: 99, 2: 99})
    assert {area[1], area[2]} == {2}
    assert {area[each] for each in range(3, 9)} == {1}


def test_shares_are_dated_and_their_sum_is_told_at_the_field(bank, chen):
    zhou, lin, mei = bank.actor("zhou"), bank.posts["lin"].pk, bank.posts["mei"].pk
    with pytest.raises(RuleViolation) as refusal:
        set_shares(chen, actor=zhou, line="all", shares=[(lin, Decimal(60)), (mei, Decimal(30))], reason="协办")
    assert "90" in str(refusal.value.fields["shares"])
    set_shares(chen, actor=zhou, line="all", shares=[(lin, Decimal(60)), (mei, Decimal(40))], reason="协办")
    assert PortfolioShare.objects.filter(customer=chen, ends_on=None).count() == 2
    assert Event.objects.filter(name="party.SharesChanged", customer_id=chen.pk).exists()
    assert AuditEntry.objects.filter(operation="party.set_shares", outcome="refused").exists()
    set_shares(chen, actor=zhou, line="all", shares=[], reason="结束协办")
    assert not PortfolioShare.objects.filter(ends_on=None).exists()
    with pytest.raises(NotPermitted):
        set_shares(chen, actor=bank.actor("mei"), line="all", shares=[], reason="x")


@pytest.fixture
def free(bank, chen):
    """Mrs Chen is back in the pool."""
    assign_portfolio(chen, actor=bank.actor("zhou"), post=None, reason="收回")
    return chen


def test_of_two_who_claim_one_wins_and_the_other_learns_by_whom(bank, tao, free):  # noqa: F811
    assert list(pool(bank.actor("tao"))) == [free]
    claim_customer(free, actor=bank.actor("tao"))
    with pytest.raises(ClaimedAlready, match="陶然"):
        claim_customer(free, actor=bank.actor("lin"))
    assert Customer.objects.get(pk=free.pk).lead_post == tao


def test_the_pool_of_another_sub_branch_is_out_of_reach(bank, free):
    assert not pool(bank.actor("mei")).exists()
    with pytest.raises(NotFound):
        claim_customer(free, actor=bank.actor("mei"))


def test_whoever_gave_back_waits(bank, free, time_machine):
    with pytest.raises(RuleViolation, match="30"):
        claim_customer(free, actor=bank.actor("lin"))
    time_machine.shift(dt.timedelta(days=30))
    claim_customer(free, actor=bank.actor("lin"))
    assert Customer.objects.get(pk=free.pk).lead_post == bank.posts["lin"]


def test_a_protected_customer_is_not_claimed(bank, tao, free):  # noqa: F811
    protect_customer(free, actor=bank.actor("zhou"), reason="待定")
    with pytest.raises(RuleViolation, match="待定"):
        claim_customer(free, actor=bank.actor("tao"))


def test_a_large_customer_is_claimed_by_two_persons(bank, tao, free):  # noqa: F811
    Customer.objects.filter(pk=free.pk).update(assets=Decimal("1000000.00"))
    proposed = claim_customer(free, actor=bank.actor("tao"), reason="老客户")
    assert isinstance(proposed, Approval)
    with pytest.raises(ClaimedAlready, match="陶然"):
        claim_customer(free, actor=bank.actor("lin"))
    decide_approval(proposed, actor=bank.actor("zhou"), approve=True)
    assert Customer.objects.get(pk=free.pk).lead_post == tao


def test_a_unit_is_not_closed_before_its_customers_have_moved(bank):
    """A customer of the pool has no post that could hold the unit: it would be left without an owner."""
    gao = bank.actor("gao")
    south = create_unit(
        actor=gao, code="109", name="城南支行", name_en="South", kind="sub_branch", parent=bank.units["branch"]
    )
    stranded = create_customer(
        actor=system("set-up"), data=PartyData(kind="individual", name="王澄"), unit=south, lead_post=None
    )
    for close in (
        lambda: close_unit(south, actor=gao),
        lambda: merge_unit(south, actor=gao, into=bank.units["east"]),
    ):
        with pytest.raises(RuleViolation, match="1"):
            close()
        assert OrgUnit.objects.get(pk=south.pk).closed_on is None
    assign_portfolio(stranded, actor=system("set-up"), post=bank.posts["lin"], reason="并入城东")
    merged = merge_unit(south, actor=gao, into=bank.units["east"])
    assert merged.merged_into == bank.units["east"]
    outcomes = AuditEntry.objects.filter(operation="people.merge_unit").values_list("outcome", flat=True)
    assert sorted(outcomes) == ["done", "refused"]


def test_a_business_date_that_went_back_is_told_and_changes_nothing(bank, chen, time_machine):
    time_machine.shift(dt.timedelta(days=-3))
    with pytest.raises(RuleViolation) as refusal:
        assign_portfolio(chen, actor=bank.actor("zhou"), post=None, reason="收回")
    assert refusal.value.message
    assert Customer.objects.get(pk=chen.pk).lead_post == bank.posts["lin"]
