"""What the pages of a sale cost, at the desk and on the phone: the same however many sales there are."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kexin.party.models import Customer
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import Phone
from kexin.products.models import Product, TradingTerms
from kexin.sales.operations.confirming import tell_opinion
from tests.personas import Bank
from tests.scenarios import test_a_sale_through_its_gates as story
from tests.scenarios.test_a_sale_through_its_gates import opened, signed

product, tolerance = story.product, story.tolerance  # the same set-up

pytestmark = pytest.mark.django_db
MORE = 4


def cost(ask: Callable[[], Any]) -> int:
    """The queries of a page that was opened before, so that what is kept in the process is there."""
    assert ask().status_code == 200
    with CaptureQueriesContext(connection) as found:
        assert ask().status_code == 200
    return len(found)


def test_the_sale_and_the_lists_at_the_desk(bank: Bank, chen: Customer, product: Product, client_of: Any) -> None:
    TradingTerms.objects.create(product=product, trades=["purchase", "cancel"], quota=Decimal(900_000))
    sale, browser = signed(bank, chen, product), client_of("lin")
    pages = {
        reverse("sales:sale", args=[sale.pk]): 30,
        reverse("sales:sales"): 14,
        reverse("orders:list"): 14,
        reverse("party:customer", args=[chen.pk]) + "?tab=sales": 40,
    }
    before = {path: cost(lambda path=path: browser.get(path)) for path in pages}
    for _number in range(MORE):
        opened(bank, chen, product)
    after = {path: cost(lambda path=path: browser.get(path)) for path in pages}
    assert after == before, "one more sale costs nothing more"
    assert {path: number for path, number in after.items() if number > pages[path]} == {}


def test_the_purchases_on_the_phone(bank: Bank, chen: Customer, product: Product, phone: Phone) -> None:
    done, waiting = signed(bank, chen, product), opened(bank, chen, product)
    tell_opinion(waiting, actor=bank.actor("lin"), mode="spoken")
    phone.enter(invite_customer(chen, actor=bank.actor("lin"), purpose="buy", delivery="qr").address)
    pages = {
        "/purchases/": 10,
        f"/purchases/{done.pk}/": 16,
        f"/purchases/{waiting.pk}/": 16,
        f"/purchases/{waiting.pk}/risks/": 18,
    }
    before = {path: cost(lambda path=path: phone.get(path)) for path in pages}
    for _number in range(MORE):
        opened(bank, chen, product)
    after = {path: cost(lambda path=path: phone.get(path)) for path in pages}
    assert after == before
    assert {path: number for path, number in after.items() if number > pages[path]} == {}
