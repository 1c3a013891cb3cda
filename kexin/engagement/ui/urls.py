"""Addresses of the engagement floor."""

from __future__ import annotations

from django.urls import path

from kexin.engagement.ui import call_lists, calls, documents, notes

app_name = "engagement"

urlpatterns = [
    path("engagement/customers/<int:pk>/documents/new/", documents.upload, name="upload"),
    path("engagement/documents/<int:pk>/download/", documents.download, name="download"),
    path("engagement/documents/<int:pk>/withdraw/", documents.withdraw, name="withdraw_document"),
    path("engagement/customers/<int:pk>/notes/", notes.write, name="write_note"),
    path("engagement/notes/<int:pk>/", notes.change, name="note"),
    path("engagement/notes/<int:pk>/pin/", notes.pin, name="pin_note"),
    path("engagement/notes/<int:pk>/withdraw/", notes.withdraw, name="withdraw_note"),
    path("calls/", calls.screen, name="calls"),
    path("calls/next/", calls.take_next, name="next_call"),
    path("calls/<int:pk>/take/", calls.take, name="take_call"),
    path("calls/<int:pk>/dial/", calls.dial, name="dial_call"),
    path("calls/<int:pk>/result/", calls.result, name="call_result"),
    path("calls/<int:pk>/drop/", calls.drop, name="drop_call"),
    path("calls/results/<int:pk>/undo/", calls.undo, name="undo_call"),
    path("calls/lists/", call_lists.listing, name="call_lists"),
    path("calls/lists/new/", call_lists.new, name="new_call_list"),
    path("calls/lists/file/", call_lists.from_file, name="call_list_from_file"),
    path("calls/lists/pick/", call_lists.pick, name="pick_calls"),
    path("calls/lists/<int:pk>/", call_lists.one, name="call_list"),
    path("calls/lists/<int:pk>/close/", call_lists.close, name="close_call_list"),
    path("calls/lists/<int:pk>/export/", call_lists.export, name="export_calls"),
]
