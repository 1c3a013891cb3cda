"""Eight people at once over HTTP against the real web server (granian) on the loopback."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import p95
from bench.people import portfolio_of, session_of
from bench.serving import served

CLIENTS = 8
WORKERS = 2  # processes of the server
ROUNDS = 5  # each with new connections: how eight of them fall on the processes is chance
SECONDS = 4.0  # of a round
WARM_SECONDS = 1.0
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Load:
    """Requests a second and milliseconds of one kind of page with eight clients."""

    what: str
    per_second: float
    median: float
    p95: float
    requests: int


def _ask(
    port: int, cookie: str, urls: Sequence[str], turn: Iterator[int], until: float, seen: list[tuple[float, float]]
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while (began := time.perf_counter()) < until:
        connection.request("GET", urls[next(turn) % len(urls)], headers={"Cookie": f"kexin_session={cookie}"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {body[:200]!r}")
        seen.append((began, (time.perf_counter() - began) * 1000))


def load(port: int, what: str, urls: Sequence[str], cookies: Sequence[str]) -> Load:
    """Each client asks for one page after the other as fast as it gets them, in some rounds."""
    turn = itertools.count()
    times = sorted(ms for _ in range(ROUNDS) for ms in _round(port, urls, cookies, turn))
    if not times:
        raise RuntimeError(f"{what}: no answers")
    return Load(what, len(times) / (SECONDS * ROUNDS), times[len(times) // 2], p95(times), len(times))


def _round(port: int, urls: Sequence[str], cookies: Sequence[str], turn: Iterator[int]) -> list[float]:
    seen: list[tuple[float, float]] = []
    began = time.perf_counter()
    until = began + WARM_SECONDS + SECONDS
    threads = [threading.Thread(target=_ask, args=(port, cookie, urls, turn, until, seen)) for cookie in cookies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [ms for at, ms in seen if at >= began + WARM_SECONDS]


def _wait_until_loaded(port: int, cookie: str) -> None:
    """The interface loads behind the first pages, some seconds on each core: who asks it waits until it is there."""
    for _ in range(4 * WORKERS):  # new connections meet every process
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/customers/", headers={"Cookie": f"kexin_session={cookie}"})
        connection.getresponse().read()
        connection.request("GET", "/api/v1/customers", headers={"Cookie": f"kexin_session={cookie}"})
        connection.getresponse().read()
        connection.close()


def measure() -> list[Load]:
    """List, search, customer page and a panel, as a manager with access filters on."""
    from urllib.parse import quote

    cookies = [session_of("manager") for _ in range(CLIENTS)]
    rows = portfolio_of("manager", 200)
    found = []
    with served("web") as port:
        _wait_until_loaded(port, cookies[0])
        for what, urls in (
            ("customer list", ["/customers/"]),
            ("search by whole name", [f"/customers/?q={quote(row.party.name)}" for row in rows]),
            ("customer page", [f"/customers/{row.pk}/" for row in rows]),
            ("panel of assets", [f"/panel/customer/{row.pk}/assets/" for row in rows]),
        ):
            found.append(load(port, what, urls, cookies))
    return found
