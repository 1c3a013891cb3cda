"""Writing doors of holdings: the ledger itself is only ever loaded."""

from kexin.holdings.operations.export import export_transactions
from kexin.holdings.operations.export_many import export_accounts, export_ledger
from kexin.holdings.operations.purchases import Purchase, book_purchase, book_redemption, reverse_purchase
from kexin.holdings.operations.reveal import reveal_account_number
from kexin.holdings.operations.review import print_review_sheet

__all__ = [
    "Purchase",
    "book_purchase",
    "book_redemption",
    "export_accounts",
    "export_ledger",
    "export_transactions",
    "print_review_sheet",
    "reveal_account_number",
    "reverse_purchase",
]
