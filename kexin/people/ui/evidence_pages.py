"""The qualification file 资质档案: its page, its files, the document that leaves the house."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from kexin.core.errors import NotFound, RuleViolation
from kexin.core.policy import in_force
from kexin.core.typeset import CannotTypeset
from kexin.core.ui.downloads import download, download_whole
from kexin.core.ui.form_page import form_page, found_or_refuse, need, put_errors
from kexin.core.ui.request import actor_of
from kexin.people.models import Employee, Qualification, TrainingRecord
from kexin.people.operations.evidence import (
    ATTACH,
    Handed,
    Paper,
    attach_evidence,
    download_evidence,
    download_own_evidence,
)
from kexin.people.operations.seller_paper import LONGEST_PURPOSE, export_seller_file
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.seller_queries import own_seller_file, seller_file
from kexin.people.ui.evidence_upload import FileFields, Receiving, receive


@require_GET
def seller_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /employees/PK/qualification-file/: what is there, what is missing."""
    found = seller_file(actor_of(request), pk)
    return render(request, "people/seller_file.html", {"selling": found, "employee": found.employee, "about": pk})


@require_GET
def own_page(request: HttpRequest) -> HttpResponse:
    """GET /me/qualification-file/: one's own."""
    found = own_seller_file(actor_of(request))
    if found is None:
        raise NotFound
    return render(request, "people/seller_file.html", {"selling": found, "employee": found.employee, "about": None})


@require_POST
def file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """POST, because it is recorded. Always a download, never shown in the browser's own window."""
    return _sent(download_evidence(pk, actor=actor_of(request)))


@require_POST
def own_file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The same of one's own."""
    return _sent(download_own_evidence(actor=actor_of(request), file_id=pk))


def _sent(handed: Handed) -> StreamingHttpResponse:
    row, content = handed
    name = str(row.file_name or "") or f"file-{row.pk}"
    return download(content, name=name, media_type=row.media_type, size=row.size)


class AttachForm(FileFields):
    """A first file, or a newer one with the reason."""

    change = forms.CharField(label=_("Why it is replaced"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replaces:
            del self.fields["change"]


@csrf_exempt  # only this outer part; see receive()
def attach_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /qualifications/PK/file/."""
    actor = need(request, ATTACH)
    row = found_or_refuse(Qualification.objects.visible_to(actor, ATTACH).select_related("employee"), pk)
    return _attach(request, row, f"{in_force(QualificationPolicy).kind_label(row.kind)} {row.number}")


@csrf_exempt  # only this outer part; see receive()
def attach_training(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /training/PK/file/."""
    actor = need(request, ATTACH)
    row = found_or_refuse(TrainingRecord.objects.visible_to(actor, ATTACH).select_related("employee"), pk)
    return _attach(request, row, row.subject)


def _attach(request: HttpRequest, row: Paper, about: str) -> HttpResponse:
    replaces = row.files.exists()

    def inner(request: HttpRequest, came: Receiving) -> HttpResponse:
        return form_page(
            request,
            AttachForm(request.POST if request.method == "POST" else None, replaces=replaces),
            lambda data: attach_evidence(
                row, actor=actor_of(request), file=came.needed(), change=data.get("change", "")
            ),
            title=_("Replace the file") if replaces else _("Attach a file"),
            sub=f"{row.employee.shown_name} {row.employee.staff_no} · {about}",
            back_url=reverse("people_seller_file", args=[row.employee_id]),
            done=_("The file is kept."),
            submit_label=_("Keep"),
        )

    return receive(request, inner)


class PurposeForm(forms.Form):
    """What the file is taken out for."""

    purpose = forms.CharField(
        label=_("What is it for?"),
        max_length=LONGEST_PURPOSE,
        help_text=_("The file carries your name and the time; what you export and why is recorded."),
    )


def document(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks what for; POST sends the PDF."""
    actor = need(request, "people.export_seller_file")
    rows = Employee.objects.visible_to(actor, "people.export_seller_file").select_related("unit")
    employee = found_or_refuse(rows, pk)
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = export_seller_file(employee, actor=actor, purpose=form.cleaned_data["purpose"])
        except (RuleViolation, CannotTypeset) as refusal:
            put_errors(form, refusal)
        else:
            return download_whole(made.content, name=made.name)
    context = {
        "title": _t("Export a qualification file"),
        "sub": f"{employee.shown_name} {employee.staff_no}",
        "form": form,
        "back_url": reverse("people_seller_file", args=[pk]),
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
