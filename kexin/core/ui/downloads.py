"""A kept file on its way to a browser: always as a download, never shown inside the product's own pages."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header


def download(content: Iterable[bytes], *, name: str, media_type: str, size: int) -> StreamingHttpResponse:
    """A file in pieces, as the vault hands it out."""
    response = StreamingHttpResponse(content, content_type=media_type)
    response.headers["Content-Length"] = str(size)
    _run_nothing(response, name)
    return response


def download_whole(content: bytes, *, name: str, media_type: str = "application/pdf") -> HttpResponse:
    """A document that was made for this answer."""
    response = HttpResponse(content, content_type=media_type)
    _run_nothing(response, name)
    return response


def _run_nothing(response: HttpResponseBase, name: str) -> None:
    response.headers["Content-Disposition"] = str(content_disposition_header(True, name))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
