"""Admission and exit, each with its checklist and, for the exit, a second person."""

from __future__ import annotations

import pytest

from kexin.core.approval import decide_approval
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import Event
from kexin.party import rules
from kexin.party.operations import admit_customer, change_customer, propose_exit, tick_check


def _tick(bank, customer, process, items, who="lin"):
    for item in items:
        tick_check(customer, actor=bank.actor(who), process=process, item=item)


def test_admission_waits_for_every_line(bank, chen):
    lin = bank.actor("lin")
    _tick(bank, chen, "admission", rules.ADMISSION_CHECKS[:-1])
    with pytest.raises(RuleViolation, match="1"):
        admit_customer(chen, actor=lin)
    _tick(bank, chen, "admission", rules.ADMISSION_CHECKS[-1:])
    admitted = admit_customer(chen, actor=lin)
    assert admitted.status == "active"
    assert admitted.admitted_on is not None
    assert Event.objects.filter(name="party.CustomerAdmitted", customer_id=chen.pk).exists()


def test_exit_needs_checklist_and_a_second_person(bank, chen):
    lin = bank.actor("lin")
    with pytest.raises(RuleViolation):
        propose_exit(chen, actor=lin, reason="移居国外")
    _tick(bank, chen, "exit", rules.EXIT_CHECKS)
    approval = propose_exit(chen, actor=lin, reason="移居国外")
    with pytest.raises(NotPermitted):
        decide_approval(approval, actor=bank.actor("sun"), approve=True)
    decide_approval(approval, actor=bank.actor("zhou"), approve=True)
    chen.refresh_from_db()
    assert (chen.status, chen.closed_on is not None) == ("closed", True)
    assert chen.assignments.get().ends_on == chen.closed_on
    with pytest.raises(RuleViolation):
        change_customer(chen, actor=lin, version=chen.version, changes={"occupation": "x"})


def test_a_rejection_needs_a_reason_and_changes_nothing(bank, chen):
    _tick(bank, chen, "exit", rules.EXIT_CHECKS)
    approval = propose_exit(chen, actor=bank.actor("lin"), reason="移居国外")
    with pytest.raises(RuleViolation):
        decide_approval(approval, actor=bank.actor("zhou"), approve=False)
    decide_approval(approval, actor=bank.actor("zhou"), approve=False, note="仍有未结清贷款")
    chen.refresh_from_db()
    assert chen.status == "prospect"
