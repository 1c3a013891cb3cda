"""Addresses of oversight."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui import oversight_pages

app_name = "oversight"

urlpatterns = [
    path("inspection-items/", oversight_pages.items, name="items"),
    path("inspection-items/<int:pk>/", oversight_pages.item, name="item"),
]
