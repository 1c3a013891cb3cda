"""The tree of units, one unit, one post."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.ui.form_page import form_page, found_or_refuse, need, post_only
from kexin.core.ui.request import actor_of
from kexin.people import operations as ops
from kexin.people.models import OrgUnit, PostHolder, PostRole, by_language
from kexin.people.queries import employees, organisation, post_file, unit_file, units_in_reach
from kexin.people.ui import forms


@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    rows = organisation(actor_of(request))
    return render(request, "people/organisation.html", {"rows": rows, "staff": sum(row.staff for row in rows)})


@require_GET
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    found, line, posts = unit_file(actor, pk)
    context = {
        "unit": found,
        "line": line,
        "posts": posts,
        "children": OrgUnit.objects.filter(parent=found, closed_on=None).order_by("path"),
        "staff": employees(actor).filter(unit=found).order_by("staff_no")[:100]
        if actor.may("people.view_employees")
        else [],
    }
    return render(request, "people/unit.html", context)


def new_unit(request: HttpRequest) -> HttpResponse:
    actor = need(request, "people.create_unit")
    form = forms.UnitForm(request.POST or None, initial={"parent": request.GET.get("parent")})
    return form_page(
        request,
        form,
        lambda data: ops.create_unit(actor=actor, **data),
        title=_("New unit"),
        back_url=reverse("people_organisation"),
        done=_("The unit was created."),
        go=lambda made: reverse("people_unit", args=[made.pk]),
    )


def rename_unit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "people.rename_unit")
    found, _line, _posts = unit_file(actor, pk)
    start = {"name": found.name, "name_en": found.name_en, "version": found.version}
    return form_page(
        request,
        forms.RenameUnitForm(request.POST or None, initial=start),
        lambda data: ops.rename_unit(found, actor=actor, **data),
        title=_("Rename the unit"),
        sub=found.shown_name,
        back_url=reverse("people_unit", args=[pk]),
        done=_("Saved."),
    )


@require_POST
def close_unit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "people.close_unit")
    found, _line, _posts = unit_file(actor, pk)
    back = reverse("people_unit", args=[pk])
    return post_only(request, lambda: ops.close_unit(found, actor=actor), back_url=back, done=_("The unit is closed."))


def merge_unit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "people.merge_unit")
    found, _line, _posts = unit_file(actor, pk)
    form = forms.MergeUnitForm(request.POST or None)
    form.fields["into"].queryset = units_in_reach(actor, "people.merge_unit").exclude(pk=pk)  # type: ignore[attr-defined]
    form.fields["into"].label_from_instance = lambda unit: unit.shown_name  # type: ignore[attr-defined]
    return form_page(
        request,
        form,
        lambda data: ops.merge_unit(found, actor=actor, into=data["into"]),
        title=_("Merge the unit into another"),
        sub=found.shown_name,
        back_url=reverse("people_unit", args=[pk]),
        done=_("The unit is merged and closed."),
        submit_label=_("Merge"),
    )


def new_post(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "people.create_post")
    found, _line, _posts = unit_file(actor, pk)
    return form_page(
        request,
        forms.PostForm(request.POST or None),
        lambda data: ops.create_post(actor=actor, unit=found, **data),
        title=_("New post"),
        sub=found.shown_name,
        back_url=reverse("people_unit", args=[pk]),
        done=_("The post was created."),
        go=lambda made: reverse("people_post", args=[made.pk]),
    )


@require_GET
def post(request: HttpRequest, pk: int) -> HttpResponse:
    found, holders, granted = post_file(actor_of(request), pk)
    today = business_date()
    roles = [
        {
            "pk": row.pk,
            "name": by_language(row.role.name, row.role.name_en),
            "reach": Reach(row.reach).label,
            "unit": row.unit.shown_name if row.unit else "",
            "ends_on": row.ends_on,
        }
        for row in granted
    ]
    return render(request, "people/post.html", {"post": found, "holders": holders, "roles": roles, "today": today})


def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "people.appoint")
    found, _holders, _roles = post_file(actor, pk)
    form = forms.AppointForm(request.POST or None, employees=employees(actor), initial={"starts_on": business_date()})
    return form_page(
        request,
        form,
        lambda data: ops.appoint(found, actor=actor, **data),
        title=_("Appoint somebody"),
        sub=f"{found.unit.shown_name} · {found.shown_name}",
        back_url=reverse("people_post", args=[pk]),
        done=_("Appointed."),
    )


def end_appointment(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "people.end_appointment")
    holder = found_or_refuse(PostHolder.objects.select_related("post__unit", "employee"), pk)
    return form_page(
        request,
        forms.EndForm(request.POST or None, initial={"ends_on": business_date()}),
        lambda data: ops.end_appointment(holder, actor=actor, **data),
        title=_("End the appointment"),
        sub=f"{holder.employee.shown_name} · {holder.post.shown_name}",
        back_url=reverse("people_post", args=[holder.post_id]),
        done=_("Saved."),
    )


@require_POST
def close_post(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "people.close_post")
    found, _holders, _roles = post_file(actor, pk)
    back = reverse("people_post", args=[pk])
    return post_only(request, lambda: ops.close_post(found, actor=actor), back_url=back, done=_("The post is closed."))


def propose_grant(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "people.propose_grant")
    found, _holders, _roles = post_file(actor, pk)
    return form_page(
        request,
        forms.GrantForm(request.POST or None, initial={"reach": Reach.UNIT}),
        lambda data: ops.propose_grant(found, actor=actor, **data),
        title=_("Propose a role"),
        sub=f"{found.unit.shown_name} · {found.shown_name}",
        back_url=reverse("people_post", args=[pk]),
        submit_label=_("Propose"),
        done=_("Proposed. A second person decides."),
        go=lambda made: reverse("core:approval", args=[made.pk]),
    )


def revoke_grant(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "people.revoke_grant")
    granted = found_or_refuse(PostRole.objects.select_related("post__unit", "role"), pk)
    return form_page(
        request,
        forms.ReasonForm(request.POST or None),
        lambda data: ops.revoke_grant(granted, actor=actor, **data),
        title=_("Revoke the role"),
        sub=f"{granted.post.shown_name} · {by_language(granted.role.name, granted.role.name_en)}",
        back_url=reverse("people_post", args=[granted.post_id]),
        submit_label=_("Revoke"),
        done=_("The role was revoked."),
    )
