"""Targets of posts by month: the list with how far they are reached, and setting one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.calendar import business_date
from kexin.core.ui import numbers
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Column, Table
from kexin.holdings.aum.entered import averages_by_post, targets
from kexin.holdings.choices import TargetMeasure
from kexin.holdings.models import Target
from kexin.holdings.operations.targets import SET_TARGET, set_target
from kexin.people.models import Post
from kexin.people.queries import post_labels, posts_in_reach
from kexin.people.ui.forms import PostField


class TargetTable(Table):
    """目标."""

    name = "holdings.targets"
    caption = _("Targets")
    default_sort = "-month"
    empty_title = _("No targets")
    empty_text = _("The head of a unit sets what each post is to reach in a month.")
    empty_icon = "target-arrow"

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.columns = (
            Column("post", _("Post"), value=lambda row: self.labels.get(row.post_id, ""), phone="title", always=True),
            Column(
                "month", _("Month"), value=lambda row: f"{row.month:%Y-%m}", sort="month", first="desc", phone="sub"
            ),
            Column("measure", _("Measure"), value=lambda row: row.get_measure_display()),
            Column("amount", _("Target"), value=lambda row: numbers.exact(row.amount), sort="amount", align="end"),
            Column("reached", _("So far"), value=lambda row: numbers.exact(self.reached.get(_key(row))), align="end"),
            Column("share", _("Reached"), value=self._share, align="end"),
            Column("by", _("Set by"), value="set_by", hidden=True),
        )

    @cached_property
    def labels(self) -> dict[int, str]:
        return post_labels([row.post_id for row in self.page.rows])

    @cached_property
    def reached(self) -> dict[tuple[int, dt.date, str], Any]:
        return averages_by_post([row.post_id for row in self.page.rows], {row.month for row in self.page.rows})

    def _share(self, row: Target) -> str:
        found = self.reached.get(_key(row))
        return f"{found * 100 / row.amount:.0f}%" if found is not None and row.amount else "–"

    def row_url(self, row: Target) -> str:
        if not actor_of(self.request).may(SET_TARGET):
            return ""
        return f"{reverse('holdings:target_new')}?post={row.post_id}&month={row.month:%Y-%m}&measure={row.measure}"


def _key(row: Target) -> tuple[int, dt.date, str]:
    return row.post_id, row.month, row.measure


class TargetForm(forms.Form):
    """Post, month, measure, amount."""

    post = PostField(label=_("Post"), queryset=Post.objects.none())
    month = forms.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$", label=_("Month"), help_text=_("For example 2026-11"))
    measure = forms.ChoiceField(label=_("Measure"), choices=TargetMeasure.choices)
    amount = forms.DecimalField(label=_("Amount"), min_value=0, max_digits=19, decimal_places=2)

    def clean_month(self) -> dt.date:
        return dt.date.fromisoformat(f"{self.cleaned_data['month']}-01")


@require_GET
def target_list(request: HttpRequest) -> HttpResponse:
    """GET /holdings/targets/: within reach, the latest month first."""
    actor = actor_of(request)
    table = TargetTable(request, targets(actor))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {
        "title": _("Targets"),
        "table": table,
        "may_set": actor.may(SET_TARGET),
        "may_load": actor.may("core.start_import"),
    }
    return render(request, "holdings/targets.html", context)


def target_new(request: HttpRequest) -> HttpResponse:
    """A form; one that is set already is changed."""
    actor = need(request, SET_TARGET)
    asked = {name: request.GET[name] for name in TargetForm.base_fields if name in request.GET}
    start = {"month": f"{business_date():%Y-%m}", **asked}
    form = TargetForm(request.POST if request.method == "POST" else None, initial=start)
    form.fields["post"].queryset = posts_in_reach(actor, SET_TARGET)  # type: ignore[attr-defined]
    return form_page(
        request,
        form,
        lambda data: set_target(data.pop("post"), actor=actor, **data),
        title=_("Set a target"),
        back_url=reverse("holdings:targets"),
        done=_("The target is set."),
        submit_label=_("Set"),
    )
