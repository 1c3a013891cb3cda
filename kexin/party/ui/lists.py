"""The customer list."""

from __future__ import annotations

from copy import copy
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import business_date
from kexin.core.templatetags.kexin import moment
from kexin.core.ui import numbers
from kexin.core.ui.keyset import neighbours
from kexin.core.ui.request import actor_of
from kexin.core.ui.saved_views import saved_views
from kexin.core.ui.table import BulkAction, Column, Table, View
from kexin.party.choices import CustomerStatus, EnterpriseScale, PartyKind
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import CustomerFilter, customers, narrowed, open_names
from kexin.party.tiers import tier_choices
from kexin.party.ui.display import STATUS_LEVEL
from kexin.party.ui.more_actions import more_actions
from kexin.people.models import OrgUnit
from kexin.people.queries import post_labels

FIGURES = ("assets", "average", "tier")  # columns for those who may see what customers have
FIGURE_FILTERS = ("assets_from", "assets_to", "tier", "average_from", "average_to")


def _units() -> list[tuple[str, Any]]:
    """Asked for only when the panel is drawn or a unit is chosen."""
    rows = OrgUnit.objects.filter(closed_on=None, kind__in=("sub_branch", "outlet", "branch")).order_by("path")
    return [("", "—"), *((str(unit.pk), unit.shown_name) for unit in rows.only("name", "name_en")[:500])]


def _months() -> list[tuple[str, Any]]:
    return [("", "—"), *((str(month), _("Month %(number)s") % {"number": month}) for month in range(1, 13))]


class CustomerFilterForm(forms.Form):
    """The filters of the list; all of them live in the address."""

    q = forms.CharField(label=_("Name, pinyin, number, mobile"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("Type"), required=False, choices=[("", "—"), *PartyKind.choices])
    scale = forms.ChoiceField(
        label=_("Size of enterprise"), required=False, choices=[("", "—"), *EnterpriseScale.choices]
    )
    status = forms.ChoiceField(label=_("State"), required=False, choices=[("", "—"), *CustomerStatus.choices])
    unit = forms.ChoiceField(label=_("Unit"), required=False, choices=_units)
    pool = forms.ChoiceField(label=_("Lead manager"), required=False, choices=[("", "—"), ("on", _("Unassigned pool"))])
    age_from = forms.IntegerField(label=_("Age from"), required=False, min_value=0, max_value=130)
    age_to = forms.IntegerField(label=_("Age to"), required=False, min_value=0, max_value=130)
    birthday_month = forms.ChoiceField(label=_("Birthday in"), required=False, choices=_months)
    assets_from = forms.IntegerField(label=_("Assets from"), required=False, min_value=0)
    assets_to = forms.IntegerField(label=_("Assets below"), required=False, min_value=0)
    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=lambda: [("", "—"), *tier_choices()])
    average_from = forms.IntegerField(label=_("Daily average from"), required=False, min_value=0)
    average_to = forms.IntegerField(label=_("Daily average below"), required=False, min_value=0)
    review = forms.ChoiceField(label=_("Data"), required=False, choices=[("", "—"), ("due", _("Review due"))])


class CustomerFilterSet:
    """The bound form and the rows it leaves."""

    def __init__(
        self, data: QueryDict | None, queryset: QuerySet[Customer], request: HttpRequest | None = None
    ) -> None:
        self.base = queryset
        self.form = CustomerFilterForm(data)
        if request is not None and not actor_of(request).may("holdings.view_accounts"):
            for name in FIGURE_FILTERS:  # what one may not see one may not ask for either
                del self.form.fields[name]

    @cached_property
    def wanted(self) -> CustomerFilter:
        if not self.form.is_valid():
            return CustomerFilter()
        data = self.form.cleaned_data
        return CustomerFilter(
            kind=data["kind"],
            scale=data["scale"],
            status=data["status"],
            unit_id=int(data["unit"]) if data["unit"] else None,
            pool=data["pool"] == "on",
            age_from=data["age_from"],
            age_to=data["age_to"],
            birthday_month=int(data["birthday_month"]) if data["birthday_month"] else None,
            **{name: data[name] for name in FIGURE_FILTERS if name in data},
            review_due=data["review"] == "due",
            text=data["q"],
        )

    @cached_property
    def qs(self) -> QuerySet[Customer]:
        return narrowed(self.base, self.wanted)


class CustomerTable(Table):
    """客户列表."""

    name = "party.customers"
    caption = _("Customers")
    default_sort = "number"
    search = "q"
    search_hint = _("Name, pinyin, number, mobile")
    empty_title = _("No customers here")
    empty_text = _("Nothing within your reach answers to these filters.")
    empty_icon = "users"
    views = (
        View("all", _("All")),
        View("rich", _("By assets"), "sort=-assets"),
        View("changed", _("Recently changed"), "sort=-changed"),
        View("pool", _("Unassigned pool"), "pool=on"),
        View("review", _("Review due"), "review=due"),
        View("dormant", _("Dormant"), "status=dormant"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        year = business_date().year
        kinds = {code: str(label) for code, label in PartyKind.choices}  # once for all rows
        states = {code: _status_chip(code, label) for code, label in CustomerStatus.choices}
        tiers = dict(tier_choices())
        pool = _t("Pool")
        figures = actor.may("holdings.view_accounts")  # a data steward sees no balances, not even sorted
        columns = (
            Column("name", _("Name"), value=lambda row: shown_name(actor, row), phone="title", always=True),
            Column("number", _("Customer number"), value="customer_no", sort="customer_no", phone="sub"),
            Column("kind", _("Type"), value=lambda row: kinds.get(row.kind, row.kind)),
            Column("status", _("State"), value=lambda row: states.get(row.status, row.status)),
            Column("age", _("Age"), value=lambda row: year - row.born_year if row.born_year else "", align="end"),
            Column(
                "assets",
                _("Assets"),
                value=lambda row: numbers.exact(row.assets),
                sort="assets",
                first="desc",
                align="end",
            ),
            Column(
                "average",
                _("Monthly daily average"),
                value=lambda row: numbers.exact(row.average),
                sort="average",
                first="desc",
                align="end",
                hidden=True,
            ),
            Column("tier", _("Tier"), value=lambda row: tiers.get(row.tier, row.tier)),
            Column("unit", _("Unit"), value="unit.shown_name"),
            Column("lead", _("Lead manager"), value=lambda row: self.leads.get(row.lead_post_id, pool)),
            Column("since", _("Customer since"), value="admitted_on", hidden=True),
            Column(
                "birthday",
                _("Birthday"),
                value=lambda row: f"{row.birthday // 100:02}-{row.birthday % 100:02}" if row.birthday else "",
                hidden=True,
            ),
            Column(
                "changed",
                _("Last changed"),
                value=lambda row: moment(row.updated_at),
                sort="updated_at",
                first="desc",
                hidden=True,
            ),
        )
        self.columns = tuple(column for column in columns if figures or column.key not in FIGURES)
        if not figures:
            self.all_views = [view for view in self.all_views if not any(name in view.query for name in FIGURES)]

    @cached_property
    def leads(self) -> dict[int, str]:
        return post_labels([row.lead_post_id for row in self.page.rows])

    @cached_property
    def came_from(self) -> str:
        """The list's own query, carried along so that the page can offer the previous and the next customer."""
        return urlencode({"from": self.query or "list"})

    def row_url(self, row: Customer) -> str:
        return f"/customers/{row.pk}/?{self.came_from}"

    def peek_url(self, row: Customer) -> str:
        return f"/customers/{row.pk}/peek/"

    def row_class(self, row: Customer) -> str:
        return "quiet" if row.status == CustomerStatus.CLOSED else ""


def _status_chip(status: str, label: Any) -> str:
    return format_html('<span class="chip {}">{}</span>', STATUS_LEVEL[status], label)


def bulk_actions() -> list[BulkAction]:
    """What can be done to chosen customers."""
    return [
        BulkAction("export", _("Export"), reverse("party:export"), operation="party.export_customers", icon="download"),
        BulkAction(
            "assign", _("Assign"), reverse("party:bulk_assign"), operation="party.assign_portfolio", icon="user-share"
        ),
        BulkAction(
            "transfer",
            _("Transfer to another manager"),
            reverse("party:new_transfer"),
            operation="party.propose_transfer",
            icon="arrows-exchange",
        ),
        *more_actions(),
    ]


def beside(request: HttpRequest, customer: Customer) -> dict[str, str]:
    """Previous and next customer of the list that the reader came from, and the way back to it."""
    query = request.GET.get("from", "")
    if not query:
        return {"back_url": reverse("party:customers")}
    data = QueryDict("" if query == "list" else query)
    listed = copy(request)
    listed.GET = data
    rows = Customer.objects.visible_to(actor_of(request), "party.view_customers")
    table = CustomerTable(listed, Customer.objects.none())
    before, after = neighbours(narrowed(rows, CustomerFilterSet(data, rows, request).wanted), table.order, customer)
    kept = urlencode({"from": query})
    links = {"back_url": f"{reverse('party:customers')}?{data.urlencode()}"}
    for name, row in (("previous_url", before), ("next_url", after)):
        if row is not None:
            links[name] = f"{reverse('party:customer', args=[row.pk])}?{kept}"
    return links


def customer_list(request: HttpRequest) -> HttpResponse:
    """GET /customers/: within reach, filtered, sorted, by pages."""
    actor = actor_of(request)
    filters = CustomerFilterSet(request.GET, Customer.objects.none(), request)
    rows = customers(actor, filters.wanted).select_related("party", "unit")
    filters.base = rows
    filters.__dict__["qs"] = rows
    table = CustomerTable(
        request,
        rows,
        filters=filters,
        actions=bulk_actions(),
        views=saved_views(actor, CustomerTable.name),
        save_view_url=reverse("core:save_view", args=[CustomerTable.name]),
    )
    open_names(table.page.rows)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {"title": _("Customers"), "table": table, "may_create": actor.may("party.create_customer")}
    return render(request, "party/customer_list.html", context)
