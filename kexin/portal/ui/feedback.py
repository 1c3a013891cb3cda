"""Feedback on the phone: say what one thinks, read the answer, say whether it is right."""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from kexin.core.errors import RuleViolation
from kexin.portal.ui.session import actor_of, room
from kexin.service.feedback.choices import FeedbackAspect, FeedbackState
from kexin.service.feedback.queries import VIEW_OWN, own_feedback
from kexin.service.feedback.taking import confirm_own_feedback, send_own_feedback
from kexin.service.rules import LONGEST_TEXT


@require_http_methods(["GET", "POST"])
@room(VIEW_OWN, "service.send_own_feedback")
def feedback(request: HttpRequest) -> HttpResponse:
    """GET /feedback/: what was said before, with the answers. POST aspect, text: something new."""
    actor, said, wrong, problem = actor_of(request), request.POST, {}, ""
    if request.method == "POST":
        try:
            send_own_feedback(actor=actor, aspect=said.get("aspect", ""), text=said.get("text", ""))
            return redirect("portal:feedback")
        except RuleViolation as refusal:
            wrong = {name: str(words) for name, words in refusal.fields.items()}
            problem = "" if wrong else str(refusal.message)
    rows = [(row, row.state == FeedbackState.ANSWERED) for row in own_feedback(actor)]
    context = {
        "rows": rows, "aspects": FeedbackAspect.choices, "said": said, "wrong": wrong, "problem": problem,
        "longest": LONGEST_TEXT,
    }  # fmt: skip
    return render(request, "portal/feedback.html", context, status=422 if wrong or problem else 200)


@require_http_methods(["POST"])
@room(VIEW_OWN, "service.confirm_own_feedback")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """POST agreed=1|0. Said before, nothing more happens."""
    with suppress(RuleViolation):
        confirm_own_feedback(actor=actor_of(request), feedback_id=pk, agreed=request.POST.get("agreed") == "1")
    return redirect("portal:feedback")
