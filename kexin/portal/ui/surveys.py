"""Surveys on the phone: one question a page, resumed where it was left, sent once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.portal.ui.session import actor_of, room
from kexin.service.surveys.answering import ANSWER_OWN, SUBMIT_OWN, VIEW_OWN, answer_own_survey, submit_own_survey
from kexin.service.surveys.choices import InvitationState, QuestionKind
from kexin.service.surveys.content import Given, Question, said
from kexin.service.surveys.queries import OwnSurvey, own_survey, own_surveys

BEHIND_SCRIPT = "X-Portal-Script"


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


@require_GET
@room(VIEW_OWN)
def survey_list(request: HttpRequest) -> HttpResponse:
    """GET /surveys/: what waits for an answer."""
    return render(request, "portal/surveys.html", {"rows": own_surveys(actor_of(request))})


@require_GET
@room(VIEW_OWN, ANSWER_OWN)
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /surveys/PK/: the question asked for by ``?q=``, else the first one open, else all answers before sending."""
    view = own_survey(actor_of(request), pk)
    if not view.here:
        return _ended(request, view)
    code = request.GET.get("q", "") or view.next
    return _page(request, view, code) if code else redirect("portal:survey_check", pk=pk)


def _ended(request: HttpRequest, view: OwnSurvey) -> HttpResponse:
    answered = view.row.state == InvitationState.ANSWERED
    closing = said(view.content.closing, _language()) if answered else ""
    return render(request, "portal/survey_ended.html", {"answered": answered, "closing": closing})


def _page(
    request: HttpRequest, view: OwnSurvey, code: str, problem: str = "", typed: list[str] | None = None
) -> HttpResponse:
    shown = view.shown
    at = next((n for n, each in enumerate(shown) if each.code == code), None)
    if at is None:
        raise NotFound
    asked, language = shown[at], _language()
    bounds = asked.bounds
    given = view.answers.get(code, Given())
    context = {
        "view": view,
        "asked": asked,
        "text": said(asked.text, language),
        "opening": said(view.content.opening, language) if at == 0 else "",
        "ends": (said(asked.low, language), said(asked.high, language)),
        "rating": list(range(bounds[0], bounds[1] + 1)) if bounds and bounds[1] <= 10 else [],
        "points": asked.kind == QuestionKind.SCALE100,
        "many": asked.kind == QuestionKind.MANY,
        "options": [(each.code, said(each.text, language)) for each in asked.options],
        "number": at + 1,
        "before": shown[at - 1].code if at else "",
        "typed": _typed(given) if typed is None else typed,
        "problem": problem,
    }
    return render(request, "portal/survey_question.html", context, status=422 if problem else 200)


def _typed(given: Given) -> list[str]:
    if given.value is not None:
        return [f"{given.value:.0f}"]
    return list(given.picks) or ([given.text] if given.text else [])


@require_POST
@room(VIEW_OWN, ANSWER_OWN)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """POST question, value (several for a choice of several). The page's script repeats it after a lost connection."""
    code, values = request.POST.get("question", ""), request.POST.getlist("value")
    behind, actor = request.headers.get(BEHIND_SCRIPT) == "1", actor_of(request)
    try:
        answer_own_survey(actor=actor, invitation_id=pk, question=code, values=values)
    except RuleViolation as refusal:
        view = own_survey(actor, pk)
        if not view.here:
            ended = reverse("portal:survey", args=[pk])
            return JsonResponse({"next": ended}) if behind else redirect(ended)
        words = " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message)
        return JsonResponse({"problem": words}, status=422) if behind else _page(request, view, code, words, values)
    target = _next(actor, pk, code)
    return JsonResponse({"next": target}) if behind else redirect(target)


def _next(actor: Actor, pk: int, code: str) -> str:
    """The question after this one, as the answers now lead; at the end all answers once more."""
    codes = [each.code for each in own_survey(actor, pk).shown]
    after = codes[codes.index(code) + 1 :] if code in codes else []
    page = reverse("portal:survey", args=[pk])
    return f"{page}?q={after[0]}" if after else reverse("portal:survey_check", args=[pk])


@require_GET
@room(VIEW_OWN, SUBMIT_OWN)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /surveys/PK/check/: every answer before it is sent."""
    view = own_survey(actor_of(request), pk)
    if not view.here:
        return _ended(request, view)
    return _check(request, view)


def _check(request: HttpRequest, view: OwnSurvey, wrong: dict[str, Any] | None = None) -> HttpResponse:
    lines = [
        (each.code, said(each.text, _language()), words_of(each, view.answers.get(each.code, Given()), _language()),
         (wrong or {}).get(each.code, ""))
        for each in view.shown
    ]  # fmt: skip
    return render(request, "portal/survey_check.html", {"view": view, "lines": lines}, status=422 if wrong else 200)


def words_of(asked: Question, given: Given, language: str) -> str:
    """An answer in words, a rating with the end of its scale."""
    if given.value is not None:
        return f"{given.value:.0f} / {asked.bounds[1]}" if asked.bounds else f"{given.value:.0f}"
    if given.picks:
        known = {each.code: said(each.text, language) for each in asked.options}
        return (", " if language == "en" else "、").join(known.get(each, each) for each in given.picks)
    return given.text


@require_POST
@room(VIEW_OWN, SUBMIT_OWN)
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: the answers go. A second sending finds them sent."""
    actor = actor_of(request)
    try:
        submit_own_survey(actor=actor, invitation_id=pk)
    except RuleViolation as refusal:
        view = own_survey(actor, pk)
        if view.here:
            return _check(request, view, {code: str(words) for code, words in refusal.fields.items()})
    return redirect("portal:survey", pk=pk)
