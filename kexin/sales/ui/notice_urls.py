"""Addresses of notices to customers."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui import notice_pages, offer_pages

app_name = "notices"

urlpatterns = [
    path("notices-to-customers/", notice_pages.listing, name="list"),
    path("notices-to-customers/<int:pk>/", notice_pages.one, name="one"),
    path("notices-to-customers/<int:pk>/export/", notice_pages.export, name="export"),
    path("customers/<int:pk>/send-product/", offer_pages.offer, name="offer"),
    path("product-alerts/<int:pk>/tell/", notice_pages.tell, name="tell"),
]
