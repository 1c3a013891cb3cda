"""Has somebody come, or handed a note over? Open pages ask every two seconds; the answer costs hardly a read.

It is a token that says nothing but that it differs from the last one; who sees a new one asks for its notices
(:func:`kexin.engagement.ui.reminders.told`), where rights and reach are checked. See docs/adr/0018.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db.models import Value
from django.http import HttpRequest, HttpResponse

from kexin.engagement.models import Appointment, Note

PATH = "/pulse/"
KEPT = 0.5  # seconds that one process answers from memory


def _latest() -> list[tuple[str, dt.datetime]]:
    """The last arrival and the last note handed over: two ends of two indexes, in one read."""
    came = Appointment.objects.filter(arrived_at__isnull=False).order_by("-arrived_at")
    handed = Note.objects.filter(handed_at__isnull=False).order_by("-handed_at")
    ends = came.values_list(Value("came"), "arrived_at")[:1].union(
        handed.values_list(Value("handed"), "handed_at")[:1], all=True
    )
    return sorted(ends)


class Pulse:
    """The token of a process: read anew when it is older than :data:`KEPT`, by one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read = 0.0
        self._token = ""

    def token(self) -> str:
        """Opaque; changes when an arrival was marked or a note handed over, anywhere in the bank."""
        with self._lock:
            if not self._token or time.monotonic() - self._read >= KEPT:
                told = hmac.new(settings.SECRET_KEY.encode(), str(_latest()).encode(), hashlib.sha256)
                self._token, self._read = told.hexdigest()[:16], time.monotonic()
            return self._token


class PulseMiddleware:
    """Answers ``/pulse/`` before sessions are looked at; nothing without the cookie of a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.pulse = Pulse()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != PATH:
            return self.get_response(request)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return HttpResponse(status=204)
        response = HttpResponse(self.pulse.token(), content_type="text/plain")
        response["Cache-Control"] = "no-store"
        return response
