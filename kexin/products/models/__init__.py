"""What the institution offers, and what was decided about it."""

from kexin.products.models.net_value import NetValue
from kexin.products.models.product import Product

__all__ = ["NetValue", "Product"]
