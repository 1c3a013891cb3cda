"""In which order the nodes of a recording are marked, when it counts, who inspects it, how long it is kept. Pure.

Source: 银监办发〔2017〕110号 (every sale to a person on the premises; no consent, no sale); 保监发〔2017〕54号 Art. 6
(insurance, policyholders of 60 and more), Art. 10 (inspection, correction within 15 working days), Art. 13 (keeping);
NFRA Order 2025-7 Art. 17 (at least five years after the relation has ended). Every number is a policy.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.sales.recordings.choices import NodeKind, NodeResult, RecordingState

SHORTEST_NODE = Decimal("0.5")  # seconds: below that nobody has said or shown anything
MEDIA = {  # what a browser records or a camera writes, and how such a file begins
    "video/webm": (0, b"\x1a\x45\xdf\xa3"),
    "audio/webm": (0, b"\x1a\x45\xdf\xa3"),
    "video/mp4": (4, b"ftyp"),
    "audio/mp4": (4, b"ftyp"),
    "audio/ogg": (0, b"OggS"),
}


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a script: what is said, asked, compared or shown."""

    code: str
    kind: NodeKind
    text: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Mark:
    """When a node began and ended, in seconds of the recording, and what was heard or seen."""

    code: str
    began: Decimal
    ended: Decimal
    result: NodeResult


@dataclass(frozen=True, slots=True)
class Limits:
    """What a recording may be: seconds, bytes of a piece, bytes of the whole, bytes a second at least."""

    seconds: int
    piece: int
    whole: int
    rate: int = 0


def may_begin(*, consented: bool, is_recorded: bool) -> Decision:
    """Recording begins with the customer's consent: without it there is no sale, and no recording either."""
    if not consented:
        return refused(
            "consent", _("Without the customer's consent to be recorded this product is not sold."), "consented"
        )
    if is_recorded:
        return refused("recorded", _("This sale has been recorded already."))
    return ALLOWED


def settled(marks: Sequence[Mark]) -> list[Mark]:
    """The marks that count: those answered clearly with yes. The others were asked again, and stay to be heard."""
    return [mark for mark in marks if mark.result == NodeResult.YES]


def next_node(nodes: Sequence[Node], marks: Sequence[Mark]) -> Node | None:
    """The node whose turn it is: the first that was not answered clearly yet; None when there is none left."""
    done = len(settled(marks))
    return nodes[done] if done < len(nodes) else None


def may_mark(nodes: Sequence[Node], marks: Sequence[Mark], mark: Mark, longest: int) -> Decision:
    """Is it this node's turn, and does it lie behind what was marked before? No node is skipped.

    ``longest`` is the longest recording in seconds.
    """
    due = next_node(nodes, marks)
    if due is None or due.code != mark.code:
        return refused("turn", _("It is not this node's turn."), "code")
    decision = ALLOWED
    if mark.began < (marks[-1].ended if marks else 0):
        decision &= refused("began", _("A node begins after the one before has ended."), "began")
    if mark.ended - mark.began < SHORTEST_NODE:
        decision &= refused("ended", _("Nothing can be said or shown in so short a time."), "ended")
    if mark.ended > longest:
        decision &= refused("longest", _("The recording is longer than allowed."), "ended")
    return decision


def may_complete(nodes: Sequence[Node], marks: Sequence[Mark], seconds: Decimal, size: int, limits: Limits) -> Decision:
    """Does the recording count? Every node in its order, answered clearly, in a file that is long enough for them."""
    decision = ALLOWED
    if not nodes or [mark.code for mark in settled(marks)] != [node.code for node in nodes]:
        decision &= refused("nodes", _("Not every node has been recorded."))
    if seconds <= 0 or (marks and seconds < marks[-1].ended):
        decision &= refused("seconds", _("The recording is shorter than its nodes."), "seconds")
    if seconds > limits.seconds:
        decision &= refused("longest", _("The recording is longer than allowed."), "seconds")
    if size <= 0:
        decision &= refused("empty", _("Nothing was recorded."), "whole")
    elif size < seconds * limits.rate:
        decision &= refused("thin", _("The file is too small for so long a recording."), "whole")
    return decision


def is_media(media_type: str, head: bytes) -> Decision:
    """Is this a recording of that kind, by the way it begins?"""
    if media_type not in MEDIA:
        return refused("media", _("This kind of recording is not taken: WebM, MP4 or Ogg."), "media_type")
    at, mark = MEDIA[media_type]
    if head[at : at + len(mark)] != mark:
        return refused("media", _("The file is not a recording of the kind it says."), "media_type")
    return ALLOWED


def whole_digest(pieces: Iterable[str]) -> str:
    """The checksum of all pieces: SHA-256 over their SHA-256 digests (hex) in order, as the sender forms it too."""
    return hashlib.sha256(b"".join(bytes.fromhex(each) for each in pieces)).hexdigest()


def may_take_piece(*, number: int, expected: int, size: int, total: int, limits: Limits) -> Decision:
    """Is this the next piece, and is there room for it? What came already is no error: the caller says so."""
    decision = ALLOWED
    if number != expected:
        decision &= refused("number", _("A piece before this one is missing."), "number")
    if not 0 < size <= limits.piece:
        decision &= refused("size", _("A piece is empty or too large."), "content")
    if total + size > limits.whole:
        decision &= refused("largest", _("The recording is larger than allowed."), "content")
    return decision


def is_sampled(draw: int, percent: int) -> bool:
    """Is a recording inspected? ``draw`` is a random number 0 to 99 that no seller can foresee."""
    return draw < percent


def may_inspect(state: str, *, by_seller: bool, is_inspected: bool) -> Decision:
    """A complete recording, once, and never by whoever sold."""
    if by_seller:
        return refused("seller", _("Nobody inspects the recording of an own sale."))
    if state != RecordingState.DONE:
        return refused("state", _("Only a complete recording can be inspected."))
    if is_inspected:
        return refused("inspected", _("This recording has been inspected already."))
    return ALLOWED


def may_find(is_fault: bool, second: Decimal | None, reason: str, seconds: Decimal) -> Decision:
    """A fault cites the second at which it is heard or seen, within the recording, and says what is wrong."""
    if not is_fault:
        return ALLOWED
    decision = ALLOWED
    if second is None or not 0 <= second <= seconds:
        decision &= refused("second", _("Name the second of the recording at which the fault is."), "second")
    if not reason.strip():
        decision &= refused("reason", _("Say what is wrong."), "reason")
    return decision


def years_after(on: dt.date, years: int) -> dt.date:
    """The same day ``years`` later; 1 March where there is no 29 February."""
    try:
        return on.replace(year=on.year + years)
    except ValueError:
        return on.replace(year=on.year + years, month=3, day=1)


def may_forget(today: dt.date, *, kept_until: dt.date, ended_on: dt.date | None, years: int) -> bool:
    """May a recording be removed? Only when the customer's relation ended ``years`` ago, and never before
    ``kept_until``, the day that was promised when it was made.
    """
    return ended_on is not None and today >= max(kept_until, years_after(ended_on, years))


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a ``Range`` header of one range (RFC 9110 §14); None for none, or for what we ignore.

    Raises ValueError where the range lies behind the end.
    """
    unit, _equals, asked = header.partition("=")
    first, dash, last = asked.strip().partition("-")
    if unit.strip() != "bytes" or not dash or "," in asked or not (first + last).isascii():
        return None
    if not (first or last) or not all(each == "" or each.isdigit() for each in (first, last)):
        return None
    if not first:
        begin, end = max(size - int(last), 0), size - 1
    else:
        begin, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < begin:
            return None
    if begin >= size or (not first and last and int(last) == 0):
        raise ValueError(header)
    return begin, end
