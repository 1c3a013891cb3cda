"""Addresses of oversight."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui import compliance_pages, conduct_pages, oversight_pages

app_name = "oversight"

urlpatterns = [
    path("oversight/", compliance_pages.page, name="page"),
    path("oversight/list/", compliance_pages.listing, name="list"),
    path("oversight/export/", compliance_pages.export, name="export"),
    path("conduct-rules/", conduct_pages.page, name="conduct"),
    path("conduct-rules/acknowledge/", conduct_pages.acknowledge, name="acknowledge"),
    path("conduct-rules/owing/", conduct_pages.owing, name="owing"),
    path("inspection-items/", oversight_pages.items, name="items"),
    path("inspection-items/<int:pk>/", oversight_pages.item, name="item"),
]
