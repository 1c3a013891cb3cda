"""Accounts and what hangs on them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.fields import Level, PersonalField
from kexin.core.masking import mask_account
from kexin.core.scope import ScopedQuerySet
from kexin.holdings.choices import AccountKind, AccountRole, AccountStatus, CardStatus, LoanStatus
from kexin.party.models import Customer
from kexin.people.models import OrgUnit
from kexin.products.models import Product


class AccountQuerySet(ScopedQuerySet["Account"]):
    scope_through = "customer"


class Account(models.Model):
    """账户. ``customer`` is the first owner; further parties stand in :class:`AccountParty`.

    ``balance`` is the stated balance after the last booking, unchanged from the source; for loans and cards it is
    what the customer owes, as a positive number.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="accounts")
    key_id = models.UUIDField(editable=False)
    number = PersonalField(_("account number"), level=Level.C2, mask=mask_account, max_length=40)
    token = models.BinaryField(editable=False, max_length=16, null=True)
    token_next = models.BinaryField(editable=False, max_length=16, null=True)
    last4_token = models.BinaryField(editable=False, max_length=16, null=True)
    kind = models.CharField(_("kind"), max_length=14, choices=AccountKind.choices)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("branch"))
    status = models.CharField(_("state"), max_length=8, choices=AccountStatus.choices, default=AccountStatus.OPEN)
    opened_on = models.DateField(pgettext_lazy("account", "opened on"), null=True, blank=True)
    closed_on = models.DateField(pgettext_lazy("account", "closed on"), null=True, blank=True)
    matures_on = models.DateField(_("matures on"), null=True, blank=True)
    rate = models.DecimalField(_("rate in % a year"), max_digits=8, decimal_places=4, null=True, blank=True)
    balance = models.DecimalField(_("balance"), max_digits=20, decimal_places=2, default=0)
    balance_on = models.DateField(_("balance of"), null=True, blank=True)
    source = models.CharField(max_length=20, blank=True, db_collation="C")
    source_no = models.CharField(max_length=40, blank=True, db_collation="C")
    version = models.PositiveIntegerField(default=1)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_no"], condition=~Q(source_no=""), name="holdings_account_source"
            ),
            models.UniqueConstraint(fields=["token"], name="holdings_account_once"),
            models.UniqueConstraint(fields=["token_next"], name="holdings_account_once_next"),
            models.CheckConstraint(
                condition=~Q(status=AccountStatus.CLOSED) | Q(closed_on__isnull=False), name="holdings_account_closed"
            ),
        ]
        indexes = [
            models.Index("customer", "kind", name="holdings_account_customer"),
            models.Index("last4_token", name="holdings_account_last4"),
            models.Index("matures_on", condition=Q(matures_on__isnull=False), name="holdings_account_maturity"),
        ]

    def __str__(self) -> str:
        return f"Account {self.pk}"


class AccountParty(models.Model):
    """Who may do what with an account: every owner and everybody authorised."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="parties")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="account_roles")
    role = models.CharField(_("role"), max_length=12, choices=AccountRole.choices)
    source_no = models.CharField(max_length=40, blank=True, db_collation="C")

    class Meta:
        verbose_name = _("party to an account")
        constraints = [models.UniqueConstraint(fields=["account", "customer"], name="holdings_accountparty_once")]
        indexes = [models.Index("customer", name="holdings_accountparty_cust")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.role} {self.account_id}"


class Holding(models.Model):
    """持仓: units of a product in an account, at cost and at market, as of a day."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holdings")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="holdings")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    units = models.DecimalField(_("units"), max_digits=24, decimal_places=6)
    cost = models.DecimalField(_("cost"), max_digits=20, decimal_places=2)
    market_value = models.DecimalField(_("market value"), max_digits=20, decimal_places=2)
    as_of = models.DateField(_("as of"))
    bought_on = models.DateField(_("bought on"), null=True, blank=True)
    matures_on = models.DateField(_("matures on"), null=True, blank=True)
    source_no = models.CharField(max_length=40, blank=True, db_collation="C")

    class Meta:
        verbose_name = _("holding")
        indexes = [models.Index("customer", name="holdings_holding_customer")]
        constraints = [
            models.UniqueConstraint(fields=["account", "product", "source_no"], name="holdings_holding_once")
        ]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.account_id}"


class Placed(models.Model):
    """已销售额: what is placed of a product with a quota, at cost, kept by triggers (migration 0008)."""

    product_id = models.BigIntegerField(primary_key=True)
    cost = models.DecimalField(_("placed, at cost"), max_digits=24, decimal_places=2)

    class Meta:
        managed = False
        db_table = "holdings_placed"
        verbose_name = _("what is placed of a product")

    def __str__(self) -> str:
        return f"{self.product_id}: {self.cost}"


class Loan(models.Model):
    """贷款 on a loan account, or granted against a current account."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="loans")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="loans")
    granted_on = models.DateField(_("granted on"))
    principal = models.DecimalField(_("principal"), max_digits=20, decimal_places=2)
    term_months = models.PositiveSmallIntegerField(_("term in months"))
    payment = models.DecimalField(_("monthly payment"), max_digits=20, decimal_places=2)
    rate = models.DecimalField(_("rate in % a year"), max_digits=8, decimal_places=4, null=True, blank=True)
    status = models.CharField(_("state"), max_length=14, choices=LoanStatus.choices)
    source = models.CharField(max_length=20, blank=True, db_collation="C")
    source_no = models.CharField(max_length=40, blank=True, db_collation="C")

    class Meta:
        verbose_name = _("loan")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_no"], condition=~Q(source_no=""), name="holdings_loan_source"
            )
        ]

    def __str__(self) -> str:
        return f"Loan {self.pk}"


class Card(models.Model):
    """A bank or credit card of one party to an account."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="cards")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="cards")
    key_id = models.UUIDField(editable=False)
    number = PersonalField(_("card number"), level=Level.C2, mask=mask_account, max_length=40)
    token = models.BinaryField(editable=False, max_length=16, null=True)
    last4_token = models.BinaryField(editable=False, max_length=16, null=True)
    kind = models.CharField(_("kind"), max_length=40)
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    status = models.CharField(_("state"), max_length=8, choices=CardStatus.choices, default=CardStatus.ACTIVE)
    source = models.CharField(max_length=20, blank=True, db_collation="C")
    source_no = models.CharField(max_length=40, blank=True, db_collation="C")

    class Meta:
        verbose_name = _("card")
        indexes = [models.Index("last4_token", name="holdings_card_last4")]
        constraints = [
            models.UniqueConstraint(fields=["token"], name="holdings_card_once"),
            models.UniqueConstraint(
                fields=["source", "source_no"], condition=~Q(source_no=""), name="holdings_card_source"
            ),
        ]

    def __str__(self) -> str:
        return f"Card {self.pk}"


class StandingOrder(models.Model):
    """委托扣款: what an account pays regularly."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="standing_orders")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="standing_orders")
    to_bank = models.CharField(_("to bank"), max_length=80, blank=True)
    to_account = models.CharField(_("to account"), max_length=40, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    purpose = models.CharField(_("purpose"), max_length=60, blank=True)
    day_of_month = models.PositiveSmallIntegerField(_("day of the month"), null=True, blank=True)
    source = models.CharField(max_length=20, blank=True, db_collation="C")
    source_no = models.CharField(max_length=40, blank=True, db_collation="C")

    class Meta:
        verbose_name = _("standing order")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_no"], condition=~Q(source_no=""), name="holdings_order_source"
            )
        ]

    def __str__(self) -> str:
        return f"Order {self.pk}"
