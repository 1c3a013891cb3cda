"""Reactions to what happens on the floors below."""

from __future__ import annotations

from kexin.core.events import subscribe
from kexin.holdings.aum.follow import follow
from kexin.party.events import CustomersMerged, MergeUndone
from kexin.party.models import Customer


@subscribe(CustomersMerged)
def follow_merge(fact: CustomersMerged) -> None:
    """The accounts of the absorbed file are the kept one's now: so are its months."""
    absorbed = Customer.objects.filter(merged_into=fact.customer_id).values_list("pk", flat=True)
    follow([fact.customer_id, *absorbed])


@subscribe(MergeUndone)
def follow_parting(fact: MergeUndone) -> None:
    """The accounts went back to where they were."""
    follow([fact.customer_id])
