"""Powers are data, changed by two persons; duties that do not go together never meet in one person."""

from __future__ import annotations

import pytest
import yaml

from kexin.core.approval import decide_approval
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Role, RoleOperation
from kexin.core.operation import doors
from kexin.party import rules
from kexin.party.operations import admit_customer, propose_exit, tick_check
from kexin.people.defaults import _ROLES
from kexin.people.duties import may_hold
from kexin.people.models import PostRole
from kexin.people.operations import create_post, propose_grant, propose_role_change
from kexin.people.policies import DutiesPolicy

REQUIREMENTS = {
    "B-02": "eight roles as data; a role is granted to a post with its reach by proposal and approval",
    "B-04": "the shipped roles reach no further than their work: administrator and management open no customer",
    "H-17": "admission, exit and change of a file go through operations with checklists and a second person",
    "H-18": "every incompatible pair is refused at the grant and at the change of a role, pair by pair",
}
SCREENS = {"B-02": "角色、授权", "B-04": "角色", "H-17": "客户页·档案", "H-18": "角色"}

PAIRS = yaml.safe_load((_ROLES.parent / "policies.yaml").read_text(encoding="utf-8"))[0]["values"]["pairs"]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]}+{pair[1]}")
def test_each_incompatible_pair_is_refused_at_the_grant(bank, pair):
    first, second, _why = pair
    assert first in doors, "a pair of the matrix names an operation that does not exist"
    assert second in doors, "a pair of the matrix names an operation that does not exist"
    assert not may_hold([first, second], PAIRS).allowed
    holding, asked = Role.objects.create(code="x1", name="甲"), Role.objects.create(code="x2", name="乙")
    RoleOperation.objects.create(role=holding, operation=first)
    RoleOperation.objects.create(role=asked, operation=second)
    post = create_post(actor=bank.actor("gao"), unit=bank.units["east"], title="试岗")
    PostRole.objects.create(post=post, role=holding, reach="unit")
    with pytest.raises(RuleViolation, match=first.replace(".", r"\.")):
        propose_grant(post, actor=bank.actor("gao"), role=asked, reach="unit", reason="代班")
    assert not PostRole.objects.filter(role=asked).exists()


def test_no_shipped_role_holds_an_incompatible_pair(bank):
    for role in Role.objects.all():
        held = set(role.grants.values_list("operation", flat=True))
        assert may_hold(held, PAIRS).allowed, role.code
    assert DutiesPolicy.policy_code == "people.duties"


def test_a_grant_is_proposed_by_one_and_approved_by_another(bank):
    post = create_post(actor=bank.actor("gao"), unit=bank.units["west"], title="客服专员")
    role = Role.objects.get(code="service_agent")
    approval = propose_grant(post, actor=bank.actor("gao"), role=role, reach="subtree", reason="新设岗位")
    with pytest.raises(RuleViolation):
        decide_approval(approval, actor=bank.actor("gao"), approve=True)
    with pytest.raises(NotPermitted):
        decide_approval(approval, actor=bank.actor("lin"), approve=True)
    assert not PostRole.objects.filter(post=post).exists()
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    assert PostRole.objects.get(post=post).role == role
    refusals = AuditEntry.objects.filter(operation="core.decide_approval", outcome="refused")
    assert set(refusals.values_list("actor_name", flat=True)) == {"1008", "1001"}


def test_a_role_change_takes_effect_only_when_approved(bank):
    role = Role.objects.get(code="service_agent")
    wanted = sorted({*role.grants.values_list("operation", flat=True), "party.view_duplicates"})
    approval = propose_role_change(role, actor=bank.actor("gao"), operations=wanted, reason="协助核查")
    assert not bank.actor("sun").may("party.view_duplicates")
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    assert bank.actor("sun").may("party.view_duplicates")


def test_admission_and_exit_run_through_checklists_and_a_second_person(bank, chen):
    lin = bank.actor("lin")
    for item in rules.ADMISSION_CHECKS:
        tick_check(chen, actor=lin, process="admission", item=item)
    assert admit_customer(chen, actor=lin).status == "active"
    for item in rules.EXIT_CHECKS:
        tick_check(chen, actor=lin, process="exit", item=item)
    approval = propose_exit(chen, actor=lin, reason="移居国外")
    with pytest.raises(RuleViolation):
        decide_approval(approval, actor=lin, approve=True)
    decide_approval(approval, actor=bank.actor("zhou"), approve=True)
    chen.refresh_from_db()
    assert chen.status == "closed"
