"""A household on any evening: members within reach, joint accounts once, a divorce in mid-month."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, PolicyVersion
from kexin.core.policy import check_values, forget_cache
from kexin.holdings.aum.follow import follow
from kexin.holdings.aum.household import household_of, household_on
from kexin.holdings.aum.queries import aum_of
from kexin.holdings.models import AccountParty
from kexin.holdings.tests.conftest import TODAY
from kexin.party.data import PartyData
from kexin.party.models import Relationship
from kexin.party.operations import create_customer, end_relationship, record_relationship

MARCH = dt.date(2026, 3, 1)
DIVORCED = dt.date(2026, 3, 11)


def person(bank: Any, name: str, who: str = "lin", unit: str = "east") -> Any:
    return create_customer(
        actor=bank.actor(who),
        data=PartyData(kind="individual", name=name),
        unit=bank.units[unit],
        lead_post=bank.posts[who],
        anyway=True,
    )


@pytest.fixture
def family(bank: Any, chen: Any, ledger: Any) -> dict[str, Any]:
    """Chen and her husband (both Lin's), a joint account of theirs, and a son whom Mei leads."""
    husband, son = person(bank, "王志强"), person(bank, "王小明", "mei", "west")
    record_relationship(chen, actor=bank.actor("lin"), other=husband, kind="spouse", starts_on=dt.date(2000, 5, 1))
    Relationship.objects.create(from_party=son.party, to_party=chen.party, kind="child")
    own, joint = ledger.account(chen), ledger.account(chen)
    his, sons = ledger.account(husband), ledger.account(son)
    AccountParty.objects.create(account=joint, customer=husband, role="joint_owner")
    for account, day, balance in (
        (own, dt.date(2026, 1, 31), "1000"),
        (own, dt.date(2026, 3, 21), "3000"),
        (joint, dt.date(2026, 1, 31), "500.01"),
        (his, dt.date(2026, 1, 31), "70"),
        (sons, dt.date(2026, 1, 31), "9999"),
    ):
        ledger.state(account, day, balance)
    for account, balance in ((own, "3000"), (joint, "500.01"), (his, "70"), (sons, "9999")):
        account.balance, account.balance_on = Decimal(balance), TODAY
        account.save()
    follow([chen.pk, husband.pk, son.pk])
    return {"chen": chen, "husband": husband, "son": son}


def sums(bank: Any, family: Any, who: str, day: dt.date | None = None) -> tuple[set[str], Decimal, Decimal]:
    found = household_on(bank.actor(who), family["chen"].pk, day)
    names = {name for name, row in family.items() if row.pk in {each.customer.pk for each in found.members}}
    return names, found.assets, found.average


@pytest.mark.parametrize("joint", ["first_owner", "equal"])
def test_a_joint_account_counts_once_under_every_policy(bank, family, joint):
    version = PolicyVersion.objects.get(code="holdings.aum")
    PolicyVersion.objects.filter(pk=version.pk).update(values={**version.values, "joint": joint})
    forget_cache()
    names, assets, _average = sums(bank, family, "lin")
    assert (names, assets) == ({"chen", "husband"}, Decimal("3570.01"))
    assert household_on(bank.actor("lin"), family["husband"].pk).assets == Decimal("3570.01")
    assert household_on(bank.actor("lin"), family["chen"].pk).joint_accounts == 1


def test_who_is_out_of_reach_is_neither_shown_nor_counted(bank, family, client_of):
    assert sums(bank, family, "lin")[0] == {"chen", "husband"}
    assert sums(bank, family, "wu")[:2] == ({"chen", "husband", "son"}, Decimal("13569.01"))
    assert household_on(bank.actor("mei"), family["son"].pk).assets == 9999
    with pytest.raises(NotFound):
        household_on(bank.actor("mei"), family["chen"].pk)
    url = reverse("core:panel", args=["customer", family["chen"].pk, "household"])
    page = client_of("lin").get(url).content.decode()
    assert "3,570.01" in page
    assert "可能还有" in page
    assert "9,999" not in page
    assert str(family["son"].customer_no) not in page
    assert f"/customers/{family['son'].pk}/" not in page
    whole = client_of("wu").get(url).content.decode()
    assert "13,569.01" in whole
    assert "可能还有" not in whole
    assert client_of("mei").get(url).status_code == 404
    assert client_of("he").get(url).status_code == 404  # a data steward sees no balances


def test_the_months_of_the_household_are_those_of_its_members(bank, family):
    lin = bank.actor("lin")
    for month_end in (dt.date(2026, 2, 28), dt.date(2026, 3, 31), dt.date(2026, 8, 31)):
        found = household_on(lin, family["chen"].pk, month_end)
        months = [aum_of(lin, family[name].pk).months for name in ("chen", "husband")]
        rows = [row for each in months for row in each if (row.month.year, row.month.month) == (2026, month_end.month)]
        assert found.average == sum(row.average for row in rows)
        assert found.assets == sum(row.closing for row in rows)
    today = household_of(lin, family["chen"].pk)
    now = household_on(lin, family["chen"].pk)
    assert (now.assets, now.average) == (today.assets, today.average)


def test_after_a_divorce_the_member_no_longer_counts_and_earlier_days_stay(bank, family):
    before = {day: sums(bank, family, "lin", day) for day in (DIVORCED - dt.timedelta(days=1), dt.date(2026, 2, 28))}
    tie = Relationship.objects.get(kind="spouse")
    lin = bank.actor("lin")
    for wrong in (TODAY + dt.timedelta(days=1), dt.date(2000, 4, 30)):
        with pytest.raises(RuleViolation) as refusal:
            end_relationship(family["chen"], actor=lin, relationship_id=tie.pk, ends_on=wrong)
        assert list(refusal.value.fields) == ["ends_on"]
    end_relationship(family["chen"], actor=lin, relationship_id=tie.pk, ends_on=DIVORCED)
    assert AuditEntry.objects.filter(operation="party.end_relationship", outcome="done").exists()
    assert {day: sums(bank, family, "lin", day) for day in before} == before
    found = household_on(lin, family["chen"].pk, dt.date(2026, 3, 31))
    assert found.assets == Decimal("3500.01")  # her own and the joint account, whose first owner she is
    # 20 days of 1000 and 11 of 3000, 31 days of 500.01; his 70 on the ten days before the divorce
    hers = (Decimal(20 * 1000 + 11 * 3000 + 31) * 1 - 31 + 31 * Decimal("500.01")) / 31
    assert found.average == hers.quantize(Decimal("0.01")) + (Decimal(700) / 31).quantize(Decimal("0.01"))
    (_chen, husband) = found.members
    assert (husband.belongs, husband.left_on, husband.assets) == (False, DIVORCED, 0)
    assert household_of(lin, family["chen"].pk).members == [family["chen"].pk]
    assert len(household_on(lin, family["chen"].pk, dt.date(2026, 5, 5)).members) == 2  # told, and marked as gone


def test_days_that_cannot_be_are_refused_in_words(bank, family, client_of):
    lin = bank.actor("lin")
    for wrong in (TODAY + dt.timedelta(days=1), dt.date(1900, 1, 1)):
        with pytest.raises(RuleViolation) as refusal:
            household_on(lin, family["chen"].pk, wrong)
        assert list(refusal.value.fields) == ["day"]
    url = reverse("core:panel", args=["customer", family["chen"].pk, "household"])
    for text in ("2027-01-01", "yesterday"):
        page = client_of("lin").get(url, {"day": text}).content.decode()
        assert 'role="alert"' in page
        assert "3,570.01" in page
    page = client_of("lin").get(url, {"day": "2026-03-05"}).content.decode()
    assert "1,570.01" in page
    lin_client = client_of("lin")
    with CaptureQueriesContext(connection) as caught:
        lin_client.get(url)
    assert len(caught) <= 45  # two dozen of them make the steps in temporary tables


def test_by_the_interface(bank, family, client_of):
    address = f"/api/v1/customers/{family['chen'].pk}/household"
    found = client_of("lin").get(address, {"day": "2026-03-05"}).json()
    assert (found["assets"], len(found["members"]), found["joint_accounts"]) == ("1570.01", 2, 1)
    assert found["members"][1]["ties"][0]["kind"] == "spouse"
    assert client_of("lin").get(address, {"day": "2030-03-05"}).status_code == 422
    assert client_of("mei").get(address).status_code == 404
    assert client_of("he").get(address).status_code == 403


@pytest.mark.django_db
def test_only_family_ties_make_a_household() -> None:
    for wrong in ([], ["employer"], ["spouse", "spouse"]):
        assert [each.field for each in check_values("holdings.household", {"ties": wrong}).reasons] == ["ties"]
    assert not check_values("holdings.household", {"ties": ["spouse"]}).reasons


def test_the_end_of_a_tie_is_asked_for_on_a_page(bank, family, client_of):
    tie = Relationship.objects.get(kind="spouse")
    url = reverse("party:end_relationship", args=[family["chen"].pk, tie.pk])
    lin = client_of("lin")
    assert 'name="ends_on"' in lin.get(url).content.decode()
    assert "尚未到来" in lin.post(url, {"ends_on": "2027-01-01"}).content.decode()
    assert lin.post(url, {"ends_on": "2026-03-11"}).status_code == 302
    tie.refresh_from_db()
    assert tie.ends_on == DIVORCED
    assert client_of("mei").get(url).status_code == 404
