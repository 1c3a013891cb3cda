"""Reactions to what happens to products."""

from __future__ import annotations

from kexin.core.actor import system
from kexin.core.events import subscribe
from kexin.products.events import ProductRerated
from kexin.products.models import Product
from kexin.suitability.matching.rematching import rematch_holders


@subscribe(ProductRerated)
def match_holders_anew(fact: ProductRerated) -> None:
    """The grade changed: every holder is looked at again (NFRA Order 2025-7 Art. 22). Told twice, done once."""
    product = Product.objects.get(pk=fact.product_id)
    rematch_holders(product, actor=system("clock.rerating"), before=fact.before, after=fact.after)
