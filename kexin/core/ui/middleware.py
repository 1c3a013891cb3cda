"""Around every page: security headers, the four refusals as pages, a calm page while the database is away."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from psycopg_pool import PoolTimeout

from kexin.core.errors import KexinError, SecondFactorNeeded

log = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def allow_media(response: HttpResponse, *, capture: bool = False) -> HttpResponse:
    """Let this page alone play media of our own and of the page itself; with ``capture`` ask for camera and sound."""
    response.headers["Content-Security-Policy"] = f"{_POLICY}; media-src 'self' blob:"
    if capture:
        response.headers["Permissions-Policy"] = "camera=(self), microphone=(self), geolocation=()"
    return response


class ContentSecurityPolicyMiddleware:
    """Only our own scripts and styles; no page of ours in a frame; nothing about a customer in any cache."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class ErrorsMiddleware:
    """Turns the four refusals of a page into pages; the API maps them itself, sign-in leads to a second factor."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, KexinError) or isinstance(exception, SecondFactorNeeded):
            return None
        if request.path.startswith("/api/"):
            return None
        return refusal_page(request, exception)


def refusal_page(request: HttpRequest, refusal: KexinError) -> HttpResponse:
    """A refusal as a page, or as a short fragment where htmx asked."""
    template = "core/parts/refusal.html" if request.headers.get("HX-Request") else f"{refusal.status}.html"
    if refusal.status not in (403, 404, 409):
        template = "core/parts/refusal.html" if request.headers.get("HX-Request") else "422.html"
    return render(request, template, {"refusal": refusal}, status=refusal.status)


class DatabaseAwayMiddleware:
    """A calm page with status 503 while the database cannot be reached; the next request tries again."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            response = self.get_response(request)
        except (OperationalError, InterfaceError, PoolTimeout):
            log.exception("database away")
            return away_page(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError | PoolTimeout):
            log.error("database away: %s", type(exception).__name__)
            return away_page(request)
        return None


def away_page(request: HttpRequest) -> HttpResponse:
    """Written without the database, the session or the actor."""
    if request.path.startswith("/api/"):
        from kexin.core.api.problems import Away, response_to

        return response_to(request, Away())
    from django.template.loader import render_to_string

    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "5"})
