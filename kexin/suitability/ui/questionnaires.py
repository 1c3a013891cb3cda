"""Pages of questionnaires: list, versions, preview, editor, test bench."""

from __future__ import annotations

from typing import Any

import yaml
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import names
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.policy import in_force
from kexin.core.ui.fields import DayInput
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.models import QuestionnaireVersion
from kexin.suitability.questionnaires.choices import SCORED, AnswerKind, Objective, Sign, VersionState
from kexin.suitability.questionnaires.content import Option, said
from kexin.suitability.questionnaires.operations import draft_questionnaire, propose_questionnaire
from kexin.suitability.questionnaires.queries import (
    SCORING,
    questionnaire,
    questionnaires,
    tried,
    version_shown,
    versions,
)
from kexin.suitability.ui.words import ceiling_word, grade_word

STATE_LEVELS = {
    VersionState.DRAFT: "",
    VersionState.PROPOSED: "warn",
    VersionState.APPROVED: "good",
    VersionState.REJECTED: "bad",
}


def questionnaire_list(request: HttpRequest) -> HttpResponse:
    """GET /questionnaires/: each with the version in force."""
    rows = [
        {"row": row, "running": running, "count": len(list(running.parsed.questions())) if running else 0}
        for row, running in questionnaires(actor_of(request))
    ]
    return render(request, "suitability/questionnaires.html", {"title": _t("Questionnaires"), "rows": rows})


def questionnaire_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /questionnaires/1/: its versions, newest first."""
    actor = actor_of(request)
    row = questionnaire(actor, pk)
    lines = versions(actor, pk)
    people = names.people({name for each in lines for name in (each.drafted_by, each.approved_by) if name})
    shown = [
        {
            "version": each,
            "level": STATE_LEVELS[VersionState(each.state)],
            "drafted": people.get(each.drafted_by, each.drafted_by),
            "approved": people.get(each.approved_by, each.approved_by),
        }
        for each in lines
    ]
    context = {"title": row.shown_name, "row": row, "lines": shown, "open_draft": _open(lines)}
    return render(request, "suitability/questionnaire.html", context)


def _open(lines: list[QuestionnaireVersion]) -> QuestionnaireVersion | None:
    return next((each for each in lines if each.state in (VersionState.DRAFT, VersionState.PROPOSED)), None)


def version_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET a version: the preview as the customer reads it; with the right, points beside the answers."""
    actor = actor_of(request)
    row = version_shown(actor, pk)
    scoring = actor.may(SCORING)
    language = request.GET.get("language") or get_language() or "zh"
    rules = in_force(AssessmentPolicy)
    context = {
        "title": f"{row.questionnaire.shown_name} · {_t('Version %(n)s') % {'n': row.number}}",
        "version": row,
        "level": STATE_LEVELS[VersionState(row.state)],
        "scoring": scoring,
        "scored": row.questionnaire.kind in SCORED,
        "opening": said(row.parsed.opening, language),
        "modules": _preview(row, language, scoring),
        "language": "en" if language.startswith("en") else "zh",
        "bands": [(grade_word(each.grade), each.up_to) for each in rules.parsed_bands],
        "ceilings": [(ceiling_word(each.sign), each.cap, each.lowest) for each in rules.parsed_ceilings],
    }
    return render(request, "suitability/version.html", context)


def _preview(row: QuestionnaireVersion, language: str, scoring: bool) -> list[dict[str, Any]]:
    number, modules = 0, []
    for module in row.parsed.modules:
        questions = []
        for each in module.questions:
            number += 1
            options = [
                {
                    "code": option.code,
                    "text": said(option.text, language),
                    "points": option.points if scoring else None,
                    "signs": [str(Sign(sign).label) for sign in option.signs] if scoring else [],
                    "tells": _tells(option) if scoring else [],
                }
                for option in each.options
            ]
            questions.append(
                {
                    "number": number,
                    "code": each.code,
                    "text": said(each.text, language),
                    "note": said(each.note, language),
                    "kind": each.kind,
                    "kind_label": AnswerKind(each.kind).label,
                    "options": options,
                }
            )
        points = sum(each.points for each in module.questions) if scoring else None
        modules.append({"title": said(module.title, language), "questions": questions, "points": points})
    return modules


def _tells(option: Option) -> list[str]:
    """What an answer tells matching: the riskiest grade known, what the money is for."""
    told = []
    if option.experience is not None:
        grade = option.experience
        told.append(_t("knows products up to R%(grade)s") % {"grade": grade} if grade else _t("no experience"))
    if option.objective:
        told.append(str(Objective(option.objective).label))
    return told


class DraftForm(forms.Form):
    """The document as YAML: the same shape as the shipped ones."""

    content = forms.CharField(
        label=_("Modules, questions and answers"),
        widget=forms.Textarea(attrs={"rows": 32, "class": "mono", "spellcheck": "false"}),
        help_text=_(
            "YAML. Every text in Chinese (zh) and English (en); points add up to 100. “experience: 3” at an answer: "
            "who gives it knows products up to R3 (0: none); “objective: growth”: what the money is for (preserve, "
            "income, growth, high_growth)."
        ),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_content(self) -> dict[str, Any]:
        try:
            found = yaml.safe_load(self.cleaned_data["content"])
        except yaml.YAMLError as fault:
            mark = getattr(fault, "problem_mark", None)
            line = mark.line + 1 if mark is not None else 1
            raise forms.ValidationError(_t("This is not YAML: line %(line)d.") % {"line": line}) from fault
        if not isinstance(found, dict):
            raise forms.ValidationError(_t("The document begins with “modules:”."))
        return found


def draft_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET the draft, or the newest version as a beginning; POST keeps it."""
    actor = need(request, "suitability.draft_questionnaire")
    row = questionnaire(actor, pk)
    lines = versions(actor, pk)
    begun = _open(lines)
    source = begun or next((each for each in lines if each.state == VersionState.APPROVED), None)
    text = yaml.safe_dump(source.content, allow_unicode=True, sort_keys=False, width=100) if source else "modules: []"
    form = DraftForm(request.POST or None, initial={"content": text, "version": begun.version if begun else None})
    return form_page(
        request,
        form,
        lambda data: draft_questionnaire(pk, actor=actor, content=data["content"], version=data["version"]),
        title=_("Draft a questionnaire version"),
        sub=row.shown_name,
        back_url=reverse("suitability:questionnaire", args=[pk]),
        go=lambda made: reverse("suitability:questionnaire_version", args=[made.pk]),
        done=_("The draft is kept. Try it before you propose it."),
    )


class ProposeForm(forms.Form):
    """From when, and why."""

    in_force_from = forms.DateField(label=_("In force from"), widget=DayInput())
    reason = forms.CharField(
        label=_("Reason for the change"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000
    )


def propose_page(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "suitability.propose_questionnaire")
    row = version_shown(actor, pk)
    form = ProposeForm(request.POST or None, initial={"in_force_from": business_date()})
    return form_page(
        request,
        form,
        lambda data: propose_questionnaire(pk, actor=actor, **data),
        title=_("Propose the version"),
        sub=f"{row.questionnaire.shown_name} · {_t('Version %(n)s') % {'n': row.number}}",
        back_url=reverse("suitability:questionnaire_version", args=[pk]),
        submit_label=_("Propose"),
        done=_("Proposed; somebody else decides."),
    )


class BenchForm(forms.Form):
    """One field per question, and the age."""

    def __init__(self, data: Any, version: QuestionnaireVersion, language: str) -> None:
        super().__init__(data)
        for number, each in enumerate(version.parsed.questions(), 1):
            label = f"{number}. {said(each.text, language)}"
            choices = [(option.code, f"{said(option.text, language)} · {option.points}") for option in each.options]
            self.fields[each.code] = forms.ChoiceField(label=label, choices=[("", "—"), *choices], required=False)
        self.fields["age"] = forms.IntegerField(label=_("Age"), min_value=0, max_value=130, required=False)


def bench_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET with answers in the address: what they would give. Nothing is kept."""
    actor = need(request, SCORING)
    row = version_shown(actor, pk)
    language = get_language() or "zh"
    asked = bool(request.GET)
    form = BenchForm(request.GET if asked else None, row, language)
    result = None
    if asked and form.is_valid():
        answers = {key: value for key, value in form.cleaned_data.items() if key != "age"}
        try:
            result = tried(actor, pk, answers, form.cleaned_data["age"])
        except RuleViolation as refusal:
            for name, text in refusal.fields.items():
                form.add_error(name, str(text))
            if not refusal.fields:
                form.add_error(None, str(refusal.message))
    context = {
        "title": _t("Try the questionnaire"),
        "sub": f"{row.questionnaire.shown_name} · {_t('Version %(n)s') % {'n': row.number}}",
        "version": row,
        "form": form,
        "result": result,
        "grade": grade_word(result.grade, result.lowest) if result else "",
        "band": grade_word(result.band) if result else "",
        "ceilings": [(ceiling_word(each.sign), each.cap) for each in result.ceilings] if result else [],
    }
    return render(request, "suitability/bench.html", context)
