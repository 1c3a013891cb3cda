"""Experience and objective in the matching decision: the pure rule, the policy, what answers tell."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kexin.suitability.matching.aim_policies import AIM_BASES, LATER_AIMS, parse_experience, parse_objectives
from kexin.suitability.matching.choices import Purpose
from kexin.suitability.matching.facts import MatchFacts
from kexin.suitability.matching.policies import MatchingPolicy
from kexin.suitability.matching.reasons import told
from kexin.suitability.matching.rules import decide
from kexin.suitability.questionnaires.choices import Objective
from kexin.suitability.questionnaires.content import parse
from kexin.suitability.questionnaires.shipping import shipped
from kexin.suitability.questionnaires.spoken import Spoken, cautious, spoken, tags_for, tags_of
from kexin.suitability.tests.test_matching_rules import DAY, RULES, TODAY, VALUES, all_facts, facts, policy

OFF = policy(experience=[], objectives={})
OLD = {"tolerance": 5, "assets": Decimal(5_000_000)}
ACTIVE = [Purpose.RECOMMENDATION, Purpose.CALL_TASK, Purpose.MESSAGE, Purpose.SCRIPT]


def found(rules: MatchingPolicy = RULES, **changes: Any) -> tuple[list[str], list[str]]:
    customer = {**OLD, **changes.pop("customer", {})}
    verdict = decide(facts(customer=customer, **changes), rules)
    return [each.code for each in verdict.refusals], [each.code for each in verdict.conditions]


@pytest.mark.parametrize(
    ("known", "grade", "refusals", "conditions"),
    [
        (0, 2, [], []),  # up to R2 experience is not asked for
        (3, 3, [], []),
        (2, 3, [], ["little_experience"]),
        (3, 4, [], ["little_experience"]),
        (2, 4, [], ["experience_approval"]),
        (4, 5, [], ["little_experience"]),
        (3, 5, [], ["experience_approval"]),
        (2, 5, ["experience_lacking"], []),
        (None, 3, [], ["little_experience"]),  # not known counts as none
        (None, 5, ["experience_lacking"], []),
    ],
)
def test_experience(known: int | None, grade: int, refusals: list[str], conditions: list[str]) -> None:
    assert found(customer={"experience": known}, product={"grade": grade}) == (refusals, conditions)
    assert found(OFF, customer={"experience": known}, product={"grade": grade}) == ([], [])


def test_what_of_the_class_is_held_long_enough_is_experience() -> None:
    held = {"wealth": {4: TODAY - 365 * DAY}, "fund": {5: TODAY - 900 * DAY}}
    knows = {"experience": 0, "held_since": held}
    assert found(customer=knows, product={"grade": 4}) == ([], [])
    assert found(customer=knows, product={"grade": 5}) == ([], ["little_experience"])  # of a fund nothing follows
    assert found(customer={"experience": 0}, product={"grade": 5}) == (["experience_lacking"], [])
    short = {"experience": 0, "held_since": {"wealth": {4: TODAY - 364 * DAY}}}
    assert found(customer=short, product={"grade": 4}) == ([], ["experience_approval"])
    assert found(policy(held_days=0), customer=knows, product={"grade": 4}) == ([], ["experience_approval"])


def test_a_row_may_be_for_some_classes_only() -> None:
    rules = policy(experience=[{"classes": ["fund"], "grade": 2, "above": 1, "effect": "refuse"}])
    assert found(rules, customer={"experience": 0}) == ([], [])
    assert found(rules, customer={"experience": 0}, product={"product_class": "fund"}) == (["experience_lacking"], [])


@pytest.mark.parametrize(
    ("objective", "product", "contrary"),
    [
        ("preserve", {"grade": 2}, False),
        ("preserve", {"grade": 3}, True),
        ("preserve", {"grade": 2, "return_form": "equity"}, True),
        ("preserve", {"grade": 2, "return_form": "fixed_income"}, False),
        ("income", {"grade": 3}, False),
        ("income", {"grade": 3, "return_form": "derivative"}, True),
        ("income", {"grade": 4}, True),
        ("growth", {"grade": 4, "return_form": "derivative"}, False),
        ("growth", {"grade": 5}, True),
        ("high_growth", {"grade": 5}, False),
    ],
)
def test_contrary_to_the_objective_is_never_recommended(objective: str, product: Any, contrary: bool) -> None:
    wants = {"objective": objective, "consents": ("message", "call_task")}
    refused = (["objective_contrary"], []) if contrary else ([], [])
    for purpose in ACTIVE:
        ask = {"purpose": purpose, "insists": True, "amount": None}
        assert found(customer=wants, product=product, ask=ask) == refused
    assert found(customer=wants, product=product) == refused
    wished = ([], ["objective_own_wish"]) if contrary else ([], [])
    assert found(customer=wants, product=product, ask={"insists": True}) == wished
    alone = {"employee_id": None, "needed": False}  # nobody advises
    assert found(customer=wants, product=product, seller=alone) == wished
    assert found(customer=wants, product=product, ask={"purpose": Purpose.HOLDING}) == ([], [])
    assert found(OFF, customer=wants, product=product) == ([], [])


def test_an_objective_that_nobody_knows_is_asked_for_where_it_matters() -> None:
    assert found(customer={"objective": ""}) == ([], [])
    assert found(customer={"objective": ""}, product={"grade": 3}) == ([], ["objective_unknown"])


def test_professionals_and_those_without_assessment_hear_nothing_of_it() -> None:
    blank = {"experience": None, "objective": ""}
    assert found(customer={**blank, "exempt": True, "tolerance": None}, product={"grade": 3}) == ([], [])
    missing = {**blank, "tolerance": None, "valid_until": None, "standing": "none"}
    assert found(customer=missing, product={"grade": 3}) == (["assessment_missing"], [])


@settings(max_examples=300, deadline=None)
@given(case=all_facts, known=st.integers(0, 4), aim=st.integers(0, 2))
def test_more_experience_or_a_bolder_objective_never_adds_a_refusal(case: MatchFacts, known: int, aim: int) -> None:
    objectives = list(Objective.values)

    def refusals(**changes: Any) -> set[str]:
        changed = dataclasses.replace(case, customer=dataclasses.replace(case.customer, **changes))
        return {each.code for each in decide(changed, RULES).refusals}

    assert refusals(experience=known + 1) <= refusals(experience=known)
    assert refusals(experience=0) == refusals(experience=None)
    assert refusals(objective=objectives[aim + 1]) <= refusals(objective=objectives[aim])


@settings(max_examples=200, deadline=None)
@given(case=all_facts)
def test_both_gates_only_ever_add(case: MatchFacts) -> None:
    with_them, without = decide(case, RULES), decide(case, OFF)
    assert {each.code for each in without.refusals} <= {each.code for each in with_them.refusals}
    assert {each.code for each in without.conditions} <= {each.code for each in with_them.conditions}
    if case.ask.purpose == Purpose.HOLDING:
        assert with_them == without


def test_words_in_both_languages() -> None:
    (reason,) = decide(facts(customer={**OLD, "objective": "preserve"}, product={"grade": 3}), RULES).refusals
    stored = told(reason, VALUES["bases"][reason.code])
    assert "保住本金" in stored["words"]["zh"]
    assert "Keeping the principal" in stored["words"]["en"]
    assert stored["values"]["objective"] == "preserve"


@pytest.mark.parametrize(
    "rows",
    [
        [{"grade": 6, "above": 1, "effect": "explain"}],
        [{"grade": 3, "above": 0, "effect": "explain"}],
        [{"grade": 3, "above": 1, "effect": "shout"}],
        [{"grade": 3, "above": 1, "effect": "explain", "classes": ["moon"]}],
    ],
)
def test_rows_of_experience_that_say_nothing_are_refused(rows: Any) -> None:
    with pytest.raises(ValueError, match=r"grade|effect"):
        parse_experience(rows)


def test_a_bolder_objective_never_leaves_less() -> None:
    shipped_rows = VALUES["objectives"]
    assert parse_objectives({}) == {}
    for wrong in (
        {**shipped_rows, "growth": {"most": 2}},
        {**shipped_rows, "high_growth": {"most": 5, "forms": ["mixed"]}},
        {**shipped_rows, "moon": {"most": 5}},
        {"growth": {"most": 4}},
    ):
        with pytest.raises(ValueError, match="objective"):
            parse_objectives(wrong)


def test_a_version_from_before_goes_by_the_shipped_rows() -> None:
    old = {name: value for name, value in VALUES.items() if name not in LATER_AIMS}
    known = MatchingPolicy.from_older(old)
    assert {name: known[name] for name in LATER_AIMS} == {name: VALUES[name] for name in LATER_AIMS}
    assert {code: VALUES["bases"][code] for code in AIM_BASES} == AIM_BASES


# -- what answers tell ---------------------------------------------------------------------------------------------

SHEETS = {entry["kind"]: entry["content"] for entry in shipped() if entry["kind"].startswith("risk_")}


def untagged(raw: Any) -> Any:
    """The document without what answers tell, as it was before."""
    if isinstance(raw, dict):
        return {key: untagged(value) for key, value in raw.items() if key not in ("experience", "objective")}
    return [untagged(each) for each in raw] if isinstance(raw, list) else raw


def test_of_several_answers_the_least_experience_and_the_most_cautious_objective_count() -> None:
    tags = tags_of(parse(SHEETS["risk_person"]))
    assert spoken(tags, {"products": "d", "years": "c", "purpose": "b"}) == Spoken(4, "income")
    assert spoken(tags, {"products": "d", "years": "b", "purpose": "e"}) == Spoken(2, "high_growth")
    assert spoken(tags, {"products": "d", "years": "a"}) == Spoken(0, "")
    assert spoken(tags, {"horizon": "d"}) == Spoken()
    assert cautious("", "growth") == cautious("growth", "high_growth") == "growth"


@pytest.mark.parametrize("kind", ["risk_person", "risk_enterprise"])
def test_a_version_from_before_is_read_by_the_same_words(kind: str) -> None:
    whole, before = parse(SHEETS[kind]), untagged(SHEETS[kind])
    assert tags_of(parse(before)) == {}
    assert tags_for(kind, parse(before)) == tags_of(whole)
    for module in before["modules"]:
        for question in module["questions"]:
            if question["code"] == "products":
                question["options"][4]["text"]["zh"] = "别的说法"
            if question["code"] == "purpose":
                question["text"]["zh"] = "另一个问题"
    own_words = tags_for(kind, parse(before))
    assert "purpose" not in own_words
    assert set(own_words["products"]) == {"a", "b", "c", "d"}


@pytest.mark.parametrize("option", [{"experience": 6}, {"experience": True}, {"objective": "fun"}])
def test_answers_tell_only_what_is_known(option: dict[str, Any]) -> None:
    content = {"modules": [{"code": "m", "title": {}, "questions": [
        {"code": "q", "text": {}, "options": [{"code": "a", "text": {}, **option}]},
    ]}]}  # fmt: skip
    with pytest.raises(ValueError, match=r"experience|fun"):
        parse(content)
