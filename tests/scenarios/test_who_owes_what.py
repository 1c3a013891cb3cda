"""Work finds an owner who can do it: the pool the head of the unit, a suspicion the data steward."""

from __future__ import annotations

from kexin.core.models import WorkItem
from kexin.core.workflow import duty_holder
from kexin.party.data import ContactData, PartyData
from kexin.party.operations import create_customer


def test_nobody_with_a_mere_portfolio_owes_work_on_the_pool(bank):
    east = bank.units["east"].pk
    assert duty_holder("party.record_document", east) == bank.posts["zhou"].pk
    assert duty_holder("party.propose_merge", east) == bank.posts["he"].pk


def test_the_maker_never_owes_the_decision(bank):
    wu = bank.employees["wu"].user_id
    assert duty_holder("party.approve_merge", bank.units["east"].pk, wu) != bank.posts["wu"].pk


def test_a_suspicion_lands_with_the_data_steward(bank, chen):
    create_customer(
        actor=bank.actor("lin"),
        data=PartyData(kind="individual", name="王志强", contacts=(ContactData(kind="mobile", value="13800005678"),)),
        unit=bank.units["east"],
        lead_post=bank.posts["lin"],
        anyway=True,
    )
    item = WorkItem.objects.get(kind="party.duplicate_review")
    assert item.owner_post_id == bank.posts["he"].pk
    assert item.policy_id is not None
