"""Sign-in at the institution's own identity provider: a stand-in server speaks OpenID Connect, faults included."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from jwt import encode as sign_token
from jwt.algorithms import RSAAlgorithm

from kexin.core.models import AuditEntry

REQUIREMENTS = {
    "B-03": (
        "only staff numbers known here get in; a second factor that the provider states in its signed ID token counts"
        " for the session where the configuration accepts it",
        "how the provider itself checks a factor is its own record",
    )
}
SCREENS = {"B-03": "登录"}


class Provider:
    """The stand-in: discovery, token, keys and user information; ``who`` signs in, ``broken`` breaks one answer."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.who = "1001"
        self.broken = ""
        self.nonce = ""
        self.claims: dict[str, Any] = {}  # what the ID token says besides, or instead
        self.told: dict[str, Any] = {}  # what the user information says besides, or instead
        self.token = self.signed
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                """Requests are not news."""

            def do_GET(self) -> None:
                self._answer(urlsplit(self.path).path)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._answer(urlsplit(self.path).path)

            def _answer(self, path: str) -> None:
                status, body = outer.answer(path)
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """What the provider says under an address."""
        if self.broken == path:
            return 503, {"error": "temporarily_unavailable"}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            }
        if path == "/keys":
            public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]}
        if path == "/token":
            now = int(time.time())
            claims = {"iss": self.url, "aud": "kexin", "sub": f"s-{self.who}", "iat": now, "exp": now + 300}
            claims |= {"preferred_username": self.who, "nonce": self.nonce} | self.claims
            given = {"access_token": "a", "token_type": "Bearer", "expires_in": 300}
            token = self.token({name: value for name, value in claims.items() if value is not None})
            return 200, given | ({"id_token": token} if token else {})
        if path == "/userinfo":
            return 200, {"sub": f"s-{self.who}", "preferred_username": self.who} | self.told
        return 404, {}

    def signed(self, claims: dict[str, Any]) -> str:
        return sign_token(claims, self.key, algorithm="RS256", headers={"kid": "one"})


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    stand_in = Provider()
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "bank",
                    "name": "江澜银行",
                    "client_id": "kexin",
                    "secret": base64.b64encode(b"stand-in").decode(),
                    "settings": {
                        "server_url": stand_in.url,
                        "second_factor_amr": ["mfa", "hwk"],
                        "second_factor_acr": ["urn:jianglan:two-factors"],
                    },
                }
            ]
        }
    }
    yield stand_in
    stand_in.server.shutdown()
    stand_in.server.server_close()


def _sign_in(browser: Client, provider: Provider) -> Any:
    begun = browser.post("/accounts/oidc/bank/login/")
    assert begun.status_code == 302, begun.status_code
    asked = parse_qs(urlsplit(begun.headers["Location"]).query)
    provider.nonce = asked.get("nonce", [""])[0]
    return browser.get("/accounts/oidc/bank/login/callback/", {"code": "c", "state": asked["state"][0]})


def test_a_known_staff_number_gets_in(bank: Any, provider: Provider) -> None:
    browser = Client()
    answer = _sign_in(browser, provider)
    assert answer.status_code == 302
    assert browser.session["_auth_user_id"] == str(bank.employees["lin"].user_id)


def test_an_unknown_one_does_not(bank: Any, provider: Provider) -> None:
    provider.who = "9999"
    browser = Client()
    answer = _sign_in(browser, provider)
    assert answer.status_code in (200, 302, 403)
    assert "_auth_user_id" not in browser.session
    assert browser.get("/").status_code == 302


def test_a_locked_account_does_not(bank: Any, provider: Provider) -> None:
    user = bank.employees["lin"].user
    user.is_active = False
    user.save()
    browser = Client()
    _sign_in(browser, provider)
    assert browser.get("/customers/").status_code == 302


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token"])
def test_a_provider_out_of_order_is_told_and_nobody_is_signed_in(bank: Any, provider: Provider, path: str) -> None:
    browser = Client()
    if path == "/token":
        provider.broken = path
        answer = _sign_in(browser, provider)
    else:
        provider.broken = path
        answer = browser.post("/accounts/oidc/bank/login/")
    assert answer.status_code < 500
    assert "_auth_user_id" not in browser.session


def _second_factor(browser: Client) -> bool:
    """Signed in, and customers are open or lead to the second factor."""
    answer = browser.get("/customers/")
    if answer.status_code == 200:
        return True
    assert "/second-factor/" in answer.headers["Location"]
    return False


@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": ["hwk"]}, True),
        ({"amr": ["otp"]}, False),  # a value that this institution does not accept
        ({"amr": "mfa"}, False),  # not a list: not what the standard says
        ({"amr": [["mfa"], {"mfa": 1}]}, False),
        ({"acr": "urn:jianglan:two-factors"}, True),
        ({"acr": "1"}, False),
        ({"acr": ["urn:jianglan:two-factors"]}, False),
    ],
)
def test_a_second_factor_counts_where_the_provider_states_one_that_is_accepted(
    bank: Any, provider: Provider, claims: dict[str, Any], counts: bool
) -> None:
    provider.claims = claims
    browser = Client()
    _sign_in(browser, provider)
    assert _second_factor(browser) is counts
    entry = AuditEntry.objects.filter(operation="people.sign_in", actor_name="1001").latest("at")
    assert entry.arguments["methods"] == (["mfa", "socialaccount"] if counts else ["socialaccount"])


def test_none_is_accepted_unless_somebody_configures_it(bank: Any, provider: Provider, settings: Any) -> None:
    from kexin.project import sign_in

    assert sign_in.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] == []
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"] = {"server_url": provider.url}
    provider.claims = {"amr": ["mfa", "hwk"], "acr": "urn:jianglan:two-factors"}
    browser = Client()
    _sign_in(browser, provider)
    assert not _second_factor(browser)


def test_what_the_user_information_says_of_factors_does_not_count(bank: Any, provider: Provider) -> None:
    provider.told = {"amr": ["mfa"], "acr": "urn:jianglan:two-factors"}
    browser = Client()
    _sign_in(browser, provider)
    assert not _second_factor(browser)


def test_the_factor_counts_for_that_session_alone(bank: Any, provider: Provider) -> None:
    provider.claims = {"amr": ["mfa"]}
    browser = Client()
    _sign_in(browser, provider)
    assert _second_factor(browser)
    browser.post("/accounts/logout/")
    provider.claims = {}
    _sign_in(browser, provider)
    assert not _second_factor(browser)


def test_who_enrolled_a_factor_here_is_not_asked_for_it_behind_the_providers(bank: Any, provider: Provider) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(bank.employees["lin"].user, generate_totp_secret())
    browser = Client()
    assert "/2fa/authenticate/" in _sign_in(browser, provider).headers["Location"]
    provider.claims = {"amr": ["mfa"]}
    browser = Client()
    _sign_in(browser, provider)
    assert _second_factor(browser)


def _unsigned(claims: dict[str, Any]) -> str:
    return sign_token(claims, None, algorithm="none")


def _by_a_stranger(claims: dict[str, Any]) -> str:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return sign_token(claims, stranger, algorithm="RS256", headers={"kid": "one"})


def _by_a_shared_word(claims: dict[str, Any]) -> str:
    return sign_token(claims, "stand-in-stand-in-stand-in-stand-in", algorithm="HS256", headers={"kid": "one"})


def _by_an_unknown_key(claims: dict[str, Any]) -> str:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return sign_token(claims, stranger, algorithm="RS256", headers={"kid": "two"})


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "for somebody else": {"claims": {"aud": "somebody-else"}},
    "for another party, too": {"claims": {"aud": ["kexin", "somebody-else"], "azp": "somebody-else"}},
    "from elsewhere": {"claims": {"iss": "https://elsewhere.example"}},
    "too old": {"claims": {"exp": 1_600_000_000}},
    "valid for ever": {"claims": {"exp": None}},
    "two persons": {"told": {"sub": "s-1002", "preferred_username": "1002"}},
    "unsigned": {"token": _unsigned},
    "signed by a stranger": {"token": _by_a_stranger},
    "signed by a shared word": {"token": _by_a_shared_word},
    "signed by an unknown key": {"token": _by_an_unknown_key},
    "no token at all": {"token": lambda claims: "no.token.at-all"},
    "nothing": {"token": lambda claims: ""},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_provider_that_lies_signs_nobody_in(bank: Any, provider: Provider, lie: str) -> None:
    said = LIES[lie]
    provider.claims = {"amr": ["mfa"]} | said.get("claims", {})
    provider.told = said.get("told", {})
    provider.token = said.get("token", provider.signed)
    browser = Client()
    answer = _sign_in(browser, provider)
    assert answer.status_code < 500
    assert "_auth_user_id" not in browser.session


def test_a_token_of_another_sign_in_is_refused(bank: Any, provider: Provider) -> None:
    """Two sign-ins under way in one browser: each takes only the token that was made for it."""
    browser = Client()
    first = parse_qs(urlsplit(browser.post("/accounts/oidc/bank/login/").headers["Location"]).query)
    second = parse_qs(urlsplit(browser.post("/accounts/oidc/bank/login/").headers["Location"]).query)
    provider.nonce = first["nonce"][0]
    browser.get("/accounts/oidc/bank/login/callback/", {"code": "c", "state": second["state"][0]})
    assert "_auth_user_id" not in browser.session
    browser.get("/accounts/oidc/bank/login/callback/", {"code": "c", "state": first["state"][0]})
    assert "_auth_user_id" in browser.session
