"""My plans on the phone: read what the institution offers to do, accept that version or decline it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from kexin.core.errors import RuleViolation
from kexin.portal.ui.session import actor_of, device_of, room
from kexin.products.choices import RiskGrade
from kexin.products.values.comparing import percent, period_label, side_by_side
from kexin.sales.advice.answering import ACCEPT, DECLINE, VIEW_OWN, accept_plan, decline_plan, own_plan, own_plans
from kexin.sales.advice.choices import PlanState

MOST_COMPARED = 4


@require_GET
@room(VIEW_OWN)
def plans(request: HttpRequest) -> HttpResponse:
    """Plans that were sent to the customer."""
    return render(request, "portal/plans.html", {"plans": own_plans(actor_of(request))})


@require_http_methods(["GET", "POST"])
@room(VIEW_OWN)
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the whole plan. POST ``answer``: accept (with the box ticked) or decline, for a session invited to it."""
    actor = actor_of(request)
    found = own_plan(actor, pk)
    problem, unticked = "", ""
    if request.method == "POST":
        said = request.POST.get("number", "")
        number = int(said) if said.isdigit() and len(said) < 5 else 0
        try:
            if request.POST.get("answer") == "decline":
                words = request.POST.get("reason", "")
                decline_plan(pk, actor=actor, number=number, reason=words, device=device_of(request))
            else:
                agreed = request.POST.get("agreed") == "1"
                accept_plan(pk, actor=actor, number=number, agreed=agreed, device=device_of(request))
            return redirect("portal:plan", pk=pk)
        except RuleViolation as refusal:
            unticked = str(refusal.fields.get("agreed", ""))
            problem = "" if unticked else str(refusal.message)
    lines = [(each, RiskGrade(each.grade).label if each.grade else "") for each in found.lines]
    proposed = list({each.product_id: each.product for each in found.lines}.values())
    past = side_by_side(proposed[:MOST_COMPARED]) if len(proposed) > 1 else None
    context = {
        "past": past,
        "compared": [each.shown_name for each in proposed[:MOST_COMPARED]],
        "periods": [(period_label(p), [percent(each) for each in p.gained]) for p in past.periods] if past else [],
        "found": found,
        "plan": found.plan,
        "version": found.version,
        "lines": lines,
        "accepted": found.version.state == PlanState.ACCEPTED,
        "declined": found.version.state == PlanState.DECLINED,
        "may_answer": found.open and actor.may(ACCEPT) and actor.may(DECLINE),
        "problem": problem,
        "unticked": unticked,
    }
    return render(request, "portal/plan.html", context, status=422 if problem or unticked else 200)
