"""Addresses of holdings. Not below ``/accounts/``: sign-in lives there, open to everybody."""

from __future__ import annotations

from django.urls import path

from kexin.holdings.ui import export, maturity_urls, pages, rates, review, targets, tiers

app_name = "holdings"

urlpatterns = [
    path("customers/<int:pk>/review.pdf", review.review_sheet, name="review"),
    path("holdings/accounts/<int:pk>/", pages.account_page, name="account"),
    path("holdings/accounts/<int:pk>/export/", export.export, name="export"),
    path("holdings/accounts/<int:pk>/number/", pages.reveal_number, name="reveal"),
    path("holdings/tiers/", tiers.tier_list, name="tiers"),
    path("holdings/tiers/export/", tiers.tiers_export, name="tiers_export"),
    path("holdings/rates/", rates.rate_list, name="rates"),
    path("holdings/rates/new/", rates.rate_new, name="rate_new"),
    path("holdings/targets/", targets.target_list, name="targets"),
    path("holdings/targets/new/", targets.target_new, name="target_new"),
    *maturity_urls.patterns,
]
