"""Streams without content: rung by the database at the commit, in order to leave, too many, the listener ends."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import StreamingHttpResponse

from kexin.core import live

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, settings: Any) -> live.Hub:
    """A hub of the test's own, quick to notice that nobody waits."""
    settings.KEXIN_LIVE_STREAMS = 5
    made = live.Hub()
    monkeypatch.setattr(live, "_hub", made)
    monkeypatch.setattr(live, "BEAT", 0.2)
    return made


def ring(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [live.CHANNEL, text])


def listened(bell: threading.Event) -> None:
    """Listening begins with a ring: whatever was missed until then."""
    assert bell.wait(30)
    bell.clear()


def test_a_commit_rings_for_whom_it_names_and_for_nobody_else(hub: live.Hub) -> None:
    mine, other = hub.join({"talk:1", "talks"}), hub.join({"talk:2"})
    assert mine is not None
    assert other is not None
    listened(mine)
    listened(other)
    with transaction.atomic():
        ring("talks talk:1")
        assert not mine.is_set()  # told when it is committed
    assert mine.wait(30)
    assert not other.is_set()
    hub.leave({"talk:1", "talks"}, mine)
    hub.leave({"talk:2"}, other)
    assert not hub._bells


def test_a_stream_says_that_it_lives_tells_of_a_change_and_leaves(hub: live.Hub) -> None:
    answer = live.stream({"talk:1"})
    assert isinstance(answer, StreamingHttpResponse)
    assert answer.headers["Content-Type"] == "text/event-stream"
    said = iter(answer)
    assert next(said).startswith(b"retry:")
    found: Any = next(said)
    while b"changed" not in found:  # the ring of the beginning
        found = next(said)
    ring("talk:1")
    while b"changed" not in (found := next(said)):
        assert found == b": here\n\n"
    answer.close()
    answer.close()
    assert hub._count == 0


def test_too_many_are_refused_and_ask_instead(hub: live.Hub, settings: Any) -> None:
    settings.KEXIN_LIVE_STREAMS = 1
    first = live.stream({"a"})
    assert live.stream({"b"}).status_code == 204
    first.close()
    again = live.stream({"b"})
    assert again.status_code == 200
    again.close()


def test_a_lost_connection_is_made_anew_and_nobody_misses_what_happened(
    hub: live.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAUSE", 0.01)
    bell = hub.join({"a"})
    assert bell is not None
    listened(bell)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        )
        assert cursor.rowcount >= 1
    assert bell.wait(30)  # rung by listening anew
    hub.leave({"a"}, bell)


def test_nobody_waits_and_nobody_listens(hub: live.Hub) -> None:
    bell = hub.join({"a"})
    assert bell is not None
    listened(bell)
    hub.leave({"a"}, bell)
    for thread in threading.enumerate():
        if thread.name == "live":
            thread.join(30)
            assert not thread.is_alive()
    assert hub._listens is False
