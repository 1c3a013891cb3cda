"""Reads of review packs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.query import query
from kexin.party.models import Customer
from kexin.sales.models import ReviewPack

VIEW = "sales.view_review_packs"


@query(VIEW, label=_("See review packs"))
def review_packs_of(actor: Actor, customer: Customer) -> list[ReviewPack]:
    """A customer's packs, the newest first; their files lie among the documents."""
    rows = ReviewPack.objects.visible_to(actor, VIEW).filter(customer=customer).select_related("document")
    return list(rows.order_by("-number")[:20])
