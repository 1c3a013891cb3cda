"""The clocks of one request or complaint inside an operation: begun, met, ended; the work items that remind of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from kexin.core.calendar import add, elapsed
from kexin.core.models import WorkItem
from kexin.core.workflow import close_work
from kexin.service.choices import ClockState
from kexin.service.clocks import due_after
from kexin.service.complaints.policies import FINDINGS
from kexin.service.models import Clock, Complaint, ServiceRequest
from kexin.service.policies import ANSWERED, RESULT, Milestone
from kexin.service.work import CLOCKS, SUBJECT, owe_clock

Row = ServiceRequest | Complaint
ENDS = {RESULT: (ANSWERED, FINDINGS, RESULT)}  # who was told the result was answered, and the case looked into


def begin_clocks(row: Row, milestones: Iterable[Milestone], start: dt.datetime) -> None:
    """These milestones, from one moment, with a work item each."""
    made = []
    request, complaint = (row, None) if isinstance(row, ServiceRequest) else (None, row)
    for each in milestones:
        due = add(start, each.within)
        made.append(
            Clock(
                request=request,
                complaint=complaint,
                customer_id=request.customer_id if request else None,
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


def meet(row: Row, what: str, at: dt.datetime, by: str) -> int:
    """The clocks that wait for this are met; how many. A result ends the clock of the first answer too."""
    ended = ENDS.get(what, (what,))
    running = row.clocks.filter(round=row.round, state__in=(ClockState.RUNNING, ClockState.PAUSED), met_by__in=ended)
    return finish(row, list(running.select_for_update()), ClockState.MET, at, by)


def end_clocks(row: Row, at: dt.datetime, by: str) -> int:
    """The request ended otherwise: nothing is owed any more."""
    running = row.clocks.filter(round=row.round, state__in=(ClockState.RUNNING, ClockState.PAUSED))
    return finish(row, list(running.select_for_update()), ClockState.ENDED, at, by)


def finish(row: Row, clocks: Iterable[Clock], state: ClockState, at: dt.datetime, by: str) -> int:
    """These clocks end; their work with them."""
    count = 0
    for clock in clocks:
        pause = clock.pauses.filter(ended_at=None).first()
        if pause is not None:
            end_pause(clock, at, by)
        clock.state, clock.met_at = state, at if state == ClockState.MET else None
        clock.save(update_fields=["state", "met_at", "due_at", "provisional"])
        for kind in CLOCKS:
            close_work(kind, SUBJECT, clock.pk, outcome=state.value, by=by, cancelled=state == ClockState.ENDED)
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


def show_next(row: Row) -> None:
    """Write the earliest running clock to the row, for lists; the caller may save other columns of it afterwards.

    A complaint shows its legal limits apart.
    """
    running = row.clocks.filter(round=row.round, state=ClockState.RUNNING)
    shown: dict[str, Any] = {}
    if isinstance(row, Complaint):
        legal = _first(running.filter(legal=True))
        shown = {"legal_ticking": legal is not None, "legal_due_at": legal or row.legal_due_at}
        running = running.filter(legal=False)
    due = _first(running)
    shown |= {"ticking": due is not None, "due_at": due or row.due_at}
    for name, value in shown.items():
        setattr(row, name, value)
    type(row).objects.filter(pk=row.pk).update(**shown)


def _first(clocks: QuerySet[Clock]) -> dt.datetime | None:
    return clocks.order_by("due_at").values_list("due_at", flat=True).first()


def move_work(row: ServiceRequest) -> None:
    """Open clocks are owed by whoever owns the request now."""
    hand_work(row, row.owner_post_id, row.unit_id)


def hand_work(row: Row, post_id: int, unit_id: int) -> None:
    """Open clocks are owed by this post."""
    clocks = list(row.clocks.values_list("pk", flat=True))
    WorkItem.objects.open().filter(kind__in=CLOCKS, subject_kind=SUBJECT, subject_id__in=clocks).update(
        owner_post_id=post_id, unit_id=unit_id, version=F("version") + 1
    )


def now() -> dt.datetime:
    """One moment for a whole act."""
    return timezone.now()
