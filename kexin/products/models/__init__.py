"""What the institution offers, and what was decided about it."""

from kexin.products.models.product import Product

__all__ = ["Product"]
