"""Rules of telephone calls: pure functions."""

from __future__ import annotations

import datetime as dt

from kexin.core.identifiers import check as check_identifier
from kexin.service.rules import clean
from kexin.service.telephony.choices import CallDirection, CallState

LONGEST_NUMBER, LONGEST_EXTENSION = 40, 20
OLDEST = dt.timedelta(days=30)
_HIDDEN = {"", "anonymous", "unknown", "private", "unavailable", "restricted", "0"}


def dialled(number: str) -> str:
    """A number as it stands on file, however a telephone system writes it; empty where it is withheld.

    "0086 138 0000 5678", "+8613800005678" and a zero dialled before a mobile are one number.
    """
    text = "".join(clean(number).split())[:LONGEST_NUMBER]
    if text.lower() in _HIDDEN:
        return ""
    if text.startswith("00"):
        text = f"+{text[2:]}"
    digits = "".join(each for each in text if each.isdigit())
    if text[0] == "0" and len(digits) == 12 and digits[1] == "1" and digits[2] != "0":
        text = digits[1:]
    return check_identifier("phone", text).normalised[:LONGEST_NUMBER]


def extension_of(text: str) -> str:
    """An extension in its normal form: no blanks."""
    return "".join(clean(text).split())[:LONGEST_EXTENSION]


def state_of(*, direction: str, answered: bool, ended: bool) -> CallState:
    """What follows from the facts told so far, in whatever order they came."""
    if ended:
        return CallState.MISSED if direction == CallDirection.IN and not answered else CallState.ENDED
    return CallState.TALKING if answered else CallState.RINGING


def told_at(said: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """When it happened: as told, unless the telephone system's clock is ahead, or it tells of long ago."""
    return said if said is not None and now - OLDEST < said <= now else now
