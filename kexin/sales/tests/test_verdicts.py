"""Which executed sale is in order: the rule behind the sales compliance rate."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.sales.choices import Gate
from kexin.sales.oversight.policies import parse_risks
from kexin.sales.oversight.verdicts import ExecutedFacts, Fault, counted, faults_of, rate_of
from kexin.sales.rules import ALWAYS

NEEDED = sorted([*ALWAYS, Gate.FOLLOWED_UP])
DONE = sorted(ALWAYS)


def facts(**more: Any) -> ExecutedFacts:
    return ExecutedFacts(**{"needed": NEEDED, "passed": NEEDED, **more})


@pytest.mark.parametrize(
    ("known", "faults"),
    [
        ({}, []),
        ({"passed": DONE}, []),  # the return call is not due yet
        ({"passed": DONE, "call_due": True}, [Fault.CALL_LATE]),
        ({"passed": DONE, "call_due": True, "call_unreached": True}, [Fault.CALL_UNREACHED]),
        ({"passed": DONE, "call_unreached": True, "call_items": ["cleared"]}, []),
        ({"contradicted": True}, [Fault.CONTRADICTED]),
        ({"contradicted": True, "call_items": ["open"]}, [Fault.CONTRADICTED]),
        ({"contradicted": True, "call_items": ["cleared"]}, []),
        ({"items": ["cleared"]}, []),
        ({"items": ["open", "confirmed"]}, [Fault.ITEM_OPEN, Fault.ITEM_CONFIRMED]),
        ({"passed": NEEDED[1:]}, [Fault.GATE]),
        ({"needed": [*NEEDED, Gate.RECORDED], "passed": [*NEEDED, Gate.RECORDED]}, [Fault.RECORDING]),
        ({"needed": [*NEEDED, 60], "passed": [*NEEDED, 60], "recording": "done"}, []),
        (
            {"needed": [*NEEDED, 60], "passed": [*NEEDED, 60], "recording": "done", "sampled": True},
            [Fault.RECORDING_AWAITED],
        ),
        (
            {"needed": [*NEEDED, 60], "passed": [*NEEDED, 60], "recording": "done", "inspection": "faulty"},
            [Fault.RECORDING_FAULT],
        ),
    ],
)
def test_what_is_wrong_about_an_executed_sale(known: dict[str, Any], faults: list[Fault]) -> None:
    assert list(faults_of(facts(**known))) == faults


@given(st.lists(st.lists(st.sampled_from(list(Fault)), unique=True).map(tuple), max_size=40))
def test_the_rate_is_the_share_without_a_fault(verdicts: list[tuple[Fault, ...]]) -> None:
    rate = rate_of(verdicts)
    assert rate.compliant == sum(not each for each in verdicts)
    if verdicts:
        assert rate.percent is not None
        assert Decimal(0) <= rate.percent <= 100
    else:
        assert rate.percent is None
    assert sum(count for _fault, count in counted(verdicts)) == sum(map(len, verdicts))


def test_the_register_has_every_source_an_owner_and_a_day() -> None:
    words = {"zh": "风险", "en": "Risk"}
    rows = [
        {"code": each, "source": each, "name": words, "cause": words, "control": words, "owner": "auditor",
         "review_on": "2027-03-31"}
        for each in ("market", "operation", "compliance", "customer")
    ]  # fmt: skip
    assert len(parse_risks(rows)) == 4
    for change in ({"owner": " "}, {"review_on": "soon"}, {"name": {"zh": "x"}}, {"source": "operation"}):
        with pytest.raises(ValueError, match=r"."):
            parse_risks([{**rows[0], **change}, *rows[1:]])
