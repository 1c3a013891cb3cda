"""Documents kept with a customer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core import vault
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.problems import InvalidRequest, Malformed
from kexin.core.api.shapes import Day, Id, Moment, Shown, Why
from kexin.core.policy import in_force
from kexin.core.ui.downloads import download
from kexin.core.ui.receiving import OVERHEAD, EncryptingUploadHandler
from kexin.engagement.choices import DocumentCategory
from kexin.engagement.models import Document
from kexin.engagement.operations import add_document, download_document, withdraw_document
from kexin.engagement.policies import DocumentPolicy
from kexin.engagement.queries import customer_for, document_in_reach, documents

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


@router.read("/customers/{customer_id}/documents", "engagement.view_documents")
def list_documents(request: ApiRequest, customer_id: Id) -> Documents:
    """Documents of a customer; their content is fetched one by one."""
    return Documents(items=[_document(row) for row in documents(request.actor, customer_id)])


@router.read("/documents/{document_id}", "engagement.view_documents", _("See a document's description"))
def read_document(request: ApiRequest, document_id: Id) -> KeptDocument:
    """One document without its content."""
    return _document(document_in_reach(request.actor, document_id))


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
    request.answer_headers["Location"] = f"/api/v1/documents/{document.pk}"
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
    name = str(document.file_name or "") or f"document-{document.pk}"
    response = download(content, name=name, media_type="application/octet-stream", size=document.size)
    response.headers["X-Media-Type"] = document.media_type
    return response  # type: ignore[return-value]


@router.write("POST", "/documents/{document_id}/withdrawal", "engagement.withdraw_document")
def withdraw_kept(request: ApiRequest, document_id: Id, data: Why) -> KeptDocument:
    """Take a document out of use, for a reason."""
    return _document(withdraw_document(document_id, actor=request.actor, reason=data.reason))
