"""One's own account: what I am here, my security, my sessions; and the doors of allauth that stay shut."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core.ui.form_page import post_only
from kexin.core.ui.request import actor_of
from kexin.people.delegations import my_delegations
from kexin.people.operations import end_own_session
from kexin.people.rights import rights_of, roles_held
from kexin.people.seller_queries import own_seller_file


@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """My posts with their roles, and the way to password, second factor and sessions."""
    factors = set(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))
    context = {
        "held": roles_held(actor_of(request)),
        "rights": rights_of(actor_of(request)),
        "delegations": my_delegations(actor_of(request)),
        "selling": own_seller_file(actor_of(request)),
        "factors": factors,
        "sessions": UserSession.objects.filter(user_id=request.user.pk).count(),
    }
    return render(request, "people/me.html", context)


@require_GET
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where pages of customers lead while this session lacks a second factor: show it, or set one up."""
    following = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()}):
        following = "/"
    if not request.second_factor_missing:  # type: ignore[attr-defined]
        return redirect(following)
    factors = set(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))
    if Authenticator.Type.TOTP in factors:
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': following})}")
    if Authenticator.Type.WEBAUTHN in factors:
        return redirect(f"{reverse('mfa_reauthenticate_webauthn')}?{urlencode({'next': following})}")
    return render(request, "people/second_factor.html")


@require_POST
def end_own(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one other browser of mine."""
    return post_only(
        request,
        lambda: end_own_session(actor=actor_of(request), session_id=pk),
        back_url=reverse("usersessions_list"),
        done=_("Signed out there."),
    )


def closed(request: HttpRequest, *_path: str) -> HttpResponse:
    """Pages of allauth that this house does not have: signing up, e-mail, resetting by mail, linking accounts."""
    raise Http404
