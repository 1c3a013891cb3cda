"""Nodes in their order, files that count, inspections that cite the second, ranges: without a database."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.sales.recordings import rules
from kexin.sales.recordings.choices import NodeKind, NodeResult, RecordingState
from kexin.sales.recordings.policies import parse_nodes, parse_percents, parse_years
from kexin.sales.recordings.rules import Limits, Mark, Node

NODES = tuple(Node(code, NodeKind.QUESTION, "问", "ask") for code in ("consent", "identity", "risk"))
LIMITS = Limits(seconds=600, piece=1000, whole=10_000, rate=10)
D = Decimal


def mark(code: str, began: str, ended: str, result: NodeResult = NodeResult.YES) -> Mark:
    return Mark(code, D(began), D(ended), result)


WHOLE = [mark("consent", "0", "5"), mark("identity", "5", "9.5"), mark("risk", "10", "20")]


def codes(decision: object) -> list[str]:
    return [each.code for each in decision.reasons]  # type: ignore[attr-defined]


def test_without_consent_nothing_is_recorded() -> None:
    assert rules.may_begin(consented=True, is_recorded=False)
    assert codes(rules.may_begin(consented=False, is_recorded=False)) == ["consent"]
    assert codes(rules.may_begin(consented=True, is_recorded=True)) == ["recorded"]


def test_no_node_is_skipped_and_an_unclear_answer_is_asked_again() -> None:
    assert rules.next_node(NODES, []) == NODES[0]
    assert codes(rules.may_mark(NODES, [], mark("identity", "0", "5"), 600)) == ["turn"]
    unclear = [mark("consent", "0", "5", NodeResult.UNCLEAR)]
    assert rules.next_node(NODES, unclear) == NODES[0]
    assert codes(rules.may_mark(NODES, unclear, mark("consent", "4", "9"), 600)) == ["began"]
    again = [*unclear, mark("consent", "5", "9")]
    assert rules.may_mark(NODES, unclear, again[-1], 600)
    assert rules.next_node(NODES, again) == NODES[1]
    assert codes(rules.may_mark(NODES, again, mark("consent", "9", "12"), 600)) == ["turn"]
    assert codes(rules.may_mark(NODES, WHOLE, mark("risk", "20", "30"), 600)) == ["turn"]
    assert codes(rules.may_mark(NODES, [], mark("consent", "0", "0.4"), 600)) == ["ended"]
    assert codes(rules.may_mark(NODES, [], mark("consent", "0", "601"), 600)) == ["longest"]


@given(st.lists(st.tuples(st.sampled_from(["consent", "identity", "risk", "x"]), st.sampled_from(NodeResult))))
def test_whatever_is_tried_the_marks_that_count_follow_the_script(tried: list[tuple[str, NodeResult]]) -> None:
    marks: list[Mark] = []
    for number, (code, result) in enumerate(tried):
        each = Mark(code, D(number), D(number + 1), result)
        if rules.may_mark(NODES, marks, each, 10_000):
            marks.append(each)
    counted = [each.code for each in rules.settled(marks)]
    assert counted == [node.code for node in NODES][: len(counted)]
    complete = rules.may_complete(NODES, marks, D(len(tried) + 1), 100_000, LIMITS)
    assert ("nodes" in codes(complete)) == (len(counted) < len(NODES))


@pytest.mark.parametrize(
    ("marks", "seconds", "size", "expected"),
    [
        (WHOLE, "21", 500, []),
        (WHOLE[:2], "21", 500, ["nodes"]),
        (WHOLE, "19.9", 500, ["seconds"]),
        (WHOLE, "601", 9000, ["longest"]),
        (WHOLE, "21", 0, ["empty"]),
        (WHOLE, "21", 209, ["thin"]),
        ([], "0", 500, ["nodes", "seconds"]),
    ],
)
def test_a_recording_counts_when_all_of_it_is_there(
    marks: list[Mark], seconds: str, size: int, expected: list[str]
) -> None:
    assert codes(rules.may_complete(NODES, marks, D(seconds), size, LIMITS)) == expected


@pytest.mark.parametrize(
    ("number", "size", "total", "expected"),
    [
        (3, 1000, 3000, []),
        (4, 10, 0, ["number"]),
        (-1, 10, 0, ["number"]),
        (3, 0, 0, ["size"]),
        (3, 1001, 0, ["size"]),
        (3, 1000, 9001, ["largest"]),
    ],
)
def test_pieces_come_one_after_the_other(number: int, size: int, total: int, expected: list[str]) -> None:
    assert codes(rules.may_take_piece(number=number, expected=3, size=size, total=total, limits=LIMITS)) == expected


def test_the_whole_is_known_by_its_pieces() -> None:
    one, two = (hashlib.sha256(each).hexdigest() for each in (b"a", b"b"))
    assert rules.whole_digest([one, two]) == hashlib.sha256(bytes.fromhex(one + two)).hexdigest()
    assert rules.whole_digest([one, two]) != rules.whole_digest([two, one])


@pytest.mark.parametrize(
    ("media", "head", "allowed"),
    [
        ("video/webm", b"\x1aE\xdf\xa3\x9f", True),
        ("audio/mp4", b"\x00\x00\x00\x20ftypisom", True),
        ("audio/ogg", b"OggS\x00", True),
        ("video/webm", b"%PDF-1.7", False),
        ("video/mp4", b"", False),
        ("text/html", b"\x1aE\xdf\xa3", False),
    ],
)
def test_a_file_is_what_it_says(media: str, head: bytes, allowed: bool) -> None:
    assert rules.is_media(media, head).allowed == allowed


def test_chance_chooses_as_many_as_the_rate_says() -> None:
    assert sum(rules.is_sampled(draw, 30) for draw in range(100)) == 30
    assert not rules.is_sampled(0, 0)


def test_nobody_inspects_an_own_sale_nor_twice_nor_what_is_not_complete() -> None:
    done = RecordingState.DONE
    assert rules.may_inspect(done, by_seller=False, is_inspected=False)
    assert codes(rules.may_inspect(done, by_seller=True, is_inspected=False)) == ["seller"]
    assert codes(rules.may_inspect(done, by_seller=False, is_inspected=True)) == ["inspected"]
    assert codes(rules.may_inspect(RecordingState.OPEN, by_seller=False, is_inspected=False)) == ["state"]


def test_a_fault_cites_its_second() -> None:
    assert rules.may_find(False, None, "", D(60))
    assert rules.may_find(True, D("59.9"), "没有出示证件", D(60))
    assert codes(rules.may_find(True, None, " ", D(60))) == ["second", "reason"]
    assert codes(rules.may_find(True, D("60.1"), "x", D(60))) == ["second"]


def test_a_recording_is_kept_after_the_relation_has_ended() -> None:
    kept, day = dt.date(2031, 11, 22), dt.date(2040, 1, 1)
    assert not rules.may_forget(day, kept_until=kept, ended_on=None, years=5)
    assert not rules.may_forget(day, kept_until=kept, ended_on=dt.date(2036, 1, 1), years=5)
    assert rules.may_forget(day, kept_until=kept, ended_on=dt.date(2035, 1, 1), years=5)
    assert not rules.may_forget(dt.date(2031, 11, 21), kept_until=kept, ended_on=dt.date(2026, 1, 1), years=5)
    assert rules.years_after(dt.date(2024, 2, 29), 5) == dt.date(2029, 3, 1)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("bytes=0-", (0, 99)),
        ("bytes=10-19", (10, 19)),
        ("bytes=90-500", (90, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-500", (0, 99)),
        ("bytes=0-1,5-6", None),
        ("bytes=5-4", None),
        ("bytes=a-b", None),
        ("bytes=-", None),
        ("lines=0-1", None),
        ("bytes=\u0661-", None),
    ],
)
def test_ranges(header: str, expected: tuple[int, int] | None) -> None:
    assert rules.parse_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_ranges_behind_the_end(header: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        rules.parse_range(header, 100)


NODE = {"code": "a", "kind": "identity", "text": "核对", "text_en": "compare"}
ASK, SHOW = {**NODE, "code": "b", "kind": "question"}, {**NODE, "code": "c", "kind": "document"}


def test_a_script_compares_asks_and_shows_for_every_class() -> None:
    found = parse_nodes([NODE, ASK, SHOW, {**NODE, "code": "d", "classes": ["fund"]}])
    assert [(node.code, classes) for node, classes in found][-1] == ("d", ("fund",))
    for wrong in (
        [NODE, ASK],
        [NODE, ASK, SHOW, NODE],
        [NODE, ASK, {**SHOW, "classes": ["fund"]}],
        [NODE, ASK, {**SHOW, "kind": "dance"}],
        [NODE, ASK, {**SHOW, "text_en": ""}],
        [NODE, ASK, {**SHOW, "code": "C!"}],
        [NODE, ASK, SHOW, {**NODE, "code": "d", "classes": ["yacht"]}],
        ["x"],
    ):
        with pytest.raises(ValueError, match=r"\w"):
            parse_nodes(wrong)


def test_rates_and_years_are_whole_and_named() -> None:
    assert parse_percents({"fund": 100}) == {"fund": 100}
    assert parse_years({"none": 5, "investment": 5, "securities": 20, "insurance": 10})["securities"] == 20
    for wrong in ({"fund": 101}, {"fund": True}, {"yacht": 1}):
        with pytest.raises(ValueError, match=r"\w"):
            parse_percents(wrong)
    with pytest.raises(ValueError, match=r"\w"):
        parse_years({"none": 5})
