"""Sellers by authorisation and certificates by their end: two lists of the same people."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.export import FORMATS
from kexin.core.listing import listed
from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import day
from kexin.core.ui.columns import Column, Selection, View
from kexin.core.ui.fields import SearchSelect
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.core.ui.table import BulkAction, Table
from kexin.people.models import OrgUnit, ProductAuthorisation, Qualification
from kexin.people.operations.seller_export import export_sellers, sellers_file
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.seller_queries import authorisation_line, authorisations, certificate_line
from kexin.people.seller_queries import certificates as certificates_in_reach
from kexin.people.vocabulary import class_choices

STATES = [("running", _("in force")), ("soon", _("ends soon")), ("over", _("ended"))]
FILES = [("there", _("attached")), ("missing", _("missing"))]


def _kinds() -> list[tuple[str, str]]:
    return [(each.code, each.label) for each in in_force(QualificationPolicy).by_code.values()]


class _Filter(django_filters.FilterSet):
    """What both lists are narrowed by."""

    end, gone = "", ""

    def find(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        near = Q(employee__staff_no__startswith=value) | Q(employee__name__contains=value)
        return rows.filter(near | Q(employee__name_en__icontains=value))

    def below(self, rows: QuerySet[Any], _name: str, value: OrgUnit) -> QuerySet[Any]:
        return rows.filter(employee__unit__path__startswith=value.path)

    def in_state(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        today = business_date()
        last = today + dt.timedelta(days=in_force(QualificationPolicy).warn_days[0])
        over = Q(**{f"{self.gone}__lte": today}) | Q(**{f"{self.end}__lt": today})
        if value == "over":
            return rows.filter(over)
        rows = rows.exclude(over)
        return rows.filter(**{f"{self.end}__lte": last}) if value == "soon" else rows


class AuthorisationFilter(_Filter):
    end, gone = "ends_on", "withdrawn_on"
    q = django_filters.CharFilter(label=_("Search"), method="find")
    product_class = django_filters.ChoiceFilter(label=_("Class"), method="of_class", choices=class_choices)
    state = django_filters.ChoiceFilter(label=_("State"), method="in_state", choices=STATES)
    unit = django_filters.ModelChoiceFilter(
        label=_("Unit and below"), method="below", widget=SearchSelect(), queryset=OrgUnit.objects.order_by("path")
    )

    def of_class(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(classes__contains=[value])


class CertificateFilter(_Filter):
    end, gone = "valid_until", "ended_on"
    q = django_filters.CharFilter(label=_("Search"), method="find")
    kind = django_filters.ChoiceFilter(label=_("Kind of certificate"), choices=_kinds)
    file = django_filters.ChoiceFilter(label=pgettext_lazy("upload", "File"), method="with_file", choices=FILES)
    state = django_filters.ChoiceFilter(label=_("State"), method="in_state", choices=STATES)
    unit = django_filters.ModelChoiceFilter(
        label=_("Unit and below"), method="below", widget=SearchSelect(), queryset=OrgUnit.objects.order_by("path")
    )

    def with_file(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(has_file=value == "there")


_LEVELS = {"good": "good", "warn": "warn", "bad": "", "": "calm"}
_WORDS = {"good": _("in force"), "warn": _("ends soon"), "bad": _("ended"), "": _("to come")}


def _chip(state: str) -> str:
    return format_html('<span class="chip {}">{}</span>', _LEVELS[state], _WORDS[state])


def _until(value: dt.date | None) -> object:
    return day(value) if value is not None else _("no end")


def _attached(row: Any) -> str:
    level, words = ("good", _("attached")) if row.has_file else ("warn", _("missing"))
    return format_html('<span class="chip {}">{}</span>', level, words)


class _SellerTable(Table):
    search = "q"
    search_hint = _("Staff number or name")
    empty_icon = "certificate"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules, self.on = in_force(QualificationPolicy), business_date()

    def row_url(self, row: Any) -> str:
        return reverse("people_seller_file", args=[row.employee_id])


class AuthorisationTable(_SellerTable):
    name = "people.sellers"
    caption = _("Sellers by authorisation")
    default_sort = "ends_on"
    empty_title = _("No product authorisations within your reach")
    views = (
        View("running", _("In force"), "state=running"),
        View("soon", _("Ends soon"), "state=soon"),
        View("all", _("All")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = (
            Column("name", _("Name"), value=lambda row: row.employee.shown_name, phone="title", always=True),
            Column("staff_no", _("Staff number"), value="employee.staff_no", phone="sub"),
            Column("unit", _("Unit"), value=lambda row: row.employee.unit.shown_name),
            Column("classes", _("May sell"), value=lambda row: listed(self._line(row).classes), width="wide"),
            Column("top", _("Up to"), value=lambda row: f"R{row.highest_grade}", sort="highest_grade"),
            Column("own_grade", _("Own grade"), value=lambda row: row.own_grade or "", sort="own_grade", hidden=True),
            Column("starts_on", _("From"), value=lambda row: day(row.starts_on), sort="starts_on", hidden=True),
            Column("ends_on", _("Until"), value=lambda row: day(row.ends_on), sort="ends_on"),
            Column("state", _("State"), value=lambda row: _chip(self._line(row).state)),
            Column("files", _("Files missing"), value=lambda row: row.files_missing or ""),
        )

    def _line(self, row: ProductAuthorisation) -> Any:
        return authorisation_line(row, self.rules, self.on)


class CertificateTable(_SellerTable):
    name = "people.qualifications"
    caption = _("Certificates")
    default_sort = "valid_until"
    empty_title = _("No certificates within your reach")
    views = (
        View("soon", _("Ends soon"), "state=soon"),
        View("over", _("Ended"), "state=over"),
        View("missing", _("Without a file"), "state=running&file=missing"),
        View("all", _("All")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = (
            Column("name", _("Name"), value=lambda row: row.employee.shown_name, phone="title", always=True),
            Column("staff_no", _("Staff number"), value="employee.staff_no", phone="sub"),
            Column("unit", _("Unit"), value=lambda row: row.employee.unit.shown_name),
            Column("kind", _("Kind of certificate"), value=lambda row: self.rules.kind_label(row.kind)),
            Column("number", _("Certificate number"), hidden=True),
            Column("issuer", _("Issued by"), hidden=True),
            Column("issued_on", _("Issued on"), value=lambda row: day(row.issued_on), sort="issued_on", hidden=True),
            Column("valid_until", _("Valid until"), value=lambda row: _until(row.valid_until), sort="valid_until"),
            Column("state", _("State"), value=self._state),
            Column("file", pgettext_lazy("upload", "File"), value=_attached),
        )

    def _state(self, row: Qualification) -> str:
        return _chip(certificate_line(row, self.rules, self.on).state)


def shown(request: HttpRequest, title: Any, table: Table) -> HttpResponse:
    """One of the lists of sellers on its page, or the table alone."""
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "people/sellers.html", {"title": title, "table": table})


@require_GET
def sellers(request: HttpRequest) -> HttpResponse:
    """GET /sellers/: authorisations within reach, the earliest end first."""
    rows = authorisations(actor_of(request))
    filters = AuthorisationFilter(request.GET, queryset=rows, request=request)
    export = BulkAction(
        "export", _("Export"), reverse("people_export_sellers"), operation="people.export_sellers", icon="download"
    )
    return shown(request, _("Sellers"), AuthorisationTable(request, rows, filters=filters, actions=[export]))


@require_GET
def certificates(request: HttpRequest) -> HttpResponse:
    """GET /qualifications/: certificates within reach, the earliest end first."""
    rows = certificates_in_reach(actor_of(request))
    filters = CertificateFilter(request.GET, queryset=rows, request=request)
    return shown(request, _("Certificates"), CertificateTable(request, rows, filters=filters))


@require_POST
def export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """POST the selection: first ask for purpose and format, then send the file."""
    actor = actor_of(request)
    selection = Selection.of(request)
    rows = selection.rows(authorisations(actor), AuthorisationFilter, request)
    form = request.POST.get("format", "")
    context = {
        "title": _("Export sellers"),
        "selection": selection,
        "count": rows.order_by()[:100_001].count(),
        "back_url": reverse("people_sellers"),
    }
    if form not in FORMATS:
        return render(request, "people/export_sellers.html", context)
    try:
        allowed = export_sellers(actor=actor, rows=rows, purpose=request.POST.get("purpose", ""))
    except RuleViolation as refusal:
        context["refusal"] = " ".join(str(each) for each in refusal.fields.values()) or refusal.message
        return render(request, "people/export_sellers.html", context, status=422)
    return sent(form, sellers_file(allowed), actor)
