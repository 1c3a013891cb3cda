"""Who stands before a page of the portal: the session of the cookie, the customer as an actor, the entrance itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from kexin.core.actor import Actor, customer, system
from kexin.core.errors import KexinError
from kexin.core.policy import in_force
from kexin.portal import secrets
from kexin.portal.choices import SessionState
from kexin.portal.models import PortalSession
from kexin.portal.policies import AccessPolicy
from kexin.portal.purposes import operations_of
from kexin.portal.rules import session_lives

COOKIE = "kexin_portal"
SIZE_COOKIE = "kexin_portal_size"
NOTED_EVERY = dt.timedelta(seconds=30)  # between two notes of "last seen": not every request writes

Handler = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponseBase]


class PortalSessionMiddleware:
    """``request.portal`` is the living session of the cookie, or None; ``request.actor`` its customer once proved."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = None if request.path.startswith("/static/") else _living(request.COOKIES.get(COOKIE, ""))
        request.portal = found  # type: ignore[attr-defined]
        request.actor = None  # type: ignore[attr-defined]
        if found is not None and found.state == SessionState.OPEN:
            request.actor = customer(  # type: ignore[attr-defined]
                found.customer_id,
                found.customer.customer_no,
                operations_of(found.purpose),
                session=f"portal.{found.pk}",
                address=address_of(request),
            )
        response = self.get_response(request)
        if found is None and COOKIE in request.COOKIES and COOKIE not in response.cookies:
            response.delete_cookie(COOKIE)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Refusals as calm pages; what is not the customer's own does not exist."""
        if not isinstance(exception, KexinError):
            return None
        status = 404 if exception.status in (403, 404) else exception.status
        template = "portal/missing.html" if status == 404 else "portal/refused.html"
        return render(request, template, {"refusal": exception}, status=status)


def _living(cookie: str) -> PortalSession | None:
    """The session of a cookie, if it lives; one that was idle too long ends here."""
    if not 20 <= len(cookie) <= 100:
        return None
    row = PortalSession.objects.select_related("customer").filter(digest=secrets.digest(cookie)).first()
    if row is None or row.state == SessionState.ENDED:
        return None
    now = timezone.now()
    idle = in_force(AccessPolicy).idle_minutes
    if not session_lives(now=now, seen_at=row.seen_at, ends_at=row.ends_at, idle_minutes=idle):
        PortalSession.objects.filter(pk=row.pk).exclude(state=SessionState.ENDED).update(
            state=SessionState.ENDED, ended_at=now
        )
        return None
    if now - row.seen_at > NOTED_EVERY:
        PortalSession.objects.filter(pk=row.pk).update(seen_at=now)
    return row


def keep_cookie(response: HttpResponse, cookie: str) -> None:
    """The session's secret: out of reach of scripts and of other sites, gone with the browser."""
    response.set_cookie(COOKIE, cookie, httponly=True, secure=settings.KEXIN_HTTPS, samesite="Lax")


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def device_of(request: HttpRequest) -> str:
    """What the browser says it is."""
    return request.headers.get("User-Agent", "")[:200]


def entrance(request: HttpRequest) -> Actor:
    """The portal's entrance, which acts before anybody has shown who they are."""
    found = getattr(request, "portal", None)
    session = f"portal.{found.pk}" if found is not None else ""
    return replace(system("portal.entrance"), session=session, address=address_of(request))


def actor_of(request: HttpRequest) -> Actor:
    """The customer; to be called behind :func:`room` only."""
    found = request.actor  # type: ignore[attr-defined]
    assert isinstance(found, Actor)
    return found


def session_of(request: HttpRequest) -> PortalSession:
    """The session; to be called behind :func:`room` only."""
    found = request.portal  # type: ignore[attr-defined]
    assert isinstance(found, PortalSession)
    return found


def room(*needs: str) -> Callable[[View], View]:
    """A page for a customer whose session is open and whose purpose has all these operations; else it is not there."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            found = getattr(request, "portal", None)
            if found is None:
                return redirect("portal:ended")
            if found.state != SessionState.OPEN:
                return redirect("portal:code")
            if not all(actor_of(request).may(each) for each in needs):
                return render(request, "portal/missing.html", status=404)
            return view(request, *args, **kwargs)

        return guarded

    return wrap
