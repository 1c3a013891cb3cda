"""The age of facts: when each kind of data was confirmed, and confirming it again."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Shown, Taken, one_of
from kexin.party.choices import FactKind
from kexin.party.facts import FactAge, facts_of
from kexin.party.models import Customer
from kexin.party.operations import confirm_facts
from kexin.party.queries import customer_in_reach

router = Endpoints("customer facts", _("Age of facts"))
VIEW = "party.view_customer"


class FactShown(Shown):
    """One kind of data of a file, how old it is, and when it is to be confirmed again."""

    kind: str = Field(examples=["contacts"])
    since: Day = Field(description="The last confirmation, else the admission, else the opening of the file")
    confirmed_on: Day | None
    source: str = Field(description="`said`, `seen`, `changed`; empty if never confirmed", examples=["said"])
    confirmed_by: str = Field(examples=["林晓雯"])
    months: int = Field(description="Completed months since then", examples=[20])
    due_on: Day | None = Field(description="Never, if the policy does not review this kind")
    due: bool = Field(description="The day has come or is near enough for work", examples=[False])
    overdue: bool = Field(examples=[False])


class FactsShown(Shown):
    """Every kind of data that the file holds."""

    items: list[FactShown]


class FactsTaken(Taken):
    """What is still right, and how one knows: the customer said so, or a document was seen."""

    kinds: Annotated[list[one_of(FactKind)], Field(min_length=1, max_length=20, examples=[["contacts", "address"]])]  # type: ignore[valid-type]
    source: str = Field(pattern="^(said|seen)$", examples=["said"])


@router.read("/customers/{customer_id}/facts", VIEW, _("See how old the facts of a file are"))
def read_facts(request: ApiRequest, customer_id: Id) -> FactsShown:
    """Every kind of data of the file with its age."""
    return _facts(request, customer_in_reach(request.actor, customer_id))


@router.write("POST", "/customers/{customer_id}/facts/confirmations", "party.confirm_facts")
def confirm(request: ApiRequest, customer_id: Id, data: FactsTaken) -> FactsShown:
    """Say that kinds of data are still right today. All of them are confirmed, or none."""
    row = confirm_facts(Customer(pk=customer_id), actor=request.actor, kinds=data.kinds, source=data.source)
    return _facts(request, row)


def _facts(request: ApiRequest, customer: Customer) -> FactsShown:
    return FactsShown(items=[_fact(each) for each in facts_of(request.actor, customer)])


def _fact(fact: FactAge) -> FactShown:
    return FactShown(
        kind=fact.kind.value,
        since=fact.since,
        confirmed_on=fact.confirmed_on,
        source=fact.source,
        confirmed_by=fact.who,
        months=fact.months,
        due_on=fact.due_on,
        due=fact.due,
        overdue=fact.overdue,
    )
