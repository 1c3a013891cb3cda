"""Addresses of the sales floor."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui import conduct_pages, instruction_pages, opening_pages, pages

app_name = "sales"

urlpatterns = [
    path("sales/", pages.sale_list, name="sales"),
    path("customers/<int:pk>/sales/new/", opening_pages.new_for, name="new_for"),
    path("sales/<int:pk>/", pages.sale_page, name="sale"),
    path("sales/<int:pk>/tell/", pages.tell, name="tell"),
    path("sales/<int:pk>/approve/", pages.approve, name="approve"),
    path("sales/<int:pk>/hand-over/", pages.hand_over, name="hand_over"),
    path("sales/<int:pk>/redeem/", instruction_pages.redeem, name="redeem"),
    path("sales/<int:pk>/dividends/", instruction_pages.dividends, name="dividends"),
    path("sales/<int:pk>/conduct/", conduct_pages.report, name="report_conduct"),
    path("sales/<int:pk>/withdraw/", pages.withdraw, name="withdraw"),
    path("sales/<int:pk>/cancel/", pages.cancel, name="cancel"),
]
