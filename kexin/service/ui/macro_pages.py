"""Macros on the screen: the list, a draft, the review."""

from __future__ import annotations

from typing import Any

import django_filters
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.people.queries import names_of, units_in_reach
from kexin.service.choices import MacroState
from kexin.service.deskwork.macros import DRAFTS, REVIEWS, draft_macro, macros, retire_macro, review_macro
from kexin.service.models import Macro
from kexin.service.policies import RequestPolicy, parse_kinds
from kexin.service.ui.desk_forms import MacroForm

LEVEL = {"draft": "warn", "active": "good", "refused": "bad", "retired": "quiet"}


def _chip(row: Macro) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', LEVEL[row.state], row.get_state_display())


class MacroFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=MacroState.choices)

    class Meta:
        model = Macro
        fields: list[str] = []


class MacroTable(Table):
    """快捷办理."""

    name = "service.macros"
    caption = _("Macros")
    default_sort = "name"
    empty_title = _("No macros")
    empty_text = _("A head prepares words, note, stage and pause; after review everybody in the unit uses them.")
    empty_icon = "bolt"
    views = (
        View("active", pgettext_lazy("macro", "In use"), "state=active"),
        View("draft", pgettext_lazy("macro", "Waits for review"), "state=draft"),
        View("all", _("All"), "sort=name"),
    )
    columns = (
        Column("name", pgettext_lazy("macro", "Name"), value="name", sort=("name", "pk"), phone="title", always=True),
        Column("unit", _("Unit"), value="unit.shown_name", phone="sub"),
        Column("state", _("State"), value=_chip),
        Column("words", _("Words to the customer"), value=lambda row: row.words[:60]),
        Column("used", pgettext_lazy("macro", "Used"), value="used", sort=("used", "pk"), first="desc", align="end"),
        Column("drafted", _("Drafted"), value=lambda row: moment(row.drafted_at), sort=("drafted_at", "pk")),
    )

    def row_url(self, row: Macro) -> str:
        return reverse("service:macro", args=[row.pk])


def words_of(row: Macro) -> dict[str, str]:
    """Kind, stage and reason of a macro in words; empty where it has none."""
    rules = in_force(RequestPolicy)
    kinds = [each for each in parse_kinds(rules.kinds) if row.kind in ("", each.code)]
    stages = [found.label for each in kinds if (found := each.stage(row.stage)) is not None]
    reason = rules.reason(row.pause_reason)
    return {
        "kind_label": kinds[0].label if row.kind and kinds else "",
        "stage_label": " / ".join(dict.fromkeys(stages)),
        "reason_label": reason.label if reason else "",
    }


@require_GET
def macro_list(request: HttpRequest) -> HttpResponse:
    """GET /requests/macros/."""
    actor = actor_of(request)
    rows = macros(actor)
    table = MacroTable(request, rows, filters=MacroFilter(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {"title": _("Macros"), "table": table, "may_draft": actor.may(DRAFTS)}
    return render(request, "service/macros.html", context)


def new_macro(request: HttpRequest) -> HttpResponse:
    """GET, POST /requests/macros/new/."""
    actor = need(request, DRAFTS)
    units = [(each.pk, each.shown_name) for each in units_in_reach(actor, DRAFTS)]

    def act(data: dict[str, Any]) -> Macro:
        return draft_macro(actor=actor, **data)

    return form_page(
        request,
        MacroForm(request.POST or None, units=units),
        act,
        title=_("Draft a macro"),
        back_url=reverse("service:macros"),
        go=lambda row: reverse("service:macro", args=[row.pk]),
        done=_("Somebody else reviews it before it is used."),
        submit_label=_("Send for review"),
    )


@require_GET
def macro_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /requests/macros/PK/: what it does, and the review."""
    actor = actor_of(request)
    row = macros(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    names = names_of({row.drafted_by, row.reviewed_by} - {""})
    context = {
        **words_of(row),
        "title": row.name,
        "row": row,
        "state": _chip(row),
        "drafter": names.get(row.drafted_by, row.drafted_by),
        "reviewer": names.get(row.reviewed_by, row.reviewed_by),
        "may_review": row.state == MacroState.DRAFT and actor.may(REVIEWS) and row.drafted_by != actor.name,
        "may_retire": row.state in (MacroState.DRAFT, MacroState.ACTIVE) and actor.may("service.retire_macro"),
        "back_url": reverse("service:macros") + "?state=active",
    }
    return render(request, "service/macro.html", context)


@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """POST agree=1|0, note."""
    actor = actor_of(request)
    agree = request.POST.get("agree") == "1"
    return post_only(
        request,
        lambda: review_macro(pk, actor=actor, agree=agree, note=request.POST.get("note", "")),
        back_url=reverse("service:macro", args=[pk]),
        done=_("It is in use now.") if agree else _("It goes back to who drafted it."),
    )


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: out of use."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: retire_macro(pk, actor=actor),
        back_url=reverse("service:macro", args=[pk]),
        done=_("Nobody uses it any more."),
    )
