"""A sale, the gates it passed, what the customer signed, and its order."""

from kexin.sales.models.order import Order, OrderAnswer, OrderDifference
from kexin.sales.models.sale import Sale, SaleGate
from kexin.sales.models.signature import AuthorityRoot, Signature, SignatureDrawing, SignatureStamp

__all__ = [
    "AuthorityRoot",
    "Order",
    "OrderAnswer",
    "OrderDifference",
    "Sale",
    "SaleGate",
    "Signature",
    "SignatureDrawing",
    "SignatureStamp",
]
