"""``kexin export``: customers, accounts or bookings as a file, in the name and within the reach of one employee."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kexin.project.commands import CommandError

if TYPE_CHECKING:
    from kexin.core.actor import Actor

help = "export customers, accounts or transactions in the name and within the reach of one employee"
FORMATS = ("csv", "xlsx", "parquet")


@dataclass(frozen=True, slots=True)
class Table:
    """What leaves: heads, a letter per column (``t`` text, ``n`` number, ``m`` money, ``d`` day), count and rows."""

    heads: Sequence[Any]
    kinds: str
    count: int
    rows: Iterable[tuple[Any, ...]]


def arguments(parser: argparse.ArgumentParser) -> None:
    """What, for whom, what for, where to."""
    parser.add_argument("kind", choices=sorted(_KINDS), help="what is exported")
    parser.add_argument("--format", choices=FORMATS, default="csv", help="csv (default), xlsx or parquet")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to; an existing file is kept")
    parser.add_argument(
        "--as", dest="staff_no", required=True, metavar="STAFF_NO", help="who exports: the reach is theirs"
    )
    parser.add_argument("--purpose", required=True, metavar="TEXT", help="what for; the audit keeps it")
    parser.add_argument("--unit", metavar="CODE", help="only this unit and what is below it")
    parser.add_argument("--from", dest="first", type=dt.date.fromisoformat, metavar="DATE", help="bookings since")
    parser.add_argument("--until", dest="last", type=dt.date.fromisoformat, metavar="DATE", help="bookings until")
    parser.add_argument("--json-only", action="store_true", help="print the JSON line and nothing else")


def run(args: argparse.Namespace) -> int:
    """0 when the file is written; 1 when it was refused (reach, purpose, too many rows, the file exists)."""
    from kexin.core.errors import KexinError
    from kexin.project.commands.preparation import prepare

    prepare()
    began = time.monotonic()
    if args.out.exists():
        raise CommandError(f"{args.out} exists already; name another file.")
    if not args.out.absolute().parent.is_dir():
        raise CommandError(f"There is no folder {args.out.absolute().parent}.")
    try:
        actor = _actor(args.staff_no)
        table = _KINDS[args.kind](actor, args, _unit_path(args.unit))
    except KexinError as refusal:
        print(f"kexin export: {_said(refusal)}", file=sys.stderr)
        return 1
    written = _write(args, actor, table)
    print(
        json.dumps(
            {
                "exported": args.kind,
                "rows": written,
                "file": str(args.out),
                "format": args.format,
                "as": actor.name,
                "seconds": round(time.monotonic() - began, 3),
            },
            ensure_ascii=False,
        )
    )
    return 0


def _said(refusal: Any) -> str:
    fields = [str(text) for text in refusal.fields.values()]
    return " ".join(fields) or str(refusal.message)


def _actor(staff_no: str) -> Actor:
    """The employee as an actor. Who may run this command holds the machine with its keys: no second factor is asked."""
    from kexin.people.models import Employee
    from kexin.people.queries import actor_for

    employee = Employee.objects.select_related("user").filter(staff_no=staff_no, status="active").first()
    if employee is None or employee.user is None or not employee.user.is_active:
        raise CommandError(f"There is no active employee {staff_no} with a sign-in.")
    return actor_for(employee.user, session="console", methods=("console", "mfa"))


def _unit_path(code: str | None) -> str:
    from kexin.people.models import OrgUnit

    if not code:
        return ""
    unit = OrgUnit.objects.filter(code=code).first()
    if unit is None:
        raise CommandError(f"There is no unit {code}.")
    return str(unit.path)


def _customers(actor: Actor, args: argparse.Namespace, unit_path: str) -> Table:
    from kexin.party.models import Customer
    from kexin.party.operations.export import EXPORT_HEADS, EXPORT_KINDS, export_customers, export_rows

    rows = Customer.objects.visible_to(actor, "party.export_customers").order_by("customer_no")
    if unit_path:
        rows = rows.filter(unit__path__startswith=unit_path)
    allowed = export_customers(actor=actor, rows=rows, purpose=args.purpose)
    return Table(EXPORT_HEADS, EXPORT_KINDS, allowed.count(), export_rows(actor, allowed))


def _accounts(actor: Actor, args: argparse.Namespace, unit_path: str) -> Table:
    from kexin.holdings.operations.export_many import ACCOUNT_HEADS, ACCOUNT_KINDS, account_rows, export_accounts

    allowed, count = export_accounts(actor=actor, purpose=args.purpose, unit_path=unit_path)
    return Table(ACCOUNT_HEADS, ACCOUNT_KINDS, count, account_rows(allowed))


def _transactions(actor: Actor, args: argparse.Namespace, unit_path: str) -> Table:
    from kexin.holdings.ledger_queries import TransactionFilter
    from kexin.holdings.operations.export_many import LEDGER_HEADS, LEDGER_KINDS, export_ledger, ledger_rows

    wanted = TransactionFilter(first=args.first, last=args.last)
    allowed, count = export_ledger(actor=actor, wanted=wanted, purpose=args.purpose, unit_path=unit_path)
    return Table(LEDGER_HEADS, LEDGER_KINDS, count, ledger_rows(allowed, wanted))


_KINDS: dict[str, Callable[[Any, argparse.Namespace, str], Table]] = {
    "customers": _customers,
    "accounts": _accounts,
    "transactions": _transactions,
}


def _write(args: argparse.Namespace, actor: Actor, table: Table) -> int:
    """Write beside the file and move it there when it is whole; nobody else may read it."""
    half = args.out.with_name(f".{args.out.name}.{os.getpid()}.part")
    counted = _Counted(table, quiet=args.json_only)
    try:
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, counted:
            _WRITERS[args.format](file, table, counted, actor, args.kind)
        os.link(half, args.out)  # fails where a file of this name was made meanwhile
    except FileExistsError as error:
        raise CommandError(f"{args.out} exists already; name another file.") from error
    except OSError as error:
        raise CommandError(f"{args.out} cannot be written: {error.strerror}.") from error
    finally:
        half.unlink(missing_ok=True)
    return counted.number


class _Counted:
    """The rows with a bar on standard error, and how many passed."""

    def __init__(self, table: Table, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.table, self.number = table, 0
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=quiet,
        )

    def __enter__(self) -> _Counted:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        task = self._bars.add_task("rows", total=self.table.count)
        for row in self.table.rows:
            yield row
            self.number += 1
            if self.number % 500 == 0:
                self._bars.update(task, completed=self.number)
        self._bars.update(task, completed=self.number)


def _csv(file: Any, table: Table, rows: _Counted, actor: Actor, kind: str) -> None:
    from kexin.core.export import csv_lines

    file.writelines(csv_lines([str(head) for head in table.heads], rows, actor))


def _xlsx(file: Any, table: Table, rows: _Counted, actor: Actor, kind: str) -> None:
    import shutil

    from kexin.core.export import xlsx_file

    with xlsx_file([str(head) for head in table.heads], rows, actor, kind) as made:
        shutil.copyfileobj(made, file)


def _parquet(file: Any, table: Table, rows: _Counted, actor: Actor, kind: str) -> None:
    from kexin.core.export import write_parquet

    write_parquet(file, [str(head) for head in table.heads], table.kinds, rows, actor, kind)


_WRITERS: dict[str, Callable[[Any, Table, _Counted, Any, str], None]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
}
