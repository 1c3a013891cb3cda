"""Every fact that an opinion stores has a name and a value to read, in both languages."""

from __future__ import annotations

import dataclasses

import pytest
from django.utils import translation

from kexin.suitability.matching.facts import AskFacts, CustomerFacts, ProductFacts, SellerFacts
from kexin.suitability.ui.fact_words import NAMES, facts_told

PARTS = {"ask": AskFacts, "customer": CustomerFacts, "product": ProductFacts, "seller": SellerFacts}


def test_every_stored_fact_has_a_name_and_no_name_is_left_over() -> None:
    stored = {f"{part}.{each.name}" for part, kind in PARTS.items() for each in dataclasses.fields(kind)}
    assert set(NAMES) == stored


def test_facts_read_in_order_and_in_words() -> None:
    facts = {
        "product": {"quota_left": None, "minimum": "10000.00", "product_class": "fund", "grade": 3, "on_sale": True},
        "customer": {
            "held_since": {"fund": {"3": "2026-06-08"}},
            "held_by_grade": {"3": "114697.90"},
            "consents": ["sms", "from_elsewhere"],
            "age": None,
            "scale": "",
            "later": "kept",
        },
        "seller": {"reasons": [["expired", "证书已过期"]], "needed": False},
    }
    with translation.override("en"):
        told = {part: dict(lines) for part, lines in facts_told(facts)}
        assert list(told) == ["The customer", "The product", "The seller"]
        assert list(told["The customer"].items()) == [
            ("Age", "not known"),
            ("Held, by grade", "R3 114,697.90"),
            ("Agreed to offers by", "SMS · from_elsewhere"),
            ("Held since", "Fund R3 2026-06-08"),
            ("Size of the enterprise", "–"),
            ("later", "kept"),
        ]
        assert told["The product"] == {
            "Class": "Fund",
            "Grade of risk": "R3",
            "On sale that day": "Yes",
            "Least amount": "10,000.00",
            "Quota left": "without limit",
        }
        assert told["The seller"] == {"A certified seller is needed": "No", "Against the seller": "证书已过期"}
    with translation.override("zh-hans"):
        assert dict(facts_told(facts))["产品"][0] == ("类别", "基金")


@pytest.mark.django_db
def test_a_horizon_is_told_by_the_longest_term_it_allows() -> None:
    with translation.override("en"):
        assert facts_told({"customer": {"horizon": "c"}})[0][1] == [
            ("Horizon, as answered", "answer c: terms up to 1,095 days")
        ]
        assert facts_told({"customer": {"horizon": "z"}})[0][1] == [("Horizon, as answered", "z")]
