"""Starting an import: files are brought, mapped or given to a profile, tried, loaded, stopped, thrown away."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from ninja import Query

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.problems import InvalidRequest, Malformed
from kexin.core.api.shapes import Id, Paging, page_of
from kexin.core.api.upload_shapes import (
    FieldShown,
    FileProgress,
    FileShown,
    FirstRowsShown,
    ImportUploadPage,
    ImportUploadShown,
    LoadTaken,
    MappingTaken,
    Offers,
    ProfileSaved,
    ProfileTaken,
    TargetShown,
)
from kexin.core.imports.locating import limits_in_force
from kexin.core.imports.offers import first_rows, profiles, targets
from kexin.core.imports.progress import progress_of
from kexin.core.imports.uploads import (
    RIGHT,
    ask_load,
    discard_files,
    is_there,
    map_columns,
    receive_files,
    save_profile,
    stop_load,
    upload_of,
    uploads,
)
from kexin.core.models import ImportUpload
from kexin.core.ui.import_upload import OVERHEAD, ImportUploadHandler, too_large

router = Endpoints("import uploads", _("Starting imports"))
_ENCODINGS = ("utf-8", "gb18030", "utf-16", "latin-1")
_DELIMITERS = (",", ";", "\t", "|")


def _upload(row: ImportUpload) -> ImportUploadShown:
    return ImportUploadShown(
        id=row.pk,
        profile=row.profile,
        target=row.target,
        files=[FileShown(name=each["name"], size=each["size"]) for each in row.files],
        present=is_there(row),
        columns=row.facts.get("columns", []),
        rows=row.facts.get("rows"),
        mapping=row.mapping,
        job=row.job,
        trial=row.trial,
        error=row.error,
        progress=[
            FileProgress(file=file, target=target, done=done, rows=rows)
            for file, target, done, rows in (progress_of(row) if row.is_busy else [])
        ],
        trial_run_id=row.checked_id,
        run_id=row.run_id,
        uploaded_by=row.uploaded_by,
        uploaded_at=row.uploaded_at,
    )


@router.read("/import-offers", RIGHT, _("See profiles and kinds of record"))
def list_offers(request: ApiRequest) -> Offers:
    """What an import can be made with: profiles by name, and the fields of each kind of record."""
    kinds = [
        TargetShown(
            code=each.code,
            label=str(each.label),
            fields=[
                FieldShown(
                    name=field.name,
                    label=str(field.label),
                    kind=field.kind,
                    required=field.required and field.default is None,
                    choices=list(field.choices),
                )
                for field in each.fields
            ],
        )
        for each in targets(request.actor)
    ]
    return Offers(profiles=profiles(request.actor), targets=kinds)


@router.read("/import-uploads", RIGHT, _("See files waiting for an import"))
def list_uploads(request: ApiRequest, wanted: Query[Paging]) -> ImportUploadPage:
    """Files that were brought and not loaded yet."""
    lines, following = page_of(request, uploads(request.actor), wanted, [("id", "desc")], _upload)
    return ImportUploadPage(items=lines, next=following)


_FILES = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["upload"],
                "properties": {
                    "upload": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 40},
                    "profile": {"type": "string", "maxLength": 60},
                    "target": {"type": "string", "maxLength": 60},
                    "encoding": {"type": "string", "enum": ["", *_ENCODINGS]},
                    "delimiter": {"type": "string", "enum": ["", *_DELIMITERS]},
                },
            },
            "example": {"upload": "client.csv", "target": "party.customer"},
        }
    },
}


@router.write("POST", "/import-uploads", RIGHT, _("Upload files for an import"), status=201, once=False, body=_FILES)
def bring_files(request: ApiRequest) -> ImportUploadShown:
    """Bring the files of one import, for a profile or (one file) for a mapping of your own.

    They are encrypted while they arrive and given up as soon as the limit of the policy is passed.
    """
    if not request.actor.may(RIGHT):  # before a byte is taken
        raise request.actor.refusal(RIGHT)
    largest = limits_in_force().largest
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > largest + OVERHEAD:
        raise InvalidRequest(fields={"upload": too_large(largest)})
    handler = ImportUploadHandler(request, largest)
    request.upload_handlers = [handler]
    try:
        described = _described(request)
        if handler.refusal:
            raise InvalidRequest(fields={"upload": handler.refusal})
        row = receive_files(actor=request.actor, files=handler.received, **described)
    finally:
        handler.clean_up()
    request.answer_headers["Location"] = f"/api/v1/import-uploads/{row.pk}"
    return _upload(row)


def _described(request: ApiRequest) -> dict[str, str]:
    """The text fields of the form; reading them takes the files in. Raises InvalidRequest, Malformed."""
    try:
        given = {name: str(value) for name, value in request.POST.items()}
    except Exception as error:  # Django's parser knows many ways to say that this is no form
        raise Malformed from error
    known = {name: given.pop(name, "") for name in ("profile", "target", "encoding", "delimiter")}
    given.pop("upload", None)  # what should be a file came as text: said below as "choose a file"
    fields: dict[str, Any] = {name: _("This field is not known here.") for name in sorted(given)[:20]}
    for name, allowed in (("encoding", _ENCODINGS), ("delimiter", _DELIMITERS)):
        if known[name] and known[name] not in allowed:
            fields[name] = _("One of: %(expected)s.") % {"expected": ", ".join(allowed)}
    if fields:
        raise InvalidRequest(fields=fields)
    return known


@router.read("/import-uploads/{upload_id}", RIGHT, _("See the files of an import and how far it is"))
def read_upload(request: ApiRequest, upload_id: Id) -> ImportUploadShown:
    """Files, mapping and progress; ask again while `job` is `waiting` or `running`."""
    return _upload(upload_of(request.actor, upload_id))


@router.read("/import-uploads/{upload_id}/rows", RIGHT, _("See the first rows of a file"))
def read_first_rows(request: ApiRequest, upload_id: Id) -> FirstRowsShown:
    """The first rows of a file that is mapped by hand."""
    found = first_rows(request.actor, upload_id)
    return FirstRowsShown(columns=found.columns, rows=found.rows)


@router.write("PUT", "/import-uploads/{upload_id}/mapping", RIGHT, _("Map the columns of an import"))
def set_mapping(request: ApiRequest, upload_id: Id, data: MappingTaken) -> ImportUploadShown:
    """Say which column feeds which field. What does not fit is said in one sentence."""
    columns = {name: each.spec() for name, each in data.columns.items()}
    return _upload(map_columns(upload_id, actor=request.actor, source=data.source, columns=columns))


@router.write("POST", "/import-uploads/{upload_id}/load", RIGHT, _("Ask for an import or its trial"), status=202)
def ask_for_load(request: ApiRequest, upload_id: Id, data: LoadTaken) -> ImportUploadShown:
    """Have a worker load the files, or try to; asked again, it goes on behind what is loaded."""
    return _upload(ask_load(upload_id, actor=request.actor, trial=data.trial))


@router.write("POST", "/import-uploads/{upload_id}/stop", RIGHT, _("Stop an import"))
def stop_loading(request: ApiRequest, upload_id: Id) -> ImportUploadShown:
    """Stop behind the rows under way; what is loaded stays, and the same load can go on later."""
    return _upload(stop_load(upload_id, actor=request.actor))


@router.write("DELETE", "/import-uploads/{upload_id}", RIGHT, _("Delete the files of an import"))
def discard(request: ApiRequest, upload_id: Id) -> None:
    """Delete the files and their mapping; what was loaded from them stays."""
    discard_files(upload_id, actor=request.actor)


@router.write("POST", "/import-uploads/{upload_id}/profile", RIGHT, _("Save a mapping as a profile"), status=201)
def keep_profile(request: ApiRequest, upload_id: Id, data: ProfileTaken) -> ProfileSaved:
    """Keep the mapping for later files of the same kind; names are never used again."""
    return ProfileSaved(name=save_profile(upload_id, actor=request.actor, name=data.name))
