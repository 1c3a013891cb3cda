"""Addresses of the engagement floor."""

from __future__ import annotations

from django.urls import path

from kexin.engagement.ui import documents, notes

app_name = "engagement"

urlpatterns = [
    path("engagement/customers/<int:pk>/documents/new/", documents.upload, name="upload"),
    path("engagement/documents/<int:pk>/download/", documents.download, name="download"),
    path("engagement/documents/<int:pk>/withdraw/", documents.withdraw, name="withdraw_document"),
    path("engagement/customers/<int:pk>/notes/", notes.write, name="write_note"),
    path("engagement/notes/<int:pk>/", notes.change, name="note"),
    path("engagement/notes/<int:pk>/pin/", notes.pin, name="pin_note"),
    path("engagement/notes/<int:pk>/withdraw/", notes.withdraw, name="withdraw_note"),
]
