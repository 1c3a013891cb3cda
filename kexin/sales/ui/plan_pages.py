"""Plans on the screen: the list, a plan with its versions, drafting, sending, and the sale that comes of a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core.errors import RuleViolation
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import form_page, need, post_only, put_errors
from kexin.core.ui.panels import actions_for
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.people.queries import names_of
from kexin.products.choices import RiskGrade
from kexin.sales.advice.choices import PlanState
from kexin.sales.advice.planning import change_plan, draft_plan, send_plan, withdraw_plan
from kexin.sales.advice.queries import PlanFile, plan_file, plan_line, plans
from kexin.sales.advice.selling import ENDED, open_planned_sale
from kexin.sales.choices import SaleChannel
from kexin.sales.matching import ASKED
from kexin.sales.models import Plan
from kexin.sales.ui.advice_forms import PlanForm, PlannedSaleForm
from kexin.sales.ui.opening_pages import told_reasons
from kexin.suitability.matching.choices import MatchOutcome
from kexin.suitability.matching.operations import match
from kexin.suitability.matching.shelf import shelf_of

LEVEL = {
    PlanState.DRAFT.value: "quiet",
    PlanState.SENT.value: "calm",
    PlanState.ACCEPTED.value: "good",
    PlanState.DECLINED.value: "warn",
    PlanState.WITHDRAWN.value: "quiet",
    PlanState.REPLACED.value: "quiet",
}


class PlanFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Plan number"), field_name="plan_no", lookup_expr="startswith")
    state = django_filters.ChoiceFilter(label=_("State"), choices=PlanState.choices)

    class Meta:
        model = Plan
        fields: list[str] = []


class PlanTable(Table):
    """方案."""

    name = "sales.plans"
    caption = _("Plans")
    default_sort = "-made"
    search = "q"
    search_hint = _("Plan number")
    empty_title = _("No plans")
    empty_text = _("A plan is drafted on the customer's page, under needs and plans.")
    empty_icon = "clipboard-text"
    views = (
        View("all", _("All")),
        View("sent", _("With the customer"), "state=sent"),
        View("accepted", _("Accepted by the customer"), "state=accepted"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        self.columns = (
            Column("plan_no", _("Plan number"), value="plan_no", phone="title", always=True),
            Column("customer", _("Customer"), value=lambda row: shown_name(actor, row.customer), phone="sub"),
            Column("number", _("Version"), value="number", align="end"),
            Column("unit", _("Unit"), value="unit.shown_name"),
            Column("state", _("State"), value=_state),
            Column("made", _("Made"), value=lambda row: moment(row.made_at), sort=("made_at", "pk"), first="desc"),
        )

    def row_url(self, row: Plan) -> str:
        return reverse("advice:plan", args=[row.pk])


def _state(row: Plan) -> str:
    return format_html('<span class="chip {}">{}</span>', LEVEL[row.state], row.get_state_display())


@require_GET
def plan_list(request: HttpRequest) -> HttpResponse:
    """Plans of customers within reach."""
    rows = plans(actor_of(request))
    filters = PlanFilter(request.GET, queryset=rows, request=request)
    table = PlanTable(request, rows, filters=filters)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _("Plans"), "table": table})


@require_GET
def plan_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan; ``?number=`` shows an earlier version."""
    actor = actor_of(request)
    asked = request.GET.get("number", "")
    file = plan_file(actor, pk, int(asked) if asked.isdigit() and len(asked) < 5 else None)
    plan, shown = file.plan, file.shown
    newest = file.is_newest
    live = newest and shown.state in (PlanState.DRAFT, PlanState.SENT, PlanState.ACCEPTED)
    context = {
        "title": shown.title or plan.plan_no,
        "file": file,
        "plan": plan,
        "shown": shown,
        "level": LEVEL[shown.state],
        "customer_name": shown_name(actor, plan.customer),
        "who": names_of({shown.written_by, shown.sent_by}),
        "author": names_of({shown.written_by}).get(shown.written_by, shown.written_by),
        "lines": [_line(each) for each in file.lines],
        "versions": [(each, LEVEL[each.state]) for each in file.versions],
        "actions": actions_for(request, "plan", plan.pk) if newest and shown.state == PlanState.SENT else [],
        "may_change": newest and actor.may("sales.change_plan"),
        "may_send": newest and shown.state == PlanState.DRAFT and actor.may("sales.send_plan"),
        "may_withdraw": live and actor.may("sales.withdraw_plan"),
        "may_sell": shown.state == PlanState.ACCEPTED and actor.may("sales.open_planned_sale"),
        "back_url": reverse("advice:plans"),
    }
    return render(request, "sales/plan.html", context)


def _line(row: Any) -> dict[str, Any]:
    grade = row.grade if row.grade is not None else row.product.risk_grade
    return {
        "row": row,
        "grade": RiskGrade(grade).label if grade else "",
        "sale": row.sale,
        "open": row.sale is None or row.sale.state in ENDED,
    }


def new_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft, with the products that fit this customer to choose from."""
    actor = need(request, "sales.draft_plan")
    customer = customer_in_reach(actor, pk)
    form = PlanForm(request.POST or None, products=_fitting(actor, pk))
    return form_page(
        request,
        form,
        lambda data: _at_rows(lambda: draft_plan(customer, actor=actor, **_words(data), lines=form.lines())),
        title=_("Draft a plan"),
        sub=shown_name(actor, customer),
        back_url=f"{reverse('party:customer', args=[pk])}?tab=advice",
        go=lambda plan: reverse("advice:plan", args=[plan.pk]),
        done=_("The draft is kept."),
        template="sales/plan_form.html",
        context={"sections": form.sections(), "fits": len(form.fields["product_1"].choices) > 1},  # type: ignore[attr-defined]
    )


def edit_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft is changed; what was sent becomes a new version."""
    actor = need(request, "sales.change_plan")
    file = plan_file(actor, pk)
    text = request.POST.get("version", "")
    version = int(text) if text.isdigit() else file.plan.version
    form = PlanForm(
        request.POST or None,
        initial=_filled(file),
        products=_fitting(actor, file.plan.customer_id),
        rows=len(file.lines),
    )
    return form_page(
        request,
        form,
        lambda data: _at_rows(
            lambda: change_plan(pk, actor=actor, version=version, **_words(data), lines=form.lines())
        ),
        title=_("Change the plan") if file.shown.state == PlanState.DRAFT else _("Write a new version"),
        sub=shown_name(actor, file.plan.customer),
        back_url=reverse("advice:plan", args=[pk]),
        done=_("The draft is kept."),
        template="sales/plan_form.html",
        context={"sections": form.sections(), "version": version, "fits": True},
    )


def _at_rows(act: Callable[[], Plan]) -> Plan:
    """What speaks against the lines is told at the first of them."""
    try:
        return act()
    except RuleViolation as refusal:
        fields = dict(refusal.fields)
        if "lines" in fields:
            fields["product_1"] = fields.pop("lines")
        raise RuleViolation(refusal.message, fields=fields) from refusal


def _filled(file: PlanFile) -> dict[str, Any]:
    names = ("title", "content", "term", "fees", "risk", "starts_on", "ends_on")
    found: dict[str, Any] = {name: getattr(file.shown, name) or "" for name in names}
    for n, each in enumerate(file.lines, 1):
        found |= {f"product_{n}": each.product_id, f"amount_{n}": each.amount, f"why_{n}": each.why or ""}
    return found


def _words(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("title", "content", "term", "fees", "risk", "starts_on", "ends_on")}


def _fitting(actor: Any, customer_id: int) -> list[tuple[int, str]]:
    """Products that may be sold to this customer, the best fit first."""
    return [
        (each.product.pk, f"{each.product.shown_name} · {each.product.labelled_grade}".rstrip(" ·"))
        for each in shelf_of(actor, customer_id).fitting
    ]


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """POST version: to the customer. What is missing is told above the plan."""
    actor = actor_of(request)
    said = request.POST.get("version", "")
    return post_only(
        request,
        lambda: send_plan(pk, actor=actor, version=int(said) if said.isdigit() else -1),
        back_url=reverse("advice:plan", args=[pk]),
        done=_("The plan is with the customer. Invite the customer to read it."),
    )


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """POST version, reason."""
    actor = actor_of(request)
    said, reason = request.POST.get("version", ""), request.POST.get("reason", "")
    return post_only(
        request,
        lambda: withdraw_plan(pk, actor=actor, version=int(said) if said.isdigit() else -1, reason=reason),
        back_url=reverse("advice:plan", args=[pk]),
        done=_("The plan is taken back."),
    )


def sell(request: HttpRequest, pk: int) -> HttpResponse:
    """A line of an accepted plan: how the sale happens, the matching opinion of today, then the sale."""
    actor = need(request, "sales.open_planned_sale")
    line = plan_line(actor, pk)
    plan = line.plan_version.plan
    form = PlannedSaleForm(request.POST or None)
    status, opinion = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            channel = SaleChannel(form.cleaned_data["channel"])
            try:
                opinion = match(plan.customer, line.product, actor=actor, channel=ASKED[channel], amount=line.amount)
                if opinion.outcome != MatchOutcome.REFUSE:
                    sale = open_planned_sale(
                        line,
                        actor=actor,
                        channel=channel,
                        staff_took_part=form.cleaned_data["staff_took_part"],
                        decision_no=opinion.pk,
                    )
                    return redirect("sales:sale", pk=sale.pk)
            except RuleViolation as refusal:
                put_errors(form, refusal)
    context = {
        "form": form,
        "title": _("Open a sale"),
        "sub": shown_name(actor, plan.customer),
        "line": line,
        "plan": plan,
        "back_url": reverse("advice:plan", args=[plan.pk]),
        "submit_label": _("Ask for the matching opinion"),
        "opinion": opinion,
        "reasons": told_reasons(opinion) if opinion is not None else [],
    }
    return render(request, "sales/open_planned.html", context, status=status)
