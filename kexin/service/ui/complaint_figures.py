"""投诉统计 on the screen: what a period brought, by what it is counted by, each number with its list; the trend."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.ui.fields import DayInput
from kexin.core.ui.form_page import need, put_errors
from kexin.core.ui.sending import sent
from kexin.holdings.ui.export import ExportForm
from kexin.people.queries import units_in_reach
from kexin.service.complaints.analysis.asking import VIEW_FIGURES, FiguresAsked, figures_asked
from kexin.service.complaints.analysis.exporting import (
    EXPORT_FIGURES,
    FLAG_HEADS,
    export_complaint_figures,
    figures_file,
)
from kexin.service.complaints.analysis.facts import COUNTED, FLAGS
from kexin.service.complaints.analysis.figures import (
    BUSINESS,
    CAUSE,
    DIMENSIONS,
    PLACE,
    SIZED,
    TOLD_BY,
    WHOLE,
    Figures,
    complaint_figures,
)
from kexin.service.complaints.analysis.policies import SIGNAL_WORDS
from kexin.service.complaints.analysis.trend import Signal, Trend, complaint_signals, complaint_trend
from kexin.service.complaints.analysis.words import labels_of
from kexin.service.complaints.queries import VIEW
from kexin.service.complaints.remedying import VIEW_REMEDIES, remediations
from kexin.service.models import Remediation
from kexin.service.ui.complaint_filters import NONE

MOST_LINES = 60
EMPTY_ASKED = (BUSINESS, CAUSE, PLACE)


class FiguresForm(forms.Form):
    """Unit and period."""

    unit = forms.TypedChoiceField(label=_("Unit"), required=False, coerce=int, empty_value=None)
    first = forms.DateField(label=_("From"), required=False, widget=DayInput())
    last = forms.DateField(label=_("Until"), required=False, widget=DayInput())


def asking(request: HttpRequest, actor: Actor) -> tuple[FiguresForm, FiguresAsked | None]:
    """The form and what it asks for; None where that cannot be."""
    form = FiguresForm(request.GET)
    units = [(each.pk, each.shown_name) for each in units_in_reach(actor, VIEW_FIGURES)]
    form.fields["unit"].choices = [("", _("All within reach")), *units]  # type: ignore[attr-defined]
    if not form.is_valid():
        return form, None
    data = form.cleaned_data
    try:
        return form, figures_asked(data["first"], data["last"], data["unit"])
    except RuleViolation as refusal:
        put_errors(form, refusal)
        return form, None


def address(asked: FiguresAsked, **more: str) -> str:
    """The question as an address."""
    told = {"first": asked.first.isoformat(), "last": asked.last.isoformat(), **more}
    return urlencode(({"unit": str(asked.unit_id)} if asked.unit_id is not None else {}) | told)


def list_of(asked: FiguresAsked, dimension: str = WHOLE, key: str = "", went: str = COUNTED) -> str:
    """The list behind a number."""
    wanted = {
        "opened_after": asked.first.isoformat(),
        "opened_before": asked.last.isoformat(),
        "nature": "complaint",
        **({"went": went} if went else {}),
        **({"under": str(asked.unit_id)} if asked.unit_id is not None else {}),
        **({dimension: key or NONE} if dimension != WHOLE else {}),
    }
    return f"{reverse('complaints:list')}?{urlencode(wanted)}"


def _refused(request: HttpRequest, form: FiguresForm, title: object) -> HttpResponse:
    said = [str(text) for texts in form.errors.values() for text in texts]
    context = {"title": title, "form": form, "refused": said}
    return render(request, "service/complaint_figures.html", context, status=422)


@require_GET
def figures_page(request: HttpRequest) -> HttpResponse:
    """GET /complaints/figures/?unit=&first=&last=&by=: this year so far where nothing is said."""
    actor = need(request, VIEW_FIGURES)
    form, asked = asking(request, actor)
    if asked is None:
        return _refused(request, form, _("Figures of complaints"))
    by = request.GET.get("by", CAUSE)
    by = by if by in DIMENSIONS and by != WHOLE else CAUSE
    found, lists = complaint_figures(actor, asked), actor.may(VIEW)
    labels = labels_of([(by, key) for key in found.keys(by)[:MOST_LINES]])
    signals = complaint_signals(actor, asked)
    here = reverse("complaints:figures")
    context = {
        "title": _("Figures of complaints"),
        "form": form,
        "found": found,
        "by": by,
        "tiles": _tiles(found, lists),
        "tabs": [(TOLD_BY[each], f"{here}?{address(asked, by=each)}", each == by) for each in DIMENSIONS[1:]],
        "heads": [FLAG_HEADS[each] for each in FLAGS],
        "sized": by in SIZED,
        "lines": [_line(found, by, key, labels[by, key], lists) for key in found.keys(by)[:MOST_LINES]],
        "more": max(len(found.keys(by)) - MOST_LINES, 0),
        "caption": TOLD_BY[by],
        "signals": signals_shown(signals, asked),
        "trend_url": f"{reverse('complaints:trend')}?{address(asked)}",
        "export_url": f"{reverse('complaints:export_figures')}?{address(asked)}" if actor.may(EXPORT_FIGURES) else "",
        "remedies_url": reverse("complaints:remediations") if actor.may(VIEW_REMEDIES) else "",
        "reports_url": reverse("complaints:reports") if actor.may("service.view_complaint_reports") else "",
    }
    return render(request, "service/complaint_figures.html", context)


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


def _against(now: int, before: int) -> str:
    return f"{now - before:+d}" if now or before else ""


def _tiles(found: Figures, lists: bool) -> list[tuple[Any, str, str, str]]:
    """Label, number, what stands below it, the list behind it."""
    now, before, size, asked = found.count(), found.count_before(), found.size(), found.asked

    def url(went: str) -> str:
        return list_of(asked, went=went) if lists else ""

    customers = _t("%(count)s personal customers") % {"count": f"{size.customers:,}"}
    outlets = _t("%(count)s outlets") % {"count": f"{size.outlets:,}"}
    tiles: list[tuple[Any, str, str, str]] = [
        (pgettext("complaint figures", "Brought in"), str(now.brought), _against(now.brought, before.brought), url("")),
        (pgettext("complaint figures", "Complaints after joining"), str(now.cases), _against(now.cases, before.cases),
         url(COUNTED)),
        (_t("Per 10 million customers"), _rate(found.per_customers()), customers, ""),
        (_t("Per 1,000 outlets"), _rate(found.per_outlets()), outlets, ""),
    ]  # fmt: skip
    for name in FLAGS:
        told = _percent(now.flags[name], now.cases)
        tiles.append((FLAG_HEADS[name], str(now.flags[name]), told, url(name)))
    return tiles


def _line(found: Figures, dimension: str, key: str, label: str, lists: bool) -> dict[str, Any]:
    count, before, asked = found.count(dimension, key), found.count_before(dimension, key), found.asked
    opens = lists and (bool(key) or dimension in EMPTY_ASKED)

    def cell(number: int, went: str = COUNTED) -> tuple[int, str]:
        return number, list_of(asked, dimension, key, went) if opens and number else ""

    return {
        "label": label,
        "url": f"{reverse('complaints:trend')}?{address(asked, by=dimension, key=key)}" if key else "",
        "cases": cell(count.cases),
        "share": _percent(count.cases, found.count().cases),
        "change": _against(count.cases, before.cases),
        "flags": [(FLAG_HEADS[name], *cell(count.flags[name], name)) for name in FLAGS],
        "customers": _rate(found.per_customers(dimension, key)),
        "outlets": _rate(found.per_outlets(dimension, key)),
    }


def signals_shown(signals: list[Signal], asked: FiguresAsked) -> list[dict[str, Any]]:
    """Values whose last whole month is unlike the others, in words."""
    labels = labels_of([(each.dimension, each.key) for each in signals])
    return [
        {
            "by": TOLD_BY[each.dimension],
            "label": labels[each.dimension, each.key],
            "url": f"{reverse('complaints:trend')}?{address(asked, by=each.dimension, key=each.key)}",
            "level": "bad" if each.above else "good",
            "above": each.above,
            "rules": [SIGNAL_WORDS[rule] for rule in each.rules],
            "month": f"{each.month:%Y-%m}",
            "count": each.count,
            "times": f"{each.rate / each.centre:.1f}",
        }
        for each in signals
    ]


@require_GET
def trend_page(request: HttpRequest) -> HttpResponse:
    """GET /complaints/trend/?unit=&first=&last=&by=&key=: month by month with control limits."""
    actor = need(request, VIEW_FIGURES)
    form, asked = asking(request, actor)
    if asked is None:
        return _refused(request, form, _("Trend of complaints"))
    by, key = request.GET.get("by", WHOLE), request.GET.get("key", "")
    by = by if by in DIMENSIONS else WHOLE
    found = complaint_trend(actor, asked, by, key[:60])
    label = labels_of([(by, found.key)])[by, found.key] if by == WHOLE or found.key else ""
    lists = actor.may(VIEW)
    context = {
        "title": _("Trend of complaints"),
        "sub": f"{TOLD_BY[by]} · {label}" if by != WHOLE else label,
        "found": found,
        "chart": _chart(found),
        "months": _months(found, asked, lists),
        "unit": _("per 10 million customers and month") if found.per_customers else _("complaints a month"),
        "centre": _rate(found.chart.centre),
        "spread": f"{found.chart.spread:.2f}",
        "widened": found.chart.spread > 1.005,
        "measures": _measures(actor, key) if by == CAUSE and key else [],
        "back_url": f"{reverse('complaints:figures')}?{address(asked, by=by if by != WHOLE else CAUSE)}",
    }
    return render(request, "service/complaint_trend.html", context)


def _measures(actor: Actor, cause: str) -> list[Remediation]:
    """The newest measures against a cause within reach."""
    if not actor.may(VIEW_REMEDIES):
        return []
    return list(remediations(actor).filter(cause=cause).order_by("-opened_at", "-pk")[:20])


def _chart(found: Trend) -> dict[str, Any] | None:
    """The rate, what is usual, both limits, and the months that signal."""
    points, centre = found.chart.points, found.chart.centre
    if len(points) < 2:
        return None

    def told(values: list[float | None]) -> list[float | None]:
        return [None if each is None else round(each, 1) for each in values]

    series: list[dict[str, Any]] = [
        {"name": pgettext("trend", "Complaints"), "data": told([each.rate for each in points])}
    ]
    if centre is not None:
        series += [
            {"name": pgettext("trend", "Usual"), "data": told([centre] * len(points)), "dashed": True},
            {"name": pgettext("trend", "Upper limit"), "data": told([each.high for each in points]), "dashed": True},
            {"name": pgettext("trend", "Lower limit"), "data": told([each.low for each in points]), "dashed": True},
        ]
    if found.chart.signals:
        marked = [each.rate if each.signals else None for each in points]
        series.append({"name": pgettext("trend", "Signal"), "data": told(marked), "dots": True})
    return {"type": "line", "x": [f"{each:%Y-%m}" for each in found.months], "series": series}


def _months(found: Trend, asked: FiguresAsked, lists: bool) -> list[dict[str, Any]]:
    """The newest month first."""
    lines = []
    for month, customers, point in zip(found.months, found.customers, found.chart.points, strict=True):
        last = (month + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
        span = FiguresAsked(month, last, asked.unit_id)
        opens = lists and point.count and (found.dimension == WHOLE or found.key)
        lines.append(
            {
                "month": f"{month:%Y-%m}",
                "count": point.count,
                "url": list_of(span, found.dimension, found.key) if opens else "",
                "customers": f"{customers:,}",
                "rate": _rate(point.rate),
                "limits": "–" if point.high is None else f"{_rate(point.low)} – {_rate(point.high)}",
                "signals": [SIGNAL_WORDS[rule] for rule in point.signals],
            }
        )
    return lines[::-1]


def export(request: HttpRequest) -> HttpResponseBase:
    """GET, POST /complaints/figures/export/: the purpose first, then the file."""
    actor = need(request, EXPORT_FIGURES)
    asked = asking(request, actor)[1] or figures_asked()
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = export_complaint_figures(asked, actor=actor, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            labels = labels_of([(name, key) for name in DIMENSIONS for key in found.keys(name)])
            return sent(form.cleaned_data["format"], figures_file(found, labels), actor)
    context = {
        "form": form,
        "title": _("Export figures of complaints"),
        "submit_label": _("Export"),
        "back_url": f"{reverse('complaints:figures')}?{address(asked)}",
    }
    return render(request, "core/form.html", context, status=422 if form.is_bound else 200)
