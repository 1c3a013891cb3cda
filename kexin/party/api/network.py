"""The graph of relationships around a customer."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Shown
from kexin.party.models import Relationship
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach, neighbourhood

router = Endpoints("relations", _("Relationships and duplicates"))


class Member(Shown):
    """A party of the graph. Of somebody outside your reach only the kind is told; ``key`` holds for this answer."""

    key: str = Field(examples=["a"])
    customer_id: Id | None = Field(description="Only within reach", examples=[1043])
    name: str | None = Field(description="Only within reach", examples=["陈建平"])
    kind: str = Field(examples=["individual"])


class Tie(Shown):
    """A relationship: ``source`` is the ``kind`` of ``target``."""

    id: Id
    kind: str = Field(examples=["spouse"])
    source: str = Field(description="Key of a member", examples=["a"])
    target: str = Field(description="Key of a member", examples=["b"])
    share: Decimal | None = Field(examples=["25.000"])


class Neighbourhood(Shown):
    """Relationships in force up to two steps away; the second step goes only through parties within reach."""

    members: list[Member]
    ties: list[Tie]


@router.read(
    "/customers/{customer_id}/neighbourhood", "party.view_customer", _("See the network of relationships of a customer")
)
def read_neighbourhood(request: ApiRequest, customer_id: Id) -> Neighbourhood:
    """The customer, the parties up to two steps away, and what they are to each other."""
    actor = request.actor
    rows, reach = neighbourhood(actor, customer_in_reach(actor, customer_id))
    parties = {each.pk: each for row in rows for each in (row.from_party, row.to_party)}
    keys = {pk: f"m{number}" for number, pk in enumerate(sorted(parties), start=1)}
    members = [
        Member(
            key=keys[pk],
            customer_id=pk if pk in reach else None,
            name=shown_name(actor, each.customer, each) if pk in reach else None,
            kind=each.kind,
        )
        for pk, each in sorted(parties.items())
    ]
    return Neighbourhood(members=members, ties=[_tie(row, keys) for row in rows])


def _tie(row: Relationship, keys: dict[int, str]) -> Tie:
    return Tie(id=row.pk, kind=row.kind, source=keys[row.from_party_id], target=keys[row.to_party_id], share=row.share)
