"""Figures of satisfaction on the screen, the texts behind them, and the file that leaves the house."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.errors import RuleViolation
from kexin.core.ui.fields import DayInput
from kexin.core.ui.form_page import need, put_errors
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.holdings.ui.export import ExportForm
from kexin.party.tiers import tier_choices
from kexin.people.queries import units_in_reach
from kexin.service.models import Survey
from kexin.service.surveys.exporting import EXPORT, answers_file, export_survey_answers
from kexin.service.surveys.queries import ANSWERS
from kexin.service.surveys.results import RESULTS, Figures, Results, Wanted, last_year, survey_results
from kexin.service.surveys.statistics import Interval
from kexin.service.surveys.texts import groups, survey_texts


class WantedForm(forms.Form):
    """Who was asked when; which survey, unit, tier."""

    since = forms.DateField(label=_("Asked from"), widget=DayInput())
    until = forms.DateField(label=_("Asked until"), widget=DayInput())
    survey_id = forms.TypedChoiceField(label=_("Survey"), coerce=int, empty_value=None, required=False)
    unit_id = forms.TypedChoiceField(label=_("Unit and all below it"), coerce=int, empty_value=None, required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False)

    def __init__(self, *args: Any, units: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = [(str(each.pk), each.shown_name) for each in Survey.objects.order_by("pk")]
        self.fields["survey_id"].choices = [("", _("All")), *every]  # type: ignore[attr-defined]
        self.fields["unit_id"].choices = [("", _("All")), *units]  # type: ignore[attr-defined]
        self.fields["tier"].choices = [("", _("All")), *tier_choices()]  # type: ignore[attr-defined]
        for name in self.fields:
            self.fields[name].widget.attrs["class"] = "form-control" if name in ("since", "until") else "form-select"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and not Wanted(since, until).fits:
            self.add_error("until", _t("Choose a span of at most three years."))
        return data


def _asked(request: HttpRequest, operation: str) -> tuple[WantedForm, Wanted]:
    """What the address asks for; the last twelve months where it asks for nothing, or for nonsense."""
    actor = actor_of(request)
    units = [(str(each.pk), each.shown_name) for each in units_in_reach(actor, operation).order_by("code")[:500]]
    usual = last_year()
    data = {"since": usual.since.isoformat(), "until": usual.until.isoformat(), **request.GET.dict()}
    form = WantedForm(data, units=units)
    return form, Wanted(**form.cleaned_data) if form.is_valid() else usual


def interval(found: Interval | None, places: int = 0) -> str:
    """“78 (74–82)”."""
    if found is None:
        return "–"
    if found.low is None or found.high is None:
        return f"{found.value:.{places}f}"
    return f"{found.value:.{places}f} ({found.low:.{places}f} – {found.high:.{places}f})"


def _query(wanted: Wanted, **more: Any) -> str:
    """The list of answers behind a number."""
    said = {"since": wanted.since, "until": wanted.until, "survey": wanted.survey_id, "tier": wanted.tier, **more}
    return reverse("service:survey_answers") + "?" + "&".join(f"{key}={value}" for key, value in said.items() if value)


def _line(group: Figures, url: str) -> dict[str, Any]:
    return {
        "label": group.label, "group": group, "rate": interval(group.rate), "score": interval(group.score),
        "nps": interval(group.nps), "url": url if group.shown else "",
    }  # fmt: skip


@require_GET
def results_page(request: HttpRequest) -> HttpResponse:
    """GET /satisfaction/: response, score, recommendation, each with its interval; each number opens its list."""
    actor = need(request, RESULTS)
    form, wanted = _asked(request, RESULTS)
    language = "en" if (get_language() or "").startswith("en") else "zh"
    found = survey_results(actor, wanted, language)
    reads = actor.may(ANSWERS)
    below = {"below": wanted.unit_id} if wanted.unit_id else {}

    def list_of(**more: Any) -> str:
        return _query(wanted, **{**below, **more}) if reads else ""

    context = {
        "title": _("Satisfaction"),
        "form": form,
        "found": found,
        "tiles": _tiles(found, list_of(), list_of(state="answered")),
        "units": [_line(each, list_of(state="answered", unit=each.key)) for each in found.units],
        "tiers": [_line(each, list_of(state="answered", tier=each.key) if each.key else "") for each in found.tiers],
        "dimensions": [_line(each, list_of(state="answered", dimension=each.key)) for each in found.dimensions],
        "months": [_line(each, list_of(state="answered", **_month(each.key, wanted))) for each in found.months],
        "chart": _chart(found),
        "sides": [
            (label, number, list_of(state="answered", loyalty=code))
            for label, number, code in (
                (_t("Promoters (9–10)"), found.whole.promoters, "promoter"),
                (_t("Passives (7–8)"), found.whole.passives, "passive"),
                (_t("Detractors (0–6)"), found.whole.detractors, "detractor"),
            )
        ],
        "may_texts": reads,
        "may_export": actor.may(EXPORT),
        "asked": request.GET.urlencode(),
    }
    return render(request, "service/satisfaction.html", context, status=422 if request.GET and form.errors else 200)


def _tiles(found: Results, everybody: str, answered: str) -> list[tuple[str, str, str, str]]:
    """Label, value, what stands below it, where it leads."""
    whole, sure = found.whole, _t("%(confidence)s %% sure") % {"confidence": found.confidence}
    tiles = [
        (_t("Customers asked"), str(whole.invited), "", everybody),
        (_t("Response rate"), _percent(whole.rate), _bounds(whole.rate, sure), answered),
        (_t("Mean score of 100"), _value(whole.score, 1), _bounds(whole.score, sure, 1), answered),
        (_t("Weighted by tier"), _value(found.weighted, 1), _bounds(found.weighted, sure, 1), answered),
        (_t("Net promoter score"), _value(whole.nps), _bounds(whole.nps, sure), answered),
    ]
    return tiles if whole.shown else tiles[:2]


def _percent(found: Interval | None) -> str:
    return "–" if found is None else f"{found.value:.0f} %"


def _value(found: Interval | None, places: int = 0) -> str:
    return "–" if found is None else f"{found.value:.{places}f}"


def _bounds(found: Interval | None, sure: str, places: int = 0) -> str:
    if found is None or found.low is None or found.high is None:
        return ""
    return f"{found.low:.{places}f} – {found.high:.{places}f} · {sure}"


def _month(key: str, wanted: Wanted) -> dict[str, str]:
    year, month = (int(each) for each in key.split("-"))
    first = dt.date(year, month, 1)
    last = dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
    return {"since": max(first, wanted.since).isoformat(), "until": min(last, wanted.until).isoformat()}


def _chart(found: Results) -> dict[str, Any] | None:
    """The score month by month; months that are not shown leave a gap."""
    months = [each for each in found.months if each.answered]
    if sum(1 for each in months if each.score is not None) < 2:
        return None
    scores = [None if each.score is None else round(each.score.value, 1) for each in months]
    return {
        "type": "line",
        "x": [each.label for each in months],
        "series": [{"name": _t("Mean score of 100"), "data": scores}],
    }


@require_GET
def texts_page(request: HttpRequest) -> HttpResponse:
    """GET /satisfaction/texts/: what customers wrote, looked for and gathered by likeness."""
    actor = need(request, ANSWERS)
    form, wanted = _asked(request, ANSWERS)
    search = request.GET.get("q", "").strip()[:60]
    rows = survey_texts(actor, wanted, search)
    gathered = groups([each.text for each in rows])
    known = {place for each in gathered for place in each.members}
    context = {
        "title": _("What customers wrote"),
        "form": form,
        "q": search,
        "count": len(rows),
        "groups": [
            (" · ".join(each.shared), len(each.members), [rows[place] for place in each.members[:20]])
            for each in gathered
        ],
        "alone": [row for place, row in enumerate(rows) if place not in known][:100],
        "back_url": reverse("service:satisfaction"),
    }
    return render(request, "service/survey_texts.html", context)


def export(request: HttpRequest) -> HttpResponseBase:
    """GET asks what for; POST sends the file. What is narrowed travels in the address."""
    actor = need(request, EXPORT)
    _form, wanted = _asked(request, EXPORT)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = export_survey_answers(wanted, actor=actor, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            return sent(form.cleaned_data["format"], answers_file(rows), actor)
    context = {
        "title": _t("Export answers to surveys"),
        "form": form,
        "back_url": f"{reverse('service:satisfaction')}?{request.GET.urlencode()}",
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
