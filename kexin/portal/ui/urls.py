"""Addresses of the portal, on a host of its own. Nothing else is served there."""

from __future__ import annotations

from django.urls import path

from kexin.portal.ui import entrance, rooms

app_name = "portal"

urlpatterns = [
    path("", entrance.front, name="front"),
    path("open", entrance.opening, name="open"),
    path("app", entrance.from_app, name="app"),
    path("code/", entrance.code, name="code"),
    path("code/again/", entrance.again, name="again"),
    path("leave/", entrance.leave, name="leave"),
    path("ended/", entrance.ended, name="ended"),
    path("language/", entrance.language, name="language"),
    path("size/", entrance.size, name="size"),
    path("home/", rooms.home, name="home"),
    path("holdings/", rooms.holdings, name="holdings"),
    path("documents/", rooms.documents, name="documents"),
    path("documents/<int:pk>/", rooms.document, name="document"),
]
