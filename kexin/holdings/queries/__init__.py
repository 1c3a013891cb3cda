"""Reads of holdings: what a customer has, how it moved, one account with its transactions.

Scope: the customer must be within reach both for the file and for the running operation; then every account counts to
which the customer is a party, in whatever role.
"""

from __future__ import annotations

from kexin.holdings.queries.accounts import (
    AccountFile,
    AccountPartyLine,
    Obligations,
    account_in_reach,
    obligations,
    open_account,
)
from kexin.holdings.queries.balances import BalanceLine, balance_lines, balances
from kexin.holdings.queries.positions import (
    MOST_ACCOUNTS,
    AccountLine,
    Portfolio,
    Position,
    portfolio,
    portfolio_of,
    product_name,
)
from kexin.holdings.queries.reach import VIEW_ACCOUNTS, VIEW_BALANCES, customer_for, same_reach

__all__ = [
    "MOST_ACCOUNTS",
    "VIEW_ACCOUNTS",
    "VIEW_BALANCES",
    "AccountFile",
    "AccountLine",
    "AccountPartyLine",
    "BalanceLine",
    "Obligations",
    "Portfolio",
    "Position",
    "account_in_reach",
    "balance_lines",
    "balances",
    "customer_for",
    "obligations",
    "open_account",
    "portfolio",
    "portfolio_of",
    "product_name",
    "same_reach",
]
