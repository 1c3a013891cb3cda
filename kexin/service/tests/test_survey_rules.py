"""Rules of surveys: documents, conditions, answers, scores. No database."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.service.surveys.choices import BOUNDS, Loyalty
from kexin.service.surveys.content import Given, may_be_asked, parse
from kexin.service.surveys.scoring import is_low, loyalty, on_hundred, score
from kexin.service.surveys.shipping import shipped


def words(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def document() -> dict[str, Any]:
    return {
        "dimensions": [{"code": "speed", "text": words("速度")}],
        "questions": [
            {"code": "whole", "kind": "scale10", "text": words("总体"), "overall": True},
            {"code": "speed", "kind": "scale5", "text": words("速度"), "dimension": "speed", "required": False},
            {"code": "solved", "kind": "one", "text": words("解决"),
             "options": [{"code": "yes", "text": words("是")}, {"code": "no", "text": words("否")}]},
            {"code": "open", "kind": "scale100", "text": words("还差多少"),
             "show_if": {"question": "solved", "any_of": ["no"]}},
            {"code": "why", "kind": "text", "text": words("为什么"), "required": False,
             "show_if": {"question": "open", "at_least": 50}},
            {"code": "recommend", "kind": "nps", "text": words("推荐")},
        ],
    }  # fmt: skip


def test_the_shipped_surveys_are_whole_and_one_asks_by_the_five_dimensions() -> None:
    found = {each["trigger"]: each for each in shipped()}
    assert set(found) == {"service", "complaint", "quarterly"}
    for each in found.values():
        assert may_be_asked(each["content"]).allowed, each["code"]
    content = parse(found["quarterly"]["content"])
    assert [each.text["zh"] for each in content.dimensions] == [
        "服务态度", "产品专业性", "响应速度", "风险管理", "服务便捷性",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["questions"][0].update(code="Whole"), "Whole"),
        (lambda d: d["questions"][1].update(dimension="taste"), "taste"),
        (lambda d: d["questions"][1].update(code="whole"), "same code"),
        (lambda d: d["questions"][0]["text"].pop("en"), "missing in Chinese or English"),
        (lambda d: d["questions"][2].update(options=[]), "at least two answers"),
        (lambda d: d["questions"][3]["show_if"].update(question="why"), "no earlier question"),
        (lambda d: d["questions"][3]["show_if"].update(any_of=["maybe"]), "does not have"),
        (lambda d: d["questions"][4].update(show_if={"question": "solved", "at_least": 3}), "needs a bound"),
        (lambda d: d["questions"][2].update(overall=True), "only a rating"),
        (lambda d: d["questions"].append({"code": "again", "kind": "nps", "text": words("再问")}), "asked once"),
        (lambda d: d.update(questions=[]), "at least one question"),
        (lambda d: d.update(questions=[{"code": "a", "kind": "smell", "text": words("x")}]), "not the shape"),
    ],
)
def test_every_fault_is_told(change: Any, said: str, settings: Any) -> None:
    from django.utils import translation

    raw = deepcopy(document())
    assert may_be_asked(raw).allowed
    change(raw)
    with translation.override("en"):
        reasons = " ".join(str(each.text) for each in may_be_asked(raw).reasons)
    assert said in reasons


def test_questions_appear_as_the_answers_lead_and_what_hangs_on_a_hidden_one_is_hidden() -> None:
    content = parse(document())

    def shown(**answers: Given) -> list[str]:
        return [each.code for each in content.shown(answers)]

    assert shown() == ["whole", "speed", "solved", "recommend"]
    no, much = Given(picks=("no",)), Given(value=Decimal(70))
    assert shown(solved=no) == ["whole", "speed", "solved", "open", "recommend"]
    assert shown(solved=no, open=much)[3:5] == ["open", "why"]
    assert "why" not in shown(solved=Given(picks=("yes",)), open=much)  # answered before, hidden since


@pytest.mark.parametrize(
    ("code", "typed", "fits"),
    [
        ("whole", ["10"], True), ("whole", ["0"], False), ("whole", ["11"], False), ("whole", ["7.5"], False),
        ("whole", ["九"], False), ("whole", ["NaN"], False), ("whole", [], False), ("speed", [], True),
        ("speed", ["6"], False), ("solved", ["maybe"], False), ("solved", ["yes", "no"], False),
        ("open", ["100"], True), ("open", ["-1"], False), ("why", ["长" * 1001], False), ("why", ["好\n的"], True),
        ("recommend", ["0"], True),
    ],
)  # fmt: skip
def test_an_answer_fits_its_scale(code: str, typed: list[str], fits: bool) -> None:
    asked = parse(document()).question(code)
    assert asked is not None
    assert asked.clean(typed)[1].allowed is fits


@pytest.mark.parametrize(
    ("value", "scale", "method", "expected"),
    [
        ("1", (1, 10), "range", "0.00"), ("10", (1, 10), "range", "100.00"), ("9", (1, 10), "range", "88.89"),
        ("4", (1, 5), "range", "75.00"), ("4.2", (1, 5), "share", "84.00"), ("85.6", (0, 100), "range", "85.60"),
        ("8", (1, 10), "share", "80.00"),
    ],
)  # fmt: skip
def test_a_rating_on_100(value: str, scale: tuple[int, int], method: str, expected: str) -> None:
    assert on_hundred(Decimal(value), *scale, method) == Decimal(expected)


@given(st.sampled_from(sorted(BOUNDS.values())), st.integers(0, 100), st.sampled_from(["range", "share"]))
def test_more_is_never_less_and_the_ends_are_the_ends(scale: tuple[int, int], step: int, method: str) -> None:
    least, most = scale
    value = min(least + step, most)
    found = on_hundred(Decimal(value), least, most, method)
    assert 0 <= found <= 100
    assert value == most or found < on_hundred(Decimal(value + 1), least, most, method)
    assert on_hundred(Decimal(most), least, most, method) == 100


def test_the_score_is_the_question_of_the_whole_else_the_mean_of_what_was_rated() -> None:
    raw = document()
    answers = {
        "whole": Given(value=Decimal(9)), "speed": Given(value=Decimal(3)), "solved": Given(picks=("yes",)),
        "open": Given(value=Decimal(0)), "recommend": Given(value=Decimal(6)),
    }  # fmt: skip
    found = score(parse(raw), answers, "range")
    assert (found.score, found.nps) == (Decimal("88.89"), 6)
    raw["questions"][0]["overall"] = False
    assert score(parse(raw), answers, "range").score == Decimal("69.44")  # (88.89 + 50) / 2; the hidden one counts not
    assert score(parse(raw), {"recommend": Given(value=Decimal(2))}, "range").score is None
    assert [loyalty(each) for each in (10, 9, 8, 7, 6, 0)] == [
        Loyalty.PROMOTER, Loyalty.PROMOTER, Loyalty.PASSIVE, Loyalty.PASSIVE, Loyalty.DETRACTOR, Loyalty.DETRACTOR,
    ]  # fmt: skip
    assert is_low(found, low_score=60, low_recommendation=6)
    assert not is_low(found, low_score=60, low_recommendation=5)
