"""A large enterprise and a micro one buy the same product: share of assets, approval and who approves depend on the
size, each with its reason; older customers are cared for as before."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, Event, History, PolicyVersion, WorkItem
from kexin.core.policy import in_force
from kexin.party.data import DocumentData, PartyData
from kexin.party.models import Customer, EnterpriseProfile, IdentityDocument
from kexin.party.operations import change_customer, create_customer
from kexin.products.models import Product
from kexin.sales.choices import Gate
from kexin.sales.matching import conditions_of
from kexin.sales.models import Order, Sale
from kexin.sales.operations.approving import approve_sale, approve_senior_sale
from kexin.sales.operations.confirming import confirm_sale, tell_opinion
from kexin.sales.operations.opening import open_sale
from kexin.sales.operations.ordering import hand_over_sale
from kexin.sales.operations.signing import sign_sale
from kexin.sales.queries import senior_sale_file
from kexin.sales.signatures.choices import ProofMethod
from kexin.sales.signatures.signing import Proof
from kexin.suitability.matching.operations import match
from kexin.suitability.matching.policies import MatchingPolicy
from tests.personas import Bank
from tests.scenarios.test_a_sale_through_its_gates import DRAWING, STATEMENTS, herself, product, read, tolerance

__all__ = ["product", "tolerance"]
REQUIREMENTS = {
    "H-15": "micro, small, medium and large enterprises differ in share of assets, approval and who approves",
}
SCREENS = {"H-15": "/customers/<id>/"}
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("small-and-large")]
MILLIONS = Decimal(2_000_000)


@pytest.fixture
def firm(bank: Bank, chen: Customer, product: Product) -> Customer:
    """A trading company of Lin's, its size not known yet; it has eight million."""
    row = create_customer(
        actor=bank.actor("lin"),
        data=PartyData(
            kind="enterprise",
            name="江澜市澄明贸易有限公司",
            documents=(DocumentData(type="CN-USCC", number="91110108551385082Q", long_term=True),),
        ),
        unit=bank.units["east"],  # type: ignore[arg-type]
        lead_post=bank.posts["lin"],  # type: ignore[arg-type]
    )
    Customer.objects.filter(pk=row.pk).update(assets=Decimal(8_000_000), status="active")
    IdentityDocument.objects.filter(party=row.pk).update(long_term=True, expires_on=None)
    row.refresh_from_db()
    return row


def sized(bank: Bank, row: Customer, scale: str) -> Customer:
    return change_customer(row, actor=bank.actor("lin"), version=row.version, changes={"scale": scale})


def opinion(bank: Bank, row: Customer, product: Product, amount: Decimal = MILLIONS) -> Any:
    return match(row, product, actor=bank.actor("lin"), channel="phone", amount=amount)


def codes(rows: list[dict[str, Any]]) -> set[str]:
    return {each["code"] for each in rows}


def signed(bank: Bank, row: Customer, product: Product, amount: Decimal = MILLIONS) -> Sale:
    lin, said = bank.actor("lin"), opinion(bank, row, product, amount)
    sale = open_sale(
        row, product, actor=lin, amount=amount, channel="remote", staff_took_part=True, decision_no=said.pk
    )
    tell_opinion(sale, actor=lin, mode="spoken")
    read(sale, row)
    confirm_sale(sale, actor=herself(row), confirmed=STATEMENTS, turn=1)
    return sign_sale(
        sale, actor=herself(row), drawing=DRAWING, proof=Proof(ProofMethod.APP, "app-1", session="portal.1")
    )


def test_the_size_is_entered_told_and_kept(bank: Bank, chen: Customer, firm: Customer, client_of: Any) -> None:
    lin = client_of("lin")
    page = lin.get(f"/panel/customer/{firm.pk}/basics/").content.decode()
    assert "企业规模" in page
    assert "企业规模" not in lin.get(f"/panel/customer/{chen.pk}/basics/").content.decode()
    address = reverse("party:field", args=[firm.pk, "scale"])
    assert "微型" in lin.get(address).content.decode()
    assert "微型" in lin.post(address, {"scale": "micro", "version": firm.version}).content.decode()
    assert lin.get(reverse("party:field", args=[chen.pk, "scale"])).status_code == 404
    with pytest.raises(RuleViolation) as person:
        sized(bank, chen, "large")
    assert list(person.value.fields) == ["scale"]
    firm.refresh_from_db()
    with pytest.raises(RuleViolation):
        sized(bank, firm, "enormous")
    assert EnterpriseProfile.objects.get(pk=firm.pk).scale == "micro"
    changed = Event.objects.filter(name="party.CustomerChanged", customer_id=firm.pk).latest("pk")
    assert "scale" in json.dumps(changed.payload)
    assert AuditEntry.objects.filter(operation="party.change_customer", outcome="done", customer_id=firm.pk).exists()
    assert History.objects.filter(table_name="party_enterpriseprofile", customer_id=firm.pk).count() == 2
    assert "企业规模" in lin.get(f"/panel/customer/{firm.pk}/history/").content.decode()
    found = lin.get("/customers/?scale=micro").content.decode()
    assert firm.customer_no in found
    assert chen.customer_no not in found
    assert firm.customer_no not in lin.get("/customers/?scale=large").content.decode()


@pytest.mark.parametrize(
    ("scale", "asked"),
    [("large", set()), ("medium", set()), ("small", set()), ("micro", {"scale_senior"}), ("", {"scale_senior"})],
)
def test_two_millions_are_much_for_a_small_one(
    bank: Bank, firm: Customer, product: Product, scale: str, asked: set[str]
) -> None:
    row = sized(bank, firm, scale) if scale else firm
    said = opinion(bank, row, product)
    assert said.outcome != "refuse"
    assert codes(said.conditions) & {"scale_approval", "scale_senior"} == asked
    assert said.facts["customer"]["scale"] == (scale or "unknown")
    for each in said.conditions:
        assert each["basis"]


def test_the_same_share_is_refused_to_the_micro_one_and_allowed_to_the_large(
    bank: Bank, firm: Customer, product: Product, tolerance: dict[str, Any]
) -> None:
    from dataclasses import replace

    tolerance["now"] = replace(tolerance["now"], tolerance=5)
    Product.objects.filter(pk=product.pk).update(own_grade=4, issuer_grade=4)
    product.refresh_from_db()
    Customer.objects.filter(pk=firm.pk).update(assets=Decimal(900_000))
    firm.refresh_from_db()
    large = sized(bank, firm, "large")
    assert opinion(bank, large, product, Decimal(900_000)).refusals == []
    micro = sized(bank, large, "micro")
    (reason,) = opinion(bank, micro, product, Decimal(900_000)).refusals
    assert (reason["code"], reason["values"]["share"], reason["values"]["most"]) == (
        "scale_concentration",
        "50.0",
        "40",
    )
    assert "微型" in reason["words"]["zh"]
    assert "Micro" in reason["words"]["en"]


def test_a_senior_approves_the_purchase_of_a_micro_enterprise(
    bank: Bank, firm: Customer, product: Product, client_of: Any
) -> None:
    micro = sized(bank, firm, "micro")
    sale = signed(bank, micro, product)
    assert Gate.APPROVED in sale.needed
    item = WorkItem.objects.get(kind="sales.approval")
    assert item.owner_post_id == bank.posts["tang"].pk  # type: ignore[attr-defined]
    address = reverse("sales:sale", args=[sale.pk])
    assert 'name="approve"' not in client_of("zhou").get(address).content.decode()
    asked = client_of("tang").get(address).content.decode()
    assert 'name="senior"' in asked
    assert all(each.words in asked and each.basis in asked for each in conditions_of(sale.decision_no or 0))
    assert "微型" in asked, "why it takes a senior"
    assert client_of("tang").get(reverse("sales:sales")).status_code == 403  # what a senior decides, and no more
    with pytest.raises(RuleViolation) as head:
        approve_sale(sale, actor=bank.actor("zhou"), approve=True)
    assert "上级" in str(head.value.message)
    with pytest.raises(RuleViolation):
        hand_over_sale(sale, actor=bank.actor("lin"))
    answer = client_of("tang").post(
        reverse("sales:approve", args=[sale.pk]), {"approve": "1", "senior": "1", "note": "资金来源已核实"}
    )
    assert answer.status_code == 302
    gate = sale.gates.get(gate=Gate.APPROVED)
    assert gate.evidence == {"note": "资金来源已核实", "senior": True}
    assert AuditEntry.objects.filter(operation="sales.approve_senior_sale", outcome="done").exists()
    item.refresh_from_db()
    assert item.outcome == "approved"
    hand_over_sale(sale, actor=bank.actor("lin"))
    assert Order.objects.filter(sale=sale).count() == 1


def test_a_head_approves_for_a_medium_one_and_nobody_is_asked_for_a_large_one(
    bank: Bank, firm: Customer, product: Product
) -> None:
    much = Decimal(12_000_000)
    Customer.objects.filter(pk=firm.pk).update(assets=Decimal(90_000_000))
    firm.refresh_from_db()
    medium = sized(bank, firm, "medium")
    sale = signed(bank, medium, product, much)
    assert codes(opinion(bank, medium, product, much).conditions) & {"scale_approval"}
    with pytest.raises(RuleViolation):
        approve_senior_sale(sale, actor=bank.actor("tang"), approve=True)
    with pytest.raises(NotFound):
        senior_sale_file(bank.actor("tang"), sale.pk)
    approve_sale(sale, actor=bank.actor("zhou"), approve=True, note="已核实")
    hand_over_sale(sale, actor=bank.actor("lin"))
    large = sized(bank, medium, "large")
    assert Gate.APPROVED not in signed(bank, large, product, much).needed


def test_a_size_that_changes_in_mid_sale_is_asked_about_before_the_order(
    bank: Bank, firm: Customer, product: Product
) -> None:
    large = sized(bank, firm, "large")
    sale = signed(bank, large, product)
    assert Gate.APPROVED not in sale.needed
    sized(bank, large, "micro")
    with pytest.raises(RuleViolation) as stopped:
        hand_over_sale(sale, actor=bank.actor("lin"))
    assert "上级" in str(stopped.value.message)
    assert not Order.objects.exists()


def test_the_rows_are_a_policy_and_told_in_words() -> None:
    rules = in_force(MatchingPolicy)
    assert list(rules.scale_rows) == ["large", "medium", "small", "micro"]
    assert rules.scale_of("unknown") == rules.scale_of("micro")
    assert rules.scale_of("") is None
    assert not PolicyVersion.objects.filter(code="suitability.matching", verified=True).exists()
