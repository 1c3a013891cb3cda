"""Transactions leaving the house in a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.export import Leaving, may_leave
from kexin.core.operation import operation
from kexin.holdings.choices import Direction
from kexin.holdings.ledger_queries import TransactionFilter, narrowed
from kexin.holdings.models import Account, Transaction
from kexin.holdings.queries import account_in_reach

EXPORT_HEADS = (
    _("Day"),
    _("Kind"),
    _("Direction"),
    _("Amount"),
    _("Currency"),
    _("Balance after"),
    _("Description"),
    _("Counterparty"),
    _("Bank of the counterparty"),
    _("Booking number"),
)
EXPORT_KINDS = "dttmtmtttt"  # as core.export.write_parquet reads them


@operation("holdings.export_transactions", label=_("Export transactions"), plain=("purpose",))
def export_transactions(
    account_id: int, *, actor: Actor, wanted: TransactionFilter, purpose: str
) -> QuerySet[Transaction]:
    """Allow one account's bookings to leave, narrowed, newest first; the audit keeps purpose and how many."""
    account = account_in_reach(actor, account_id, "holdings.export_transactions").account
    rows = narrowed(Transaction.objects.filter(account_id=account.pk), wanted)
    may_leave(rows, purpose)
    act = frame.current.get()
    if act is not None:
        act.subject, act.customer_id = ("holdings.Account", account.pk), account.customer_id
    return rows.order_by("-booked_on", "-id")


def as_file(account_id: int, rows: QuerySet[Transaction]) -> Leaving:
    """One account's bookings that may leave, as a file."""
    currency = Account.objects.values_list("currency", flat=True).get(pk=account_id)
    lines = export_rows(rows, currency)
    return Leaving(f"transactions-{account_id}", _("Transactions"), EXPORT_HEADS, EXPORT_KINDS, lines)


def export_rows(rows: QuerySet[Transaction], currency: str) -> Iterator[tuple[Any, ...]]:
    """The lines of the file; money out is negative, so that a column adds up."""
    for row in rows.iterator(chunk_size=2000):
        yield (
            row.booked_on,
            str(row.get_kind_display()),
            str(row.get_direction_display()),
            row.amount if row.direction == Direction.IN else -row.amount,
            currency,
            row.balance_after,
            row.description,
            row.counterparty,
            row.counterparty_bank,
            row.source_no,
        )
