"""The ledger: bookings and stated balances, partitioned by month, never changed after the import.

Made in SQL (migration 0002): primary key ``(id, booked_on)`` or ``(account_id, day)``; the import key contains the
date; no Django foreign key points at them.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.holdings.choices import Direction, TransactionKind
from kexin.holdings.models.account import Account


class LedgerQuerySet(ScopedQuerySet["Transaction"]):
    scope_through = "account"


class Transaction(models.Model):
    """交易: one booking as the source states it. ``seq`` orders the bookings of a day."""

    pk = models.CompositePrimaryKey("id", "booked_on")
    id = models.BigIntegerField()
    booked_on = models.DateField(_("booked on"))
    booked_at = models.DateTimeField(_("at"), null=True)
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    balance_after = models.DecimalField(_("balance after"), max_digits=20, decimal_places=2, null=True)
    kind = models.CharField(_("kind"), max_length=14, choices=TransactionKind.choices)
    channel = models.CharField(_("channel"), max_length=20)
    counterparty = models.CharField(_("counterparty"), max_length=120)
    counterparty_bank = models.CharField(_("bank of the counterparty"), max_length=80)
    counterparty_account = models.CharField(_("account of the counterparty"), max_length=40)
    description = models.CharField(_("description"), max_length=200)
    source_no = models.CharField(max_length=40, db_collation="C")

    objects = LedgerQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "holdings_transaction"


class Balance(models.Model):
    """The stated balance of an account at the end of a day; a row only where it changed."""

    pk = models.CompositePrimaryKey("account_id", "day")
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    day = models.DateField(_("day"))
    balance = models.DecimalField(_("balance"), max_digits=20, decimal_places=2)

    class Meta:
        managed = False
        db_table = "holdings_balance"
