"""The addresses of the interface, loaded by the first request for one of them (see ``kexin.project.urls``)."""

from __future__ import annotations

from django.urls import path, re_path

from kexin.core.api.interface import document_view, no_such_address
from kexin.core.api.reference import reference_page
from kexin.project.api import api

urlpatterns = [
    path("api/v1/docs", reference_page(api.document)),
    path("api/v1/openapi.json", document_view(api.document)),
    path("api/v1/", api.urls),
    re_path("^api/", no_such_address),
]
