"""Addresses of alerts on net values."""

from __future__ import annotations

from django.urls import path

from kexin.products.ui import alert_pages

app_name = "product_alerts"

urlpatterns = [
    path("product-alerts/", alert_pages.listing, name="list"),
    path("product-alerts/<int:pk>/", alert_pages.one, name="one"),
]
