"""Addresses of matching."""

from __future__ import annotations

from django.urls import path

from kexin.suitability.ui import matching_pages as pages
from kexin.suitability.ui import rerated_pages

urlpatterns = [
    path("customers/<int:pk>/compare/", pages.compare, name="compare"),
    path("customers/<int:pk>/match/", pages.match_page, name="match"),
    path("customers/<int:pk>/qualified/", pages.qualified_page, name="qualified"),
    path("rematching/<int:pk>/", rerated_pages.rematch_page, name="rematch"),
    path("rematching/<int:pk>/export/", rerated_pages.rematch_export, name="rematch_export"),
    path("matching/<int:pk>/", pages.decision_page, name="decision"),
]
