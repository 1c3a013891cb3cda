"""The database holds the gates against whoever writes past the doors."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from kexin.products.models import Product
from kexin.sales.choices import Gate
from kexin.sales.models import Sale, SaleGate
from kexin.sales.rules import ALWAYS

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(bank: Any, chen: Any) -> Sale:
    product = Product.objects.create(code="FIX-90", name="稳盈九十天", product_class="wealth")
    return Sale.objects.create(
        sale_no="S1",
        customer=chen,
        product=product,
        unit=bank.units["east"],
        seller_post=bank.posts["lin"],
        seller=bank.employees["lin"],
        amount=50_000,
        channel="premises",
        staff_took_part=True,
        needed=sorted(ALWAYS | {Gate.APPROVED}),
        opened_at=timezone.now(),
        opened_on=dt.date(2026, 11, 20),
        lapses_on=dt.date(2099, 1, 1),
    )


def _pass(sale: Sale, gate: Gate, turn: int = 1) -> None:
    SaleGate.objects.create(sale=sale, round=turn, gate=gate, at=timezone.now(), by="x", party="staff")


def _refused(constraint: str, act: Any) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        act()
    assert caught.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


def test_no_gate_comes_before_its_turn(sale: Sale) -> None:
    _refused("sales_gate_in_order", lambda: _pass(sale, Gate.SIGNED))
    _refused("sales_gate_in_order", lambda: _pass(sale, Gate.RECORDED))
    _refused("sales_gate_in_order", lambda: _pass(sale, Gate.ASSESSED, turn=2))
    _pass(sale, Gate.ASSESSED)
    _refused("sales_gate_once", lambda: _pass(sale, Gate.ASSESSED))


def test_no_gate_comes_before_its_sale(sale: Sale) -> None:
    """The key to the sale is looked at when the transaction ends; the order of the gates at once."""
    _refused("sales_gate_in_order", lambda: _pass(Sale(pk=sale.pk + 1), Gate.SIGNED))


def test_no_sale_is_ahead_of_its_gates(sale: Sale) -> None:
    rows = Sale.objects.filter(pk=sale.pk)
    _refused("sales_state_as_gates", lambda: rows.update(state="sent"))
    _refused("sales_state_as_gates", lambda: rows.update(state="executed"))
    _refused("sales_gates_only_grow", lambda: rows.update(needed=sorted(ALWAYS)))
    _refused("sales_gates_always", lambda: rows.update(needed=[90], round=2))
    for gate in sorted(ALWAYS | {Gate.APPROVED}):
        _pass(sale, gate)
    rows.update(state="executed")
    _refused("sales_goes_forward", lambda: rows.update(state="open"))
    _refused("sales_what_is_sold", lambda: rows.update(amount=1))


def test_what_was_passed_stays(sale: Sale) -> None:
    _pass(sale, Gate.ASSESSED)
    for act in (lambda: SaleGate.objects.all().delete(), lambda: SaleGate.objects.all().update(by="y")):
        with pytest.raises(IntegrityError, match="append"), transaction.atomic():
            act()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_history WHERE table_name = 'sales_sale' AND row_id = %s", [sale.pk])
        assert cursor.fetchone()[0] >= 1
