"""Giving a matching opinion, and verifying a qualified investor."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.calendar import business_date
from kexin.core.choices import ActorKind
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.models import Approval
from kexin.core.operation import declare_right, operation
from kexin.core.policy import in_force
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.seller_queries import seller_of
from kexin.products.choices import ProductState
from kexin.products.models import Product
from kexin.suitability.matching.choices import Purpose, QualifiedBasis, SaleChannel
from kexin.suitability.matching.events import QualifiedInvestorVerified, SuitabilityDecided
from kexin.suitability.matching.facts import AskFacts, MatchFacts, SellerFacts, as_json
from kexin.suitability.matching.gather import customer_facts, product_facts, rates_for, seller_facts, sold_of
from kexin.suitability.matching.policies import MatchingPolicy
from kexin.suitability.matching.reasons import told
from kexin.suitability.matching.rules import Verdict, decide
from kexin.suitability.models import QualifiedInvestor, SuitabilityDecision

declare_right("suitability.approve_qualified", _("Approve qualified investors"))
_LONGEST = 366  # days that a verification may count


@operation("suitability.match", label=_("Give a matching opinion"), plain=("purpose", "channel"))
def match(
    customer: Customer,
    product: Product,
    *,
    actor: Actor,
    purpose: str = Purpose.SALE,
    channel: str = SaleChannel.BRANCH,
    amount: Decimal | None = None,
    insists: bool = False,
    payment_years: int | None = None,
    kept: Decimal = Decimal(0),
) -> SuitabilityDecision:
    """Decide whether a product may be recommended or sold to a customer, and keep the opinion with all its facts.

    ``kept`` is what of the quota is kept aside for this very purchase. A refusal is an answer, not an error: it is
    stored like an allowance. Raises NotFound out of reach and for products that were never admitted, RuleViolation for
    an amount or purpose that is none.
    """
    row = Customer.objects.fetch(customer.pk, actor, "suitability.match")
    found = Product.objects.filter(pk=product.pk).exclude(state__in=_UNFINISHED).first()
    if found is None:
        raise NotFound
    ask = _ask(purpose, channel, amount, insists, payment_years)
    rules = in_force(MatchingPolicy)
    facts, employee = facts_for(row, found, ask, actor, kept)
    verdict = decide(facts, rules)
    made = SuitabilityDecision.objects.create(
        customer=row,
        product=found,
        purpose=ask.purpose,
        channel=ask.channel,
        amount=ask.amount,
        seller_id=employee,
        decided_on=ask.on,
        decided_by=actor.name,
        policy_id=rules.policy_version,
        facts=as_json(facts),
        **stored(verdict, rules),
    )
    emit(SuitabilityDecided(row.pk, str(made.pk), found.name, ask.purpose.value, made.outcome))
    return made


_UNFINISHED = (ProductState.DRAFT, ProductState.IN_REVIEW)


def _ask(purpose: str, channel: str, amount: Decimal | None, insists: bool, payment_years: int | None) -> AskFacts:
    wrong = {}
    if purpose not in Purpose.values:
        wrong["purpose"] = _("Choose a purpose.")
    if channel not in SaleChannel.values:
        wrong["channel"] = _("Choose a channel.")
    if amount is not None and (
        not amount.is_finite() or not 0 < amount < Decimal("1e15") or amount != round(amount, 2)
    ):
        wrong["amount"] = _("An amount above zero with at most two decimals.")
    if payment_years is not None and not 1 <= payment_years <= 100:
        wrong["payment_years"] = _("From 1 to 100 years.")
    if wrong:
        raise RuleViolation(fields=wrong)
    return AskFacts(Purpose(purpose), SaleChannel(channel), business_date(), amount, insists, payment_years)


def facts_for(
    customer: Customer, product: Product, ask: AskFacts, actor: Actor, kept: Decimal = Decimal(0)
) -> tuple[MatchFacts, int | None]:
    """All facts of one decision, and the employee who sells; a customer who acts alone needs no seller."""
    of_product = product_facts(
        product, ask.on, sold_of([product]).get(product.pk, kept) - kept, rates_for([product], ask.on)
    )
    of_customer = customer_facts([customer], ask.on)[customer.pk]
    if actor.kind not in (ActorKind.PERSON, ActorKind.SERVICE):
        return MatchFacts(of_product, of_customer, SellerFacts(None, needed=False), ask), None
    employee, seller = seller_of(actor)
    graded = in_force(MatchingPolicy).graded_insurance
    of_seller = seller_facts(employee, seller, of_product, in_force(QualificationPolicy), ask.on, graded)
    return MatchFacts(of_product, of_customer, of_seller, ask), of_seller.employee_id


def stored(verdict: Verdict, rules: MatchingPolicy) -> dict[str, Any]:
    """Outcome, reasons and checks as columns of a decision."""
    return {
        "outcome": verdict.outcome,
        "refusals": [told(each, rules.bases[each.code]) for each in verdict.refusals],
        "conditions": [told(each, rules.bases[each.code]) for each in verdict.conditions],
        "checks": verdict.checks,
    }


@operation(
    "suitability.propose_qualified", label=_("Propose a customer as a qualified investor"), plain=("basis", "reason")
)
def propose_qualified(
    customer: Customer, *, actor: Actor, basis: str, evidence: str, valid_until: dt.date, reason: str
) -> Approval:
    """Say on which evidence a customer may see private products; it counts once somebody else has approved it."""
    row = Customer.objects.lock(customer, actor)
    today = business_date()
    wrong = {}
    if basis not in QualifiedBasis.values:
        wrong["basis"] = _("Choose the ground.")
    if not evidence.strip():
        wrong["evidence"] = _("Say which evidence was seen.")
    if not today <= valid_until < today + dt.timedelta(days=_LONGEST):
        wrong["valid_until"] = _("From today to one year ahead.")
    if row.status != CustomerStatus.ACTIVE:
        wrong["basis"] = _("The customer's file is not active.")
    if wrong:
        raise RuleViolation(fields=wrong)
    return propose(
        "suitability.propose_qualified",
        actor=actor,
        arguments={
            "customer": row.pk,
            "basis": basis,
            "evidence": evidence.strip()[:200],
            "valid_until": valid_until.isoformat(),
            "proposed_by": actor.name,
        },
        summary={
            str(_("ground")): str(QualifiedBasis(basis).label),
            str(_("evidence")): evidence.strip()[:200],
            str(_("valid until")): str(valid_until),
        },
        unit_id=row.unit_id,
        reason=reason,
        customer_id=row.pk,
        subject_kind="party.Customer",
        subject_id=row.pk,
    )


def _verify(actor: Actor, arguments: dict[str, Any]) -> QualifiedInvestor:
    row = Customer.objects.select_for_update().get(pk=arguments["customer"])
    made = QualifiedInvestor.objects.create(
        customer=row,
        basis=arguments["basis"],
        evidence=arguments["evidence"],
        valid_until=dt.date.fromisoformat(arguments["valid_until"]),
        verified_on=business_date(),
        proposed_by=arguments["proposed_by"],
        verified_by=actor.name,
    )
    emit(QualifiedInvestorVerified(row.pk, row.customer_no, made.basis, str(made.valid_until)))
    return made


register_approvable(
    Approvable(
        operation="suitability.propose_qualified",
        decide="suitability.approve_qualified",
        label=_("Qualified investor"),
        apply=_verify,
        url=lambda approval: f"{reverse('party:customer', args=[approval.customer_id])}?tab=fits",
    )
)
