"""Tables of holdings."""

from kexin.holdings.models.account import Account, AccountParty, Card, Holding, Loan, StandingOrder
from kexin.holdings.models.figures import (
    AssetsUnderManagement,
    CustomerTier,
    DailyFigures,
    ExchangeRate,
    FiguresRun,
    Target,
)
from kexin.holdings.models.ledger import Balance, Transaction

__all__ = [
    "Account",
    "AccountParty",
    "AssetsUnderManagement",
    "Balance",
    "Card",
    "CustomerTier",
    "DailyFigures",
    "ExchangeRate",
    "FiguresRun",
    "Holding",
    "Loan",
    "StandingOrder",
    "Target",
    "Transaction",
]
