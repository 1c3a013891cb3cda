"""Scoring and the rules of assessments: pure."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import kexin.suitability
from kexin.core.policy import check_values
from kexin.suitability.assessments.choices import Standing
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.assessments.rules import (
    Kept,
    age_in,
    capacity_of,
    may_be_assessed,
    may_be_professional,
    may_submit,
    months_on,
    present,
    valid_until,
    window_start,
)
from kexin.suitability.questionnaires.content import may_be_asked, parse, said
from kexin.suitability.questionnaires.scoring import band_of, capped, missing, score
from kexin.suitability.questionnaires.shipping import shipped

SHIPPED_POLICIES = yaml.safe_load((Path(kexin.suitability.__file__).parent / "policies.yaml").read_text("utf-8"))
VALUES = next(each["values"] for each in SHIPPED_POLICIES if each["code"] == "suitability.assessment")
RULES = AssessmentPolicy(**VALUES)
DOCUMENTS = {each["kind"]: each["content"] for each in shipped()}
PERSON = parse(DOCUMENTS["risk_person"])
TODAY = dt.date(2026, 11, 20)


def answers_for(letter: str, **others: str) -> dict[str, str]:
    return {each.code: letter for each in PERSON.questions()} | others


def scored(answers: dict[str, str]) -> Any:
    return score(PERSON, answers, RULES.parsed_bands, RULES.parsed_ceilings)


some_answers = st.fixed_dictionaries(
    {each.code: st.sampled_from([option.code for option in each.options]) for each in PERSON.questions()}
)


def test_shipped_questionnaires_are_whole() -> None:
    for entry in shipped():
        assert may_be_asked(entry["kind"], entry["content"]), entry["code"]
    for kind in ("risk_person", "risk_enterprise"):
        content = parse(DOCUMENTS[kind])
        assert len(content.modules) == 5
        assert [sum(each.points for each in module.questions) for module in content.modules] == [20] * 5
        assert len(list(content.questions())) == 10
    assert check_values("suitability.assessment", VALUES)


@pytest.mark.parametrize(
    ("answers", "points", "band", "grade", "lowest"),
    [
        (answers_for("a"), 2, 1, 1, True),
        (answers_for("e"), 100, 5, 5, False),
        (answers_for("e", bearable="a"), 90, 5, 1, True),  # no loss acceptable: the lowest class, whatever the points
        (answers_for("e", horizon="a"), 90, 5, 2, False),
        (answers_for("e", burden="b"), 92, 5, 3, False),
        (answers_for("e", burden="a"), 90, 5, 3, False),
        (answers_for("e", products="a", horizon="a"), 80, 4, 2, False),  # the lowest of all ceilings
        (answers_for("c"), 57, 3, 3, False),
    ],
)
def test_cases(answers: dict[str, str], points: int, band: int, grade: int, lowest: bool) -> None:
    result = scored(answers)
    assert (result.points, result.band, result.grade, result.lowest) == (points, band, grade, lowest)


@pytest.mark.parametrize(("points", "grade"), [(0, 1), (20, 1), (21, 2), (40, 2), (60, 3), (61, 4), (80, 4), (81, 5)])
def test_bands_are_inclusive(points: int, grade: int) -> None:
    assert band_of(points, RULES.parsed_bands) == grade


@given(some_answers)
def test_the_grade_is_the_lowest_of_band_and_ceilings(answers: dict[str, str]) -> None:
    result = scored(answers)
    assert result.grade == min([result.band, *(each.cap for each in result.ceilings)])
    assert result.lowest == (answers["bearable"] == "a")
    assert not result.lowest or result.grade == 1
    assert 0 <= result.points <= 100


@given(some_answers, st.sampled_from([each.code for each in PERSON.questions()]), st.integers(0, 4))
def test_a_better_answer_never_lowers_the_grade(answers: dict[str, str], code: str, to: int) -> None:
    question = PERSON.question(code)
    assert question is not None
    now, then = question.option(answers[code]), question.options[to]
    assert now is not None
    if then.points < now.points or not set(then.signs) <= set(now.signs):
        return
    assert scored(answers | {code: then.code}).grade >= scored(answers).grade


@given(st.integers(1, 5), st.booleans(), st.integers(0, 5), st.booleans())
def test_care_for_the_elderly_only_lowers(grade: int, elder: bool, cap: int, lifted: bool) -> None:
    assert capped(grade, elder=elder, cap=cap, lifted=lifted) <= grade
    assert capped(grade, elder=False, cap=cap, lifted=lifted) == grade


def test_nothing_is_guessed() -> None:
    answers = answers_for("c")
    del answers["fall"]
    assert missing(PERSON, answers) == ["fall"]
    with pytest.raises(ValueError, match="every question"):
        scored(answers)
    assert missing(PERSON, answers | {"fall": "z"}) == ["fall"]


def test_faults_of_an_author_are_all_named() -> None:
    raw = {
        "modules": [
            {
                "code": "One",
                "title": {"zh": "一"},
                "questions": [
                    {
                        "code": "q",
                        "text": {"zh": "问", "en": "Q"},
                        "options": [{"code": "a", "points": 60, "text": {"zh": "甲", "en": "A"}}],
                    },
                    {"code": "q", "kind": "money", "text": {"zh": "问", "en": "Q"}},
                ],
            }
        ]
    }
    found = [str(reason.text) for reason in may_be_asked("risk_person", raw).reasons]
    assert len(found) == 7, found
    assert not may_be_asked("risk_person", {"modules": "no"})
    assert not may_be_asked("risk_person", {})
    needs = {"modules": [{"code": "m", "title": {"zh": "一", "en": "1"}, "questions": []}]}
    assert len(may_be_asked("insurance_needs", needs).reasons) == 4  # no question at all, and three facts missing


@pytest.mark.parametrize(
    ("code", "value", "kept"),
    [
        ("household_income", "120,000.50", "120000.50"),
        ("household_income", "0", "0"),
        ("household_income", "0.001", None),
        ("household_income", "-1", None),
        ("household_income", "1e15", None),
        ("household_income", "NaN", None),
        ("household_income", "十万", None),
        ("payment_years", "1.5", None),
        ("payment_years", "0", None),
        ("payment_years", "50", "50"),
        ("need", "gold", None),
    ],
)
def test_amounts_and_numbers(code: str, value: str, kept: str | None) -> None:
    question = parse(DOCUMENTS["insurance_needs"]).question(code)
    assert question is not None
    clean, allowed = question.clean(value)
    assert (clean if allowed else None) == kept


def test_a_text_is_said_in_the_readers_language() -> None:
    assert said({"zh": "中", "en": "E"}, "en") == "E"
    assert said({"zh": "中", "en": "E"}, "zh-hans") == "中"
    assert said({"zh": "中"}, "en") == "中"


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (dt.date(2026, 3, 15), dt.date(2027, 3, 14)),
        (dt.date(2024, 2, 29), dt.date(2025, 2, 27)),
        (dt.date(2027, 2, 28), dt.date(2028, 2, 27)),
        (dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    ],
)
def test_twelve_months_end_the_day_before(day: dt.date, last: dt.date) -> None:
    assert valid_until(day, 12) == last


@given(st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)))
def test_the_window_holds_a_year_and_a_result_never_outlives_it(day: dt.date) -> None:
    assert 364 <= (day - window_start(day)).days <= 365
    assert valid_until(day, 12) < months_on(day, 12)


def test_how_often() -> None:
    assert may_submit(today=1, within_period=7, rules=RULES)
    assert may_submit(today=2, within_period=2, rules=RULES).reasons[0].code == "per_day"
    assert may_submit(today=0, within_period=8, rules=RULES).reasons[0].code == "per_period"


def test_age_and_capacity() -> None:
    assert age_in(1961, 1121, TODAY) == 64
    assert age_in(1961, 1120, TODAY) == 65
    assert age_in(1961, 229, dt.date(2026, 2, 28)) == 64
    assert age_in(None, 1120, TODAY) is None
    assert capacity_of("", 7, RULES) == "none"
    assert capacity_of("", 17, RULES) == "limited"
    assert capacity_of("", 18, RULES) == "full"
    assert capacity_of("full", 16, RULES) == "full"  # noted: lives on own labour
    assert capacity_of("limited", 80, RULES) == "limited"


def test_who_may_be_assessed() -> None:
    person: dict[str, Any] = {"kind": "risk_person", "status": "active", "age": 40, "capacity": "full"}
    assert may_be_assessed(**person)
    assert may_be_assessed(**(person | {"capacity": "limited"}))
    for change in ({"status": "closed"}, {"status": "merged"}, {"age": None}, {"capacity": "none"}):
        assert not may_be_assessed(**(person | change)), change
    assert may_be_assessed(kind="risk_enterprise", status="active", age=None, capacity="full")


def test_no_person_is_professional() -> None:
    good: dict[str, Any] = {"customer_kind": "institution", "evidence": "许可证 B0001", "today": TODAY}
    assert may_be_professional(valid_until=TODAY + dt.timedelta(days=1), **good)
    assert not may_be_professional(valid_until=TODAY, **good)
    for kind in ("individual", "cross_border"):
        later = TODAY + dt.timedelta(days=1)
        assert not may_be_professional(customer_kind=kind, evidence="x", valid_until=later, today=TODAY)


def kept(**others: Any) -> Kept:
    return Kept(**({"grade": 4, "valid_until": TODAY, "age": 40} | others))


def test_what_counts() -> None:
    assert present(Kept(age=40), TODAY, RULES).standing == Standing.NONE
    assert present(kept(), TODAY, RULES).grade == 4
    assert present(kept(), TODAY + dt.timedelta(days=1), RULES).standing == Standing.EXPIRED
    assert present(kept(age=65), TODAY, RULES).grade == 3
    assert present(kept(age=65), TODAY, RULES).elder_capped
    assert present(kept(age=65, lifted=True), TODAY, RULES).grade == 4
    assert present(kept(capacity="limited"), TODAY, RULES) == present(kept(lowest=True), TODAY, RULES)
    assert present(kept(exempt=True), TODAY, RULES).standing == Standing.EXEMPT
    lower = present(kept(pending=2, pending_until=TODAY), TODAY, RULES)
    assert (lower.standing, lower.grade) == (Standing.UNCONFIRMED, 2)  # the lower one binds at once
    higher = present(kept(pending=5, pending_until=TODAY), TODAY, RULES)
    assert (higher.standing, higher.grade) == (Standing.UNCONFIRMED, 4)  # the higher one only when confirmed
    first = present(kept(valid_until=TODAY - dt.timedelta(days=1), pending=2, pending_until=TODAY), TODAY, RULES)
    assert (first.standing, first.grade) == (Standing.UNCONFIRMED, None)


@given(
    st.builds(
        Kept,
        grade=st.none() | st.integers(1, 5),
        lowest=st.booleans(),
        lifted=st.booleans(),
        valid_until=st.none() | st.dates(TODAY - dt.timedelta(9), TODAY + dt.timedelta(9)),
        pending=st.none() | st.integers(1, 5),
        pending_lowest=st.booleans(),
        pending_until=st.none() | st.dates(TODAY - dt.timedelta(9), TODAY + dt.timedelta(9)),
        age=st.none() | st.integers(8, 99),
        capacity=st.sampled_from(["full", "limited", "none"]),
        exempt=st.just(False),
    )
)
def test_the_strictest_counts(each: Kept) -> None:
    now = present(each, TODAY, RULES)
    if now.grade is None:
        assert not now.lowest
        return
    assert each.grade is not None
    assert each.valid_until is not None
    assert each.valid_until >= TODAY
    assert now.grade <= each.grade
    assert not now.lowest or now.grade == 1
    if each.age is not None and each.age >= 65 and not each.lifted:
        assert now.grade <= RULES.elder_cap
    if each.pending is not None and each.pending_until is not None and each.pending_until >= TODAY:
        assert now.grade <= each.pending
