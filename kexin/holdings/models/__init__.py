"""Tables of holdings."""

from kexin.holdings.models.account import Account, AccountParty, Card, Holding, Loan, StandingOrder
from kexin.holdings.models.ledger import Balance, Transaction

__all__ = ["Account", "AccountParty", "Balance", "Card", "Holding", "Loan", "StandingOrder", "Transaction"]
