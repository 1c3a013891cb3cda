"""After a re-rating those whose outcome changed are found, told to their managers, and nobody is made to sell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings

from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.models import Event, WorkItem
from kexin.holdings.models import Account, Holding
from kexin.party.models import Customer, IdentityDocument
from kexin.products.models import Product
from kexin.suitability.matching.facts import MatchFacts
from kexin.suitability.matching.rematching import WORK_KIND, judged, may_change, rematch_holders
from kexin.suitability.models import RematchLine
from kexin.suitability.tests.test_matching_rules import LOOSE, RULES, TODAY, all_facts
from tests.personas import Bank


@settings(max_examples=400, deadline=None)
@given(found=all_facts)
def test_whoever_is_judged_otherwise_would_have_been_chosen(found: MatchFacts) -> None:
    for rules in (RULES, LOOSE):
        for before in range(1, 6):
            for after in range(1, 6):
                was, now = (judged(found.customer, found.product, g, TODAY, rules).outcome for g in (before, after))
                assert was == now or may_change(found.customer, before, after, rules)


@pytest.mark.django_db
def test_a_re_rating_is_told_to_the_manager_once_and_sells_nothing(
    bank: Bank, young: Customer, assess, today: dt.date
) -> None:
    IdentityDocument.objects.filter(party=young.pk).update(long_term=True, expires_on=None)
    result = assess(young)
    grade = result.told_grade
    assert 2 <= grade <= 4
    product = Product.objects.create(
        code="RR1", name="江岚增利", product_class="wealth", regime="investment", state="admitted",
        own_grade=grade + 1, issuer_grade=grade, minimum_amount=Decimal(10_000),
    )  # fmt: skip
    account = Account.objects.filter(customer=young).first()
    if account is None:
        account = Account(customer=young, kind="current", unit_id=young.unit_id, key_id=young.party.key_id)
        account.number = "6222000000000001"
        account.save()
    held = Holding.objects.create(
        account=account, customer=young, product=product, units=Decimal(100), cost=Decimal(10_000),
        market_value=Decimal(10_100), as_of=business_date(),
    )  # fmt: skip
    clock = system("clock.rerating")
    run = rematch_holders(product, actor=clock, before=grade, after=grade + 1)
    assert run is not None
    assert (run.holders, run.decided, run.changed) == (1, 1, 1)
    line = RematchLine.objects.get()
    assert (line.before, line.after, line.codes[0]) == ("allow", "refuse", "grade_above")
    item = WorkItem.objects.get(kind=WORK_KIND)
    assert (item.owner_post_id, item.details["customers"]) == (young.lead_post_id, 1)
    assert Event.objects.filter(name="suitability.HoldersRematched").count() == 1
    assert rematch_holders(product, actor=clock, before=grade, after=grade + 1) is None  # told twice, done once
    held.refresh_from_db()
    assert held.units == Decimal(100)
