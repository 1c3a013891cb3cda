"""Every page and the API, by floor."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("kexin.desk.ui.urls")),
    path("", include("kexin.core.ui.urls")),
    path("customers/", include("kexin.party.ui.urls")),
    path("", include("kexin.holdings.ui.urls")),
    path("", include("kexin.engagement.ui.urls")),
    path("", include("kexin.people.ui.urls")),
    path("accounts/", include("allauth.urls")),
]

handler404 = "kexin.core.ui.errors.page_not_found"
handler500 = "kexin.core.ui.errors.server_error"
