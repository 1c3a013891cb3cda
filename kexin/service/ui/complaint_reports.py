"""投诉统计报表 on the screen: the list, making one, its tables as they were kept, what differs today, the files."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column
from kexin.core.ui.fields import SearchSelect
from kexin.core.ui.form_page import form_page, need, put_errors
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.people.queries import names_of, unit_choices, units_in_reach
from kexin.service.complaints.analysis.disclosure import OVERVIEW
from kexin.service.complaints.analysis.facts import COUNTED
from kexin.service.complaints.analysis.figures import TOLD_BY
from kexin.service.complaints.analysis.report_files import (
    DOWNLOAD,
    HEADS,
    digits,
    download_complaint_report,
    facts_of_report,
    name_of,
    notes_of,
    title_of,
    unit_of,
)
from kexin.service.complaints.analysis.reporting import (
    APPROVE,
    MAKE,
    VIEW_REPORTS,
    ReportFile,
    approve_complaint_report,
    complaint_report,
    complaint_reports,
    make_complaint_report,
    report_differences,
)
from kexin.service.complaints.choices import ReportKind
from kexin.service.complaints.queries import VIEW
from kexin.service.models import Complaint, ComplaintReport, ComplaintReportDecision
from kexin.service.ui.complaint_act_forms import words
from kexin.service.ui.complaint_filters import UnitFilter

MOST_CASES = 100


class ReportFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=ReportKind.choices)
    unit = UnitFilter(label=_("Unit"), choices=unit_choices)

    class Meta:
        model = ComplaintReport
        fields: list[str] = []


def _decision(row: ComplaintReport) -> ComplaintReportDecision | None:
    return getattr(row, "decision", None)


def state_chip(decision: ComplaintReportDecision | None) -> SafeString:
    """Awaits approval, approved, returned."""
    if decision is None:
        level, text = "warn", pgettext("complaint report", "Awaits approval")
    elif decision.approved:
        level, text = "good", pgettext("complaint report", "Approved and signed")
    else:
        level, text = "quiet", pgettext("complaint report", "Returned")
    return format_html('<span class="chip {}">{}</span>', level, text)


class ReportTable(Table):
    """投诉统计报表."""

    name = "service.complaint_reports"
    caption = _("Statutory reports of complaints")
    default_sort = "-period"
    empty_title = _("No reports")
    empty_text = _("A report counts a quarter or a year that is over, and stays as it was counted.")
    empty_icon = "report"

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.columns = (
            Column("report_no", _("Report number"), value="report_no", phone="title", always=True),
            Column("kind", _("Kind"), value="get_kind_display", phone="sub"),
            Column("unit", _("Unit"), value="unit.shown_name"),
            Column(
                "period",
                _("Period"),
                value=lambda row: f"{row.first_day.isoformat()} – {row.last_day.isoformat()}",
                sort=("first_day", "pk"),
                first="desc",
            ),
            Column("state", _("State"), value=lambda row: state_chip(_decision(row))),
            Column("made_by", _("Made by"), value=lambda row: self.named.get(row.made_by, row.made_by)),
            Column("made", _("Counted at"), value=lambda row: moment(row.made_at)),
        )
        rows = list(self.page.rows)
        self.named = names_of({row.made_by for row in rows}) if rows else {}

    def row_url(self, row: ComplaintReport) -> str:
        return reverse("complaints:report", args=[row.pk])


@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """GET /complaints/reports/."""
    actor = need(request, VIEW_REPORTS)
    rows = complaint_reports(actor)
    table = ReportTable(request, rows, filters=ReportFilter(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {"title": _("Statutory reports of complaints"), "table": table, "may_make": actor.may(MAKE)}
    return render(request, "service/complaint_reports.html", context)


class MakeForm(forms.Form):
    """Which period; why, where it was reported already."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ReportKind.choices, widget=forms.RadioSelect, initial="quarter")
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2200)
    quarter = forms.TypedChoiceField(
        label=_("Quarter"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "–"), *((each, f"Q{each}") for each in range(1, 5))],
        help_text=_("Left empty for a year."),
    )
    unit_id = forms.TypedChoiceField(
        label=_("Unit and those below"), coerce=int, empty_value=None, required=False, widget=SearchSelect()
    )
    note = words(_("Why it is counted anew (where it was reported already)"), 2, most=500, required=False)

    def __init__(self, *args: Any, units: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_id"].choices = units  # type: ignore[attr-defined]


def _units(actor: Actor) -> list[tuple[Any, str]]:
    """The whole institution, for whoever reaches it; else the units within reach."""
    found = units_in_reach(actor, MAKE)[:500]
    whole = [("", _t("The whole institution"))] if any(each.parent_id is None for each in found) else []
    return [*whole, *((each.pk, each.shown_name) for each in found if each.parent_id is not None)]


def make_report(request: HttpRequest) -> HttpResponse:
    """GET, POST /complaints/reports/new/."""
    actor = need(request, MAKE)
    today = business_date()
    quarter = (today.month - 1) // 3
    first = {"year": today.year if quarter else today.year - 1, "quarter": quarter or 4}
    form = MakeForm(request.POST if request.method == "POST" else None, initial=first, units=_units(actor))
    return form_page(
        request,
        form,
        lambda said: make_complaint_report(actor=actor, **said | {"quarter": said["quarter"] or 0}),
        title=_("Make a report"),
        sub=_("Whole periods that are over"),
        back_url=reverse("complaints:reports"),
        go=lambda row: reverse("complaints:report", args=[row.pk]),
        done=lambda row: _t("Counted and frozen as %(number)s.") % {"number": row.report_no},
        submit_label=_("Count and freeze"),
    )


class DecideForm(forms.Form):
    approve = forms.TypedChoiceField(
        label=_("Decision"),
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        choices=[
            ("1", pgettext_lazy("complaint report", "Approve and sign")),
            ("0", pgettext_lazy("complaint report", "Return")),
        ],
    )
    note = words(_("Note (needed for a return)"), 2, most=500, required=False)


def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the tables as they were kept. POST: approve and sign it, or return it."""
    actor = need(request, VIEW_REPORTS)
    found = complaint_report(actor, pk)
    decides = found.decision is None and actor.may(APPROVE) and found.row.made_by != actor.name
    form = DecideForm(request.POST if request.method == "POST" else None)
    released = found.decision is not None and found.decision.approved
    return form_page(
        request,
        form,
        lambda said: approve_complaint_report(pk, actor=actor, **said),
        title=found.row.report_no,
        back_url=reverse("complaints:reports"),
        go=reverse("complaints:report", args=[pk]),
        done=_("Recorded."),
        submit_label=_("Decide"),
        template="service/complaint_report.html",
        context={
            **_shown(found),
            "may_decide": decides,
            "may_list": actor.may(VIEW),
            "may_download": released and found.intact and actor.may(DOWNLOAD),
        },
    )


def _list_url(row: ComplaintReport) -> str:
    """The cases behind it, as they are today and as far as their reader may see them."""
    wanted = {"sort": "-opened", "opened_after": row.first_day.isoformat(), "opened_before": row.last_day.isoformat(),
              "nature": "complaint", "went": COUNTED}  # fmt: skip
    if row.unit.parent_id is not None:
        wanted["under"] = str(row.unit_id)
    return f"{reverse('complaints:list')}?{urlencode(wanted)}"


def _shown(found: ReportFile) -> dict[str, Any]:
    language = "en" if (get_language() or "").startswith("en") else "zh"
    content = found.row.content
    tables = [
        {
            "title": title_of(table["code"]),
            "first": pgettext("complaint report", "Figure") if table["code"] == OVERVIEW else TOLD_BY[table["code"]],
            "heads": [HEADS[head] for head in table["heads"]],
            "rows": [
                (
                    name_of(content, table["code"], line[0], language),
                    [(HEADS[head], digits(value)) for head, value in zip(table["heads"], line[1:], strict=True)],
                )
                for line in table["rows"]
            ],
        }
        for table in content["tables"]
    ]
    return {
        "row": found.row,
        "unit": unit_of(content),
        "list_url": _list_url(found.row),
        "decision": found.decision,
        "state": state_chip(found.decision),
        "intact": found.intact,
        "overview": tables[0]["rows"],
        "tables": tables[1:],
        "facts": facts_of_report(found),
        "notes": notes_of(),
        "counted": len(found.row.cases),
    }


@require_GET
def differences_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /complaints/reports/PK/differences/: digit by digit, and the cases behind them as far as one may see them."""
    actor = need(request, VIEW_REPORTS)
    row, found = complaint_report(actor, pk).row, report_differences(actor, pk)
    language = "en" if (get_language() or "").startswith("en") else "zh"
    context = {
        "title": _("What would be counted otherwise today"),
        "row": row,
        "found": found,
        "cells": [
            (
                title_of(each.table),
                name_of(row.content, each.table, each.key, language),
                "" if each.table == OVERVIEW else HEADS[each.head],
                digits(each.then),
                digits(each.now),
            )
            for each in found.cells
        ],
        "groups": [
            (_("Came into the period since"), len(found.added), _seen(actor, found.added)),
            (_("Count no longer"), len(found.gone), _seen(actor, found.gone)),
            (_("Count otherwise"), len(found.changed), _seen(actor, found.changed)),
        ],
    }
    return render(request, "service/complaint_report_differences.html", context)


def _seen(actor: Actor, numbers: tuple[str, ...]) -> list[tuple[str, str]]:
    """The cases with their pages, of those that the reader may see."""
    if not actor.may(VIEW):
        return []
    rows = Complaint.objects.visible_to(actor, VIEW).filter(complaint_no__in=numbers[: 10 * MOST_CASES])
    found = rows.order_by("complaint_no").values_list("complaint_no", "pk")[:MOST_CASES]
    return [(number, reverse("complaints:complaint", args=[pk])) for number, pk in found]


class DownloadForm(forms.Form):
    purpose = forms.CharField(label=_("What is it for?"), max_length=200)
    form = forms.ChoiceField(
        label=_("Format"), choices=[("xlsx", "XLSX"), ("pdf", "PDF/A")], initial="xlsx", widget=forms.RadioSelect
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[("zh", "中文"), ("en", "English")], initial="zh", widget=forms.RadioSelect
    )


def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET, POST /complaints/reports/PK/download/: the purpose first, then the file."""
    actor = need(request, DOWNLOAD)
    row = complaint_reports(actor_of(request)).filter(pk=pk).first()
    if row is None:
        raise NotFound
    form = DownloadForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = download_complaint_report(pk, actor=actor, **form.cleaned_data)
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            answer = HttpResponse(made.content, content_type=made.media)
            answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
            return answer
    context = {
        "title": _("Download the report"),
        "sub": row.report_no,
        "form": form,
        "back_url": reverse("complaints:report", args=[pk]),
        "submit_label": _("Download"),
    }
    return render(request, "core/form.html", context, status=422 if form.is_bound else 200)
