"""Every page of the portal: the only addresses that its host serves."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("kexin.portal.ui.urls"))]

handler404 = "kexin.portal.ui.entrance.missing"
handler500 = "kexin.portal.ui.entrance.broken"
