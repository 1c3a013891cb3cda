"""Documents, notes and the timeline for other systems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.conditional import expected_version, tell_version
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.problems import InvalidRequest, Malformed
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Reason, Shown, Taken, Version, page_of
from kexin.core.errors import RuleViolation
from kexin.core.models import Event
from kexin.core.policy import in_force
from kexin.core.ui.keyset import Order
from kexin.engagement import vault
from kexin.engagement.choices import DocumentCategory
from kexin.engagement.models import Document, Note
from kexin.engagement.operations import (
    add_document,
    change_note,
    download_document,
    pin_note,
    withdraw_document,
    withdraw_note,
    write_note,
)
from kexin.engagement.policies import DocumentPolicy
from kexin.engagement.queries import TimelineFilter, customer_for, documents, note_in_reach, notes, timeline_events
from kexin.engagement.timeline import GROUPS, rendering_of
from kexin.engagement.ui.upload import OVERHEAD, EncryptingUploadHandler
from kexin.party.models import Customer
from kexin.people.queries import post_labels

router = Endpoints("engagement", _("Documents, notes, timeline"))


class KeptDocument(Shown):
    """A file kept with a customer."""

    id: Id
    title: str = Field(examples=["开户申请书"])
    category: str = Field(examples=["contract"])
    file_name: str = Field(examples=["kaihu.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(description="Bytes", examples=[182044])
    expires_on: Day | None
    added_at: Moment
    added_by: str = Field(examples=["1001"])
    withdrawn_at: Moment | None
    withdrawn_reason: str = Field(examples=[""])


class Documents(Shown):
    """Those in use first, then newest first."""

    items: list[KeptDocument]


class Why(Taken):
    """Why."""

    reason: Reason


class NoteShown(Shown):
    """A remark on a customer. ``version`` is its ETag."""

    id: Id
    version: Version
    text: str = Field(examples=["喜欢上午来访"])
    pinned: bool
    written_at: Moment
    written_by: str = Field(examples=["1001"])


class Notes(Shown):
    """Newest first."""

    items: list[NoteShown]


class NoteTaken(Taken):
    """A new remark."""

    text: str = Field(min_length=1, max_length=4000, examples=["喜欢上午来访"])
    pinned: bool = False


class NoteText(Taken):
    """The new text."""

    text: str = Field(min_length=1, max_length=4000, examples=["喜欢上午来访，周三除外"])


class Pin(Taken):
    """Pinned, or not."""

    pinned: bool = Field(examples=[True])


class Fact(Shown):
    """One line of the timeline."""

    at: Moment
    event: str = Field(examples=["party.CustomerAdmitted"])
    label: str = Field(examples=["Admitted"])
    sentence: str = Field(examples=[""])
    group: str = Field(examples=["changes"])
    by: str = Field(examples=["1001"])


class Timeline(Page[Fact]):
    """Facts, newest first, part of a list."""


class TimelineWanted(Paging):
    """Which facts."""

    group: str = Field(default="", json_schema_extra={"enum": list(GROUPS)}, max_length=20)


def _document(row: Document) -> KeptDocument:
    return KeptDocument(
        id=row.pk,
        title=str(row.title or ""),
        category=row.category,
        file_name=str(row.file_name or ""),
        media_type=row.media_type,
        size=row.size,
        expires_on=row.expires_on,
        added_at=row.added_at,
        added_by=row.added_by,
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
    )


def _note(row: Note) -> NoteShown:
    return NoteShown(
        id=row.pk,
        version=row.version,
        text=str(row.text or ""),
        pinned=row.pinned,
        written_at=row.written_at,
        written_by=row.written_by,
    )


@router.read("/customers/{customer_id}/documents", "engagement.view_documents")
def list_documents(request: ApiRequest, customer_id: Id) -> Documents:
    """Documents of a customer; their content is fetched one by one."""
    return Documents(items=[_document(row) for row in documents(request.actor, customer_id)])


_UPLOAD = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "title", "category"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "title": {"type": "string", "minLength": 1, "maxLength": 200},
                    "category": {"type": "string", "enum": list(DocumentCategory.values)},
                    "expires_on": {"type": "string", "format": "date"},
                },
            },
            "example": {"file": "kaihu.pdf", "title": "开户申请书", "category": "contract"},
        }
    },
}


@router.write(
    "POST",
    "/customers/{customer_id}/documents",
    "engagement.add_document",
    status=201,
    once=False,
    body=_UPLOAD,
)
def upload_document(request: ApiRequest, customer_id: Id) -> KeptDocument:
    """Keep a file with a customer. It is encrypted while it arrives; the same file is not kept twice."""
    if not request.actor.may("engagement.add_document"):  # before a byte is taken
        raise request.actor.refusal("engagement.add_document")
    customer = customer_for(request.actor, customer_id, "engagement.add_document")
    rules = in_force(DocumentPolicy)
    handler = EncryptingUploadHandler(request, customer.party.key_id, rules)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > handler.largest + OVERHEAD:
        told = _("The file is larger than %(most)s MB.") % {"most": rules.largest_mb}
        raise InvalidRequest(fields={"file": told})
    request.upload_handlers = [handler]
    try:
        described = {name: str(value) for name, value in request.POST.items()}
    except Exception as error:  # Django's parser knows many ways to say that this is no form
        raise Malformed from error
    stored, kept = handler.stored, False
    try:
        if handler.refusal is not None:
            handler.refusal.enforce()
        if stored is None:
            raise InvalidRequest(fields={"file": _("Choose a file.")})
        document = add_document(customer, actor=request.actor, stored=stored, **_described(described))
        kept = True
    finally:
        if stored is not None and not kept:
            vault.remove(stored.stored_as)
    request.answer_headers["Location"] = f"/api/v1/documents/{document.pk}/content"
    return _document(document)


def _described(given: dict[str, str]) -> dict[str, Any]:
    """Title, category and day of a multipart form. Raises InvalidRequest."""
    title, category, expires = (given.get(name, "") for name in ("title", "category", "expires_on"))
    fields: dict[str, Any] = {}
    if not title.strip() or len(title) > 200 or "\x00" in title:
        fields["title"] = _("This value is needed.")
    if category not in DocumentCategory.values:
        fields["category"] = _("One of: %(expected)s.") % {"expected": ", ".join(DocumentCategory.values)}
    day: dt.date | None = None
    if expires:
        try:
            day = parse_date(expires)
        except ValueError:
            day = None
        if day is None:
            fields["expires_on"] = _("This value is not understood.")
    if fields:
        raise InvalidRequest(fields=fields)
    return {"title": title, "category": category, "expires_on": day}


@router.write(
    "POST",
    "/documents/{document_id}/content",
    "engagement.download_document",
    once=False,
    content={"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
)
def read_content(request: ApiRequest, document_id: Id) -> HttpResponse:
    """The content of a document. POST, because it leaves the house and is recorded."""
    document, content = download_document(document_id, actor=request.actor)
    response = StreamingHttpResponse(content, content_type="application/octet-stream")
    name = str(document.file_name or "") or f"document-{document.pk}"
    response.headers["Content-Disposition"] = str(content_disposition_header(True, name))
    response.headers["Content-Length"] = str(document.size)
    response.headers["X-Media-Type"] = document.media_type
    return response  # type: ignore[return-value]


@router.write("POST", "/documents/{document_id}/withdrawal", "engagement.withdraw_document")
def withdraw_kept(request: ApiRequest, document_id: Id, data: Why) -> KeptDocument:
    """Take a document out of use, for a reason."""
    return _document(withdraw_document(document_id, actor=request.actor, reason=data.reason))


@router.read("/customers/{customer_id}/notes", "engagement.view_notes")
def list_notes(request: ApiRequest, customer_id: Id) -> Notes:
    """Remarks on a customer."""
    return Notes(items=[_note(row) for row in notes(request.actor, customer_id)])


@router.write("POST", "/customers/{customer_id}/notes", "engagement.write_note", status=201, etag=True)
def add_note(request: ApiRequest, customer_id: Id, data: NoteTaken) -> NoteShown:
    """Write a remark."""
    row = write_note(Customer(pk=customer_id), actor=request.actor, text=data.text, pinned=data.pinned)
    tell_version(request, row.version)
    return _note(row)


@router.write("PATCH", "/notes/{note_id}", "engagement.change_note", conditional=True, etag=True)
def edit_note(request: ApiRequest, note_id: Id, data: NoteText) -> NoteShown:
    """Change one's own remark."""
    version = expected_version(request, lambda: note_in_reach(request.actor, note_id).version)
    row = change_note(note_id, actor=request.actor, text=data.text, version=version)
    tell_version(request, row.version)
    return _note(row)


@router.write("PUT", "/notes/{note_id}/pin", "engagement.pin_note", etag=True)
def set_pin(request: ApiRequest, note_id: Id, data: Pin) -> NoteShown:
    """Pin a remark on top of the timeline, or unpin it."""
    row = pin_note(note_id, actor=request.actor, pinned=data.pinned)
    tell_version(request, row.version)
    return _note(row)


@router.write("DELETE", "/notes/{note_id}", "engagement.withdraw_note")
def delete_note(request: ApiRequest, note_id: Id) -> None:
    """Take one's own remark back; the history keeps that it was there."""
    withdraw_note(note_id, actor=request.actor)


@router.read("/customers/{customer_id}/timeline", "engagement.view_timeline")
def list_timeline(request: ApiRequest, customer_id: Id, wanted: Query[TimelineWanted]) -> Timeline:
    """What happened with a customer, as far as you may know it."""
    if wanted.group not in GROUPS:
        raise RuleViolation(fields={"group": _("One of: %(expected)s.") % {"expected": ", ".join(GROUPS)}})
    rows = timeline_events(request.actor, customer_id, TimelineFilter(wanted.group))
    labels: dict[int, str] = {}

    def prepare(page: Sequence[Event]) -> None:
        posts = {row.payload.get(key) for row in page for key in ("post_id", "before_post_id")} - {None}
        labels.update(post_labels(posts))

    order: Order = (("at", "desc"), ("id", "desc"))
    lines, following = page_of(request, rows, wanted, order, lambda row: _fact(row, labels), prepare)
    return Timeline(items=lines, next=following)


def _fact(row: Event, labels: Mapping[int, str]) -> Fact:
    rendering = rendering_of(row.name)
    assert rendering is not None  # the query asks for rendered events only
    payload = dict(row.payload)
    payload["post"] = labels.get(payload.get("post_id", 0), "")
    payload["before_post"] = labels.get(payload.get("before_post_id", 0), "")
    return Fact(
        at=row.at,
        event=row.name,
        label=str(rendering.label),
        sentence=str(rendering.sentence(payload)),
        group=rendering.group,
        by=row.actor_name,
    )
