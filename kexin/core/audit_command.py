"""``kexin audit``: seal the audit, examine the seal, read entries, copy checkpoints out."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

help = "seal the audit, examine the seal, read entries"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Four acts, each with options of its own."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)

    verify = acts.add_parser("verify", help="examine the chain and every entry; exit code 1 if anything is wrong")
    _period(verify)
    verify.add_argument("--against", type=Path, metavar="FILE", help="a copy of checkpoints kept elsewhere")
    verify.add_argument("--json", action="store_true", help="one JSON object")

    seal = acts.add_parser("seal", help="seal what was committed since, and sign finished days")
    seal.add_argument("--json", action="store_true", help="one JSON object")

    show = acts.add_parser("show", help="read entries, newest first (this reading is recorded)")
    _period(show)
    show.add_argument("--actor", help="staff or account number")
    show.add_argument("--customer", type=int, metavar="ID", help="the customer's identifier")
    show.add_argument("--operation", help="name of the operation")
    show.add_argument("--limit", type=int, default=100, help="at most so many (100)")
    show.add_argument("--json", action="store_true", help="one JSON object per line")

    acts.add_parser("checkpoints", help="print the signed checkpoints, one JSON object per line, to keep elsewhere")


def run(args: argparse.Namespace) -> int:
    """0 good, 1 something is wrong with the audit or the act failed."""
    from kexin.core.keyfiles import KeyMissing

    try:
        return int(_ACTS[args.act](args))
    except KeyMissing as error:
        print(error, file=sys.stderr)
        return 1


def _verify(args: argparse.Namespace) -> int:
    from kexin.core.seal import kept_checkpoints
    from kexin.core.seal_verify import verify

    kept = []
    if args.against:
        try:
            kept = kept_checkpoints(args.against.read_text(encoding="utf-8").splitlines())
        except (OSError, ValueError, KeyError, TypeError) as error:
            print(f"{args.against} is not a copy of checkpoints: {error}", file=sys.stderr)
            return 2
    started = time.monotonic()
    links = 0
    with _progress("Verifying") as show:

        def heard(done: int, total: int) -> None:
            nonlocal links
            links = done
            show(done, total)

        findings = verify(args.since, args.until, kept=kept, progress=heard)
    seconds = time.monotonic() - started
    if args.json:
        told = [each.as_json() for each in findings]
        print(json.dumps({"links": links, "seconds": round(seconds, 2), "findings": told}, ensure_ascii=False))
    else:
        for each in findings:
            print(f"{each.kind.label}  {each.sentence}")
        print(f"{links:,} links verified in {seconds:.1f} s; {len(findings):,} findings.")
    return 1 if findings else 0


def _seal(args: argparse.Namespace) -> int:
    from kexin.core.seal import seal

    started = time.monotonic()
    with _progress("Sealing") as show:
        total = 0

        def heard(sealed: int) -> None:
            nonlocal total
            total += sealed
            show(total, None)

        done = seal(heard)
    seconds = time.monotonic() - started
    if args.json:
        days = [str(day) for day in done.days]
        print(json.dumps({"sealed": done.entries, "days": days, "busy": done.busy, "seconds": round(seconds, 2)}))
    else:
        print(f"{done.entries:,} entries sealed, {len(done.days)} days signed in {seconds:.1f} s.")
        if done.busy:
            print("Another process is sealing; it does the rest.")
    return 0


def _show(args: argparse.Namespace) -> int:
    from kexin.core import audit, frame
    from kexin.core.actor import system
    from kexin.core.calendar import zone
    from kexin.core.choices import Outcome
    from kexin.core.models import AuditEntry

    entries = AuditEntry.objects.order_by("-at", "-id")
    if args.since:
        entries = entries.filter(at__gte=dt.datetime.combine(args.since, dt.time(), zone()))
    if args.until:
        entries = entries.filter(at__lt=dt.datetime.combine(args.until + dt.timedelta(days=1), dt.time(), zone()))
    if args.actor:
        entries = entries.filter(actor_name=args.actor)
    if args.customer is not None:
        entries = entries.filter(customer_id=args.customer)
    if args.operation:
        entries = entries.filter(operation=args.operation)
    found = list(entries[: args.limit].values())
    act = frame.Frame("core.show_audit", system(f"command.{getpass.getuser()}"), writes=False)
    asked = {name: str(value) for name, value in vars(args).items() if value is not None and name not in _NOT_ASKED}
    audit.write(act, Outcome.READ, {**asked, "rows": len(found)})
    for each in found:
        if args.json:
            print(json.dumps({**each, "at": each["at"].isoformat()}, ensure_ascii=False))
        else:
            subject = f"{each['subject_kind']} {each['subject_id']}" if each["subject_id"] else ""
            line = (each["actor_name"], each["operation"], each["outcome"], each["reason"], subject)
            print(each["at"].astimezone(zone()).strftime("%Y-%m-%d %H:%M:%S"), *(part for part in line if part))
    return 0


def _checkpoints(_args: argparse.Namespace) -> int:
    from kexin.core.seal import checkpoints

    for each in checkpoints():
        print(json.dumps(each.as_json()))
    return 0


_ACTS = {"verify": _verify, "seal": _seal, "show": _show, "checkpoints": _checkpoints}
_NOT_ASKED = {"command", "act", "json"}


def _period(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", type=dt.date.fromisoformat, metavar="DAY", help="first day, YYYY-MM-DD")
    parser.add_argument("--until", type=dt.date.fromisoformat, metavar="DAY", help="last day, YYYY-MM-DD")


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on a terminal; silence in a pipe."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns: Any = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
