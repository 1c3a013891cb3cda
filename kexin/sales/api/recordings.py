"""Recordings of sales: consent, nodes, pieces of the file as raw bytes, the whole, inspection, content by range."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Shown, Taken, one_of, page_of
from kexin.sales.api.sales import SaleWhole, _whole
from kexin.sales.models import RecordingInspection, Sale, SalesRecording
from kexin.sales.recordings.begun import BEGIN, begin_recording, mark_node, refuse_recording
from kexin.sales.recordings.choices import InspectionResult, NodeResult
from kexin.sales.recordings.completing import PIECE, add_piece, complete_recording
from kexin.sales.recordings.inspecting import inspect_recording
from kexin.sales.recordings.oversight import recording_figures
from kexin.sales.recordings.playing import PLAY, playable_recording
from kexin.sales.recordings.queries import VIEW_RECORDINGS, WHICH, recording_file, recordings
from kexin.sales.recordings.serving import content_response, sent_digest
from kexin.sales.recordings.work import INSPECT

router = Endpoints("recordings", _("Recordings of sales"))
Second = Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=1, examples=["12.5"], description="Seconds")]


class RecordingsWanted(Taken):
    """Which recordings: those awaiting inspection, passed, or faulty."""

    which: Annotated[str, Field(pattern=f"^({'|'.join(WHICH)})$", examples=["awaited"])] | None = None


class RecordingConsentTaken(Taken):
    """Whether the customer consents to be recorded; without consent there is no recording and no sale."""

    consented: bool = Field(examples=[True])


class MarkTaken(Taken):
    """What was heard or seen at a node, between two seconds of the recording."""

    code: str = Field(max_length=30, examples=["identity"])
    began: Second
    ended: Second
    result: one_of(NodeResult)  # type: ignore[valid-type]


class WholeTaken(Taken):
    """The whole recording: its length, and SHA-256 over the SHA-256 digests of its pieces in order."""

    seconds: Second
    whole: str = Field(pattern="^[0-9a-fA-F]{64}$", examples=["9f" * 32])
    media_type: str = Field(max_length=40, examples=["video/webm"])


class FindingTaken(Taken):
    """Passed, or a fault at a second with its reason."""

    result: one_of(InspectionResult)  # type: ignore[valid-type]
    second: Second | None = None
    reason: str = Field(default="", max_length=300, examples=[""])


class RecordingShown(Shown):
    """A recording in a list. ``sampled``: chance chose it for inspection."""

    id: Id
    sale_id: Id
    sale_no: str = Field(examples=["S202600000001"])
    customer_id: Id
    round: int = Field(examples=[1])
    state: str = Field(examples=["done"])
    seconds: Decimal | None = Field(examples=["312.4"])
    media_type: str = Field(examples=["video/webm"])
    size: int = Field(description="Bytes", examples=[18200440])
    sha256: str = Field(examples=["9f" * 32])
    begun_at: Moment
    ended_at: Moment | None
    sampled: bool
    kept_until: Day | None
    removed_on: Day | None
    inspection: str = Field(examples=["passed"], description="Empty until inspected")


class RecordingNodeShown(Shown):
    """One attempt at a node of the script; ``result`` is empty where it is still to be recorded."""

    code: str = Field(examples=["identity"])
    kind: str = Field(examples=["identity"])
    text: str = Field(examples=["出示有效身份证件，核对客户本人。"])
    began: Decimal | None = Field(examples=["12.5"])
    ended: Decimal | None = Field(examples=["30.0"])
    result: str = Field(examples=["yes"])


class RecordingWhole(RecordingShown):
    """A recording with its nodes, the node whose turn it is, and how many pieces have come."""

    nodes: list[RecordingNodeShown]
    due: str = Field(examples=["identity"])
    pieces: int = Field(examples=[3])
    fault_second: Decimal | None = Field(examples=["12.5"])
    fault_reason: str = Field(examples=[""])


class RecordingFiguresWanted(Taken):
    """Of which sales: opened in a period, of one unit."""

    opened_from: Day | None = None
    opened_until: Day | None = None
    unit_id: Id | None = None


class RecordingFiguresShown(Shown):
    """How the recordings stand of sales that have to be recorded; ``missing`` are sold without one: always nought."""

    asked: int = Field(examples=[41])
    recorded: int = Field(examples=[38])
    missing: int = Field(examples=[0])
    unfinished: int = Field(examples=[3])
    awaited: int = Field(examples=[2])
    passed: int = Field(examples=[6])
    faulty: int = Field(examples=[1])
    uncorrected: int = Field(examples=[1])


class PiecesShown(Shown):
    """How many pieces of a recording are stored: the number of the next one."""

    pieces: int = Field(examples=[4])


def _plain(row: SalesRecording) -> dict[str, Any]:
    found: RecordingInspection | None = getattr(row, "inspection", None)
    return {
        "id": row.pk,
        "sale_id": row.sale_id,
        "sale_no": row.sale.sale_no,
        "customer_id": row.customer_id,
        "round": row.round,
        "state": row.state,
        "seconds": row.seconds,
        "media_type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
        "begun_at": row.begun_at,
        "ended_at": row.ended_at,
        "sampled": row.sampled,
        "kept_until": row.kept_until,
        "removed_on": row.removed_on,
        "inspection": found.result if found else "",
    }


def _one(request: ApiRequest, pk: int) -> RecordingWhole:
    file = recording_file(request.actor, pk)
    nodes = [
        RecordingNodeShown(
            code=line.node.code,
            kind=line.node.kind,
            text=line.node.text,
            began=mark.began if mark else None,
            ended=mark.ended if mark else None,
            result=mark.result if mark else "",
        )
        for line in file.lines
        for mark in (line.attempts or (None,))
    ]
    found = file.inspection
    return RecordingWhole(
        **_plain(file.recording),
        nodes=nodes,
        due=file.due.code if file.due else "",
        pieces=file.pieces,
        fault_second=found.second if found else None,
        fault_reason=found.reason if found else "",
    )


def _named(request: ApiRequest, permission: str, pk: int) -> SalesRecording:
    return existing(request.actor, permission, SalesRecording.objects.all(), pk)


@router.read("/recordings", VIEW_RECORDINGS)
def list_recordings(
    request: ApiRequest, paging: Query[Paging], wanted: Query[RecordingsWanted]
) -> Page[RecordingShown]:
    """Recordings of sales within reach, newest first."""
    rows = recordings(request.actor, wanted.which or "")
    items, following = page_of(
        request, rows, paging, [("begun_at", "desc"), ("pk", "desc")], lambda row: RecordingShown(**_plain(row))
    )
    return Page[RecordingShown](items=items, next=following)


@router.read("/recordings/figures", VIEW_RECORDINGS, _("Count recordings"))
def count_recordings(request: ApiRequest, wanted: Query[RecordingFiguresWanted]) -> RecordingFiguresShown:
    """Recordings missing, failing, awaiting inspection or correction, over the sales within reach."""
    told = recording_figures(request.actor, since=wanted.opened_from, until=wanted.opened_until, unit=wanted.unit_id)
    return RecordingFiguresShown(**asdict(told))


@router.read("/recordings/{recording_id}", VIEW_RECORDINGS, _("See a recording"))
def read_recording(request: ApiRequest, recording_id: Id) -> RecordingWhole:
    """One recording with its nodes; its content is fetched apart."""
    return _one(request, recording_id)


@router.write("POST", "/sales/{sale_id}/recording", BEGIN, status=201)
def record_sale(request: ApiRequest, sale_id: Id, data: RecordingConsentTaken) -> RecordingWhole:
    """Begin to record a sale with the customer's consent; a recording that was not finished is given up."""
    sale = existing(request.actor, BEGIN, Sale.objects.all(), sale_id)
    return _one(request, begin_recording(sale, actor=request.actor, consented=data.consented).pk)


@router.write("POST", "/sales/{sale_id}/recording-refusal", "sales.refuse_recording")
def no_recording_no_sale(request: ApiRequest, sale_id: Id) -> SaleWhole:
    """The customer does not consent to be recorded: the sale ends as refused."""
    sale = existing(request.actor, "sales.refuse_recording", Sale.objects.all(), sale_id)
    return _whole(request, refuse_recording(sale, actor=request.actor).pk)


@router.write("POST", "/recordings/{recording_id}/marks", "sales.mark_node")
def mark_recording(request: ApiRequest, recording_id: Id, data: MarkTaken) -> RecordingWhole:
    """Mark the node whose turn it is; anything but a clear yes is asked again."""
    row = _named(request, "sales.mark_node", recording_id)
    mark_node(row, actor=request.actor, code=data.code, began=data.began, ended=data.ended, result=data.result)
    return _one(request, row.pk)


_BYTES = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}, "example": "GkXfow"}},
}
_DIGEST = {
    "name": "Content-Digest",
    "in": "header",
    "required": True,
    "description": "SHA-256 of this piece (RFC 9530)",
    "schema": {"type": "string", "pattern": "^sha-256=:[A-Za-z0-9+/]{43}=:$"},
    "example": "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:",
}


@router.write("PUT", "/recordings/{recording_id}/pieces/{number}", PIECE, once=False, sends=[_DIGEST], body=_BYTES)
def put_piece(request: ApiRequest, recording_id: Id, number: int) -> PiecesShown:
    """Store piece ``number`` (from nought) as raw bytes, with `Content-Digest: sha-256=:…:` over it.

    The same piece again changes nothing: after a lost network, send from the number that the recording tells.
    """
    row = _named(request, PIECE, recording_id)
    if not request.actor.may(PIECE):
        raise request.actor.refusal(PIECE)
    digest = sent_digest(request.headers.get("Content-Digest", ""))
    try:
        content = request.body
    except (RequestDataTooBig, UnreadablePostError) as cut_off:
        raise InvalidRequest(fields={"content": _("A piece is empty or too large.")}) from cut_off
    return PiecesShown(pieces=add_piece(row, actor=request.actor, number=number, content=content, sha256=digest))


@router.write("POST", "/recordings/{recording_id}/completion", "sales.complete_recording")
def whole_recording(request: ApiRequest, recording_id: Id, data: WholeTaken) -> RecordingWhole:
    """Put the pieces together and pass the gate of the sale; the customer has signed before."""
    row = _named(request, "sales.complete_recording", recording_id)
    complete_recording(row, actor=request.actor, seconds=data.seconds, whole=data.whole, media_type=data.media_type)
    return _one(request, row.pk)


@router.write("POST", "/recordings/{recording_id}/inspection", INSPECT)
def find_in_recording(request: ApiRequest, recording_id: Id, data: FindingTaken) -> RecordingWhole:
    """What the inspection found; a fault becomes work for the seller's post."""
    row = _named(request, INSPECT, recording_id)
    inspect_recording(row, actor=request.actor, result=data.result, second=data.second, reason=data.reason)
    return _one(request, row.pk)


_CONTENT = {"video/webm": {"schema": {"type": "string", "format": "binary"}}}


@router.read("/recordings/{recording_id}/content", PLAY, content=_CONTENT)
def recording_content(request: ApiRequest, recording_id: Id) -> HttpResponse:
    """The recording itself, decrypted; `Range` is understood. Every reading is written down."""
    _named(request, PLAY, recording_id)
    return content_response(
        request, recording_id, lambda first: playable_recording(request.actor, recording_id, first=first)
    )  # type: ignore[return-value]
