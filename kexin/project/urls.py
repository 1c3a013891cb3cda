"""Every page and the API, by floor."""

from __future__ import annotations

from django.urls import include, path, re_path

from kexin.core.api.interface import document_view, no_such_address
from kexin.core.api.reference import reference_page
from kexin.project.api import api

urlpatterns = [
    path("", include("kexin.desk.ui.urls")),
    path("", include("kexin.core.ui.urls")),
    path("customers/", include("kexin.party.ui.urls")),
    path("", include("kexin.holdings.ui.urls")),
    path("", include("kexin.engagement.ui.urls")),
    path("", include("kexin.people.ui.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/docs", reference_page(api.document), name="api_reference"),
    path("api/v1/openapi.json", document_view(api.document), name="api_document"),
    path("api/v1/", api.urls),
    re_path("^api/", no_such_address),
]

handler404 = "kexin.core.ui.errors.page_not_found"
handler500 = "kexin.core.ui.errors.server_error"
