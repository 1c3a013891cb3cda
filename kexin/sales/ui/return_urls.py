"""Addresses of return calls."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui import return_pages

app_name = "return_calls"

urlpatterns = [
    path("return-calls/", return_pages.listing, name="list"),
    path("return-calls/<int:pk>/", return_pages.one, name="one"),
    path("return-calls/<int:pk>/answers/", return_pages.answer, name="answer"),
    path("return-calls/<int:pk>/attempt/", return_pages.attempt, name="attempt"),
    path("return-calls/<int:pk>/dial/", return_pages.dial, name="dial"),
    path("sales/<int:sale_pk>/return-call/", return_pages.of_sale, name="of_sale"),
]
