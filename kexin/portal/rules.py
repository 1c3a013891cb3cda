"""What a link or session is worth at a moment. No database, no clock."""

from __future__ import annotations

import datetime as dt

from kexin.core.identifiers import check
from kexin.portal.choices import Opening

CODE_DIGITS = 6
LONGEST_ADDRESS = 254


def link_opens(
    *, now: dt.datetime, expires_at: dt.datetime, opened_at: dt.datetime | None, revoked_at: dt.datetime | None
) -> Opening:
    """Whether a known link opens now; else the reason, the one that explains most first."""
    if revoked_at is not None:
        return Opening.REVOKED
    if opened_at is not None:
        return Opening.USED
    if expires_at <= now:
        return Opening.EXPIRED
    return Opening.DONE


def session_lives(*, now: dt.datetime, seen_at: dt.datetime, ends_at: dt.datetime, idle_minutes: int) -> bool:
    """A session that was seen within the idle time and has not reached its end."""
    return now < ends_at and now - seen_at < dt.timedelta(minutes=idle_minutes)


def may_send_code(
    *,
    now: dt.datetime,
    last_sent: dt.datetime | None,
    of_session: int,
    of_day: int,
    pause_seconds: int,
    most_a_session: int,
    most_a_day: int,
) -> Opening:
    """Whether one more code may go out: ``of_session`` and ``of_day`` were sent already."""
    if of_session >= most_a_session or of_day >= most_a_day:
        return Opening.LIMIT
    if last_sent is not None and now - last_sent < dt.timedelta(seconds=pause_seconds):
        return Opening.EARLY
    return Opening.DONE


def read_code(text: str) -> str:
    """The digits of what was typed, full-width ones too; empty where it cannot be a code."""
    digits = "".join(str(int(each)) for each in text if each.isdecimal())
    rest = [each for each in text if not each.isdecimal() and not each.isspace() and each != "-"]
    return digits if len(digits) == CODE_DIGITS and not rest else ""


def read_email(text: str) -> str:
    """The address as it is compared: no case, no blanks around it; empty where it is none."""
    found = check("email", text)
    address = str(found.normalised).lower()
    return address if found.ok and len(address) <= LONGEST_ADDRESS else ""


def read_mobile(text: str) -> str:
    """The eleven digits of a mobile number of mainland China, full-width ones too; empty where it is none."""
    plain = "".join(str(int(each)) if each.isdecimal() else each for each in text if not each.isspace() and each != "-")
    plain = plain.removeprefix("+86") if plain.startswith("+86") else plain
    return plain if len(plain) == 11 and plain.isascii() and plain.isdigit() and plain[0] == "1" else ""
