"""Addresses of care plans."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import care_pages as pages

urlpatterns = [
    path("care/", pages.list_page, name="care_plans"),
    path("care/new/", pages.new_page, name="care_new"),
    path("care/<int:pk>/", pages.plan_page, name="care_plan"),
    path("care/<int:pk>/propose/", pages.propose_page, name="care_propose"),
    path("care/<int:pk>/stop/", pages.stop_page, name="care_stop"),
    path("customers/<int:pk>/care/pause/", pages.pause_page, name="care_pause"),
]
