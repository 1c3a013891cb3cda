"""Files of a case on its page, and the word that something new has come in while the list is open."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.typeset import CannotTypeset
from kexin.core.ui.downloads import download
from kexin.core.ui.form_page import need
from kexin.core.ui.receiving import OVERHEAD, EncryptingUploadHandler
from kexin.core.ui.request import actor_of
from kexin.engagement.policies import DocumentPolicy
from kexin.people.queries import names_of
from kexin.sales.operations.dossiers import LONGEST_PURPOSE
from kexin.service.complaints.choices import EvidenceKind, SubjectKind
from kexin.service.complaints.evidence import ADD, DOWNLOAD, add_complaint_file, download_complaint_file
from kexin.service.complaints.filing import DRAW, EXPORT, attach_sale_dossier, export_complaint_file
from kexin.service.complaints.queries import VIEW, ComplaintFile, complaint_file, newest_complaint
from kexin.service.models import Complaint, ComplaintEvidence


def files_context(actor: Actor, row: Complaint) -> dict[str, Any]:
    """The files of a case and of those joined with it, for its page."""
    cases = [row, *Complaint.objects.visible_to(actor, VIEW).filter(joined_into=row)]
    found = list(ComplaintEvidence.objects.filter(complaint__in=cases).order_by("at", "pk"))
    decrypt_rows(ComplaintEvidence, found, ("file_name",))
    who = names_of({each.by for each in found})
    about_sale = row.subject_kind == SubjectKind.SALE
    drawn = any(each.kind == EvidenceKind.DOSSIER for each in found)
    return {
        "evidence": [(each, "" if each.by.startswith("customer.") else who.get(each.by, each.by)) for each in found],
        "may_take_file": actor.may(DOWNLOAD),
        "may_add_file": actor.may(ADD) and row.is_open,
        "may_export_file": actor.may(EXPORT),
        "may_draw_dossier": actor.may(DRAW) and row.is_open and about_sale and not drawn,
    }


@require_POST
def file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """POST, because it is recorded. Always a download, never shown in the browser's own window."""
    row, content = download_complaint_file(pk, actor=actor_of(request))
    name = str(row.file_name or "") or f"file-{row.pk}"
    return download(content, name=name, media_type=row.media_type, size=row.size)


@csrf_exempt  # only this outer part, which must see the request before its body is read; the inner part is protected
@require_POST
def add_file(request: HttpRequest, pk: int) -> HttpResponse:
    """POST file: it is encrypted under the key of the case while it arrives."""
    found = complaint_file(need(request, ADD), pk)
    handler = EncryptingUploadHandler(request, found.row.key_id, in_force(DocumentPolicy))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > handler.largest + OVERHEAD:
        return _again(request, found, _t("The file is larger than %(most)s MB.") % {"most": handler.rules.largest_mb})
    request.upload_handlers = [handler]
    return _add(request, found, handler)


@csrf_protect
def _add(request: HttpRequest, found: ComplaintFile, handler: EncryptingUploadHandler) -> HttpResponse:
    _said: Any = request.POST  # read now, so that the file has arrived
    stored, wrong = handler.stored, ""
    try:
        if handler.refusal is not None:
            wrong = " ".join(str(each.text) for each in handler.refusal.reasons)
        elif stored is None:
            wrong = _t("Choose a file.")
        else:
            add_complaint_file(found.row.pk, actor=actor_of(request), file=stored)
            stored = None
            return redirect(f"{reverse('complaints:complaint', args=[found.row.pk])}#files")
    except RuleViolation as refusal:
        wrong = " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message)
    finally:
        if stored is not None:
            vault.remove(stored.stored_as)
    return _again(request, found, wrong)


def _again(request: HttpRequest, found: ComplaintFile, wrong: str) -> HttpResponse:
    from kexin.service.ui.complaint_pages import draw

    return draw(request, found, status=422, wrong={"file": wrong}, said={})


@require_POST
def draw_dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: the dossier of the sale complained about becomes evidence."""
    found = complaint_file(need(request, DRAW), pk)
    try:
        attach_sale_dossier(pk, actor=actor_of(request))
    except (RuleViolation, CannotTypeset) as refusal:
        return _again(request, found, " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message))
    return redirect(f"{reverse('complaints:complaint', args=[pk])}#files")


def document(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /complaints/PK/document/ asks what for; POST sends the whole file, signed."""
    found = complaint_file(need(request, EXPORT), pk)
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = export_complaint_file(pk, actor=actor_of(request), purpose=form.cleaned_data["purpose"])
        except (RuleViolation, CannotTypeset) as refusal:
            form.add_error(None, " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message))
        else:
            answer = HttpResponse(made.content, content_type="application/pdf")
            answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
            return answer
    context = {
        "title": _t("File of a complaint"),
        "sub": found.row.complaint_no,
        "form": form,
        "back_url": reverse("complaints:complaint", args=[pk]),
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)


class PurposeForm(forms.Form):
    """What the file is taken out for."""

    purpose = forms.CharField(
        label=_("What is it for?"),
        max_length=LONGEST_PURPOSE,
        help_text=_("The file carries your name and the time; what you export and why is recorded."),
    )


@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """GET /complaints/news/?version=: 204 while the open list is true, else a line that leads to the newest."""
    stamp = newest_complaint(actor_of(request))
    before = request.GET.get("version", "")
    if before == stamp:
        return HttpResponse(status=204)
    answer = render(request, "service/parts/complaint_news.html", {"query": request.GET.get("query", "")})
    answer.headers["X-Version"] = before
    return answer
