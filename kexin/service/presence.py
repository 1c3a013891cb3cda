"""Who has the same record open now (同时查看), so that two people do not answer one customer.

A browser says every few seconds that it shows a record; a row that is older than half a minute says nothing. These
rows are no record of business and no audit: they are overwritten, and swept away the next day. Rooms enter what can be
open: ``register_presence("request", may_see)``; a page includes ``service/part_presence.html``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from kexin.core.actor import Actor
from kexin.people.queries import names_of
from kexin.service.models import Presence

FRESH = dt.timedelta(seconds=30)
KEPT = dt.timedelta(days=1)
MaySee = Callable[[Actor, int], bool]
_subjects: dict[str, MaySee] = {}


def register_presence(subject: str, may_see: MaySee) -> None:
    """Let pages of a kind of record tell who has one open; ``may_see(actor, pk)`` guards it."""
    _subjects[subject] = may_see


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else who has it open."""

    name: str
    since: dt.datetime


def may_beat(actor: Actor, subject: str, pk: int) -> bool:
    """Is it a record that the actor may open?"""
    may_see = _subjects.get(subject)
    return may_see is not None and actor.customer_id is None and may_see(actor, pk)


def beat(actor: Actor, subject: str, pk: int) -> list[Other]:
    """The actor has it open now; who else has, the longest first. The caller asked :func:`may_beat`."""
    at = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO service_presence AS p (subject, subject_id, by, since, seen_at) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (subject, subject_id, by) DO UPDATE SET seen_at = EXCLUDED.seen_at,"
            " since = CASE WHEN p.seen_at < %s THEN EXCLUDED.since ELSE p.since END",
            [subject, pk, actor.name, at, at, at - FRESH],
        )
    rows = Presence.objects.filter(subject=subject, subject_id=pk, seen_at__gte=at - FRESH).exclude(by=actor.name)
    found = list(rows.order_by("since").values_list("by", "since")[:5])
    names = names_of({by for by, _since in found})
    return [Other(names.get(by, by), since) for by, since in found]


def sweep_presence() -> int:
    """Rows of yesterday; how many."""
    gone, _each = Presence.objects.filter(seen_at__lt=timezone.now() - KEPT).delete()
    return gone
