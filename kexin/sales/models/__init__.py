"""A sale and the gates it passed."""

from kexin.sales.models.sale import Sale, SaleGate

__all__ = ["Sale", "SaleGate"]
