"""Grades: assessed in an admission, and anew for a product on sale (re-rating, approved by somebody else)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.decision import refused
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.models import Approval
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.products.choices import ProductAct, ProductState, RatingFactor, RatingState, RiskGrade
from kexin.products.events import ProductRerated
from kexin.products.models import Product, RiskRating
from kexin.products.operations.rows import changed, locked, need_reason, record, unit_of
from kexin.products.operations.terms import APPROVE_CHANGE, product_address
from kexin.products.policies import RatingPolicy
from kexin.products.rules import grade_of, may_score, ruling_grade


def assess(
    product: Product, *, actor: Actor, scores: Mapping[str, int], issuer_grade: int | None, reason: str
) -> RiskRating:
    """A proposed grade from the scores by the policy in force. Raises RuleViolation for a factor without a score."""
    may_score(scores).enforce()
    if issuer_grade is not None and issuer_grade not in RiskGrade.values:
        refused("issuer_grade", _("Choose one of the list."), "issuer_grade").enforce()
    policy = in_force(RatingPolicy)
    found = grade_of(scores, policy.factor_weights(), policy.limits(), policy.least())
    return RiskRating.objects.create(
        product=product,
        scores=dict(scores),
        score=found.score,
        own_grade=found.grade,
        issuer_grade=issuer_grade,
        grade=ruling_grade(found.grade, issuer_grade) or found.grade,
        raised_by=[{"factor": each.factor, "score": each.score, "grade": each.grade} for each in found.raised_by],
        reason=reason.strip(),
        policy_id=policy.policy_version,
        assessed_by=actor.name,
        assessor_user_id=actor.user_id,
    )


def adopt(rating: RiskRating, product: Product) -> None:
    """Let a grade rule; the one before is kept as replaced. The caller stores the product's two grades."""
    now = timezone.now()
    product.ratings.filter(state=RatingState.IN_FORCE).update(state=RatingState.REPLACED)
    rating.state, rating.decided_at = RatingState.IN_FORCE, now
    rating.save(update_fields=["state", "decided_at"])
    product.own_grade, product.issuer_grade = rating.own_grade, rating.issuer_grade


@operation("products.propose_rerating", label=_("Propose another grade for a product"), plain=("reason",))
def propose_rerating(
    product_id: int,
    *,
    actor: Actor,
    scores: Mapping[str, int],
    reason: str,
    issuer_grade: int | None = None,
    version: int | None = None,
) -> Approval:
    """Score an admitted product anew; the new grade rules once somebody else has approved it.

    Raises RuleViolation for a product that is not admitted, without a reason, or while another proposal waits.
    """
    product = locked(product_id, actor, version)
    if product.state not in (ProductState.ADMITTED, ProductState.SUSPENDED, ProductState.WITHDRAWN):
        raise RuleViolation(_("A draft is graded in its admission."))
    rating = assess(product, actor=actor, scores=scores, issuer_grade=issuer_grade, reason=need_reason(reason))
    return propose(
        "products.propose_rerating",
        actor=actor,
        arguments={"product": product.pk, "rating": rating.pk},
        summary={
            "product": f"{product.code} {product.name}",
            "before": f"R{product.risk_grade}" if product.risk_grade else "",
            "after": f"R{rating.grade}",
            "score": str(rating.score),
            "scores": [f"{RatingFactor(code).label} {score}" for code, score in rating.scores.items()],
        },
        unit_id=unit_of(actor),
        reason=reason,
        subject_kind="products.Product",
        subject_id=product.pk,
    )


def _apply(actor: Actor, arguments: dict[str, Any]) -> RiskRating:
    product = Product.objects.select_for_update().get(pk=arguments["product"])
    rating = RiskRating.objects.select_for_update().get(pk=arguments["rating"])
    before = product.risk_grade or 0
    adopt(rating, product)
    changed(product, "own_grade", "issuer_grade")
    after = product.risk_grade or 0
    record(product, ProductAct.RERATED, actor, rating.reason, details={"before": before, "after": after})
    if before != after:
        emit(ProductRerated(subject=product.code, product_id=product.pk, before=before, after=after))
    return rating


def _drop(_actor: Actor, arguments: dict[str, Any]) -> None:
    RiskRating.objects.filter(pk=arguments["rating"], state=RatingState.PROPOSED).update(
        state=RatingState.DROPPED, decided_at=timezone.now()
    )


register_approvable(
    Approvable(
        "products.propose_rerating", APPROVE_CHANGE, _("Re-rate a product"), _apply, drop=_drop, url=product_address
    )
)
