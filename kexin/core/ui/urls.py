"""Addresses of the shell itself: palette, panels, language, gallery."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from kexin.core.ui import gallery, palette, panels, saved_views

app_name = "core"

urlpatterns = [
    path("palette/", palette.palette, name="palette"),
    path("panel/<slug:record>/<int:pk>/<slug:name>/", panels.panel, name="panel"),
    path("language/", set_language, name="set_language"),
    path("views/<str:list_name>/save/", saved_views.save, name="save_view"),
    path("views/<int:pk>/delete/", saved_views.delete, name="delete_view"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/peek/", gallery.gallery_peek, name="gallery_peek"),
]
