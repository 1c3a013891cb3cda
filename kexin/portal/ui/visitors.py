"""Complaining without being signed in: a number or an address, its code, the complaint, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kexin.core import vault
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.masking import mask_contact
from kexin.core.policy import in_force
from kexin.core.ui.downloads import download_whole
from kexin.engagement.messages.adapters import carrier_for
from kexin.engagement.policies import DocumentPolicy
from kexin.portal.choices import Opening, SessionState
from kexin.portal.models import Visitor
from kexin.portal.operations.visiting import (
    ask_review_as_visitor,
    begin_visit,
    cases_of_visit,
    code_of,
    complain_as_visitor,
    confirm_as_visitor,
    contact_of,
    end_visit,
    open_visit,
    read_letter_as_visitor,
    visit_of,
    way_of,
    write_as_visitor,
)
from kexin.portal.policies import VisitorPolicy
from kexin.portal.rules import LONGEST_ADDRESS
from kexin.portal.ui.complaints import amount_of, with_file
from kexin.portal.ui.session import device_of, entrance
from kexin.service.choices import Channel
from kexin.service.complaints.choices import ComplaintState
from kexin.service.complaints.handling import withdraw_complaint
from kexin.service.complaints.own import SENTENCES, may_ask_again, may_withdraw, may_write, seen_by_complainant
from kexin.service.complaints.rules import LONGEST_DEMAND
from kexin.service.complaints.signing import own_settlement
from kexin.service.conversations.rules import kinds_taken
from kexin.service.models import Complaint
from kexin.service.rules import LONGEST_SUBJECT, LONGEST_TEXT

COOKIE = "kexin_portal_visit"
View = Callable[..., HttpResponse]


def visiting(view: View) -> View:
    """A page for whoever proved a number or an address; else the page that asks for it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = visit_of(request.COOKIES.get(COOKIE, ""))
        if found is None:
            return redirect("portal:visit")
        if found.state != SessionState.OPEN:
            return redirect("portal:visit_code")
        request.visitor = found  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded


def visitor_of(request: HttpRequest) -> Visitor:
    """Whose visit it is; behind :func:`visiting` only."""
    found = request.visitor  # type: ignore[attr-defined]
    assert isinstance(found, Visitor)
    return found


def _keep(response: HttpResponse, cookie: str) -> HttpResponse:
    response.set_cookie(COOKIE, cookie, httponly=True, secure=settings.KEXIN_HTTPS, samesite="Lax")
    return response


@require_http_methods(["GET", "POST"])
def mobile(request: HttpRequest) -> HttpResponse:
    """GET, POST /complain/: the mobile number or the e-mail address by which the answer reaches the complainant."""
    found = visit_of(request.COOKIES.get(COOKIE, ""))
    if request.method == "GET" and found is not None and found.state == SessionState.OPEN:
        return redirect("portal:visit_cases")
    by_mail = request.POST.get("way", request.GET.get("way")) == "email"
    field = "email" if by_mail else "number"
    problem, typed = "", request.POST.get(field, "")
    if request.method == "POST":
        try:
            said = {field: typed or " "}
            visit = begin_visit(actor=entrance(request), device=device_of(request), **said)
            if visit.opening == Opening.DONE:
                return _keep(redirect("portal:visit_code"), visit.cookie)
            problem = visit.opening.value
        except RuleViolation as refusal:
            problem = str(refusal.fields[field])
    context = {"problem": problem, "typed": typed, "by_mail": by_mail, "longest": LONGEST_ADDRESS}
    return render(request, "portal/visit.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """GET, POST /complain/code/: the six digits."""
    cookie = request.COOKIES.get(COOKIE, "")
    found = visit_of(cookie)
    if found is None:
        return redirect("portal:visit")
    if found.state == SessionState.OPEN:
        return redirect("portal:visit_cases")
    problem = ""
    if request.method == "POST":
        visit = open_visit(actor=entrance(request), cookie=cookie, code=request.POST.get("code", ""))
        if visit.opening == Opening.DONE:
            return _keep(redirect("portal:visit_cases"), visit.cookie)
        if visit.opening in (Opening.LOCKED, Opening.GONE):
            response = render(request, "portal/closed.html", {"opening": visit.opening.value}, status=410)
            response.delete_cookie(COOKIE)
            return response
        problem = visit.opening.value
    context = {
        "problem": problem,
        "number": mask_contact(contact_of(found)),
        "minutes": in_force(VisitorPolicy).code_minutes,
        "shown": code_of(found) if settings.KEXIN_DEMO and carrier_for(way_of(found)).kept else "",
    }
    return render(request, "portal/visit_code.html", context, status=422 if problem else 200)


@require_GET
@visiting
def cases(request: HttpRequest) -> HttpResponse:
    """GET /complain/cases/: what was complained about from this number or address."""
    rows = list(cases_of_visit(visitor_of(request)).order_by("-opened_at", "-pk")[:50])
    decrypt_rows(Complaint, rows, ("subject",))
    context = {
        "rows": [(row, SENTENCES[row.state]) for row in rows],
        "number": mask_contact(contact_of(visitor_of(request))),
    }
    return render(request, "portal/visit_cases.html", context)


@require_http_methods(["GET", "POST"])
@visiting
def new(request: HttpRequest) -> HttpResponse:
    """GET, POST /complain/new/: who, about what, what happened, what is asked for."""
    said, wrong, problem = request.POST, {}, ""
    if request.method == "POST":
        try:
            row = complain_as_visitor(
                visitor_of(request),
                actor=entrance(request),
                name=said.get("name", ""),
                subject=said.get("subject", ""),
                text=said.get("text", ""),
                demand=said.get("demand", ""),
                amount=amount_of(said.get("amount", "")),
            )
            return redirect("portal:visit_case", pk=row.pk)
        except RuleViolation as refusal:
            wrong = {field: str(text) for field, text in refusal.fields.items()}
            problem = "" if wrong else str(refusal.message)
    context = {
        "said": said,
        "wrong": wrong,
        "problem": problem,
        "longest": (LONGEST_SUBJECT, LONGEST_TEXT, LONGEST_DEMAND),
    }
    return render(request, "portal/visit_new.html", context, status=422 if wrong or problem else 200)


def case_of(request: HttpRequest, pk: int) -> Complaint:
    """A case of the number or address that was proved. NotFound for any other."""
    row = cases_of_visit(visitor_of(request)).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


@require_GET
@visiting
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /complain/PK/: the same page as a customer sees of a case."""
    return _draw(request, pk, {}, "")


def _draw(request: HttpRequest, pk: int, wrong: dict[str, str], problem: str) -> HttpResponse:
    file = seen_by_complainant(case_of(request, pk))
    context = {
        "file": file,
        "row": file.row,
        "settlement": own_settlement(file.row),
        "may_sign": True,
        "may_write": may_write(file.row),
        "may_confirm": file.row.state == ComplaintState.CONFIRMING,
        "may_review": may_ask_again(file.row),
        "may_withdraw": may_withdraw(file.row),
        "ways": {
            "letter": "portal:visit_letter",
            "agreement": "portal:visit_agreement",
            "sign": "portal:visit_sign",
            "confirm": "portal:visit_confirm",
            "review": "portal:visit_review",
            "write": "portal:visit_write",
            "withdraw": "portal:visit_withdraw",
            "cases": "portal:visit_cases",
            "one": "portal:visit_case",
        },
        "wrong": wrong,
        "problem": problem,
        "said": request.POST,
        "longest": LONGEST_TEXT,
        "kinds": kinds_taken(in_force(DocumentPolicy).media_types),
    }
    return render(request, "portal/complaint.html", context, status=422 if wrong or problem else 200)


@csrf_exempt  # the inner part is protected (see complaints.with_file)
@require_POST
@visiting
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """POST text, file."""
    row = case_of(request, pk)

    def act(file: vault.StoredFile | None) -> Complaint:
        text = request.POST.get("text", "")
        return write_as_visitor(visitor_of(request), actor=entrance(request), complaint_id=pk, text=text, file=file)

    return with_file(
        request, row.key_id, act, lambda wrong, problem: _draw(request, pk, wrong, problem),
        lambda done: redirect("portal:visit_case", pk=pk),
    )  # fmt: skip


@require_POST
@visiting
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """POST why: the case ends the same day."""
    row, why = case_of(request, pk), request.POST.get("why", "").strip() or _t("I withdraw this complaint.")
    return _done(
        request, pk, lambda: withdraw_complaint(row.pk, actor=entrance(request), channel=Channel.PORTAL, text=why)
    )


@require_POST
@visiting
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """POST agreed=1|0, word: the complainant's word on the answer."""
    agreed = request.POST.get("agreed") == "1"
    usual = _t("I accept the answer.") if agreed else _t("I do not agree with the answer.")
    words = request.POST.get("word", "").strip() or usual
    return _done(request, pk, lambda: confirm_as_visitor(
        visitor_of(request), actor=entrance(request), complaint_id=pk, agreed=agreed, text=words
    ))  # fmt: skip


@require_POST
@visiting
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """POST reason: the upper unit is to look at the decision once more."""
    return _done(request, pk, lambda: ask_review_as_visitor(
        visitor_of(request), actor=entrance(request), complaint_id=pk, text=request.POST.get("reason", "")
    ))  # fmt: skip


def _done(request: HttpRequest, pk: int, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except RuleViolation as refusal:
        return _draw(request, pk, {}, " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message))
    return redirect("portal:visit_case", pk=pk)


@require_POST
@visiting
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """POST, because it is recorded: the answer as a letter, once it was delivered."""
    row, content = read_letter_as_visitor(visitor_of(request), actor=entrance(request), complaint_id=pk)
    return download_whole(content, name=f"{row.complaint_no}.pdf")


@require_POST
@visiting
def leave(request: HttpRequest) -> HttpResponse:
    """POST /complain/leave/."""
    end_visit(visitor_of(request), actor=entrance(request))
    response = redirect("portal:visit")
    response.delete_cookie(COOKIE)
    return response
