"""Relationships, possible duplicates, merges."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.approvals import ApprovalShown, approval_of
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Reason, Shown, Taken, one_of, page_of
from kexin.core.fields import decrypt_rows
from kexin.party.choices import CandidateStatus, RelationshipKind
from kexin.party.models import Customer, DuplicateCandidate, MergeRecord, Party, Relationship
from kexin.party.naming import shown_name
from kexin.party.operations import (
    dismiss_duplicate,
    end_relationship,
    propose_merge,
    record_relationship,
    undo_merge,
)
from kexin.party.queries import customer_in_reach, duplicate, duplicates, merges, relationships

router = Endpoints("relations", _("Relationships and duplicates"))
Share = Annotated[Decimal, Field(gt=0, le=100, max_digits=6, decimal_places=3, examples=["25.000"])]


class EndTaken(Taken):
    """Since when it holds no more."""

    ends_on: Day | None = Field(
        default=None,
        description="The first day that no longer belongs to it; today if left out",
        examples=["2026-05-01"],
    )


class RelationshipShown(Shown):
    """``other`` is the ``kind`` of the customer; ``outward`` turns it round. A stranger's name is not told."""

    id: Id
    kind: str = Field(examples=["spouse"])
    outward: bool
    other_id: Id | None = Field(description="Only within reach", examples=[1043])
    other_name: str | None = Field(description="Only within reach", examples=["陈建平"])
    other_kind: str = Field(examples=["individual"])
    share: Decimal | None = Field(examples=["25.000"])
    starts_on: Day | None
    note: str = Field(examples=[""])


class Relationships(Shown):
    """In force, in both directions."""

    items: list[RelationshipShown]


class RelationshipTaken(Taken):
    """``other_id`` is the ``kind`` of the customer in the address, or the reverse with ``outward``."""

    other_id: Id = Field(examples=[1043])
    kind: one_of(RelationshipKind)  # type: ignore[valid-type]
    outward: bool = False
    share: Share | None = None
    starts_on: Day | None = None
    note: str = Field(default="", max_length=200, examples=[""])


class RelationshipState(Shown):
    """A relationship after an act."""

    id: Id
    kind: str = Field(examples=["spouse"])
    starts_on: Day | None
    ends_on: Day | None


class Alike(Shown):
    """One of the two files of a pair."""

    id: Id
    customer_no: str = Field(examples=["C00000001042"])
    name: str = Field(examples=["陈秀兰"])
    status: str = Field(examples=["active"])
    unit: str = Field(examples=["城东支行"])


class DuplicateShown(Shown):
    """Two files that may be one person."""

    id: Id
    status: str = Field(examples=["open"])
    reasons: list[str] = Field(examples=[["name_birth"]])
    first: Alike
    second: Alike
    found_at: Moment
    decided_by: str = Field(examples=[""])
    note: str = Field(examples=[""])


class DuplicatePage(Page[DuplicateShown]):
    """Pairs, part of a list."""


class DuplicatesWanted(Paging):
    """Undecided pairs, or those of one state."""

    status: one_of(CandidateStatus) | None = None  # type: ignore[valid-type]


class Difference(Taken):
    """How you know that they are different persons."""

    note: str = Field(min_length=1, max_length=200, examples=["Born on other days, seen together"])


class MergeTaken(Taken):
    """Which file stays, and per field whose value; fields left out keep the kept file's value, or fill its gaps."""

    keep_id: Id
    choices: dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(pattern="^(kept|absorbed)$")]] = Field(
        default={}, max_length=20, examples=[{"occupation": "absorbed"}]
    )
    reason: Reason


class MergeShown(Shown):
    """A merge that was made."""

    id: Id
    kept_id: Id
    kept_no: str = Field(examples=["C00000001042"])
    absorbed_id: Id
    absorbed_no: str = Field(examples=["C00000001077"])
    merged_at: Moment
    merged_by: str = Field(examples=["1006"])
    undone_at: Moment | None
    undone_by: str = Field(examples=[""])


class Merges(Shown):
    """Newest first."""

    items: list[MergeShown]


class WhyUndone(Taken):
    """Why a merge is taken back."""

    reason: Reason


class Reopened(Shown):
    """The file that is open again."""

    id: Id
    customer_no: str = Field(examples=["C00000001077"])
    status: str = Field(examples=["active"])


def _relationship(row: Relationship) -> RelationshipState:
    return RelationshipState(id=row.pk, kind=row.kind, starts_on=row.starts_on, ends_on=row.ends_on)


@router.read("/customers/{customer_id}/relationships", "party.view_customer", _("See the relationships of a customer"))
def list_relationships(request: ApiRequest, customer_id: Id) -> Relationships:
    """Relationships in force. Of somebody outside your reach only the kind is told."""
    actor = request.actor
    rows = relationships(actor, customer_in_reach(actor, customer_id))
    around = {pk for row in rows for pk in (row.from_party_id, row.to_party_id)}
    visible = Customer.objects.visible_to(actor, "party.view_customer").filter(pk__in=around)
    reach = set(visible.values_list("pk", flat=True))
    items = []
    for row in rows:
        outward = row.from_party_id == customer_id
        other = row.to_party if outward else row.from_party
        mine = other.pk in reach
        items.append(
            RelationshipShown(
                id=row.pk,
                kind=row.kind,
                outward=outward,
                other_id=other.pk if mine else None,
                other_name=shown_name(actor, other.customer, other) if mine else None,
                other_kind=other.kind,
                share=row.share,
                starts_on=row.starts_on,
                note=row.note if mine else "",
            )
        )
    return Relationships(items=items)


@router.write("POST", "/customers/{customer_id}/relationships", "party.record_relationship", status=201)
def add_relationship(request: ApiRequest, customer_id: Id, data: RelationshipTaken) -> RelationshipState:
    """Record a relationship between two customers, both within reach."""
    made = record_relationship(
        Customer(pk=customer_id),
        actor=request.actor,
        other=Customer(pk=data.other_id),
        kind=data.kind,
        outward=data.outward,
        share=data.share,
        starts_on=data.starts_on,
        note=data.note,
    )
    return _relationship(made)


@router.write("POST", "/customers/{customer_id}/relationships/{relationship_id}/end", "party.end_relationship")
def end(request: ApiRequest, customer_id: Id, relationship_id: Id, data: EndTaken) -> RelationshipState:
    """A relationship ends today, or ended on an earlier day; it stays in the history."""
    ended = end_relationship(
        Customer(pk=customer_id), actor=request.actor, relationship_id=relationship_id, ends_on=data.ends_on
    )
    return _relationship(ended)


def _pair(request: ApiRequest, row: DuplicateCandidate) -> DuplicateShown:
    first, second = (
        Alike(
            id=each.pk,
            customer_no=each.customer_no,
            name=shown_name(request.actor, each),
            status=each.status,
            unit=each.unit.shown_name,
        )
        for each in (row.first, row.second)
    )
    return DuplicateShown(
        id=row.pk,
        status=row.status,
        reasons=list(row.reasons),
        first=first,
        second=second,
        found_at=row.found_at,
        decided_by=row.decided_by,
        note=row.note,
    )


@router.read("/duplicates", "party.view_duplicates")
def list_duplicates(request: ApiRequest, wanted: Query[DuplicatesWanted]) -> DuplicatePage:
    """Pairs within reach that are undecided, or in one state."""

    def prepare(page: Sequence[DuplicateCandidate]) -> None:
        decrypt_rows(Party, [each.party for row in page for each in (row.first, row.second)], ("name", "born_on"))

    rows = duplicates(request.actor, wanted.status or "")
    lines, following = page_of(request, rows, wanted, [("id", "desc")], lambda row: _pair(request, row), prepare)
    return DuplicatePage(items=lines, next=following)


@router.read("/duplicates/{candidate_id}", "party.view_duplicates", _("See a possible duplicate"))
def read_duplicate(request: ApiRequest, candidate_id: Id) -> DuplicateShown:
    """One pair. Reading it is recorded."""
    return _pair(request, duplicate(request.actor, candidate_id))


@router.write("POST", "/duplicates/{candidate_id}/dismissal", "party.dismiss_duplicate")
def dismiss(request: ApiRequest, candidate_id: Id, data: Difference) -> None:
    """The two are different persons: the pair is not suspected again."""
    dismiss_duplicate(DuplicateCandidate(pk=candidate_id), actor=request.actor, note=data.note)


@router.write("POST", "/duplicates/{candidate_id}/merge", "party.propose_merge", status=202)
def merge(request: ApiRequest, candidate_id: Id, data: MergeTaken) -> ApprovalShown:
    """Propose that one file absorbs the other; another person approves."""
    actor = request.actor
    pairs = DuplicateCandidate.objects.select_related("first", "second")
    pair = existing(actor, "party.propose_merge", pairs, candidate_id)
    keep = next((each for each in (pair.first, pair.second) if each.pk == data.keep_id), None)
    if keep is None and actor.may("party.propose_merge"):
        raise InvalidRequest(fields={"keep_id": _("Choose one of the two files.")})
    approval = propose_merge(pair, actor=actor, keep=keep or pair.first, choices=data.choices, reason=data.reason)
    return approval_of(approval)


@router.read("/customers/{customer_id}/merges", "party.view_customer", _("See the merges of a customer"))
def list_merges(request: ApiRequest, customer_id: Id) -> Merges:
    """Merges in which the customer took part, newest first."""
    rows = merges(request.actor, customer_in_reach(request.actor, customer_id))
    return Merges(
        items=[
            MergeShown(
                id=row.pk,
                kept_id=row.kept_id,
                kept_no=row.kept.customer_no,
                absorbed_id=row.absorbed_id,
                absorbed_no=row.absorbed.customer_no,
                merged_at=row.merged_at,
                merged_by=row.merged_by,
                undone_at=row.undone_at,
                undone_by=row.undone_by,
            )
            for row in rows
        ]
    )


@router.write("POST", "/merges/{merge_id}/undoing", "party.undo_merge")
def undo(request: ApiRequest, merge_id: Id, data: WhyUndone) -> Reopened:
    """Take a merge back: every moved row returns, the absorbed file opens again."""
    row = undo_merge(MergeRecord(pk=merge_id), actor=request.actor, reason=data.reason)
    return Reopened(id=row.pk, customer_no=row.customer_no, status=row.status)
