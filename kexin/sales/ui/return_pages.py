"""Return calls on the screen: the list, and the page on which a call is made."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core.actor import Actor
from kexin.core.calendar import zone
from kexin.core.errors import Conflict, KexinError, RuleViolation
from kexin.core.masking import mask_contact
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import post_only
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.party.naming import shown_name
from kexin.people.queries import names_of
from kexin.sales.followup.calling import (
    NumberShown,
    answer_return_call,
    dial_return_call,
    sold_by,
    try_return_call,
)
from kexin.sales.followup.choices import AttemptResult, CallState
from kexin.sales.followup.planning import ANSWER
from kexin.sales.followup.queries import VIEW_CALLS, ReturnCallFile, return_call_file, return_calls
from kexin.sales.models import ReturnCall

LEVEL = {CallState.DUE: "calm", CallState.DONE: "good", CallState.UNREACHED: "warn"}


class ReturnCallFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Sale number"), field_name="sale__sale_no", lookup_expr="startswith")
    state = django_filters.ChoiceFilter(label=_("State"), choices=CallState.choices)


def _chip(row: ReturnCall) -> str:
    level, label = LEVEL[CallState(row.state)], row.get_state_display()
    if row.contradicted:
        level, label = "bad", str(row.get_outcome_display())
    elif row.state == CallState.DUE and row.due_at < timezone.now():
        level, label = "bad", _t("Overdue")
    return format_html('<span class="chip {}">{}</span>', level, label)


class ReturnCallTable(Table):
    """回访."""

    name = "sales.return_calls"
    caption = _("Return calls")
    search = "q"
    search_hint = _("Sale number")
    default_sort = "next"
    empty_title = _("No return calls")
    empty_text = _("When a sale is executed, its return call stands here until somebody who did not sell has made it.")
    empty_icon = "phone-check"
    views = (
        View("due", _("To be made"), "state=due"),
        View("all", _("All"), "sort=-due"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        self.columns = (
            Column(
                "customer", _("Customer"), value=lambda row: shown_name(actor, row.customer), phone="title", always=True
            ),
            Column("product", _("Product"), value="sale.product.shown_name", phone="sub"),
            Column("sale_no", _("Sale number"), value="sale.sale_no"),
            Column("seller", _("Seller"), value="sale.seller.shown_name"),
            Column("unit", _("Unit"), value="unit.shown_name", hidden=True),
            Column("state", _("State"), value=_chip),
            Column("next", _("Next attempt"), value=_next, sort=("next_at", "pk")),
            Column("due", _("Finished by"), value=lambda row: moment(row.due_at), sort=("due_at", "pk")),
            Column("attempts", _("Attempts"), align="end"),
        )

    def row_url(self, row: ReturnCall) -> str:
        return reverse("return_calls:one", args=[row.pk])


def _next(row: ReturnCall) -> str:
    return moment(row.next_at) if row.state == CallState.DUE else "–"


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """GET /return-calls/: within reach, the next to be made first; without a question those to be made."""
    if not request.GET:
        return redirect(reverse("return_calls:list") + "?state=due")
    rows = return_calls(actor_of(request))
    table = ReturnCallTable(request, rows, filters=ReturnCallFilter(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _("Return calls"), "table": table})


@require_GET
def of_sale(request: HttpRequest, sale_pk: int) -> HttpResponse:
    """GET: to the return call of a sale; 404 where it has none within reach."""
    row = get_object_or_404(ReturnCall.objects.visible_to(actor_of(request), VIEW_CALLS), sale=sale_pk)
    return redirect("return_calls:one", pk=row.pk)


@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: what was sold, the number, the sheet of questions; afterwards the answers."""
    return _page(request, return_call_file(actor_of(request), pk))


def _page(
    request: HttpRequest, file: ReturnCallFile, extra: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    actor, row = actor_of(request), file.call
    may = file.open and not sold_by(row.sale, actor)
    extra = extra or {}
    said, wrong = extra.get("said", {}), extra.get("wrong", {})
    who = names_of({each.by for each in file.tries} | {row.finished_by})
    context = {
        "title": _t("Return call"),
        "call": row,
        "sale": row.sale,
        "level": "bad" if row.contradicted else LEVEL[CallState(row.state)],
        "customer_name": shown_name(actor, row.customer),
        "numbers": [(each, mask_contact(str(each.value or ""))) for each in file.contacts],
        "questions": _asked(file, said or row.answers, wrong),
        "tries": [(each, who.get(each.by, each.by)) for each in file.tries],
        "finished_by": who.get(row.finished_by, row.finished_by),
        "late": row.state == CallState.DUE and row.due_at < timezone.now(),
        "results": [(each.value, each.label) for each in AttemptResult if each != AttemptResult.ANSWERED],
        "may_answer": may and _reaches(actor, row, ANSWER),
        "may_try": may and _reaches(actor, row, "sales.try_return_call"),
        "may_dial": may and _reaches(actor, row, "sales.dial_return_call"),
        "is_seller": file.open and sold_by(row.sale, actor),
        **extra,
    }
    return render(request, "sales/return_call.html", context, status=status)


def _reaches(actor: Actor, row: ReturnCall, operation: str) -> bool:
    return actor.may(operation) and ReturnCall.objects.visible_to(actor, operation).filter(pk=row.pk).exists()


def _asked(file: ReturnCallFile, said: dict[str, str], wrong: dict[str, str]) -> list[dict[str, Any]]:
    """The questions in the reader's language, with what was chosen and what is missing."""
    key = "en" if (get_language() or "").startswith("en") else "zh"
    return [
        {
            "code": each.code,
            "text": each.text[key],
            "options": [(o.code, o.text[key], said.get(each.code) == o.code, o.contradicts) for o in each.options],
            "wrong": wrong.get(each.code, ""),
            "against": each.code in file.call.contradicted,
        }
        for each in file.sheet.questions
    ]


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """POST q-<question>=<option>, note, version. Missing answers are told at their questions; nothing is half kept."""
    actor = actor_of(request)
    said = {name[2:]: str(value) for name, value in request.POST.items() if name.startswith("q-")}
    note, version = request.POST.get("note", ""), request.POST.get("version", "")
    try:
        row = answer_return_call(
            pk, actor=actor, answers=said, note=note, version=int(version) if version.isdigit() else None
        )
    except (RuleViolation, Conflict) as refusal:
        wrong = {name: str(text) for name, text in refusal.fields.items()}
        extra = {"said": said, "wrong": wrong, "said_note": note, "note_wrong": wrong.get("note", "")}
        extra["problem"] = _t("Please look at the marked fields.") if wrong else str(refusal.message)
        return _page(request, return_call_file(actor, pk), extra, status=422)
    done = _("Written down. An inspection item was opened.") if row.contradicted else _("Written down.")
    return post_only(request, lambda: None, back_url=reverse("return_calls:one", args=[pk]), done=done)


@require_POST
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """POST result, note, next_at (local)."""
    actor, wanted = actor_of(request), request.POST.get("next_at", "")
    try:
        next_at = dt.datetime.fromisoformat(wanted).replace(tzinfo=zone()) if wanted else None
        row = try_return_call(
            pk,
            actor=actor,
            result=request.POST.get("result", ""),
            note=request.POST.get("note", ""),
            next_at=next_at,
        )
    except ValueError:
        return _page(request, return_call_file(actor, pk), {"try_wrong": _t("Enter a valid moment.")}, status=422)
    except (RuleViolation, Conflict) as refusal:
        return _page(request, return_call_file(actor, pk), {"try_wrong": _told(refusal)}, status=422)
    if row.state == CallState.UNREACHED:
        done = _t("Not reached: consumer protection decides what follows.")
    else:
        done = _t("Next attempt: %(when)s.") % {"when": moment(row.next_at)}
    return post_only(request, lambda: None, back_url=reverse("return_calls:one", args=[pk]), done=done)


@require_POST
def dial(request: HttpRequest, pk: int) -> HttpResponse:
    """POST contact: the number, for some seconds; a part of the page with htmx, else the page."""
    actor, contact = actor_of(request), request.POST.get("contact", "")
    shown: NumberShown | None = None
    problem = ""
    try:
        shown = dial_return_call(pk, actor=actor, contact_id=int(contact) if contact.isdigit() else 0)
    except RuleViolation as refusal:
        problem = _told(refusal)
    if request.headers.get("HX-Request"):
        return render(request, "engagement/call_number.html", {"dialled": shown, "dial_error": problem})
    extra = {"dialled": shown, "dial_error": problem, "contact_id": int(contact) if contact.isdigit() else 0}
    return _page(request, return_call_file(actor, pk), extra, status=422 if problem else 200)


def _told(refusal: KexinError) -> str:
    return " ".join(str(text) for text in refusal.fields.values()) or str(refusal.message)
