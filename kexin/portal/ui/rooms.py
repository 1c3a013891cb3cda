"""The rooms: what a customer has, and the documents of the own file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from kexin.core.ui.downloads import download
from kexin.portal.operations import download_own_document
from kexin.portal.queries import VIEW_DOCUMENTS, VIEW_HOLDINGS, own_documents, own_holdings
from kexin.portal.ui.session import actor_of, room
from kexin.portal.ui.tiles import tiles_for


@require_GET
@room()
def home(request: HttpRequest) -> HttpResponse:
    """The doors that this session's purpose opens."""
    return render(request, "portal/home.html", {"tiles": tiles_for(actor_of(request))})


@require_GET
@room(VIEW_HOLDINGS)
def holdings(request: HttpRequest) -> HttpResponse:
    """Positions by currency, each with the return since it is held or the rate a year, told apart."""
    found = own_holdings(actor_of(request))
    groups = [
        (currency, total, [each for each in found.positions if each.currency == currency])
        for currency, total in found.totals.items()
    ]
    return render(request, "portal/holdings.html", {"groups": groups})


@require_GET
@room(VIEW_DOCUMENTS)
def documents(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/documents.html", {"documents": own_documents(actor_of(request))})


@require_POST
@room("portal.download_own_document")
def document(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """POST, because it is recorded. Always a download, never shown inside the portal's own pages."""
    row, content = download_own_document(pk, actor=actor_of(request))
    name = str(row.file_name or "") or f"document-{row.pk}"
    return download(content, name=name, media_type=row.media_type, size=row.size)
