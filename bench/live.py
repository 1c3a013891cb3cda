"""Open pages that are told of a change: 200 streams over two processes, one commit (``python -m bench.live``).

Aim: each of 200 open browsers is told within a second. Beside it: one connection that listens to the database itself.
"""

from __future__ import annotations

import http.client
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.holders import opened_holders
from bench.measure import p95
from bench.portal import sessions
from bench.serving import served
from bench.size import wanted

STREAMS = 200
ROUNDS = 10
PATIENCE = 30.0  # seconds for one round


class Listener(threading.Thread):
    """One browser: an open stream; the moments at which it was told."""

    def __init__(self, port: int, cookie: str) -> None:
        super().__init__(daemon=True)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.request("GET", "/talk/stream/", headers={"Cookie": f"kexin_portal={cookie}"})
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise RuntimeError(f"/talk/stream/ {self.answer.status}")
        self.told: list[float] = []

    def run(self) -> None:
        while line := self.answer.readline():
            if line.startswith(b"event: changed"):
                self.told.append(time.perf_counter())


@contextmanager
def _bare() -> Iterator[list[float]]:
    """When a connection of our own was told."""
    import psycopg

    from kexin.core.live import CHANNEL
    from kexin.project.postgres import ensure_running

    told: list[float] = []
    with psycopg.connect(ensure_running().superuser_url, autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")

        def listen() -> None:
            for _note in listening.notifies(timeout=PATIENCE, stop_after=ROUNDS):
                told.append(time.perf_counter())

        thread = threading.Thread(target=listen)
        thread.start()
        yield told
        thread.join()


def measure() -> list[str]:
    """A Markdown table."""
    import psycopg

    from kexin.core.live import CHANNEL
    from kexin.party.models import Customer
    from kexin.portal.purposes import LOOK
    from kexin.project.postgres import ensure_running

    cookies = sessions(STREAMS, (LOOK,))
    names = " ".join(f"talk:{pk}" for pk in Customer.objects.order_by("pk").values_list("pk", flat=True)[:STREAMS])
    first, last = [], []
    with served("portal") as port:
        pages = [Listener(port, cookie) for cookie in cookies]
        for page in pages:
            page.start()
        time.sleep(2)  # the ring of the beginning
        with _bare() as bare, psycopg.connect(ensure_running().superuser_url, autocommit=True) as server:
            moments = []
            for _ in range(ROUNDS):
                before = [len(page.told) for page in pages]
                moments.append(time.perf_counter())
                server.execute("SELECT pg_notify(%s, %s)", [CHANNEL, names])
                until = time.perf_counter() + PATIENCE
                while any(len(page.told) == old for page, old in zip(pages, before, strict=True)):
                    if time.perf_counter() > until:
                        raise RuntimeError("somebody was not told")
                    time.sleep(0.001)
                times = sorted((page.told[-1] - moments[-1]) * 1000 for page in pages)
                first.append(times[len(times) // 2])
                last.append(times[-1])
        alone = [(told - began) * 1000 for told, began in zip(bare, moments, strict=False)]
    return [
        "",
        "## Open pages told of a change",
        "",
        "| what | median ms | slowest round ms | a bare listener ms | aim |",
        "|---|--:|--:|--:|---|",
        f"| {STREAMS} streams, the middle one | {sorted(first)[ROUNDS // 2]:.0f} | {p95(first):.0f} |"
        f" {sorted(alone)[len(alone) // 2]:.1f} | |",
        f"| {STREAMS} streams, the last one | {sorted(last)[ROUNDS // 2]:.0f} | {max(last):.0f} | | 1 s |",
    ]


def main() -> None:
    """Print the table."""
    os.environ.setdefault("SIZE", "20000")
    with opened_holders(wanted()):
        print("\n".join(measure()))


if __name__ == "__main__":
    main()
