"""What a signature may be called, and which drawings count: rules without a database."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kexin.core.errors import RuleViolation
from kexin.sales.signatures.choices import ProofMethod, SignatureKind
from kexin.sales.signatures.drawing import read_drawing
from kexin.sales.signatures.rules import BASIS, SigningFacts, is_reliable, kind_of

FACTS = st.builds(
    SigningFacts, st.sampled_from(ProofMethod), st.booleans(), st.booleans(), st.booleans(), st.booleans()
)


@given(FACTS)
def test_a_code_alone_is_never_more_than_a_simple_signature(facts: SigningFacts) -> None:
    if facts.proof == ProofMethod.CODE:
        assert kind_of(facts) == SignatureKind.SIMPLE
        assert not is_reliable(facts)


@given(FACTS)
def test_what_is_reliable_has_every_condition_of_the_law(facts: SigningFacts) -> None:
    decision = is_reliable(facts)
    if decision:
        assert facts.certified
        assert facts.proof_kept
        assert facts.licensed or facts.agreed
    assert {reason.code for reason in decision.reasons} <= BASIS.keys()
    assert (kind_of(facts) == SignatureKind.RELIABLE) == decision.allowed


@pytest.mark.parametrize(
    ("proof", "kept", "certified", "licensed", "agreed", "kind"),
    [
        ("app", True, True, True, False, "reliable"),
        ("face", True, True, False, True, "reliable"),
        ("counter", True, True, False, False, "certified"),
        ("app", False, True, True, True, "simple"),
        ("app", True, False, True, True, "simple"),
        ("code", True, True, True, True, "simple"),
    ],
)
def test_cases(proof: str, kept: bool, certified: bool, licensed: bool, agreed: bool, kind: str) -> None:
    assert kind_of(SigningFacts(ProofMethod(proof), kept, certified, licensed, agreed)) == kind


def drawn(**changes: Any) -> str:
    strokes = [[[20 + 10 * i, 40 + (i % 3) * 9.55, 15 * i] for i in range(12)], [[150, 60, 400], [180, 30, 440]]]
    return json.dumps({"width": 320, "height": 160, "strokes": strokes} | changes)


def test_a_drawing_becomes_a_picture_and_one_fingerprint() -> None:
    drawing = read_drawing(drawn())
    assert drawing.svg.startswith("<svg ")
    assert drawing.svg.count("M") == 2
    assert drawing.digest == read_drawing(drawing.text).digest
    assert drawing.digest != read_drawing(drawn(height=161)).digest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "null",
        "[]",
        "{",
        "[" * 100_000,
        "x" * 200_001,
        drawn(strokes=[]),
        drawn(strokes=[[[5, 5, 0]] * 50]),
        drawn(strokes=[[[5, 5]] * 50]),
        drawn(strokes=[[[5 + i, 400, i] for i in range(90)]]),
        drawn(strokes=[[[5 + i, 40, 90 - i] for i in range(90)]]),
        drawn(strokes=[[[5 + i, 40, 1e99] for i in range(90)]]),
        drawn(strokes=[[[i % 300, 40, i] for i in range(9_000)]]),
        drawn(strokes=[[["1", 40, i] for i in range(90)]]),
        drawn(width=10),
        drawn(width=1e308),
        '{"width": 320, "height": 160, "strokes": [[[NaN, 1, 1], [Infinity, 1, 1]]]}',
    ],
    ids=str,
)
def test_what_is_no_signature_is_refused_at_the_field(text: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        read_drawing(text)
    assert set(caught.value.fields) == {"drawing"}


@settings(max_examples=30)
@given(st.text(max_size=200) | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_whatever_a_device_sends_is_read_or_refused(text: str) -> None:
    with pytest.raises(RuleViolation):
        read_drawing(text)
