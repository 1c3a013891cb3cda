"""The matching decision: a case for each reason, and what holds for all facts. No database."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kexin.core.policy import convert, policy_types
from kexin.suitability.matching.choices import MatchOutcome, Purpose, SaleChannel
from kexin.suitability.matching.facts import (
    AskFacts,
    CustomerFacts,
    MatchFacts,
    ProductFacts,
    SellerFacts,
    as_json,
)
from kexin.suitability.matching.policies import MatchingPolicy, parse_matrix
from kexin.suitability.matching.reasons import REASONS, Finding, cooling_words, told
from kexin.suitability.matching.rules import decide
from kexin.suitability.matching.shares import parse_scales

SHIPPED = Path(__file__).resolve().parents[1] / "policies.yaml"
VALUES = next(e for e in yaml.safe_load(SHIPPED.read_text("utf-8")) if e["code"] == "suitability.matching")["values"]
TODAY = dt.date(2026, 3, 9)
DAY = dt.timedelta(days=1)


def policy(**changes: Any) -> MatchingPolicy:
    values = {**VALUES, **changes}
    shapes = policy_types["suitability.matching"].shapes
    return MatchingPolicy(**{shape.name: convert(shape, values[shape.name]) for shape in shapes})


RULES = policy()
LOOSE = policy(stricter=False)
PRODUCT = ProductFacts(
    1, "LC001", "wealth", "investment", False, 2, "admitted", True, term_days=180, minimum=Decimal(10_000)
)
CUSTOMER = CustomerFacts(
    7,
    individual=True,
    active=True,
    standing="valid",
    tolerance=3,
    age=40,
    assessment_id=5,
    valid_until=TODAY + 100 * DAY,
    horizon="c",
    assets=Decimal(500_000),
    document_until=TODAY + 900 * DAY,
    experience=5,
    objective="high_growth",
)
ASK = AskFacts(Purpose.SALE, SaleChannel.BRANCH, TODAY, Decimal(20_000))
SELLER = SellerFacts(3)


def facts(**changes: Any) -> MatchFacts:
    """Facts that allow, with changes given as ``product={…}, customer={…}, ask={…}, seller={…}``."""
    parts = {"product": PRODUCT, "customer": CUSTOMER, "ask": ASK, "seller": SELLER}
    return MatchFacts(**{name: dataclasses.replace(part, **changes.get(name, {})) for name, part in parts.items()})


FUND = {"product_class": "fund", "regime": "securities", "grade": 4}
POLICY = {
    "product_class": "insurance", "regime": "insurance", "grade": 2, "term_days": 3650, "insurance_kind": "ordinary",
}  # fmt: skip
LINKED = {**POLICY, "insurance_kind": "unit_linked"}
PLAIN = {**POLICY, "grade": None}
STRANGER = {"tolerance": None, "valid_until": None, "standing": "none", "assets": None}
FIRM = {"individual": False, "age": None, "assets": Decimal(90_000_000), "scale": "large"}
NEEDS = {"needs_known": True, "income": Decimal(100_000), "budget": Decimal(30_000)}


@pytest.mark.parametrize(
    ("changes", "refusals", "conditions"),
    [
        ({}, [], []),
        ({"customer": {"active": False}}, ["customer_state"], []),
        ({"customer": {"document_until": None}}, ["identity_missing"], []),
        ({"customer": {"document_until": TODAY - DAY}}, ["identity_expired"], []),
        ({"customer": {"document_until": TODAY}}, [], []),  # the last day is valid
        ({"customer": {"document_until": None, "document_long_term": True}}, [], []),
        ({"customer": {"restrictions": ("list",)}}, ["restricted"], []),
        ({"ask": {"purpose": Purpose.MESSAGE}}, ["consent_missing"], []),
        ({"ask": {"purpose": Purpose.MESSAGE}, "customer": {"consents": ("message",)}}, [], []),
        ({"customer": {"age": None}}, ["age_unknown"], []),
        ({"customer": {"age": None, "individual": False}}, [], []),
        ({"customer": {"capacity": "none"}}, ["no_capacity"], []),
        ({"customer": {"capacity": "limited", "guardian_consents": True}}, [], []),
        ({"customer": {"capacity": "limited"}}, ["guardian_needed"], []),
        (
            {"customer": {"capacity": "limited", "guardian_consents": True}, "product": {"grade": 3}},
            ["limited_capacity"],
            [],
        ),
        ({"customer": {"elder": True, "age": 65}, "product": {"grade": 3}}, [], ["elder_care"]),
        ({"customer": {"tolerance": None, "valid_until": None, "standing": "none"}}, ["assessment_missing"], []),
        ({"customer": {"valid_until": TODAY}}, [], []),
        ({"customer": {"valid_until": TODAY - DAY}}, ["assessment_expired"], []),
        ({"customer": {"tolerance": None, "standing": "unconfirmed"}}, ["assessment_unconfirmed"], []),
        ({"product": {"grade": None}}, ["grade_missing"], []),
        ({"product": {"grade": 6}}, ["pair_undefined"], []),
        ({"product": {"grade": 4}}, ["grade_above"], []),
        ({"product": {"grade": 4}, "ask": {"insists": True}}, ["grade_above", "insist_forbidden"], []),
        ({"product": FUND, "ask": {"insists": True}}, ["grade_above", "insist_stricter"], []),
        ({"customer": {"lowest": True, "tolerance": 1}, "product": {"grade": 1}}, [], []),
        ({"customer": {"lowest": True, "tolerance": 2}}, ["lowest_class"], []),
        ({"customer": {"exempt": True, "tolerance": None}, "product": {"grade": 3}}, [], []),
        ({"customer": {"assets": None}}, ["assets_unknown"], []),
        ({"customer": {"horizon": ""}}, ["horizon_unknown"], []),
        ({"customer": {"horizon": "a"}, "product": {"term_days": 400}}, ["term_over_horizon"], []),
        ({"customer": {"age": 79}, "product": {"term_days": 1000}}, [], ["age_at_end"]),
        ({"product": {"private": True}}, ["not_qualified"], ["cooling_off"]),
        ({"product": {"private": True}, "customer": {"qualified_until": TODAY}}, [], ["cooling_off"]),
        ({"product": {"state": "suspended"}}, ["product_state"], []),
        ({"product": {"on_sale": False}}, ["product_state"], []),
        ({"product": {"quota_left": Decimal(19_999)}}, ["quota"], []),
        ({"ask": {"amount": Decimal(9_999)}}, ["below_minimum"], []),
        ({"ask": {"amount": Decimal("0.001")}}, ["amount"], []),
        ({"ask": {"amount": Decimal("1e15")}}, ["amount"], []),
        ({"ask": {"amount": Decimal("NaN")}}, ["amount"], []),
        ({"ask": {"channel": SaleChannel.THIRD_PARTY}}, ["channel"], []),
        ({"product": {"regime": "moon"}}, ["regime_unknown"], []),
        ({"seller": {"employee_id": None}}, ["seller_unknown"], []),
        ({"seller": {"employee_id": None, "needed": False}}, [], []),
        ({"seller": {"reasons": (("certificate_expired", "到期"),)}}, ["seller"], []),
        ({"product": POLICY}, ["needs_missing"], ["cooling_off"]),
        ({"product": POLICY, "customer": NEEDS}, [], ["cooling_off"]),
        (
            {"product": LINKED, "customer": NEEDS, "ask": {"payment_years": 10}},
            [],
            ["cooling_off"],
        ),
        (
            {
                "product": LINKED,
                "customer": NEEDS,
                "ask": {"payment_years": 10, "amount": Decimal("20000.01")},  # more than a fifth of the income
            },
            [],
            ["insurance_declaration", "cooling_off"],
        ),
        (
            {
                "product": LINKED,
                "customer": {**NEEDS, "age": 66},
                "ask": {"payment_years": 9},  # 66 and 9 years are 75
            },
            [],
            ["insurance_declaration", "cooling_off"],
        ),
        (
            {"product": {**POLICY, "grade": 4}, "customer": NEEDS, "ask": {"insists": True}},
            [],
            ["insist_confirmation", "cooling_off"],
        ),
        ({"product": LINKED, "customer": NEEDS}, ["payment_years_unknown"], ["cooling_off"]),
        (
            {"product": {**LINKED, "grade": None}, "customer": NEEDS, "ask": {"payment_years": 10}},
            ["grade_missing"],
            ["cooling_off"],
        ),
        (
            {"product": {**PLAIN, "insurance_kind": ""}, "customer": NEEDS, "ask": {"payment_years": 10}},
            ["grade_missing"],
            ["cooling_off"],
        ),  # a kind that nobody knows counts as uncertain
        ({"product": PLAIN, "customer": {**NEEDS, **STRANGER}}, [], ["cooling_off"]),  # certain benefits: no grade
        ({"product": {**PLAIN, "term_days": 365}, "customer": STRANGER}, [], []),  # Art. 40: a year or less
        ({"product": {**PLAIN, "term_days": 366}, "customer": STRANGER}, ["needs_missing"], ["cooling_off"]),
        ({"product": {**PLAIN, "insurance_kind": "property"}, "customer": STRANGER}, [], []),
        ({"product": {**LINKED, "term_days": 300}, "customer": {}}, ["needs_missing"], ["cooling_off"]),
        ({"product": {**PLAIN, "cooling_hours": 480}, "customer": NEEDS}, [], ["cooling_off"]),
        ({"product": {"rate": None}}, ["rate_missing"], []),
        (
            {"product": {"grade": 3, "rate": Decimal("7")}, "customer": {"assets": Decimal(50_000)}},
            [],
            ["concentration_near"],
        ),  # 140,000 of 190,000
        ({"product": {"product_class": "time_deposit", "regime": "none", "grade": None}}, [], []),
        ({"customer": FIRM, "ask": {"amount": Decimal(49_999_999)}}, [], []),
        ({"customer": FIRM, "ask": {"amount": Decimal(50_000_000)}}, [], ["scale_approval"]),
        ({"customer": {**FIRM, "scale": "micro"}, "ask": {"amount": Decimal(999_999)}}, [], []),
        ({"customer": {**FIRM, "scale": "micro"}, "ask": {"amount": Decimal(1_000_000)}}, [], ["scale_senior"]),
        ({"customer": {**FIRM, "scale": "unknown"}, "ask": {"amount": Decimal(1_000_000)}}, [], ["scale_senior"]),
        ({"customer": {**FIRM, "scale": ""}, "ask": {"amount": Decimal(90_000_000)}}, [], []),  # no enterprise
        ({"customer": {**FIRM, "scale": "micro"}, "ask": {"amount": None}}, [], []),
        (
            {
                "customer": {**FIRM, "scale": "small"},
                "product": {"rate": Decimal(7)},
                "ask": {"amount": Decimal(500_000)},
            },
            [],
            ["scale_senior"],
        ),
        (
            {"customer": {**FIRM, "scale": "micro"}, "ask": {"amount": Decimal(5_000_000), "purpose": Purpose.HOLDING}},
            [],
            [],
        ),
    ],
)
def test_each_reason(changes, refusals, conditions):
    verdict = decide(facts(**changes), RULES)
    assert ([e.code for e in verdict.refusals], [e.code for e in verdict.conditions]) == (refusals, conditions)


def test_funds_may_be_insisted_on_after_a_warning_where_the_institution_is_not_stricter():
    verdict = decide(facts(product=FUND, ask={"insists": True}), LOOSE)
    assert (verdict.outcome, verdict.conditions[0].code) == (MatchOutcome.CONDITIONS, "insist_warning")
    lowest = facts(product=FUND, customer={"lowest": True, "tolerance": 1}, ask={"insists": True})
    assert [each.code for each in decide(lowest, LOOSE).refusals] == ["lowest_class"]
    recommended = facts(product=FUND, ask={"insists": True, "purpose": Purpose.RECOMMENDATION})
    assert [each.code for each in decide(recommended, LOOSE).refusals] == ["grade_above"]


def test_concentration_counts_what_is_held_already():
    held = {4: Decimal(200_000), 2: Decimal(200_000)}
    near = decide(facts(product={"grade": 4}, customer={"tolerance": 5, "held_by_grade": held}), RULES)
    assert [each.code for each in near.conditions] == ["concentration_near"]  # 220,000 of 520,000
    over = facts(product={"grade": 4}, customer={"tolerance": 5, "held_by_grade": {4: Decimal(400_000)}})
    (reason,) = decide(over, RULES).refusals
    assert (reason.code, str(reason.values["share"])) == ("concentration", "80.8")


@pytest.mark.parametrize(
    ("scale", "codes"),
    [
        ("large", ([], [])),
        ("medium", ([], ["concentration_near"])),
        ("small", ([], ["concentration_near"])),
        ("micro", (["scale_concentration"], [])),
        ("unknown", (["scale_concentration"], [])),
        ("", ([], ["concentration_near"])),
    ],
)
def test_the_size_of_an_enterprise_decides_its_share(scale, codes):
    firm = {**FIRM, "assets": Decimal(110_000), "tolerance": 5, "held_by_grade": {4: Decimal(40_000)}, "scale": scale}
    verdict = decide(facts(customer=firm, product={"grade": 4}), RULES)  # 60,000 of 130,000
    assert ([e.code for e in verdict.refusals], [e.code for e in verdict.conditions]) == codes
    for finding in verdict.refusals:
        stored = told(finding, "第十二条")
        assert stored["values"]["scale"] == scale
        assert ("微型" if scale == "micro" else "未知") in stored["words"]["zh"]
        assert ("Micro" if scale == "micro" else "not known") in stored["words"]["en"]


def test_an_older_version_without_sizes_treats_every_enterprise_alike():
    older = {name: value for name, value in VALUES.items() if name != "scales"}
    older["bases"] = {code: basis for code, basis in VALUES["bases"].items() if not code.startswith("scale_")}
    values = MatchingPolicy.from_older(older)
    assert values["scales"] == []
    assert set(values["bases"]) == set(REASONS)
    found = facts(customer={**FIRM, "scale": "micro"}, ask={"amount": Decimal(80_000_000)})
    assert decide(found, policy(scales=[])).conditions == ()


@pytest.mark.parametrize(
    ("size", "change", "words"),
    [
        (3, {"scale": "large"}, "each size"),
        (3, {"approve_from": 4_000_000}, "less care"),
        (1, {"senior": True, "approve_from": 10_000_000}, None),
        (3, {"senior": False}, "less care"),
        (3, {"shares": [{"grade": 4, "warn": 20, "most": 70}]}, "larger share"),
        (0, {"approve_from": "NaN"}, "numbers"),
        (3, {"senior": "yes"}, "true or false"),
    ],
)
def test_a_smaller_enterprise_is_never_treated_with_less_care(size, change, words):
    rows = [dict(each) for each in VALUES["scales"]]
    rows[size] |= change
    if words is None:
        assert parse_scales(rows)
        return
    with pytest.raises(ValueError, match=words):
        parse_scales(rows)


def test_the_three_checks_say_which_of_them_failed():
    verdict = decide(facts(customer={"document_until": None}, product={"grade": 5}), RULES)
    assert verdict.checks == {"identity": False, "tolerance": True, "product": False, "seller": True}


def test_every_reason_has_words_in_two_languages_and_a_basis():
    for code in REASONS:
        assert VALUES["bases"][code].strip()
    stored = told(decide(facts(product={"grade": 4}), RULES).refusals[0], "第十二条")
    assert "R4" in stored["words"]["zh"]
    assert "R4" in stored["words"]["en"]
    assert stored["words"]["zh"] != stored["words"]["en"]


def test_a_matrix_that_is_easier_for_riskier_products_is_refused():
    parse_matrix({3: {1: True}})  # pairs left out are undefined, not wrong
    with pytest.raises(ValueError, match="riskier"):
        parse_matrix({**VALUES["matrix"], 3: {1: True, 2: False, 3: True}})
    with pytest.raises(ValueError, match="tolerant"):
        parse_matrix({**VALUES["matrix"], 5: {1: True}})


def test_facts_are_stored_as_plain_values():
    stored = as_json(facts(customer={"held_by_grade": {4: Decimal("1.50")}}))
    assert stored["customer"]["held_by_grade"] == {"4": "1.50"}
    assert stored["ask"]["on"] == "2026-03-09"


SIZES = ("large", "medium", "small", "micro")
PLAIN_KINDS = ("ordinary", "property")
grades = st.sampled_from([None, 1, 2, 3, 4, 5])
amounts = st.one_of(st.none(), st.decimals(0, 2_000_000, places=2))
days = st.one_of(st.none(), st.dates(TODAY - 400 * DAY, TODAY + 400 * DAY))
all_facts = st.builds(
    MatchFacts,
    product=st.builds(
        ProductFacts,
        product_id=st.just(1),
        code=st.just("X"),
        product_class=st.sampled_from(["wealth", "fund", "insurance", "structured", "time_deposit"]),
        regime=st.sampled_from(["none", "investment", "securities", "insurance", "moon"]),
        private=st.booleans(),
        grade=grades,
        state=st.sampled_from(["admitted", "suspended", "draft"]),
        on_sale=st.booleans(),
        term_days=st.one_of(st.none(), st.integers(0, 4000)),
        minimum=amounts,
        quota_left=amounts,
        rate=st.sampled_from([None, Decimal(1), Decimal("7.1")]),
        insurance_kind=st.sampled_from(["", "ordinary", "universal", "property"]),
        cooling_hours=st.sampled_from([None, 24, 400]),
        return_form=st.sampled_from(["", "fixed_income", "mixed", "equity", "derivative"]),
    ),
    customer=st.builds(
        CustomerFacts,
        customer_id=st.just(7),
        individual=st.booleans(),
        active=st.booleans(),
        standing=st.sampled_from(["none", "valid", "expired", "unconfirmed", "exempt"]),
        tolerance=grades,
        lowest=st.booleans(),
        exempt=st.booleans(),
        elder=st.booleans(),
        age=st.one_of(st.none(), st.integers(0, 110)),
        capacity=st.sampled_from(["full", "limited", "none"]),
        guardian_consents=st.sampled_from([None, True, False]),
        valid_until=days,
        horizon=st.sampled_from(["", "a", "b", "e", "z"]),
        assets=amounts,
        held_by_grade=st.dictionaries(st.integers(1, 5), st.decimals(0, 900_000, places=2)),
        income=amounts,
        budget=amounts,
        needs_known=st.booleans(),
        qualified_until=days,
        document_until=days,
        document_long_term=st.booleans(),
        restrictions=st.sampled_from([(), ("list",)]),
        consents=st.sampled_from([(), ("message",)]),
        experience=st.sampled_from([None, 0, 2, 3, 4, 5]),
        objective=st.sampled_from(["", "preserve", "income", "growth", "high_growth"]),
        held_since=st.dictionaries(
            st.sampled_from(["wealth", "fund"]), st.dictionaries(st.integers(1, 5), st.just(TODAY - 500 * DAY))
        ),
        scale=st.sampled_from(["", "unknown", *SIZES]),
    ),
    seller=st.builds(
        SellerFacts,
        employee_id=st.sampled_from([None, 3]),
        needed=st.booleans(),
        reasons=st.sampled_from([(), (("x", "y"),)]),
    ),
    ask=st.builds(
        AskFacts,
        purpose=st.sampled_from(list(Purpose)),
        channel=st.sampled_from(list(SaleChannel)),
        on=st.just(TODAY),
        amount=amounts,
        insists=st.booleans(),
        payment_years=st.one_of(st.none(), st.integers(1, 40)),
    ),
)


@settings(max_examples=400, deadline=None)
@given(found=all_facts, grade=st.integers(1, 4), loose=st.booleans())
def test_raising_the_grade_never_turns_a_refusal_into_an_allowance(found, grade, loose):
    rules = LOOSE if loose else RULES
    lower, higher = (
        decide(dataclasses.replace(found, product=dataclasses.replace(found.product, grade=each)), rules)
        for each in (grade, grade + 1)
    )
    assert not lower.refusals or higher.refusals
    assert {each.code for each in lower.refusals} <= {each.code for each in higher.refusals}


@settings(max_examples=300, deadline=None)
@given(found=all_facts, sizes=st.sampled_from([("large", "medium"), ("medium", "small"), ("small", "micro")]))
def test_a_smaller_enterprise_never_has_it_easier(found, sizes):
    larger, smaller = (
        decide(dataclasses.replace(found, customer=dataclasses.replace(found.customer, scale=each)), RULES)
        for each in sizes
    )
    assert {each.code for each in larger.refusals} <= {each.code for each in smaller.refusals}
    asked = {"scale_approval", "scale_senior"}
    assert not {e.code for e in larger.conditions} & asked or {e.code for e in smaller.conditions} & asked


@settings(max_examples=300, deadline=None)
@given(found=all_facts, loose=st.booleans())
def test_a_refusal_has_reasons_and_missing_facts_never_allow(found, loose):
    verdict = decide(found, LOOSE if loose else RULES)
    assert (verdict.outcome == MatchOutcome.REFUSE) == bool(verdict.refusals)
    for finding in (*verdict.refusals, *verdict.conditions):
        assert finding.text.strip()
    customer, product = found.customer, found.product
    if product.regime == "none" or verdict.refusals:
        return
    assert product.grade is not None or (product.regime == "insurance" and product.insurance_kind in PLAIN_KINDS)
    assert customer.document_until is not None or customer.document_long_term
    graded = product.grade is not None
    assert customer.exempt or customer.tolerance is not None or not graded
    assert found.ask.purpose == Purpose.HOLDING or customer.assets is not None or not graded
    assert not product.private or customer.qualified_until is not None


def test_one_decision_takes_less_than_a_millisecond():
    found = facts(customer={"tolerance": 5, "held_by_grade": {n: Decimal(10) for n in range(1, 6)}})
    decide(found, RULES)
    start = time.process_time()
    for _turn in range(500):
        decide(found, RULES)
    assert (time.process_time() - start) / 500 < 0.001


def test_the_right_to_withdraw_is_the_rules_least_or_what_the_product_says():
    def told_hours(**product):
        verdict = decide(facts(product={"private": True, **product}, customer={"qualified_until": TODAY}), RULES)
        return [each.values["hours"] for each in verdict.conditions if each.code == "cooling_off"]

    assert told_hours() == [24]
    assert told_hours(cooling_hours=72) == [72]
    assert told_hours(cooling_hours=12) == [24]  # never shorter than the rule
    assert told_hours(private=False) == []
    assert told_hours(private=False, cooling_hours=48) == [48]  # what the product promises holds


def test_a_version_from_before_reads_on_with_what_came_later():
    old = {name: value for name, value in VALUES.items() if name not in ("graded", "uncertain", "needs_free_days")}
    old = {**old, "needs_free": [], "bases": {c: b for c, b in VALUES["bases"].items() if c != "rate_missing"}}
    known = MatchingPolicy.from_older(old)
    assert (known["needs_free"], known["needs_free_days"]) == ([], 365)
    assert set(known["bases"]) == set(REASONS)


@pytest.mark.parametrize(
    ("hours", "insurance", "zh", "en"),
    [
        (24, False, "投资冷静期：签署后 24 小时内可撤销该笔购买。", "for 24 hours after signing"),
        (48, False, "投资冷静期：签署后 2 天内可撤销该笔购买。", "for 2 days after signing"),
        (360, True, "犹豫期：自收到保单起 15 天内可退保。", "15 days from the policy on"),
    ],
)
def test_the_right_to_withdraw_is_called_by_its_name_in_both_languages(
    hours: int, insurance: bool, zh: str, en: str
) -> None:
    words = told(Finding("cooling_off", {"words": cooling_words(hours, insurance), "hours": hours}), "")["words"]
    assert words["zh"] == zh
    assert en in words["en"]
