"""The service floor with 100,000 open requests: ``python -m bench.service`` (SIZE customers, 20,000 unless said; OPEN).

The customers are the measured bank's, with real keys; each has several requests whose words are ciphertexts of its own
key. As many requests again are closed. Measured are the inbox with its filters for a manager, the head of a tenth of
the bank and one who sees all of it, one request, the board, and what the clock does: a quiet round, a busy minute, and
the round after a day on which nothing ran.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.fill import heard, opened_bank
from bench.measure import Timing, timed
from bench.pages import get
from bench.people import WORDS, actor_of, client_of
from bench.size import Size, wanted

OPEN = int(os.environ.get("OPEN") or 100_000)
CALLS = int(os.environ.get("CALLS") or 25)
SQL = Path(__file__).with_suffix(".sql")
READERS = ("manager", "head", "compliance")
PAGES = (
    ("inbox, one's own", "/requests/?state=unfinished&side=owned"),
    ("inbox, all unfinished", "/requests/?state=unfinished"),
    ("filter: late", "/requests/?state=unfinished&due=late"),
    ("filter: within 24 hours", "/requests/?state=unfinished&due=today"),
    ("filter: kind and category", "/requests/?state=unfinished&kind=suggestion&category=loan"),
    ("filter: urgent", "/requests/?state=unfinished&urgency=urgent"),
    ("filter: result told", "/requests/?state=told"),
    ("sorted by opening, closed too", "/requests/?sort=-opened"),
    ("search by number", "/requests/?state=unfinished&q=Q202600000"),
)


def fill(size: Size) -> None:
    """Requests with clocks, words and work, set by set inside PostgreSQL; kept in the bank."""
    import psycopg
    from django.db import connection

    from kexin.core.policies import WorkPolicy
    from kexin.core.policy import in_force
    from kexin.core.sealing import encrypt_columns
    from kexin.party.models import Party
    from kexin.project.postgres import ensure_running
    from kexin.service.models import ServiceRequest
    from kexin.service.policies import RequestPolicy

    if ServiceRequest.objects.filter(pk=OPEN).exists():
        return
    began = time.perf_counter()
    keys = list(Party.objects.filter(pk__lte=size.customers).order_by("pk").values_list("pk", "key_id"))
    said = [f"银行卡 {pk} 在柜员机上不能取款" for pk, _key in keys]
    sealed = encrypt_columns("service_servicerequest", [key for _pk, key in keys], {"subject": said, "text": said})
    entries = encrypt_columns("service_requestentry", [key for _pk, key in keys], {"text": said})
    values: dict[str, Any] = {
        "many": OPEN,
        "customers": size.customers,
        "policy": in_force(RequestPolicy).policy_version,
        "ladder": in_force(WorkPolicy).policy_version,
    }
    connection.close()
    with psycopg.connect(ensure_running().superuser_url, autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        server.execute("SET synchronous_commit = off")
        server.execute("CREATE TEMP TABLE bench_said (id bigint PRIMARY KEY, subject bytea, words bytea, entry bytea)")
        with server.cursor().copy("COPY bench_said FROM STDIN") as copy:
            for (pk, _key), *row in zip(keys, sealed["subject"], sealed["text"], entries["text"], strict=True):
                copy.write_row((pk, *row))
        statements = SQL.read_text(encoding="utf-8").split(";\n")[:-1]
        for number, statement in enumerate(statements, 1):
            server.execute(statement.encode(), values)
            heard(statement.partition("INSERT INTO ")[2].partition(" ")[0], number, len(statements))
        server.execute("SELECT setval(pg_get_serial_sequence('service_servicerequest', 'id'), %s)", [2 * OPEN])
        server.execute("VACUUM ANALYZE service_servicerequest, service_clock, service_requestentry, core_workitem")
    heard(f"requests filled in {time.perf_counter() - began:.0f} s", OPEN, OPEN)


def pages() -> Iterator[tuple[str, str, Timing]]:
    """The inbox with its filters, one request, the board."""
    from kexin.service.models import ServiceRequest
    from kexin.service.queries import VIEW

    for who in READERS:
        client = client_of(who)
        actor = actor_of(who)
        for what, url in PAGES:
            yield what, who, timed([get(client, url)] * CALLS)
            heard(f"{who}: {what}", 1, 1)
        rows = ServiceRequest.objects.visible_to(actor, VIEW).unfinished().order_by("pk")
        found = list(rows.values_list("pk", flat=True)[:CALLS])
        yield "one request", who, timed([get(client, f"/requests/{pk}/") for pk in found])
        if who != "manager":
            yield "the board", who, timed([get(client, "/service-board/")] * 10, warm=2)


def clocks() -> Iterator[tuple[str, int, float]]:
    """What the clock does: what, how many moved, seconds."""
    from django.db import connection
    from django.utils import timezone

    from kexin.core.actor import system
    from kexin.core.work_ladder import BATCH, escalate_work
    from kexin.service.queues.giving import give_out
    from kexin.service.requests.sweeping import sweep

    actor = system("bench")

    def climb() -> int:
        now, moved = timezone.now(), 0
        while (went := escalate_work(actor=actor, now=now)) == BATCH:
            moved += went
        return moved + went

    def due(many: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE core_workitem SET ladder_step = 2, escalation_level = 0, escalated_to = '{}', due_at = %s,"
                " next_step_at = %s WHERE id IN (SELECT id FROM core_workitem WHERE status = 'open' AND"
                " kind = 'service.clock' ORDER BY id %% 997, id LIMIT %s)",
                [timezone.now() - dt.timedelta(seconds=30), timezone.now() - dt.timedelta(seconds=30), many],
            )

    for what, act in (
        ("everything left over (put aside, silent, left, dated anew)", sweep),
        ("queues looked at", give_out),
    ):
        act()
        yield _took(what, act)
    climb()
    yield _took("the ladder, nothing due", climb)
    due(1_000)
    yield _took("the ladder, a minute in which 1,000 limits are reached", climb)
    due(20_000)
    yield _took("the ladder, 20,000 limits reached while nothing ran", climb)


def _took(what: str, act: Any) -> tuple[str, int, float]:
    began = time.perf_counter()
    moved = act()
    seconds = time.perf_counter() - began
    heard(f"{what}: {seconds:.2f} s", moved, moved)
    return what, moved, seconds


def main() -> None:
    """Print the tables."""
    os.environ.setdefault("SIZE", "20000")
    os.environ.setdefault("TRANSACTIONS", "2")
    only = set((os.environ.get("ONLY") or "pages,clocks").split(","))
    size = wanted()
    with opened_bank(size):
        fill(size)
        if "pages" in only:
            print("\n| what | who | median ms | p95 ms | fastest tenth ms | own CPU ms | SQL |")
            print("|---|---|--:|--:|--:|--:|--:|")
            for what, who, each in pages():
                cells = f"{each.median:.1f} | {each.p95:.1f} | {each.quiet:.1f} | {each.cpu:.1f} | {each.queries}"
                print(f"| {what} | {WORDS[who]} | {cells} |", flush=True)
        if "clocks" in only:
            print("\n| what | moved | seconds |\n|---|--:|--:|")
            for what, moved, seconds in clocks():
                print(f"| {what} | {moved:,} | {seconds:.2f} |", flush=True)
        print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f} (of {os.cpu_count()} cores).")


if __name__ == "__main__":
    main()
