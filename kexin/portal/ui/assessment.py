"""The questionnaire on the phone: one question a page, back and on, resumed where it was left, told old against new."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.portal.choices import Proof
from kexin.portal.purposes import kind_of
from kexin.portal.ui.session import actor_of, device_of, room, session_of
from kexin.suitability.assessments.choices import AssessmentChannel, SessionState
from kexin.suitability.assessments.operations import (
    answer_question,
    confirm_changed_result,
    give_up_session,
    open_session,
    submit_assessment,
)
from kexin.suitability.assessments.queries import Asked, OwnResult, SessionView, own_result, own_session

ANSWER = "suitability.answer_question"
SUBMIT = "suitability.submit_assessment"
RESULT = "suitability.view_own_result"
BEHIND_SCRIPT = "X-Portal-Script"  # the page's script asks for the next address instead of being led there


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


@require_GET
@room(RESULT)
def start(request: HttpRequest) -> HttpResponse:
    """What counts now, and the button to begin or to go on."""
    kind = kind_of(session_of(request).purpose)
    found = own_result(actor_of(request))
    context = {"result": found, "kind": kind, "live": _live(found, kind), **_told(found)}
    return render(request, "portal/assessment.html", context)


def _live(found: OwnResult, kind: str) -> bool:
    """Whether a questionnaire of this kind was begun and not finished."""
    wanted = kind or "risk"
    return any(each.kind.startswith(wanted) and each.state == SessionState.OPEN for each in found.live)


def _told(found: OwnResult) -> dict[str, Any]:
    """The last result as it is told: its grade, the one before, whether a supervisor looks at it."""
    shown = found.waiting or found.last
    return {
        "shown": shown,
        "before": shown.get_previous_grade_display() if shown and shown.previous_grade else "",
        "lower": bool(shown and shown.previous_grade and shown.told_grade < shown.previous_grade),
        "capped": bool(shown and shown.told_grade < shown.grade),
    }


@require_POST
@room("suitability.open_session")
def begin(request: HttpRequest) -> HttpResponse:
    """Begin, or go on where it was left; another device that holds it is told when it answers next."""
    session = session_of(request)
    channel = AssessmentChannel.APP if session.proof == Proof.APP else AssessmentChannel.LINK
    row = open_session(
        actor=actor_of(request), channel=channel, kind=kind_of(session.purpose), device=device_of(request)
    )
    return redirect("portal:question", pk=row.pk)


def _questions(view: SessionView) -> list[tuple[str, Asked]]:
    """Every question with the title of its module, in order."""
    return [(module.title, each) for module in view.modules for each in module.questions]


def _held(request: HttpRequest, pk: int) -> SessionView | HttpResponse:
    """The questionnaire as this device holds it, or the page that says why not."""
    view = own_session(actor_of(request), pk, _language())
    if view.state == SessionState.SUBMITTED:
        return redirect("portal:result")
    if view.state != SessionState.OPEN or not view.here:
        return render(request, "portal/elsewhere.html", {"closed": view.state != SessionState.OPEN}, status=409)
    return view


@require_GET
@room(ANSWER)
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """One question: the one asked for by ``?q=``, else the first without an answer."""
    view = _held(request, pk)
    if isinstance(view, HttpResponse):
        return view
    asked = request.GET.get("q", "") or view.next
    if not asked:
        return redirect("portal:check", pk=pk)
    return _page(request, view, asked)


def _page(request: HttpRequest, view: SessionView, code: str, problem: str = "", typed: str = "") -> HttpResponse:
    every = _questions(view)
    at = next((n for n, (_title, each) in enumerate(every) if each.code == code), None)
    if at is None:
        raise NotFound
    title, asked = every[at]
    context = {
        "view": view,
        "module": title,
        "asked": asked,
        "number": at + 1,
        "before": every[at - 1][1].code if at else "",
        "problem": problem,
        "typed": typed or asked.value,
    }
    return render(request, "portal/question.html", context, status=422 if problem else 200)


@require_POST
@room(ANSWER)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep one answer and go on. The page's script repeats it after a lost connection: nothing is kept twice."""
    code, value = request.POST.get("question", ""), request.POST.get("value", "")
    behind = request.headers.get(BEHIND_SCRIPT) == "1"
    view = _held(request, pk)
    if isinstance(view, HttpResponse):
        return view
    try:
        answer_question(pk, actor=actor_of(request), question=code, value=value)
    except RuleViolation as refusal:
        said = " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message)
        said = said if value.strip() else _t("Please choose or enter an answer.")
        return JsonResponse({"problem": said}, status=422) if behind else _page(request, view, code, said, value)
    target = _next(view, code, actor_of(request))
    return JsonResponse({"next": target}) if behind else redirect(target)


def _next(view: SessionView, code: str, actor: Actor) -> str:
    """The question after this one in order; at the end the first that is still open, else the check."""
    every = [each.code for _title, each in _questions(view)]
    after = every[every.index(code) + 1 :]
    page = reverse("portal:question", args=[view.session_id])
    if after and view.answered < view.total:
        return f"{page}?q={after[0]}"
    now = own_session(actor, view.session_id, _language())
    return f"{page}?q={now.next}" if now.next else reverse("portal:check", args=[view.session_id])


@require_GET
@room(SUBMIT)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """All answers once more before they are sent."""
    view = _held(request, pk)
    if isinstance(view, HttpResponse):
        return view
    return render(request, "portal/check.html", {"view": view, "lines": _lines(view)})


def _lines(view: SessionView) -> list[dict[str, Any]]:
    return [
        {"asked": each, "words": dict(each.options).get(each.value, each.value)} for _title, each in _questions(view)
    ]


@require_POST
@room(SUBMIT)
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the answers. A second sending finds them sent."""
    try:
        submit_assessment(pk, actor=actor_of(request))
    except RuleViolation as refusal:
        if not refusal.fields:
            raise
        return redirect("portal:question", pk=pk)
    return redirect("portal:result")


@require_POST
@room("suitability.give_up_session")
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop: nothing is scored."""
    give_up_session(pk, actor=actor_of(request))
    return redirect("portal:assessment")


@require_GET
@room(RESULT)
def result(request: HttpRequest) -> HttpResponse:
    """What was found; a changed grade old against new, to be confirmed."""
    found = own_result(actor_of(request))
    insurance = bool(kind_of(session_of(request).purpose))
    if (found.needs if insurance else found.last) is None:
        return redirect("portal:assessment")
    return render(request, "portal/result.html", {"result": found, "insurance": insurance, **_told(found)})


@require_POST
@room("suitability.confirm_changed_result")
def confirm(request: HttpRequest) -> HttpResponse:
    """The new grade is right."""
    wanted = request.POST.get("assessment", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        raise NotFound
    confirm_changed_result(int(wanted), actor=actor_of(request))
    return redirect("portal:result")
