"""Sales on the screen: the list, one sale with its step bar, what the seller, the approver and the clock may do."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.templatetags.kexin import moment
from kexin.core.ui import numbers
from kexin.core.ui.columns import Column
from kexin.core.ui.form_page import post_only
from kexin.core.ui.panels import actions_for
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table, View
from kexin.engagement.models import Document
from kexin.engagement.queries import VIEW_DOCUMENTS, documents
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.people.queries import names_of
from kexin.sales.choices import Gate, SaleState, StageRecord, TellingMode
from kexin.sales.matching import conditions_of
from kexin.sales.models import Sale
from kexin.sales.operations.approving import approve_sale, approve_senior_sale, right_to_approve
from kexin.sales.operations.confirming import tell_opinion
from kexin.sales.operations.opening import cancel_sale
from kexin.sales.operations.ordering import hand_over_sale
from kexin.sales.queries import RecordLine, SaleFile, as_senior, sale_file, sales, sales_of, senior_sale_file
from kexin.sales.quota.queries import reservation_of
from kexin.sales.recordings.oversight import sales_by_recording
from kexin.sales.recordings.queries import VIEW_RECORDINGS, recordings_of_sale
from kexin.sales.ui.conduct_pages import may_report_on
from kexin.sales.ui.instruction_pages import instruction_context
from kexin.sales.why import why_ended
from kexin.sales.withdrawing.taking_back import right_now, withdraw_sale

LEVEL = {
    SaleState.OPEN: "calm",
    SaleState.SENT: "calm",
    SaleState.EXECUTED: "good",
    SaleState.REFUSED: "warn",
    SaleState.CANCELLED: "quiet",
    SaleState.FAILED: "bad",
    SaleState.LAPSED: "quiet",
    SaleState.WITHDRAWN: "warn",
}
MOST_PAPERS = 30
STAFF_GATES = {
    Gate.TOLD: "sales.tell_opinion",
    Gate.RECORDED: "sales.begin_recording",
    Gate.APPROVED: "sales.approve_sale",
    Gate.SENT: "sales.hand_over_sale",
    Gate.FOLLOWED_UP: "sales.answer_return_call",
}


class SaleFilterSet(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Sale number"), field_name="sale_no", lookup_expr="startswith")
    state = django_filters.ChoiceFilter(label=_("State"), choices=SaleState.choices)
    opened_on = django_filters.DateFromToRangeFilter(label=_("Opened on"))
    recording = django_filters.ChoiceFilter(
        label=_("Recordings of sales"),
        method="by_recording",
        choices=[
            ("asked", _("To be recorded")),
            ("unfinished", _("Not recorded yet")),
            ("missing", _("Sold without recording")),
        ],
    )

    class Meta:
        model = Sale
        fields: list[str] = []

    def by_recording(self, rows: QuerySet[Sale], name: str, value: str) -> QuerySet[Sale]:
        return sales_by_recording(rows, value)


def _state(row: Sale) -> str:
    return format_html('<span class="chip {}">{}</span>', LEVEL[SaleState(row.state)], row.get_state_display())


class SaleTable(Table):
    """销售."""

    name = "sales.sales"
    caption = _("Sales")
    default_sort = "-opened"
    search = "q"
    search_hint = _("Sale number")
    empty_title = _("No sales")
    empty_text = _("A sale begins with a product that fits a customer; it will stand here with every step it takes.")
    empty_icon = "shopping-bag"
    views = (
        View("all", _("All")),
        View("open", _("In progress"), "state=open"),
        View("executed", _("Executed"), "state=executed"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        self.columns = (
            Column("sale_no", _("Sale number"), value="sale_no", phone="title", always=True),
            Column("customer", _("Customer"), value=lambda row: shown_name(actor, row.customer), phone="sub"),
            Column("product", _("Product"), value="product.shown_name"),
            Column("amount", _("Amount"), value=lambda row: numbers.exact(row.amount), align="end"),
            Column("seller", _("Seller"), value="seller.shown_name"),
            Column("unit", _("Unit"), value="unit.shown_name"),
            Column("state", _("State"), value=_state),
            Column(
                "opened", _("Opened"), value=lambda row: moment(row.opened_at), sort=("opened_at", "pk"), first="desc"
            ),
        )

    def row_url(self, row: Sale) -> str:
        return reverse("sales:sale", args=[row.pk])


@require_GET
def sale_list(request: HttpRequest) -> HttpResponse:
    """Sales within reach."""
    rows = sales(actor_of(request))
    filters = SaleFilterSet(request.GET, queryset=rows, request=request)
    table = SaleTable(request, rows, filters=filters)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _("Sales"), "table": table})


@require_GET
def sale_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One sale: the step bar, the gates with their evidence, and what the reader may do now."""
    actor = actor_of(request)
    file = senior_sale_file(actor, pk) if as_senior(actor) else sale_file(actor, pk)
    row = file.sale
    who = names_of({gate.by for line in file.stages for _gate, gate in line.gates if gate is not None})
    return render(
        request,
        "sales/sale.html",
        {
            "title": row.sale_no,
            "file": file,
            "sale": row,
            "why": why_ended(row),
            "kept": reservation_of(row),
            "right": right_now(row) if _may(actor, row, "sales.withdraw_sale") else None,
            "taken_back": row.withdrawals.order_by("-pk").first(),
            **instruction_context(actor, row),
            "level": LEVEL[SaleState(row.state)],
            "conditions": conditions_of(row.decision_no) if row.decision_no else [],
            "customer_name": shown_name(actor, row.customer),
            "stages": [(line, [_line(gate, done, who) for gate, done in line.gates]) for line in file.stages],
            "records": [_record(actor, each, line.label) for line in file.stages for each in line.records],
            "actions": actions_for(request, "sale", row.pk) if row.state == SaleState.OPEN else [],
            "act": _act(actor, row, file.blocked_by),
            "may_export": actor.may("sales.export_dossier"),
            "may_report": may_report_on(actor, row),
            "modes": TellingMode.choices,
            "papers": _papers(actor, file),
            "may_record": row.state == SaleState.OPEN and _to_be_recorded(actor, file),
            "recordings": recordings_of_sale(actor, row) if actor.may(VIEW_RECORDINGS) else [],
            "may_cancel": row.state == SaleState.OPEN and _may(actor, row, "sales.cancel_sale"),
            "as_senior": as_senior(actor),
            "back_url": reverse("desk:workbench" if as_senior(actor) else "sales:sales"),
        },
    )


def _line(gate: Gate, done: Any, who: dict[str, str]) -> dict[str, Any]:
    if done is None:
        return {"label": gate.label, "done": None}
    return {
        "label": gate.label,
        "done": done,
        "who": who.get(done.by, done.by) if done.party == "staff" else done.get_party_display(),
        "evidence": done.evidence,
    }


RECORD_PAGES = {
    StageRecord.ADMISSION: ("products:product", "products.view_products"),
    StageRecord.VISIT: ("advice:visit", "sales.view_advice"),
    StageRecord.NEEDS: ("advice:needs", "sales.view_advice"),
    StageRecord.PLAN: ("advice:plan", "sales.view_advice"),
}


def _papers(actor: Actor, file: SaleFile) -> list[Document]:
    """Documents of the customer from which the signed paper is chosen, while the opinion is to be told."""
    if file.blocked_by != Gate.TOLD or file.sale.state != SaleState.OPEN or not actor.may(VIEW_DOCUMENTS):
        return []
    try:
        return [each for each in documents(actor, file.sale.customer_id) if each.withdrawn_at is None][:MOST_PAPERS]
    except NotFound:  # the customer has another manager by now
        return []


def _record(actor: Actor, line: RecordLine, stage: str) -> dict[str, Any]:
    """A record of the process as the page shows it; the link for those who may open it."""
    name, operation = RECORD_PAGES[line.kind]
    url = reverse(name, args=[line.pk]) if line.pk is not None and actor.may(operation) else ""
    return {"label": line.kind.label, "stage": stage, "on": line.on, "url": url, "there": line.pk is not None}


def _may(actor: Actor, row: Sale, operation: str) -> bool:
    return actor.may(operation) and Sale.objects.visible_to(actor, operation).filter(pk=row.pk).exists()


def _act(actor: Actor, row: Sale, gate: Gate | None) -> str:
    """Which form the reader gets: the name of the gate's operation, or nothing."""
    operation = STAFF_GATES.get(gate) if gate is not None else None
    if gate == Gate.APPROVED:
        operation = right_to_approve(row)
    state = SaleState.EXECUTED if gate == Gate.FOLLOWED_UP else SaleState.OPEN
    if operation is None or row.state != state or not _may(actor, row, operation):
        return ""
    if gate in (Gate.APPROVED, Gate.FOLLOWED_UP) and row.seller.user_id == actor.user_id:
        return ""
    return operation.partition(".")[2]


def _to_be_recorded(actor: Actor, file: SaleFile) -> bool:
    gates = dict(gate for line in file.stages for gate in line.gates)
    return gates.get(Gate.RECORDED, file) is None and _may(actor, file.sale, "sales.begin_recording")


def _back(pk: int) -> str:
    return reverse("sales:sale", args=[pk])


@require_POST
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """POST mode, document: the opinion was told; on paper, the copy that is kept."""
    actor = actor_of(request)
    mode, said = request.POST.get("mode", ""), request.POST.get("document", "")
    paper = int(said) if said.isdigit() and len(said) < 18 else None
    return post_only(
        request,
        lambda: tell_opinion(pk, actor=actor, mode=mode, document_id=paper),
        back_url=_back(pk),
        done=_("Noted."),
    )


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """POST approve=1|0, note, and senior=1 where a senior decides."""
    actor = actor_of(request)
    decide = approve_senior_sale if request.POST.get("senior") == "1" else approve_sale
    yes, note = request.POST.get("approve") == "1", request.POST.get("note", "")
    return post_only(
        request,
        lambda: decide(pk, actor=actor, approve=yes, note=note),
        back_url=_back(pk),
        done=_("Approved.") if yes else _("Refused."),
    )


@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: match once more and hand the order over."""
    actor = actor_of(request)
    words = {SaleState.SENT: _("The order is on its way."), SaleState.REFUSED: _("Refused: read the reason.")}
    return post_only(
        request,
        lambda: hand_over_sale(pk, actor=actor),
        back_url=_back(pk),
        done=lambda sale: words.get(SaleState(sale.state), _("An approval is needed first.")),
    )


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """POST reason."""
    actor = actor_of(request)
    reason = request.POST.get("reason", "")
    return post_only(
        request, lambda: cancel_sale(pk, actor=actor, reason=reason), back_url=_back(pk), done=_("Cancelled.")
    )


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """POST reason, evidence: the customer takes the purchase back."""
    actor = actor_of(request)
    reason, evidence = request.POST.get("reason", ""), request.POST.get("evidence", "")
    return post_only(
        request,
        lambda: withdraw_sale(pk, actor=actor, reason=reason, evidence=evidence),
        back_url=_back(pk),
        done=_("The core system is asked to cancel it."),
    )


def sales_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: the latest sales."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    rows = [(row, LEVEL[SaleState(row.state)]) for row in sales_of(actor, customer)]
    return "sales/panel_sales.html", {"customer": customer, "rows": rows}
