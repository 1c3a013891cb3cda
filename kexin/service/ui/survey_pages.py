"""Surveys on the screen: all of them, one with its versions and samples, a version as the customer reads it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core import names
from kexin.core.calendar import business_date
from kexin.core.ui.fields import DayInput
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.people.queries import units_in_reach
from kexin.service.surveys.authoring import create_survey, propose_survey
from kexin.service.surveys.choices import QuestionKind, SurveyState, SurveyTrigger
from kexin.service.surveys.content import Condition, Content, faults, said
from kexin.service.surveys.queries import survey, survey_version, survey_versions, surveys, waves
from kexin.service.surveys.sampling import DRAW, draw_wave, quarter_of

LEVELS = {SurveyState.DRAFT.value: "", SurveyState.PROPOSED.value: "warn", SurveyState.APPROVED.value: "good"}


@require_GET
def survey_list(request: HttpRequest) -> HttpResponse:
    """GET /surveys/: each with what is asked today and how many answered lately."""
    actor = actor_of(request)
    rows = [(each, f"{each.answered * 100 / each.invited:.0f} %" if each.invited else "–") for each in surveys(actor)]
    context = {"title": _("Surveys"), "rows": rows, "may_create": actor.may("service.create_survey")}
    return render(request, "service/surveys.html", context)


@require_GET
def survey_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /surveys/PK/: versions and samples."""
    actor = actor_of(request)
    row, lines = survey(actor, pk), survey_versions(actor, pk)
    people = names.people({name for each in lines for name in (each.drafted_by, each.approved_by) if name})
    shown = [
        (each, LEVELS[each.state], people.get(each.drafted_by, each.drafted_by),
         people.get(each.approved_by, each.approved_by))
        for each in lines
    ]  # fmt: skip
    begun = next((each for each in lines if each.state != SurveyState.APPROVED), None)
    context = {
        "title": row.shown_name,
        "row": row,
        "lines": shown,
        "begun": begun,
        "waves": waves(actor, pk),
        "may_draft": actor.may("service.draft_survey") and (begun is None or begun.state == SurveyState.DRAFT),
        "may_draw": actor.may(DRAW),
        "may_see_answers": actor.may("service.view_survey_answers"),
    }
    return render(request, "service/survey.html", context)


@require_GET
def version_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET a version: the preview as the customer reads it, in either language; what a draft still lacks."""
    actor, row = actor_of(request), survey_version(actor_of(request), pk)
    language = request.GET.get("language") or get_language() or "zh"
    language = "en" if language.startswith("en") else "zh"
    draft = row.state == SurveyState.DRAFT
    context = {
        "title": f"{row.survey.shown_name} · {_t('Version %(n)s') % {'n': row.number}}",
        "version": row,
        "level": LEVELS[row.state],
        "language": language,
        "opening": said(row.parsed.opening, language),
        "closing": said(row.parsed.closing, language),
        "questions": preview(row.parsed, language),
        "dimensions": [said(each.text, language) for each in row.parsed.dimensions],
        "faults": faults(row.parsed) if draft else [],
        "may_draft": draft and actor.may("service.draft_survey"),
        "may_propose": draft and actor.may("service.propose_survey"),
    }
    return render(request, "service/survey_version.html", context)


def preview(content: Content, language: str) -> list[dict[str, Any]]:
    """The questions in words, each with its dimension and its condition."""
    found = []
    for number, each in enumerate(content.questions, 1):
        dimension = content.dimension(each.dimension)
        found.append(
            {
                "number": number,
                "code": each.code,
                "text": said(each.text, language),
                "kind": QuestionKind(each.kind).label,
                "options": [said(option.text, language) for option in each.options],
                "scale": list(range(each.bounds[0], each.bounds[1] + 1))
                if each.bounds and each.bounds[1] < 100
                else [],
                "ends": (said(each.low, language), said(each.high, language)),
                "dimension": said(dimension.text, language) if dimension else "",
                "required": each.required,
                "overall": each.overall,
                "condition": condition_words(content, each.show_if, language),
            }
        )
    return found


def condition_words(content: Content, condition: Condition | None, language: str) -> str:
    """“Only if question 1 is at most 6”."""
    if condition is None:
        return ""
    codes = [each.code for each in content.questions]
    number = codes.index(condition.question) + 1 if condition.question in codes else "?"
    if condition.any_of:
        asked = content.question(condition.question)
        known = {each.code: said(each.text, language) for each in asked.options} if asked else {}
        answers = " / ".join(known.get(each, each) for each in condition.any_of)
        return _t("Only if question %(n)s is answered: %(answers)s") % {"n": number, "answers": answers}
    low, high = condition.at_least, condition.at_most
    if low is not None and high is not None:
        return _t("Only if question %(n)s is rated %(low)s to %(high)s") % {"n": number, "low": low, "high": high}
    if high is not None:
        return _t("Only if question %(n)s is rated %(high)s or less") % {"n": number, "high": high}
    return _t("Only if question %(n)s is rated %(low)s or more") % {"n": number, "low": low}


class SurveyForm(forms.Form):
    """A survey of one's own."""

    code = forms.CharField(label=_("Code"), max_length=30, help_text=_("Small letters, digits and underscore."))
    name = forms.CharField(label=_("Name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60)
    trigger = forms.ChoiceField(label=_("Asked when"), choices=SurveyTrigger.choices, initial=SurveyTrigger.HAND)


def new_survey(request: HttpRequest) -> HttpResponse:
    """GET, POST /surveys/new/."""
    actor = need(request, "service.create_survey")
    return form_page(
        request,
        SurveyForm(request.POST or None),
        lambda data: create_survey(actor=actor, **data),
        title=_("New survey"),
        back_url=reverse("service:surveys"),
        go=lambda row: reverse("service:survey_build", args=[row.pk]),
        done=_("Now write its questions."),
        submit_label=_("Begin"),
    )


class SurveyProposalForm(forms.Form):
    """From when, and why."""

    in_force_from = forms.DateField(label=_("In force from"), widget=DayInput())
    reason = forms.CharField(
        label=_("Reason for the change"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000
    )


def propose_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST: propose the draft."""
    actor = need(request, "service.propose_survey")
    row = survey_version(actor, pk)
    return form_page(
        request,
        SurveyProposalForm(request.POST or None, initial={"in_force_from": business_date()}),
        lambda data: propose_survey(pk, actor=actor, **data),
        title=_("Propose the version"),
        sub=f"{row.survey.shown_name} · {_t('Version %(n)s') % {'n': row.number}}",
        back_url=reverse("service:survey_version", args=[pk]),
        submit_label=_("Propose"),
        done=_("Proposed; somebody else decides."),
    )


class WaveForm(forms.Form):
    """Which period, below which unit."""

    period = forms.CharField(label=_("Period"), max_length=20, help_text=_("For example 2026Q4."))
    unit_id = forms.TypedChoiceField(label=_("Unit and all below it"), coerce=int)

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_id"].choices = units  # type: ignore[attr-defined]


def draw_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /surveys/PK/draw/: a sample by the quotas of the policy."""
    actor = need(request, DRAW)
    row = survey(actor, pk)
    units = [(each.pk, each.shown_name) for each in units_in_reach(actor, DRAW).order_by("code")[:500]]
    return form_page(
        request,
        WaveForm(request.POST or None, units=units, initial={"period": quarter_of(business_date())}),
        lambda data: draw_wave(actor=actor, survey=row, **data),
        title=_("Draw a sample"),
        sub=row.shown_name,
        back_url=reverse("service:survey", args=[pk]),
        submit_label=_("Draw and ask"),
        done=lambda wave: (
            _t("%(count)s customers are asked, of %(eligible)s who could be.")
            % {"count": wave.count, "eligible": wave.eligible}
        ),
    )
