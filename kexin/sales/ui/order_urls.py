"""Addresses of orders and of differences with the core system."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui import order_pages

app_name = "orders"

urlpatterns = [
    path("orders/", order_pages.listing, name="list"),
    path("orders/<int:pk>/", order_pages.one, name="one"),
    path("orders/differences/", order_pages.differences, name="differences"),
    path("orders/differences/<int:pk>/", order_pages.difference, name="difference"),
]
