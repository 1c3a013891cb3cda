"""Two files become one, and two again."""

from __future__ import annotations

import pytest

from kexin.core.approval import decide_approval
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import Approval, WorkItem
from kexin.party.data import ContactData, DocumentData, PartyData
from kexin.party.models import ContactPoint, Customer, DuplicateCandidate, IdentityDocument, MergeRecord, Party
from kexin.party.operations import create_customer, dismiss_duplicate, propose_merge, record_relationship, undo_merge
from kexin.party.queries import search


@pytest.fixture
def twin(bank, chen):
    """The same Mrs Chen, opened again at the West sub-branch with her passport and another mobile."""
    return create_customer(
        actor=bank.actor("mei"),
        data=PartyData(
            kind="individual",
            name="陈秀蘭",
            occupation="退休教师",
            documents=(DocumentData(type="PASSPORT", number="E12345678"),),
            contacts=(
                ContactData(kind="mobile", value="13800005678"),
                ContactData(kind="mobile", value="13900001111", preferred=True),
            ),
        ),
        unit=bank.units["west"],
        lead_post=bank.posts["mei"],
        anyway=True,
    )


def _approve(bank, approval, who="wu"):
    return decide_approval(approval, actor=bank.actor(who), approve=True)


def test_merge_moves_everything_and_undo_brings_it_back(bank, chen, twin):
    candidate = DuplicateCandidate.objects.get()
    approval = propose_merge(candidate, actor=bank.actor("he"), keep=chen, choices={}, reason="同一人，两次开户")
    assert WorkItem.objects.get(kind="core.approval").owner_post_id == bank.posts["wu"].pk
    _approve(bank, approval)
    chen.refresh_from_db()
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into_id) == ("merged", chen.pk)
    assert Party.objects.get(pk=chen.pk).occupation == "退休教师"
    assert set(IdentityDocument.objects.values_list("party_id", flat=True)) == {chen.pk}
    assert ContactPoint.objects.filter(party_id=chen.pk).count() == 2
    assert ContactPoint.objects.get(party_id=twin.pk).value == "13800005678"
    assert {row.value for row in ContactPoint.objects.filter(party_id=chen.pk)} == {"13800005678", "13900001111"}
    assert [row.pk for row in search(bank.actor("lin"), "13900001111")] == [chen.pk]
    assert not WorkItem.objects.filter(status="open").exists()

    undo_merge(MergeRecord.objects.get(), actor=bank.actor("he"), reason="姐妹二人")
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into_id) == ("prospect", None)
    assert Party.objects.get(pk=chen.pk).occupation == ""
    assert Party.objects.get(pk=chen.pk).name == "陈秀兰"
    assert set(IdentityDocument.objects.filter(type="PASSPORT").values_list("party_id", flat=True)) == {twin.pk}
    moved = ContactPoint.objects.filter(party_id=twin.pk, preferred=True).get()
    assert moved.value == "13900001111"
    assert DuplicateCandidate.objects.get().status == "dismissed"
    with pytest.raises(RuleViolation):
        undo_merge(MergeRecord.objects.get(), actor=bank.actor("he"), reason="noch einmal")


def test_relationships_move_except_where_both_had_the_same(bank, chen, twin):
    son = create_customer(
        actor=bank.actor("lin"),
        data=PartyData(kind="individual", name="王澄"),
        unit=bank.units["east"],
        lead_post=bank.posts["lin"],
    )
    he = bank.actor("he")
    record_relationship(chen, actor=he, other=son, kind="child")
    record_relationship(twin, actor=he, other=son, kind="child")
    _approve(bank, propose_merge(DuplicateCandidate.objects.get(), actor=he, keep=chen, choices={}, reason="同一人"))
    left = MergeRecord.objects.get().moved["left"]
    assert [each[0] for each in left] == ["party.ContactPoint", "party.Relationship"]


def test_the_maker_never_approves_and_another_unit_does_not_see(bank, chen, twin):
    candidate = DuplicateCandidate.objects.get()
    with pytest.raises(NotFound):
        propose_merge(candidate, actor=bank.actor("mei"), keep=twin, choices={}, reason="同一人")
    approval = propose_merge(candidate, actor=bank.actor("he"), keep=chen, choices={}, reason="同一人")
    with pytest.raises(RuleViolation):
        _approve(bank, approval, "he")
    assert Approval.objects.get().status == "open"


def test_different_persons_are_not_suspected_again(bank, chen, twin):
    dismiss_duplicate(DuplicateCandidate.objects.get(), actor=bank.actor("he"), note="身份证不同，电话为家庭共用")
    assert DuplicateCandidate.objects.get().status == "dismissed"
    with pytest.raises(RuleViolation):
        propose_merge(DuplicateCandidate.objects.get(), actor=bank.actor("he"), keep=chen, choices={}, reason="doch")
    assert Customer.objects.filter(status="merged").count() == 0
