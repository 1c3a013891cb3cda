"""Reads of recordings: the list, one with its nodes, that of a sale."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import WorkStatus
from kexin.core.errors import NotFound
from kexin.core.models import WorkItem
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.sales.models import RecordingInspection, RecordingMark, RecordingPiece, Sale, SalesRecording
from kexin.sales.recordings.begun import limits_of, marks_of, nodes_of
from kexin.sales.recordings.choices import InspectionResult, RecordingState
from kexin.sales.recordings.playing import told_about
from kexin.sales.recordings.policies import RecordingPolicy
from kexin.sales.recordings.rules import Limits, Node, next_node
from kexin.sales.recordings.work import CORRECT, LABEL

VIEW_RECORDINGS = "sales.view_recordings"
AWAITED = "awaited"
COMPLETE, UNCORRECTED = "complete", "uncorrected"
WHICH = (AWAITED, COMPLETE, UNCORRECTED, InspectionResult.FAULTY.value, InspectionResult.PASSED.value)


def is_uncorrected() -> Exists:
    """Whether the correction of a recording's fault is still owed."""
    owed = WorkItem.objects.filter(kind=CORRECT, subject_kind=LABEL, status=WorkStatus.OPEN)
    return Exists(owed.filter(subject_id=OuterRef("pk")))


def narrowed(rows: QuerySet[SalesRecording], which: str) -> QuerySet[SalesRecording]:
    """Those of :data:`WHICH`: chosen and not inspected yet, complete in the round that counts, with a correction
    that is still owed, or by the result of the inspection; anything else: all of them.
    """
    if which == AWAITED:
        return rows.filter(state=RecordingState.DONE, sampled=True, inspection=None)
    if which == COMPLETE:
        return rows.filter(state=RecordingState.DONE, round=F("sale__round"))
    if which == UNCORRECTED:
        return rows.filter(is_uncorrected())
    if which in InspectionResult.values:
        return rows.filter(inspection__result=which)
    return rows


@query(VIEW_RECORDINGS, label=_("See recordings of sales"), record="list", plain=("which",))
def recordings(actor: Actor, which: str = "") -> QuerySet[SalesRecording]:
    """Recordings of sales within reach, the newest first; ``which`` as in :func:`narrowed`."""
    rows = SalesRecording.objects.visible_to(actor, VIEW_RECORDINGS)
    rows = rows.select_related("sale__product", "sale__unit", "sale__seller", "customer__party", "inspection")
    return narrowed(rows, which).order_by("-begun_at", "-pk")


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node of the script and every attempt at it; ``is_due``: it is its turn."""

    node: Node
    attempts: tuple[RecordingMark, ...]
    is_due: bool


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """A recording with its nodes, the one whose turn it is, the pieces that came, and what inspection found."""

    recording: SalesRecording
    lines: tuple[NodeLine, ...]
    due: Node | None
    pieces: int
    inspection: RecordingInspection | None
    limits: Limits

    @property
    def last_second(self) -> str:
        """Where the last mark ends."""
        return str(max((mark.ended for line in self.lines for mark in line.attempts), default=0))


@query(VIEW_RECORDINGS, label=_("See recordings of sales"), record="open")
def recording_file(actor: Actor, recording_id: int) -> RecordingFile:
    """One recording within reach. NotFound."""
    rows = SalesRecording.objects.visible_to(actor, VIEW_RECORDINGS)
    row = (
        rows.select_related("sale__product", "sale__unit", "sale__seller", "customer__party", "inspection")
        .filter(pk=recording_id)
        .first()
    )
    if row is None:
        raise NotFound
    told_about(row)
    nodes = nodes_of(row)
    due = next_node(nodes, marks_of(row))
    attempts: dict[str, list[RecordingMark]] = {}
    for mark in RecordingMark.objects.filter(recording=row).order_by("position"):
        attempts.setdefault(mark.code, []).append(mark)
    return RecordingFile(
        recording=row,
        lines=tuple(
            NodeLine(node, tuple(attempts.get(node.code, ())), due is not None and node.code == due.code)
            for node in nodes
        ),
        due=due,
        pieces=RecordingPiece.objects.filter(recording=row).count(),
        inspection=getattr(row, "inspection", None),
        limits=limits_of(in_force(RecordingPolicy)),
    )


@query(VIEW_RECORDINGS, label=_("See recordings of sales"))
def recordings_of_sale(actor: Actor, sale: Sale) -> list[SalesRecording]:
    """The recordings of a sale the reader may see, the newest first."""
    rows = SalesRecording.objects.visible_to(actor, VIEW_RECORDINGS).filter(sale=sale)
    return list(rows.select_related("inspection").order_by("-pk"))
