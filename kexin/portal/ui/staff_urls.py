"""Addresses of invitations, on the host of the staff."""

from __future__ import annotations

from django.urls import path

from kexin.portal.ui import staff

app_name = "invitations"

urlpatterns = [
    path("sales/<int:pk>/invite/", staff.invite_to_buy, name="buy"),
    path("plans/<int:pk>/invite/", staff.invite_to_plan, name="plan"),
    path("customers/<int:pk>/invite/", staff.invite, name="invite"),
    path("invitations/<int:pk>/state/", staff.state, name="state"),
    path("invitations/<int:pk>/withdraw/", staff.revoke, name="revoke"),
]
