"""Sun refers Mrs Chen from the lobby: a clock runs, somebody answers, the giver learns the outcome."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import Event, WorkItem
from kexin.party.models import Customer, PortfolioShare
from kexin.sales.models import Referral
from kexin.sales.referrals.queries import referral_file, referrals
from kexin.sales.referrals.referring import (
    answer_referral,
    attribute_referral,
    close_referral,
    make_referral,
    withdraw_referral,
)
from tests.personas import Bank

pytestmark = pytest.mark.django_db


def given(bank: Bank, row: Customer, name: str = "sun", **other: Any) -> Referral:
    said = {
        "from_line": "lobby", "to_line": "retail", "need": "到店咨询大额存单", "unit_id": bank.units["east"].pk,
        "product_line": "deposits", **other,
    }  # fmt: skip
    return make_referral(row, actor=bank.actor(name), **said)


def test_from_the_lobby_to_an_outcome_that_the_giver_reads(
    bank: Bank, chen: Customer, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    Customer.objects.filter(pk=chen.pk).update(status="active")
    row = given(bank, chen, receiver_post_id=bank.posts["lin"].pk)
    item = WorkItem.objects.get(kind="sales.referral")
    assert (item.owner_post_id, item.due_at, row.share) == (bank.posts["lin"].pk, row.due_at, Decimal(20))
    with django_assert_max_num_queries(45):
        page = client_of("lin").get(reverse("referrals:referral", args=[row.pk])).content.decode()
    assert "到店咨询大额存单" in page
    with pytest.raises(RuleViolation):  # nobody answers a referral of one's own
        answer_referral(row, actor=bank.actor("sun"), accept=True)
    with pytest.raises(NotFound):  # another branch has nothing to do with it
        answer_referral(row, actor=bank.actor("mei"), accept=True)
    with pytest.raises(RuleViolation) as silent:
        answer_referral(row, actor=bank.actor("lin"), accept=False)
    assert list(silent.value.fields) == ["reason"]
    answer_referral(row, actor=bank.actor("lin"), accept=True)
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "accepted")
    assert WorkItem.objects.get(kind="sales.referral_outcome").owner_post_id == bank.posts["lin"].pk
    close_referral(row, actor=bank.actor("lin"), outcome="business", note="办理大额存单三十万元")
    news = WorkItem.objects.get(kind="sales.referral_news")
    assert (news.owner_post_id, news.status) == (bank.posts["sun"].pk, "open")
    assert referral_file(bank.actor("sun"), row.pk).outcome_note == "办理大额存单三十万元"
    with pytest.raises(RuleViolation):
        close_referral(row, actor=bank.actor("lin"), outcome="none", note="x")
    attribute_referral(row, actor=bank.actor("zhou"))
    shares = dict(PortfolioShare.objects.filter(customer=chen, line="deposits").values_list("post_id", "percent"))
    assert shares == {bank.posts["lin"].pk: Decimal(80), bank.posts["sun"].pk: Decimal(20)}
    with pytest.raises(RuleViolation):
        attribute_referral(row, actor=bank.actor("zhou"))
    names = list(Event.objects.filter(name__startswith="sales.Referral").values_list("name", flat=True))
    assert sorted(names) == [
        "sales.ReferralAnswered", "sales.ReferralAttributed", "sales.ReferralClosed", "sales.ReferralMade",
    ]  # fmt: skip


def test_a_pool_is_everybodys_of_the_unit_and_late_is_told(bank: Bank, chen: Customer, client_of: Any) -> None:
    Customer.objects.filter(pk=chen.pk).update(status="active")
    row = given(bank, chen, "lin", from_line="retail", to_line="private", unit_id=bank.units["west"].pk)
    assert row.receiver_post_id is None
    mei = bank.actor("mei")
    assert list(referrals(mei, side="received").values_list("pk", flat=True)) == [row.pk]
    with pytest.raises(RuleViolation):  # one at a time to the same line
        given(bank, chen, "lin", from_line="retail", to_line="private", unit_id=bank.units["east"].pk)
    with time_machine.travel(row.due_at + (row.due_at - timezone.now())):
        page = client_of("mei").get(reverse("referrals:referrals")).content.decode()
        assert "超时" in page
    declined = answer_referral(row, actor=mei, accept=False, reason="客户已在他行办理")
    assert (declined.state, WorkItem.objects.get(kind="sales.referral_news").owner_post_id) == (
        "declined",
        bank.posts["lin"].pk,
    )
    again = given(bank, chen, "lin", from_line="retail", to_line="private", unit_id=bank.units["west"].pk)
    with pytest.raises(RuleViolation):
        withdraw_referral(again, actor=mei)
    withdraw_referral(again, actor=bank.actor("lin"))
    assert WorkItem.objects.filter(kind="sales.referral", status="open").count() == 0
    with pytest.raises(RuleViolation):
        answer_referral(again, actor=mei, accept=True)


def test_what_is_no_referral_is_told_at_its_field(bank: Bank, chen: Customer) -> None:
    Customer.objects.filter(pk=chen.pk).update(status="active")
    with pytest.raises(RuleViolation) as wrong:
        given(bank, chen, from_line="lobby", to_line="lobby", need=" ", share=Decimal(60), product_line="?")
    assert set(wrong.value.fields) == {"to_line", "need", "share", "product_line"}
    with pytest.raises(RuleViolation) as nobody:
        given(bank, chen, receiver_post_id=bank.posts["mei"].pk)
    assert list(nobody.value.fields) == ["receiver_post_id"]
    assert not Referral.objects.exists()
