"""Addresses of recordings."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui import inspection_pages, recording_pages

app_name = "recordings"

urlpatterns = [
    path("sales/<int:pk>/recording/", recording_pages.session, name="session"),
    path("sales/<int:pk>/recording/begin/", recording_pages.begin, name="begin"),
    path("sales/<int:pk>/recording/refuse/", recording_pages.refuse, name="refuse"),
    path("sales/<int:pk>/recording/status/", recording_pages.status, name="status"),
    path("recordings/", inspection_pages.listing, name="list"),
    path("recordings/<int:pk>/", inspection_pages.one, name="one"),
    path("recordings/<int:pk>/content/", inspection_pages.content, name="content"),
    path("recordings/<int:pk>/inspect/", inspection_pages.inspect, name="inspect"),
    path("recordings/<int:pk>/marks/", recording_pages.mark, name="mark"),
    path("recordings/<int:pk>/pieces/<int:number>/", recording_pages.piece, name="piece"),
    path("recordings/<int:pk>/complete/", recording_pages.complete, name="complete"),
]
