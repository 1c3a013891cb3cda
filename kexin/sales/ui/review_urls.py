"""Addresses of review packs."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui import review_pages

app_name = "reviews"

urlpatterns = [path("customers/<int:pk>/review-pack.pdf", review_pages.make, name="make")]
