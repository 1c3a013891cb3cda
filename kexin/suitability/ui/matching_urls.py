"""Addresses of matching."""

from __future__ import annotations

from django.urls import path

from kexin.suitability.ui import matching_pages as pages

urlpatterns = [
    path("customers/<int:pk>/compare/", pages.compare, name="compare"),
    path("customers/<int:pk>/match/", pages.match_page, name="match"),
    path("customers/<int:pk>/qualified/", pages.qualified_page, name="qualified"),
    path("rematching/<int:pk>/", pages.rematch_page, name="rematch"),
    path("matching/<int:pk>/", pages.decision_page, name="decision"),
]
