"""The clocks of a case: begun at acceptance, changed with the grade, the regulator's own beside them."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_UP, Decimal

from kexin.core.values import Unit
from kexin.service.choices import ClockState
from kexin.service.complaints.policies import RECEIPT, REPLY, ComplaintPolicy
from kexin.service.models import Clock, Complaint
from kexin.service.requests.running import begin_clocks, finish, show_next
from kexin.service.work import owe_clock

REGULATOR = "regulator"
RUNNING = (ClockState.RUNNING, ClockState.PAUSED)


def begin_case(row: Complaint, rules: ComplaintPolicy) -> None:
    """Every limit of the case, from when it was received, and the regulator's where one was set."""
    begin_clocks(row, rules.clocks(row.nature, row.grade, row.source), row.received_at)
    if row.regulator_due_at is not None:
        _begin_regulator(row, row.regulator_due_at)
    show_next(row)


def _begin_regulator(row: Complaint, due: dt.datetime) -> None:
    hours = Decimal((due - row.received_at) // dt.timedelta(minutes=1)) / 60
    clock = Clock.objects.create(
        complaint=row,
        round=row.round,
        code=REGULATOR,
        name="监管要求答复",
        name_en="Reply to the regulator",
        amount=hours.quantize(Decimal("0.01"), ROUND_UP),
        unit=Unit.CLOCK_HOURS.value,
        met_by=REPLY,
        pausable=False,
        legal=True,
        started_at=row.received_at,
        due_at=due,
    )
    owe_clock(row, clock)


def grade_clocks(row: Complaint, rules: ComplaintPolicy, at: dt.datetime, by: str) -> None:
    """The grade changed: what no longer fits ends, what a heavier grade asks runs from now on.

    A case found heavier later has its shorter time from that finding; a lighter one keeps the time that has run.
    """
    wanted = {each.code: each for each in rules.clocks(row.nature, row.grade, row.source)}
    present = list(row.clocks.filter(round=row.round).select_for_update())
    ours = [each for each in present if each.code != REGULATOR and each.state in RUNNING]
    finish(row, [each for each in ours if each.code not in wanted], ClockState.ENDED, at, by)
    known = {each.code for each in present}
    fresh = [each for code, each in wanted.items() if code not in known]
    heavier = [each for each in fresh if each.grades and row.grade in each.grades and "ordinary" not in each.grades]
    begin_clocks(row, heavier, at)
    begin_clocks(row, [each for each in fresh if each not in heavier], row.received_at)


def end_case(row: Complaint, at: dt.datetime, by: str, *, keep_regulator: bool = False) -> None:
    """Nothing is owed any more; joined into another, what is owed to the regulator under its number stays owed."""
    running = row.clocks.filter(round=row.round, state__in=RUNNING).select_for_update()
    if keep_regulator:
        running = running.exclude(met_by__in=(RECEIPT, REPLY))
    finish(row, list(running), ClockState.ENDED, at, by)
