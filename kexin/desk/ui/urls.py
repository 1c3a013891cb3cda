"""The first page."""

from __future__ import annotations

from django.urls import path

from kexin.desk.ui import workbench

app_name = "desk"

urlpatterns = [path("", workbench.workbench, name="workbench")]
