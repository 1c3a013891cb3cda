"""Addresses of holdings. Not below ``/accounts/``: sign-in lives there, open to everybody."""

from __future__ import annotations

from django.urls import path

from kexin.holdings.ui import export, maturity_urls, pages, review

app_name = "holdings"

urlpatterns = [
    path("customers/<int:pk>/review.pdf", review.review_sheet, name="review"),
    path("holdings/accounts/<int:pk>/", pages.account_page, name="account"),
    path("holdings/accounts/<int:pk>/export/", export.export, name="export"),
    path("holdings/accounts/<int:pk>/number/", pages.reveal_number, name="reveal"),
    *maturity_urls.patterns,
]
