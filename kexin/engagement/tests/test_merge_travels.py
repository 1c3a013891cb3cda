"""What runs for a customer goes along when two files become one, and comes back when they part again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from kexin.core.actor import system
from kexin.core.approval import decide_approval
from kexin.core.models import AuditEntry, WorkItem
from kexin.engagement.calls.lists import Wish, make_call_list
from kexin.engagement.calls.moving import follow_merge, follow_parting
from kexin.engagement.models import Appointment, CallEntry
from kexin.engagement.operations import make_appointment
from kexin.holdings.models import Maturity
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.party.events import CustomersMerged, MergeUndone
from kexin.party.models import Customer, DuplicateCandidate, MergeRecord, PortfolioShare, TransferLine
from kexin.party.operations import propose_merge, propose_transfer, set_shares, undo_merge
from kexin.party.ownership import owners_on
from kexin.party.tests.test_merge import twin  # noqa: F401  the same Mrs Chen at the West, led by Mei

TEST = system("test")


@pytest.fixture(autouse=True)
def _today(settings: Any) -> None:
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()


def merge(bank: Any, keep: Any) -> MergeRecord:
    """He proposes, Wu approves; the jobs that follow have run."""
    candidate = DuplicateCandidate.objects.get()
    approval = propose_merge(candidate, actor=bank.actor("he"), keep=keep, choices={}, reason="同一人")
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    record = MergeRecord.objects.select_related("kept", "absorbed").get()
    for _twice in range(2):  # delivered at least once
        follow_merge(CustomersMerged(record.kept_id, record.kept.customer_no, record.absorbed.customer_no))
    return record


def part(bank: Any, record: MergeRecord) -> None:
    undo_merge(record, actor=bank.actor("he"), reason="姐妹二人")
    for customer in (record.kept, record.absorbed):
        for _twice in range(2):
            follow_parting(MergeUndone(customer.pk, customer.customer_no, record.absorbed.customer_no))


def running(customer: Any) -> list[tuple[str, int, Decimal]]:
    rows = PortfolioShare.objects.filter(customer=customer.pk, ends_on=None).order_by("line", "post")
    return list(rows.values_list("line", "post_id", "percent"))


def test_shares_begin_on_the_kept_file_and_the_days_before_stay(bank, chen, twin, settings):  # noqa: F811
    lin, mei, zhou = (bank.posts[name].pk for name in ("lin", "mei", "zhou"))
    begun = TODAY - dt.timedelta(days=40)
    settings.KEXIN_BUSINESS_DATE = begun.isoformat()
    set_shares(chen, actor=TEST, line="deposits", shares=[(lin, Decimal(70)), (zhou, Decimal(30))], reason="协办")
    set_shares(twin, actor=TEST, line="deposits", shares=[(mei, Decimal(100))], reason="协办")
    set_shares(twin, actor=TEST, line="wealth", shares=[(mei, Decimal(60)), (zhou, Decimal(40))], reason="协办")
    before = owners_on(twin.pk, "wealth", begun)
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    record = merge(bank, chen)
    assert set(running(chen)) == {
        ("deposits", lin, Decimal(70)),
        ("deposits", zhou, Decimal(30)),
        ("wealth", mei, Decimal(60)),
        ("wealth", zhou, Decimal(40)),
    }
    assert running(twin) == []
    assert owners_on(twin.pk, "wealth", begun) == before  # earlier days stay as they were
    assert mei not in dict(owners_on(chen.pk, "wealth", begun))
    part(bank, record)
    assert {line for line, _post, _percent in running(chen)} == {"deposits"}
    assert set(running(twin)) == {
        ("deposits", mei, Decimal(100)),
        ("wealth", mei, Decimal(60)),
        ("wealth", zhou, Decimal(40)),
    }


def test_lines_of_call_lists_become_the_leads_and_come_back(bank, chen, twin):  # noqa: F811
    make_call_list(
        actor=bank.actor("mei"), title="到期", why="到期", wishes=[Wish(twin.pk)], ends_on=TODAY + dt.timedelta(days=9)
    )
    single = CallEntry.objects.get(customer=twin.pk)
    record = merge(bank, chen)
    single.refresh_from_db()
    assert (single.customer_id, single.post_id, single.unit_id) == (
        chen.pk,
        bank.posts["lin"].pk,
        bank.units["east"].pk,
    )
    assert AuditEntry.objects.filter(operation="engagement.merge_calls", outcome="done").exists()
    part(bank, record)
    single.refresh_from_db()
    assert (single.customer_id, single.post_id, single.unit_id, single.state) == (
        twin.pk,
        bank.posts["mei"].pk,
        bank.units["west"].pk,
        "open",
    )


def test_who_stands_twice_on_one_list_is_called_once(bank, chen, twin):  # noqa: F811
    made = make_call_list(
        actor=bank.actor("lin"), title="到期", why="到期", wishes=[Wish(chen.pk)], ends_on=TODAY + dt.timedelta(days=9)
    )
    first = CallEntry.objects.get()
    double = CallEntry.objects.create(
        call_list=made.call_list,
        customer=twin,
        key_id=twin.party.key_id,
        unit=bank.units["west"],
        post=bank.posts["mei"],
        reason="到期",
        rank=1,
        due_at=timezone.now(),
    )
    record = merge(bank, chen)
    double.refresh_from_db()
    first.refresh_from_db()
    assert (double.customer_id, double.state, first.state) == (twin.pk, "dropped", "open")
    part(bank, record)
    double.refresh_from_db()
    assert (double.state, double.closed_at, double.held_by, double.post_id) == ("open", None, "", bank.posts["mei"].pk)


def test_appointments_go_along_and_come_back(bank, chen, twin):  # noqa: F811
    meeting = make_appointment(
        actor=bank.actor("mei"),
        starts_at=timezone.now() + dt.timedelta(days=3),
        purpose="visit",
        customer=twin,
        anyway=True,
    )
    record = merge(bank, chen)
    assert Appointment.objects.get(pk=meeting.pk).customer_id == chen.pk
    part(bank, record)
    assert Appointment.objects.get(pk=meeting.pk).customer_id == twin.pk


def promise(customer: Any, post: Any) -> WorkItem:
    """An open promise, as the ladder of maturities opens it."""
    now = timezone.now()
    return WorkItem.objects.create(
        kind="holdings.maturity",
        unit_id=customer.unit_id,
        owner_post_id=post.pk,
        customer_id=customer.pk,
        opened_at=now,
        due_at=now + dt.timedelta(days=5),
    )


def test_a_maturity_keeps_its_contact_and_open_work_comes_back(bank, chen, twin):  # noqa: F811
    account = Ledger(bank.units["west"]).account(twin, "time_deposit", balance="80000", matures_on=TODAY)
    item = promise(twin, bank.posts["mei"])
    maturity = Maturity.objects.create(
        source_kind="account",
        source_id=account.pk,
        kind="time_deposit",
        customer=twin,
        account=account,
        contract_on=TODAY,
        due_on=TODAY,
        currency="CNY",
        amount=Decimal(80000),
        value=Decimal(80000),
        unit=bank.units["west"],
        post=bank.posts["mei"],
        work=item,
    )
    record = merge(bank, chen)
    maturity.refresh_from_db()
    item.refresh_from_db()
    account.refresh_from_db()
    assert (maturity.customer_id, maturity.work_id, item.customer_id, account.customer_id) == (
        chen.pk,
        item.pk,
        chen.pk,
        chen.pk,
    )
    part(bank, record)
    maturity.refresh_from_db()
    item.refresh_from_db()
    account.refresh_from_db()
    assert (maturity.customer_id, maturity.work_id, item.customer_id, account.customer_id) == (
        twin.pk,
        item.pk,
        twin.pk,
        twin.pk,
    )
    assert item.status == "open"


def test_a_transfer_in_progress_goes_along_under_one_lead_only(bank, chen, twin):  # noqa: F811
    transfer = propose_transfer(
        bank.posts["mei"],
        actor=TEST,
        receivers=[bank.posts["lin"].pk],
        reason="balance",
        customers=[twin.pk],
    )
    line = TransferLine.objects.get(transfer=transfer)
    record = merge(bank, chen)  # another lead: the line stays behind and holds nobody up
    line.refresh_from_db()
    assert (line.customer_id, line.open) == (twin.pk, True)
    part(bank, record)
    MergeRecord.objects.all().delete()
    DuplicateCandidate.objects.update(status="open")
    Customer.objects.filter(pk=chen.pk).update(lead_post=bank.posts["mei"])
    record = merge(bank, chen)
    line.refresh_from_db()
    assert (line.customer_id, line.open) == (chen.pk, True)
    part(bank, record)
    line.refresh_from_db()
    assert (line.customer_id, line.open) == (twin.pk, True)
