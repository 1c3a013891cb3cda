"""Sales of the past in the demo bank: through every gate, the mis-sold to be found, a dossier that verifies."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from typing import ClassVar

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import TestCase

from kexin.core import vault
from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.fields import decrypt_rows
from kexin.core.models import Event
from kexin.holdings.models import Holding
from kexin.project.demo import load
from kexin.project.demo.casting import cast
from kexin.project.demo.simulate import prepare
from kexin.project.demo.staffing import new_password
from kexin.sales.adapters.authority.local import LocalAuthority
from kexin.sales.choices import Gate
from kexin.sales.dossier.checking import verify
from kexin.sales.models import InspectionItem, Order, ReturnCall, Sale, SaleGate, SalesRecording, Signature
from kexin.sales.operations.dossiers import export_dossier
from kexin.suitability.models import RiskAssessment, SuitabilityDecision

CUSTOMERS, MONTHS, SEED = 240, 3, 7


class SoldBefore(TestCase):
    """A bank of 240 customers as it was loaded."""

    loaded: ClassVar[load.Loaded]
    today: ClassVar[dt.date]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.today = business_date()
        bank = prepare(CUSTOMERS, MONTHS, SEED, cls.today)
        cls.loaded = load.load_bank(bank, actor=system("demo.load"), password=new_password(), progress=lambda *_: None)

    def test_executed_sales_passed_every_gate_and_stand_behind_what_is_held(self) -> None:
        executed = Sale.objects.filter(state="executed").prefetch_related("gates")
        assert executed.count() >= 12
        for sale in executed:
            passed = [each.gate for each in sorted(sale.gates.all(), key=lambda each: each.at)]
            assert passed == sorted(passed)
            assert set(sale.needed) - set(passed) <= {Gate.FOLLOWED_UP}
            order = Order.objects.get(sale=sale)
            bought = Holding.objects.filter(customer=sale.customer_id, product=sale.product_id, cost=sale.amount)
            assert (order.value_on, order.confirmed_units) in bought.values_list("bought_on", "units")
            opinion = SuitabilityDecision.objects.get(pk=sale.decision_no or 0)
            assert opinion.outcome != "refuse"
            assert opinion.decided_at < sale.opened_at
        open_calls = ReturnCall.objects.filter(state="due").values("sale")
        assert executed.exclude(gates__gate=Gate.FOLLOWED_UP).count() == open_calls.count()
        assert Event.objects.filter(name="sales.GatePassed").count() == SaleGate.objects.count()

    def test_others_came_to_nothing_each_in_its_way(self) -> None:
        ended = Counter(Sale.objects.exclude(state="executed").values_list("state", flat=True))
        assert ended["refused"] >= 1
        assert ended["cancelled"] >= 1
        assert not Order.objects.filter(sale__state__in=("refused", "cancelled")).exists()
        codes = {
            tuple(each["code"] for each in refusals)
            for refusals in SuitabilityDecision.objects.filter(outcome="refuse").values_list("refusals", flat=True)
        }
        assert len(codes) >= 4

    def test_one_device_signed_for_three_customers(self) -> None:
        pairs = set(Signature.objects.values_list("device_digest", "sale__customer"))
        (device, number), (_other, fewer) = Counter(digest for digest, _customer in pairs).most_common(2)
        assert (number, fewer) == (3, 1)
        sales = Sale.objects.filter(signatures__device_digest=device)
        assert sales.values("seller").distinct().count() == 1
        assert not sales.filter(staff_took_part=True).exists()  # so nothing was recorded
        told = self._truth("one_device")
        assert told == set(sales.values_list("customer__customer_no", flat=True))

    def test_sales_with_staff_on_the_premises_were_recorded_and_can_be_heard(self) -> None:
        recorded = SalesRecording.objects.select_related("sale")
        asked = Sale.objects.filter(needed__contains=[int(Gate.RECORDED)])
        assert {row.sale_id for row in recorded} == set(asked.values_list("pk", flat=True)) != set()
        for row in recorded:
            content = b"".join(vault.read(row.stored_as, row.key_id))
            assert (len(content), hashlib.sha256(content).hexdigest()) == (row.size, row.sha256)
            assert row.marks.count() == len(row.script)
            gate = row.sale.gates.get(gate=Gate.RECORDED)
            assert (gate.evidence["sha256"], gate.at) == (row.sha256, row.ended_at)
            assert row.begun_at < gate.at
        assert len({row.sha256 for row in recorded}) == len(recorded)

    def test_a_pensioner_was_assessed_twice_in_a_day(self) -> None:
        (number,) = self._truth("assessed_twice")
        first, second = RiskAssessment.objects.filter(customer__customer_no=number, of_day__gte=1).order_by("-pk")[:2][
            ::-1
        ]
        assert (first.submitted_on, first.of_day, second.of_day) == (second.submitted_on, 1, 2)
        assert first.told_grade < second.told_grade
        refused = SuitabilityDecision.objects.filter(customer__customer_no=number, outcome="refuse").latest("pk")
        sale = Sale.objects.get(customer__customer_no=number)
        assert refused.product_id == sale.product_id
        assert first.submitted_at < refused.decided_at < second.submitted_at < sale.opened_at
        assert sale.gates.get(gate=Gate.DISCLOSED).evidence["seconds"] == 16
        assert sale.gates.get(gate=Gate.FOLLOWED_UP).evidence["result"] == "contradicted"
        call = ReturnCall.objects.get(sale=sale)
        decrypt_rows(ReturnCall, [call], ("note",))
        assert "跟定期差不多" in str(call.note)
        item = InspectionItem.objects.get(sale=sale)
        assert (item.source, item.state) == ("contradiction", "open")

    def test_the_database_still_holds_the_gates(self) -> None:
        sale = Sale.objects.filter(state="executed").first()
        assert sale is not None
        with pytest.raises(IntegrityError), transaction.atomic():
            SaleGate.objects.filter(sale=sale).update(by="nobody")
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE sales_sale SET state = 'open' WHERE id = %s", [sale.pk])

    def test_the_dossier_of_a_mis_sold_one_verifies_and_tells_it(self) -> None:
        (number,) = self._truth("assessed_twice")
        sale = Sale.objects.get(customer__customer_no=number)
        file = export_dossier(sale, actor=cast("wu"), purpose="销售检查")
        found = verify(file.content, LocalAuthority().root())
        assert found.findings == ()
        assert found.data is not None
        assert "contradicted" in str(found.data["sections"])
        broken = file.content.replace(b"startxref", b"startxreg", 1)
        assert verify(broken, LocalAuthority().root()).findings

    def _truth(self, detail: str) -> set[str]:
        return {row["customer_no"] for row in self.loaded.truth.to_pylist() if row["detail"] == detail}
