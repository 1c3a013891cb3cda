"""The check of words on the rules as shipped: what it finds, what it leaves alone, what it misses in a text."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import kexin.products
from kexin.products.texts.lint import Finding, Rules, findings, parse_allowed, parse_forbidden, parse_required
from kexin.products.texts.policies import parse_points

SHIPPED = {
    entry["code"]: entry["values"]
    for entry in yaml.safe_load((Path(kexin.products.__file__).parent / "policies.yaml").read_text(encoding="utf-8"))
}
LINT = SHIPPED["products.text_lint"]
RULES = Rules(parse_allowed(LINT["allowed"]), parse_forbidden(LINT["forbidden"]), parse_required(LINT["required"]))


def look(body: str, kind: str = "sales_script", product_class: str = "wealth", language: str = "zh") -> list[Finding]:
    return list(findings(body, kind=kind, product_class=product_class, language=language, rules=RULES))


def codes(body: str, **more: Any) -> set[str]:
    return {each.code for each in look(body, **more)}


def test_the_sample_script_that_promises_a_return_is_refused() -> None:
    """CF-29: the model script promises 稳健的收益保障 without a word of risk."""
    found = look("张女士，这款产品能为您的家庭带来稳健的收益保障，让您安心享受生活。")
    assert {(each.code, each.level) for each in found} == {("return", "bad"), ("says_risk", "bad")}
    placed = next(each for each in found if each.placed)
    assert placed.words == "收益保障"
    assert placed.why
    assert placed.basis


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("放心，稳赚不赔，风险自己看。", "return"),
        ("这是保本的产品，风险很小。", "principal"),
        ("零风险！", "principal"),
        ("保 · 本，几乎没有风险", "principal"),
        ("跟存款一样安全，风险可控", "deposit"),
        ("预期收益率 4%，有风险", "expected"),
        ("This is a RISK-FREE product", "principal"),
        ("guaranteed   return, some risk", "return"),
    ],
)
def test_promises_are_found_however_they_are_written(said: str, code: str) -> None:
    assert code in codes(said)


@pytest.mark.parametrize(
    "said",
    [
        "本产品为非保本浮动收益产品，存在风险。",
        "本产品不保本、不保证收益，投资有风险。",
        "业绩比较基准为 3.2%，业绩比较基准不代表预期收益率。投资有风险。",
        "The benchmark is not an expected return. Investing has risks.",
        "过往业绩不代表未来表现，投资有风险。",
    ],
)
def test_what_denies_a_promise_is_left_alone(said: str) -> None:
    assert codes(said, language="en" if said.isascii() else "zh") == set()


def test_a_promise_beside_a_denial_is_found_all_the_same() -> None:
    found = look("本产品非保本，但我保证它保本，有风险。")
    assert [(each.words, each.start) for each in found] == [("保本", 12)]


def test_a_benchmark_and_the_past_need_their_words() -> None:
    assert codes("业绩比较基准 3.2%。投资有风险。") == {"benchmark"}
    assert codes("过往业绩良好。投资有风险。") == {"past"}


@pytest.mark.parametrize(
    ("product_class", "missing"),
    [
        ("fund", {"says_risk", "market", "liquidity", "credit", "policy", "net_value", "loss", "suitable"}),
        ("bond", {"says_risk", "market", "liquidity", "credit", "policy", "rates"}),
        ("insurance", {"says_risk", "liquidity", "cover", "premium", "surrender", "suitable"}),
        ("structured", {"says_risk", "market", "liquidity", "credit", "policy", "loss", "suitable"}),
        ("wealth", {"says_risk", "market", "liquidity", "credit", "policy", "net_value", "loss", "suitable"}),
        ("time_deposit", set()),
    ],
)
def test_a_disclosure_must_name_the_risks_of_its_class(product_class: str, missing: set[str]) -> None:
    """D-18, D-19, D-20."""
    assert codes("请阅读本文件。", kind="risk_disclosure", product_class=product_class) == missing


def test_superlatives_warn_and_do_not_forbid() -> None:
    assert {(each.code, each.level) for each in look("业内第一，投资有风险。")} == {("superlative", "warn")}


@pytest.mark.parametrize(
    "value", [[{"code": "x"}], [{"code": "x", "words": [], "why": "y", "why_en": "y"}], ["x"], [{"strange": 1}]]
)
def test_a_rule_that_is_not_whole_is_refused(value: list[Any]) -> None:
    for parse in (parse_forbidden, parse_required, parse_points):
        with pytest.raises(ValueError, match=r"\w"):
            parse(value)


@given(st.text(max_size=200))
def test_places_lie_within_the_text_and_never_overlap(body: str) -> None:
    placed = [each for each in look(body) if each.placed]
    assert all(0 <= each.start < each.end <= len(body) for each in placed)
    assert all(one.end <= two.start for one, two in itertools.pairwise(placed))
