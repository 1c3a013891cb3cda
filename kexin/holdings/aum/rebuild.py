"""Figures computed anew for a span of months, for all customers: bucket by bucket, two at a time, resumable.

A bucket is a range of customer ids. Its months, first tiers and daily changes are written in one transaction together
with the mark that it is done; one lane begins with the lowest, the other with the highest, until they meet, so that
none waits for the other. An interrupted run goes on behind its marks. Memory does not grow with the bank. When all
buckets stand, the daily changes are summed up to the evenings of posts and pools, some of the units at a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

from django.db import connection, transaction
from django.utils import timezone

from kexin.core.calendar import business_date
from kexin.core.imports.staging import run
from kexin.core.partitions import earliest
from kexin.core.policy import in_force
from kexin.core.table_statistics import renew_statistics
from kexin.holdings.aum import daily, months, tiers
from kexin.holdings.aum.eras import ONE, Era, eras, last_day, month_of, months_before
from kexin.holdings.aum.steps import make_customers
from kexin.holdings.choices import RunState
from kexin.holdings.models import FiguresRun
from kexin.holdings.policies import AumPolicy

BUCKET = 1 << 13  # customer ids
LANES = ("up", "down")
PARTS = 6  # of the units: more than lanes, so that none waits long for the other
SORTING = "96MB"
READ = ("holdings_transaction", "holdings_balance", "holdings_account", "holdings_holding", "party_customer")
LOCK = 0x41554D  # advisory: one writer of figures per bucket
Progress = Callable[[FiguresRun], None]


def span_from(today: dt.date) -> dt.date:
    """The first month that is kept: by policy, and not before the first whole month of the ledger.

    A ledger begins with the balances of the evening before its first day; that evening's month would be an average of
    one day. A bank that keeps balances on accounts alone begins with its oldest account.
    """
    running = month_of(today)
    oldest = months_before(running, in_force(AumPolicy).history_months - 1)
    begins = earliest("holdings_balance", "day")
    if begins is None:
        row = run("SELECT min(opened_on) FROM holdings_account").fetchone()
        begins = row[0] if row and row[0] else today
    month = month_of(begins) if begins.day == 1 else months_before(month_of(begins), -1)
    return max(oldest, min(month, running))


def begin(first: dt.date | None = None, last: dt.date | None = None, reason: str = "") -> FiguresRun:
    """A new run over the months from ``first`` (by policy) to ``last`` (today)."""
    today = business_date()
    last = min(last or today, today)
    row = run("SELECT count(*) FROM party_customer").fetchone()
    return FiguresRun.objects.create(
        first=month_of(first or span_from(today)), last=last, reason=reason[:80], total=row[0] if row else 0
    )


def rebuild(
    first: dt.date | None = None,
    last: dt.date | None = None,
    *,
    reason: str = "",
    resume: FiguresRun | None = None,
    progress: Progress = lambda _run: None,
) -> FiguresRun:
    """AUM, first tiers and daily figures of all customers over a span of months. Raises what fails.

    ``resume``: a run that was begun; what its marks say is done is not done again.
    """
    act = resume or begin(first, last, reason)
    months.ensure_months(act.first, act.last)
    spans = eras(act.first, act.last)
    _forget_older_marks(act)
    left = Buckets.of(act)
    if not connection.in_atomic_block:
        renew_statistics(*READ)  # an import may have ended a moment ago
    _side_by_side([partial(_work, act, lane, left, spans, progress) for lane in LANES])
    _side_by_side([partial(_evenings, act, part) for part in range(PARTS)])
    act.refresh_from_db()
    act.state, act.finished_at = RunState.DONE, timezone.now()
    act.save(update_fields=["state", "finished_at"])
    progress(act)
    return act


def _forget_older_marks(act: FiguresRun) -> None:
    """A run that an earlier release began in fixed lanes (``a``, ``b``) begins again; what it collected goes."""
    if act.marks.keys() & {"a", "b"}:
        with transaction.atomic():
            run(f"DELETE FROM {daily.DELTA} WHERE run_id = %s", [act.pk])
            act.marks, act.done = {}, 0
            act.save(update_fields=["marks", "done"])


def _side_by_side(works: list[Callable[[], None]]) -> None:
    """Each on a connection of its own; inside a transaction one after the other."""
    if connection.in_atomic_block:
        for work in works:
            work()
        return
    with ThreadPoolExecutor(len(LANES), "figures") as pool:
        for future in [pool.submit(_alone, work) for work in works]:
            future.result()


def _alone(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connection.close()


def _evenings(act: FiguresRun, part: int) -> None:
    """The daily figures of every sixth unit, once: with them goes the mark that they stand."""
    with transaction.atomic():
        run(f"SELECT pg_advisory_xact_lock({LOCK}, %s), set_config('work_mem', %s, true)", [-1 - part, SORTING])
        marked = run("SELECT marks ? %s FROM holdings_figuresrun WHERE id = %s", [f"evenings{part}", act.pk]).fetchone()
        if marked and marked[0]:
            return
        run(
            "DELETE FROM holdings_dailyfigures WHERE day BETWEEN %s AND %s AND unit_id %% %s = %s",
            [act.first, _until(act), PARTS, part],
        )
        daily.sum_up(act.pk, act.first, _until(act), part=part, of=PARTS)
        run(
            "UPDATE holdings_figuresrun SET marks = marks || jsonb_build_object(%s::text, 1) WHERE id = %s",
            [f"evenings{part}", act.pk],
        )


def _until(act: FiguresRun) -> dt.date:
    """The last evening with figures: of the running day there is none yet."""
    return min(act.last, business_date() - ONE)


@dataclass
class Buckets:
    """The buckets that nobody has taken yet, from ``low`` to ``high`` (both included)."""

    low: int
    high: int
    _taking: Lock = field(default_factory=Lock)

    @classmethod
    def of(cls, act: FiguresRun) -> Buckets:
        """What the marks of a run leave to do."""
        row = run("SELECT min(party_id), max(party_id) FROM party_customer").fetchone()
        low, high = (row[0] // BUCKET, row[1] // BUCKET) if row and row[0] is not None else (0, -1)
        return cls(int(act.marks.get("up", low - 1)) + 1, int(act.marks.get("down", high + 1)) - 1)

    def take(self, lane: str) -> int | None:
        """The next one of a lane, None when all are taken."""
        with self._taking:
            if self.low > self.high:
                return None
            if lane == "up":
                self.low += 1
                return self.low - 1
            self.high -= 1
            return self.high + 1


def _work(act: FiguresRun, lane: str, left: Buckets, spans: list[Era], progress: Progress) -> None:
    while (bucket := left.take(lane)) is not None:
        with transaction.atomic():
            done = _bucket(act, bucket, spans)
            run(
                "UPDATE holdings_figuresrun SET done = done + %s,"
                " marks = marks || jsonb_build_object(%s::text, %s::int) WHERE id = %s",
                [done, lane, bucket, act.pk],
            )
        if done:
            progress(FiguresRun.objects.get(pk=act.pk))


def _bucket(act: FiguresRun, bucket: int, spans: list[Era]) -> int:
    run(f"SELECT pg_advisory_xact_lock({LOCK}, %s), set_config('work_mem', %s, true)", [bucket, SORTING])
    count = make_customers(bucket * BUCKET, (bucket + 1) * BUCKET - 1)
    if count:
        compute(act.pk, act.first, act.last, spans, until=_until(act))
    return count


def compute(run_id: int, first: dt.date, last: dt.date, spans: list[Era], *, until: dt.date) -> months.Written:
    """All of the customers in ``aum_customer``: months, the customers' own columns, first tiers, daily changes."""
    daily.collect_owners()
    months.sum_months([])
    for era in spans:
        months.add_era(era)
        daily.collect_values(run_id, era, until)
    written = months.write_months(first, last, timezone.now())
    running = month_of(business_date())
    to_now = month_of(last) == running
    closed = last if last == last_day(month_of(last)) and month_of(last) < running else months_before(month_of(last), 1)
    moves = tiers.decide_first(first, month_of(closed), summed=True)
    tiers.write_tiers(moves, on_customer=not to_now)
    if to_now:
        months.write_customers(running, moved=bool(moves))
    daily.collect_counts(run_id, first, until)
    return written
