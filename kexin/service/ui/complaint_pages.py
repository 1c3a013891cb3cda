"""Complaints on the screen: acceptance, the inbox, one case with both rulers and its record, the customer's panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import form_page, need, put_errors
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.core.ui.table import Table
from kexin.holdings.ui.export import ExportForm
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.people.queries import post_labels
from kexin.service.complaints.agreement import agreement_pdf
from kexin.service.complaints.analysis.asking import VIEW_FIGURES
from kexin.service.complaints.exporting import EXPORT, complaints_file, export_complaints
from kexin.service.complaints.handling import note_complaint, record_complaint_contact
from kexin.service.complaints.letters import reply_pdf
from kexin.service.complaints.queries import (
    ComplaintFile,
    complaint_file,
    complaint_standing,
    complaints,
    complaints_of,
    newest_complaint,
)
from kexin.service.complaints.receiving import RECEIVE, receive_complaint
from kexin.service.models import Complaint, ServiceRequest
from kexin.service.ui.complaint_files import files_context
from kexin.service.ui.complaint_filters import ComplaintFilter
from kexin.service.ui.complaint_forms import ReceiveForm
from kexin.service.ui.complaint_shown import case_context, grade_chip, ruler, state_chip, whose
from kexin.service.ui.phone_acts import call_began

FIRST = "state=unfinished"


class ComplaintTable(Table):
    """消费投诉."""

    name = "service.complaints"
    caption = _("Complaints")
    default_sort = "legal"
    search = "q"
    search_hint = _("Complaint number")
    empty_title = _("No complaints")
    empty_text = _("A complaint is received on the customer's page, out of a request, or here without a customer.")
    empty_icon = "message-exclamation"
    views = (
        View("open", _("All unfinished"), FIRST),
        View("owned", _("Handled by me"), "state=unfinished&side=owned"),
        View("inquiry", _("Investigated by me"), "state=unfinished&side=inquiry"),
        View("late", _("Late by our limits"), "state=unfinished&due=late"),
        View("legal", _("By law within five days"), "state=unfinished&due=legal_soon"),
        View("all", _("All"), "sort=-opened"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor, now = actor_of(request), timezone.now()
        self.columns = (
            Column("subject", _("What it is about"), value="subject", phone="title", always=True),
            Column("whose", _("Complainant"), value=lambda row: whose(actor, row), phone="sub"),
            Column("grade", _("Grade"), value=grade_chip),
            Column("due", _("Our limit"), value=lambda row: ruler(row.ticking, row.due_at, now), sort=("due_at", "pk")),
            Column(
                "legal",
                _("Legal limit"),
                value=lambda row: ruler(row.legal_ticking, row.legal_due_at, now),
                sort=("legal_due_at", "pk"),
            ),
            Column("state", _("State"), value=state_chip),
            Column("source", _("Source"), value="get_source_display"),
            Column("officer", _("Complaint officer"), value=lambda row: self.posts.get(row.officer_post_id, "")),
            Column("nature", _("Nature"), value="get_nature_display", hidden=True),
            Column("unit", _("Unit complained about"), value="concerned_unit.shown_name", hidden=True),
            Column("complaint_no", _("Complaint number"), value="complaint_no"),
            Column(
                "opened",
                pgettext_lazy("request", "Opened"),
                value=lambda row: moment(row.opened_at),
                sort=("opened_at", "pk"),
                first="desc",
            ),
        )
        rows = list(self.page.rows)
        decrypt_rows(Complaint, rows, ("subject", "complainant_name"))
        self.posts = post_labels({row.officer_post_id for row in rows}) if rows else {}

    def row_url(self, row: Complaint) -> str:
        return reverse("complaints:complaint", args=[row.pk])


def _asked(request: HttpRequest, actor: Actor) -> tuple[Any, ComplaintFilter]:
    wanted = {name: request.GET.get(name, "") for name in ("state", "side", "due")}
    rows = complaints(actor, **wanted)
    return rows, ComplaintFilter(request.GET, queryset=rows, request=request)


@require_GET
def complaint_list(request: HttpRequest) -> HttpResponse:
    """GET /complaints/: the inbox, the nearest legal limit first."""
    if not request.GET:
        return redirect(f"{reverse('complaints:list')}?{FIRST}")
    actor = actor_of(request)
    rows, filters = _asked(request, actor)
    table = ComplaintTable(request, rows, filters=filters)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    now, within = complaint_standing(actor), f"{FIRST}&"
    tiles = [
        (_("Unfinished"), now.open, FIRST, ""),
        (_("Late by our limits"), now.late, f"{within}due=late", "bad"),
        (_("Late by law"), now.legal_late, f"{within}due=legal_late", "bad"),
        (_("By law within five days"), now.legal_soon, f"{within}due=legal_soon", "warn"),
        (pgettext_lazy("complaint grade", "Major"), now.major, f"{within}grade=major", "bad"),
        (_("Await the complainant's word"), now.waiting, "state=confirm", ""),
    ]
    context = {
        "title": _("Complaints"),
        "table": table,
        "tiles": [(label, count, query, level if count else "") for label, count, query, level in tiles],
        "stamp": newest_complaint(actor),
        "may_receive": actor.may(RECEIVE),
        "may_export": actor.may(EXPORT),
        "may_figures": actor.may(VIEW_FIGURES),
    }
    return render(request, "service/complaints.html", context)


def export(request: HttpRequest) -> HttpResponseBase:
    """GET asks what for; POST sends the cases of the list as a file. The filters travel in the address."""
    actor = need(request, EXPORT)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = export_complaints(_asked(request, actor)[1].qs, actor=actor, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            return sent(form.cleaned_data["format"], complaints_file(rows), actor)
    context = {
        "title": _t("Export complaints"),
        "form": form,
        "back_url": f"{reverse('complaints:list')}?{request.GET.urlencode()}",
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)


def _received(
    request: HttpRequest,
    actor: Actor,
    *,
    customer: Customer | None,
    source: ServiceRequest | None,
    back_url: str,
    sub: Any = "",
) -> HttpResponse:
    first: dict[str, Any] = {
        "channel": request.GET.get("channel", "phone"),
        "received_at": call_began(actor, request.GET.get("call", "")),
    }
    if source is not None:
        decrypt_rows(ServiceRequest, [source], ("subject", "text", "caller_name", "caller_phone", "caller_email"))
        if source.customer_id is None:
            caller = {
                "complainant_name": source.caller_name,
                "complainant_phone": source.caller_phone,
                "complainant_email": source.caller_email,
            }
            first |= {name: str(value or "") for name, value in caller.items()}
        first |= {"subject": str(source.subject or ""), "text": str(source.text or ""), "channel": source.channel}
    form = ReceiveForm(request.POST if request.method == "POST" else None, on_file=customer is not None, initial=first)

    def act(said: dict[str, Any]) -> Complaint | ServiceRequest:
        return receive_complaint(form.told(said), actor=actor, customer=customer, request=source)

    def go(row: Complaint | ServiceRequest) -> str:
        if isinstance(row, ServiceRequest):
            return reverse("service:request", args=[row.pk])
        if not Complaint.objects.visible_to(actor, "service.view_complaints").filter(pk=row.pk).exists():
            return back_url
        return reverse("complaints:complaint", args=[row.pk])

    def done(row: Complaint | ServiceRequest) -> str:
        if isinstance(row, ServiceRequest):
            return _t("Opened as request %(number)s.") % {"number": row.request_no}
        return _t("Received as %(number)s. You stay the contact.") % {"number": row.complaint_no}

    return form_page(
        request,
        form,
        act,
        title=_("Receive a complaint"),
        sub=sub,
        back_url=back_url,
        go=go,
        done=done,
        submit_label=_("Receive"),
        context={"sections": form.sections()},
    )


def new_complaint(request: HttpRequest) -> HttpResponse:
    """GET, POST /complaints/new/: by somebody who is not on file."""
    actor = need(request, RECEIVE)
    back = reverse("complaints:list")
    return _received(request, actor, customer=None, source=None, back_url=back, sub=_("Somebody not on file"))


def new_complaint_of(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /customers/PK/complaints/new/."""
    actor = need(request, RECEIVE)
    customer = customer_in_reach(actor, pk)
    back = f"{reverse('party:customer', args=[pk])}?tab=service"
    return _received(request, actor, customer=customer, source=None, back_url=back, sub=shown_name(actor, customer))


def complaint_from(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/complaint/: a request turns out to be a complaint."""
    actor = need(request, RECEIVE)
    rows = ServiceRequest.objects.visible_to(actor, RECEIVE).select_related("customer__party")
    source = rows.filter(pk=pk).first()
    if source is None:
        raise NotFound
    back = reverse("service:request", args=[pk])
    return _received(request, actor, customer=source.customer, source=source, back_url=back, sub=source.request_no)


@require_GET
def complaint_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /complaints/PK/: the case, both rulers, who has a part in it, the record, what can be done."""
    return draw(request, complaint_file(actor_of(request), pk))


@require_GET
def reply_file(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /complaints/PK/reply.pdf: the reviewed reply."""
    row, content = reply_pdf(actor_of(request), pk)
    return _pdf(content, f"reply-{row.complaint_no}.pdf")


@require_GET
def agreement_file(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /complaints/PK/agreement.pdf: the agreement of an approved settlement, to be signed."""
    row, content = agreement_pdf(actor_of(request), pk)
    return _pdf(content, f"agreement-{row.complaint_no}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def draw(request: HttpRequest, file: ComplaintFile, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The page; ``extra``: what somebody typed and what was wrong with it."""
    context = case_context(actor_of(request), file) | files_context(actor_of(request), file.row)
    context |= {"back_url": f"{reverse('complaints:list')}?{FIRST}", **extra}
    return render(request, "service/complaint.html", context, status=status)


@require_POST
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """POST outward=1|0, channel, text, reaction."""
    actor, said = actor_of(request), request.POST
    given = {name: said.get(name, "") for name in ("channel", "text", "reaction")}
    outward = said.get("outward") == "1"
    return _typed(request, pk, lambda: record_complaint_contact(pk, actor=actor, outward=outward, **given), "contact")


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """POST text."""
    actor = actor_of(request)
    return _typed(request, pk, lambda: note_complaint(pk, actor=actor, text=request.POST.get("text", "")), "note")


def _typed(request: HttpRequest, pk: int, act: Callable[[], Any], form: str) -> HttpResponse:
    """Back to the page; where a rule refuses, the page again with what was typed."""
    try:
        act()
    except RuleViolation as refusal:
        told = " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message)
        file = complaint_file(actor_of(request), pk)
        return draw(request, file, status=422, wrong={form: told}, said=request.POST)
    return redirect(f"{reverse('complaints:complaint', args=[pk])}#record")


def complaints_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: cases, unfinished ones first."""
    actor, now = actor_of(request), timezone.now()
    rows = complaints_of(actor, customer_in_reach(actor, pk))
    return "service/panel_complaints.html", {
        "rows": [
            (row, state_chip(row), grade_chip(row), ruler(row.legal_ticking, row.legal_due_at, now)) for row in rows
        ],
        "customer_pk": pk,
        "may_receive": actor.may(RECEIVE),
    }
