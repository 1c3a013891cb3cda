"""行为准则 on the screen: the rules and one's own acknowledgement, who owes one, reporting conduct at a sale."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, SecondFactorNeeded
from kexin.core.policy import in_force
from kexin.core.ui.columns import Column
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.people.models import Employee
from kexin.sales.conduct.acknowledging import acknowledge_conduct_rules
from kexin.sales.conduct.policies import ConductRulesPolicy
from kexin.sales.conduct.queries import acknowledgement_counts, conduct_rules, owing_sellers
from kexin.sales.conduct.reporting import REPORT, report_conduct
from kexin.sales.conduct.rules import LONGEST_WORDS
from kexin.sales.models import Sale
from kexin.sales.oversight.compliance import VIEW_OVERSIGHT
from kexin.sales.queries import VIEW as VIEW_SALES
from kexin.sales.queries import sale_file

Line = tuple[Any, int, str]


def acknowledgement_lines(actor: Actor, unit_id: int | None = None) -> list[Line]:
    """Who acknowledged and who did not, as numbers; the list for those who may see persons."""
    found = acknowledgement_counts(actor, unit_id)
    url = reverse("oversight:owing") if actor.may(VIEW_SALES) else ""
    if url and unit_id:
        url = f"{url}?unit={unit_id}"
    return [
        (_("Sellers who acknowledged the rules in force"), found.acknowledged, ""),
        (_("Sellers who have not yet"), found.owed, url),
    ]


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """GET /conduct-rules/: for everybody who works here."""
    actor = actor_of(request)
    found = conduct_rules(actor)
    context = {
        "title": _("Rules of conduct"),
        "found": found,
        "rows": found.rules.parsed,
        "counts": acknowledgement_lines(actor) if actor.may(VIEW_OVERSIGHT) else [],
    }
    return render(request, "sales/conduct.html", context)


@require_POST
def acknowledge(request: HttpRequest) -> HttpResponse:
    """POST version: the rules were read and will be kept."""
    actor, version = actor_of(request), request.POST.get("version", "")
    return post_only(
        request,
        lambda: acknowledge_conduct_rules(actor=actor, version=int(version) if version.isdigit() else 0),
        back_url=reverse("oversight:conduct"),
        done=_("You have acknowledged the rules of conduct."),
    )


class OwingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Search"), method="find")

    def find(self, rows: QuerySet[Employee], _name: str, value: str) -> QuerySet[Employee]:
        near = Q(staff_no__startswith=value) | Q(name__contains=value) | Q(name_en__icontains=value)
        return rows.filter(near)


class OwingTable(Table):
    """Sellers without acknowledgement."""

    name = "sales.conduct_owing"
    caption = _("Sellers who have not acknowledged the rules of conduct")
    search = "q"
    search_hint = _("Staff number or name")
    default_sort = "staff_no"
    empty_title = _("Everybody has acknowledged them")
    empty_text = _("Who holds a product authorisation and has not acknowledged the rules in force stands here.")
    empty_icon = "shield-check"
    columns = (
        Column("name", _("Name"), value="shown_name", phone="title", always=True),
        Column("staff_no", _("Staff number"), value="staff_no", phone="sub", sort=("staff_no", "pk")),
        Column("unit", _("Unit"), value="unit.shown_name"),
    )


@require_GET
def owing(request: HttpRequest) -> HttpResponse:
    """GET /conduct-rules/owing/?unit=: for those who see persons, not figures alone."""
    actor = actor_of(request)
    refusals = [actor.refusal(each) for each in (VIEW_OVERSIGHT, VIEW_SALES) if not actor.may(each)]
    if refusals:  # a right that is missing counts before a second factor that is
        raise min(refusals, key=lambda each: isinstance(each, SecondFactorNeeded))
    said = request.GET.get("unit", "")
    if said and not (said.isdigit() and len(said) < 18):
        raise NotFound
    rows = owing_sellers(actor, int(said) if said else None)
    table = OwingTable(request, rows, filters=OwingFilter(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": OwingTable.caption, "table": table})


class ReportForm(forms.Form):
    """Which rule, and what was seen."""

    rule = forms.ChoiceField(label=_("Rule of conduct"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What you saw or heard"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("When, where, who was there. Consumer protection reads it; the seller does not learn who told."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        rules = in_force(ConductRulesPolicy).parsed
        self.fields["rule"].choices = [(each.code, each.label) for each in rules]  # type: ignore[attr-defined]


def may_report_on(actor: Actor, row: Sale) -> bool:
    """Is the form to be offered to this reader of the sale: within reach, and not the seller?"""
    if not actor.may(REPORT) or row.seller.user_id == actor.user_id:
        return False
    return Sale.objects.visible_to(actor, REPORT).filter(pk=row.pk).exists()


def report(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the form. POST rule, words."""
    actor = need(request, REPORT)
    row = sale_file(actor, pk).sale
    form = ReportForm(request.POST if request.method == "POST" else None)
    return form_page(
        request,
        form,
        lambda data: report_conduct(pk, actor=actor, **data),
        title=_("Report conduct"),
        sub=f"{row.sale_no} · {row.product.shown_name} · {row.seller.shown_name}",
        back_url=reverse("sales:sale", args=[pk]),
        done=_("Reported. Consumer protection looks into it."),
        submit_label=pgettext_lazy("conduct", "Report"),
    )
