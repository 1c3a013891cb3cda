"""溯源整改 on the screen: the list, one measure with what its owner did and whether it works."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import form_page
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.people.queries import names_of, post_labels
from kexin.service.complaints.analysis.asking import (
    VIEW_FIGURES,
    FiguresAsked,
    figures_asked,
    units_counted_for,
)
from kexin.service.complaints.analysis.effects import Side, effect_of
from kexin.service.complaints.analysis.figures import CAUSE
from kexin.service.complaints.choices import RemedyState
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.complaints.queries import VIEW
from kexin.service.complaints.remedying import (
    OWNS,
    finish_remediation,
    remediation,
    remediations,
    verify_remediation,
)
from kexin.service.models import Complaint, Remediation
from kexin.service.ui.complaint_course_forms import EffectForm, FinishForm
from kexin.service.ui.complaint_figures import address, list_of

EFFECT_WORDS = {
    "fell": _("It comes less often"),
    "rose": _("It comes more often"),
    "unclear": _("No difference beyond chance"),
}
LEVEL = {RemedyState.OPEN.value: "warn", RemedyState.DONE.value: "calm", RemedyState.VERIFIED.value: "good"}


class RemediationFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[("late", _("Late")), *RemedyState.choices], method="as_is"
    )

    cause = django_filters.CharFilter(label=_("Code of the cause"))

    class Meta:
        model = Remediation
        fields: list[str] = []

    def as_is(self, queryset: Any, name: str, value: str) -> Any:
        """Asked of the query itself, before the filters."""
        return queryset


def _chip(row: Remediation) -> SafeString:
    late = row.state == RemedyState.OPEN and row.due_on < business_date()
    return format_html('<span class="chip {}">{}</span>', "bad" if late else LEVEL[row.state], row.get_state_display())


class RemediationTable(Table):
    """溯源整改."""

    name = "service.remediations"
    caption = _("Root-cause remediation")
    default_sort = "-opened"
    empty_title = _("No measures")
    empty_text = _("The cause of a complaint gets its owner on the page of the case.")
    empty_icon = "tool"
    views = (
        View("open", _("Measure under way"), "state=open"),
        View("late", _("Late"), "state=late"),
        View("all", _("All")),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        causes = in_force(ComplaintPolicy).facet("causes")
        self.columns = (
            Column("problem", _("What is wrong"), value="problem", phone="title", always=True),
            Column(
                "cause", _("Cause"), value=lambda row: causes[row.cause].label if row.cause in causes else row.cause
            ),
            Column("unit", _("Owner unit"), value="owner_unit.shown_name", phone="sub"),
            Column("owner", _("Owner of the cause"), value=lambda row: self.posts.get(row.owner_post_id, "")),
            Column("due", _("Measure by"), value=lambda row: row.due_on.isoformat(), sort=("due_on", "pk")),
            Column("state", _("State"), value=_chip),
            Column("opened", _("Opened"), value=lambda row: f"{row.opened_at:%Y-%m-%d}", sort=("opened_at", "pk"),
                   first="desc"),
        )  # fmt: skip
        rows = list(self.page.rows)
        self.posts = post_labels({row.owner_post_id for row in rows}) if rows else {}

    def row_url(self, row: Remediation) -> str:
        return reverse("complaints:remediation", args=[row.pk])


@require_GET
def remediation_list(request: HttpRequest) -> HttpResponse:
    """GET /remediations/: measures within reach."""
    rows = remediations(actor_of(request), state=request.GET.get("state", ""))
    filters = RemediationFilter(request.GET, queryset=rows, request=request)
    table = RemediationTable(request, rows, filters=filters)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _("Root-cause remediation"), "table": table})


def _effect(actor: Actor, row: Remediation) -> dict[str, Any]:
    """Before and after, for who may read figures, of what they may count.

    The numbers that the verifier had before the eyes are for who counts the whole institution: beside a reader's own
    they would tell of cases kept from that reader.
    """
    shown: dict[str, Any] = {"may_figures": actor.may(VIEW_FIGURES)}
    if not shown["may_figures"]:
        return shown
    shown["seen_then"] = row.days_compared is not None and units_counted_for(actor, None) is None
    today = business_date()
    asked = figures_asked(today - dt.timedelta(days=364), today)
    shown["trend_url"] = f"{reverse('complaints:trend')}?{address(asked, by=CAUSE, key=row.cause)}"
    found = effect_of(actor, row)
    if found is None:
        return shown
    told = found.change
    return shown | {
        "effect_found": found,
        "effect_where": row.owner_unit.shown_name if found.unit_id is not None else _t("the whole institution"),
        "effect_level": {"fell": "good", "rose": "bad"}.get(told.word, "quiet") if told else "quiet",
        "effect_word": EFFECT_WORDS[told.word] if told else _("Nothing to compare"),
        "effect_ratio": "–" if told is None or told.value is None else f"{told.value:.2f}",
        "effect_bounds": "" if told is None else f"{told.low:.2f} – {'∞' if told.high is None else f'{told.high:.2f}'}",
        "effect_sides": [
            (pgettext("effect", "Before"), found.before, _cases_url(actor, row, found.before, found.unit_id)),
            (pgettext("effect", "After"), found.after, _cases_url(actor, row, found.after, found.unit_id)),
        ],
    }


def _cases_url(actor: Actor, row: Remediation, side: Side, unit_id: int | None) -> str:
    if not side.cases or not actor.may(VIEW):
        return ""
    return list_of(FiguresAsked(side.first, side.last, unit_id), CAUSE, row.cause)


def remediation_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the measure. POST: its owner reports it as done, or somebody else says whether it works."""
    actor = actor_of(request)
    row = remediation(actor, pk)
    mine = row.owner_post_id in actor.post_ids
    finish = row.state == RemedyState.OPEN and mine and actor.may(OWNS)
    verify = row.state == RemedyState.DONE and not mine and actor.may("service.verify_remediation")
    data = request.POST if request.method == "POST" else None
    form: forms.Form = EffectForm(data) if verify else FinishForm(data)
    causes = in_force(ComplaintPolicy).facet("causes")
    named = names_of({row.opened_by, row.done_by, row.verified_by})
    seen = Complaint.objects.visible_to(actor, VIEW).filter(pk=row.complaint_id).exists()

    def act(said: dict[str, Any]) -> Remediation:
        return verify_remediation(pk, actor=actor, **said) if verify else finish_remediation(pk, actor=actor, **said)

    return form_page(
        request,
        form,
        act,
        title=row.problem,
        back_url=reverse("complaints:remediations"),
        done=_("Recorded."),
        submit_label=_("Verify the effect") if verify else _("Report as done"),
        template="service/remediation.html",
        context={
            "row": row,
            "state": _chip(row),
            "cause": causes[row.cause].label if row.cause in causes else row.cause,
            "owner": post_labels({row.owner_post_id}).get(row.owner_post_id, ""),
            "done_by": named.get(row.done_by, row.done_by),
            "verified_by": named.get(row.verified_by, row.verified_by),
            "case_url": reverse("complaints:complaint", args=[row.complaint_id]) if seen else "",
            "may_act": finish or verify,
            **_effect(actor, row),
        },
    )
