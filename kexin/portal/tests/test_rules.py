"""What a link, a session and a code are worth: cases, no database."""

from __future__ import annotations

import datetime as dt

import pytest

from kexin.portal.choices import Opening
from kexin.portal.rules import link_opens, may_send_code, read_code, session_lives

NOW = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("expires", "opened", "revoked", "opening"),
    [
        (NOW + MINUTE, None, None, Opening.DONE),
        (NOW, None, None, Opening.EXPIRED),
        (NOW - MINUTE, None, None, Opening.EXPIRED),
        (NOW + MINUTE, NOW - MINUTE, None, Opening.USED),
        (NOW - MINUTE, NOW - MINUTE, None, Opening.USED),
        (NOW + MINUTE, NOW - MINUTE, NOW, Opening.REVOKED),
    ],
)
def test_when_a_link_opens(
    expires: dt.datetime, opened: dt.datetime | None, revoked: dt.datetime | None, opening: Opening
) -> None:
    assert link_opens(now=NOW, expires_at=expires, opened_at=opened, revoked_at=revoked) == opening


@pytest.mark.parametrize(
    ("seen", "ends", "lives"),
    [(0, 60, True), (14, 60, True), (15, 60, False), (0, 0, False), (0, -1, False)],
)
def test_how_long_a_session_lives(seen: int, ends: int, lives: bool) -> None:
    found = session_lives(now=NOW, seen_at=NOW - seen * MINUTE, ends_at=NOW + ends * MINUTE, idle_minutes=15)
    assert found is lives


@pytest.mark.parametrize(
    ("last", "of_session", "of_day", "opening"),
    [
        (None, 0, 0, Opening.DONE),
        (59, 1, 1, Opening.EARLY),
        (60, 1, 1, Opening.DONE),
        (600, 3, 3, Opening.LIMIT),
        (600, 1, 10, Opening.LIMIT),
    ],
)
def test_when_another_code_may_go(last: int | None, of_session: int, of_day: int, opening: Opening) -> None:
    sent = None if last is None else NOW - dt.timedelta(seconds=last)
    found = may_send_code(
        now=NOW,
        last_sent=sent,
        of_session=of_session,
        of_day=of_day,
        pause_seconds=60,
        most_a_session=3,
        most_a_day=10,
    )
    assert found == opening


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("123-456", "123456"),
        ("１２３４５６", "123456"),
        ("12345", ""),
        ("1234567", ""),
        ("12345a", ""),
        ("", ""),
        ("123456; drop", ""),
    ],
)
def test_what_is_typed_as_a_code(typed: str, read: str) -> None:
    assert read_code(typed) == read
