"""What matures: one row per deposit, certificate, product, premium, loan and instalment, and where its money went."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.models import WorkItem
from kexin.core.scope import ScopedQuerySet
from kexin.holdings.choices import OWED, MaturityKind
from kexin.holdings.models.account import Account
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.products.models import Product


class MaturityQuerySet(ScopedQuerySet["Maturity"]):
    scope_through = "customer"


class Maturity(models.Model):
    """到期: ``contract_on`` by contract, ``due_on`` the working day on which it is paid.

    ``amount`` is in the account's currency: the balance or value matured (of a past day: that of the evening before),
    for premiums, loans and instalments what the customer owes. ``value`` is the same in the base currency, None where
    there is no rate. ``unit`` and ``post`` led the customer on that day (of a coming one: lead today). The four parts
    say where the money went within the policy's window; they add up to ``amount``, and are final from ``settled_on``.
    """

    source_kind = models.CharField(max_length=10, db_collation="C")  # account, holding, loan, instalment, order
    source_id = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=14, choices=MaturityKind.choices)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="maturities")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    contract_on = models.DateField(_("contractual date"))
    due_on = models.DateField(_("due on"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    value = models.DecimalField(_("in base currency"), max_digits=20, decimal_places=2, null=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, db_index=False, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    work = models.ForeignKey(WorkItem, on_delete=models.SET_NULL, null=True, related_name="+")
    renewed = models.DecimalField(_("renewed"), max_digits=20, decimal_places=2, null=True)
    moved = models.DecimalField(_("to another product"), max_digits=20, decimal_places=2, null=True)
    stayed = models.DecimalField(_("stayed in the account"), max_digits=20, decimal_places=2, null=True)
    gone = models.DecimalField(pgettext_lazy("maturity", "left"), max_digits=20, decimal_places=2, null=True)
    settled_on = models.DateField(null=True)

    objects = MaturityQuerySet.as_manager()

    class Meta:
        verbose_name = _("maturity")
        constraints = [
            models.UniqueConstraint(fields=["source_kind", "source_id", "contract_on"], name="holdings_maturity_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="holdings_maturity_amount"),
            models.CheckConstraint(
                condition=Q(renewed=None, moved=None, stayed=None, gone=None)
                | Q(
                    renewed__gte=0,
                    moved__gte=0,
                    stayed__gte=0,
                    gone__gte=0,
                    amount=F("renewed") + F("moved") + F("stayed") + F("gone"),
                ),
                name="holdings_maturity_parts",
            ),
        ]
        indexes = [
            models.Index("due_on", "id", include=["kind", "value", "customer"], name="holdings_maturity_due"),
            models.Index("customer", "due_on", include=["kind", "value"], name="holdings_maturity_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.contract_on}"

    @property
    def is_owed(self) -> bool:
        """Does the customer pay, instead of being paid?"""
        return self.kind in OWED

    @property
    def shifted(self) -> bool:
        """Does the contractual date fall on a day that is not worked?"""
        return self.due_on != self.contract_on

    @property
    def retained(self) -> Decimal | None:
        """承接: what stayed with the bank in whatever form; None before it is known."""
        return None if self.gone is None else self.amount - self.gone
