"""``make bench``: fill the bank of the wanted size if it is not there, measure, print one Markdown table."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.fill import heard, opened_bank
from bench.pages import Line
from bench.size import Size, wanted


def main() -> None:
    """``ONLY=pages,clients,import,audit,aum`` chooses parts; ``OUT=file`` keeps the table."""
    size = wanted()
    only = set((os.environ.get("ONLY") or "pages,clients,import,audit,aum").split(","))
    text: list[str] = []
    with opened_bank(size):
        from bench import clients, pages, sealing

        text += about(size)
        before = loop_ms()
        if "pages" in only:
            text += table_of_pages(
                pages.measure(lambda line: heard(f"{line.who}: {line.what} {line.timing.median:.0f} ms", 1, 1))
            )
        if "clients" in only:
            text += [
                "",
                f"## {clients.CLIENTS} people at once, over HTTP",
                "",
                "| what | requests/s | median ms | p95 ms | requests |",
                "|---|--:|--:|--:|--:|",
            ]
            text += [
                f"| {each.what} | {each.per_second:.1f} | {each.median:.0f} | {each.p95:.0f} | {each.requests:,} |"
                for each in clients.measure()
            ]
        if "import" in only:
            text += import_lines()
        if "audit" in only:
            text += ["", "## Audit", "", "| what | entries | seconds | entries/s |", "|---|--:|--:|--:|"]
            text += [
                f"| {what} | {rows:,} | {seconds:.1f} | {rows / seconds:,.0f} |"
                for what, rows, seconds in sealing.measure()
            ]
        if "aum" in only:
            from bench import aum

            text += ["", "## Figures", "", "| what | customers | seconds | aim |", "|---|--:|--:|---|"]
            text += [f"| {e.what} | {e.customers:,} | {e.seconds:.2f} | {e.aim} |" for e in aum.measure()]
        text += [
            "",
            f"Load of the machine at the end: {os.getloadavg()[0]:.1f} (of {os.cpu_count()} cores)."
            f" A loop of five million additions took {before:.0f} ms of processor time before and {loop_ms():.0f} ms"
            " after: the yardstick for own CPU, which grows where other work shares the cores.",
        ]
    out = "\n".join(text) + "\n"
    print(out)
    if os.environ.get("OUT"):
        Path(os.environ["OUT"]).write_text(out, encoding="utf-8")


def loop_ms() -> float:
    """What this machine gives one process now: cores shared with others make the same work dearer."""
    began, total = time.thread_time(), 0
    for number in range(5_000_000):
        total += number
    return (time.thread_time() - began) * 1000


def import_lines() -> Iterator[str]:
    """The importer, in a process and a bank of its own (``IMPORT``: customers, if not SIZE)."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KEXIN_", "DATABASE_URL"))}
    environment["SIZE"] = os.environ.get("IMPORT") or os.environ.get("SIZE") or ""
    command = [sys.executable, "-m", "bench.importing"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    yield from ("", "## Import", "")
    yield from ("| what | rows | seconds | rows/s | bare COPY rows/s | peak MB |", "|---|--:|--:|--:|--:|--:|")
    for row in json.loads(done.stdout.strip().splitlines()[-1]):
        bare = f"{row['bare']:,.0f}" if row["bare"] else ""
        speed = f"{row['rows'] / row['seconds']:,.0f}"
        yield f"| {row['what']} | {row['rows']:,} | {row['seconds']:.1f} | {speed} | {bare} | {row['mb']:,.0f} |"


def about(size: Size) -> list[str]:
    """Machine, versions, rows."""
    import django
    from django.db import connection

    with connection.cursor() as cursor:
        counts = []
        for name in ("party_customer", "holdings_account", "holdings_transaction", "holdings_balance"):
            cursor.execute(
                "SELECT sum(greatest(c.reltuples, 0))::bigint FROM pg_class c"
                " LEFT JOIN pg_inherits i ON i.inhrelid = c.oid"
                " WHERE c.oid = %s::regclass AND c.relkind = 'r' OR i.inhparent = %s::regclass",
                [name, name],
            )
            counts.append(f"{int(cursor.fetchone()[0] or 0):,} {name.split('_')[1]} rows")
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database())), current_setting('server_version')")
        disk, version = cursor.fetchone()
        cursor.execute("SELECT what, rows, seconds FROM bench_filled ORDER BY what")
        filled = "; ".join(f"{what}: {rows:,} rows in {seconds:,.0f} s" for what, rows, seconds in cursor.fetchall())
    return [
        f"# {size.customers:,} customers",
        "",
        f"{', '.join(counts)}; {disk} on disk. {os.cpu_count()} cores, {platform.machine()},"
        f" Python {platform.python_version()},"
        f" Django {django.__version__}, PostgreSQL {version}. Filled by {filled}.",
    ]


def table_of_pages(lines: list[Line]) -> Iterator[str]:
    """One user, in process: everything below HTTP."""
    yield from ("", "## One person", "")
    yield (
        "| what | who | median ms | p95 ms | fastest tenth ms | own CPU ms | SQL | bare SQL ms | aim ms |"
        " peers at 100k / 1M, p50 ms |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|---|"
    for each in lines:
        timing = each.timing
        cells = (
            each.what,
            each.who,
            f"{timing.median:.1f}",
            f"{timing.p95:.1f}" if timing.p95 else "",
            f"{timing.quiet:.1f}",
            f"{timing.cpu:.1f}" if timing.cpu else "",
            str(timing.queries or ""),
            f"{each.bare:.1f}" if each.bare is not None else "",
            f"{each.target:.0f}" if each.target else "",
            each.peers,
        )
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
