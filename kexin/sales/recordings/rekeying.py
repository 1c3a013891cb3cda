"""Recordings while the customers' keys change: each file's own key is wrapped anew, like those of documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kexin.core.crypto import Undecipherable
from kexin.core.keystore import KeyForgotten
from kexin.core.rekeying import Passed, Place, register_places
from kexin.engagement import vault
from kexin.sales.models import RecordingPiece, SalesRecording
from kexin.sales.recordings.choices import RecordingState


@dataclass(frozen=True)
class RecordingFiles:
    """The heads of the files of complete recordings."""

    name: str = "sales_salesrecording files"

    def rows(self) -> int:
        return SalesRecording.objects.filter(state=RecordingState.DONE, removed_on=None).count()

    def batch(self, after: int, limit: int) -> Passed:
        kept = SalesRecording.objects.filter(pk__gt=after, state=RecordingState.DONE, removed_on=None)
        return _wrapped(list(kept.order_by("pk").values_list("pk", "stored_as", "key_id")[:limit]))


@dataclass(frozen=True)
class PieceFiles:
    """The heads of the pieces that are on their way."""

    name: str = "sales_recordingpiece files"

    def rows(self) -> int:
        return RecordingPiece.objects.count()

    def batch(self, after: int, limit: int) -> Passed:
        rows = RecordingPiece.objects.filter(pk__gt=after).order_by("pk")
        return _wrapped(list(rows.values_list("pk", "stored_as", "recording__key_id")[:limit]))


def _wrapped(rows: list[tuple[int, str, object]]) -> Passed:
    changed, stuck = 0, []
    for pk, stored_as, key_id in rows:
        try:
            changed += vault.wrap_anew(stored_as, key_id)  # type: ignore[arg-type]
        except (Undecipherable, FileNotFoundError):
            stuck.append(pk)
        except KeyForgotten:
            continue
    return Passed(rows[-1][0] if rows else None, changed, stuck)


def register() -> None:
    """Called once, when the floor is ready."""

    def files() -> Iterable[Place]:
        return (RecordingFiles(), PieceFiles())

    register_places("customers", files)
