"""Putting a request aside until a time (暂缓显示): it leaves the list of who is responsible; no clock stands still.

It comes back at its time, a few hours before its next limit, and at once when the customer speaks. Coming back is a
matter of reading (``ServiceRequest.objects.awake``): no job has to run for it.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.service.deskwork.policies import DeskPolicy
from kexin.service.models import ServiceRequest
from kexin.service.requests.handling import owned
from kexin.service.requests.running import now


def may_snooze(
    *, until: dt.datetime, at: dt.datetime, ticking: bool, due_at: dt.datetime, days: int, wake_hours: int
) -> Decision:
    """Until a time to come, not too far ahead, and not where a limit is near already."""
    if until <= at:
        return refused("past", _("Choose a time to come."), "until")
    if until > at + dt.timedelta(days=days):
        return refused("far", _("At most %(days)s days ahead.") % {"days": days}, "until")
    if ticking and due_at - dt.timedelta(hours=wake_hours) <= at:
        return refused("near", _("Its limit is near or past: it cannot be put aside."), "until")
    return ALLOWED


def asleep(row: ServiceRequest, at: dt.datetime, wake_hours: int) -> bool:
    """Is this one put aside now?"""
    near = row.ticking and row.due_at <= at + dt.timedelta(hours=wake_hours)
    return row.snoozed_until is not None and row.snoozed_until > at and not near


@operation("service.snooze_request", label=_("Put a request aside until a time"), plain=("until",))
def snooze_request(request: ServiceRequest | int, *, actor: Actor, until: dt.datetime) -> ServiceRequest:
    """Hidden from the list of who is responsible until then; every clock runs on."""
    row, rules = owned(request, actor), in_force(DeskPolicy)
    may_snooze(
        until=until,
        at=now(),
        ticking=row.ticking,
        due_at=row.due_at,
        days=rules.snooze_days,
        wake_hours=rules.wake_hours,
    ).enforce()
    row.snoozed_until = until
    row.version += 1
    row.save(update_fields=["snoozed_until", "version"])
    return row


@operation("service.wake_request", label=_("Take up a request that was put aside"))
def wake_request(request: ServiceRequest | int, *, actor: Actor) -> ServiceRequest:
    """Back in the list at once; repeated, nothing changes."""
    row = owned(request, actor)
    if row.snoozed_until is not None:
        row.snoozed_until = None
        row.version += 1
        row.save(update_fields=["snoozed_until", "version"])
    return row
