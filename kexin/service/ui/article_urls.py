"""Addresses of knowledge."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import article_forms, article_pages

app_name = "knowledge"

urlpatterns = [
    path("knowledge/", article_pages.article_list, name="list"),
    path("knowledge/new/", article_forms.article_new, name="new"),
    path("knowledge/categories/", article_forms.category_list, name="categories"),
    path("knowledge/categories/new/", article_forms.category_new, name="category_new"),
    path("knowledge/categories/<int:pk>/", article_forms.category_edit, name="category"),
    path("knowledge/dead-ends/", article_pages.dead_end_list, name="dead_ends"),
    path("knowledge/dead-ends/settle/", article_pages.dead_end_settle, name="settle"),
    path("knowledge/files/<int:pk>/", article_pages.article_download, name="file"),
    path("knowledge/files/<int:pk>/remove/", article_pages.file_remove, name="file_remove"),
    path("knowledge/<int:pk>/", article_pages.article_page, name="article"),
    path("knowledge/<int:pk>/next/", article_forms.article_next, name="next"),
    path("knowledge/<int:pk>/place/", article_forms.article_place, name="place"),
    path("knowledge/<int:pk>/files/", article_forms.article_attach, name="attach"),
    path("knowledge/<int:pk>/link/", article_pages.article_link, name="link"),
    path("knowledge/<int:pk>/unlink/", article_pages.article_unlink, name="unlink"),
    path("knowledge/<int:pk>/vote/", article_pages.article_vote, name="vote"),
    path("requests/<int:pk>/articles/", article_pages.request_articles, name="beside_request"),
    path("article-versions/<int:pk>/edit/", article_forms.article_edit, name="edit"),
    path("article-versions/<int:pk>/submit/", article_pages.article_submit, name="submit"),
    path("article-versions/<int:pk>/review/", article_forms.article_review, name="review"),
    path("article-versions/<int:pk>/confirm/", article_pages.article_confirm, name="confirm"),
    path("article-versions/<int:pk>/withdraw/", article_forms.article_withdraw, name="withdraw"),
]
