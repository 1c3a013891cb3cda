"""Addresses of referrals."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui import referral_pages

app_name = "referrals"

urlpatterns = [
    path("referrals/", referral_pages.referral_list, name="referrals"),
    path("referrals/<int:pk>/", referral_pages.referral_page, name="referral"),
    path("referrals/<int:pk>/answer/", referral_pages.answer, name="answer"),
    path("referrals/<int:pk>/close/", referral_pages.close, name="close"),
    path("referrals/<int:pk>/withdraw/", referral_pages.withdraw, name="withdraw"),
    path("referrals/<int:pk>/shares/", referral_pages.attribute, name="attribute"),
    path("customers/<int:pk>/referrals/new/", referral_pages.new_referral, name="new"),
]
