"""``kexin import``: load a foreign system's files by a profile."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import TaskID

    from kexin.core.models import ImportRun

help = "load files by a profile; running it again changes nothing, an interrupted run goes on"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Profile, place and manner."""
    parser.add_argument("profile", metavar="PROFILE", help="name of a profile, or path of a YAML file")
    parser.add_argument("source", metavar="SOURCE", type=Path, help="folder or file to load")
    parser.add_argument("--dry-run", action="store_true", help="read and check everything, write nothing")
    parser.add_argument("--json-only", action="store_true", help="print the JSON line and nothing else")


def run(args: argparse.Namespace) -> int:
    """0 also when rows were rejected (the JSON says how many), 1 when the load was refused or broke off."""
    from kexin.core.actor import system
    from kexin.core.imports.engine import run_import
    from kexin.core.imports.profile import load_profile
    from kexin.core.imports.reasons import ImportRefused
    from kexin.project.commands.business_day import open_on_business_date
    from kexin.project.commands.preparation import prepare

    prepare()
    try:
        profile = load_profile(args.profile)
        with _Bars(quiet=args.json_only) as bars:
            report = run_import(
                profile, args.source, actor=system("import.command"), dry_run=args.dry_run, progress=bars.show
            )
        opened = "" if args.dry_run else open_on_business_date(profile)
    except ImportRefused as refusal:
        print(f"kexin import: {refusal.message}", file=sys.stderr)
        return 1
    if not args.json_only:
        _tell(report, opened)
    print(json.dumps(report, ensure_ascii=False, default=str))
    return 0


class _Bars:
    """One bar per file, on standard error."""

    def __init__(self, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=quiet,
        )
        self._tasks: dict[int, TaskID] = {}

    def __enter__(self) -> _Bars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def show(self, run: ImportRun, index: int) -> None:
        """Bring the bar of the file under way up to date."""
        mark = run.marks[index]
        if index not in self._tasks:
            self._tasks[index] = self._bars.add_task(f"{mark['file']} → {mark['target']}", total=mark["rows"])
        self._bars.update(self._tasks[index], completed=mark["done"], total=max(mark["rows"], mark["done"]))


def _tell(report: dict[str, Any], opened: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("", "read", "created", "updated", "unchanged", "rejected"):
        table.add_column(heading, justify="left" if not heading else "right")
    for target, counts in report["targets"].items():
        table.add_row(target, *(f"{count:,}" for count in counts.values()))
    console = Console(stderr=True)
    console.print(table)
    if report["rejected"]:
        console.print(f"{report['rejected']:,} rows were rejected: see import {report['run']}.")
    if opened:
        console.print(opened)
