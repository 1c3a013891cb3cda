"""Certified on duty: the roster of a unit with the certificates that each post asks for."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.listing import listed
from kexin.core.ui.columns import Column, View
from kexin.core.ui.fields import SearchSelect
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.people.duty_queries import DutyLine, duty_line, holding, lacking, role_names, roster
from kexin.people.models import Employee, OrgUnit
from kexin.people.ui.seller_lists import shown

STATES = [("lacking", _("certificate missing")), ("certified", _("certified"))]


class RosterFilter(django_filters.FilterSet):
    """What the roster is narrowed by."""

    q = django_filters.CharFilter(label=_("Search"), method="find")
    state = django_filters.ChoiceFilter(label=_("State"), method="in_state", choices=STATES)
    role = django_filters.ChoiceFilter(label=_("Role"), method="with_role", choices=lambda: list(role_names().items()))
    unit = django_filters.ModelChoiceFilter(
        label=_("Unit and below"), method="below", widget=SearchSelect(), queryset=OrgUnit.objects.order_by("path")
    )

    def find(self, rows: QuerySet[Employee], _name: str, value: str) -> QuerySet[Employee]:
        return rows.filter(Q(staff_no__startswith=value) | Q(name__contains=value) | Q(name_en__icontains=value))

    def in_state(self, rows: QuerySet[Employee], _name: str, value: str) -> QuerySet[Employee]:
        return rows.filter(lacking()) if value == "lacking" else rows.exclude(lacking())

    def with_role(self, rows: QuerySet[Employee], _name: str, value: str) -> QuerySet[Employee]:
        return holding(rows, value)

    def below(self, rows: QuerySet[Employee], _name: str, value: OrgUnit) -> QuerySet[Employee]:
        return rows.filter(unit__path__startswith=value.path)


class RosterTable(Table):
    name = "people.roster"
    caption = _("Certified on duty")
    search = "q"
    search_hint = _("Staff number or name")
    default_sort = "staff_no"
    empty_icon = "certificate"
    empty_title = _("Nobody within your reach works in a post that asks for a certificate")
    views = (View("all", _("All")), View("lacking", _("Certificate missing"), "state=lacking"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = role_names()
        self.columns = (
            Column("name", _("Name"), value=lambda row: row.shown_name, phone="title", always=True),
            Column("staff_no", _("Staff number"), sort="staff_no", phone="sub"),
            Column("unit", _("Unit"), value=lambda row: row.unit.shown_name),
            Column("roles", _("Roles"), value=lambda row: listed(self._line(row).roles)),
            Column("needed", _("Asked for"), value=lambda row: listed(self._line(row).needed), width="wide"),
            Column("state", _("State"), value=self._state),
        )

    def _line(self, row: Employee) -> DutyLine:
        return duty_line(row, self.names)

    def _state(self, row: Employee) -> str:
        missing = self._line(row).lacking
        if not missing:
            return format_html('<span class="chip good">{}</span>', _("certified"))
        words = _t("missing: %(kinds)s") % {"kinds": listed(missing)}
        return format_html('<span class="chip bad">{}</span>', words)

    def row_url(self, row: Employee) -> str:
        return reverse("people_seller_file", args=[row.pk])


@require_GET
def on_duty(request: HttpRequest) -> HttpResponse:
    """GET /sellers/on-duty/: the roster within reach."""
    rows = roster(actor_of(request))
    filters = RosterFilter(request.GET, queryset=rows, request=request)
    return shown(request, _("Certified on duty"), RosterTable(request, rows, filters=filters))
