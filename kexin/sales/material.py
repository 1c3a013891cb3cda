"""What is given to a customer before a purchase: the reviewed texts in use, the questions about the risks."""

from __future__ import annotations

from kexin.core.policy import in_force
from kexin.products.models import Product, TextVersion
from kexin.products.texts.choices import TextKind
from kexin.products.texts.queries import versions_in_use
from kexin.sales.sale_policies import Question, UnderstandingPolicy

GIVEN = (TextKind.RISK_DISCLOSURE, TextKind.PRODUCT_SHEET)


def texts_for(product: Product, language: str) -> list[TextVersion]:
    """The risk disclosure and the product sheet in use today; empty where no reviewed disclosure is in use."""
    found = versions_in_use(product, GIVEN, (language,))
    return found if any(each.text.kind == TextKind.RISK_DISCLOSURE for each in found) else []


def questions_for(product: Product) -> tuple[Question, ...]:
    """The questions about the risks of the product's class."""
    return in_force(UnderstandingPolicy).of_class(product.product_class)
