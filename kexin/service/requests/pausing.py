"""Letting a clock stand still where its rule allows it, with the reason recorded; letting it go on."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import close_work
from kexin.service.choices import ClockState
from kexin.service.clocks import may_pause
from kexin.service.events import ClockPaused, ClockResumed
from kexin.service.models import Clock, ClockPause, ServiceRequest
from kexin.service.policies import RequestPolicy
from kexin.service.requests.handling import owned
from kexin.service.requests.running import Row, end_pause, now, show_next
from kexin.service.rules import clean
from kexin.service.work import CLOCKS, SUBJECT, owe_clock


@operation("service.pause_clock", label=_("Pause a clock"), plain=("code", "reason"))
def pause_clock(request: ServiceRequest | int, *, actor: Actor, code: str, reason: str, note: str = "") -> Clock:
    """One clock of the request stands still from now on, and nobody is reminded of it meanwhile.

    Raises RuleViolation where no rule allows it.
    """
    row, at = owned(request, actor), now()
    clock = _clock(row, code)
    why = in_force(RequestPolicy).reason(reason)
    may_pause(state=clock.state, pausable=clock.pausable, due_at=clock.due_at, now=at).enforce()
    if why is None:
        raise RuleViolation(fields={"reason": _("Choose one of the list.")})
    stop(row, clock, why.code, note, at, actor.name)
    emit(ClockPaused(row.customer_id, row.request_no, row.pk, clock.code, why.code))
    return clock


def stop(row: Row, clock: Clock, reason: str, note: str, at: dt.datetime, by: str) -> None:
    """The clock stands still from ``at``; the caller asked whether it may."""
    ClockPause.objects.create(
        clock=clock, began_at=at, reason=reason, note=clean(note)[:200], began_by=by, due_before=clock.due_at
    )
    clock.state = ClockState.PAUSED
    clock.save(update_fields=["state"])
    for kind in CLOCKS:
        close_work(kind, SUBJECT, clock.pk, outcome="paused", by=by)
    show_next(row)


def go_on(row: Row, clock: Clock, at: dt.datetime, by: str) -> None:
    """What is left of its time runs from ``at``."""
    end_pause(clock, at, by)
    clock.state = ClockState.RUNNING
    clock.save(update_fields=["state", "due_at", "provisional"])
    owe_clock(row, clock)
    show_next(row)


@operation("service.resume_clock", label=_("Let a clock go on"), plain=("code",))
def resume_clock(request: ServiceRequest | int, *, actor: Actor, code: str) -> Clock:
    """What is left of its time runs from now on."""
    row, at = owned(request, actor), now()
    clock = _clock(row, code)
    if clock.state != ClockState.PAUSED:
        raise RuleViolation(_("This clock is not paused."))
    go_on(row, clock, at, actor.name)
    emit(ClockResumed(row.customer_id, row.request_no, row.pk, clock.code, clock.due_at.isoformat()))
    return clock


def _clock(row: ServiceRequest, code: str) -> Clock:
    clock = row.clocks.select_for_update().filter(round=row.round, code=code).first()
    if clock is None:
        raise NotFound
    return clock
