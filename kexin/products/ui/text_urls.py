"""Addresses of texts."""

from __future__ import annotations

from django.urls import path

from kexin.products.ui import text_forms, texts

app_name = "product_texts"

urlpatterns = [
    path("products/texts/", texts.text_list, name="list"),
    path("products/texts/new/", text_forms.text_new, name="new"),
    path("products/texts/<int:pk>/", texts.text_page, name="text"),
    path("products/texts/<int:pk>/v/<int:number>/", texts.text_page, name="version"),
    path("products/texts/<int:pk>/compare/", texts.text_compare, name="compare"),
    path("products/texts/<int:pk>/next/", text_forms.text_next, name="next"),
    path("products/<int:pk>/sheet.pdf", text_forms.sheet, name="sheet"),
    path("text-versions/<int:pk>/edit/", text_forms.text_edit, name="edit"),
    path("text-versions/<int:pk>/submit/", text_forms.text_submit, name="submit"),
    path("text-versions/<int:pk>/review/", text_forms.text_review, name="review"),
    path("text-versions/<int:pk>/withdraw/", text_forms.text_withdraw, name="withdraw"),
]
