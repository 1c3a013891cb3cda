"""Who holds what: the classes of products that customers have, by their open accounts and positions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from kexin.core.actor import Actor
from kexin.holdings.choices import AccountKind, AccountStatus
from kexin.holdings.models import Account, Holding
from kexin.holdings.queries import VIEW_ACCOUNTS

BY_POSITION = (AccountKind.WEALTH, AccountKind.FUND, AccountKind.GOLD, AccountKind.INSURANCE)


def holders(actor: Actor, product_class: str) -> Q:
    """Customers who hold a class of products, as a condition on customers.

    Deposits, cards and loans are held with an open account of a product of the class (of the account's kind where it
    names no product), also at a balance of nought; wealth, funds, gold, insurance and what lies with them by a position
    of more than nought units. The first owner of an account holds it.
    """
    accounts, positions = _accounts(actor).filter(held=product_class), _positions(actor).filter(held=product_class)
    return Q(pk__in=accounts.values("customer")) | Q(pk__in=positions.values("account__customer"))


def held_classes(actor: Actor, customers: QuerySet[Any]) -> Iterator[tuple[int, str]]:
    """Customer and class of what :func:`holders` finds among ``customers``; a pair may come twice. Two reads."""
    among = customers.order_by().values("pk")
    accounts = _accounts(actor).filter(customer__in=among).values_list("customer", "held").distinct()
    positions = (
        _positions(actor).filter(account__customer__in=among).values_list("account__customer", "held").distinct()
    )
    yield from accounts.iterator(chunk_size=10_000)
    yield from positions.iterator(chunk_size=10_000)


def _open(actor: Actor) -> Any:
    return Account.objects.visible_to(actor, VIEW_ACCOUNTS).exclude(status=AccountStatus.CLOSED).order_by()


def _accounts(actor: Actor) -> Any:
    """Open accounts that hold by themselves, with the class that they hold."""
    return _open(actor).exclude(kind__in=BY_POSITION).annotate(held=Coalesce("product__product_class", "kind"))


def _positions(actor: Actor) -> Any:
    """Positions in open accounts, with the class that they are of."""
    rows = Holding.objects.filter(units__gt=0, account__in=_open(actor).values("pk")).order_by()
    return rows.annotate(held=F("product__product_class"))
