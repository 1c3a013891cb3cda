"""Pages of call lists: how far they are, making them by hand, by rule, from a file; closing, export."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kexin.core import names
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.ui.columns import Selection
from kexin.core.ui.fields import DayInput, SearchSelect
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.engagement.calls.choices import EntryState
from kexin.engagement.calls.export import as_file, export_calls
from kexin.engagement.calls.lists import Made, Wish, close_call_list, make_call_list
from kexin.engagement.calls.loading import load_call_list
from kexin.engagement.calls.policies import CallPolicy, label_of
from kexin.engagement.calls.queries import call_lists, not_called, progress
from kexin.engagement.calls.sources import make_list_by_rule, sources_for
from kexin.party.models import Customer
from kexin.party.ui.lists import CustomerFilterSet
from kexin.people.models import by_language
from kexin.products.choices import ProductState, Regime
from kexin.products.models import Product

MAKE = "engagement.make_call_list"


class ListForm(forms.Form):
    """What a list is called, why its customers are called, until when."""

    title = forms.CharField(label=pgettext_lazy("call list", "Title"), max_length=80)
    why = forms.CharField(
        label=_("Why they are called"),
        max_length=200,
        help_text=_("The caller reads it where a line says nothing else."),
    )
    ends_on = forms.DateField(label=_("Until"), widget=DayInput())
    product_id = forms.TypedChoiceField(
        label=_("Product spoken of"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=SearchSelect(),
        help_text=_("Customers to whom it may not be offered are left out, now and again when each call is opened."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Product.objects.filter(state=ProductState.ADMITTED).exclude(regime=Regime.NONE).order_by("code")[:2000]
        shown = [(row.pk, f"{by_language(row.name, row.name_en)} {row.code}") for row in rows]
        self.fields["product_id"].choices = [("", _("No product")), *shown]  # type: ignore[attr-defined]


class RuleForm(ListForm):
    """The same, and the rule that finds the customers."""

    rule = forms.ChoiceField(label=_("Rule"))
    days = forms.IntegerField(
        label=_("Days ahead"), min_value=0, max_value=365, initial=14, help_text=_("For maturities and birthdays.")
    )
    field_order = ["rule", "days", "title", "why", "product_id", "ends_on"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = [(each.code, each.label) for each in sources_for(actor)]  # type: ignore[attr-defined]


class FileForm(ListForm):
    """The same, and the file that names the customers."""

    file = forms.FileField(
        label=pgettext_lazy("upload", "File"),
        help_text=_("CSV or XLSX with a heading: customer number, mobile or identity number first, the reason second."),
    )
    field_order = ["file", "title", "why", "product_id", "ends_on"]


class ExportForm(forms.Form):
    """Why a list leaves the house, and in which format."""

    purpose = forms.CharField(label=_("Purpose"), max_length=200)
    format = forms.ChoiceField(label=_("Format"), choices=[("xlsx", "XLSX"), ("csv", "CSV")])


def _start() -> dict[str, Any]:
    return {"ends_on": business_date() + dt.timedelta(days=14)}


def _done(made: Made) -> str:
    text = ngettext("%(n)s customer stands on the list.", "%(n)s customers stand on the list.", made.count)
    said = text % {"n": made.count}
    if made.left_out:
        left = ngettext("%(n)s was left out.", "%(n)s were left out.", len(made.left_out)) % {"n": len(made.left_out)}
        said = f"{said} {left}"
    return said


def tell_left_out(request: HttpRequest, made: Made) -> None:
    """Who could not be put on the list and why, the first of them."""
    numbers = names.customers(pk for pk, _text in made.left_out[:20])
    for pk, text in made.left_out[:20]:
        if pk in numbers:
            messages.warning(request, f"{numbers[pk]}: {text}")


def _page(made: Made) -> str:
    return reverse("engagement:call_list", args=[made.call_list.pk])


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """GET /calls/lists/: lists within reach and those with lines of mine."""
    actor = actor_of(request)
    found = call_lists(actor)
    people = names.people({each.call_list.made_by for each in found})
    rows = [(each, people.get(each.call_list.made_by, each.call_list.made_by)) for each in found]
    context = {"title": _("Call lists"), "rows": rows, "today": business_date(), "may_make": actor.may(MAKE)}
    return render(request, "engagement/call_lists.html", context)


@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /calls/lists/1/: how far it is, by state, result and manager."""
    actor = actor_of(request)
    found = progress(actor, pk)
    rules = in_force(CallPolicy)
    states = [(EntryState(code).label, number) for code, number in found.states.items()]
    results = sorted(((label_of(rules, code), number) for code, number in found.results.items()), key=lambda x: -x[1])
    context = {
        "title": found.call_list.title,
        "it": found,
        "row": found.call_list,
        "made_by": names.people({found.call_list.made_by}).get(found.call_list.made_by, found.call_list.made_by),
        "product": found.call_list.product,
        "not_called": not_called(actor, pk) if found.states.get(EntryState.REFUSED) else [],
        "states": states,
        "results": results,
        "may_close": actor.may("engagement.close_call_list") and found.call_list.closed_at is None,
        "may_export": actor.may("engagement.export_calls"),
    }
    return render(request, "engagement/call_list.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """A list by a rule."""
    actor = need(request, MAKE)
    form = RuleForm(request.POST or None, actor=actor, initial=_start())

    def act(data: dict[str, Any]) -> Made:
        made = make_list_by_rule(actor=actor, **data)
        tell_left_out(request, made)
        return made

    return form_page(
        request,
        form,
        act,
        title=_("New call list"),
        sub=_("Found by a rule, most urgent first; each line says why."),
        back_url=reverse("engagement:call_lists"),
        submit_label=_("Make the list"),
        done=_done,
        go=_page,
    )


def from_file(request: HttpRequest) -> HttpResponse:
    """A list from a file; lines that cannot be used are named with their reason."""
    actor = need(request, MAKE)
    form = FileForm(request.POST or None, request.FILES or None, initial=_start())

    def act(data: dict[str, Any]) -> Made:
        file = data.pop("file")
        made, refused = load_call_list(actor=actor, content=file.read(), name=file.name, **data)
        for line, text in refused[:20]:
            messages.warning(request, _t("Line %(line)s: %(why)s") % {"line": line, "why": text})
        if len(refused) > 20:
            messages.warning(request, _t("… and %(n)s further lines.") % {"n": len(refused) - 20})
        return replace(made, left_out=[(0, text) for _line, text in refused])

    return form_page(
        request,
        form,
        act,
        title=_("Call list from a file"),
        back_url=reverse("engagement:call_lists"),
        submit_label=_("Make the list"),
        done=_done,
        go=_page,
    )


@require_POST
def pick(request: HttpRequest) -> HttpResponse:
    """POST the selection of the customer list: first ask for title and reason, then make the list."""
    actor = need(request, MAKE)
    selection = Selection.of(request)
    reach = Customer.objects.visible_to(actor, MAKE).order_by("-assets", "party_id")
    rows = selection.rows(reach, CustomerFilterSet, request)
    form = ListForm(request.POST if "why" in request.POST else None, initial=_start())
    most = in_force(CallPolicy).most_entries
    context = {"selection": selection, "count": rows[: most + 1].count()}
    template, title, back_url = "engagement/pick_calls.html", _("New call list"), reverse("party:customers")
    if not form.is_bound:
        shown = {"form": form, "title": title, "back_url": back_url, "submit_label": _("Make the list")}
        return render(request, template, shown | context)

    def act(data: dict[str, Any]) -> Made:
        wishes = [Wish(pk) for pk in rows.values_list("pk", flat=True)[: most + 1]]
        made = make_call_list(actor=actor, wishes=wishes, **data)
        tell_left_out(request, made)
        return made

    return form_page(
        request,
        form,
        act,
        title=title,
        back_url=back_url,
        submit_label=_("Make the list"),
        done=_done,
        go=_page,
        template=template,
        context=context,
    )


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: nobody on it is called any more."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: close_call_list(pk, actor=actor),
        back_url=reverse("engagement:call_list", args=[pk]),
        done=_("The list is closed."),
    )


def export(request: HttpRequest, pk: int) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """GET asks for purpose and format; POST sends the file."""
    actor = need(request, "engagement.export_calls")
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        rows = export_calls(pk, actor=actor, purpose=form.cleaned_data["purpose"])
        return sent(form.cleaned_data["format"], as_file(actor, rows), actor)
    found = progress(actor, pk)
    context = {
        "form": form,
        "title": _("Export a call list"),
        "sub": found.call_list.title,
        "back_url": reverse("engagement:call_list", args=[pk]),
        "submit_label": _("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.is_bound else 200)
