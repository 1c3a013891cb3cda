"""Addresses of care after a sale."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui import aftercare_pages

app_name = "aftercare"

urlpatterns = [
    path("aftercare/", aftercare_pages.listing, name="list"),
    path("aftercare/export/", aftercare_pages.export, name="export"),
    path("aftercare/<int:pk>/", aftercare_pages.item, name="item"),
]
