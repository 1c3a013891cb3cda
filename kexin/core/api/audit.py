"""The audit: what was done, read and refused, by whom."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.files import TABLE, Format
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import LARGEST_ID, Id, Instant, Moment, Page, Shown, Taken, one_of
from kexin.core.audit_operations import start_examination
from kexin.core.audit_queries import (
    DEFAULT_DAYS,
    Place,
    Wanted,
    audit_entry,
    audit_file,
    audit_page,
    export_audit,
    seal_state,
    who_saw,
)
from kexin.core.calendar import business_date
from kexin.core.choices import Outcome
from kexin.core.models import AuditEntry
from kexin.core.ui.sending import sent

router = Endpoints("audit", _("Audit"))


class EntryShown(Shown):
    """One act. Arguments are masked before they are written."""

    id: Id
    at: Moment
    actor_kind: str = Field(examples=["person"])
    actor: str = Field(examples=["1001"])
    operation: str = Field(examples=["party.view_customer"])
    outcome: str = Field(examples=["read"])
    reason: str = Field(examples=[""])
    subject_kind: str = Field(examples=["party.Customer"])
    subject_id: int | None = Field(examples=[1042])
    customer_id: int | None = Field(examples=[1042])
    address: str = Field(examples=["10.8.0.14"])
    arguments: dict[str, Any] = Field(examples=[{"customer_id": 1042}])
    policies: dict[str, Any] = Field(examples=[{}])
    events: list[str] = Field(examples=[[]])


class EntryPage(Page[EntryShown]):
    """Entries, newest first, part of a stretch of time."""


class Stretch(Taken):
    """Which stretch of time; both days belong to it."""

    first: dt.date | None = Field(
        default=None, description="A week before `last`, if left out", examples=["2026-03-01"]
    )
    last: dt.date | None = Field(default=None, description="Today, if left out", examples=["2026-03-07"])

    def days(self) -> tuple[dt.date, dt.date]:
        """First and last day. Raises InvalidRequest for years that no clock of ours has."""
        last = self.last or business_date()
        if last >= dt.date.max - dt.timedelta(days=1) or (self.first or last).year < 1900 or last.year < 1900:
            raise InvalidRequest(fields={"last": _("This value is not understood.")})
        return self.first or last - dt.timedelta(days=DEFAULT_DAYS), last


class EntriesAsked(Stretch):
    """Which stretch of time, whose acts, which."""

    actor: str = Field(default="", max_length=80, examples=["1001"])
    operation: str = Field(default="", max_length=80, examples=["party.view_customer"])
    outcome: one_of(Outcome) | None = None  # type: ignore[valid-type]
    customer_id: Id | None = None

    def wanted(self) -> Wanted:
        first, last = self.days()
        return Wanted(
            first=first,
            last=last,
            actor=self.actor,
            operation=self.operation,
            outcome=self.outcome or "",
            customer_id=self.customer_id,
        )


class EntriesWanted(EntriesAsked):
    """Which entries, which part of them."""

    cursor: str = Field(default="", max_length=100, description="`next` of the page before")


class AuditExport(EntriesAsked):
    """Which entries leave, and in which format."""

    format: Format = "csv"


class EntryWanted(Taken):
    """The time of the entry, as the list gave it: it finds the month."""

    at: Instant


class Watcher(Shown):
    """Somebody who read or changed a customer's data, how often, first and last time."""

    actor: str = Field(examples=["1001"])
    reads: int = Field(examples=[12])
    changes: int = Field(examples=[1])
    refusals: int = Field(examples=[0])
    first: Moment
    last: Moment


class Watchers(Shown):
    """The latest first, at most 200."""

    items: list[Watcher]


class SealShown(Shown):
    """How far the chain over the entries has come."""

    links: int = Field(examples=[184022])
    sealed_until: Moment | None
    signed_day: dt.date | None
    unsealed: int = Field(description="Entries waiting, at most 1000 counted", examples=[12])
    late: bool = Field(description="An entry waits longer than the policy allows")


@router.read("/audit", "core.view_audit")
def list_entries(request: ApiRequest, wanted: Query[EntriesWanted]) -> EntryPage:
    """Entries of the audit in a stretch of time. Looking into it is recorded too."""
    asked = wanted.wanted()
    place = _place(wanted.cursor) if wanted.cursor else None
    rows, following = audit_page(request.actor, asked, place)
    return EntryPage(items=[_entry(row) for row in rows], next=str(following) if following else None)


def _place(cursor: str) -> Place:
    """Where a page begins. Raises InvalidRequest for what no page of ours ever named."""
    place = Place.read(cursor)
    if place is None or place.at.utcoffset() != dt.timedelta(0) or not 0 < place.pk <= LARGEST_ID:
        raise InvalidRequest(fields={"cursor": _("This cursor does not belong to this list.")})
    return place


@router.read("/audit/entries/{entry_id}", "core.view_audit", _("See an entry of the audit"))
def read_entry(request: ApiRequest, entry_id: Id, wanted: Query[EntryWanted]) -> EntryShown:
    """One entry, found by its number and time."""
    return _entry(audit_entry(request.actor, entry_id, wanted.at))


@router.read("/customers/{customer_id}/watchers", "core.view_audit", _("See who read or changed a customer's data"))
def list_watchers(request: ApiRequest, customer_id: Id, wanted: Query[Stretch]) -> Watchers:
    """Per person: how often a customer's data were read or changed in a stretch of time. Recorded too."""
    first, last = wanted.days()
    rows = who_saw(request.actor, customer_id, first, last)
    return Watchers(
        items=[
            Watcher(
                actor=row["actor_name"],
                reads=row["reads"],
                changes=row["changes"],
                refusals=row["refusals"],
                first=row["first"],
                last=row["last"],
            )
            for row in rows
        ]
    )


@router.write("POST", "/audit/export", "core.export_audit", once=False, content=TABLE)
def export_entries(request: ApiRequest, data: AuditExport) -> HttpResponse:
    """Entries of a stretch of time as a file; watermarked and recorded. Whoever exports must also be able to look."""
    rows = export_audit(actor=request.actor, wanted=data.wanted())
    return sent(data.format, audit_file(rows), request.actor)  # type: ignore[return-value]


@router.read("/audit/seal", "core.view_audit", _("See the seal of the audit"))
def read_seal(request: ApiRequest) -> SealShown:
    """How far the seal has come, without examining it."""
    state = seal_state(request.actor)
    return SealShown(
        links=state.links,
        sealed_until=state.sealed_until,
        signed_day=state.signed_day,
        unsealed=state.unsealed.number,
        late=state.late,
    )


@router.write("POST", "/audit/examinations", "core.verify_audit", status=202)
def examine(request: ApiRequest) -> None:
    """Ask for an examination of the seal; its report is an entry of the audit."""
    start_examination(actor=request.actor)


def _entry(row: AuditEntry) -> EntryShown:
    return EntryShown(
        id=row.id,
        at=row.at,
        actor_kind=row.actor_kind,
        actor=row.actor_name,
        operation=row.operation,
        outcome=row.outcome,
        reason=row.reason,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        customer_id=row.customer_id,
        address=row.address,
        arguments=row.arguments,
        policies=row.policies,
        events=row.events,
    )
