"""Addresses of net values."""

from __future__ import annotations

from django.urls import path

from kexin.products.ui import net_values

app_name = "net_values"

urlpatterns = [
    path("products/<int:pk>/net-values/", net_values.value_list, name="list"),
    path("products/<int:pk>/net-values/new/", net_values.value_new, name="new"),
    path("net-values/<int:pk>/correct/", net_values.value_correct, name="correct"),
]
