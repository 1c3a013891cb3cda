"""Addresses of support desks."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import support_pages as pages

urlpatterns = [
    path("support/", pages.support_list, name="support"),
    path("support/ask/", pages.ask, name="ask_support"),
    path("support/<int:pk>/", pages.question_page, name="support_question"),
    path("support/<int:pk>/answer/", pages.answer, name="answer_support"),
    path("support/<int:pk>/take/", pages.take, name="take_support"),
    path("support/<int:pk>/settle/", pages.settle, name="settle_support"),
    path("support/<int:pk>/article/", pages.article, name="article_from_support"),
    path("requests/<int:pk>/support/", pages.ask_from_request, name="ask_support_request"),
    path("requests/<int:pk>/support-questions/", pages.beside_request, name="support_beside"),
    path("customers/<int:pk>/support/", pages.ask_from_customer, name="ask_support_customer"),
    path("sales/<int:pk>/support/", pages.ask_from_sale, name="ask_support_sale"),
]
