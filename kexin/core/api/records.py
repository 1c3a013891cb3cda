"""The audit and the imports: what was done, read, refused and loaded."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Id, Moment, Page, Paging, Shown, Taken, one_of, page_of
from kexin.core.audit_operations import start_examination
from kexin.core.audit_queries import DEFAULT_DAYS, Place, Wanted, audit_page, seal_state
from kexin.core.calendar import business_date
from kexin.core.choices import Outcome
from kexin.core.imports.runs import imports, rejections, report
from kexin.core.models import AuditEntry, ImportRejection, ImportRun

router = Endpoints("records", _("Audit and imports"))


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


class EntriesWanted(Taken):
    """Which stretch of time (both days belong to it), whose acts, which."""

    first: dt.date | None = Field(default=None, description="A week before `last`, if left out")
    last: dt.date | None = Field(default=None, description="Today, if left out")
    actor: str = Field(default="", max_length=80, examples=["1001"])
    operation: str = Field(default="", max_length=80, examples=["party.view_customer"])
    outcome: one_of(Outcome) | None = None  # type: ignore[valid-type]
    customer_id: Id | None = None
    cursor: str = Field(default="", max_length=100, description="`next` of the page before")


class SealShown(Shown):
    """How far the chain over the entries has come."""

    links: int = Field(examples=[184022])
    sealed_until: Moment | None
    signed_day: dt.date | None
    unsealed: int = Field(description="Entries waiting, at most 1000 counted", examples=[12])
    late: bool = Field(description="An entry waits longer than the policy allows")


class RunShown(Shown):
    """One load."""

    id: Id
    profile: str = Field(examples=["berka"])
    status: str = Field(examples=["done"])
    dry_run: bool
    started_by: str = Field(examples=["1006"])
    started_at: Moment
    finished_at: Moment | None
    read: int = Field(examples=[5369])
    created: int = Field(examples=[5369])
    updated: int = Field(examples=[0])
    unchanged: int = Field(examples=[0])
    rejected: int = Field(examples=[0])


class RunPage(Page[RunShown]):
    """Loads, newest first, part of a list."""


class RunReport(Shown):
    """Totals, counts per file, and why rows were refused."""

    report: dict[str, Any] = Field(examples=[{"run": 1, "read": 5369, "rejected": 0}])


class RejectionShown(Shown):
    """One refused row or value, masked."""

    file: str = Field(examples=["client.asc"])
    line: int = Field(examples=[17])
    column: str = Field(examples=["birth_number"])
    value: str = Field(examples=["70***"])
    reason: str = Field(examples=["date"])
    whole_row: bool


class RejectionPage(Page[RejectionShown]):
    """Refused rows in the order they stand, part of a list."""


@router.read("/audit", "core.view_audit")
def list_entries(request: ApiRequest, wanted: Query[EntriesWanted]) -> EntryPage:
    """Entries of the audit in a stretch of time. Looking into it is recorded too."""
    last = wanted.last or business_date()
    if last >= dt.date.max - dt.timedelta(days=1) or (wanted.first or last).year < 1900 or last.year < 1900:
        raise InvalidRequest(fields={"last": _("This value is not understood.")})
    place = Place.read(wanted.cursor) if wanted.cursor else None
    if wanted.cursor and (place is None or place.at.tzinfo is None):
        raise InvalidRequest(fields={"cursor": _("This cursor does not belong to this list.")})
    asked = Wanted(
        first=wanted.first or last - dt.timedelta(days=DEFAULT_DAYS),
        last=last,
        actor=wanted.actor,
        operation=wanted.operation,
        outcome=wanted.outcome or "",
        customer_id=wanted.customer_id,
    )
    rows, following = audit_page(request.actor, asked, place)
    return EntryPage(items=[_entry(row) for row in rows], next=str(following) if following else None)


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


@router.read("/imports", "core.view_imports")
def list_imports(request: ApiRequest, wanted: Query[Paging]) -> RunPage:
    """All loads, newest first."""
    lines, following = page_of(request, imports(request.actor), wanted, [("id", "desc")], _run)
    return RunPage(items=lines, next=following)


@router.read("/imports/{run_id}", "core.view_imports", _("See the report of an import"))
def read_import(request: ApiRequest, run_id: Id) -> RunReport:
    """The report of one load."""
    return RunReport(report=report(request.actor, run_id))


@router.read("/imports/{run_id}/rejections", "core.view_imports", _("See the refused rows of an import"))
def list_rejections(request: ApiRequest, run_id: Id, wanted: Query[Paging]) -> RejectionPage:
    """Refused rows of one load."""
    rows = rejections(request.actor, run_id)
    lines, following = page_of(request, rows, wanted, [("id", "asc")], _rejection)
    return RejectionPage(items=lines, next=following)


def _run(row: ImportRun) -> RunShown:
    return RunShown(
        id=row.pk,
        profile=row.profile,
        status=row.status,
        dry_run=row.dry_run,
        started_by=row.started_by,
        started_at=row.started_at,
        finished_at=row.finished_at,
        read=row.read,
        created=row.created,
        updated=row.updated,
        unchanged=row.unchanged,
        rejected=row.rejected,
    )


def _rejection(row: ImportRejection) -> RejectionShown:
    return RejectionShown(
        file=row.file, line=row.line, column=row.column, value=row.value, reason=row.reason, whole_row=row.whole_row
    )
