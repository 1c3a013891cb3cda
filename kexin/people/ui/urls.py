"""Addresses of people: one's own account, organisation, staff, roles; and allauth's doors that stay shut."""

from __future__ import annotations

from django.urls import path, re_path

from kexin.people.ui import account_pages as account

_CLOSED = (
    r"^accounts/(signup|email|confirm-email|phone|inactive-email|password/set|password/reset|login/code|social)(/|$)",
    r"^accounts/3rdparty/(signup/)?$",
    r"^accounts/2fa/webauthn/signup/$",
)

urlpatterns = [
    *[re_path(pattern, account.closed) for pattern in _CLOSED],
    path("me/", account.me, name="people_me"),
    path("accounts/second-factor/", account.second_factor, name="people_second_factor"),
    path("accounts/sessions/<int:pk>/end/", account.end_own, name="people_end_own_session"),
]
