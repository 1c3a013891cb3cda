"""Two sellers sell the last of a quota at once, on two connections: one has it, the other is told calmly."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.urls import reverse
from django.utils import timezone

from kexin.core.errors import RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.party.data import DocumentData, PartyData
from kexin.party.models import Customer
from kexin.party.operations import create_customer
from kexin.products.models import Product, TradingTerms
from kexin.sales.models import Order, QuotaReservation, Sale
from kexin.sales.operations.opening import cancel_sale, change_sale, open_sale
from kexin.sales.operations.ordering import hand_over_sale
from kexin.sales.tasks import expire_quotas
from kexin.suitability.matching.operations import match
from tests.personas import Bank
from tests.scenarios import test_a_sale_through_its_gates as story
from tests.scenarios.test_a_sale_through_its_gates import AMOUNT, DAY, opened, signed

product, tolerance = story.product, story.tolerance  # the same set-up

REQUIREMENTS = {"D-06": ("the quota of a product is kept aside for each sale under way", "dates are shown elsewhere")}
pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60.0  # seconds until a test that would hang is given up


@pytest.fixture
def limited(product: Product) -> Product:
    """80,000 yuan for the whole institution, 60,000 for one customer."""
    TradingTerms.objects.create(
        product=product, trades=["purchase", "cancel"], quota=Decimal(80_000), quota_per_customer=Decimal(60_000)
    )
    return product


@pytest.fixture
def second(bank: Bank) -> Customer:
    """Another customer of Lin's."""
    row = create_customer(
        actor=bank.actor("lin"),
        unit=bank.units["east"],  # type: ignore[arg-type]
        lead_post=bank.posts["lin"],  # type: ignore[arg-type]
        data=PartyData(
            kind="individual", name="李文博", born_on=dt.date(1985, 3, 1), nationality="CN",
            documents=(DocumentData(type="CN-RIC", number="31010119850301123X", expires_on=dt.date(2035, 1, 1)),),
        ),
    )  # fmt: skip
    Customer.objects.filter(pk=row.pk).update(assets=Decimal(800_000), status="active")
    return row


def at_once(held: Any, *acts: Callable[[], Any]) -> list[Any]:
    """All acts come to wait for the rows ``held``, each on its own connection; then they are let go."""
    said: list[Any] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            said[number] = acts[number]()
        except RuleViolation as refusal:
            said[number] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(acts))]
    with transaction.atomic():
        list(held.select_for_update())
        for each in threads:
            each.start()
        deadline = time.monotonic() + PATIENCE
        waiting = 0
        while waiting < len(acts) and time.monotonic() < deadline:
            assert said == [None] * len(acts), f"one did not wait: {said}"
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_stat_clear_snapshot()")
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    " AND datname = current_database()"
                )
                waiting = cursor.fetchone()[0]
        assert waiting >= len(acts), "not all came to wait"
    for each in threads:
        each.join(PATIENCE)
        assert not each.is_alive()
    return said


def test_of_two_sellers_one_has_the_last_of_the_quota(
    bank: Bank, chen: Customer, second: Customer, limited: Product
) -> None:
    lin = bank.actor("lin")
    before = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    opinions = [match(row, limited, actor=lin, channel="phone", amount=AMOUNT) for row in (chen, second)]
    assert [each.outcome for each in opinions] == ["allow", "allow"]

    def sell(row: Customer, opinion: Any) -> Callable[[], Sale]:
        return lambda: open_sale(
            row, limited, actor=lin, amount=AMOUNT, channel="remote", staff_took_part=True, decision_no=opinion.pk
        )

    terms = TradingTerms.objects.filter(product=limited)
    said = at_once(terms, sell(chen, opinions[0]), sell(second, opinions[1]))
    (sale,) = [each for each in said if isinstance(each, Sale)]
    (refusal,) = [each for each in said if isinstance(each, RuleViolation)]
    assert "30,000" in str(refusal.fields["amount"])
    assert Sale.objects.count() == 1, "nothing half done for the second"
    kept = QuotaReservation.objects.get()
    assert (kept.sale_id, kept.amount, kept.ended_at) == (sale.pk, AMOUNT, None)
    outcomes = AuditEntry.objects.filter(operation="sales.open_sale", pk__gt=before).values_list("outcome", flat=True)
    assert sorted(outcomes) == ["done", "refused"]
    assert Event.objects.filter(name="sales.QuotaReserved", payload__subject=sale.sale_no).count() == 1
    late = match(second, limited, actor=lin, channel="phone", amount=AMOUNT)  # who asks now is told before opening
    assert [each["code"] for each in late.refusals] == ["quota"]
    cancel_sale(sale, actor=lin, reason="不想买了")
    assert match(second, limited, actor=lin, channel="phone", amount=AMOUNT).outcome == "allow"


def test_what_was_kept_aside_comes_back_in_time_and_is_taken_once_more_while_there_is_any(
    bank: Bank, chen: Customer, second: Customer, limited: Product, client_of: Any
) -> None:
    lin, sale = bank.actor("lin"), signed(bank, chen, limited)
    address = reverse("sales:sale", args=[sale.pk])
    assert "预留至" in client_of("lin").get(address).content.decode()
    QuotaReservation.objects.filter(sale=sale).update(kept_until=timezone.now())
    other = opened(bank, second, limited)  # counts no more, though the clock has not been
    expire_quotas(timestamp=0)
    assert QuotaReservation.objects.get(sale=sale).end == "expired"
    assert Event.objects.filter(name="sales.QuotaExpired").latest("pk").payload["subject"] == sale.sale_no
    with pytest.raises(RuleViolation) as late:
        hand_over_sale(sale, actor=lin)
    assert "30,000" in str(late.value.fields["amount"])
    sale.refresh_from_db()
    assert (sale.state, Order.objects.count()) == ("open", 0), "it waits; nothing was ended"
    cancel_sale(other, actor=lin, reason="改日再说")
    hand_over_sale(sale, actor=lin)
    kept = QuotaReservation.objects.get(sale=sale, ended_at=None)
    assert kept.kept_until is None, "until the core system answers"
    page = client_of("wu").get(f"{reverse('products:product', args=[limited.pk])}?tab=terms")
    assert page.status_code == 200


def test_a_customer_has_a_quota_of_her_own_and_another_amount_takes_its_place(
    bank: Bank, chen: Customer, limited: Product
) -> None:
    lin, sale = bank.actor("lin"), opened(bank, chen, limited)
    opinion = match(chen, limited, actor=lin, channel="phone", amount=Decimal(20_000))
    with pytest.raises(RuleViolation) as refusal:
        open_sale(
            chen, limited, actor=lin, amount=Decimal(20_000), channel="remote", staff_took_part=True,
            decision_no=opinion.pk,
        )  # fmt: skip
    assert "10,000" in str(refusal.value.fields["amount"])
    change_sale(sale, actor=lin, amount=Decimal(20_000), decision_no=opinion.pk, version=sale.version)
    ends = QuotaReservation.objects.filter(sale=sale).order_by("pk").values_list("amount", "end")
    assert list(ends) == [(AMOUNT, "returned"), (Decimal("20000.00"), "")]
    assert sale.opened_on + 7 * DAY == sale.lapses_on
