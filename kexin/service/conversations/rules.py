"""Rules of conversations: pure functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.media import endings
from kexin.core.workflow import Transitions
from kexin.service.choices import Reaction
from kexin.service.conversations.choices import ConversationState, HeldBack
from kexin.service.rules import text_fits

LONGEST_WORDS, LONGEST_SUBJECT, LONGEST_RESULT = 4000, 200, 1000
MOST_FILES = 20  # of one message; what is beyond is told, not kept
TABLE = Transitions(
    {
        ConversationState.OPEN: {
            "answer": ConversationState.WAITING,
            "close": ConversationState.CLOSED,
        },
        ConversationState.WAITING: {
            "answer": ConversationState.WAITING,
            "close": ConversationState.CLOSED,
        },
        ConversationState.CLOSED: {
            "answer": ConversationState.WAITING,
            "reopen": ConversationState.OPEN,
        },
    }
)
_PROGRAMS = (
    b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!", b"\x4c\x00\x00\x00\x01\x14\x02\x00",
)  # fmt: skip
_PROGRAM_ENDINGS = (
    ".exe", ".dll", ".scr", ".com", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jse", ".wsf", ".hta", ".msi", ".jar",
    ".apk", ".app", ".sh", ".lnk", ".iso", ".reg",
)  # fmt: skip
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # may carry macros without showing it in the name
MACROS_INSIDE = b"vbaProject"  # names in a ZIP stand uncompressed


def may_say(text: str, *, files: int, forbidden: Collection[str] = ()) -> Decision:
    """Words or a file; nothing that is never promised to a customer."""
    decision = text_fits(text, LONGEST_WORDS, "text")
    if not text and not files:
        decision &= refused("text", _("Write something."), "text")
    found = promised(text, forbidden)
    if found:
        told = _("This is never written to customers: %(phrase)s.") % {"phrase": found[0]}
        decision &= refused("forbidden", told, "text")
    return decision


def promised(text: str, forbidden: Collection[str]) -> list[str]:
    """Which of the forbidden phrases stand in a text, whatever its case and blanks."""
    plain = "".join(text.casefold().split())
    return [each for each in forbidden if "".join(each.casefold().split()) in plain]


def may_end(*, result: str, reaction: str, purpose_known: bool) -> Decision:
    """What it was about and what came of it are written down (F-13)."""
    decision = text_fits(result, LONGEST_RESULT, "result")
    if not result:
        decision &= refused("result", _("Write down what came of it."), "result")
    if reaction and reaction not in Reaction.values:
        decision &= refused("reaction", _("Choose one of the list."), "reaction")
    if not purpose_known:
        decision &= refused("purpose", _("Choose one of the list."), "purpose")
    return decision


def may_put_off(until: dt.datetime, now: dt.datetime) -> Decision:
    """To a moment within thirty days. The limit of the answer is not moved by it."""
    if until <= now:
        return refused("past", _("This lies in the past."), "until")
    if until > now + dt.timedelta(days=30):
        return refused("far", _("At most thirty days ahead."), "until")
    return ALLOWED


def goes_on(*, state: str, closed_at: dt.datetime | None, now: dt.datetime, days: int) -> bool:
    """Does a new message go on in this conversation? In a closed one only within so many days of its end."""
    if state != ConversationState.CLOSED:
        return True
    return closed_at is not None and now <= closed_at + dt.timedelta(days=days)


def not_before(now: dt.datetime, quiet_from: dt.time, quiet_until: dt.time) -> dt.datetime:
    """When a message may leave the house: now, or at the end of the hours in which nobody is disturbed.

    ``now`` is local time; the hours may cross midnight; equal ends mean that there are none.
    """
    clock = now.time()
    if quiet_from == quiet_until:
        return now
    if quiet_from < quiet_until:
        inside, tomorrow = quiet_from <= clock < quiet_until, False
    else:
        inside, tomorrow = clock >= quiet_from or clock < quiet_until, clock >= quiet_from
    if not inside:
        return now
    day = now.date() + dt.timedelta(days=1 if tomorrow else 0)
    return dt.datetime.combine(day, quiet_until, now.tzinfo)


def held_back(file_name: str, head: bytes, media: str, allowed: Collection[str], *, fits: bool) -> HeldBack | None:
    """Why a file that came by mail is kept aside; None where it may be opened.

    ``media`` is what its first bytes say, ``fits`` whether the name ends as that kind does.
    """
    name = file_name.lower()
    if head.startswith(_PROGRAMS) or name.endswith(_PROGRAM_ENDINGS):
        return HeldBack.PROGRAM
    if head.startswith(_OLD_OFFICE) or name.endswith((".docm", ".xlsm", ".pptm", ".xlam", ".dotm")):
        return HeldBack.MACROS
    if media not in allowed or not fits:
        return HeldBack.UNKNOWN
    return None


def kinds_taken(allowed: Collection[str]) -> str:
    """The endings of the files that are taken, for people."""
    return " ".join(endings(list(allowed)))
