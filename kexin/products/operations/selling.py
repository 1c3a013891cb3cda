"""On the shelf and off it: suspend, resume, withdraw, take back to draft."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.events import emit
from kexin.core.models import Approval
from kexin.core.operation import operation
from kexin.products.choices import ProductAct
from kexin.products.events import ProductRedrafted, ProductResumed, ProductSuspended, ProductWithdrawn
from kexin.products.models import Product
from kexin.products.operations.rows import changed, locked, need_reason, record, unit_of
from kexin.products.operations.terms import APPROVE_CHANGE, product_address
from kexin.products.rules import TRANSITIONS, may_be_admitted


@operation("products.suspend_product", label=_("Suspend the sale of a product"), plain=("reason",))
def suspend_product(product_id: int, *, actor: Actor, reason: str, version: int | None = None) -> Product:
    """Stop the sale at once: no new sale can be opened. Holdings stay as they are."""
    product, reason = locked(product_id, actor, version), need_reason(reason)
    product.state = TRANSITIONS.after(product.state, "suspend")
    changed(product, "state")
    record(product, ProductAct.SUSPENDED, actor, reason)
    emit(ProductSuspended(subject=product.code, product_id=product.pk, reason=reason))
    return product


@operation("products.propose_resumption", label=_("Propose to resume the sale of a product"), plain=("reason",))
def propose_resumption(product_id: int, *, actor: Actor, reason: str, version: int | None = None) -> Approval:
    """Put a suspended product back on sale, once somebody else approves it."""
    product = locked(product_id, actor, version)
    TRANSITIONS.may(product.state, "resume").enforce()
    return propose(
        "products.propose_resumption",
        actor=actor,
        arguments={"product": product.pk},
        summary={"product": f"{product.code} {product.name}"},
        unit_id=unit_of(actor),
        reason=need_reason(reason),
        subject_kind="products.Product",
        subject_id=product.pk,
    )


def _resume(actor: Actor, arguments: dict[str, Any]) -> Product:
    product = Product.objects.select_for_update().get(pk=arguments["product"])
    may_be_admitted(product.regime, product.own_grade).enforce()
    product.state = TRANSITIONS.after(product.state, "resume")
    changed(product, "state")
    record(product, ProductAct.RESUMED, actor)
    emit(ProductResumed(subject=product.code, product_id=product.pk))
    return product


@operation("products.withdraw_product", label=_("Withdraw a product from sale"), plain=("reason",))
def withdraw_product(product_id: int, *, actor: Actor, reason: str, version: int | None = None) -> Product:
    """End the sale for good; what customers hold stays and is followed."""
    product, reason = locked(product_id, actor, version), need_reason(reason)
    product.state = TRANSITIONS.after(product.state, "withdraw")
    changed(product, "state")
    record(product, ProductAct.WITHDRAWN, actor, reason)
    emit(ProductWithdrawn(subject=product.code, product_id=product.pk, reason=reason))
    return product


@operation("products.redraft_product", label=_("Take a product back to draft"), plain=("reason",))
def redraft_product(product_id: int, *, actor: Actor, reason: str, version: int | None = None) -> Product:
    """Open a suspended or withdrawn product for change: it passes all four steps again before it is sold."""
    product, reason = locked(product_id, actor, version), need_reason(reason)
    product.state = TRANSITIONS.after(product.state, "redraft")
    product.drafter_user_id, product.drafted_by = actor.user_id, actor.name
    changed(product, "state", "drafter_user_id", "drafted_by")
    record(product, ProductAct.REDRAFTED, actor, reason)
    emit(ProductRedrafted(subject=product.code, product_id=product.pk, reason=reason))
    return product


register_approvable(
    Approvable(
        "products.propose_resumption", APPROVE_CHANGE, _("Resume the sale of a product"), _resume, url=product_address
    )
)
