"""Hand-over of customers: rule, three signatures, what travels, what stands in the way, taking it back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from kexin.core.actor import system
from kexin.core.calendar import business_date, zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, Role, WorkItem
from kexin.party.data import PartyData
from kexin.party.models import Customer, CustomerTransfer, IdentityDocument, TransferSignature
from kexin.party.operations import (
    approve_transfer,
    assign_portfolio,
    create_customer,
    find_orphans,
    flag_expiring_documents,
    propose_exit,
    propose_transfer,
    protect_customer,
    return_transfer,
    set_shares,
    sign_transfer,
    tick_check,
    withdraw_transfer,
)
from kexin.party.ownership import owners_on
from kexin.party.rules import EXIT_CHECKS
from kexin.party.transfers import handover_list, transfer_file
from kexin.people.operations import (
    apply_grant,
    appoint,
    create_employee,
    create_post,
    create_user,
    delegate_work,
    let_go,
)

CLOCK = system("clock.ownership")


@pytest.fixture(autouse=True)
def _on_a_monday_morning(time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 9, 9, tzinfo=zone()), tick=False)


def owe(customer):
    """The customer's document comes near its end: an open promise of whoever leads the customer."""
    today = business_date()
    IdentityDocument.objects.filter(party=customer.pk).update(expires_on=today + dt.timedelta(days=20))
    flag_expiring_documents(actor=CLOCK, today=today)
    return WorkItem.objects.open().get(kind="party.document_expiring", customer_id=customer.pk)


@pytest.fixture
def tao(bank):
    """Tao, a second wealth manager at the East sub-branch."""
    actor = system("set-up")
    employee = create_employee(
        actor=actor, staff_no="2001", name="陶然", unit=bank.units["east"], joined_on=dt.date(2021, 3, 1)
    )
    user = create_user(employee, actor=actor, password="correct-horse-7-staple")
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    post = create_post(actor=actor, unit=bank.units["east"], title="理财经理")
    apply_grant(post, actor=actor, role=Role.objects.get(code="wealth_manager"), reach="portfolio")
    appoint(post, actor=actor, employee=employee, starts_on=dt.date(2021, 3, 1))
    employee.refresh_from_db()
    bank.employees["tao"], bank.posts["tao"] = employee, post
    return post


@pytest.fixture
def portfolio(bank, chen):
    """Lin leads six customers, Mrs Chen among them."""
    more = [
        create_customer(
            actor=bank.actor("lin"),
            data=PartyData(kind="individual", name=name, preferred_channel="phone"),
            unit=bank.units["east"],
            lead_post=bank.posts["lin"],
        )
        for name in ("王澄", "吴敏", "郑岚", "冯远", "褚宁")
    ]
    return [chen, *more]


def give(bank, customers=None, *, to=("tao",), by="lin", reason="balance", rule="even"):
    return propose_transfer(
        bank.posts["lin"],
        actor=bank.actor(by),
        receivers=[bank.posts[each].pk for each in to],
        reason=reason,
        rule=rule,
        customers=None if customers is None else [each.pk for each in customers],
    )


def test_three_persons_sign_and_everything_travels(bank, tao, portfolio):
    chen = portfolio[0]
    item = owe(chen)
    transfer = give(bank, portfolio[:3])
    assert transfer.state == "signing"
    assert Customer.objects.get(pk=chen.pk).lead_post == bank.posts["lin"]  # nothing moves before the third signature
    with pytest.raises(RuleViolation):  # both sides sign first
        approve_transfer(transfer, actor=bank.actor("zhou"), approve=True)
    sign_transfer(transfer, actor=bank.actor("tao"), agree=True)
    owed = WorkItem.objects.open().get(kind="party.transfer_sign")
    assert owed.owner_post_id == bank.posts["zhou"].pk
    done = approve_transfer(transfer, actor=bank.actor("zhou"), approve=True)
    assert (done.state, done.carried["customers"], done.carried["work"]) == ("done", 3, 1)
    chen.refresh_from_db()
    assert chen.lead_post == tao
    item.refresh_from_db()
    assert (item.owner_post_id, item.details["from_post"]) == (tao.pk, bank.posts["lin"].pk)
    assert not WorkItem.objects.open().filter(kind="party.transfer_sign").exists()
    told = WorkItem.objects.open().filter(kind="party.transfer_tell", owner_post_id=tao.pk)
    assert set(told.values_list("customer_id", flat=True)) == {each.pk for each in portfolio[:3]}
    assert told.get(customer_id=portfolio[1].pk).details["channel"] == "phone"
    signed = dict(TransferSignature.objects.filter(transfer=transfer).values_list("role", "signed_by"))
    assert signed == {"giver": "1001", "receiver": "2001", "supervisor": "1004"}
    assert Event.objects.filter(name="party.PortfolioAssigned", customer_id=chen.pk).count() == 2
    fact = Event.objects.get(name="party.CustomersTransferred")
    assert sorted(fact.payload["customer_ids"]) == sorted(each.pk for each in portfolio[:3])
    assert AuditEntry.objects.filter(operation="party.approve_transfer", outcome="done").exists()
    running = chen.assignments.get(ends_on=None)
    assert (running.post, chen.assignments.count()) == (tao, 2)


def test_a_leaver_is_divided_by_rule_and_leaves_no_orphan(bank, tao, portfolio):
    owe(portfolio[0])
    let_go(bank.employees["lin"], actor=bank.actor("gao"))
    assert find_orphans(actor=CLOCK) == 1
    orphan = WorkItem.objects.open().get(kind="party.orphans")
    assert (orphan.owner_post_id, orphan.details["customers"], orphan.details["work"]) == (bank.posts["zhou"].pk, 6, 1)
    transfer = give(bank, to=("tao", "mei"), by="zhou", reason="leaving")
    giver = transfer.signatures.get(role="giver")
    assert (giver.signed_by, giver.on_behalf) == ("1004", True)
    sign_transfer(transfer, actor=bank.actor("tao"), agree=True)
    sign_transfer(transfer, actor=bank.actor("mei"), agree=True)
    with pytest.raises(RuleViolation):  # Zhou signed for the giver: a third person supervises
        approve_transfer(transfer, actor=bank.actor("zhou"), approve=True)
    done = approve_transfer(transfer, actor=bank.actor("wu"), approve=True)
    assert done.carried["customers"] == 6
    led = {post: Customer.objects.filter(lead_post=bank.posts[post]).count() for post in ("lin", "tao", "mei")}
    assert led == {"lin": 0, "tao": 3, "mei": 3}
    assert not WorkItem.objects.open().filter(owner_post_id=bank.posts["lin"].pk).exists()
    assert find_orphans(actor=CLOCK) == 0
    orphan.refresh_from_db()
    assert orphan.status == "done"
    mei = Customer.objects.filter(lead_post=bank.posts["mei"]).first()
    assert mei.unit == bank.units["west"]  # the file goes to the unit of its manager


@pytest.mark.parametrize("person", ["lin", "tao"])
def test_neither_side_supervises(bank, tao, portfolio, person):
    transfer = give(bank, portfolio[:1])
    sign_transfer(transfer, actor=bank.actor("tao"), agree=True)
    with pytest.raises(NotPermitted):
        approve_transfer(transfer, actor=bank.actor(person), approve=True)
    with pytest.raises((RuleViolation, NotFound)):
        sign_transfer(transfer, actor=bank.actor(person), agree=True)


def test_one_person_may_not_hold_both_duties(bank, tao):
    from kexin.people.operations import propose_grant

    with pytest.raises(RuleViolation):
        propose_grant(
            tao, actor=bank.actor("gao"), role=Role.objects.get(code="sub_branch_head"), reach="subtree", reason="兼任"
        )


def test_a_receiver_on_leave_or_without_holder_cannot_receive(bank, tao, portfolio):
    today = business_date()
    delegate_work(
        tao,
        actor=bank.actor("tao"),
        delegate_post=bank.posts["sun"],
        starts_on=today,
        ends_on=today + dt.timedelta(days=4),
        reason="年休假",
    )
    with pytest.raises(RuleViolation) as refusal:
        give(bank, portfolio[:1])
    assert "receivers" in refusal.value.fields
    let_go(bank.employees["mei"], actor=bank.actor("gao"))
    with pytest.raises(RuleViolation):
        give(bank, portfolio[:1], to=("mei",))
    assert not CustomerTransfer.objects.exists()


def test_protected_and_awaited_customers_stay(bank, tao, portfolio):
    chen, second = portfolio[:2]
    protect_customer(chen, actor=bank.actor("zhou"), reason="行长直管客户")
    for line in EXIT_CHECKS:
        tick_check(second, actor=bank.actor("lin"), process="exit", item=line)
    propose_exit(second, actor=bank.actor("lin"), reason="移居")
    with pytest.raises(RuleViolation, match="行长直管客户"):
        give(bank, [chen])
    with pytest.raises(RuleViolation):
        give(bank, [second])
    whole = give(bank)  # of a whole portfolio those go who can
    assert whole.customers == 4
    with pytest.raises(RuleViolation):
        assign_portfolio(chen, actor=bank.actor("zhou"), post=None, reason="收回")
    with pytest.raises(RuleViolation):  # one transfer at a time
        give(bank, [portfolio[2]])


def test_without_signatures_a_led_customer_goes_nowhere(bank, tao, chen):
    with pytest.raises(RuleViolation):
        assign_portfolio(chen, actor=bank.actor("zhou"), post=tao, reason="调整")
    assign_portfolio(chen, actor=bank.actor("zhou"), post=None, reason="收回")
    assign_portfolio(chen, actor=bank.actor("zhou"), post=tao, reason="分配")
    chen.refresh_from_db()
    assert chen.lead_post == tao


def test_a_refusal_ends_it_and_needs_a_reason(bank, tao, portfolio):
    transfer = give(bank, portfolio[:2])
    with pytest.raises(RuleViolation):
        sign_transfer(transfer, actor=bank.actor("tao"), agree=False)
    ended = sign_transfer(transfer, actor=bank.actor("tao"), agree=False, note="管户已满")
    assert ended.state == "refused"
    assert not WorkItem.objects.open().filter(kind="party.transfer_sign").exists()
    again = give(bank, portfolio[:2])
    assert withdraw_transfer(again, actor=bank.actor("lin"), reason="选错客户").state == "withdrawn"


def test_it_can_be_taken_back_for_some_days_by_another_three_signatures(bank, tao, portfolio, time_machine):
    transfer = give(bank, portfolio[:2])
    sign_transfer(transfer, actor=bank.actor("tao"), agree=True)
    approve_transfer(transfer, actor=bank.actor("zhou"), approve=True)
    (back,) = return_transfer(transfer, actor=bank.actor("zhou"), reason="客户不同意")
    assert (back.reason, back.giver, back.counter_of) == ("return", tao, transfer)
    with pytest.raises(RuleViolation):
        return_transfer(transfer, actor=bank.actor("zhou"), reason="再来一次")
    sign_transfer(back, actor=bank.actor("tao"), agree=True)
    sign_transfer(back, actor=bank.actor("lin"), agree=True)
    approve_transfer(back, actor=bank.actor("zhou"), approve=True)
    assert {each.lead_post for each in Customer.objects.all()} == {bank.posts["lin"]}
    other = give(bank, portfolio[:1])
    sign_transfer(other, actor=bank.actor("tao"), agree=True)
    approve_transfer(other, actor=bank.actor("zhou"), approve=True)
    time_machine.shift(dt.timedelta(days=31))
    with pytest.raises(RuleViolation):
        return_transfer(other, actor=bank.actor("zhou"), reason="太迟")


def test_attribution_is_split_by_date(bank, tao, chen, time_machine):
    before = business_date()
    lin = bank.posts["lin"]
    shares = [(lin.pk, Decimal(70)), (bank.posts["zhou"].pk, Decimal(30))]
    set_shares(chen, actor=bank.actor("zhou"), line="wealth", shares=shares, reason="协办")
    time_machine.shift(dt.timedelta(days=10))
    transfer = give(bank, [chen])
    sign_transfer(transfer, actor=bank.actor("tao"), agree=True)
    approve_transfer(transfer, actor=bank.actor("zhou"), approve=True)
    today = business_date()
    assert owners_on(chen.pk, "wealth", before) == shares
    assert dict(owners_on(chen.pk, "wealth", today)) == {tao.pk: Decimal(70), bank.posts["zhou"].pk: Decimal(30)}
    assert owners_on(chen.pk, "funds", before) == [(lin.pk, Decimal(100))]
    assert owners_on(chen.pk, "funds", today) == [(tao.pk, Decimal(100))]


def test_out_of_reach_it_does_not_exist(bank, tao, portfolio):
    with pytest.raises(NotFound):
        give(bank, portfolio[:1], by="mei", to=("mei",))
    transfer = give(bank, portfolio[:1])
    with pytest.raises(NotFound):
        transfer_file(bank.actor("mei"), transfer.pk)
    with pytest.raises(NotFound):
        handover_list(bank.actor("mei"), transfer)
    assert transfer_file(bank.actor("tao"), transfer.pk).mine == "receiver"
    assert len(handover_list(bank.actor("tao"), transfer)) == 1


def test_every_signature_is_another_person_in_the_database_too(bank, tao, portfolio):
    from django.db import IntegrityError, transaction

    transfer = give(bank, portfolio[:1])
    with pytest.raises(IntegrityError), transaction.atomic():
        TransferSignature.objects.filter(transfer=transfer, role="receiver").update(
            signed_by="1001", signed_at=timezone.now(), agreed=True
        )
