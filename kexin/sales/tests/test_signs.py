"""Signs of wrong selling: the rules, and the items they raise, each once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from typing import Any

import pytest
from django.utils import timezone

from kexin.core.actor import customer, system
from kexin.core.errors import NotPermitted
from kexin.core.models import Event
from kexin.core.operation import doors, operation
from kexin.party.data import ContactData, DocumentData, PartyData
from kexin.party.operations import create_customer
from kexin.people.models import User
from kexin.sales.models import InspectionItem, Sale, Signature
from kexin.sales.oversight.examining import examine_sales
from kexin.sales.oversight.policies import parse_addresses
from kexin.sales.oversight.signs import Signing, one_device, one_number, raised_same_day, sellers_terminal
from kexin.sales.oversight.words import facts_told
from kexin.sales.tests.test_return_calls import executed
from tests.personas import Bank

NOW = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
MINE = Signing("S1", 1, "d" * 64, True, "10.0.0.7", NOW)
OTHER = dataclasses.replace(MINE, sale_no="S2", customer_id=2, at=NOW - dt.timedelta(days=3))


@pytest.mark.parametrize(
    ("mine", "other", "found"),
    [
        ({}, {}, True),
        ({}, {"customer_id": 1}, False),  # the same customer again
        ({}, {"at": NOW - dt.timedelta(days=91)}, False),
        ({}, {"digest": "e" * 64}, False),
        ({"digest": ""}, {"digest": ""}, False),
        ({"named": False}, {}, True),  # the same make at the same address
        ({"named": False}, {"address": "10.0.0.8"}, False),
        ({"named": False, "address": ""}, {"address": ""}, False),
    ],
)
def test_one_device_for_several_customers(mine: dict[str, Any], other: dict[str, Any], found: bool) -> None:
    facts = one_device(dataclasses.replace(MINE, **mine), [dataclasses.replace(OTHER, **other)], least=2, days=90)
    assert facts == ({"customers": 2, "sales": ["S2"]} if found else None)
    assert one_device(MINE, [OTHER], least=3, days=90) is None


def test_the_sellers_terminal() -> None:
    near = [("10.0.0.7", NOW + dt.timedelta(minutes=12)), ("10.0.0.9", NOW)]
    ask: dict[str, Any] = {"minutes": 60, "shared": frozenset()}
    assert sellers_terminal(MINE, near, **ask) == {"address": "10.0.0.7", "minutes": 12}
    assert sellers_terminal(MINE, [("10.0.0.7", NOW + dt.timedelta(hours=2))], **ask) is None
    assert sellers_terminal(MINE, near, minutes=60, shared={"10.0.0.7"}) is None
    assert sellers_terminal(dataclasses.replace(MINE, address=""), near, **ask) is None


def test_numbers_and_grades() -> None:
    assert one_number({1}, least=2) is None
    assert one_number({1, 2}, least=2) == {"customers": 2}
    assert raised_same_day([3]) is None
    assert raised_same_day([3, 2]) is None
    assert raised_same_day([2, 3]) == {"before": 2, "after": 3, "times": 2}
    assert parse_addresses(["10.0.0.1", "::1"]) == {"10.0.0.1", "::1"}
    with pytest.raises(ValueError, match="appear"):
        parse_addresses(["the branch"])


def signature(sale: Sale, *, days: int = 1, device: dict[str, str] | None = None) -> Signature:
    """A signature under a sale, some days ago."""
    facts = device if device is not None else {"platform": "iOS", "device": "phone-1"}
    return Signature.objects.create(
        sale=sale, round=1, at=timezone.now() - dt.timedelta(days=days), kind="simple", proof="code", by="customer",
        device=facts, device_digest=hashlib.sha256(repr(facts).encode()).hexdigest(), documents=[],
        drawing_digest="0" * 64, manifest="{}",
    )  # fmt: skip


@pytest.fixture
def zhang(bank: Bank) -> Any:
    """Another customer of Lin's, with Mrs Chen's number and a colleague's e-mail address."""
    return create_customer(
        actor=bank.actor("lin"),
        data=PartyData(
            kind="individual",
            name="张伟",
            documents=(DocumentData(type="CN-RIC", number="110101199003070011", expires_on=dt.date(2035, 1, 1)),),
            contacts=(
                ContactData(kind="mobile", value="13800005678"),
                ContactData(kind="email", value="mei@example.com"),
            ),
        ),
        unit=bank.units["east"],
        lead_post=bank.posts["lin"],
        anyway=True,
    )


@pytest.mark.django_db
def test_each_sign_raises_one_item_and_no_second_night_another(bank: Bank, chen: Any, zhang: Any) -> None:
    User.objects.filter(employee=bank.employees["mei"]).update(email="mei@example.com")  # type: ignore[misc]
    clock = system("clock.oversight")
    first, second = executed(bank, chen), executed(bank, zhang, "fund")
    signature(first, days=3)
    assert examine_sales(actor=clock, sale_id=first.pk) == 0
    signature(second)
    assert examine_sales(actor=clock, sale_id=second.pk) == 3
    found = {(item.source, item.sale.sale_no) for item in InspectionItem.objects.select_related("sale")}  # type: ignore[union-attr]
    expected = {("same_device", second.sale_no), ("same_number", second.sale_no), ("staff_contact", second.sale_no)}
    assert found == expected
    assert InspectionItem.objects.get(source="same_device").facts == {"customers": 2, "sales": [first.sale_no]}
    assert facts_told(InspectionItem.objects.get(source="same_device"))[1] == ("其他销售", first.sale_no)
    assert examine_sales(actor=clock) == 2  # by night the first sale shows its share: device and number
    assert examine_sales(actor=clock) == 0
    assert Event.objects.filter(name="sales.InspectionItemRaised").count() == 5
    with pytest.raises(NotPermitted):
        examine_sales(actor=bank.actor("wu"))


@pytest.mark.django_db
def test_signed_where_the_seller_was_signed_in_and_a_link_opened_twice(bank: Bank, chen: Any) -> None:
    sale = executed(bank, chen)
    signature(sale, days=0)

    def acted(name: str, actor: Any) -> None:
        @operation(name, label="Act")
        def act(*, actor: Any, customer: Any) -> None:
            """Nothing but its audit entry matters."""

        doors.pop(name)
        act(actor=actor, customer=chen)

    signer = customer(chen.pk, chen.customer_no, ("sales.sign_sale",), session="p", address="10.1.2.3")
    known = doors.pop("sales.sign_sale")
    acted("sales.sign_sale", signer)
    doors["sales.sign_sale"] = known
    seller = dataclasses.replace(bank.actor("lin"), address="10.1.2.3", grants=(
        dataclasses.replace(bank.actor("lin").grants[0], operations=frozenset({"test.act"})),))  # fmt: skip
    acted("test.act", seller)
    clock = system("clock.oversight")

    @operation("test.refuse_link", label="Refuse a link")
    def refuse(*, actor: Any) -> None:
        from kexin.core.events import emit
        from kexin.portal.events import LinkRefused

        for reason in ("used", "expired"):
            emit(LinkRefused(chen.pk, chen.customer_no, 7, "buy", reason, "10.9.9.9"))

    doors.pop("test.refuse_link")
    refuse(actor=clock)
    assert examine_sales(actor=clock) == 2
    found = {item.source: item.facts for item in InspectionItem.objects.all()}
    assert found["terminal"]["address"] == "10.1.2.3"
    assert found["link"]["address"] == "10.9.9.9"
    assert examine_sales(actor=clock) == 0
