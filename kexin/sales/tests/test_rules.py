"""The order of the gates, for every sale anybody can think of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kexin.sales.choices import Gate, Party, SaleChannel
from kexin.sales.rules import ALWAYS, BY_CUSTOMER, SaleFacts, may_pass, needed_gates, next_gate

NEEDED = st.sets(st.sampled_from([Gate.RECORDED, Gate.APPROVED, Gate.FOLLOWED_UP])).map(lambda more: ALWAYS | more)


def _by(gate: Gate) -> Party:
    return Party.CUSTOMER if gate in BY_CUSTOMER else Party.STAFF


@given(NEEDED, st.lists(st.sampled_from(Gate), max_size=40))
def test_no_path_reaches_an_executed_sale_with_an_unmet_gate(needed: frozenset[Gate], tried: list[Gate]) -> None:
    passed: set[Gate] = set()
    for gate in tried:
        if may_pass(gate, needed, passed, by=_by(gate)):
            passed.add(gate)
    if Gate.EXECUTED in passed:
        assert {gate for gate in needed if gate < Gate.EXECUTED} <= passed


@given(NEEDED)
def test_one_gate_after_the_other_leads_to_the_end(needed: frozenset[Gate]) -> None:
    passed: set[Gate] = set()
    while (gate := next_gate(needed, passed)) is not None:
        assert may_pass(gate, needed, passed, by=_by(gate))
        passed.add(gate)
    assert passed == needed


@given(NEEDED, st.sets(st.sampled_from(Gate)), st.sampled_from(Gate))
def test_every_refusal_has_a_reason(needed: frozenset[Gate], passed: set[Gate], gate: Gate) -> None:
    for by in Party:
        decision = may_pass(gate, needed, passed, by=by)
        assert decision.allowed != bool(decision.reasons)
        assert all(reason.code and str(reason.text) for reason in decision.reasons)


def test_staff_neither_confirm_nor_sign_for_a_customer() -> None:
    passed = {Gate.ASSESSED, Gate.TOLD, Gate.DISCLOSED, Gate.CONFIRMED}
    assert may_pass(Gate.SIGNED, ALWAYS, passed, by=Party.CUSTOMER)
    assert [each.code for each in may_pass(Gate.SIGNED, ALWAYS, passed, by=Party.STAFF).reasons] == ["by_whom"]


def test_who_took_part_decides_the_recording_not_the_device() -> None:
    def needs(channel: SaleChannel, staff: bool, person: bool = True) -> bool:
        facts = SaleFacts(channel, staff, is_person=person, recording_ruled=True, conditions=frozenset())
        return Gate.RECORDED in needed_gates(facts, (), follow_up=False)

    assert needs(SaleChannel.PREMISES, True)
    assert not needs(SaleChannel.PREMISES, False)
    assert not needs(SaleChannel.SELF, True)
    assert not needs(SaleChannel.PREMISES, True, person=False)


def test_a_condition_of_the_opinion_asks_for_approval() -> None:
    facts = SaleFacts(SaleChannel.SELF, False, True, False, frozenset({"elderly"}))
    assert Gate.APPROVED in needed_gates(facts, ("elderly",), follow_up=True)
    assert Gate.APPROVED not in needed_gates(facts, ("insist",), follow_up=True)
