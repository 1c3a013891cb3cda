"""Visits and analyses of needs on the screen, and what the customer's page shows of them."""

from __future__ import annotations

from typing import Any

import django_filters
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.calendar import business_date, zone
from kexin.core.errors import NotFound
from kexin.core.templatetags.kexin import day
from kexin.core.ui.columns import Column
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.engagement.appointment_queries import appointment_in_reach
from kexin.engagement.choices import AppointmentPurpose, AppointmentState, Channel
from kexin.engagement.models import Appointment
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.people.queries import names_of
from kexin.sales.advice.choices import Cover, Goal, VisitPurpose
from kexin.sales.advice.queries import NEEDS_TEXTS, advice_of, needs_file, visit_file, visits
from kexin.sales.advice.recording import analyse_needs, change_visit, record_visit
from kexin.sales.models import Visit
from kexin.sales.ui.advice_forms import NeedsForm, VisitForm

WAYS = {
    AppointmentPurpose.HOME: Channel.AWAY,
    AppointmentPurpose.CALL: Channel.PHONE,
}


class VisitFilter(django_filters.FilterSet):
    purpose = django_filters.ChoiceFilter(label=_("Purpose"), choices=VisitPurpose.choices)
    visited_on = django_filters.DateFromToRangeFilter(label=_("Visited on"))

    class Meta:
        model = Visit
        fields: list[str] = []


class VisitTable(Table):
    """客户拜访."""

    name = "sales.visits"
    caption = _("Visits")
    default_sort = "-visited"
    empty_title = _("No visits")
    empty_text = _("A visit is written down from a meeting that was kept, or on the customer's page.")
    empty_icon = "walk"

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)

        def who(row: Visit) -> str:
            return shown_name(actor, row.customer)

        self.columns = (
            Column("customer", _("Customer"), value=who, phone="title", always=True),
            Column("purpose", _("Purpose"), value=lambda row: row.get_purpose_display(), phone="sub"),
            Column("way", _("How you met"), value=lambda row: row.get_way_display()),
            Column("unit", _("Unit"), value="unit.shown_name"),
            Column(
                "visited",
                _("Visited on"),
                value=lambda row: day(row.visited_on),
                sort=("visited_on", "pk"),
                first="desc",
            ),
            Column("next_on", _("Next step by"), value=lambda row: day(row.next_on) if row.next_on else ""),
        )

    def row_url(self, row: Visit) -> str:
        return reverse("advice:visit", args=[row.pk])


@require_GET
def visit_list(request: HttpRequest) -> HttpResponse:
    """Visits to customers within reach."""
    rows = visits(actor_of(request))
    filters = VisitFilter(request.GET, queryset=rows, request=request)
    table = VisitTable(request, rows, filters=filters)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _("Visits"), "table": table})


@require_GET
def visit_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit."""
    actor = actor_of(request)
    row = visit_file(actor, pk)
    context = {
        "title": row.get_purpose_display(),
        "row": row,
        "customer_name": shown_name(actor, row.customer),
        "who": names_of({row.written_by}).get(row.written_by, row.written_by),
        "may_change": row.written_by == actor.name and actor.may("sales.change_visit"),
        "may_analyse": actor.may("sales.analyse_needs"),
        "back_url": reverse("advice:visits"),
    }
    return render(request, "sales/visit.html", context)


@require_GET
def visit_of(request: HttpRequest, pk: int) -> HttpResponse:
    """From a meeting to its visit: the page of the one written down already, else the form."""
    need(request, "sales.record_visit")
    row = appointment_in_reach(actor_of(request), pk)
    found = Visit.objects.filter(appointment=pk).first()
    if found is not None:
        return redirect("advice:visit", pk=found.pk)
    if row.customer_id is None:
        raise NotFound
    return redirect(f"{reverse('advice:new_visit', args=[row.customer_id])}?appointment={pk}")


def new_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """``?appointment=`` fills the form with what the meeting says already."""
    actor = need(request, "sales.record_visit")
    customer = customer_in_reach(actor, pk)
    asked = request.POST.get("appointment", request.GET.get("appointment", ""))
    meeting = appointment_in_reach(actor, int(asked)) if asked.isdigit() and len(asked) < 18 else None
    if meeting is not None and (meeting.customer_id != pk or meeting.state != AppointmentState.KEPT):
        meeting = None
    form = VisitForm(request.POST or None, initial=_initial(meeting))
    return form_page(
        request,
        form,
        lambda data: record_visit(
            customer, actor=actor, appointment_id=meeting.pk if meeting is not None else None, **data
        ),
        title=_("Write down a visit"),
        sub=shown_name(actor, customer),
        back_url=f"{reverse('party:customer', args=[pk])}?tab=advice",
        go=lambda row: reverse("advice:visit", args=[row.pk]),
        done=_("The visit is written down."),
        template="sales/visit_form.html",
        context={"appointment": meeting.pk if meeting is not None else ""},
    )


def _initial(meeting: Appointment | None) -> dict[str, Any]:
    if meeting is None:
        return {"visited_on": business_date(), "way": Channel.BRANCH}
    return {
        "visited_on": meeting.starts_at.astimezone(zone()).date(),
        "way": WAYS.get(AppointmentPurpose(meeting.purpose), Channel.BRANCH),
        "purpose": VisitPurpose.PLAN if meeting.purpose == AppointmentPurpose.PRODUCT else VisitPurpose.KNOW,
        "place": meeting.said("place"),
        "facts": "\n".join(filter(None, (meeting.said("about"), meeting.said("outcome")))),
        "next_step": meeting.said("next_step"),
        "next_on": meeting.next_on,
    }


def edit_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Only who wrote it."""
    actor = need(request, "sales.change_visit")
    row = visit_file(actor, pk)
    text = request.POST.get("version", "")
    version = int(text) if text.isdigit() else row.version
    names = ("purpose", "way", "visited_on", "place", "people", "facts", "next_step", "next_on")
    form = VisitForm(request.POST or None, initial={name: getattr(row, name) or "" for name in names})
    return form_page(
        request,
        form,
        lambda data: change_visit(pk, actor=actor, version=version, **data),
        title=_("Change the visit"),
        sub=shown_name(actor, row.customer),
        back_url=reverse("advice:visit", args=[pk]),
        done=_("The visit is changed."),
        template="sales/visit_form.html",
        context={"version": version},
    )


def new_needs(request: HttpRequest, pk: int) -> HttpResponse:
    """The last analysis fills the form: what did not change is not asked twice."""
    actor = need(request, "sales.analyse_needs")
    customer = customer_in_reach(actor, pk)
    last = advice_of(actor, customer).needs
    known = ("goals", "horizon", "liquidity", "income", "outgoings", "cover", *NEEDS_TEXTS)
    initial = {name: getattr(last, name) or "" for name in known} if last is not None else {}
    form = NeedsForm(request.POST or None, initial=initial)
    return form_page(
        request,
        form,
        lambda data: analyse_needs(customer, actor=actor, **data),
        title=_("Needs analysis"),
        sub=shown_name(actor, customer),
        back_url=f"{reverse('party:customer', args=[pk])}?tab=advice",
        go=lambda row: reverse("advice:needs", args=[row.pk]),
        done=_("The analysis is written down."),
    )


@require_GET
def needs_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One analysis of needs."""
    actor = actor_of(request)
    row = needs_file(actor, pk)
    context = {
        "title": _t("Needs analysis no. %(number)s") % {"number": row.number},
        "row": row,
        "customer_name": shown_name(actor, row.customer),
        "who": names_of({row.written_by}).get(row.written_by, row.written_by),
        "may_analyse": actor.may("sales.analyse_needs"),
        "may_plan": actor.may("sales.draft_plan"),
        "back_url": f"{reverse('party:customer', args=[row.customer_id])}?tab=advice",
        **told_needs(row),
    }
    return render(request, "sales/needs.html", context)


def told_needs(row: Any) -> dict[str, Any]:
    """Goals and cover in words, needs with their headings."""
    labels = {name: row._meta.get_field(name).verbose_name for name in NEEDS_TEXTS}
    return {
        "goals": [Goal(each).label for each in row.goals],
        "cover": [Cover(each).label for each in row.cover],
        "texts": [(labels[name], getattr(row, name)) for name in NEEDS_TEXTS if getattr(row, name)],
    }


def visits_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: the latest visits."""
    actor = actor_of(request)
    found = advice_of(actor, customer_in_reach(actor, pk))
    return "sales/panel_visits.html", {
        "rows": found.visits,
        "customer_pk": pk,
        "may_write": actor.may("sales.record_visit"),
    }


def needs_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: needs as they stand."""
    actor = actor_of(request)
    found = advice_of(actor, customer_in_reach(actor, pk))
    shown = told_needs(found.needs) if found.needs is not None else {}
    return "sales/panel_needs.html", {
        "row": found.needs,
        "fresh": found.fresh,
        "customer_pk": pk,
        "may_analyse": actor.may("sales.analyse_needs"),
        **shown,
    }


def plans_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: plans."""
    from kexin.sales.ui.plan_pages import LEVEL

    actor = actor_of(request)
    found = advice_of(actor, customer_in_reach(actor, pk))
    return "sales/panel_plans.html", {
        "rows": [(plan, title, LEVEL[plan.state]) for plan, title in found.plans],
        "customer_pk": pk,
        "may_plan": actor.may("sales.draft_plan"),
    }
