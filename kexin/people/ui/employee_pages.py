"""Employees: the list, one person's page, sign-in account and sessions."""

from __future__ import annotations

from typing import Any

import django_filters
from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core.calendar import business_date
from kexin.core.ui.columns import Column
from kexin.core.ui.fields import SearchSelect
from kexin.core.ui.form_page import form_page, found_or_refuse, need, post_only
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.people import operations as ops
from kexin.people.choices import EmployeeStatus
from kexin.people.delegations import delegations_of
from kexin.people.models import Employee, OrgUnit
from kexin.people.queries import employees
from kexin.people.rights import employee_file
from kexin.people.seller_queries import VIEW as VIEW_SELLING
from kexin.people.seller_queries import seller_file
from kexin.people.sessions import sessions_of
from kexin.people.ui import forms


class EmployeeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Search"), method="find")
    unit = django_filters.ModelChoiceFilter(
        label=_("Unit and below"), method="below", widget=SearchSelect(), queryset=OrgUnit.objects.order_by("path")
    )
    status = django_filters.ChoiceFilter(label=_("Status"), choices=EmployeeStatus.choices)

    class Meta:
        model = Employee
        fields: list[str] = []

    def find(self, rows: QuerySet[Employee], _name: str, value: str) -> QuerySet[Employee]:
        return rows.filter(Q(staff_no__startswith=value) | Q(name__contains=value) | Q(name_en__icontains=value))

    def below(self, rows: QuerySet[Employee], _name: str, value: OrgUnit) -> QuerySet[Employee]:
        return rows.filter(unit__path__startswith=value.path)


def _status(row: Employee) -> str:
    css = "good" if row.status == EmployeeStatus.ACTIVE else ""
    return format_html('<span class="chip {}">{}</span>', css, row.get_status_display())


class EmployeeTable(Table):
    name = "people.employees"
    caption = _("Employees")
    default_sort = "staff_no"
    search = "q"
    search_hint = _("Staff number or name")
    empty_title = _("No employees within your reach")
    empty_icon = "users"
    columns = (
        Column("name", _("Name"), value=lambda row: row.shown_name, phone="title", always=True),
        Column("staff_no", _("Staff number"), sort="staff_no", phone="sub"),
        Column("unit", _("Unit"), value=lambda row: row.unit.shown_name),
        Column("joined_on", _("Joined on"), sort="joined_on", first="desc"),
        Column("status", _("Status"), value=_status),
    )

    def row_url(self, row: Any) -> str:
        return reverse("people_employee", args=[row.pk])

    def row_class(self, row: Any) -> str:
        return "quiet" if row.status == EmployeeStatus.LEFT else ""


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    rows = employees(actor_of(request))
    filters = EmployeeFilter(request.GET, queryset=rows, request=request)
    table = EmployeeTable(request, rows, filters=filters)
    return render(request, "people/employees.html", {"title": _("Employees"), "table": table})


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    employee, held, rights = employee_file(actor, pk)
    user = employee.user
    context = {
        "employee": employee,
        "user_account": user,
        "held": held,
        "rights": rights,
        "delegations": delegations_of(actor, employee.pk),
        "selling": seller_file(actor, employee.pk) if actor.may(VIEW_SELLING) else None,
        "locked": bool(user and user.locked_until and user.locked_until > timezone.now()),
        "factors": Authenticator.objects.filter(user=user).exclude(type="recovery_codes").count() if user else 0,
        "sessions": sessions_of(actor, pk) if actor.may("people.end_session") else [],
    }
    return render(request, "people/employee.html", context)


def new(request: HttpRequest) -> HttpResponse:
    actor = need(request, "people.create_employee")
    start = {"joined_on": business_date(), "unit": request.GET.get("unit")}
    return form_page(
        request,
        forms.EmployeeForm(request.POST or None, initial=start),
        lambda data: ops.create_employee(actor=actor, **data),
        title=_("New employee"),
        back_url=reverse("people_employees"),
        done=_("The employee was entered."),
        go=lambda made: reverse("people_employee", args=[made.pk]),
    )


def _person(request: HttpRequest, pk: int, operation: str) -> tuple[Any, Employee, str]:
    actor = need(request, operation)
    rows = Employee.objects.visible_to(actor, operation).select_related("user", "unit")
    return actor, found_or_refuse(rows, pk), reverse("people_employee", args=[pk])


def new_account(request: HttpRequest, pk: int) -> HttpResponse:
    actor, employee, back = _person(request, pk, "people.create_user")
    return form_page(
        request,
        forms.FirstPasswordForm(request.POST or None),
        lambda data: ops.create_user(employee, actor=actor, **data),
        title=_("Create a sign-in account"),
        sub=f"{employee.shown_name} {employee.staff_no}",
        back_url=back,
        done=_("The account was created. The first password must be changed at the first sign-in."),
    )


def reset(request: HttpRequest, pk: int) -> HttpResponse:
    actor, employee, back = _person(request, pk, "people.reset_password")
    return form_page(
        request,
        forms.FirstPasswordForm(request.POST or None),
        lambda data: ops.reset_password(employee, actor=actor, **data),
        title=_("Reset the password"),
        sub=f"{employee.shown_name} {employee.staff_no}",
        back_url=back,
        done=_("A new first password is set; the person was signed out everywhere."),
    )


@require_POST
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    actor, employee, back = _person(request, pk, "people.set_user_active")
    active = request.POST.get("active") == "1"
    return post_only(
        request,
        lambda: ops.set_user_active(employee, actor=actor, active=active),
        back_url=back,
        done=_("The account is open again.") if active else _("The account is locked."),
    )


def leave(request: HttpRequest, pk: int) -> HttpResponse:
    actor, employee, back = _person(request, pk, "people.let_go")
    return form_page(
        request,
        forms.LeaveForm(request.POST or None, initial={"left_on": business_date()}),
        lambda data: ops.let_go(employee, actor=actor, **data),
        title=_("Record that the employee leaves"),
        sub=f"{employee.shown_name} {employee.staff_no}",
        back_url=back,
        done=_("Saved. The account is locked and the appointments end."),
    )


def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    actor, employee, back = _person(request, pk, "people.appoint")
    return form_page(
        request,
        forms.AppointToForm(request.POST or None, initial={"starts_on": business_date()}),
        lambda data: ops.appoint(data.pop("post"), actor=actor, employee=employee, **data),
        title=_("Appoint to a post"),
        sub=f"{employee.shown_name} {employee.staff_no}",
        back_url=back,
        done=_("Appointed."),
    )


@require_POST
def end_session(request: HttpRequest, pk: int, session: int) -> HttpResponse:
    actor, employee, back = _person(request, pk, "people.end_session")
    return post_only(
        request,
        lambda: ops.end_session(employee, actor=actor, session_id=session),
        back_url=back,
        done=_("Signed out there."),
    )
