"""Who asks: a service account by its token, or the browser of somebody signed in (then with the CSRF token)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from kexin.core.actor import Actor
from kexin.core.api.limits import count
from kexin.core.api.problems import CsrfFailed, TooMany, Unauthenticated
from kexin.core.policies import ApiPolicy
from kexin.core.policy import in_force
from kexin.core.service_accounts import actor_of_token


class ServiceToken(HttpBearer):
    """``Authorization: Bearer kx_…``. A header that is there and wrong is refused, whatever else was sent."""

    def __call__(self, request: HttpRequest) -> Actor | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _blank, token = header.partition(" ")
        found = self.authenticate(request, token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            refuse(request)
        return found

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_of_token(token, request.META.get("REMOTE_ADDR", ""))
        return admit(request, actor) if actor is not None else None


class BrowserSession(APIKeyCookie):
    """The session of a signed-in person; writing needs the header ``X-CSRFToken`` as well."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Actor | None:
        return self.authenticate(request, request.COOKIES.get(self.param_name))

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None:
            raise Unauthenticated
        if not _meant(request):
            raise CsrfFailed
        return admit(request, actor)


def _meant(request: HttpRequest) -> bool:
    """Is the token against forged requests in its header? A body is never read for it: a file may be arriving."""
    method = request.method
    try:
        if method == "POST":
            request.method = "PUT"  # for POST alone Django would look into the form as well
        return check_csrf(request) is None
    finally:
        request.method = method


def admit(request: HttpRequest, actor: Actor | None) -> Actor:
    """Put the actor on the request and count the request. Raises TooMany above the limit."""
    assert actor is not None
    request.actor = actor  # type: ignore[attr-defined]
    counted = count(actor.name, in_force(ApiPolicy).requests_per_minute)
    request.answer_headers.update(counted.headers)  # type: ignore[attr-defined]
    if counted.exceeded:
        raise TooMany(counted.resets_in)
    return actor


def refuse(request: HttpRequest) -> None:
    """A wrong token. Too many of them from one address are put off."""
    address = request.META.get("REMOTE_ADDR", "")
    counted = count(f"address:{address}", in_force(ApiPolicy).refused_per_minute)
    if counted.exceeded:
        raise TooMany(counted.resets_in)
    raise Unauthenticated


CALLERS = [ServiceToken(), BrowserSession()]
