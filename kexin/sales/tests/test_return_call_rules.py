"""Return calls as rules: sheets, what contradicts, when the unreached are called again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kexin.sales.followup import policies
from kexin.sales.followup.choices import CallState
from kexin.sales.followup.rules import (
    contradicted,
    is_calling_time,
    may_answer,
    may_put_off,
    next_attempt,
    sheet_for,
)
from kexin.sales.oversight.rules import may_settle

UTC = dt.UTC
SLOTS = (dt.time(9, 30), dt.time(14, 30), dt.time(18, 30))
SHIPPED = yaml.safe_load((Path(policies.__file__).parents[1] / "policies.yaml").read_text(encoding="utf-8"))
CALLS = next(each["values"] for each in SHIPPED if each["code"] == "sales.return_calls")
SHEETS = policies.parse_sheets(CALLS["sheets"])
FINE = {"own_will": "yes", "what_bought": "product", "risk": "explained", "promise": "none", "texts": "seen"}


def test_insurance_has_a_sheet_of_its_own_and_every_other_class_the_general_one() -> None:
    assert sheet_for(SHEETS, "insurance").code == "insurance"
    assert {sheet_for(SHEETS, each).code for each in ("wealth", "fund", "gold")} == {"general"}
    with pytest.raises(LookupError):
        sheet_for(SHEETS[1:], "wealth")


@pytest.mark.parametrize(
    ("changed", "against"),
    [
        ({}, ()),
        ({"what_bought": "deposit"}, ("what_bought",)),
        ({"risk": "not_explained"}, ("risk",)),
        ({"own_will": "helped", "promise": "promised"}, ("own_will", "promise")),
    ],
)
def test_answers_that_contradict_the_sale(changed: dict[str, str], against: tuple[str, ...]) -> None:
    sheet = sheet_for(SHEETS, "wealth")
    answers = {**FINE, **changed}
    assert contradicted(sheet, answers) == against
    decision = may_answer(CallState.DUE, sheet, answers, "", by_seller=False)
    assert [reason.field for reason in decision.reasons] == (["note"] if against else [])
    assert may_answer(CallState.DUE, sheet, answers, "她说是存款", by_seller=False)


def test_every_question_is_answered_once_and_never_by_the_seller() -> None:
    sheet = sheet_for(SHEETS, "wealth")
    missing = may_answer(CallState.DUE, sheet, {**FINE, "risk": "perhaps"}, "", by_seller=False)
    assert [reason.field for reason in missing.reasons] == ["risk"]
    codes = {reason.code for reason in may_answer(CallState.DONE, sheet, FINE, "", by_seller=True).reasons}
    assert codes == {"seller", "state"}
    strange = may_answer(CallState.DUE, sheet, {**FINE, "colour": "red"}, "x" * 501, by_seller=False)
    assert {reason.code for reason in strange.reasons} == {"unknown", "long"}


def test_the_unreached_are_called_at_another_time_of_day_on_working_days() -> None:
    friday = dt.datetime(2026, 11, 20, 10, tzinfo=UTC)
    ask = {"most": 5, "pause": dt.timedelta(hours=3), "slots": SLOTS, "is_working": lambda day: day.weekday() < 5}
    assert next_attempt(friday, 1, **ask) == friday.replace(hour=14, minute=30)  # type: ignore[arg-type]
    evening = friday.replace(hour=18, minute=40)
    assert next_attempt(evening, 2, **ask) == dt.datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # type: ignore[arg-type]
    assert next_attempt(evening, 5, **ask) is None  # type: ignore[arg-type]


@given(
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 72),
)
def test_the_next_attempt_never_comes_before_the_pause(at: dt.datetime, hours: int) -> None:
    pause = dt.timedelta(hours=hours)
    found = next_attempt(at, 1, most=2, pause=pause, slots=SLOTS, is_working=lambda day: day.weekday() < 5)
    assert found is not None
    assert at + pause <= found
    assert found.weekday() < 5


def test_a_moment_the_customer_named_lies_ahead() -> None:
    now = dt.datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert may_put_off("", now, now + dt.timedelta(days=2))
    for wrong in (now, now + dt.timedelta(days=61)):
        assert [each.field for each in may_put_off("", now, wrong).reasons] == ["next_at"]
    assert is_calling_time(now, dt.time(9), dt.time(20))
    assert not is_calling_time(now.replace(hour=20), dt.time(9), dt.time(20))


def _broken(change: str) -> list[dict[str, Any]]:
    option: dict[str, Any] = {"code": "a", "zh": "是", "en": "Yes"}
    other: dict[str, Any] = {"code": "b", "zh": "否", "en": "No", "contradicts": True}
    question: dict[str, Any] = {"code": "q", "zh": "问", "en": "Ask", "options": [option, other]}
    sheet: dict[str, Any] = {"code": "s", "classes": [], "questions": [question]}
    sheets = [sheet]
    if change == "one option":
        question["options"] = [option]
    elif change == "no right answer":
        option["contradicts"] = True
    elif change == "one language":
        question["en"] = " "
    elif change == "twice":
        sheets = [sheet, sheet]
    elif change == "no general sheet":
        sheet["classes"] = ["wealth"]
    elif change == "a question named like the note":
        question["code"] = "note"
    return sheets


def test_sheets_that_cannot_be_asked_are_refused() -> None:
    assert len(policies.parse_sheets(_broken(""))) == 1
    changes = ("one option", "no right answer", "one language", "twice", "no general sheet")
    for change in (*changes, "a question named like the note"):
        with pytest.raises(ValueError, match=r"."):
            policies.parse_sheets(_broken(change))
    for days in ({"insurance": 0}, {"insurance": "15"}, {"bread": 3}):
        with pytest.raises(ValueError, match="days"):
            policies.parse_class_days(days)
    for slots in ([], ["18:00", "09:00"], ["09:00", "09:00"]):
        with pytest.raises(ValueError, match="times"):
            policies.parse_slots(slots)


def test_an_item_is_settled_once_with_a_reason_and_never_by_the_seller() -> None:
    assert may_settle("open", "cleared", "同住夫妻", by_seller=False)
    wrong = may_settle("cleared", "open", " ", by_seller=True)
    assert {reason.code for reason in wrong.reasons} == {"seller", "state", "outcome", "reason"}
