"""My requests on the phone: ask, follow what becomes of it, say whether it is settled."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from kexin.core.errors import RuleViolation
from kexin.core.policy import in_force, numbers_of
from kexin.portal.ui.session import actor_of, room
from kexin.service.choices import ClockState, RequestState
from kexin.service.policies import ANSWERED, RequestPolicy, parse_kinds
from kexin.service.queries import VIEW_OWN, own_request, own_requests
from kexin.service.requests.closing import confirm_own_request
from kexin.service.requests.opening import send_own_request
from kexin.service.rules import LONGEST_SUBJECT, LONGEST_TEXT

SEND = "service.send_own_request"


@require_GET
@room(VIEW_OWN)
def own_list(request: HttpRequest) -> HttpResponse:
    """GET /requests/: what the customer asked."""
    actor = actor_of(request)
    return render(request, "portal/requests.html", {"rows": own_requests(actor), "may_send": actor.may(SEND)})


@require_http_methods(["GET", "POST"])
@room(SEND)
def new(request: HttpRequest) -> HttpResponse:
    """GET, POST /requests/new/: kind, category, what it is about, and the whole story."""
    kinds = parse_kinds(in_force(RequestPolicy).kinds)
    said, wrong, problem = request.POST, {}, ""
    if request.method == "POST":
        try:
            row = send_own_request(
                actor=actor_of(request),
                kind=said.get("kind", ""),
                category=said.get("category", ""),
                subject=said.get("subject", ""),
                text=said.get("text", ""),
            )
            return redirect("portal:request", pk=row.pk)
        except RuleViolation as refusal:
            wrong = {name: str(text) for name, text in refusal.fields.items()}
            problem = "" if wrong else str(refusal.message)
    categories = {category.code: category.label for kind in kinds for category in kind.categories}
    context = {
        "kinds": [(each.code, each.label) for each in kinds],
        "categories": list(categories.items()),
        "said": said,
        "wrong": wrong,
        "problem": problem,
        "longest": (LONGEST_SUBJECT, LONGEST_TEXT),
    }
    return render(request, "portal/request_new.html", context, status=422 if wrong or problem else 200)


@require_http_methods(["GET", "POST"])
@room(VIEW_OWN)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: what was said and by when an answer is due. POST ``agreed``: the customer's word on the result."""
    actor, problem = actor_of(request), ""
    if request.method == "POST":
        agreed = request.POST.get("agreed") == "1"
        try:
            confirm_own_request(actor=actor, request_id=pk, agreed=agreed, note=request.POST.get("note", ""))
            return redirect("portal:request", pk=pk)
        except RuleViolation as refusal:
            problem = " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message)
    file = own_request(actor, pk)
    row = file.row
    kind = numbers_of(RequestPolicy, row.policy).kind(row.kind)
    running = [each for each in file.clocks if each.clock.state in (ClockState.RUNNING, ClockState.PAUSED)]
    context = {
        "row": row,
        "kind": kind.label if kind else row.kind,
        "stages": [(each.label, each.code == row.stage) for each in kind.stages] if kind else [],
        "lines": file.entries,
        "mine": "asked",
        "due": [(each, each.clock.met_by == ANSWERED) for each in running],
        "may_answer": row.state == RequestState.TOLD and actor.may("service.confirm_own_request"),
        "problem": problem,
    }
    return render(request, "portal/request.html", context, status=422 if problem else 200)
