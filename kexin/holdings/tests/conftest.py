"""A small set of accounts for Mrs Chen, as a load would leave them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from kexin.core.partitions import ensure_partitions
from kexin.holdings.models import Account, AccountParty, Balance, Holding, Transaction
from kexin.products.models import Product

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def today(settings: Any) -> dt.date:
    """The institution's day."""
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    return TODAY


@dataclass
class Ledger:
    """Loads accounts and bookings: the ledger has no writing door but the import."""

    unit: Any
    number: int = 0

    def account(self, customer: Any, kind: str = "current", *, balance: str = "0", **more: Any) -> Account:
        """An account with its first owner as a party."""
        self.number += 1
        values = {"unit": self.unit, "currency": "CNY", "opened_on": dt.date(2020, 1, 6), "balance_on": TODAY} | more
        account = Account.objects.create(
            customer=customer,
            key_id=customer.party.key_id,
            number=f"62220200000{self.number:04d}",
            kind=kind,
            balance=Decimal(balance),
            source="test",
            source_no=str(self.number),
            **values,
        )
        AccountParty.objects.create(account=account, customer=customer, role="owner")
        return account

    def holding(self, account: Account, name: str, cost: str, value: str, **more: Any) -> Holding:
        """Units of a product."""
        product, _new = Product.objects.get_or_create(
            code=name, defaults={"name": name, "name_en": name, "product_class": more.pop("product_class", "wealth")}
        )
        return Holding.objects.create(
            account=account,
            customer=account.customer,
            product=product,
            units=Decimal(1000),
            cost=Decimal(cost),
            market_value=Decimal(value),
            as_of=TODAY,
            **more,
        )

    def book(self, account: Account, day: dt.date, amount: str, **more: Any) -> Transaction:
        """One booking: a negative amount goes out."""
        self.number += 1
        ensure_partitions("holdings_transaction", day, day)
        value = Decimal(amount)
        values = {
            "direction": "in" if value >= 0 else "out",
            "kind": "transfer_in" if value >= 0 else "transfer_out",
            "channel": "",
            "counterparty": "",
            "counterparty_bank": "",
            "counterparty_account": "",
            "description": "",
            "source_no": f"{self.number:06d}",
        } | more
        return Transaction.objects.create(
            id=self.number, booked_on=day, account=account, amount=abs(value), balance_after=None, **values
        )

    def state(self, account: Account, day: dt.date, balance: str) -> None:
        """The balance at the end of a day."""
        ensure_partitions("holdings_balance", day, day)
        Balance.objects.create(account=account, day=day, balance=Decimal(balance))


@pytest.fixture
def ledger(bank: Any, today: dt.date) -> Ledger:
    """Where accounts and bookings are loaded."""
    return Ledger(bank.units["east"])


@pytest.fixture
def chens(ledger: Ledger, chen: Any) -> dict[str, Account]:
    """Mrs Chen: current account, three-year deposit maturing soon, wealth account, dollars, a card with debts."""
    day = dt.timedelta(days=1)
    found = {
        "current": ledger.account(chen, balance="246380.52"),
        "deposit": ledger.account(
            chen, "time_deposit", balance="800000", rate=Decimal("2.75"), matures_on=TODAY + 12 * day
        ),
        "wealth": ledger.account(chen, "wealth", balance="620000"),
        "dollars": ledger.account(chen, balance="5000", currency="USD"),
        "card": ledger.account(chen, "card", balance="3200"),
        "gone": ledger.account(chen, balance="0", status="closed", closed_on=TODAY - 100 * day),
    }
    ledger.holding(found["wealth"], "稳利 90 天", "600000", "620000", matures_on=TODAY + 28 * day)
    ledger.holding(found["wealth"], "养老三年 FOF", "500000", "474000", product_class="fund")
    return found


ClientOf = Callable[[str], Any]
