"""Reactions to what happens to products."""

from __future__ import annotations

from kexin.core.actor import system
from kexin.core.events import subscribe
from kexin.products.events import OfferingFailed
from kexin.sales.operations.failing import fail_sales_of


@subscribe(OfferingFailed)
def end_what_was_ordered(fact: OfferingFailed) -> None:
    """The product is not established: its sales and orders end."""
    fail_sales_of(fact.product_id, actor=system("clock.offerings"), reason=fact.reason)
