"""What the hour brings: results that nobody answered, due times whose year was published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import add, elapsed
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.work_ladder import set_next_step
from kexin.service.choices import ClockState, RequestState
from kexin.service.clocks import due_after
from kexin.service.deskwork.leaving import BATCH as HANDED
from kexin.service.deskwork.leaving import hand_over_left
from kexin.service.models import Clock, ServiceRequest
from kexin.service.policies import RequestPolicy
from kexin.service.presence import sweep_presence
from kexin.service.requests.closing import close_silent_request
from kexin.service.requests.running import now, show_next
from kexin.service.work import CLOCKS, SUBJECT

BATCH = 500
SWEEPER = "clock.service"


def sweep() -> int:
    """After a stop of any length everything is caught up, the oldest first; how many requests were closed."""
    actor, closed = system(SWEEPER), 0
    for pk in _silent():
        closed += close_silent_request(pk, actor=actor) is not None
    while redate_clocks(actor=actor) == BATCH:
        pass
    while hand_over_left(actor=actor) == HANDED:
        pass
    sweep_presence()
    return closed


def _silent() -> Iterator[int]:
    before = now() - dt.timedelta(days=in_force(RequestPolicy).confirm_days)
    rows = ServiceRequest.objects.filter(state=RequestState.TOLD, told_at__lte=before).order_by("told_at", "pk")
    yield from rows.values_list("pk", flat=True).iterator(chunk_size=BATCH)


@operation("service.redate_clocks", label=_("Date provisional clocks of requests anew"))
def redate_clocks(*, actor: Actor) -> int:
    """Clocks whose year was not published when they began; how many became final, at most 500 at once."""
    moved = 0
    rows = Clock.objects.filter(provisional=True, state=ClockState.RUNNING).select_related("request", "complaint")
    for clock in rows.select_for_update(of=("self",), skip_locked=True).order_by("due_at", "pk"):
        spans = [
            (each.began_at, each.ended_at) for each in clock.pauses.order_by("began_at") if each.ended_at is not None
        ]
        due = due_after(clock.started_at, clock.within, spans, add=add, elapsed=elapsed)
        if due.at == clock.due_at and due.provisional:
            continue
        clock.due_at, clock.provisional = due.at, due.provisional
        clock.save(update_fields=["due_at", "provisional"])
        items = WorkItem.objects.open().filter(kind__in=CLOCKS, subject_kind=SUBJECT, subject_id=clock.pk)
        for item in items.select_related("ladder").select_for_update(of=("self",)):
            item.due_at, item.due_provisional = due.at, due.provisional
            set_next_step(item)
            item.version += 1
            item.save(update_fields=["due_at", "due_provisional", "next_step_at", "version"])
        show_next(clock.owner)
        moved += 1
        if moved == BATCH:
            break
    return moved
