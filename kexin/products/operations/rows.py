"""What the operations of this floor share: the locked row, its record, its unit, its place in the schemes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.people.models import OrgUnit
from kexin.products.choices import ProductAct, ProductState
from kexin.products.models import Admission, Product, ProductStep


def locked(product_id: int, actor: Actor, version: int | None = None) -> Product:
    """The product, locked for this transaction. Raises NotFound, or Conflict where another version stands now."""
    act = frame.current.get()
    if act is None:
        raise RuntimeError("locked() is called inside an operation")
    row = Product.objects.visible_to(actor, act.operation).select_for_update().filter(pk=product_id).first()
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise Conflict(current={"version": row.version})
    return row


def draft(product_id: int, actor: Actor, version: int | None = None) -> Product:
    """The product, locked, if it is a draft. Raises RuleViolation where it is not any more."""
    row = locked(product_id, actor, version)
    if row.state != ProductState.DRAFT:
        raise RuleViolation(_("Only a draft can be changed; what is admitted is taken back to draft first."))
    return row


def changed(product: Product, *fields: str) -> None:
    """Store these fields and count the version up."""
    product.version += 1
    product.save(update_fields=[*fields, "version"])


def record(
    product: Product,
    act: ProductAct,
    actor: Actor,
    text: str = "",
    *,
    step: str = "",
    admission: Admission | None = None,
    details: dict[str, Any] | None = None,
) -> ProductStep:
    """Write a line of the product's own record."""
    return ProductStep.objects.create(
        product=product,
        admission=admission,
        act=act,
        step=step,
        text=text.strip(),
        details=details or {},
        done_by=actor.name,
    )


def unit_of(actor: Actor) -> int:
    """The unit that work about products is counted to: the actor's own, else head office."""
    return actor.unit_id or OrgUnit.objects.get(parent=None).pk


def need_reason(reason: str) -> str:
    """The reason without blanks. Raises RuleViolation where there is none."""
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    return reason.strip()
