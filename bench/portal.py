"""Customers at the portal over HTTP: 200 sessions, five seconds between two pages (``python -m bench.portal``).

Aim: p95 of 300 ms on two cores. Beside it: the same number of clients asking for a static file, which no Python draws.
"""

from __future__ import annotations

import datetime as dt
import http.client
import os
import random
import threading
import time
from collections.abc import Sequence

from bench.clients import Load
from bench.holders import opened_holders
from bench.measure import p95
from bench.serving import served
from bench.size import wanted

SESSIONS = 200
THINK = 5.0  # seconds
SECONDS = 60.0
WARM_SECONDS = 10.0
LOOKING = ("/home/", "/holdings/", "/documents/", "/messages/")  # what a link to look opens
BUYING = ("/purchases/",)  # what a link to buy opens
PAGES = (LOOKING, LOOKING, LOOKING, BUYING)  # by customer, in turn
STATIC = ("/static/kexin/portal.css",)


def sessions(count: int, purposes: Sequence[str] = ()) -> list[str]:
    """Open sessions of as many customers, whose names can be read; their cookies. Unless said, every fourth came to
    buy, the others to look."""
    import psycopg
    from django.utils import timezone

    from kexin.core.keystore import customer_keys
    from kexin.core.sealing import encrypt_columns
    from kexin.party.models import Customer
    from kexin.portal import secrets
    from kexin.portal.models import PortalSession
    from kexin.portal.purposes import BUY, LOOK
    from kexin.project.postgres import ensure_running

    rows = list(Customer.objects.order_by("pk")[:count])
    made = customer_keys().create_open(len(rows))
    sealed = encrypt_columns(
        "party_party", [key for key, _cipher in made], {"name": [f"客户{row.pk}" for row in rows]},
        ciphers=[cipher for _key, cipher in made],
    )  # fmt: skip
    with psycopg.connect(ensure_running().superuser_url, autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        for row, (key, _cipher), name in zip(rows, made, sealed["name"], strict=True):
            server.execute("UPDATE party_party SET key_id = %s, name = %s WHERE id = %s", [key, name, row.pk])
    now, cookies, came = timezone.now(), [], tuple(purposes) or (LOOK, LOOK, LOOK, BUY)
    for number, row in enumerate(rows):
        token = secrets.new_token()
        PortalSession.objects.create(
            customer=row, purpose=came[number % len(came)], digest=secrets.digest(token), state="open",
            proof="app", entered_at=now, seen_at=now, ends_at=now + dt.timedelta(minutes=30), device="bench",
        )  # fmt: skip
        cookies.append(token)
    return cookies


def _reader(
    port: int, cookie: str, pages: Sequence[str], number: int, until: float, seen: list[tuple[float, float]]
) -> None:
    chance = random.Random(number)
    time.sleep(chance.uniform(0, THINK))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    turn = number
    while (began := time.perf_counter()) < until:
        connection.request("GET", pages[turn % len(pages)], headers={"Cookie": f"kexin_portal={cookie}"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{pages[turn % len(pages)]} {answer.status}: {body[:200]!r}")
        seen.append((began, (time.perf_counter() - began) * 1000))
        turn += 1
        time.sleep(THINK)


def load(
    port: int, what: str, pages: Sequence[Sequence[str]], cookies: Sequence[str], seconds: float = SECONDS
) -> Load:
    """Everybody reads one page after the other, with time to think between them; ``pages`` go round by customer."""
    seen: list[tuple[float, float]] = []
    began = time.perf_counter()
    until = began + WARM_SECONDS + seconds
    threads = [
        threading.Thread(target=_reader, args=(port, cookie, pages[number % len(pages)], number, until, seen))
        for number, cookie in enumerate(cookies)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = sorted(ms for at, ms in seen if at >= began + WARM_SECONDS)
    if not times:
        raise RuntimeError(f"{what}: no answers")
    return Load(what, len(times) / seconds, times[len(times) // 2], p95(times), len(times))


def measure() -> list[Load]:
    """Pages of the portal, then the file that costs nothing."""
    cookies = sessions(SESSIONS)
    with served("portal") as port:
        return [
            load(
                port,
                f"{SESSIONS} customers reading, {THINK:.0f} s between pages",
                (LOOKING, LOOKING, LOOKING, BUYING),
                cookies,
            ),
            load(port, "the same asking for a style sheet", (STATIC,), cookies, 20.0),
        ]


def lines(found: list[Load]) -> list[str]:
    """A Markdown table."""
    head = [
        "",
        "## The portal",
        "",
        "| what | requests/s | median ms | p95 ms | requests | aim |",
        "|---|--:|--:|--:|--:|---|",
    ]
    return head + [
        f"| {e.what} | {e.per_second:.1f} | {e.median:.0f} | {e.p95:.0f} | {e.requests:,} |"
        f" {'p95 300 ms' if not place else ''} |"
        for place, e in enumerate(found)
    ]


def main() -> None:
    """Print the table."""
    os.environ.setdefault("SIZE", "20000")
    with opened_holders(wanted()):
        print("\n".join(lines(measure())))


if __name__ == "__main__":
    main()
