"""Who is asking: puts the actor on the request, ends idle sessions, asks for the second factor."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from kexin.core.policies import SessionPolicy
from kexin.core.policy import in_force
from kexin.people.queries import actor_for

_OPEN_PATHS = ("/accounts/", "/static/", "/language/", "/api/")


class ActorMiddleware:
    """``request.actor`` for every signed-in request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        if request.path.startswith("/static/") or not request.user.is_authenticated:
            if not request.path.startswith(_OPEN_PATHS):
                return redirect(f"/accounts/login/?next={request.path}")
            return self.get_response(request)
        rules = in_force(SessionPolicy)
        now = int(time.time())
        seen = request.session.get("seen", now)
        if now - seen > rules.idle_minutes * 60:
            logout(request)
            return redirect(f"/accounts/login/?idle=1&next={request.path}")
        if now - seen > 30 or "seen" not in request.session:
            request.session["seen"] = now
        methods = frozenset(str(each.get("method")) for each in request.session.get("account_authentication_methods", []))
        request.actor = actor_for(  # type: ignore[attr-defined]
            request.user,  # type: ignore[arg-type]
            session=(request.session.session_key or "")[:12],
            address=request.META.get("REMOTE_ADDR", ""),
            methods=methods,
        )
        return self.get_response(request)
