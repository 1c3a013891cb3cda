"""Maker–checker: the inbox, deciding, withdrawing, and who may not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.approval import decide_approval, withdraw_approval
from kexin.core.approval_queries import approval_file, decided_by, proposed_by, to_decide
from kexin.core.calendar import business_date
from kexin.core.choices import ApprovalStatus, PolicyStatus, WorkStatus
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import Approval, AuditEntry, PolicyVersion, WorkItem
from kexin.core.policy_operations import propose_policy
from tests.personas import Bank

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
VALUES = {
    "ladder": [{"at": "50%", "to": ["owner"]}, {"at": "+2 working days", "to": ["unit_head"]}],
    "approval_within_working_days": 2,
}


def proposed(bank: Bank) -> Approval:
    """Gao proposes other numbers for work items."""
    return propose_policy(
        actor=bank.actor("gao"),
        code="core.work",
        values=VALUES,
        in_force_from=business_date(),
        legal_basis="",
        reason="更早提醒",
    )


def test_a_proposal_waits_for_its_checker_as_a_work_item(bank: Bank) -> None:
    row = proposed(bank)
    assert [each.pk for each in to_decide(bank.actor("wu"))] == [row.pk]
    assert to_decide(bank.actor("gao")) == []
    assert to_decide(bank.actor("lin")) == []
    assert [each.pk for each in proposed_by(bank.actor("gao"))] == [row.pk]
    item = WorkItem.objects.get(kind="core.approval", subject_id=row.pk)
    assert item.owner_post_id == bank.posts["wu"].pk
    assert b"escalate" not in bytes(row.arguments)  # encrypted at rest


def test_approving_applies_in_the_same_act(bank: Bank) -> None:
    row = decide_approval(proposed(bank), actor=bank.actor("wu"), approve=True)
    assert row.status == ApprovalStatus.APPROVED
    assert PolicyVersion.objects.get(code="core.work", number=2).status == PolicyStatus.APPROVED
    assert WorkItem.objects.get(subject_id=row.pk, kind="core.approval").status == WorkStatus.DONE
    entry = AuditEntry.objects.filter(operation="core.decide_approval").latest("at")
    assert (entry.actor_name, entry.inner_operations) == ("1005", ["core.propose_policy"])
    assert [each.pk for each in decided_by(bank.actor("wu"))] == [row.pk]


def test_rejecting_needs_a_reason_and_drops_what_was_proposed(bank: Bank) -> None:
    row = proposed(bank)
    with pytest.raises(RuleViolation):
        decide_approval(row, actor=bank.actor("wu"), approve=False)
    decide_approval(row, actor=bank.actor("wu"), approve=False, note="依据不足")
    assert PolicyVersion.objects.get(code="core.work", number=2).status == PolicyStatus.REJECTED
    with pytest.raises(RuleViolation):
        decide_approval(row, actor=bank.actor("wu"), approve=True)


def test_nobody_approves_their_own_and_the_unentitled_are_refused(bank: Bank) -> None:
    row = proposed(bank)
    with pytest.raises(RuleViolation):
        decide_approval(row, actor=bank.actor("gao"), approve=True)
    with pytest.raises(NotPermitted):
        decide_approval(row, actor=bank.actor("lin"), approve=True)
    with pytest.raises(NotFound):
        approval_file(bank.actor("lin"), row.pk)


def test_the_maker_withdraws_and_others_cannot(bank: Bank) -> None:
    row = proposed(bank)
    with pytest.raises(NotFound):
        withdraw_approval(row, actor=bank.actor("wu"))
    withdraw_approval(row, actor=bank.actor("gao"))
    assert Approval.objects.get(pk=row.pk).status == ApprovalStatus.WITHDRAWN
    assert PolicyVersion.objects.get(code="core.work", number=2).status == PolicyStatus.REJECTED
    assert WorkItem.objects.get(subject_id=row.pk).status == WorkStatus.CANCELLED
    assert proposed(bank).pk != row.pk  # it can be proposed again


def test_the_same_is_not_proposed_twice(bank: Bank) -> None:
    proposed(bank)
    with pytest.raises(RuleViolation):
        proposed(bank)


def test_the_pages(bank: Bank, client_of: ClientOf, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    row = proposed(bank)
    wu, gao = client_of("wu"), client_of("gao")
    url = reverse("core:approval", args=[row.pk])
    wu.get(reverse("core:approvals"))
    with django_assert_max_num_queries(14):
        assert "更早提醒" in wu.get(url).content.decode()
    with django_assert_max_num_queries(24):
        assert url in wu.get(reverse("core:approvals")).content.decode()
    assert b'value="approve"' not in gao.get(url).content
    assert reverse("core:withdraw_approval", args=[row.pk]) in gao.get(url).content.decode()
    assert client_of("lin").get(url).status_code == 404
    assert wu.post(url, {"decision": "reject", "note": ""}).status_code == 422
    assert wu.post(url, {"decision": "reject", "note": "依据不足"}).status_code == 302
    assert "依据不足" in gao.get(url).content.decode()


def test_withdrawing_by_button(bank: Bank, client_of: ClientOf) -> None:
    row = proposed(bank)
    url = reverse("core:withdraw_approval", args=[row.pk])
    assert client_of("lin").post(url).status_code == 404
    assert client_of("gao").get(url).status_code == 405
    client_of("gao").post(url)
    assert Approval.objects.get(pk=row.pk).status == ApprovalStatus.WITHDRAWN
