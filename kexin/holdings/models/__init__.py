"""Tables of holdings."""

from kexin.holdings.models.account import Account, AccountParty, Card, Holding, Loan, Placed, StandingOrder
from kexin.holdings.models.figures import (
    AssetsUnderManagement,
    CustomerTier,
    DailyFigures,
    ExchangeRate,
    FiguresRun,
    Target,
    UnitFigures,
)
from kexin.holdings.models.ledger import Balance, Transaction
from kexin.holdings.models.maturity import Maturity
from kexin.holdings.models.movement import CustomerActivity

__all__ = [
    "Account",
    "AccountParty",
    "AssetsUnderManagement",
    "Balance",
    "Card",
    "CustomerActivity",
    "CustomerTier",
    "DailyFigures",
    "ExchangeRate",
    "FiguresRun",
    "Holding",
    "Loan",
    "Maturity",
    "Placed",
    "StandingOrder",
    "Target",
    "Transaction",
    "UnitFigures",
]
