"""The import wizard: files, columns, codes and dates, check; the report has pages of its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from kexin.core.errors import Conflict, RuleViolation
from kexin.core.imports.importable import importables
from kexin.core.imports.locating import limits_in_force
from kexin.core.imports.preview import masked_target
from kexin.core.imports.progress import progress_of
from kexin.core.imports.reasons import ImportRefused
from kexin.core.imports.runs import rejections
from kexin.core.imports.uploads import (
    RIGHT,
    ask_load,
    discard_files,
    importable_of,
    is_there,
    keep_days,
    look_into,
    map_columns,
    profile_of,
    receive_files,
    save_profile,
    stop_load,
    upload_of,
)
from kexin.core.models import ImportUpload
from kexin.core.ui.form_page import form_page, need, post_only, put_errors
from kexin.core.ui.import_forms import CodesForm, ColumnsForm, NameForm, StartForm
from kexin.core.ui.import_upload import OVERHEAD, ImportUploadHandler, too_large
from kexin.core.ui.imports_pages import rejection_lines
from kexin.core.ui.request import actor_of

STEPS = (_("Files"), _("Map columns"), _("Codes and dates"), _("Trial"), _("Report"))
TITLE = _("New import")


def _page(request: HttpRequest, template: str, step: int, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, template, {"title": TITLE, "steps": STEPS, "step": step} | context, status=status)


@csrf_exempt  # only this outer part, which must see the request before its body is read; the inner part is protected
def start(request: HttpRequest) -> HttpResponse:
    """GET: choose profile and files. POST: the files are streamed to the disk, looked through, and a draft is made."""
    need(request, RIGHT)
    largest = limits_in_force().largest
    handler = ImportUploadHandler(request, largest)
    if request.method == "POST":
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > largest + OVERHEAD:
            return _start_page(request, StartForm(), refused=too_large(largest))
        request.upload_handlers = [handler]
    try:
        return _start(request, handler)
    finally:
        handler.clean_up()


@csrf_protect
def _start(request: HttpRequest, handler: ImportUploadHandler) -> HttpResponse:
    if request.method != "POST":
        return _start_page(request, StartForm())
    form = StartForm(request.POST)
    if not form.is_valid():
        return _start_page(request, form, status=422)
    if handler.refusal:
        form.add_error("upload", handler.refusal)
        return _start_page(request, form, status=422)
    try:
        upload = receive_files(
            actor=actor_of(request),
            files=handler.received,
            profile=form.cleaned_data["profile"],
            target=form.cleaned_data["target"],
            encoding=form.cleaned_data["encoding"],
            delimiter=form.cleaned_data["delimiter"],
        )
    except ImportRefused as refusal:
        form.add_error("upload", str(refusal.message))
    except (RuleViolation, Conflict) as refusal:
        put_errors(form, refusal)
    else:
        return redirect("core:import_check" if upload.profile else "core:import_columns", upload.pk)
    return _start_page(request, form, status=422)


def _start_page(request: HttpRequest, form: StartForm, status: int = 200, refused: str = "") -> HttpResponse:
    context = {
        "form": form,
        "refused": refused,
        "back_url": reverse("core:imports"),
        "largest": limits_in_force().largest >> 20,
        "keep_days": keep_days(),
        "multipart": True,
    }
    return _page(request, "core/import_start.html", 1, context, 422 if refused else status)


def _draft(request: HttpRequest, pk: int) -> ImportUpload:
    """An upload whose mapping may still be changed."""
    need(request, RIGHT)
    upload = upload_of(actor_of(request), pk)
    if upload.profile:
        raise RuleViolation(_("The profile says where the columns go."))
    if not is_there(upload):
        raise RuleViolation(_("The files were deleted; upload them again."))
    return upload


def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column feeds which field, beside the first rows."""
    upload = _draft(request, pk)
    importable, names = importable_of(upload), upload.facts["columns"]
    before = upload.mapping.get("columns", {})
    form = ColumnsForm(
        request.POST if request.method == "POST" else None,
        importable=importable,
        columns=names,
        mapping=upload.mapping,
    )
    if request.method == "POST" and form.is_valid():
        try:
            map_columns(
                pk,
                actor=actor_of(request),
                source=form.cleaned_data["source"],
                columns=form.mapped(before),
            )
        except (ImportRefused, Conflict) as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return redirect("core:import_codes", pk)
    seen = look_into(upload)
    context = {
        "form": form,
        "upload": upload,
        "importable": importable,
        "heads": names,
        "rows": seen.rows(names, masked_target(importable, before)),
        "back_url": reverse("core:import_start"),
    }
    return _page(request, "core/import_columns.html", 2, context, 422 if form.errors else 200)


def codes(request: HttpRequest, pk: int) -> HttpResponse:
    """What the codes of the file mean, how its dates and amounts are written; passed over where nothing is to say."""
    upload = _draft(request, pk)
    form = CodesForm(
        request.POST if request.method == "POST" else None,
        importable=importable_of(upload),
        columns=upload.mapping.get("columns", {}),
        look=look_into(upload),
    )
    if not form.is_needed:
        return redirect("core:import_check", pk)
    if request.method == "POST" and form.is_valid():
        try:
            map_columns(
                pk,
                actor=actor_of(request),
                source=upload.mapping.get("source", ""),
                columns=form.mapped(),
            )
        except (ImportRefused, Conflict) as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return redirect("core:import_check", pk)
    context = {"form": form, "upload": upload, "back_url": reverse("core:import_columns", args=[pk])}
    return _page(request, "core/import_codes.html", 3, context, 422 if form.errors else 200)


@require_GET
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What would be loaded; the trial and its result; the load itself while it runs."""
    actor = need(request, RIGHT)
    upload = upload_of(actor, pk)
    if upload.run is not None and not upload.is_busy and not upload.error and not upload.trial:
        return redirect("core:import", upload.run.pk)
    context: dict[str, Any] = {
        "upload": upload,
        "there": is_there(upload),
        "name_form": NameForm(),
        "refused": "",
        "files": [],
    }
    if not upload.is_busy:
        context |= _sources(upload)
        if upload.checked is not None and actor.may("core.view_imports"):
            found = rejections(actor, upload.checked.pk)[:21]
            context |= {
                "checked": upload.checked,
                "lines": rejection_lines(upload.checked, found[:20]),
                "more": len(found) > 20,
            }
    return _page(request, "core/import_check.html", 4, context | _progress(upload))


def _sources(upload: ImportUpload) -> dict[str, Any]:
    """The files with what they feed, or the sentence why they cannot be loaded."""
    if upload.target:
        label = importables()[upload.target].label if upload.target in importables() else upload.target
        try:
            profile_of(upload)
        except ImportRefused as refusal:
            return {"refused": str(refusal.message)}
        return {"files": [(upload.files[0]["name"], label, upload.facts["rows"])]}
    try:
        profile_of(upload)
    except ImportRefused as refusal:
        return {"refused": str(refusal.message)}
    known = importables()
    found = upload.facts.get("sources", [])
    return {"files": [(label, known[code].label if code in known else code, rows) for label, code, rows in found]}


def _progress(upload: ImportUpload) -> dict[str, Any]:
    known = importables()
    return {
        "progress": [
            (file, known[target].label if target in known else target, done, rows, rows and done >= rows)
            for file, target, done, rows in progress_of(upload)
        ]
        if upload.is_busy
        else []
    }


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that htmx asks for every two seconds; when the job is over, the page is drawn anew."""
    upload = upload_of(need(request, RIGHT), pk)
    if not upload.is_busy:
        answer = HttpResponse(status=200)
        answer.headers["HX-Redirect"] = reverse("core:import_check", args=[pk])
        return answer
    return render(request, "core/parts/import_progress.html", {"upload": upload} | _progress(upload))


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """A worker is asked for the trial, or for the load."""
    actor, trial = need(request, RIGHT), request.POST.get("trial") == "1"

    def act() -> None:
        try:
            ask_load(pk, actor=actor, trial=trial)
        except ImportRefused as refusal:
            raise RuleViolation(refusal.message) from refusal

    done = _("The check was asked for.") if trial else _("The import was asked for.")
    return post_only(request, act, back_url=reverse("core:import_check", args=[pk]), done=done)


@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, RIGHT)
    done = _("It stops behind the rows under way; what is loaded stays.")
    back = reverse("core:import_check", args=[pk])
    return post_only(request, lambda: stop_load(pk, actor=actor), back_url=back, done=done)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, RIGHT)
    done = _("The files were deleted.")
    return post_only(request, lambda: discard_files(pk, actor=actor), back_url=reverse("core:imports"), done=done)


def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the mapping as a profile."""
    actor = need(request, RIGHT)
    upload = upload_of(actor, pk)

    def act(data: dict[str, Any]) -> str:
        try:
            return save_profile(upload.pk, actor=actor, name=data["name"])
        except ImportRefused as refusal:
            raise RuleViolation(refusal.message) from refusal

    return form_page(
        request,
        NameForm(request.POST if request.method == "POST" else None),
        act,
        title=_("Save the mapping as a profile"),
        sub=_t("Later files of the same kind are then loaded without mapping them again."),
        back_url=reverse("core:import_check", args=[pk]),
        done=lambda name: _t("Saved as profile “%(name)s”.") % {"name": name},
    )
