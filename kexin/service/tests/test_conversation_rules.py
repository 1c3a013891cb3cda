"""Rules of conversations: pure functions."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.service.conversations.choices import HeldBack
from kexin.service.conversations.policies import parse_phrases, parse_replies
from kexin.service.conversations.rules import goes_on, held_back, may_say, not_before, promised

ZONE = ZoneInfo("Asia/Shanghai")
NINE, EIGHT = dt.time(21), dt.time(8)


@pytest.mark.parametrize(
    ("now", "free"),
    [
        ((9, 20, 59), (9, 20, 59)),
        ((9, 21, 0), (10, 8, 0)),
        ((9, 23, 59), (10, 8, 0)),
        ((10, 0, 0), (10, 8, 0)),
        ((10, 7, 59), (10, 8, 0)),
        ((10, 8, 0), (10, 8, 0)),
    ],
)
def test_nobody_is_disturbed_at_night(now: tuple[int, int, int], free: tuple[int, int, int]) -> None:
    moments = [dt.datetime(2026, 3, day, hour, minute, tzinfo=ZONE) for day, hour, minute in (now, free)]
    assert not_before(moments[0], NINE, EIGHT) == moments[1]


@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2030, 1, 1)), st.times(), st.times())
def test_the_free_moment_is_never_earlier_and_never_a_disturbing_one(
    now: dt.datetime, begins: dt.time, ends: dt.time
) -> None:
    begins, ends = begins.replace(tzinfo=None, fold=0), ends.replace(tzinfo=None, fold=0)
    free = not_before(now, begins, ends)
    assert now <= free <= now + dt.timedelta(days=1)
    assert not_before(free, begins, ends) == free


@pytest.mark.parametrize(
    ("name", "head", "media", "why"),
    [
        ("照片.jpg", b"\xff\xd8\xff", "image/jpeg", None),
        ("发票.pdf.exe", b"MZ\x90", "", HeldBack.PROGRAM),
        ("照片.jpg", b"MZ\x90", "", HeldBack.PROGRAM),
        ("run.sh", b"echo", "", HeldBack.PROGRAM),
        ("旧表.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "", HeldBack.MACROS),
        ("表.docm", b"PK\x03\x04", "", HeldBack.MACROS),
        ("压缩.zip", b"PK\x03\x04", "", HeldBack.UNKNOWN),
        ("图.png", b"\xff\xd8\xff", "image/jpeg", HeldBack.UNKNOWN),
    ],
)
def test_what_came_by_mail_is_looked_at(name: str, head: bytes, media: str, why: HeldBack | None) -> None:
    fits = name.endswith(".jpg") and media == "image/jpeg"
    assert held_back(name, head, media, ["image/jpeg", "image/png"], fits=fits) == why


def test_promises_are_found_whatever_their_blanks_and_case() -> None:
    assert promised("Guaranteed  Return!", ["guaranteed return"]) == ["guaranteed return"]
    assert not promised("收益不保证", ["保本保收益"])
    assert not may_say("", files=1).reasons
    assert may_say("", files=0).reasons
    assert may_say("长" * 4001, files=0).reasons


def test_a_closed_one_goes_on_for_some_days_only() -> None:
    end = dt.datetime(2026, 3, 9, tzinfo=ZONE)
    assert goes_on(state="closed", closed_at=end, now=end + dt.timedelta(days=14), days=14)
    assert not goes_on(state="closed", closed_at=end, now=end + dt.timedelta(days=15), days=14)
    assert goes_on(state="waiting", closed_at=None, now=end, days=0)


def test_texts_and_phrases_that_make_no_sense_are_refused() -> None:
    row = {"code": "a", "name": "甲", "name_en": "A", "text": "您好，$name", "text_en": "Hello $name"}
    assert parse_replies([row])[0].said({"name": "陈"}, english=False) == "您好，陈"
    for wrong in ({"text": "您好，$card"}, {"text": ""}, {"text_en": "Hello $"}, {"text": "长" * 1001}):
        with pytest.raises(ValueError):
            parse_replies([row | wrong])
    with pytest.raises(ValueError):
        parse_replies([row, row])
    with pytest.raises(ValueError):
        parse_phrases(["x"])
