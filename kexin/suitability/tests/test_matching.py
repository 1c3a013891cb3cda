"""Opinions are kept whole and never changed; the shelf tells what fits and why the rest does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from kexin.core.approval import decide_approval
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.party.models import Customer
from kexin.people.models import ProductAuthorisation, Qualification
from kexin.products.models import Product, TradingTerms
from kexin.suitability.matching import operations as ops
from kexin.suitability.matching import sources
from kexin.suitability.matching.on_shelf import shelf_products
from kexin.suitability.matching.shelf import compared, customers_fitting, facts_shown, shelf_of
from kexin.suitability.models import QualifiedInvestor, SuitabilityDecision
from tests.personas import Bank

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> dict[int, sources.Assessed]:
    """What counts of customers' assessments: everybody C3 until further notice; a test may say otherwise."""
    told: dict[int, sources.Assessed] = {}
    usual = sources.Assessed(
        "valid",
        3,
        assessment_id=1,
        valid_until=business_date() + 90 * DAY,
        horizon="d",
        experience=3,
        objective="high_growth",
    )
    monkeypatch.setattr(sources, "_assessed", [lambda rows, on: {row.pk: told.get(row.pk, usual) for row in rows}])
    monkeypatch.setattr(sources, "_restrictions", [])
    return told


@pytest.fixture
def seller(bank: Bank) -> None:
    """Lin holds a certificate and an authorisation up to R5, private offerings too."""
    today = business_date()
    Qualification.objects.create(
        employee=bank.employees["lin"], kind="bank_wealth", number="W-1", issuer="协会", issued_on=today,
        evidence="官网", recorded_by="1004",
    )  # fmt: skip
    ProductAuthorisation.objects.create(
        employee=bank.employees["lin"], classes=["wealth"], highest_grade=5, private=True, starts_on=today,
        ends_on=today + 90 * DAY, proposed_by="1004", granted_by="1005",
    )  # fmt: skip


@pytest.fixture
def chen_in_order(chen: Customer) -> Customer:
    """Mrs Chen with assets and a document that has no end."""
    Customer.objects.filter(pk=chen.pk).update(assets=Decimal(500_000), status="active", born_year=1980, birthday=301)
    from kexin.party.models import IdentityDocument

    IdentityDocument.objects.filter(party=chen.pk).update(long_term=True, expires_on=None)
    if not IdentityDocument.objects.filter(party=chen.pk).exists():
        pytest.fail("the persona has no document")
    chen.refresh_from_db()
    return chen


def product(code: str, grade: int | None = 2, **changes: Any) -> Product:
    values = {"name": f"江岚{code}", "product_class": "wealth", "regime": "investment", "state": "admitted"}
    values |= {"own_grade": grade, "issuer_grade": grade, "term_days": 180, "minimum_amount": Decimal(10_000)}
    return Product.objects.create(code=code, **{**values, **changes})


def codes(row: SuitabilityDecision) -> list[str]:
    return [each["code"] for each in row.refusals]


def test_an_opinion_is_kept_with_facts_policy_event_and_audit_and_never_changed(
    bank: Bank, chen_in_order: Customer, seller: None
) -> None:
    good, risky = product("A1"), product("A2", 4)
    lin = bank.actor("lin")
    allowed = ops.match(chen_in_order, good, actor=lin, amount=Decimal(20_000))
    assert (allowed.outcome, allowed.refusals, allowed.seller_id) == ("allow", [], bank.employees["lin"].pk)
    assert allowed.facts["customer"]["tolerance"] == 3
    assert allowed.checks == {"identity": True, "tolerance": True, "product": True, "seller": True}
    refused = ops.match(chen_in_order, risky, actor=lin, insists=True)
    assert codes(refused) == ["grade_above", "insist_forbidden"]
    assert "第十二" in refused.refusals[0]["basis"]
    assert refused.refusals[0]["words"]["zh"] != refused.refusals[0]["words"]["en"]
    assert refused.policy.code == "suitability.matching"
    event = Event.objects.filter(name="suitability.SuitabilityDecided").latest("pk")
    assert (event.customer_id, event.payload["outcome"]) == (chen_in_order.pk, "refuse")
    assert AuditEntry.objects.filter(operation="suitability.match", outcome="done").count() == 2
    for change in (
        lambda: SuitabilityDecision.objects.update(outcome="allow"),
        SuitabilityDecision.objects.all().delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_what_counts_later_does_not_rewrite_an_opinion(
    bank: Bank, chen_in_order: Customer, seller: None, known: dict[int, sources.Assessed]
) -> None:
    lin, found = bank.actor("lin"), product("B1", 3)
    first = ops.match(chen_in_order, found, actor=lin)
    known[chen_in_order.pk] = sources.Assessed("expired", None, valid_until=business_date() - DAY)
    second = ops.match(chen_in_order, found, actor=lin)
    first.refresh_from_db()
    assert (first.outcome, codes(second)) == ("allow", ["assessment_expired"])


def test_a_seller_without_certificate_recommends_nothing(bank: Bank, chen_in_order: Customer) -> None:
    row = ops.match(chen_in_order, product("C1"), actor=bank.actor("lin"), purpose="recommendation")
    assert row.outcome == "refuse"
    assert {each["check"] for each in row.refusals} == {"seller"}
    assert not row.checks["seller"]
    told = row.refusals[0]["words"]
    assert told["en"].isascii()
    assert not told["zh"].isascii()


def test_a_restriction_reads_neutral_and_only_compliance_learns_which(
    bank: Bank, chen_in_order: Customer, seller: None, client_of: ClientOf
) -> None:
    sources.register_restrictions(lambda ids, on: dict.fromkeys(ids, ("sanctions_list",)))
    row = ops.match(chen_in_order, product("D1"), actor=bank.actor("lin"))
    assert [each["words"]["zh"] for each in row.refusals] == ["暂不能办理。"]
    page = client_of("lin").get(reverse("suitability:decision", args=[row.pk])).content.decode()
    assert "暂不能办理" in page
    assert "sanctions_list" not in page
    assert "sanctions_list" in client_of("wu").get(reverse("suitability:decision", args=[row.pk])).content.decode()
    assert facts_shown(bank.actor("wu"), row.pk)["customer"]["restrictions"] == ["sanctions_list"]


def test_out_of_reach_and_drafts_are_not_there_and_bad_input_is_told(bank: Bank, chen_in_order: Customer) -> None:
    with pytest.raises(NotFound):
        ops.match(chen_in_order, product("E1"), actor=bank.actor("mei"))
    with pytest.raises(NotFound):
        ops.match(chen_in_order, product("E2", state="draft"), actor=bank.actor("lin"))
    with pytest.raises(RuleViolation) as refusal:
        ops.match(chen_in_order, product("E3"), actor=bank.actor("lin"), amount=Decimal("0.001"), purpose="x")
    assert set(refusal.value.fields) == {"amount", "purpose"}
    assert not SuitabilityDecision.objects.exists()


def test_the_shelf_sorts_what_fits_and_hides_private_products_from_the_unqualified(
    bank: Bank, chen_in_order: Customer, seller: None
) -> None:
    near, far, risky = product("F1", 3), product("F2", 1), product("F3", 5)
    product("F4", 2, offering="private")
    lin = bank.actor("lin")
    shelf = shelf_of(lin, chen_in_order.pk)
    assert [line.product.code for line in shelf.fitting] == ["F1", "F2"]
    assert [(line.product.code, [each.code for each in line.verdict.refusals]) for line in shelf.others] == [
        ("F3", ["grade_above"])
    ]
    approval = ops.propose_qualified(
        chen_in_order,
        actor=lin,
        basis="assets",
        evidence="资产证明",
        valid_until=business_date() + 100 * DAY,
        reason="客户申请",
    )
    assert not QualifiedInvestor.objects.exists()
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    assert "F4" in [line.product.code for line in shelf_of(lin, chen_in_order.pk).fitting]
    assert [line.product.code for line in compared(lin, chen_in_order.pk, [near.pk, far.pk])] == ["F1", "F2"]
    for wanted in ([near.pk], [near.pk, risky.pk]):
        with pytest.raises(RuleViolation):
            compared(lin, chen_in_order.pk, wanted)
    found, looked = customers_fitting(lin, near.pk)
    assert (chen_in_order.pk in [each.customer.pk for each in found], looked >= 1) == (True, True)
    assert customers_fitting(bank.actor("mei"), near.pk)[0] == []


def test_products_are_read_anew_only_when_one_of_them_moved(
    bank: Bank, chen_in_order: Customer, seller: None, django_assert_num_queries: Any
) -> None:
    """Whoever changed it, by whatever statement; what is undone counts as never done."""
    product("S1", 1)
    terms = TradingTerms.objects.create(product=product("S2", 1))
    lin = bank.actor("lin")

    def fitting() -> list[str]:
        return [line.product.code for line in shelf_of(lin, chen_in_order.pk).fitting]

    assert fitting() == ["S1", "S2"]
    with django_assert_num_queries(1):
        assert [row.code for row in shelf_products()] == ["S1", "S2"]
    with transaction.atomic():
        Product.objects.filter(code="S1").update(own_grade=5)
        assert fitting() == ["S2"]
        transaction.set_rollback(True)
    assert fitting() == ["S1", "S2"]
    TradingTerms.objects.filter(pk=terms.pk).update(matures_on=business_date() - DAY)
    assert fitting() == ["S1"]
    Product.objects.filter(code="S1").update(state="withdrawn")
    assert fitting() == []


def test_a_reason_against_everything_is_told_once(
    bank: Bank, chen_in_order: Customer, seller: None, known: dict[int, sources.Assessed]
) -> None:
    known[chen_in_order.pk] = sources.Assessed("none", None)
    product("G1")
    product("G2", 4)
    shelf = shelf_of(bank.actor("lin"), chen_in_order.pk)
    assert [each.code for each in shelf.common] == ["assessment_missing"]
    assert [line.verdict.refusals for line in shelf.others] == [(), ()]


def test_pages(
    bank: Bank, chen_in_order: Customer, seller: None, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    good, other, risky = product("H1"), product("H2", 3), product("H3", 4)
    lin, pk = client_of("lin"), chen_in_order.pk
    for name in ("fits", "unfit", "decisions"):
        with django_assert_max_num_queries(32):
            assert lin.get(reverse("core:panel", args=["customer", pk, name])).status_code == 200
    text = lin.get(reverse("core:panel", args=["customer", pk, "unfit"])).content.decode()
    assert "R4" in text
    both = lin.get(reverse("suitability:compare", args=[pk]), {"product": [good.pk, other.pk]})
    assert "江岚H2" in both.content.decode()
    assert lin.get(reverse("suitability:compare", args=[pk]), {"product": [good.pk, risky.pk]}).status_code == 422
    url = reverse("suitability:match", args=[pk])
    values = {"product": risky.pk, "purpose": "sale", "channel": "branch", "amount": "20000"}
    assert lin.post(url, {**values, "amount": "-1"}).status_code == 422
    made = lin.post(url, values)
    page = lin.get(made["Location"]).content.decode()
    assert "R4" in page
    assert client_of("mei").get(made["Location"]).status_code == 404
    assert client_of("mei").get(url).status_code == 404
    assert client_of("tang").get(url).status_code == 403


def test_the_sellers_of_the_demonstration_bank_are_certified(bank: Bank, chen_in_order: Customer) -> None:
    from kexin.project.demo.sellers import certify_sellers

    assert certify_sellers() == 3  # Lin, Mei and Zhou
    assert ops.match(chen_in_order, product("J1"), actor=bank.actor("lin")).outcome == "allow"
