"""Addresses of phrases and coaching."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import coaching_pages as pages

urlpatterns = [
    path("phrases/", pages.phrase_list, name="phrases"),
    path("phrases/beside/<slug:place>/", pages.phrases_beside, name="phrases_beside"),
    path("knowledge/<int:pk>/situations/", pages.article_situations, name="article_situations"),
    path("coaching/", pages.coaching_list, name="coaching"),
    path("coaching/<int:pk>/", pages.review_page, name="coaching_review"),
    path("conversations/<int:pk>/coaching/", pages.review_conversation, name="coach_conversation"),
    path("phone-calls/<int:pk>/coaching/", pages.review_call, name="coach_call"),
    path("requests/<int:pk>/coaching/", pages.review_request, name="coach_request"),
]
