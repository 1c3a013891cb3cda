"""Admission: a draft goes through compliance, risk, consumer protection and approval, each by the right person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add
from kexin.core.errors import Conflict, NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import close_work, duty_holder, open_work
from kexin.people.models import Employee, PostHolder
from kexin.products.choices import AdmissionState, AdmissionStep, ProductAct, ProductState, RatingState, Structure
from kexin.products.events import ProductAdmitted, ProductReturned, ProductReviewed, ProductSubmitted
from kexin.products.models import Admission, Product, RiskRating
from kexin.products.operations.rating import adopt, assess
from kexin.products.operations.rows import changed, draft, locked, need_reason, record, unit_of
from kexin.products.policies import AdmissionPolicy
from kexin.products.rules import (
    STEPS,
    TRANSITIONS,
    Persons,
    Readiness,
    may_be_admitted,
    may_do_step,
    may_pass,
    may_submit,
    step_after,
)

WORK = "products.admission"
RETURNED_WORK = "products.returned"
SUBJECT = "products.Product"
OPERATIONS = {
    AdmissionStep.COMPLIANCE: "products.review_compliance",
    AdmissionStep.RISK: "products.assess_risk",
    AdmissionStep.PROTECTION: "products.review_protection",
    AdmissionStep.APPROVAL: "products.approve_admission",
}


def readiness_of(product: Product) -> Readiness:
    """What the rule of submission looks at."""
    return Readiness(
        regime=product.regime,
        registration_code=product.registration_code,
        issuer=product.issuer,
        manager=product.manager,
        distributor=product.distributor,
        risks=set(product.risks.values_list("kind", flat=True)),
        terms=hasattr(product, "terms"),
        benchmark=product.benchmarks.exists(),
        net_value=product.structure == Structure.NET_VALUE,
    )


@operation("products.submit_product", label=_("Submit a product for admission"), plain=("note",))
def submit_product(product_id: int, *, actor: Actor, note: str = "", version: int | None = None) -> Admission:
    """Hand a draft to its reviewers. Raises RuleViolation with everything that is missing, or where no reviewer is."""
    product = draft(product_id, actor, version)
    may_submit(readiness_of(product)).enforce()
    last = product.admissions.aggregate(last=Max("number"))["last"] or 0
    admission = Admission.objects.create(
        product=product,
        number=last + 1,
        step=STEPS[0],
        drafter_user_id=product.drafter_user_id or actor.user_id,
        submitted_by=actor.name,
    )
    product.state = TRANSITIONS.after(product.state, "submit")
    changed(product, "state")
    close_work(RETURNED_WORK, SUBJECT, product.pk, outcome="done", by=actor.name)
    record(product, ProductAct.SUBMITTED, actor, note, admission=admission)
    _owe(admission, product, actor)
    emit(ProductSubmitted(subject=product.code, product_id=product.pk, round=admission.number))
    return admission


@operation("products.review_compliance", label=_("Review the compliance of a product"), plain=("opinion", "checks"))
def review_compliance(
    product_id: int, *, actor: Actor, opinion: str, checks: Sequence[str], version: int | None = None
) -> Admission:
    """Pass the compliance review: every line ticked, with an opinion, by somebody who did not draft it."""
    return _pass(product_id, AdmissionStep.COMPLIANCE, actor, opinion, checks, version)


@operation("products.assess_risk", label=_("Assess the risk of a product"), plain=("opinion", "checks"))
def assess_risk(
    product_id: int,
    *,
    actor: Actor,
    scores: Mapping[str, int],
    opinion: str,
    checks: Sequence[str],
    issuer_grade: int | None = None,
    version: int | None = None,
) -> Admission:
    """Score the eight factors of Art. 23; the grade follows from the policy, the issuer's stands beside it."""
    product = locked(product_id, actor, version)
    admission = _open_admission(product, AdmissionStep.RISK)
    rating = assess(product, actor=actor, scores=scores, issuer_grade=issuer_grade, reason=opinion)
    admission.rating = rating
    details = {"score": str(rating.score), "own": rating.own_grade, "issuer": issuer_grade, "grade": rating.grade}
    return _passed(product, admission, AdmissionStep.RISK, actor, opinion, checks, details)


@operation(
    "products.review_protection", label=_("Give the opinion of consumer protection"), plain=("opinion", "checks")
)
def review_protection(
    product_id: int, *, actor: Actor, opinion: str, checks: Sequence[str], version: int | None = None
) -> Admission:
    """消保审查 of product, contract text and promotion, apart from compliance and risk."""
    return _pass(product_id, AdmissionStep.PROTECTION, actor, opinion, checks, version)


@operation("products.approve_admission", label=_("Approve the admission of a product"), plain=("opinion", "checks"))
def approve_admission(
    product_id: int, *, actor: Actor, opinion: str, checks: Sequence[str], version: int | None = None
) -> Admission:
    """Admit the product for sale, by somebody who has neither drafted nor reviewed it."""
    return _pass(product_id, AdmissionStep.APPROVAL, actor, opinion, checks, version)


@operation("products.return_product", label=_("Return a product to its drafter"), plain=("reason",))
def return_product(product_id: int, *, actor: Actor, reason: str, version: int | None = None) -> Admission:
    """End the round with reasons; the product is a draft again and its drafter gets the work of mending it.

    Whoever may do the present step may return it, under the same maker–checker rule.
    """
    product = locked(product_id, actor, version)
    admission = _open_admission(product)
    step = AdmissionStep(admission.step)
    if not actor.may(OPERATIONS[step]):
        raise NotPermitted
    may_do_step(step, actor.user_id, _persons(admission)).enforce()
    reason = need_reason(reason)
    admission.state, admission.step, admission.closed_at = AdmissionState.RETURNED, "", timezone.now()
    admission.save(update_fields=["state", "step", "closed_at"])
    RiskRating.objects.filter(admissions=admission, state=RatingState.PROPOSED).update(
        state=RatingState.DROPPED, decided_at=timezone.now()
    )
    product.state = TRANSITIONS.after(product.state, "return")
    changed(product, "state")
    record(product, ProductAct.RETURNED, actor, reason, step=step, admission=admission)
    close_work(WORK, SUBJECT, product.pk, outcome="returned", by=actor.name)
    _owe_mending(product, admission, actor, reason)
    emit(ProductReturned(subject=product.code, product_id=product.pk, step=step, reason=reason))
    return admission


def _pass(
    product_id: int, step: AdmissionStep, actor: Actor, opinion: str, checks: Sequence[str], version: int | None
) -> Admission:
    product = locked(product_id, actor, version)
    return _passed(product, _open_admission(product, step), step, actor, opinion, checks, {})


def _open_admission(product: Product, step: AdmissionStep | None = None) -> Admission:
    """The round under way. Raises Conflict where it is at another step, RuleViolation where there is none."""
    if product.state != ProductState.IN_REVIEW:
        raise RuleViolation(_("This product is not in review."))
    admission = product.admissions.select_for_update().filter(state=AdmissionState.OPEN).first()
    if admission is None:
        raise RuleViolation(_("This product is not in review."))
    if step is not None and admission.step != step:
        raise Conflict(_("The product stands at another step now: %(step)s.") % {"step": admission.get_step_display()})
    return admission


def _persons(admission: Admission) -> Persons:
    return Persons(
        admission.drafter_user_id,
        admission.compliance_user_id,
        admission.risk_user_id,
        admission.protection_user_id,
    )


def _passed(
    product: Product,
    admission: Admission,
    step: AdmissionStep,
    actor: Actor,
    opinion: str,
    checks: Sequence[str],
    details: dict[str, Any],
) -> Admission:
    may_do_step(step, actor.user_id, _persons(admission)).enforce()
    wanted = in_force(AdmissionPolicy).checks_of(step)
    decision = may_pass(checks, [each.code for each in wanted])
    decision.enforce()
    if not opinion.strip():
        raise RuleViolation(fields={"opinion": _("Write your opinion.")})
    setattr(admission, f"{step}_user_id", actor.user_id)
    following = step_after(step)
    admission.step = following or ""
    if following is None:
        admission.state, admission.closed_at = AdmissionState.APPROVED, timezone.now()
    admission.save()
    details = {**details, "checks": [each.name for each in wanted]}
    record(product, ProductAct.PASSED, actor, opinion, step=step, admission=admission, details=details)
    close_work(WORK, SUBJECT, product.pk, outcome="done", by=actor.name)
    emit(ProductReviewed(subject=product.code, product_id=product.pk, step=step))
    if following is None:
        _admit(product, admission, actor)
    else:
        changed(product)
        _owe(admission, product, actor)
    return admission


def _admit(product: Product, admission: Admission, actor: Actor) -> None:
    if admission.rating is not None:
        adopt(admission.rating, product)
    may_be_admitted(product.regime, product.own_grade).enforce()
    product.state = TRANSITIONS.after(product.state, "admit")
    changed(product, "state", "own_grade", "issuer_grade")
    record(product, ProductAct.ADMITTED, actor, admission=admission, details={"grade": product.risk_grade})
    emit(ProductAdmitted(subject=product.code, product_id=product.pk, grade=product.risk_grade or 0))


def _owe(admission: Admission, product: Product, actor: Actor) -> None:
    """Open the work of the present step for whoever holds that duty. Raises RuleViolation where nobody does."""
    step = AdmissionStep(admission.step)
    unit = unit_of(actor)
    owner = duty_holder(OPERATIONS[step], unit, admission.drafter_user_id)
    if owner is None:
        raise RuleViolation(_("Nobody holds the duty of this step: %(step)s.") % {"step": step.label})
    policy = in_force(AdmissionPolicy)
    open_work(
        WORK,
        unit_id=unit,
        owner_post_id=owner,
        due_at=add(timezone.now(), Duration(policy.step_working_days, "working_days")),
        subject_kind=SUBJECT,
        subject_id=product.pk,
        details={"step": step, "code": product.code, "name": product.name, "name_en": product.name_en},
        policy_id=policy.policy_version,
    )


def _owe_mending(product: Product, admission: Admission, actor: Actor, reason: str) -> None:
    drafter = Employee.objects.filter(user_id=admission.drafter_user_id or 0).first()
    unit = unit_of(actor)
    owner = (
        drafter and PostHolder.objects.filter(employee=drafter, ends_on=None).values_list("post_id", flat=True).first()
    )
    owner = owner or duty_holder("products.change_product", unit, actor.user_id)
    if owner is None:
        return
    policy = in_force(AdmissionPolicy)
    open_work(
        RETURNED_WORK,
        unit_id=unit,
        owner_post_id=owner,
        due_at=add(timezone.now(), Duration(policy.step_working_days, "working_days")),
        subject_kind=SUBJECT,
        subject_id=product.pk,
        details={"reason": reason, "code": product.code, "name": product.name, "name_en": product.name_en},
        policy_id=policy.policy_version,
    )
