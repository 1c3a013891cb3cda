"""Value of customers: the panel of one file, the list, its export."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.policy import in_force
from kexin.core.ui import icons, numbers
from kexin.core.ui.columns import Column
from kexin.core.ui.form_page import need
from kexin.core.ui.request import actor_of
from kexin.core.ui.saved_views import saved_views
from kexin.core.ui.sending import sent
from kexin.core.ui.table import Table, View
from kexin.holdings.ui.export import ExportForm
from kexin.party.naming import shown_name
from kexin.party.queries import open_names
from kexin.people.queries import post_labels, units_in_reach
from kexin.suitability.models import CustomerValue
from kexin.suitability.ui.words import grade_word
from kexin.suitability.value.policies import ValuePolicy, class_name
from kexin.suitability.value.queries import (
    EXPORT,
    VIEW,
    class_counts,
    class_label,
    export_values,
    narrowed,
    value_file,
    values,
    values_file,
)


def value_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """客户价值 on the customer's page: the class, what it rests on, what follows, the classes before."""
    found = value_file(actor_of(request), pk)
    tolerance = grade_word(found.row.tolerance) if found and found.row.tolerance else ""
    return "suitability/panel_value.html", {"found": found, "tolerance": tolerance}


class ValueForm(forms.Form):
    """All may stay empty."""

    value_class = forms.ChoiceField(label=_("Value class"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(self, data: QueryDict | None, actor: Actor) -> None:
        super().__init__(data)
        classes: Any = self.fields["value_class"]
        units: Any = self.fields["unit"]
        classes.choices = lambda: [
            ("", "—"),
            *((each.code, class_name(each)) for each in reversed(in_force(ValuePolicy).value_classes)),
        ]
        units.choices = lambda: [("", "—"), *((str(u.pk), u.shown_name) for u in units_in_reach(actor, VIEW))]


class ValueFilter:
    """The bound form and the rows it leaves."""

    def __init__(self, data: QueryDict | None, actor: Actor) -> None:
        self.form = ValueForm(data, actor)
        self.form.is_valid()
        given: dict[str, Any] = getattr(self.form, "cleaned_data", {})
        self.value_class: str = given.get("value_class") or ""
        self.unit_id = int(given["unit"]) if given.get("unit") else None
        self.rows: QuerySet[CustomerValue] = CustomerValue.objects.none()

    @cached_property
    def qs(self) -> QuerySet[Any]:
        return narrowed(self.rows, self.value_class, self.unit_id)


class ValueTable(Table):
    """The highest first."""

    name = "suitability.values"
    caption = _("Value of customers")
    default_sort = "-points"
    empty_title = _("Nobody here")
    empty_text = _("Values are decided each night, and at once after a risk assessment.")
    empty_icon = "diamond"
    views = (View("all", _("All"), ""),)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        actor = actor_of(request)
        super().__init__(request, *args, **kwargs)
        policy, pool = in_force(ValuePolicy), _t("Pool")
        self.columns = (
            Column("name", _("Name"), value=lambda row: shown_name(actor, row.customer), phone="title", always=True),
            Column("number", _("Customer number"), value="customer.customer_no", phone="sub"),
            Column("class", _("Value class"), value=lambda row: class_label(policy, row.value_class)),
            Column("points", _("Points"), sort=("points", "pk"), first="desc", align="end"),
            Column("assets", _("Assets"), value=lambda row: numbers.exact(row.assets), sort="assets", align="end"),
            Column(
                "experience",
                _("Investment experience"),
                value=lambda row: "–" if row.experience is None else f"{row.experience}%",
                align="end",
            ),
            Column("tolerance", _("Risk tolerance"), value=lambda row: grade_word(row.tolerance) or "–"),
            Column("since", _("Since"), value="valid_from", sort="valid_from", hidden=True),
            Column("lead", _("Lead manager"), value=lambda row: self.leads.get(row.customer.lead_post_id, pool)),
            Column("unit", _("Unit"), value="customer.unit.shown_name", hidden=True),
        )

    @cached_property
    def leads(self) -> dict[int, str]:
        return post_labels([row.customer.lead_post_id for row in self.page.rows])

    def row_url(self, row: CustomerValue) -> str:
        return reverse("party:customer", args=[row.customer_id])

    def peek_url(self, row: CustomerValue) -> str:
        return reverse("party:peek", args=[row.customer_id])


def value_list(request: HttpRequest) -> HttpResponse:
    """GET /values/: customers within reach by their value."""
    actor = actor_of(request)
    filters = ValueFilter(request.GET, actor)
    filters.rows = values(actor).select_related("customer__party", "customer__unit")
    table = ValueTable(
        request,
        filters.rows,
        filters=filters,
        views=[*_by_class(actor), *saved_views(actor, ValueTable.name)],
        save_view_url=reverse("core:save_view", args=[ValueTable.name]),
        tools=_tools(request, actor),
    )
    open_names([row.customer for row in table.page.rows])
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _t("Value of customers"), "table": table})


def _by_class(actor: Actor) -> list[View]:
    return [
        View(code, f"{name} {count:,}", f"value_class={code}") for code, name, count in class_counts(actor) if count
    ]


def _tools(request: HttpRequest, actor: Actor) -> str:
    if not actor.may(EXPORT):
        return ""
    query = request.GET.urlencode()
    address = reverse("suitability:values_export") + (f"?{query}" if query else "")
    return format_html('<a class="btn-quiet" href="{}">{}{}</a>', address, icons.draw("download", 16), _t("Export"))


def value_export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """GET with the list's filters asks what for; POST sends the file."""
    actor = need(request, EXPORT)
    filters = ValueFilter(request.GET, actor)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = export_values(
                actor=actor,
                value_class=filters.value_class,
                unit_id=filters.unit_id,
                purpose=form.cleaned_data["purpose"],
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal.message) or " ".join(str(each) for each in refusal.fields.values()))
        else:
            return sent(form.cleaned_data["format"], values_file(actor, rows), actor)
    context = {
        "title": _t("Export the value of customers"),
        "form": form,
        "back_url": reverse("suitability:values"),
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
