"""A sale, the gates it passed, and what the customer signed."""

from kexin.sales.models.sale import Sale, SaleGate
from kexin.sales.models.signature import AuthorityRoot, Signature, SignatureDrawing, SignatureStamp

__all__ = ["AuthorityRoot", "Sale", "SaleGate", "Signature", "SignatureDrawing", "SignatureStamp"]
