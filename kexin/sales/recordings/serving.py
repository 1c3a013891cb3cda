"""The content of a recording as an answer: whole, or the range a player asks for; never kept by anybody between."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from kexin.core.errors import RuleViolation
from kexin.sales.models import SalesRecording
from kexin.sales.recordings.playing import cut
from kexin.sales.recordings.rules import parse_range

_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]+):")


Play = Callable[[int], tuple[SalesRecording, Iterator[bytes]]]


def content_response(request: HttpRequest, recording_id: int, play: Play) -> HttpResponse | StreamingHttpResponse:
    """200 with everything, 206 with the range asked for, 416 behind the end.

    ``play`` opens the recording from a byte on, as :func:`playable_recording` does, and raises what that raises.
    """
    asked = request.headers.get("Range", "")
    size = SalesRecording.objects.filter(pk=recording_id).values_list("size", flat=True).first() or 0
    try:
        part = parse_range(asked, size) if size else None
    except ValueError:
        play(0)
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    begin, end = part or (0, size - 1)
    row, content = play(begin)
    answer = StreamingHttpResponse(
        cut(content, end - begin + 1), status=206 if part else 200, content_type=row.media_type
    )
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Content-Length"] = str(end - begin + 1)
    if part:
        answer.headers["Content-Range"] = f"bytes {begin}-{end}/{row.size}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def sent_digest(header: str) -> str:
    """The SHA-256 (hex) of a ``Content-Digest`` header (RFC 9530). RuleViolation where it has none."""
    found = _DIGEST.search(header)
    try:
        digest = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        digest = b""
    if len(digest) != 32:
        words = _("The header Content-Digest carries the SHA-256 of this piece: sha-256=:base64:")
        raise RuleViolation(fields={"sha256": words})
    return digest.hex()
