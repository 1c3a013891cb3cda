"""Open pages are told at once that something changed: server-sent events that carry no content.

A trigger rings names by ``NOTIFY``, delivered when the change is committed; each process listens once and wakes the
streams that wait for one of the names. A page that is told asks for what changed itself, with rights and reach as ever.
A stream keeps a thread of the server and no connection to the database. Where there are too many, or the network
between swallows streams, pages ask every other second instead (docs/adr/0025).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterator

import psycopg
from django.conf import settings
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse

CHANNEL = "kexin_live"
LONGEST = 600  # seconds; then the page opens a new one, and its rights are asked again
BEAT = 15  # seconds between two signs of life, by which a closed page is noticed
PAUSE = 2.0  # seconds before listening again

logger = logging.getLogger(__name__)


class Hub:
    """The streams of this process by the names they wait for, and the one connection that listens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bells: defaultdict[str, set[threading.Event]] = defaultdict(set)
        self._count = 0
        self._listens = False

    def join(self, names: Collection[str]) -> threading.Event | None:
        """A bell that rings for these names; None where there are too many streams."""
        with self._lock:
            if self._count >= settings.KEXIN_LIVE_STREAMS:
                return None
            bell = threading.Event()
            self._count += 1
            for name in names:
                self._bells[name].add(bell)
            if not self._listens:
                self._listens = True
                threading.Thread(target=self._listen, name="live", daemon=True).start()
            return bell

    def leave(self, names: Collection[str], bell: threading.Event) -> None:
        """The stream has ended."""
        with self._lock:
            self._count -= 1
            for name in names:
                self._bells[name].discard(bell)
                if not self._bells[name]:
                    del self._bells[name]

    def ring(self, names: Collection[str] | None = None) -> None:
        """Wake whoever waits for one of the names; everybody without names."""
        with self._lock:
            wanted = list(self._bells) if names is None else names
            for bell in {bell for name in wanted for bell in self._bells.get(name, ())}:
                bell.set()

    def _is_wanted(self) -> bool:
        """Whether anybody waits; whoever joins afterwards starts a new listener."""
        with self._lock:
            self._listens = self._count > 0
            return self._listens

    def _listen(self) -> None:
        parameters = {
            name: value
            for name, value in connection.get_connection_params().items()
            if name not in ("cursor_factory", "context", "prepare_threshold")
        }
        while self._is_wanted():
            try:
                with psycopg.connect(**parameters, autocommit=True) as listening:
                    listening.execute(f"LISTEN {CHANNEL}")
                    self.ring()  # whatever was missed until now
                    while self._is_wanted():
                        for note in listening.notifies(timeout=BEAT):
                            self.ring(note.payload.split())
            except psycopg.Error:  # whatever it was: a listener that ends leaves every page untold
                logger.warning("The database does not tell what changes; tried again in %s s.", PAUSE)
                time.sleep(PAUSE)


_hub = Hub()


def stream(names: Collection[str]) -> HttpResponse | StreamingHttpResponse:
    """``text/event-stream``: an event ``changed`` whenever one of the names rings.

    204 where there are too many: browsers do not come back then, and the page asks by itself.
    """
    bell = _hub.join(names)
    if bell is None:
        return HttpResponse(status=204)
    if not connection.in_atomic_block:
        connection.close()  # of this thread: the stream needs none
    response = StreamingHttpResponse(_Stream(tuple(names), bell), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


class _Stream:
    """Signs of life and changes, until the page goes or the time is over. Leaves the hub when it is closed."""

    def __init__(self, names: tuple[str, ...], bell: threading.Event) -> None:
        self._names, self._bell, self._left = names, bell, False
        self._until = time.monotonic() + LONGEST
        self._first = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._first:
            self._first = False
            return b"retry: 2000\n\n"
        if time.monotonic() >= self._until:
            self.close()
            raise StopIteration
        if self._bell.wait(BEAT):
            self._bell.clear()
            return b"event: changed\ndata: 1\n\n"
        return b": here\n\n"

    def close(self) -> None:
        """Called by the server when the page has gone, and at the end."""
        if not self._left:
            self._left = True
            _hub.leave(self._names, self._bell)
