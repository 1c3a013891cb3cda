"""Addresses of visits, needs and plans."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui import advice_pages, plan_pages

app_name = "advice"

urlpatterns = [
    path("visits/", advice_pages.visit_list, name="visits"),
    path("visits/<int:pk>/", advice_pages.visit_page, name="visit"),
    path("visits/<int:pk>/change/", advice_pages.edit_visit, name="change_visit"),
    path("appointments/<int:pk>/visit/", advice_pages.visit_of, name="visit_of"),
    path("customers/<int:pk>/visits/new/", advice_pages.new_visit, name="new_visit"),
    path("customers/<int:pk>/needs/new/", advice_pages.new_needs, name="new_needs"),
    path("needs/<int:pk>/", advice_pages.needs_page, name="needs"),
    path("plans/", plan_pages.plan_list, name="plans"),
    path("plans/<int:pk>/", plan_pages.plan_page, name="plan"),
    path("plans/<int:pk>/change/", plan_pages.edit_plan, name="change_plan"),
    path("plans/<int:pk>/send/", plan_pages.send, name="send_plan"),
    path("plans/<int:pk>/withdraw/", plan_pages.withdraw, name="withdraw_plan"),
    path("plans/lines/<int:pk>/sale/", plan_pages.sell, name="sell"),
    path("customers/<int:pk>/plans/new/", plan_pages.new_plan, name="new_plan"),
]
