"""Powers change by two persons: roles of posts, operations of roles, incompatible pairs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.errors import RuleViolation
from kexin.core.models import Approval, Role, RoleOperation
from kexin.core.policy import in_force
from kexin.people import operations as ops
from kexin.people.duties import may_hold
from kexin.people.models import PostRole
from kexin.people.policies import DutiesPolicy
from kexin.people.rights import who_may
from tests.personas import Bank

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def test_a_role_reaches_a_post_only_by_a_second_person(bank: Bank, client_of: ClientOf) -> None:
    gao, wu = client_of("gao"), client_of("wu")
    steward = Role.objects.get(code="data_steward")
    url = reverse("people_propose_grant", args=[bank.posts["sun"].pk])
    made = gao.post(url, {"role": steward.pk, "reach": "unit", "reason": "补录客户资料"})
    approval = Approval.objects.get(operation="people.propose_grant")
    page = reverse("core:approval", args=[approval.pk])
    assert made["Location"] == page
    assert not PostRole.objects.filter(post=bank.posts["sun"], role=steward).exists()
    assert gao.post(page, {"decision": "approve"}).status_code == 422  # nobody approves their own
    assert wu.post(page, {"decision": "approve"}).status_code == 302
    assert PostRole.objects.get(post=bank.posts["sun"], role=steward).reach == "unit"


def test_nobody_proposes_for_a_post_of_their_own(bank: Bank) -> None:
    with pytest.raises(RuleViolation):
        ops.propose_grant(
            bank.posts["gao"],
            actor=bank.actor("gao"),
            role=Role.objects.get(code="auditor"),
            reach="all",
            reason="mine",
        )


def test_every_incompatible_pair_is_refused(bank: Bank) -> None:
    pairs = in_force(DutiesPolicy).pairs
    assert pairs
    for first, second, _why in pairs:
        assert not may_hold({first, second}, pairs)
        assert may_hold({first}, pairs)
        with pytest.raises(RuleViolation):
            ops.propose_role_change(
                Role.objects.get(code="senior_management"),
                actor=bank.actor("gao"),
                operations=[first, second],
                reason="both",
            )


def test_a_role_changes_by_difference_and_approval(bank: Bank, client_of: ClientOf) -> None:
    role = Role.objects.get(code="senior_management")
    before = set(role.grants.values_list("operation", flat=True))
    gao = client_of("gao")
    url = reverse("people_role_change", args=[role.pk])
    wanted = [*sorted(before - {"core.view_policies"}), "people.view_employees"]
    look = gao.post(url, {"operation": wanted, "step": "look"})
    assert [code for code, _label in look.context["added"]] == ["people.view_employees"]
    assert [code for code, _label in look.context["removed"]] == ["core.view_policies"]
    assert gao.post(url, {"operation": wanted, "step": "propose", "reason": ""}).status_code == 422
    gao.post(url, {"operation": wanted, "step": "propose", "reason": "管理层看员工"})
    approval = Approval.objects.get(operation="people.propose_role_change")
    assert set(role.grants.values_list("operation", flat=True)) == before
    client_of("wu").post(reverse("core:approval", args=[approval.pk]), {"decision": "approve"})
    assert set(RoleOperation.objects.filter(role=role).values_list("operation", flat=True)) == set(wanted)


def test_the_system_alone_applies_a_grant(bank: Bank) -> None:
    assert not RoleOperation.objects.filter(operation="people.apply_grant").exists()


def test_taking_a_role_away_needs_a_reason_and_no_second_person(bank: Bank, client_of: ClientOf) -> None:
    granted = PostRole.objects.get(post=bank.posts["sun"])
    url = reverse("people_revoke_grant", args=[granted.pk])
    assert client_of("gao").post(url, {"reason": ""}).status_code == 422
    assert client_of("gao").post(url, {"reason": "调岗"}).status_code == 302
    assert bank.actor("sun").grants == ()


def test_who_may_do_something_names_person_post_and_reach(bank: Bank) -> None:
    found = who_may(bank.actor("qian"), "people.approve_grant")
    assert [(row.employee.staff_no, row.role) for row in found] == [("1005", "合规专员")]


def test_the_matrix_shows_ticks(bank: Bank, client_of: ClientOf) -> None:
    page = client_of("qian")
    text = page.get(reverse("people_roles"), {"floor": "people"}).content.decode()
    assert "people.approve_grant" in text
    assert "party.create_customer" not in text
    everything = page.get(reverse("people_roles"), {"floor": "all"}).content.decode()
    assert "people.approve_grant" in everything
    assert "party.create_customer" in everything
    assert page.get(reverse("people_roles"), {"floor": "attic"}).status_code == 200  # the first there is
    assert reverse("people_role_change", args=[1]) not in text  # an auditor looks, and proposes nothing
