"""Printing the product sheet: what leaves is written down with the fingerprint of the file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.operation import operation
from kexin.products.models import Product
from kexin.products.texts.choices import TextKind, TextLanguage
from kexin.products.texts.queries import version_in_use
from kexin.products.texts.sheet import product_sheet


@dataclass(frozen=True, slots=True)
class SheetFile:
    """The file and what it is called."""

    name: str
    content: bytes


@operation("products.print_sheet", label=_("Print a product sheet"), plain=("language",))
def print_sheet(product_id: int, *, actor: Actor, language: str) -> SheetFile:
    """The sheet in use today as PDF. Raises RuleViolation where no reviewed text is in use in that language."""
    product = Product.objects.visible_to(actor, "products.print_sheet").filter(pk=product_id).first()
    if product is None:
        raise NotFound
    act = frame.current.get()
    if act is not None:
        act.subject = ("products.Product", product.pk)
    return sheet_file(product, language)


def sheet_file(product: Product, language: str) -> SheetFile:
    """The same for a caller that has asked its own permission. Inside an operation, which notes the fingerprint."""
    if language not in TextLanguage.values:
        raise RuleViolation(fields={"language": _("Choose one of the list.")})
    version = version_in_use(product, TextKind.PRODUCT_SHEET, language)
    if version is None:
        raise RuleViolation(_("No reviewed product sheet is in use in this language."))
    content = product_sheet(product, version)
    act = frame.current.get()
    if act is not None:
        act.notes["sha256"] = hashlib.sha256(content).hexdigest()
        act.notes["text_version"] = version.pk
    return SheetFile(f"{product.code}-{language}.pdf", content)
