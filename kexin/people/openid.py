"""Sign-in at the institution's identity provider, with more care than the library takes.

The ID token must be signed by a key of the provider, meant for us, new (its nonce is the one this browser was sent away
with), and speak of the same person as the user information. What it says of the factors counts only then: ``amr``
(RFC 8176) or ``acr`` with a value that the configuration accepts makes the sign-in a second factor of this session.
None is accepted by default.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import jwt
from allauth.account.internal.decorators import login_not_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect import views
from django.http import Http404, HttpRequest, HttpResponse

from kexin.people.models import User

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_SECONDS: Final = 30  # between the provider's clock and ours
_NONCES: Final = "openid_nonces"  # in the session: state → nonce of sign-ins under way
_MOST_UNDER_WAY: Final = 10
_STATED: Final = "openid_second_factor"  # on the request: the provider's word for the factor it saw


class Provider(views.OpenIDConnectOAuth2Adapter):
    """The library's adapter, which takes no ID token unseen."""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        """Raises OAuth2Error, which is told as a failed sign-in."""
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("The provider gave no ID token.")
        login = super().complete_login(request, app, token, **kwargs)
        claims, told = login.account.extra_data["id_token"], login.account.extra_data.get("userinfo", {})
        if told and told.get("sub") != claims["sub"]:
            raise OAuth2Error("The user information speaks of somebody else than the ID token.")
        setattr(request, _STATED, second_factor_stated(claims, app.settings))
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        nonce = self.request.session.get(_NONCES, {}).get(self.request.GET.get("state", ""))
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=self._key_of(id_token),
                algorithms=list(ALGORITHMS),
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error(f"The ID token is not valid: {type(error).__name__}.") from error
        if nonce is None or not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
            raise OAuth2Error("The ID token was not made for this sign-in.")
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The ID token was made for another party.")
        return claims

    def _key_of(self, id_token: str) -> Any:
        """The provider's key that the token names, or its only one. KeyError if there is none."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json())
        named = jwt.get_unverified_header(id_token).get("kid")
        return keys.keys[0] if named is None and len(keys.keys) == 1 else keys[str(named)]


def second_factor_stated(claims: Mapping[str, Any], accepted: Mapping[str, Any]) -> str:
    """The value of ``amr`` or ``acr`` that the configuration takes for a second factor; empty if there is none."""
    methods = claims.get("amr")
    if isinstance(methods, list):
        for each in methods:
            if isinstance(each, str) and each in accepted.get("second_factor_amr", ()):
                return each
    level = claims.get("acr")
    return level if isinstance(level, str) and level in accepted.get("second_factor_acr", ()) else ""


class SecondFactorStage(AuthenticateStage):
    """Asks for a second factor between password and session, unless the provider has just seen one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return not getattr(request, _STATED, "") and bool(super()._should_handle(request))


def _step_completed(sender: Any, request: HttpRequest, user: User, method: str, **_more: Any) -> None:
    stated = getattr(request, _STATED, "")
    if method == "socialaccount" and stated:
        record_authentication(request, user, "mfa", type="provider", stated=stated)


def connect() -> None:
    """Called once, in ``apps.ready``."""
    authentication_step_completed.connect(_step_completed, dispatch_uid="people.openid_step")


@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the browser to the provider, with a nonce that only this session knows."""
    answer: HttpResponse = views.login(request, provider_id)
    asked = urlsplit(answer.headers.get("Location", ""))
    state = parse_qs(asked.query).get("state", [""])[0]
    if not state:
        return answer
    nonce = secrets.token_urlsafe(24)
    kept = list(request.session.get(_NONCES, {}).items())[1 - _MOST_UNDER_WAY :]
    request.session[_NONCES] = {**dict(kept), state: nonce}
    answer.headers["Location"] = urlunsplit(asked._replace(query=f"{asked.query}&{urlencode({'nonce': nonce})}"))
    return answer


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The provider sent the browser back."""
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(Provider(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    nonces = request.session.get(_NONCES)
    if nonces and nonces.pop(request.GET.get("state", ""), None) is not None:
        request.session[_NONCES] = nonces
    return answer
