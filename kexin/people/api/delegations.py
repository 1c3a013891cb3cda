"""Delegations: who does somebody's work for a time."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import named
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Shown, Taken, page_of
from kexin.people.delegations import delegations_in_reach
from kexin.people.models import Delegation, Post
from kexin.people.operations import delegate_for, delegate_work, end_delegation

router = Endpoints("delegations", _("Delegation of work"))


class DelegationShown(Shown):
    """Who does whose work, from which day until which, and whether that was ended before."""

    id: Id
    post_id: Id
    absent: str = Field(description="Staff number of the absent one", examples=["1001"])
    delegate_post_id: Id
    delegate: str = Field(description="Staff number of the delegate", examples=["1003"])
    starts_on: Day
    ends_on: Day
    kinds: list[str] = Field(description="Kinds of work; none: all", examples=[["party.document_expiring"]])
    reason: str = Field(examples=["年休假"])
    made_by: str = Field(examples=["1001"])
    made_at: Moment
    ended_at: Moment | None
    ended_by: str = Field(examples=[""])


class DelegationPage(Page[DelegationShown]):
    """Delegations, the newest first, part of a list."""


class DelegationTaken(Taken):
    """A delegate for the work of a post. Nothing is moved; rights are not given."""

    post_id: Id
    delegate_post_id: Id
    starts_on: Day
    ends_on: Day
    kinds: list[str] = Field(default=[], max_length=50, description="Kinds of work; none: all", examples=[[]])
    reason: str = Field(min_length=1, max_length=200, examples=["年休假"])

    def arguments(self, *, allowed: bool) -> dict[str, Any]:
        """What the operations take. Raises InvalidRequest where the delegate's post is missing.

        Whoever is not ``allowed`` does not learn that: the door refuses first.
        """
        words, pk = _("There is no such post."), self.delegate_post_id
        post = named(Post.objects.all(), pk, "delegate_post_id", words) if allowed else Post(pk=pk)
        return {"delegate_post": post, **self.model_dump(exclude={"post_id", "delegate_post_id"})}


def _shown(row: Delegation) -> DelegationShown:
    return DelegationShown(
        id=row.pk,
        post_id=row.post_id,
        absent=row.absent.staff_no,
        delegate_post_id=row.delegate_post_id,
        delegate=row.delegate.staff_no,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        kinds=row.kinds,
        reason=row.reason,
        made_by=row.made_by,
        made_at=row.made_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


@router.read("/delegations", "people.view_delegations")
def list_delegations(request: ApiRequest, wanted: Query[Paging]) -> DelegationPage:
    """One's own, and those of the units for which one may name delegates; ended ones too."""
    lines, following = page_of(request, delegations_in_reach(request.actor), wanted, [("pk", "desc")], _shown)
    return DelegationPage(items=lines, next=following)


@router.write("POST", "/me/delegations", "people.delegate_work", status=201)
def add_own_delegation(request: ApiRequest, data: DelegationTaken) -> DelegationShown:
    """Name a delegate for one's own work at a post one holds. For persons: nobody else is on leave."""
    return _shown(delegate_work(Post(pk=data.post_id), actor=request.actor, **data.arguments(allowed=True)))


@router.write("POST", "/delegations", "people.delegate_for", status=201)
def add_delegation(request: ApiRequest, data: DelegationTaken) -> DelegationShown:
    """Name a delegate for the holder of a post of one's units."""
    given = data.arguments(allowed=request.actor.may("people.delegate_for"))
    return _shown(delegate_for(Post(pk=data.post_id), actor=request.actor, **given))


@router.write("POST", "/delegations/{delegation_id}/end", "people.end_delegation")
def finish_delegation(request: ApiRequest, delegation_id: Id) -> DelegationShown:
    """End it at once; the absent one, the delegate, or who may name one."""
    return _shown(end_delegation(Delegation(pk=delegation_id), actor=request.actor))
