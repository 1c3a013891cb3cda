"""Addresses of WeCom."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import wecom_pages

urlpatterns = [
    path("forbidden-words/", wecom_pages.flagged_list, name="flagged_list"),
    path("forbidden-words/<int:pk>/", wecom_pages.flagged_page, name="flagged"),
    path("wecom-accounts/", wecom_pages.account_list, name="wecom_accounts"),
    path("wecom-accounts/new/", wecom_pages.new_account, name="new_wecom_account"),
]
