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

REQUIREMENTS = {
    "B-03": (
        "the institution's own provider decides on the factors; only staff numbers known here get in",
        "which factors the provider asked for is its own record",
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
            claims |= {"preferred_username": self.who, "nonce": self.nonce}
            token = sign_token(claims, self.key, algorithm="RS256", headers={"kid": "one"})
            return 200, {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token}
        if path == "/userinfo":
            return 200, {"sub": f"s-{self.who}", "preferred_username": self.who}
        return 404, {}


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
                    "settings": {"server_url": stand_in.url},
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
