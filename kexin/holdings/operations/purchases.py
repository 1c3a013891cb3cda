"""What the core system confirmed as bought appears among the customer's holdings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.holdings.choices import AccountKind, AccountRole, AccountStatus
from kexin.holdings.events import PurchaseBooked, PurchaseReversed, RedemptionBooked
from kexin.holdings.models import Account, AccountParty, Holding
from kexin.holdings.rules import INVESTMENTS
from kexin.party.models import Customer
from kexin.products.choices import ProductClass
from kexin.products.models import Product

SOURCE = "core"
_KINDS = {ProductClass.BOND: AccountKind.WEALTH, ProductClass.TRUST: AccountKind.WEALTH}


@dataclass(frozen=True, slots=True)
class Purchase:
    """What was bought, by the core's own figures. ``number`` is the same however often the purchase is told."""

    number: str
    account_no: str
    amount: Decimal
    currency: str
    units: Decimal | None
    value_on: dt.date


@operation("holdings.book_purchase", label=_("Enter a purchase that the core system confirmed"))
def book_purchase(customer: Customer, *, actor: Actor, product: Product, bought: Purchase) -> Account:
    """The account in which it lies, opened where it is new, and in it the position or the deposit. Told again: nothing.

    RuleViolation: the account number belongs to another customer or another kind.
    """
    kind = _KINDS.get(ProductClass(product.product_class)) or AccountKind(product.product_class)
    number = bought.account_no or f"{customer.customer_no}-{kind}"
    account, new = _account(customer, kind, number, bought, product)
    if kind in INVESTMENTS:
        made = _position(account, product, bought)
    else:
        made = new
    if made:
        emit(
            PurchaseBooked(customer.pk, customer.customer_no, account.pk, product.code, bought.amount, bought.currency)
        )
    return account


def _account(
    customer: Customer, kind: AccountKind, number: str, bought: Purchase, product: Product
) -> tuple[Account, bool]:
    deposit = kind not in INVESTMENTS
    if deposit:  # every deposit is an account of its own
        number = f"{number}-{bought.number}" if not bought.account_no else number
    ends_on = bought.value_on + dt.timedelta(days=product.term_days) if deposit and product.term_days else None
    account, new = Account.objects.get_or_create(
        source=SOURCE,
        source_no=number[:40],
        defaults={
            "customer": customer,
            "key_id": customer.party.key_id,
            "kind": kind,
            "product": product if deposit else None,
            "currency": bought.currency,
            "unit_id": customer.unit_id,
            "opened_on": bought.value_on,
            "matures_on": ends_on,
            "rate": product.rate if deposit else None,
            "balance": bought.amount if deposit else Decimal(0),
            "balance_on": bought.value_on if deposit else None,
        },
    )
    if account.customer_id != customer.pk or account.kind != kind or account.status == AccountStatus.CLOSED:
        raise RuleViolation(_("The account that the core system names is not one of this customer for this product."))
    if new:
        AccountParty.objects.create(account=account, customer=customer, role=AccountRole.OWNER)
    return account, new


def _position(account: Account, product: Product, bought: Purchase) -> bool:
    _row, new = Holding.objects.get_or_create(
        account=account,
        product=product,
        source_no=bought.number,
        defaults={
            "customer_id": account.customer_id,
            "units": bought.units if bought.units is not None else bought.amount,
            "cost": bought.amount,
            "market_value": bought.amount,
            "as_of": bought.value_on,
            "bought_on": bought.value_on,
            "matures_on": bought.value_on + dt.timedelta(days=product.term_days) if product.term_days else None,
        },
    )
    return new


@operation("holdings.reverse_purchase", label=_("Take a purchase that was cancelled out of the holdings"))
def reverse_purchase(customer: Customer, *, actor: Actor, product: Product, number: str) -> bool:
    """The core system cancelled a purchase booked under this number: the position goes, a deposit of its own closes.

    Whether there was one; told again: nothing.
    """
    rows = Holding.objects.select_for_update(of=("self",)).filter(customer=customer, product=product, source_no=number)
    position = rows.select_related("account").first()
    if position is not None:
        account, amount = position.account, position.cost
        position.delete()
    else:
        found = Account.objects.select_for_update(of=("self",)).filter(customer=customer, product=product)
        own = found.filter(source=SOURCE, source_no__endswith=number).exclude(status=AccountStatus.CLOSED).first()
        if own is None:
            return False
        account, amount = own, own.balance
        account.balance, account.status, account.closed_on = Decimal(0), AccountStatus.CLOSED, business_date()
        account.save(update_fields=["balance", "status", "closed_on"])
    emit(PurchaseReversed(customer.pk, customer.customer_no, account.pk, product.code, amount, account.currency))
    return True


@operation("holdings.book_redemption", label=_("Take redeemed units out of the holdings"))
def book_redemption(
    customer: Customer, *, actor: Actor, product: Product, number: str, units: Decimal, amount: Decimal
) -> Decimal | None:
    """The core system redeemed units of the purchase booked under this number; ``amount`` is what it paid for them.

    Cost and value go down in proportion; with the last unit the position goes. The units left, None where there is no
    such position. RuleViolation for more units than are held.
    """
    rows = Holding.objects.select_for_update(of=("self",)).filter(customer=customer, product=product, source_no=number)
    position = rows.select_related("account").first()
    if position is None:
        return None
    if units > position.units:
        raise RuleViolation(_("The core system redeemed more units than are held."))
    account, left = position.account, position.units - units
    if left:
        share = left / position.units
        position.cost = round(position.cost * share, 2)
        position.market_value = round(position.market_value * share, 2)
        position.units = left
        position.save(update_fields=["units", "cost", "market_value"])
    else:
        position.delete()
    emit(RedemptionBooked(customer.pk, customer.customer_no, account.pk, product.code, units, amount, account.currency))
    return left
