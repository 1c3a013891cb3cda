"""Customer numbers for the pages of the core (audit, work), which show them without knowing customers."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from kexin.core.actor import Actor
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import open_names


def numbers_of(ids: Iterable[int]) -> dict[int, str]:
    """Customer → customer number, whoever asks: a number is no personal datum."""
    return dict(Customer.objects.filter(pk__in=list(ids)).values_list("pk", "customer_no"))


def called(actor: Actor, ids: Iterable[int]) -> dict[int, str]:
    """Customer → name as this actor may read it, for those whose file is within reach."""
    rows = list(Customer.objects.visible_to(actor, "party.view_customer").filter(pk__in=ids).select_related("party"))
    open_names(rows)
    return {row.pk: shown_name(actor, row) for row in rows}


def id_of(number: str) -> int | None:
    """The customer of a number as typed (spaces and case do not matter), or None."""
    compact = "".join(number.split()).upper()
    return Customer.objects.filter(customer_no=compact).values_list("pk", flat=True).first()


def url_of(pk: int) -> str:
    return reverse("party:customer", args=[pk])
