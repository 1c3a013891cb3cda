"""Two people at once, on two connections of their own: one wins, the other is told, nothing is done twice."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction

from kexin.core.calendar import zone
from kexin.core.errors import KexinError
from kexin.core.models import AuditEntry
from kexin.party.data import PartyData
from kexin.party.models import Customer, CustomerTransfer, PortfolioAssignment
from kexin.party.operations import claim_customer, create_customer, propose_transfer
from kexin.party.operations.pool import ClaimedAlready
from kexin.party.tests.test_transfer import tao  # noqa: F401  the second manager of the East

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30.0  # seconds until a test that would hang is given up


@pytest.fixture(autouse=True)
def _on_a_monday_morning(time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 9, 9, tzinfo=zone()))


def at_once(customer: Customer, *acts: Callable[[], Any]) -> list[Any]:
    """All acts come to wait for the customer's row, each on a connection of its own; then it is let go.

    Gives what each returned or was refused with, in their order.
    """
    said: list[Any] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            said[number] = acts[number]()
        except KexinError as refusal:
            said[number] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(acts))]
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=customer.pk)
        for each in threads:
            each.start()
        _until_all_wait(len(acts), said)
    for each in threads:
        each.join(PATIENCE)
        assert not each.is_alive()
    return said


def _until_all_wait(wanted: int, said: list[Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0] >= wanted:
                return
            assert said == [None] * wanted, f"one did not wait for the row: {said}"
    pytest.fail("not all came to wait")


def test_of_two_who_claim_at_once_one_wins_and_the_other_learns_by_whom(bank, tao):  # noqa: F811
    free = create_customer(
        actor=bank.actor("zhou"), data=PartyData(kind="individual", name="王澄"), unit=bank.units["east"]
    )
    one, other = bank.actor("tao"), bank.actor("lin")
    said = at_once(free, lambda: claim_customer(free, actor=one), lambda: claim_customer(free, actor=other))
    (winner,) = [each for each in said if isinstance(each, Customer)]
    (refusal,) = [each for each in said if isinstance(each, ClaimedAlready)]
    won = {tao.pk: "陶然", bank.posts["lin"].pk: "林晓雯"}
    assert won[Customer.objects.get(pk=free.pk).lead_post_id] in str(refusal.message)
    assert winner.pk == free.pk
    assert PortfolioAssignment.objects.filter(customer=free, ends_on=None).count() == 1
    outcomes = AuditEntry.objects.filter(operation="party.claim_customer").values_list("outcome", flat=True)
    assert sorted(outcomes) == ["done", "refused"]


def test_a_customer_goes_into_one_transfer_only(bank, tao, chen):  # noqa: F811
    """Two hand-overs of one customer, prepared at once by the giver and by the head."""
    giver = bank.posts["lin"]
    propose = partial(propose_transfer, giver, receivers=[tao.pk], reason="balance", customers=[chen.pk])
    said = at_once(chen, partial(propose, actor=bank.actor("lin")), partial(propose, actor=bank.actor("zhou")))
    assert sorted(isinstance(each, CustomerTransfer) for each in said) == [False, True], said
    assert CustomerTransfer.objects.count() == 1
