"""Group complaints for other systems."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Amount, Id, Moment, Page, Paging, Shown, Taken, Version, one_of, page_of
from kexin.service.complaints.choices import ComplaintOutcome, GroupBy, RegulatoryMajor
from kexin.service.complaints.groups.answering import ANSWER, answer_complaint_group
from kexin.service.complaints.groups.forming import (
    CLOSE,
    JOIN,
    LEAVE,
    OPEN,
    close_complaint_group,
    join_complaint_group,
    leave_complaint_group,
    open_complaint_group,
)
from kexin.service.complaints.groups.queries import (
    GroupFile,
    cases_offered,
    complaint_group,
    complaint_groups,
    offered_groups,
)
from kexin.service.complaints.groups.weighing import DECIDE, decide_complaint_group
from kexin.service.complaints.queries import VIEW
from kexin.service.models import ComplaintGroup

router = Endpoints("complaint-groups", _("Group complaints"))
Number = Annotated[str, Field(max_length=20, examples=["C202600000001"])]
Numbers = Annotated[list[Number], Field(min_length=1, max_length=500)]
Why = Annotated[str, Field(min_length=1, max_length=500, examples=["同一产品，同一说法"])]
Long = Annotated[str, Field(min_length=1, max_length=4000, examples=["退还已收费用"])]


class ComplaintGroupTaken(Taken):
    """Which matter, without naming a complainant; at least two cases; why they belong together."""

    title: str = Field(min_length=1, max_length=120, examples=["某款产品收益说明"])
    numbers: Numbers
    reason: Why
    by: one_of(GroupBy) = Field(default="other", examples=["product"])  # type: ignore[valid-type]
    key: str = Field(default="", max_length=60, description="What they share: a code", examples=["P001"])


class GroupCasesTaken(Taken):
    """More cases, and why."""

    numbers: Numbers
    reason: Why


class GroupCaseLeftTaken(Taken):
    """Which case does not belong there, and why."""

    number: Number
    reason: Why


class GroupDecisionTaken(Taken):
    """As what it was reported, under which number; empty where it is not; and why."""

    regulatory_major: Annotated[str, Field(pattern=f"^({'|'.join(RegulatoryMajor.values)})$", examples=["group"])] = ""
    reference: str = Field(default="", max_length=60, examples=["NFRA-2026-1"])
    reason: Why


class GroupAnswerTaken(Taken):
    """What the letters have in common; the facts of each case stay its own."""

    basis: str = Field(min_length=1, max_length=2000, examples=["合同第三条"])
    reasons: Long
    decision: Long
    outcome: one_of(ComplaintOutcome) = Field(examples=["upheld"])  # type: ignore[valid-type]
    remedies: list[Annotated[str, Field(max_length=12, examples=["review"])]] = Field(default=[], max_length=10)


class GroupEndTaken(Taken):
    """How the matter ended."""

    note: Why


class ComplaintGroupShown(Shown):
    """A group. ``regulatory_major`` counts once ``decided_at`` stands."""

    id: Id
    group_no: str = Field(examples=["G2026000001"])
    title: str = Field(examples=["某款产品收益说明"])
    by: str = Field(examples=["product"])
    key: str = Field(examples=["P001"])
    state: str = Field(examples=["open"])
    unit_id: Id
    owner_post_id: Id
    regulatory_major: str = Field(examples=[""])
    reference: str = Field(examples=[""])
    decided_at: Moment | None
    answered_at: Moment | None
    opened_at: Moment
    closed_at: Moment | None
    version: Version


class GroupTotalShown(Shown):
    """Added up over every case of it; ``in_person``: persons who came together in person."""

    cases: int = Field(examples=[6])
    persons: int = Field(examples=[9])
    in_person: int = Field(examples=[0])
    amount: Amount
    answered: int = Field(examples=[2])
    ended: int = Field(examples=[1])


class ComplaintGroupFileShown(Shown):
    """A group added up, with the numbers of its cases within reach; ``hidden`` lie beyond."""

    group: ComplaintGroupShown
    total: GroupTotalShown
    cases: list[str] = Field(examples=[["C202600000001"]])
    hidden: int = Field(examples=[0])
    suggested: str = Field(description="As what the rule would have it reported", examples=[""])
    fitting: list[str] = Field(description="Cases of the same matter in no group", examples=[[]])


class GroupAnswerShown(Shown):
    """Where the answer was drafted, and which cases are not investigated yet."""

    drafted: list[str] = Field(examples=[["C202600000001"]])
    left_out: list[str] = Field(examples=[[]])


class OfferedShown(Shown):
    """So many cases in no group share this."""

    by: str = Field(examples=["product"])
    key: str = Field(examples=["P001"])
    label: str = Field(examples=["某款产品 (P001)"])
    cases: int = Field(examples=[5])
    numbers: list[str] = Field(examples=[["C202600000001"]])


class OfferedListShown(Shown):
    """What reaches the policy's numbers, the most cases first."""

    items: list[OfferedShown]


class GroupsWanted(Paging):
    """Which part of the list."""

    state: Annotated[str, Field(pattern="^(open|closed|)$", examples=["open"])] = ""


_NAMES = [name for name in ComplaintGroupShown.model_fields if name != "id"]


def _shown(row: ComplaintGroup) -> ComplaintGroupShown:
    return ComplaintGroupShown(id=row.pk, **{name: getattr(row, name) for name in _NAMES})


def _file(found: GroupFile) -> ComplaintGroupFileShown:
    total = {name: getattr(found.total, name) for name in GroupTotalShown.model_fields}
    return ComplaintGroupFileShown(
        group=_shown(found.row),
        total=GroupTotalShown(**total),
        cases=[each.complaint.complaint_no for each in found.members],
        hidden=found.hidden,
        suggested=found.suggested,
        fitting=[each.complaint_no for each in found.fitting],
    )


def _named(request: ApiRequest, permission: str, pk: int) -> ComplaintGroup:
    return existing(request.actor, permission, ComplaintGroup.objects.all(), pk)


@router.read("/complaint-groups", VIEW)
def list_complaint_groups(request: ApiRequest, wanted: Query[GroupsWanted]) -> Page[ComplaintGroupShown]:
    """Groups within reach, the newest first."""
    order: Any = [("opened_at", "desc"), ("pk", "desc")]
    items, following = page_of(request, complaint_groups(request.actor, state=wanted.state), wanted, order, _shown)
    return Page[ComplaintGroupShown](items=items, next=following)


@router.read("/complaint-groups/offered", VIEW)
def list_offered_groups(request: ApiRequest) -> OfferedListShown:
    """Cases of the same product, cause or unit that would make a group."""
    items = [
        OfferedShown(
            by=each.by, key=each.key, label=each.label, cases=each.cases,
            numbers=[case.complaint_no for case in cases_offered(request.actor, each.by, each.key)],
        )
        for each in offered_groups(request.actor)[:20]
    ]  # fmt: skip
    return OfferedListShown(items=items)


@router.read("/complaint-groups/{group_id}", VIEW)
def read_complaint_group(request: ApiRequest, group_id: Id) -> ComplaintGroupFileShown:
    """One group added up."""
    return _file(complaint_group(request.actor, group_id))


@router.write("POST", "/complaint-groups", OPEN, status=201)
def complaint_group_opened(request: ApiRequest, data: ComplaintGroupTaken) -> ComplaintGroupShown:
    """Link cases about the same matter; each keeps its own clock."""
    return _shown(open_complaint_group(actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaint-groups/{group_id}/cases", JOIN)
def complaint_group_joined(request: ApiRequest, group_id: Id, data: GroupCasesTaken) -> ComplaintGroupShown:
    """Add cases."""
    row = _named(request, JOIN, group_id)
    return _shown(join_complaint_group(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaint-groups/{group_id}/cases/end", LEAVE)
def complaint_group_left(request: ApiRequest, group_id: Id, data: GroupCaseLeftTaken) -> ComplaintGroupShown:
    """Take a case out."""
    row = _named(request, LEAVE, group_id)
    return _shown(leave_complaint_group(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaint-groups/{group_id}/answer", ANSWER)
def complaint_group_answered(request: ApiRequest, group_id: Id, data: GroupAnswerTaken) -> GroupAnswerShown:
    """Draft the same answer in every case that is being handled."""
    row = _named(request, ANSWER, group_id)
    made = answer_complaint_group(row, actor=request.actor, **data.model_dump())
    return GroupAnswerShown(drafted=list(made.drafted), left_out=list(made.left_out))


@router.write("POST", "/complaint-groups/{group_id}/decision", DECIDE)
def complaint_group_decided(request: ApiRequest, group_id: Id, data: GroupDecisionTaken) -> ComplaintGroupShown:
    """Reported as a major consumer complaint, or not."""
    row = _named(request, DECIDE, group_id)
    return _shown(decide_complaint_group(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/complaint-groups/{group_id}/end", CLOSE)
def complaint_group_closed(request: ApiRequest, group_id: Id, data: GroupEndTaken) -> ComplaintGroupShown:
    """Nothing is looked at together any more."""
    row = _named(request, CLOSE, group_id)
    return _shown(close_complaint_group(row, actor=request.actor, note=data.note))
