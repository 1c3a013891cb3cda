"""Whose the customer is, when two files become one: shares from today on, transfers that are being signed.

The lead of the kept file leads. Days before the merge stay attributed as they were: the absorbed file's shares end
today, and begin anew on the kept file for the lines in which nobody shares there.
"""

from __future__ import annotations

from typing import Any

from kexin.core.calendar import business_date
from kexin.party.choices import ProductLine
from kexin.party.models import Customer, PortfolioShare, TransferLine
from kexin.party.operations.shares import end_shares

REASON = "merge"


def carry_shares(keep: Customer, absorbed: Customer, *, made_by: str) -> dict[str, list[int]]:
    """End the absorbed file's running shares and begin them on the kept one; what to give back when it is undone."""
    today = business_date()
    taken = set(PortfolioShare.objects.filter(customer=keep, ends_on=None).values_list("line", flat=True))
    running = list(PortfolioShare.objects.select_for_update().filter(customer=absorbed, ends_on=None).order_by("pk"))
    PortfolioShare.objects.filter(pk__in=[row.pk for row in running]).update(ends_on=today)
    begun = [
        PortfolioShare.objects.create(
            customer=keep,
            post_id=row.post_id,
            line=row.line,
            percent=row.percent,
            starts_on=today,
            reason=f"{REASON} {absorbed.customer_no}",
            made_by=made_by,
        ).pk
        for row in running
        if row.line not in taken and ProductLine.ALL not in taken
    ]
    return {"ended": [row.pk for row in running], "begun": begun}


def give_back_shares(carried: dict[str, list[int]]) -> None:
    """The kept file's shares that came with the merge end today; those of the absorbed file run again."""
    if not carried:
        return
    end_shares(PortfolioShare.objects.filter(pk__in=carried["begun"], ends_on=None))
    PortfolioShare.objects.filter(pk__in=carried["ended"]).update(ends_on=None)


def carry_lines(keep: Customer, absorbed: Customer) -> list[list[Any]]:
    """A line of a transfer that is being signed goes along where the same post leads both and the kept file has none.

    Else it stays with the absorbed file, which no transfer hands over while it is merged; either way the others of the
    transfer are not held up. What was moved, as a merge records it.
    """
    if keep.lead_post_id != absorbed.lead_post_id:
        return []
    lines = TransferLine.objects.select_for_update()
    line = lines.filter(customer=absorbed, open=True).first()
    if line is None or lines.filter(customer=keep, open=True).exists():
        return []
    if lines.filter(customer=keep, transfer=line.transfer_id).exists():
        return []
    TransferLine.objects.filter(pk=line.pk).update(customer=keep)
    return [["party.TransferLine", "customer_id", line.pk, {}]]
