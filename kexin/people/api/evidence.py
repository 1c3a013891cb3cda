"""Files that prove certificates and training, and the whole qualification file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.problems import InvalidRequest, Malformed
from kexin.core.api.shapes import Day, Id, Moment, Shown, Taken
from kexin.core.errors import NotFound
from kexin.core.ui.downloads import download, download_whole
from kexin.people.models import Employee, Qualification, QualificationFile, TrainingRecord
from kexin.people.operations.evidence import (
    ATTACH,
    DOWNLOAD,
    Handed,
    Paper,
    attach_evidence,
    download_evidence,
    download_own_evidence,
)
from kexin.people.operations.seller_paper import export_seller_file
from kexin.people.seller_queries import VIEW, SellerFile, own_seller_file, seller_file
from kexin.people.ui.evidence_upload import Receiving

router = Endpoints("sellers", _("Sellers"))
_BYTES: dict[str, Any] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_PDF: dict[str, Any] = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
_UPLOAD: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "change": {"type": "string", "maxLength": 200, "description": "Needed where a file is replaced"},
                },
            },
            "example": {"file": "fund.pdf", "change": "原扫描件不清晰"},
        }
    },
}


class EvidenceShown(Shown):
    """A file of a certificate or a training; its content is fetched by itself."""

    id: Id
    qualification_id: Id | None
    training_id: Id | None
    number: int = Field(description="Version", examples=[1])
    file_name: str = Field(examples=["fund.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(description="Bytes", examples=[182044])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    change: str = Field(examples=[""])
    added_by: str = Field(examples=["1004"])
    added_at: Moment
    replaced_at: Moment | None
    removed_on: Day | None


class GapShown(Shown):
    """Something that the post asks for and that is not there."""

    code: str = Field(examples=["duty_missing"])
    level: str = Field(description="bad: may not work so; warn: to be put in order", examples=["bad"])
    words: str = Field(examples=["理财经理须持有银行理财销售资格，尚未登记。"])


class QualificationFileShown(Shown):
    """What is missing, and every file; certificates, training and authorisations are told by `selling`."""

    employee_id: Id
    gaps: list[GapShown]
    files: list[EvidenceShown]


class FilePurpose(Taken):
    """What the document is for."""

    purpose: str = Field(min_length=1, max_length=200, examples=["监管现场检查"])


def _shown(row: QualificationFile) -> EvidenceShown:
    values = {name: getattr(row, name) for name in EvidenceShown.model_fields if name not in ("id",)}
    return EvidenceShown(**values | {"file_name": str(row.file_name or ""), "sha256": str(row.sha256 or "")}, id=row.pk)


def _whole(found: SellerFile) -> QualificationFileShown:
    assert found.employee is not None
    lines = [*(line.files for line in found.certificates), *(line.files for line in found.trainings)]
    return QualificationFileShown(
        employee_id=found.employee.pk,
        gaps=[GapShown(code=each.code, level=each.level, words=str(each.text)) for each in found.gaps],
        files=[_shown(each) for files in lines for each in files],
    )


@router.read("/employees/{employee_id}/qualification-file", VIEW, _("Read a qualification file"))
def read_qualification_file(request: ApiRequest, employee_id: Id) -> QualificationFileShown:
    """What an employee's file lacks against the post, and its files."""
    return _whole(seller_file(request.actor, employee_id))


@router.read("/me/qualification-file", "people.view_own_qualifications", _("Read one's own qualification file"))
def read_own_qualification_file(request: ApiRequest) -> QualificationFileShown:
    """The same of oneself."""
    found = own_seller_file(request.actor)
    if found is None:
        raise NotFound
    return _whole(found)


def _attached(request: ApiRequest, paper: Paper) -> EvidenceShown:
    if not request.actor.may(ATTACH):  # before a byte is taken
        raise request.actor.refusal(ATTACH)
    came = Receiving(request)
    request.upload_handlers = [came.handler]
    kept = False
    try:
        try:
            change = str(request.POST.get("change", ""))
        except Exception as error:  # Django's parser knows many ways to say that this is no form
            raise Malformed from error
        if len(change) > 200 or "\x00" in change:
            raise InvalidRequest(fields={"change": _("At most %(most)s characters.") % {"most": 200}})
        made = attach_evidence(paper, actor=request.actor, file=came.needed(), change=change)
        kept = True
    finally:
        if not kept:
            came.forget()
    return _shown(made)


@router.write("POST", "/qualifications/{qualification_id}/files", ATTACH, status=201, once=False, body=_UPLOAD)
def add_qualification_file(request: ApiRequest, qualification_id: Id) -> EvidenceShown:
    """Attach the scan of a certificate, or a newer one. It is encrypted while it arrives."""
    return _attached(request, Qualification(pk=qualification_id))


@router.write("POST", "/training/{training_id}/files", ATTACH, status=201, once=False, body=_UPLOAD)
def add_training_file(request: ApiRequest, training_id: Id) -> EvidenceShown:
    """The same for a training."""
    return _attached(request, TrainingRecord(pk=training_id))


@router.write("POST", "/evidence/{file_id}/content", DOWNLOAD, once=False, content=_BYTES)
def read_evidence(request: ApiRequest, file_id: Id) -> HttpResponse:
    """The content of a file. POST, because it leaves the house and is recorded."""
    return _sent(download_evidence(file_id, actor=request.actor))


@router.write("POST", "/me/evidence/{file_id}/content", "people.download_own_evidence", once=False, content=_BYTES)
def read_own_evidence(request: ApiRequest, file_id: Id) -> HttpResponse:
    """The content of a file of one's own."""
    return _sent(download_own_evidence(actor=request.actor, file_id=file_id))


def _sent(handed: Handed) -> HttpResponse:
    row, content = handed
    name = str(row.file_name or "") or f"file-{row.pk}"
    response = download(content, name=name, media_type="application/octet-stream", size=row.size)
    response.headers["X-Media-Type"] = row.media_type
    return response  # type: ignore[return-value]


@router.write(
    "POST",
    "/employees/{employee_id}/qualification-file/document",
    "people.export_seller_file",
    once=False,
    content=_PDF,
)
def export_qualification_file(request: ApiRequest, employee_id: Id, data: FilePurpose) -> HttpResponse:
    """The whole file as PDF/A with the checksum of every file attached."""
    made = export_seller_file(Employee(pk=employee_id), actor=request.actor, purpose=data.purpose)
    return download_whole(made.content, name=made.name)
