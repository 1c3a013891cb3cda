"""Grades, persons, stages, fields of classes: rules without a database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kexin.products.choices import AdmissionStep, RatingFactor
from kexin.products.class_fields import kept, may_keep
from kexin.products.policies import parse_bands, parse_checks, parse_factor_weights, parse_floors, parse_schemes
from kexin.products.rules import (
    TRANSITIONS,
    LifeDates,
    Persons,
    band_of,
    grade_of,
    may_do_step,
    may_score,
    ruling_grade,
    stage_on,
)

SHIPPED = {
    each["code"]: each["values"]
    for each in yaml.safe_load((Path(__file__).parents[1] / "policies.yaml").read_text("utf-8"))
}
WEIGHTS = parse_factor_weights(SHIPPED["products.rating"]["weights"])
LIMITS = parse_bands(SHIPPED["products.rating"]["bands"])
FLOORS = parse_floors(SHIPPED["products.rating"]["floors"])
SCORES = st.fixed_dictionaries({str(factor): st.integers(1, 5) for factor in RatingFactor})
GRADES = st.one_of(st.none(), st.integers(1, 5))


def test_the_worked_example_of_the_documentation():
    scores = {"investments": 3, "term": 3, "leverage": 2, "structure": 3, "offering": 1, "issuer": 2, "history": 3,
              "other": 2}  # fmt: skip
    found = grade_of(scores, WEIGHTS, LIMITS, FLOORS)
    assert (found.score, found.grade, found.raised_by) == (Decimal("2.65"), 3, ())
    raised = grade_of(scores | {"leverage": 4}, WEIGHTS, LIMITS, FLOORS)
    assert (raised.score, raised.grade) == (Decimal("2.85"), 4)
    assert [each.factor for each in raised.raised_by] == ["leverage"]


@given(SCORES)
def test_a_grade_lies_between_one_and_five_and_never_below_a_floor(scores):
    found = grade_of(scores, WEIGHTS, LIMITS, FLOORS)
    assert 1 <= found.grade <= 5
    for floor in FLOORS:
        if scores[floor.factor] >= floor.score:
            assert found.grade >= floor.grade


@given(SCORES, st.sampled_from([str(each) for each in RatingFactor]))
def test_more_risk_in_one_factor_never_lowers_the_grade(scores, factor):
    before = grade_of(scores, WEIGHTS, LIMITS, FLOORS)
    after = grade_of(scores | {factor: min(scores[factor] + 1, 5)}, WEIGHTS, LIMITS, FLOORS)
    assert after.grade >= before.grade


@given(GRADES, GRADES)
def test_the_higher_grade_rules(own, issuer):
    ruling = ruling_grade(own, issuer)
    assert ruling == (max(own or 0, issuer or 0) or None)
    assert (band_of(ruling) is None) == (ruling is None)


def test_each_factor_without_a_score_is_named():
    assert [each.field for each in may_score({"leverage": 6}).reasons] == [str(each) for each in RatingFactor]
    assert may_score({str(each): 1 for each in RatingFactor})


@pytest.mark.parametrize(
    ("step", "user", "allowed"),
    [
        ("compliance", 1, False),
        ("compliance", 2, True),
        ("risk", 1, False),
        ("risk", 2, True),
        ("protection", 2, False),
        ("protection", 3, False),
        ("protection", 4, True),
        ("approval", 2, False),
        ("approval", 3, False),
        ("approval", 4, False),
        ("approval", 5, True),
        ("approval", None, False),
    ],
)
def test_who_may_do_which_step(step, user, allowed):
    persons = Persons(drafter=1, compliance=2, risk=3, protection=4)
    if step == AdmissionStep.PROTECTION:
        persons = Persons(drafter=1, compliance=2, risk=3)
    assert bool(may_do_step(step, user, persons)) is allowed


def test_only_the_table_leads_from_state_to_state():
    assert TRANSITIONS.acts("draft") == ("submit",)
    assert not TRANSITIONS.may("draft", "admit")
    assert not TRANSITIONS.may("withdrawn", "resume")
    assert TRANSITIONS.after("suspended", "resume") == "admitted"


def test_the_life_of_a_product_by_its_days():
    dates = LifeDates(dt.date(2026, 3, 2), dt.date(2026, 6, 1), dt.date(2026, 6, 3))
    days = {"2026-03-01": "issue", "2026-03-02": "existence", "2026-06-01": "maturity", "2026-06-03": "redemption"}
    assert {day: stage_on(dates, dt.date.fromisoformat(day)) for day in days} == days
    assert stage_on(LifeDates(), dt.date(2026, 1, 1)) == "existence"


@pytest.mark.parametrize(
    ("product_class", "values", "fields"),
    [
        ("bond", {"coupon": "2.5", "credit": "AAA"}, []),
        ("bond", {"coupon": "abc"}, ["coupon", "credit"]),
        ("bond", {"coupon": "2.5", "credit": "AAA", "linked_to": "黄金"}, ["linked_to"]),
        ("structured", {"linked_to": "黄金", "floor": "3", "cap": "2"}, ["cap"]),
        ("structured", {"linked_to": "黄金", "floor": "NaN", "cap": "2"}, ["floor"]),
        ("fund", {"fund_type": "none", "valuation": "收盘价", "strategy": "x" * 301}, ["fund_type", "strategy"]),
        ("current", {}, []),
    ],
)
def test_fields_are_checked_by_class(product_class, values, fields):
    assert sorted(each.field for each in may_keep(product_class, values).reasons) == fields


def test_what_is_kept_has_no_blanks_and_nothing_foreign():
    assert kept("bond", {"coupon": " 2.5 ", "credit": "", "x": "y"}) == {"coupon": "2.5"}


def test_the_six_and_the_five_classes_take_what_they_should():
    six, five = parse_schemes(SHIPPED["products.classification"]["schemes"])
    assert [each.code for each in six.categories] == ["deposit", "bond", "fund", "insurance", "wealth", "derivative"]
    assert six.default_for("structured", "public") == "derivative"
    assert (five.default_for("wealth", "public"), five.default_for("wealth", "private")) == ("wealth", "private_wealth")
    assert five.default_for("loan", "public") == ""


@pytest.mark.parametrize(
    ("parse", "value"),
    [
        (parse_factor_weights, {"leverage": 100}),
        (parse_factor_weights, dict.fromkeys((str(each) for each in RatingFactor), 12)),
        (parse_bands, [1.5, 2.3, 2.3, 4]),
        (parse_bands, [1.5, 2.3, 3]),
        (parse_floors, [{"factor": "colour", "score": 1, "grade": 1}]),
        (parse_checks, {"risk": []}),
        (parse_checks, {"risk": [{"code": "a", "name": "甲"}, {"code": "a", "name": "乙"}]}),
        (parse_schemes, [{"code": "x", "name": "x", "categories": [{"code": "a", "name": "a", "classes": ["ship"]}]}]),
    ],
)
def test_numbers_that_make_no_sense_are_refused(parse, value):
    with pytest.raises(ValueError, match=r"\w"):
        parse(value)
