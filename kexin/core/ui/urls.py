"""Addresses of the shell itself: palette, panels, language, gallery."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from kexin.core.ui import palette, panels

app_name = "core"

urlpatterns = [
    path("palette/", palette.palette, name="palette"),
    path("panel/<slug:record>/<int:pk>/<slug:name>/", panels.panel, name="panel"),
    path("language/", set_language, name="set_language"),
]
