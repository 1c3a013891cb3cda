"""Lin resigns: her customers go to two colleagues by rule, three persons sign, open promises travel, nobody is lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from kexin.core.actor import system
from kexin.core.calendar import business_date, zone
from kexin.core.errors import RuleViolation
from kexin.core.models import AuditEntry, WorkItem
from kexin.core.work_operations import my_work
from kexin.party.models import Customer, CustomerTransfer, IdentityDocument
from kexin.party.operations import (
    approve_transfer,
    find_orphans,
    flag_expiring_documents,
    propose_transfer,
    set_shares,
    sign_transfer,
)
from kexin.party.ownership import owners_on
from kexin.party.tests.test_transfer import portfolio, tao  # noqa: F401  six customers of Lin; Tao of the East
from kexin.people.operations import let_go

REQUIREMENTS = {
    "H-18": "giver, receiver and supervisor of a hand-over are three persons, by right, by rule and by constraint",
    "J-25": (
        "results belong to whoever led or shared in the customer on the day; a hand-over splits them by date",
        "pay computed from them",
    ),
}
SCREENS = {"H-18": "管户移交", "J-25": "客户页·档案·客户归属"}

MONDAY = dt.date(2026, 3, 9)
CLOCK = system("clock.ownership")


@pytest.fixture(autouse=True)
def _on_a_monday_morning(time_machine: Any) -> None:
    time_machine.move_to(dt.datetime.combine(MONDAY, dt.time(9), zone()), tick=False)


def test_no_customer_is_lost_in_the_gap(bank, client_of, tao, portfolio, time_machine):  # noqa: F811
    chen = portfolio[0]
    lin, zhou = bank.posts["lin"], bank.actor("zhou")
    set_shares(
        chen,
        actor=zhou,
        line="wealth",
        shares=[(lin.pk, Decimal(80)), (bank.posts["mei"].pk, Decimal(20))],
        reason="协办",
    )
    IdentityDocument.objects.filter(party=chen.pk).update(expires_on=MONDAY + dt.timedelta(days=20))
    flag_expiring_documents(actor=CLOCK, today=MONDAY)
    promised = my_work(bank.actor("lin")).get(kind="party.document_expiring")

    time_machine.shift(dt.timedelta(days=7))
    gone_on = business_date()
    let_go(bank.employees["lin"], actor=bank.actor("gao"))
    find_orphans(actor=CLOCK)
    assert my_work(zhou).filter(kind="party.orphans").exists()  # the head learns it the same day
    transfer = propose_transfer(
        lin, actor=zhou, receivers=[tao.pk, bank.posts["mei"].pk], reason="leaving", rule="assets"
    )
    for person in ("tao", "mei"):
        assert my_work(bank.actor(person)).filter(kind="party.transfer_sign").exists()
        sign_transfer(transfer, actor=bank.actor(person), agree=True)
    with pytest.raises(RuleViolation):  # she signed for the side of the one who is gone
        approve_transfer(transfer, actor=zhou, approve=True)
    assert AuditEntry.objects.filter(operation="party.approve_transfer", outcome="refused", actor_name="1004").exists()
    approve_transfer(transfer, actor=bank.actor("wu"), approve=True)

    transfer.refresh_from_db()
    assert len({each.signed_by for each in transfer.signatures.all()}) == 4  # two receivers, the giver's side, Wu
    assert not Customer.objects.filter(lead_post=lin).exists()
    assert not WorkItem.objects.open().filter(owner_post_id=lin.pk).exists()
    assert find_orphans(actor=CLOCK) == 0
    assert not my_work(zhou).filter(kind="party.orphans").exists()
    chen.refresh_from_db()
    promised.refresh_from_db()
    assert promised.owner_post_id == chen.lead_post_id  # the promise went with its customer
    told = WorkItem.objects.open().filter(kind="party.transfer_tell")
    assert set(told.values_list("customer_id", flat=True)) == set(Customer.objects.values_list("pk", flat=True))

    before = dict(owners_on(chen.pk, "wealth", MONDAY))
    after = dict(owners_on(chen.pk, "wealth", gone_on))
    assert before == {lin.pk: Decimal(80), bank.posts["mei"].pk: Decimal(20)}
    assert lin.pk not in after
    assert sum(after.values()) == 100
    assert CustomerTransfer.objects.get().effective_on == gone_on
    page = client_of("mei").get(f"/customers/transfers/{transfer.pk}/list/").content.decode()
    assert page.count("C000") == 6
