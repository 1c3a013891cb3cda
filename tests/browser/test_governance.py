"""Sign-in and governance pages in a real browser: passkeys end to end, and every page accessible."""

from __future__ import annotations

import pytest
from django.urls import reverse_lazy
from playwright.sync_api import Page

from tests.browser.conftest import Visit, assert_accessible
from tests.personas import PASSWORD

PAGES = [
    ("", "/accounts/login/"),
    ("gao", "/me/"),
    ("gao", "/accounts/2fa/"),
    ("gao", "/accounts/sessions/"),
    ("gao", "/organisation/"),
    ("gao", "/employees/"),
    ("gao", "/roles/"),
    ("gao", "/roles/1/change/"),
    ("gao", "/policies/"),
    ("gao", "/policies/core.work/"),
    ("gao", "/policies/core.calendar/propose/"),
    ("gao", "/calendar/"),
    ("gao", "/approvals/"),
    ("zhou", reverse_lazy("core:work")),
    ("qian", "/audit/"),
    ("qian", "/audit/who/"),
]


@pytest.mark.parametrize("width", ["1440", "390"])
@pytest.mark.parametrize(("name", "path"), PAGES)
def test_the_page_is_accessible_and_fits(visit: Visit, name: str, path: str, width: str) -> None:
    page = visit(name, str(path), width=width)
    assert_accessible(page)


def on_localhost(page: Page, path: str) -> str:
    """Passkeys belong to a name, never to a bare address."""
    return page.url.split("/accounts/")[0].replace("127.0.0.1", "localhost") + path


def device_with_a_fingerprint(page: Page) -> None:
    """The browser's own pretended authenticator, which always recognises its owner."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_opens_customer_data_and_later_signs_in_alone(visit: Visit) -> None:
    page = visit("", "/accounts/login/")
    device_with_a_fingerprint(page)
    customers = on_localhost(page, "/customers/")
    page.goto(customers)
    page.fill("[name=login]", "1001")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/accounts/second-factor/**")  # the password alone opens no customer
    page.click("main a[href*='webauthn/add']")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.check("[name=passwordless]")
    page.click("main button[type=submit]")
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    assert page.locator(".codes li").count() == 10
    page.goto(customers)
    assert page.url == customers
    page.context.clear_cookies()
    page.goto(customers)
    page.click("#passkey_login")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto(customers)
    assert page.url == customers
