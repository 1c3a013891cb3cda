"""Accounts and bookings of many customers leaving the house, each with a right of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.export import Leaving, may_leave, most_rows, need_purpose
from kexin.core.fields import decrypt_rows
from kexin.core.masking import mask_account
from kexin.core.operation import operation
from kexin.holdings.choices import Direction
from kexin.holdings.ledger_queries import TransactionFilter, narrowed
from kexin.holdings.models import Account, Transaction

AT_ONCE = 500  # accounts whose bookings are read together; the unique index of the ledger begins with the account
ACCOUNT_HEADS = (
    _("Account"),
    _("Account number"),
    _("Customer number"),
    _("Kind"),
    _("Product"),
    _("Currency"),
    _("Balance"),
    _("Balance of"),
    _("State"),
    pgettext_lazy("account", "opened on"),
    _("Unit"),
)
ACCOUNT_KINDS = "ntttttmdtdt"  # as core.export.write_parquet reads them
LEDGER_HEADS = (
    _("Account"),
    _("Account number"),
    _("Customer number"),
    _("Day"),
    _("Kind"),
    _("Direction"),
    _("Amount"),
    _("Currency"),
    _("Balance after"),
    _("Description"),
    _("Counterparty"),
    _("Booking number"),
)
LEDGER_KINDS = "nttdttmtmttt"


def _accounts(actor: Actor, door: str, unit_path: str) -> QuerySet[Account]:
    """Accounts of customers within reach of the door, of a unit and everything below it."""
    rows = Account.objects.visible_to(actor, door)
    return rows.filter(unit__path__startswith=unit_path) if unit_path else rows


@operation("holdings.export_accounts", label=_("Export accounts"), plain=("purpose", "unit_path"))
def export_accounts(*, actor: Actor, purpose: str, unit_path: str = "") -> tuple[QuerySet[Account], int]:
    """Allow the accounts within reach to leave, and say how many; numbers stay masked in the file."""
    rows = _accounts(actor, "holdings.export_accounts", unit_path)
    count = may_leave(rows, purpose)
    return rows.select_related("customer", "unit", "product").order_by("pk"), count


@operation(
    "holdings.export_ledger", label=_("Export the transactions of many accounts"), plain=("purpose", "unit_path")
)
def export_ledger(
    *, actor: Actor, wanted: TransactionFilter, purpose: str, unit_path: str = ""
) -> tuple[QuerySet[Account], int]:
    """Allow bookings to leave: the accounts within reach, and how many bookings of them are wanted."""
    need_purpose(purpose)
    rows = _accounts(actor, "holdings.export_ledger", unit_path)
    most, count = most_rows(), 0
    for some in _some(rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=AT_ONCE)):
        found = narrowed(Transaction.objects.filter(account_id__in=some), wanted)
        count += found.order_by().values("id")[: most + 1 - count].count()
        if count > most:
            break
    may_leave(count, purpose)
    return rows.select_related("customer").order_by("pk"), count


def _some(items: Iterator[Any]) -> Iterator[list[Any]]:
    while part := list(islice(items, AT_ONCE)):
        yield part


def _numbered(accounts: QuerySet[Account]) -> Iterator[list[Account]]:
    """Accounts in parts, their numbers decrypted together."""
    for some in _some(accounts.iterator(chunk_size=AT_ONCE)):
        decrypt_rows(Account, some, ("number",))
        yield some


def accounts_file(accounts: QuerySet[Account]) -> Leaving:
    """Accounts that may leave, as a file."""
    return Leaving("accounts", _("Accounts"), ACCOUNT_HEADS, ACCOUNT_KINDS, account_rows(accounts))


def ledger_file(accounts: QuerySet[Account], wanted: TransactionFilter) -> Leaving:
    """Bookings of many accounts that may leave, as a file."""
    return Leaving("transactions", _("Transactions"), LEDGER_HEADS, LEDGER_KINDS, ledger_rows(accounts, wanted))


def account_rows(accounts: QuerySet[Account]) -> Iterator[tuple[Any, ...]]:
    """The lines of the file of accounts."""
    for some in _numbered(accounts):
        for row in some:
            yield (
                row.pk,
                mask_account(row.number),
                row.customer.customer_no,
                str(row.get_kind_display()),
                row.product.name if row.product else "",
                row.currency,
                row.balance,
                row.balance_on,
                str(row.get_status_display()),
                row.opened_on,
                row.unit.name,
            )


def ledger_rows(accounts: QuerySet[Account], wanted: TransactionFilter) -> Iterator[tuple[Any, ...]]:
    """The bookings account by account, oldest first; money out is negative, so that a column adds up."""
    for some in _numbered(accounts):
        known = {account.pk: account for account in some}
        found = narrowed(Transaction.objects.filter(account_id__in=known), wanted)
        for row in found.order_by("account_id", "booked_on", "id").iterator(chunk_size=2000):
            account = known[row.account_id]
            yield (
                account.pk,
                mask_account(account.number),
                account.customer.customer_no,
                row.booked_on,
                str(row.get_kind_display()),
                str(row.get_direction_display()),
                row.amount if row.direction == Direction.IN else -row.amount,
                account.currency,
                row.balance_after,
                row.description,
                row.counterparty,
                row.source_no,
            )
