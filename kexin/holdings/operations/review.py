"""Printing the review sheet: a file with a customer's holdings leaves the screen, so it is written down."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.holdings.events import ReviewSheetPrinted
from kexin.holdings.queries import customer_for, portfolio_of
from kexin.holdings.review import Section, review_pack, review_sheet
from kexin.party.models import Party

__all__ = ["Section", "Sheet", "print_review_sheet", "review_pack"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The file and what it is called."""

    name: str
    content: bytes


@operation("holdings.print_review_sheet", label=_("Print the review of holdings"))
def print_review_sheet(customer_id: int, *, actor: Actor) -> Sheet:
    """The customer's holdings as PDF. Audit and timeline keep the file's SHA-256, so that a print can be told later."""
    customer = customer_for(actor, customer_id, "holdings.print_review_sheet")
    decrypt_rows(Party, [customer.party], ("name",))
    content = review_sheet(actor, customer, portfolio_of(customer.pk))
    digest = hashlib.sha256(content).hexdigest()
    act = frame.current.get()
    if act is not None:
        act.subject, act.customer_id = ("party.Customer", customer.pk), customer.pk
        act.notes["sha256"] = digest
    emit(ReviewSheetPrinted(customer.pk, digest))
    return Sheet(f"review-{customer.customer_no}.pdf", content)
