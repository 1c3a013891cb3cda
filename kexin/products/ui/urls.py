"""Addresses of products."""

from __future__ import annotations

from django.urls import path

from kexin.products.ui import admission_pages, draft_pages, lists, pages, selling_pages, terms_pages

app_name = "products"

urlpatterns = [
    path("", lists.product_list, name="products"),
    path("export/", lists.export, name="export"),
    path("new/", draft_pages.new, name="new"),
    path("<int:pk>/", pages.product_page, name="product"),
    path("<int:pk>/edit/", draft_pages.edit, name="edit"),
    path("<int:pk>/fees/", draft_pages.fees, name="fees"),
    path("<int:pk>/risks/", draft_pages.risks, name="risks"),
    path("<int:pk>/terms/", terms_pages.terms, name="terms"),
    path("<int:pk>/benchmark/", terms_pages.benchmark, name="benchmark"),
    path("<int:pk>/submit/", admission_pages.submit, name="submit"),
    path("<int:pk>/review/", admission_pages.review, name="review"),
    path("<int:pk>/return/", admission_pages.send_back, name="return"),
    path("<int:pk>/rerate/", selling_pages.rerate, name="rerate"),
    path("<int:pk>/suspend/", selling_pages.suspend, name="suspend"),
    path("<int:pk>/resume/", selling_pages.resume, name="resume"),
    path("<int:pk>/withdraw/", selling_pages.withdraw, name="withdraw"),
    path("<int:pk>/failed/", selling_pages.failed, name="failed"),
    path("<int:pk>/redraft/", selling_pages.redraft, name="redraft"),
]
