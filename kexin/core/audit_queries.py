"""Reading the audit: always a stretch of time, newest first, paged by (time, number); who looked is recorded too."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count as Number
from django.db.models import F, Max, Min, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame, names
from kexin.core.actor import Actor
from kexin.core.calendar import zone
from kexin.core.choices import Outcome, Reach
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.export import Leaving
from kexin.core.models import AuditCheckpoint, AuditEntry, AuditLink
from kexin.core.operation import operation
from kexin.core.policies import AuditPolicy, ExportPolicy
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.ui.keyset import Count, RowComparison

DEFAULT_DAYS = 7
PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the audit. Days are local and both included; empty texts ask nothing."""

    first: dt.date
    last: dt.date
    actor: str = ""
    operation: str = ""
    outcome: str = ""
    customer_id: int | None = None

    def noted(self) -> dict[str, Any]:
        """For the entry about this reading."""
        return {
            "first": str(self.first),
            "last": str(self.last),
            "actor": self.actor,
            "operation": self.operation,
            "outcome": self.outcome,
            "customer": self.customer_id,
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which entry a page begins."""

    at: dt.datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.astimezone(dt.UTC).isoformat()}_{self.pk}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """The place in an address, or None if it is none."""
        moment, _sep, number = text.rpartition("_")
        try:
            return cls(dt.datetime.fromisoformat(moment), int(number))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class SealState:
    """How far the seal has come: newest link, newest signed day, what is not sealed yet, the last examination."""

    links: int
    sealed_until: dt.datetime | None
    signed_day: dt.date | None
    unsealed: Count
    late: bool
    examined: AuditEntry | None


def _selected(actor: Actor, wanted: Wanted) -> QuerySet[AuditEntry]:
    if wanted.last < wanted.first:
        raise RuleViolation(fields={"last": _("The end lies before the beginning.")})
    midnight = dt.time()
    since = dt.datetime.combine(wanted.first, midnight, zone())
    until = dt.datetime.combine(wanted.last + dt.timedelta(days=1), midnight, zone())
    rows = AuditEntry.objects.filter(at__gte=since, at__lt=until)
    rows = _within_reach(actor, rows)
    if wanted.actor:
        rows = rows.filter(actor_name=wanted.actor)
    if wanted.operation:
        rows = rows.filter(operation=wanted.operation)
    if wanted.outcome:
        rows = rows.filter(outcome=wanted.outcome)
    if wanted.customer_id is not None:
        rows = rows.filter(customer_id=wanted.customer_id)
    return rows


def _within_reach(actor: Actor, rows: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """Everything for the whole institution's auditor; else acts done from posts of the auditor's units."""
    grants = actor.grants_for("core.view_audit")
    if any(grant.reach == Reach.ALL for grant in grants):
        return rows
    units = {unit for grant in grants for unit in grant.unit_ids}
    return rows.filter(post_id__in=names.posts_of_units(units))


@query("core.view_audit", label=_("Look into the audit"), record="list")
def audit_page(actor: Actor, wanted: Wanted, place: Place | None = None) -> tuple[list[AuditEntry], Place | None]:
    """One page of entries, newest first, and the place where the next page begins."""
    rows = _selected(actor, wanted)
    if place is not None:
        rows = rows.filter(RowComparison([F("at"), F("id")], "<", [Value(place.at), Value(place.pk)]))
    found = list(rows.order_by("-at", "-id")[: PAGE + 1])
    act = frame.current.get()
    if act is not None:
        act.notes.update({"asked": wanted.noted(), "came": min(len(found), PAGE)})
        act.customer_id = wanted.customer_id
    more = len(found) > PAGE
    found = found[:PAGE]
    return found, Place(found[-1].at, found[-1].id) if more else None


@query("core.view_audit", label=_("Look into the audit"))
def audit_entry(actor: Actor, number: int, at: dt.datetime) -> AuditEntry:
    """One entry; its time finds the month it lies in."""
    entry = _within_reach(actor, AuditEntry.objects.filter(id=number, at=at)).first()
    if entry is None:
        raise NotFound
    return entry


@query("core.view_audit", label=_("Look into the audit"), record="list")
def who_saw(actor: Actor, customer_id: int, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """Per person: how often a customer's data were read or changed in a period, first and last time."""
    rows = _selected(actor, Wanted(first, last, customer_id=customer_id))
    act = frame.current.get()
    if act is not None:
        act.customer_id = customer_id
    grouped: Any = (
        rows.values("actor_name")
        .annotate(
            reads=Number("id", filter=Q(outcome=Outcome.READ)),
            changes=Number("id", filter=Q(outcome=Outcome.DONE)),
            refusals=Number("id", filter=Q(outcome=Outcome.REFUSED)),
            first=Min("at"),
            last=Max("at"),
        )
        .order_by("-last")[:200]
    )
    return list(grouped)


@query("core.view_audit", label=_("Look into the audit"))
def seal_state(actor: Actor) -> SealState:
    """How far the seal has come, without examining it."""
    head = AuditLink.objects.order_by("-no").first()
    signed = AuditCheckpoint.objects.order_by("-day").first()
    since = head.entry_at if head else timezone.now() - dt.timedelta(days=DEFAULT_DAYS)
    waiting = AuditEntry.objects.filter(at__gt=since)
    window = dt.timedelta(minutes=in_force(AuditPolicy).unsealed_at_most_minutes)
    oldest = waiting.order_by("at").values_list("at", flat=True).first()
    examined = AuditEntry.objects.filter(operation="core.report_examination").order_by("-at").first()
    return SealState(
        links=head.no if head else 0,
        sealed_until=head.entry_at if head else None,
        signed_day=signed.day if signed else None,
        unsealed=_capped(waiting),
        late=oldest is not None and oldest < timezone.now() - window,
        examined=examined,
    )


def _capped(rows: QuerySet[AuditEntry], limit: int = 1000) -> Count:
    """Count at most ``limit`` entries (their key is composite, which ``count_capped`` does not take)."""
    number = rows.order_by().values("id")[: limit + 1].count()
    return Count(min(number, limit), number > limit)


@operation("core.export_audit", label=_("Export the audit"))
def export_audit(*, actor: Actor, wanted: Wanted) -> Iterator[list[Any]]:
    """The selected entries as rows for a file, newest first; too many are refused, not cut off silently."""
    if not actor.may("core.view_audit"):
        raise actor.refusal("core.view_audit")
    most = in_force(ExportPolicy).most_rows
    rows = _selected(actor, wanted)
    number = rows.order_by().values("id")[: most + 1].count()
    if number > most:
        raise RuleViolation(_("More than %(most)d entries: choose a shorter period.") % {"most": most})
    act = frame.current.get()
    if act is not None:
        act.notes.update({"asked": wanted.noted(), "rows": number})
    return _rows(rows.order_by("-at", "-id")[:most])


EXPORT_HEADS = (
    _("Time"),
    _("Actor"),
    _("Operation"),
    _("Outcome"),
    _("Reason"),
    _("Address"),
    _("Customer"),
    _("Subject"),
    _("Arguments"),
    _("Entry number"),
)


def audit_file(rows: Iterator[list[Any]]) -> Leaving:
    """Entries that may leave, as a file."""
    return Leaving("audit", _("Audit"), EXPORT_HEADS, "stttttnttn", rows)


def _rows(rows: QuerySet[AuditEntry]) -> Iterator[list[Any]]:
    for entry in rows.iterator(chunk_size=2000):
        yield [
            entry.at,
            entry.actor_name,
            entry.operation,
            entry.outcome,
            entry.reason,
            entry.address,
            entry.customer_id,
            f"{entry.subject_kind} {entry.subject_id or ''}".strip(),
            json.dumps(entry.arguments, ensure_ascii=False),
            entry.id,
        ]
