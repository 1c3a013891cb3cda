"""The assistant on the phone: ask, read the answer with its source, choose, complain, have a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from kexin.core.errors import NotFound, RuleViolation
from kexin.portal.ui.session import actor_of, room
from kexin.service.assistant.choices import LineKind, Speaker
from kexin.service.assistant.taking import LONGEST_TOLD
from kexin.service.assistant.talking import (
    LONGEST,
    VIEW,
    ask_assistant,
    choose_answer,
    hand_over_talk,
    own_talk,
    pick_in_talk,
    starts,
)
from kexin.service.knowledge.arranging import vote_own_article
from kexin.service.knowledge.queries import VIEW_OWN, help_article
from kexin.service.knowledge.safe_text import as_html

ASK = "service.ask_assistant"


def _spoken() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _problem(refusal: RuleViolation) -> str:
    return " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message)


@require_http_methods(["GET", "POST"])
@room(VIEW)
def talk(request: HttpRequest) -> HttpResponse:
    """GET: the talk. POST ``text``: a question; ``article``: one of those that were offered; ``pick``: a button."""
    actor, problem, said = actor_of(request), "", ""
    if request.method == "POST":
        chosen, said = request.POST.get("article", ""), request.POST.get("text", "")
        try:
            if request.POST.get("pick"):
                pick_in_talk(actor=actor, code=request.POST["pick"][:40])
            elif chosen.isdigit() and len(chosen) < 18:
                choose_answer(actor=actor, article_id=int(chosen), language=_spoken())
            else:
                ask_assistant(actor=actor, text=said, language=_spoken())
            return redirect(f"{reverse('portal:assistant')}#last")
        except RuleViolation as refusal:
            problem = _problem(refusal)
    return _draw(request, problem, said)


def _draw(request: HttpRequest, problem: str = "", said: str = "") -> HttpResponse:
    actor = actor_of(request)
    found = own_talk(actor, _spoken())
    last = found.lines[-1] if found.lines else None
    handed = found.row is not None and found.row.conversation_id is not None
    taking = last is not None and last.kind == LineKind.TAKE
    context = {
        "talk": found.row,
        "lines": [(each, each.speaker == Speaker.CUSTOMER) for each in found.lines],
        "offered": found.offered,
        "handed": handed,
        "picks": found.picks,
        "taking": taking,
        "starts": [] if taking or not actor.may("service.pick_in_talk") else starts(actor),
        "may_ask": actor.may(ASK),
        "may_hand": bool(found.lines) and not handed and actor.may("service.hand_over_talk"),
        "unknown": last is not None and last.kind == LineKind.UNKNOWN,
        "problem": problem,
        "said": said,
        "longest": LONGEST_TOLD if taking else LONGEST,
    }
    return render(request, "portal/assistant.html", context, status=422 if problem else 200)


@require_POST
@room("service.hand_over_talk")
def person(request: HttpRequest) -> HttpResponse:
    """POST: a colleague takes over with the whole talk."""
    try:
        hand_over_talk(actor=actor_of(request))
    except RuleViolation as refusal:
        return _draw(request, _problem(refusal))
    return redirect(f"{reverse('portal:assistant')}#last")


@require_http_methods(["GET", "POST"])
@room(VIEW_OWN)
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: an article as a whole. POST ``useful``: whether it helped."""
    actor = actor_of(request)
    row = help_article(actor, pk, _spoken())
    if request.method == "POST":
        if not actor.may("service.vote_own_article"):
            raise NotFound
        vote_own_article(pk, actor=actor, language=row.language, useful=request.POST.get("useful") == "1")
        return redirect(f"{reverse('portal:help', args=[pk])}?thanks=1")
    context = {
        "row": row,
        "text": as_html(row.body),
        "thanks": "thanks" in request.GET,
        "may_vote": actor.may("service.vote_own_article"),
    }
    return render(request, "portal/help.html", context)
