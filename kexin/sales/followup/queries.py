"""Reads of return calls: the list, one call with its sheet and attempts."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_now
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.party.models import ContactPoint
from kexin.sales.choices import SaleState
from kexin.sales.followup.calling import NUMBERS, numbers_for
from kexin.sales.followup.choices import CallState
from kexin.sales.followup.rules import Sheet
from kexin.sales.models import ReturnCall, ReturnCallAttempt

VIEW_CALLS = "sales.view_return_calls"


@dataclass(frozen=True, slots=True)
class ReturnCallFile:
    """One call: what is asked, the numbers (masked by the page), the attempts, whether it may still be made."""

    call: ReturnCall
    sheet: Sheet
    contacts: tuple[ContactPoint, ...]
    tries: tuple[ReturnCallAttempt, ...]
    open: bool


@query(VIEW_CALLS, label=_("See return calls"), record="list", plain=("state",))
def return_calls(actor: Actor, state: str = "") -> QuerySet[ReturnCall]:
    """Return calls of sales within reach, the next to be made first.

    ``state``: of :class:`CallState`; "now" for those whose next attempt has come. Calls of a sale that was taken back
    meanwhile are not due any more and left out of "now".
    """
    rows = ReturnCall.objects.visible_to(actor, VIEW_CALLS).select_related(
        "sale__product", "sale__seller", "customer__party", "unit"
    )
    if state == "now":
        return rows.filter(state=CallState.DUE, sale__state=SaleState.EXECUTED, next_at__lte=business_now())
    return rows.filter(state=state) if state in CallState.values else rows


@query(VIEW_CALLS, label=_("See return calls"), record="open")
def return_call_file(actor: Actor, pk: int) -> ReturnCallFile:
    """One return call within reach. NotFound."""
    rows = ReturnCall.objects.visible_to(actor, VIEW_CALLS)
    row = rows.select_related("sale__product", "sale__seller", "sale__unit", "customer__party").filter(pk=pk).first()
    if row is None:
        raise NotFound
    contacts = ContactPoint.objects.filter(party_id=row.customer_id, kind__in=NUMBERS).order_by("-preferred", "pk")
    return ReturnCallFile(
        row,
        numbers_for(row).sheet(row.sheet),
        tuple(contacts),
        tuple(row.tries.order_by("pk")),
        row.state == CallState.DUE and row.sale.state == SaleState.EXECUTED,
    )
