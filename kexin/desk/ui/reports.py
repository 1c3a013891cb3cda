"""Pages of reports: the list, the builder with its live preview, sharing, schedule, files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core.actor import Actor
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation, SecondFactorNeeded
from kexin.core.export import FORMATS
from kexin.core.reports.asked import ReportAsked
from kexin.core.reports.fields import Dataset
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.desk.models import Report
from kexin.desk.reports.operations import (
    change_report,
    copy_report,
    delete_report,
    download_report,
    export_report,
    save_report,
    schedule_report,
)
from kexin.desk.reports.queries import (
    VIEW_REPORTS,
    owner_of,
    report_fields,
    report_file,
    report_files,
    report_in_reach,
    reports,
    run_report,
    share_choices,
)
from kexin.desk.reports.work import REASONS
from kexin.desk.ui.report_form import (
    BuilderForm,
    NameForm,
    ScheduleForm,
    ShareForm,
    TakeOutForm,
    address_of,
    asked_in,
    usual,
)
from kexin.desk.ui.report_table import shown_report


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """GET /reports/: one's own and the shared ones, and the datasets to begin with."""
    actor = actor_of(request)
    found = reports(actor)
    fields = report_fields(actor)
    labels = {each.code: each.label for each in fields}
    rows = [
        (line, labels.get(line.report.asked.get("dataset", "")), REASONS.get(line.report.stopped)) for line in found
    ]
    context = {"title": _("Reports"), "rows": rows, "datasets": fields, "may_save": actor.may("desk.save_report")}
    return render(request, "desk/reports.html", context)


def _dataset(actor: Actor, code: str) -> Dataset:
    """The dataset asked for, or the first one there is for this actor."""
    fields = report_fields(actor)
    found = next((each for each in fields if each.code == code), None) if code else next(iter(fields), None)
    if found is None:
        raise NotFound
    return found


def _result(actor: Actor, asked: ReportAsked) -> dict[str, Any]:
    """The preview's context: the report, or in words why there is none."""
    try:
        return {"found": shown_report(run_report(actor, asked)), "query": address_of(asked)}
    except RuleViolation as refusal:
        return {"refused": [str(text) for text in refusal.fields.values()] or [str(refusal.message)]}
    except (SecondFactorNeeded, NotPermitted) as refusal:
        return {"refused": [str(refusal.message)]}


@require_GET
def preview(request: HttpRequest) -> HttpResponse:
    """GET /reports/preview/?dataset=…: the fragment that htmx puts below the form; the address follows."""
    actor = need(request, VIEW_REPORTS)
    dataset = _dataset(actor, request.GET.get("dataset", ""))
    asked = asked_in(request.GET, dataset)
    pk = request.GET.get("report", "")
    report = report_in_reach(actor, int(pk)) if pk.isdecimal() else None
    context = _result(actor, asked) | _saving(actor, report, asked)
    page = reverse("desk:report", args=[report.pk]) if report else reverse("desk:new_report")
    if not request.headers.get("HX-Request"):
        return redirect(f"{page}?{address_of(asked)}")
    response = render(request, "desk/parts/report_result.html", context)
    response.headers["HX-Replace-Url"] = f"{page}?{address_of(asked)}"
    return response


def _saving(actor: Actor, report: Report | None, asked: ReportAsked) -> dict[str, Any]:
    own = report is not None and report.owner_id == actor.user_id
    return {
        "report": report,
        "own": own,
        "changed": report is not None and asked != ReportAsked.from_json(report.asked),
        "may_save": actor.may("desk.save_report") and actor.user_id is not None,
        "may_change": own and actor.may("desk.change_report"),
        "may_export": actor.may("desk.export_report"),
    }


def _builder(
    request: HttpRequest, actor: Actor, report: Report | None, asked: ReportAsked, **more: Any
) -> HttpResponse:
    dataset = _dataset(actor, asked.dataset)
    context: dict[str, Any] = {
        "title": report.name if report else _t("New report"),
        "datasets": report_fields(actor),
        "dataset": dataset,
        "filtered": bool(asked.filters),
        "form": BuilderForm(QueryDict(address_of(asked)), actor=actor, dataset=dataset),
        **_saving(actor, report, asked),
        **_result(actor, asked),
        **more,
    }
    return render(request, "desk/report.html", context)


@require_GET
def new(request: HttpRequest) -> HttpResponse:
    """GET /reports/new/?dataset=…: the builder; the address holds the report, so that it can be sent and kept."""
    actor = need(request, VIEW_REPORTS)
    if not report_fields(actor):
        return render(request, "desk/report_nothing.html", {"title": _("New report")})
    dataset = _dataset(actor, request.GET.get("dataset", ""))
    asked = asked_in(request.GET, dataset) if "row" in request.GET else usual(actor, dataset)
    return _builder(request, actor, None, asked)


@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /reports/1/: a kept report, computed for its reader; ``?row=…`` shows it changed, not yet kept."""
    actor = need(request, VIEW_REPORTS)
    report = report_in_reach(actor, pk)
    asked = ReportAsked.from_json(report.asked)
    try:
        dataset = _dataset(actor, asked.dataset)
    except NotFound:  # shared with people who may not see such rows
        context = {"title": report.name, "owner": owner_of(report)}
        return render(request, "desk/report_nothing.html", context)
    if "row" in request.GET and request.GET.get("dataset") == dataset.code:
        asked = asked_in(request.GET, dataset)
    more = {
        "owner": owner_of(report),
        "files": report_files(actor, report),
        "why_stopped": REASONS.get(report.stopped),
        "may_share": report.owner_id == actor.user_id and actor.may("desk.change_report"),
        "may_schedule": report.owner_id == actor.user_id and actor.may("desk.schedule_report"),
        "may_delete": report.owner_id == actor.user_id and actor.may("desk.delete_report"),
    }
    return _builder(request, actor, report, asked, **more)


def _asked(request: HttpRequest, actor: Actor) -> ReportAsked:
    """The report that the address names."""
    return asked_in(request.GET, _dataset(actor, request.GET.get("dataset", "")))


def save(request: HttpRequest) -> HttpResponse:
    """GET asks for a name, POST keeps what the address names; 422 with the reason at the field."""
    actor = need(request, "desk.save_report")
    asked = _asked(request, actor)
    return form_page(
        request,
        NameForm(request.POST if request.method == "POST" else None),
        lambda data: save_report(actor=actor, name=data["name"], asked=asked),
        title=_("Save a report"),
        back_url=f"{reverse('desk:new_report')}?{address_of(asked)}",
        done=_("The report is kept."),
        go=lambda report: reverse("desk:report", args=[report.pk]),
    )


@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /reports/1/keep/?…: one's own report asks from now on what the address names."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: change_report(pk, actor=actor, asked=_asked(request, actor)),
        back_url=reverse("desk:report", args=[pk]),
        done=_("The report was changed."),
    )


def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST renames one's own report."""
    actor = need(request, "desk.change_report")
    report = report_in_reach(actor, pk)
    return form_page(
        request,
        NameForm(request.POST if request.method == "POST" else None, initial={"name": report.name}),
        lambda data: change_report(pk, actor=actor, name=data["name"]),
        title=_("Rename the report"),
        back_url=reverse("desk:report", args=[pk]),
        done=_("The report was renamed."),
    )


def share(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST shares one's own report or stops sharing it."""
    actor = need(request, "desk.change_report")
    report = report_in_reach(actor, pk)
    units = share_choices(actor)
    form = ShareForm(
        request.POST if request.method == "POST" else None, units=units, initial={"unit": report.shared_with}
    )
    return form_page(
        request,
        form,
        lambda data: change_report(pk, actor=actor, share=data["unit"] is not None, unit=data["unit"]),
        title=_("Share the report"),
        sub=report.name,
        back_url=reverse("desk:report", args=[pk]),
        done=lambda row: _("The report is shared.") if row.shared_with_id else _("The report is not shared any more."),
    )


def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST sets or ends the schedule of one's own report."""
    actor = need(request, "desk.schedule_report")
    report = report_in_reach(actor, pk)
    form = ScheduleForm(
        request.POST if request.method == "POST" else None, initial={"rhythm": report.rhythm, "form": report.format}
    )
    return form_page(
        request,
        form,
        lambda data: schedule_report(pk, actor=actor, rhythm=data["rhythm"], form=data["form"]),
        title=_("Schedule the report"),
        sub=report.name,
        back_url=reverse("desk:report", args=[pk]),
        done=lambda row: (
            _("Next on %(day)s.") % {"day": row.next_on} if row.next_on else _("It does not come any more.")
        ),
    )


@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: a report of one's own that asks the same."""
    try:
        made = copy_report(pk, actor=actor_of(request))
    except (RuleViolation, Conflict) as refusal:
        messages.error(request, str(refusal.message))
        return redirect(reverse("desk:report", args=[pk]))
    messages.success(request, _t("This copy is yours."))
    return redirect(reverse("desk:report", args=[made.pk]))


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: delete one's own report; the page asked before."""
    return post_only(
        request,
        lambda: delete_report(pk, actor=actor_of(request)),
        back_url=reverse("desk:reports"),
        done=_("The report was deleted."),
    )


def export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """GET asks what for; POST sends the report that the address names as a file."""
    actor = need(request, "desk.export_report")
    asked = _asked(request, actor)
    form = TakeOutForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        name = request.GET.get("name", "")[:60]
        try:
            table = export_report(actor=actor, asked=asked, name=name, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            form.add_error(None, " ".join(str(text) for text in refusal.fields.values()) or str(refusal.message))
        else:
            return sent(form.cleaned_data["format"], table, actor)
    context = {
        "title": _t("Export a report"),
        "sub": request.GET.get("name", "")[:60],
        "form": form,
        "back_url": f"{reverse('desk:new_report')}?{address_of(asked)}",
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)


@require_GET
def file_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /reports/files/1/: what lies ready, and the button that fetches it (fetching is an act of its own)."""
    actor = need(request, VIEW_REPORTS)
    return render(request, "desk/report_file.html", {"title": _("Report ready"), "file": report_file(actor, pk)})


@require_POST
def fetch(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """POST /reports/files/1/fetch/: the file itself."""
    try:
        row, pieces = download_report(pk, actor=actor_of(request))
    except RuleViolation as refusal:
        messages.error(request, str(refusal.message))
        return redirect(reverse("desk:report_file", args=[pk]))
    response = StreamingHttpResponse(pieces, content_type=FORMATS[row.format])
    response.headers["Content-Disposition"] = f'attachment; filename="{row.file_name}"'
    return response
