"""Pages of documents: upload, download, withdraw."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from kexin.core import vault
from kexin.core.errors import RuleViolation
from kexin.core.policy import in_force
from kexin.core.ui import downloads
from kexin.core.ui.receiving import OVERHEAD, EncryptingUploadHandler
from kexin.core.ui.request import actor_of
from kexin.engagement.operations import add_document, download_document, withdraw_document
from kexin.engagement.policies import DocumentPolicy
from kexin.engagement.queries import customer_for, document_in_reach
from kexin.engagement.ui.forms import DocumentForm, ReasonForm


def _tab(customer_id: int) -> str:
    return f"{reverse('party:customer', args=[customer_id])}?tab=documents"


@csrf_exempt  # only this outer part, which must see the request before its body is read; the inner part is protected
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the form. POST: the file is encrypted while it arrives; reach and length are checked before any byte."""
    actor = actor_of(request)
    if not actor.may("engagement.add_document"):
        raise actor.refusal("engagement.add_document")
    customer = customer_for(actor, pk, "engagement.add_document")
    rules = in_force(DocumentPolicy)
    handler = EncryptingUploadHandler(request, customer.party.key_id, rules)
    if request.method == "POST":
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > handler.largest + OVERHEAD:
            form = DocumentForm(rules=rules)
            told = _t("The file is larger than %(most)s MB.") % {"most": rules.largest_mb}
            return _form_page(request, form, pk, status=422, refused=told)
        request.upload_handlers = [handler]
    return _upload(request, customer, handler)


@csrf_protect
def _upload(request: HttpRequest, customer: Any, handler: EncryptingUploadHandler) -> HttpResponse:
    form = DocumentForm(request.POST if request.method == "POST" else None, rules=handler.rules)
    if request.method != "POST":
        return _form_page(request, form, customer.pk)
    stored, kept = handler.stored, False
    try:
        valid = form.is_valid()
        if handler.refusal is not None:
            for reason in handler.refusal.reasons:
                form.add_error("file", str(reason.text))
        elif stored is None:
            form.add_error("file", _t("Choose a file."))
        elif valid:
            try:
                add_document(customer, actor=actor_of(request), stored=stored, **_described(form))
            except RuleViolation as refusal:
                for name, text in refusal.fields.items():
                    form.add_error(name if name in form.fields else None, str(text))
                if not refusal.fields:
                    form.add_error(None, str(refusal.message))
            else:
                kept = True
                messages.success(request, _t("The document is kept."))
                return redirect(_tab(customer.pk))
    finally:
        if stored is not None and not kept:
            vault.remove(stored.stored_as)
    return _form_page(request, form, customer.pk, status=422)


def _described(form: DocumentForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("title", "category", "expires_on")}


def _form_page(
    request: HttpRequest, form: DocumentForm, customer_id: int, *, status: int = 200, refused: str = ""
) -> HttpResponse:
    if refused:
        messages.error(request, refused)
    context = {"title": _t("Keep a document"), "form": form, "back_url": _tab(customer_id), "submit_label": _t("Keep")}
    return render(request, "core/form.html", context, status=status)


@require_POST
def download(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """POST, because it is recorded. Always a download, never shown in the browser's own window."""
    document, content = download_document(pk, actor=actor_of(request))
    name = str(document.file_name or "") or f"document-{document.pk}"
    return downloads.download(content, name=name, media_type=document.media_type, size=document.size)


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: ask why. POST: withdraw."""
    actor = actor_of(request)
    if not actor.may("engagement.withdraw_document"):
        raise actor.refusal("engagement.withdraw_document")
    document = document_in_reach(actor, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_document(pk, actor=actor, reason=form.cleaned_data["reason"])
        except RuleViolation as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _t("The document is withdrawn."))
            return redirect(_tab(document.customer_id))
    context = {
        "title": _t("Withdraw a document"),
        "sub": str(document.title or ""),
        "form": form,
        "back_url": _tab(document.customer_id),
        "submit_label": _t("Withdraw"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
