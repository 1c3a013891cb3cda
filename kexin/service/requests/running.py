"""The clocks of one request inside an operation: begun, met, paused, ended; the work items that remind of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import F
from django.utils import timezone

from kexin.core.calendar import add, elapsed
from kexin.core.models import WorkItem
from kexin.core.workflow import close_work
from kexin.service.choices import ClockState
from kexin.service.clocks import due_after
from kexin.service.models import Clock, ServiceRequest
from kexin.service.policies import ANSWERED, RESULT, Kind
from kexin.service.work import CLOCK, SUBJECT, owe_clock


def begin_clocks(row: ServiceRequest, kind: Kind, start: dt.datetime) -> None:
    """All milestones of the kind, from one moment, with a work item each."""
    made = []
    for each in kind.milestones:
        due = add(start, each.within)
        made.append(
            Clock(
                request=row,
                customer_id=row.customer_id,
                round=row.round,
                code=each.code,
                name=each.name,
                name_en=each.name_en,
                amount=each.within.amount,
                unit=each.within.unit.value,
                met_by=each.met_by,
                pausable=each.pausable,
                legal=each.legal,
                started_at=start,
                due_at=due.at,
                provisional=due.provisional,
            )
        )
    for clock in Clock.objects.bulk_create(made):
        owe_clock(row, clock)
    show_next(row)


def meet(row: ServiceRequest, what: str, at: dt.datetime, by: str) -> int:
    """The clocks that wait for this are met; how many. A result ends the clock of the first answer too."""
    ended = (ANSWERED, RESULT) if what == RESULT else (what,)
    running = row.clocks.filter(round=row.round, state__in=(ClockState.RUNNING, ClockState.PAUSED), met_by__in=ended)
    return _finish(row, list(running.select_for_update()), ClockState.MET, at, by)


def end_clocks(row: ServiceRequest, at: dt.datetime, by: str) -> int:
    """The request ended otherwise: nothing is owed any more."""
    running = row.clocks.filter(round=row.round, state__in=(ClockState.RUNNING, ClockState.PAUSED))
    return _finish(row, list(running.select_for_update()), ClockState.ENDED, at, by)


def _finish(row: ServiceRequest, clocks: Iterable[Clock], state: ClockState, at: dt.datetime, by: str) -> int:
    count = 0
    for clock in clocks:
        pause = clock.pauses.filter(ended_at=None).first()
        if pause is not None:
            end_pause(clock, at, by)
        clock.state, clock.met_at = state, at if state == ClockState.MET else None
        clock.save(update_fields=["state", "met_at", "due_at", "provisional"])
        close_work(CLOCK, SUBJECT, clock.pk, outcome=state.value, by=by, cancelled=state == ClockState.ENDED)
        count += 1
    show_next(row)
    return count


def end_pause(clock: Clock, at: dt.datetime, by: str) -> None:
    """Let the clock go on: the rest runs from ``at``. The caller saves the clock."""
    pause = clock.pauses.get(ended_at=None)
    over = [(each.began_at, each.ended_at) for each in clock.pauses.exclude(pk=pause.pk).order_by("began_at")]
    spans = [(began, ended) for began, ended in over if ended is not None] + [(pause.began_at, at)]
    due = due_after(clock.started_at, clock.within, spans, add=add, elapsed=elapsed)
    clock.due_at, clock.provisional = due.at, due.provisional
    pause.ended_at, pause.ended_by, pause.due_after = at, by, due.at
    pause.save(update_fields=["ended_at", "ended_by", "due_after"])


def show_next(row: ServiceRequest) -> None:
    """Write the earliest running clock to the row, for lists; the caller may save other columns of it afterwards."""
    running = row.clocks.filter(round=row.round, state=ClockState.RUNNING)
    due = running.order_by("due_at").values_list("due_at", flat=True).first()
    row.ticking, row.due_at = due is not None, due or row.due_at
    type(row).objects.filter(pk=row.pk).update(ticking=row.ticking, due_at=row.due_at)


def move_work(row: ServiceRequest) -> None:
    """Open clocks are owed by whoever owns the request now."""
    clocks = list(row.clocks.values_list("pk", flat=True))
    WorkItem.objects.open().filter(kind=CLOCK, subject_kind=SUBJECT, subject_id__in=clocks).update(
        owner_post_id=row.owner_post_id, unit_id=row.unit_id, version=F("version") + 1
    )


def now() -> dt.datetime:
    """One moment for a whole act."""
    return timezone.now()
