"""Who is asking: puts the actor on the request, ends idle sessions, asks for second factors and new passwords."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from urllib.parse import urlencode

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from requests import RequestException

from kexin.core.errors import SecondFactorNeeded
from kexin.core.policies import SessionPolicy
from kexin.core.policy import in_force
from kexin.people.queries import signed_in

log = logging.getLogger(__name__)
_OPEN_PATHS = ("/accounts/", "/static/", "/language/", "/api/")
_FIRST_PASSWORD_PATHS = ("/accounts/password/change/", "/accounts/logout/", "/static/", "/language/")
_ASKED_BY_THE_PAGE = ("/notices/",)  # asked every minute by an open page: no sign that somebody is there
_NOTED_EVERY = 30  # seconds between two notes of "last seen": not every request writes


class ActorMiddleware:
    """``request.actor`` for every signed-in request; ``None`` for the pages before signing in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        request.second_factor_missing = False  # type: ignore[attr-defined]
        request.second_factor_waived = False  # type: ignore[attr-defined]
        if request.path.startswith("/static/") or not request.user.is_authenticated:
            if not request.path.startswith(_OPEN_PATHS):
                return _to_sign_in(request)
            return self.get_response(request)
        refusal = _idle(request) or _first_password(request)
        if refusal is not None:  # a programme is told 401 by the interface itself, not led to a page
            return self.get_response(request) if request.path.startswith("/api/") else refusal
        actor, unit_name = signed_in(
            request.user,
            session=(request.session.session_key or "")[:12],
            address=request.META.get("REMOTE_ADDR", ""),
            methods=session_methods(request),
        )
        request.actor = actor  # type: ignore[attr-defined]
        request.unit_name = unit_name  # type: ignore[attr-defined]
        request.second_factor_missing = bool(actor.withheld)  # type: ignore[attr-defined]
        request.second_factor_waived = not in_force(SessionPolicy).mfa_for_customers  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page whose door waits for the second factor leads there; an identity provider that is away is told."""
        if isinstance(exception, SecondFactorNeeded) and not request.path.startswith("/api/"):
            return _lead(request, f"{reverse('people_second_factor')}?{urlencode({'next': request.get_full_path()})}")
        if isinstance(exception, RequestException) and request.path.startswith("/accounts/oidc/"):
            log.error("identity provider away: %s", type(exception).__name__)
            messages.error(request, _("The identity provider does not answer. Try again later, or use your password."))
            return redirect("account_login")
        return None


def session_methods(request: HttpRequest) -> frozenset[str]:
    """How the person proved who they are in *this* session: ``password``, ``mfa``, ``socialaccount``."""
    owner = request.session.get("account_authentication_methods_user")
    if owner is not None and owner != str(request.user.pk):
        return frozenset()
    records = request.session.get("account_authentication_methods", [])
    return frozenset(str(each.get("method")) for each in records)


def _lead(request: HttpRequest, url: str) -> HttpResponse:
    """Send the whole page there, also where htmx asked for a part of it."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _to_sign_in(request: HttpRequest, **more: str) -> HttpResponse:
    url = f"{reverse('account_login')}?{urlencode({**more, 'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": url})
    return redirect(url)


def _idle(request: HttpRequest) -> HttpResponse | None:
    """Sign out who did nothing for too long; note from time to time that the session is alive."""
    now = int(time.time())
    seen = request.session.get("seen")
    if seen is not None and now - seen > in_force(SessionPolicy).idle_minutes * 60:
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        logout(request)
        return _to_sign_in(request, idle="1")
    if (seen is None or now - seen > _NOTED_EVERY) and not request.path.startswith(_ASKED_BY_THE_PAGE):
        request.session["seen"] = now
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())
    return None


def _first_password(request: HttpRequest) -> HttpResponse | None:
    must = getattr(request.user, "must_change_password", False)
    if must and not request.path.startswith(_FIRST_PASSWORD_PATHS):
        return _lead(request, reverse("account_change_password"))
    return None
