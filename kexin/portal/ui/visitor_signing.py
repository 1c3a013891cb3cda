"""Reading and signing the agreement of a settlement without being signed in: the agreement, a code, the drawing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from kexin.core.errors import RuleViolation
from kexin.core.masking import mask_contact
from kexin.core.policy import in_force
from kexin.core.ui.downloads import download_whole
from kexin.engagement.messages.adapters import carrier_for
from kexin.portal.choices import Opening
from kexin.portal.operations.visiting import contact_of, way_of
from kexin.portal.operations.visitor_signing import (
    ask_signing_code,
    code_shown,
    live_code,
    read_agreement_as_visitor,
    sign_as_visitor,
)
from kexin.portal.policies import VisitorPolicy
from kexin.portal.ui.session import device_of, entrance
from kexin.portal.ui.visitors import case_of, visiting, visitor_of
from kexin.service.complaints.signing import OwnSettlement, own_settlement
from kexin.service.models import Complaint


@require_POST
@visiting
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """POST, because it is recorded: the agreement of a settlement, as it is signed."""
    row, content = read_agreement_as_visitor(visitor_of(request), actor=entrance(request), complaint_id=pk)
    return download_whole(content, name=f"agreement-{row.complaint_no}.pdf")


@require_POST
@visiting
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: a code for this signature goes to the number or address of the visit."""
    row = case_of(request, pk)
    found = own_settlement(row)
    if found is None or not found.waits:
        return redirect("portal:visit_case", pk=pk)
    opening = ask_signing_code(visitor_of(request), actor=entrance(request), complaint_id=pk)
    if opening == Opening.DONE:
        return redirect("portal:visit_sign", pk=pk)
    return _page(request, row, found, _words(opening))


@require_http_methods(["GET", "POST"])
@visiting
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST agreed, code, drawing: the complainant's own signature under the agreement."""
    row = case_of(request, pk)
    found, problem = own_settlement(row), ""
    if found is None or not found.waits:
        return redirect("portal:visit_case", pk=pk)
    if request.method == "POST":
        said = request.POST
        try:
            opening = sign_as_visitor(
                visitor_of(request),
                actor=entrance(request),
                complaint_id=pk,
                agreed=said.get("agreed") == "1",
                drawing=said.get("drawing", ""),
                code=said.get("code", ""),
                device={"browser": device_of(request), "screen": said.get("screen", "")},
            )
            if opening == Opening.DONE:
                return redirect("portal:visit_case", pk=pk)
            problem = _words(opening)
        except RuleViolation as refusal:
            problem = str(refusal.message or "") or " ".join(str(text) for text in refusal.fields.values())
    return _page(request, row, found, problem)


def _words(opening: Opening) -> str:
    match opening:
        case Opening.WRONG:
            return _t("These are not the digits. Please look again.")
        case Opening.LOCKED:
            return _t("Too many wrong digits. Ask for a new code.")
        case Opening.EARLY:
            return _t("A code was sent a moment ago. Please wait a minute.")
        case Opening.LIMIT:
            return _t("No more codes today. Please come back tomorrow, or telephone us.")
        case _:
            return _t("This code has expired. Ask for a new one.")


def _page(request: HttpRequest, row: Complaint, found: OwnSettlement, problem: str) -> HttpResponse:
    visitor = visitor_of(request)
    waiting = live_code(visitor, row.pk)
    context: dict[str, Any] = {
        "row": row,
        "settlement": found,
        "problem": problem,
        "ways": {"one": "portal:visit_case", "agreement": "portal:visit_agreement", "code": "portal:visit_sign_code"},
        "agreed": request.POST.get("agreed") == "1",
        "by_code": True,
        "code_sent": waiting is not None,
        "number": mask_contact(contact_of(visitor)),
        "minutes": in_force(VisitorPolicy).code_minutes,
        "shown": code_shown(waiting) if waiting and settings.KEXIN_DEMO and carrier_for(way_of(visitor)).kept else "",
    }
    return render(request, "portal/complaint_sign.html", context, status=422 if problem else 200)
