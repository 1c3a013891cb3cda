"""Hearing and seeing a recording: decrypted while it is played, recorded each time."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kexin.core import audit, frame, vault
from kexin.core.actor import Actor
from kexin.core.crypto import Undecipherable
from kexin.core.errors import RuleViolation
from kexin.core.keystore import KeyForgotten
from kexin.core.query import query
from kexin.sales.models import SalesRecording
from kexin.sales.recordings.choices import RecordingState

PLAY = "sales.play_recording"


@query(PLAY, label=_("Play a recording"), record="open")
def playable_recording(actor: Actor, recording_id: int, *, first: int = 0) -> tuple[SalesRecording, Iterator[bytes]]:
    """The recording and its content from byte ``first`` on. The reader is written down: it leaves the house.

    NotFound; RuleViolation: not complete, or its content is no longer kept, or was changed.
    """
    row = SalesRecording.objects.fetch(recording_id, actor, PLAY)
    told_about(row)
    if row.state != RecordingState.DONE:
        raise RuleViolation(_("Only a complete recording can be played."))
    if row.removed_on is not None:
        raise RuleViolation(_("The content of this recording is no longer kept."))
    try:
        return row, from_byte(vault.read(row.stored_as, row.key_id), first)
    except (KeyForgotten, FileNotFoundError) as missing:
        raise RuleViolation(_("The content of this recording is no longer kept.")) from missing
    except Undecipherable as changed:
        raise RuleViolation(_("The stored recording was changed and cannot be opened.")) from changed


def told_about(row: SalesRecording) -> None:
    """Let the access entry of the running query name the recording and its customer."""
    act = frame.current.get()
    if act is not None:
        audit.find_subject(act, [row])


def from_byte(pieces: Iterator[bytes], first: int) -> Iterator[bytes]:
    """What follows after the first ``first`` bytes: what stands before is decrypted and dropped."""
    for piece in pieces:
        if first >= len(piece):
            first -= len(piece)
            continue
        yield piece[first:]
        first = 0


def cut(pieces: Iterator[bytes], length: int) -> Iterator[bytes]:
    """At most ``length`` bytes."""
    for piece in pieces:
        if length <= 0:
            return
        yield piece[:length]
        length -= len(piece)
