"""What is placed of a product with a quota equals the sum of its positions, whoever changed them by which statement."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Sum

from kexin.holdings.models import Account, Holding, Placed
from kexin.holdings.tests.conftest import Ledger
from kexin.products.models import Product, TradingTerms

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 9)


@pytest.fixture
def account(ledger: Ledger, chen: Any) -> Account:
    return ledger.account(chen)


def product(code: str) -> Product:
    return Product.objects.create(code=code, name=code, product_class="wealth")


def held(account: Account, of: Product, no: str, cost: int) -> Holding:
    return Holding(
        account=account, customer=account.customer, product=of, units=1, cost=cost, market_value=1, as_of=TODAY,
        source_no=no,
    )  # fmt: skip


def placed(of: Product) -> Decimal | None:
    return Placed.objects.filter(pk=of.pk).values_list("cost", flat=True).first()


def test_every_statement_on_positions_is_followed(account: Account) -> None:
    limited, other = product("A"), product("B")
    TradingTerms.objects.create(product=limited, quota=1_000)
    assert (placed(limited), placed(other)) == (0, None)
    Holding.objects.bulk_create([held(account, limited, str(n), n) for n in range(1, 5)])
    Holding.objects.bulk_create([held(account, other, str(n), n) for n in range(1, 5)])
    assert (placed(limited), placed(other)) == (10, None)
    Holding.objects.filter(source_no="4").update(cost=F("cost") + 90)
    Holding.objects.filter(product=limited, source_no="1").update(product=other, source_no="9")
    Holding.objects.filter(product=limited, source_no="2").delete()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE holdings_holding SET cost = cost + 1")
    total = Holding.objects.filter(product=limited).aggregate(all=Sum("cost"))["all"]
    assert placed(limited) == total == 99


def test_a_quota_stated_later_begins_with_what_is_held(account: Account) -> None:
    late = product("C")
    terms = TradingTerms.objects.create(product=late)
    Holding.objects.bulk_create([held(account, late, str(n), 10) for n in range(3)])
    assert placed(late) is None
    TradingTerms.objects.filter(pk=terms.pk).update(quota=100)
    assert placed(late) == 30
    held(account, late, "9", 5).save()
    TradingTerms.objects.filter(pk=terms.pk).update(quota=200)
    assert placed(late) == 35
    TradingTerms.objects.filter(pk=terms.pk).update(quota=None)
    assert placed(late) is None
