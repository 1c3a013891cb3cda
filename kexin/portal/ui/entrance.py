"""Pages before and after the rooms: opening a link, the code, the end, language and size of the letters."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kexin.core.masking import mask_contact
from kexin.core.policy import in_force
from kexin.engagement.messages.choices import MessageChannel
from kexin.engagement.messages.sending import reachable_at
from kexin.portal import appentry
from kexin.portal.choices import Opening, SessionState
from kexin.portal.models import PortalSession
from kexin.portal.operations import Entered, end_session, enter_code, open_from_app, open_link, send_code
from kexin.portal.policies import AccessPolicy
from kexin.portal.purposes import purposes
from kexin.portal.ui.session import (
    COOKIE,
    SIZE_COOKIE,
    actor_of,
    device_of,
    entrance,
    keep_cookie,
    room,
)

YEAR = 365 * 86_400


def first_room(session: PortalSession) -> str:
    """Where the customer of a session goes first."""
    found = purposes.get(session.purpose)
    return reverse(found.room if found else "portal:ended")


@require_http_methods(["GET", "POST"])
def opening(request: HttpRequest) -> HttpResponse:
    """GET: a page whose script posts the part of the address behind ``#``. POST: the token becomes a cookie."""
    if request.method == "GET":
        return render(request, "portal/open.html", {"action": reverse("portal:open")})
    return _entered(request, open_link(actor=entrance(request), token=_posted(request), device=device_of(request)))


@require_http_methods(["GET", "POST"])
def from_app(request: HttpRequest) -> HttpResponse:
    """The same for a token that the institution's app signed."""
    if request.method == "GET":
        return render(request, "portal/open.html", {"action": reverse("portal:app")})
    longest = in_force(AccessPolicy).app_seconds
    claim = appentry.read_claim(_posted(request), longest_seconds=longest)
    if claim is None:
        return _closed(request, Opening.EXPIRED, app=True)
    return _entered(request, open_from_app(actor=entrance(request), claim=claim, device=device_of(request)))


def _posted(request: HttpRequest) -> str:
    return request.POST.get("token", "")[: appentry.LONGEST + 1]


def _entered(request: HttpRequest, entered: Entered) -> HttpResponse:
    here: PortalSession | None = getattr(request, "portal", None)
    if entered.session is None or not entered.cookie:
        if entered.opening == Opening.USED and here is not None:  # the same device asks again: it is inside already
            return redirect(first_room(here) if here.state == SessionState.OPEN else "portal:code")
        return _closed(request, entered.opening)
    if entered.session.state == SessionState.OPEN:
        response: HttpResponse = redirect(first_room(entered.session))
    else:
        sent = send_code(entered.session, actor=entrance(request))
        response = redirect(f"{reverse('portal:code')}?{sent.value}")
    keep_cookie(response, entered.cookie)
    return response


def _closed(request: HttpRequest, opening: Opening, *, app: bool = False) -> HttpResponse:
    return render(request, "portal/closed.html", {"opening": opening.value, "app": app}, status=410)


@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """GET: where the code was sent, and its field. POST: the code."""
    session: PortalSession | None = getattr(request, "portal", None)
    if session is None:
        return redirect("portal:ended")
    if session.state == SessionState.OPEN:
        return redirect(first_room(session))
    problem = request.META.get("QUERY_STRING", "")
    status = 200
    if request.method == "POST":
        entered = enter_code(session, actor=entrance(request), code=request.POST.get("code", ""))
        if entered.opening == Opening.DONE and entered.session is not None:
            response: HttpResponse = redirect(first_room(entered.session))
            keep_cookie(response, entered.cookie)
            return response
        if entered.opening in (Opening.LOCKED, Opening.GONE):
            response = _closed(request, entered.opening)
            response.delete_cookie(COOKIE)
            return response
        problem, status = entered.opening.value, 422
    point = reachable_at(session.customer, MessageChannel.SMS)
    context = {
        "problem": problem if problem in Opening.values else "",
        "number": mask_contact(point.value) if point is not None and point.value else "",
        "minutes": in_force(AccessPolicy).code_minutes,
    }
    return render(request, "portal/code.html", context, status=status)


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Another code."""
    session: PortalSession | None = getattr(request, "portal", None)
    if session is None:
        return redirect("portal:ended")
    sent = send_code(session, actor=entrance(request))
    return redirect(f"{reverse('portal:code')}?{sent.value}")


@require_POST
@room()
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    end_session(request.portal, actor=actor_of(request))  # type: ignore[attr-defined]
    response = redirect("portal:ended")
    response.delete_cookie(COOKIE)
    return response


@require_GET
def ended(request: HttpRequest) -> HttpResponse:
    """Nobody is signed in here (any more)."""
    return render(request, "portal/ended.html", {"app": appentry.offered()})


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """The address of the portal itself: the first room, the code, or the end."""
    session: PortalSession | None = getattr(request, "portal", None)
    if session is None:
        return redirect("portal:ended")
    return redirect(first_room(session) if session.state == SessionState.OPEN else "portal:code")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Chinese or English, remembered on the device."""
    response = _back(request)
    chosen = "en" if request.POST.get("language") == "en" else "zh-hans"
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax", secure=settings.KEXIN_HTTPS
    )
    return response


@require_POST
def size(request: HttpRequest) -> HttpResponse:
    """Large letters or usual ones, remembered on the device."""
    response = _back(request)
    chosen = "large" if request.POST.get("size") == "large" else "usual"
    response.set_cookie(SIZE_COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=settings.KEXIN_HTTPS, httponly=True)
    return response


def _back(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return redirect(wanted if safe else "/")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from an old page: nothing was done."""
    said = _t("This page had become old. Nothing was done.")
    return render(request, "portal/refused.html", {"said": said}, status=403)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "portal/missing.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/broken.html", status=500)
