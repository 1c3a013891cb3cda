"""On the shelf and off it: suspend, resume, withdraw, take back to draft."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.calendar import business_date
from kexin.core.decision import Decision
from kexin.core.events import emit
from kexin.core.models import Approval
from kexin.core.operation import operation
from kexin.products.choices import ProductAct, ProductState
from kexin.products.events import OfferingFailed, ProductRedrafted, ProductResumed, ProductSuspended, ProductWithdrawn
from kexin.products.models import Product, TradingTerms
from kexin.products.operations.rows import changed, locked, need_reason, record, unit_of
from kexin.products.operations.terms import APPROVE_CHANGE, product_address
from kexin.products.rules import TRANSITIONS, may_be_admitted
from kexin.products.trading import may_fail


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


@operation("products.propose_failure", label=_("Propose to declare an offering failed"), plain=("reason",))
def propose_failure(product_id: int, *, actor: Actor, reason: str, version: int | None = None) -> Approval:
    """By the issuer's word the product is not established: once somebody else approves it, every order of it fails.

    RuleViolation: it has no offering, or its return counts already.
    """
    product = locked(product_id, actor, version)
    _may_fail(product).enforce()
    return propose(
        "products.propose_failure",
        actor=actor,
        arguments={"product": product.pk, "reason": need_reason(reason)},
        summary={"product": f"{product.code} {product.name}", "reason": need_reason(reason)},
        unit_id=unit_of(actor),
        reason=need_reason(reason),
        subject_kind="products.Product",
        subject_id=product.pk,
    )


def _may_fail(product: Product) -> Decision:
    terms = TradingTerms.objects.filter(product=product).first()
    if terms is None:
        return may_fail((), None, None, business_date())
    return may_fail(terms.trades, terms.offer_until, terms.value_on, business_date())


def _fail(actor: Actor, arguments: dict[str, Any]) -> Product:
    product, reason = Product.objects.select_for_update().get(pk=arguments["product"]), arguments["reason"]
    _may_fail(product).enforce()
    if product.state != ProductState.WITHDRAWN:
        product.state = TRANSITIONS.after(product.state, "withdraw")
        changed(product, "state")
        emit(ProductWithdrawn(subject=product.code, product_id=product.pk, reason=reason))
    record(product, ProductAct.FAILED, actor, reason)
    emit(OfferingFailed(subject=product.code, product_id=product.pk, reason=reason))
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
register_approvable(
    Approvable("products.propose_failure", APPROVE_CHANGE, _("Failed offering"), _fail, url=product_address)
)
