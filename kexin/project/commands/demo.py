"""``kexin demo``: load the fictional bank for trying things out."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from kexin.project.commands import CommandError

if TYPE_CHECKING:
    from rich.progress import TaskID

    from kexin.project.demo.unfinished import Unfinished

help = "load the demonstration bank: fictional customers, staff, accounts and two years of bookings"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Size, length, seed."""
    parser.add_argument("--customers", type=int, default=2_000, help="how many customers (3 to 1,200,000)")
    parser.add_argument("--months", type=int, default=24, help="how many months of bookings (3 to 60)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same bank")
    parser.add_argument(
        "--today", type=dt.date.fromisoformat, default=None, metavar="DATE", help="day of loading (business date)"
    )
    parser.add_argument(
        "--truth", type=Path, default=None, metavar="FILE", help="what was planted; .parquet or .csv (in var/)"
    )
    parser.add_argument("--bookings-per-account", type=float, default=None, help="thin out or thicken the ledger")
    parser.add_argument("--accounts-per-customer", type=float, default=None, help="for benchmarks")
    parser.add_argument("--finish", action="store_true", help="only finish a load that was cut off")


def run(args: argparse.Namespace) -> int:
    """0 when the bank is loaded; 1 when this installation holds customers or the sizes cannot be made."""
    from django.conf import settings

    from kexin.core.actor import system
    from kexin.core.calendar import business_date
    from kexin.core.errors import RuleViolation
    from kexin.project.commands.preparation import prepare
    from kexin.project.demo.load import Loaded, load_bank, load_summary, refuse_inhabited
    from kexin.project.demo.sign_ins import write_sign_ins
    from kexin.project.demo.simulate import prepare as prepare_bank
    from kexin.project.demo.staffing import new_password
    from kexin.project.demo.truth_file import write_truth
    from kexin.project.demo.unfinished import Unfinished, unfinished

    prepare()
    cut_off = unfinished()
    if args.finish or cut_off is not None:
        return _finish(cut_off)
    began, today = time.monotonic(), args.today or business_date()
    actor = system("demo.load")
    try:
        refuse_inhabited()
        bank = prepare_bank(
            args.customers, args.months, args.seed, today, args.bookings_per_account, args.accounts_per_customer
        )
    except RuleViolation as refusal:
        raise CommandError(str(refusal.message)) from refusal
    except ValueError as refusal:  # a size that cannot be made; the sentence says which
        raise CommandError(str(refusal)) from refusal
    truth = args.truth or settings.VAR / "demo-truth.parquet"
    rest = Unfinished.of_now(today, truth)
    password = new_password()

    def keep(loaded: Loaded) -> None:
        write_sign_ins(loaded.staff.sign_ins, password)
        write_truth(loaded.truth, [], truth)
        rest.keep()

    with _Bars() as bars:
        loaded = load_bank(bank, actor=actor, password=password, progress=bars.show, keep=keep)
        _tell(rest, bars)
    print(f"The demo bank is loaded; sign-ins: {settings.VAR / 'demo-sign-ins.txt'}, truth: {truth}", file=sys.stderr)
    print(json.dumps(load_summary(loaded, today, time.monotonic() - began), ensure_ascii=False))
    return 0


def _finish(rest: Unfinished | None) -> int:
    """0 when what was cut off is done; 1 when nothing was."""
    if rest is None:
        raise CommandError("There is no demonstration bank here whose making was cut off.")
    with _Bars() as bars:
        _tell(rest, bars, again=True)
    print("The demo bank is finished.", file=sys.stderr)
    return 0


def _tell(rest: Unfinished, bars: _Bars, *, again: bool = False) -> None:
    """What stands on the desk, then all that is computed from what lies there, then the first morning; each of it may
    be done twice."""
    from kexin.core.actor import system
    from kexin.holdings.aum.rebuild import rebuild
    from kexin.holdings.maturities.nightly import gather_and_watch
    from kexin.holdings.movements.gather import gather_activity
    from kexin.project.demo.day import tell_day
    from kexin.project.demo.load import settle_tables
    from kexin.project.demo.story import tell_story
    from kexin.project.demo.truth_file import add_truth

    bars.show("demo day", 0, 1)
    planted = tell_story(dt.date.fromisoformat(rest.today), tuple(rest.told), rest.tell, again=again)
    add_truth(planted, Path(rest.truth))
    bars.show("demo day", 1, 1)
    settle_tables()
    rebuild(reason="demo", progress=lambda act: bars.show("figures", act.done, act.total))
    bars.show("maturities", 0, 1)
    gather_activity(whole=True)
    gather_and_watch(actor=system("demo.load"))
    bars.show("maturities", 1, 1)
    bars.show("morning", 0, 1)
    tell_day(dt.date.fromisoformat(rest.today), tuple(rest.told), rest.tell, again=again)
    bars.show("morning", 1, 1)
    rest.forget()


class _Bars:
    """One bar per step, on standard error."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> _Bars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def show(self, step: str, done: int, total: int) -> None:
        """Bring the bar of a step up to date."""
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(step, total=total)
        self._bars.update(self._tasks[step], completed=done, total=total)
