"""The matching decision: a pure function of facts and policy. No database, no clock; missing facts never allow.

Sources: NFRA Order 2025-7 (金融机构产品适当性管理办法) Art. 7, 12, 13, 18, 19, 22, 28–31, 35–39; for funds and
securities the regime of the securities supervisor (special warning, lowest class). Every refusal is monotone in the
product's grade: a riskier product is never easier to buy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kexin.core.decision import Decision, Reason
from kexin.products.choices import ProductState, Regime
from kexin.suitability.matching.aims import aims
from kexin.suitability.matching.choices import Check, MatchOutcome, Purpose
from kexin.suitability.matching.facts import CustomerFacts, MatchFacts, ProductFacts
from kexin.suitability.matching.policies import MatchingPolicy
from kexin.suitability.matching.reasons import Finding, cooling_words, size_words

_LARGEST = Decimal("1e15")
_REGIMES = frozenset(Regime.values)
_ACTIVE = (Purpose.RECOMMENDATION, Purpose.CALL_TASK, Purpose.MESSAGE, Purpose.SCRIPT)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The conclusion: every refusal found, and what has to be done where there is none."""

    refusals: tuple[Finding, ...]
    conditions: tuple[Finding, ...]

    @property
    def outcome(self) -> MatchOutcome:
        if self.refusals:
            return MatchOutcome.REFUSE
        return MatchOutcome.CONDITIONS if self.conditions else MatchOutcome.ALLOW

    @property
    def decision(self) -> Decision:
        """As the house writes conclusions: reasons against, conditions as warnings."""
        return Decision(
            tuple(Reason(each.code, each.text) for each in self.refusals),
            tuple(Reason(each.code, each.text) for each in self.conditions),
        )

    @property
    def checks(self) -> dict[str, bool]:
        """The three checks 三查, and the seller: each passed or not."""
        failed = {each.check for each in self.refusals}
        return {check.value: check not in failed for check in Check}


def decide(facts: MatchFacts, rules: MatchingPolicy) -> Verdict:
    """Allow, allow with conditions, or refuse; refusals and conditions in the order of the three checks."""
    refusals: list[Finding] = []
    conditions: list[Finding] = []
    for finding, binding in _found(facts, rules):
        (refusals if binding else conditions).append(finding)
    return Verdict(tuple(refusals), tuple(conditions))


_Found = Iterator[tuple[Finding, bool]]


def _found(facts: MatchFacts, rules: MatchingPolicy) -> _Found:
    yield from _identity(facts, rules)
    yield from _product_on_sale(facts, rules)
    yield from _seller(facts)
    if facts.product.regime == Regime.NONE:
        return
    if facts.product.regime not in _REGIMES:
        yield Finding("regime_unknown"), True
    yield from _capacity(facts, rules)
    yield from _grades(facts, rules)
    yield from _money(facts, rules)
    yield from _approval(facts, rules)
    yield from _time(facts, rules)
    if facts.product.regime == Regime.INSURANCE:
        yield from _insurance(facts, rules)
    yield from _cooling(facts, rules)


# -- who the customer is -------------------------------------------------------------------------------------------


def _identity(facts: MatchFacts, rules: MatchingPolicy) -> _Found:
    customer, ask = facts.customer, facts.ask
    if not customer.active:
        yield Finding("customer_state"), True
    if not customer.document_long_term:
        if customer.document_until is None:
            yield Finding("identity_missing"), True
        elif customer.document_until < ask.on:
            yield Finding("identity_expired", {"day": customer.document_until}), True
    if customer.restrictions:
        yield Finding("restricted"), True
    if ask.purpose in rules.consent_purposes and ask.purpose not in customer.consents:
        yield Finding("consent_missing"), True


def _capacity(facts: MatchFacts, rules: MatchingPolicy) -> _Found:
    """No capacity: no sale; limited capacity: low risk only, and the guardian agrees (Art. 19)."""
    customer, grade = facts.customer, facts.product.grade
    if not customer.individual:
        return
    if customer.age is None:
        yield Finding("age_unknown"), True
    if customer.capacity == "none":
        yield Finding("no_capacity"), True
    elif customer.capacity != "full":
        if grade is None or grade > rules.limited_top:
            yield Finding("limited_capacity", {"top": rules.limited_top}), True
        if customer.guardian_consents is not True:
            yield Finding("guardian_needed"), True
    if customer.elder and grade is not None and grade >= rules.elder_grade:
        yield Finding("elder_care"), False


# -- what the customer can bear, and whether the product fits ------------------------------------------------------


def _assessed(customer: CustomerFacts, on: dt.date) -> Finding | None:
    """Why no assessment counts; None where one does."""
    if customer.tolerance is not None and customer.valid_until is not None and customer.valid_until >= on:
        return None
    if customer.standing == "unconfirmed":
        return Finding("assessment_unconfirmed")
    if customer.valid_until is not None and customer.valid_until < on:
        return Finding("assessment_expired", {"day": customer.valid_until})
    return Finding("assessment_missing")


def needs_grade(product: ProductFacts, rules: MatchingPolicy) -> bool:
    """Insurance needs a grade only where principal or benefit is uncertain (Art. 36); a kind not known counts so."""
    if product.regime != Regime.INSURANCE or not product.insurance_kind:
        return True
    return product.insurance_kind in rules.graded_insurance


def is_short_or_property(product: ProductFacts, rules: MatchingPolicy) -> bool:
    """Insurance of one year or less, and property insurance, need no analysis of needs (Art. 40)."""
    if product.insurance_kind in rules.graded_insurance:
        return False
    short = product.term_days is not None and product.term_days <= rules.needs_free_days
    return product.insurance_kind in rules.needs_free or (short and bool(product.insurance_kind))


def _grades(facts: MatchFacts, rules: MatchingPolicy) -> _Found:
    customer, product = facts.customer, facts.product
    if product.private and (customer.qualified_until is None or customer.qualified_until < facts.ask.on):
        yield Finding("not_qualified"), True
    if product.private and facts.ask.purpose in (Purpose.MESSAGE, Purpose.SCRIPT):
        yield Finding("private_promotion"), True
    if product.grade is None:
        if not needs_grade(product, rules):
            return
        yield Finding("grade_missing"), True
    if customer.exempt:
        return
    missing = _assessed(customer, facts.ask.on)
    if missing is not None:
        yield missing, True
        return
    tolerance, grade = customer.tolerance, product.grade
    if grade is None or tolerance is None:
        return
    pair = {"tolerance": tolerance, "grade": grade}
    if customer.lowest and grade > rules.lowest_top:
        yield Finding("lowest_class"), True
    fits = rules.pairs.get(tolerance, {}).get(grade)
    if fits is None:
        yield Finding("pair_undefined", pair), True
    elif not fits:
        yield from _above(facts, rules, pair)
    yield from aims(facts, rules)


def _above(facts: MatchFacts, rules: MatchingPolicy, pair: dict[str, int]) -> _Found:
    """Above the customer's grade: never recommended (Art. 13); what insisting changes depends on the regime."""
    regime, ask = facts.product.regime, facts.ask
    if ask.purpose in _ACTIVE or ask.purpose == Purpose.HOLDING or not ask.insists:
        yield Finding("grade_above", pair), True
    elif regime == Regime.INSURANCE:
        yield Finding("insist_confirmation"), False
    elif regime == Regime.SECURITIES and not rules.stricter:
        yield Finding("insist_warning"), False
    elif regime == Regime.SECURITIES:
        yield Finding("grade_above", pair), True
        yield Finding("insist_stricter"), True
    else:
        yield Finding("grade_above", pair), True
        yield Finding("insist_forbidden"), True


def _money(facts: MatchFacts, rules: MatchingPolicy) -> _Found:
    """Ability to pay (Art. 12): how much of the assets would lie in products of higher risk."""
    customer, product, ask = facts.customer, facts.product, facts.ask
    if ask.purpose == Purpose.HOLDING or (product.grade is None and not needs_grade(product, rules)):
        return
    if product.rate is None:
        yield Finding("rate_missing"), True
        return
    if customer.assets is None:
        yield Finding("assets_unknown"), True
        return
    amount = ask.amount if ask.amount is not None else product.minimum or Decimal(0)
    if product.grade is None or not amount.is_finite() or not 0 <= amount < _LARGEST:
        return
    amount *= product.rate
    total = max(customer.assets, Decimal(0)) + amount
    scale = rules.scale_of(customer.scale)
    for row in scale.shares if scale else rules.share_rows:
        if product.grade < row.grade or not total:
            continue
        risky = sum((held for grade, held in customer.held_by_grade.items() if grade >= row.grade), amount)
        share = round(100 * risky / total, 1)
        values = {"grade": row.grade, "share": share, "most": row.most}
        if share > row.most:
            if scale:
                yield Finding("scale_concentration", {**values, **_size(customer)}), True
            else:
                yield Finding("concentration", values), True
        elif share > row.warn:
            yield Finding("concentration_near", values), False


def _size(customer: CustomerFacts) -> dict[str, Any]:
    return {"scale": customer.scale, "size": size_words(customer.scale)}


def _approval(facts: MatchFacts, rules: MatchingPolicy) -> _Found:
    """From an amount on that depends on its size, the purchase of an enterprise is approved (H-15)."""
    scale, ask, rate = rules.scale_of(facts.customer.scale), facts.ask, facts.product.rate
    if scale is None or ask.purpose == Purpose.HOLDING or ask.amount is None or not ask.amount.is_finite():
        return
    if rate is None or ask.amount * rate >= scale.approve_from:
        values = {**_size(facts.customer), "amount": f"{scale.approve_from:,}"}
        yield Finding("scale_senior" if scale.senior else "scale_approval", values), False


def _time(facts: MatchFacts, rules: MatchingPolicy) -> _Found:
    """Term against the time the customer can do without the money, and against age."""
    customer, product = facts.customer, facts.product
    days = product.term_days
    if days is None or days < rules.term_from or facts.ask.purpose == Purpose.HOLDING:
        return
    if not customer.exempt and product.regime != Regime.INSURANCE:
        longest = rules.horizon_days.get(customer.horizon)
        if longest is None:
            if _assessed(customer, facts.ask.on) is None:  # otherwise the missing assessment is told already
                yield Finding("horizon_unknown"), True
        elif days > longest:
            yield Finding("term_over_horizon", {"days": days}), True
    if customer.individual and customer.age is not None:
        age = customer.age + days // 365
        if age > rules.age_at_end:
            yield Finding("age_at_end", {"age": age}), False


# -- the product on the day, the seller, insurance -----------------------------------------------------------------


def _product_on_sale(facts: MatchFacts, rules: MatchingPolicy) -> _Found:
    product, ask = facts.product, facts.ask
    if ask.purpose == Purpose.HOLDING:
        return
    if product.state != ProductState.ADMITTED or not product.on_sale:
        yield Finding("product_state"), True
    if ask.channel not in rules.channels:
        yield Finding("channel"), True
    amount = ask.amount
    if amount is not None and not (amount.is_finite() and 0 < amount < _LARGEST and amount == round(amount, 2)):
        yield Finding("amount"), True
        return
    if amount is not None and product.minimum is not None and amount < product.minimum:
        yield Finding("below_minimum", {"minimum": product.minimum}), True
    wanted = amount if amount is not None else product.minimum or Decimal("0.01")
    if product.quota_left is not None and product.quota_left < wanted:
        yield Finding("quota"), True


def _seller(facts: MatchFacts) -> _Found:
    """Only staff with the proper qualification speak of a product (J-06); nobody is needed where no staff take part."""
    seller = facts.seller
    if facts.ask.purpose == Purpose.HOLDING or not seller.needed:
        return
    if seller.employee_id is None:
        yield Finding("seller_unknown"), True
    for _code, words in seller.reasons:
        yield Finding("seller", {"words": words}), True
    for _code, words in seller.warnings:
        yield Finding("seller", {"words": words}), False


def _insurance(facts: MatchFacts, rules: MatchingPolicy) -> _Found:
    """Needs analysis and ability to pay (Art. 35, 36; not for Art. 40); the declaration of Art. 39."""
    customer, product, ask = facts.customer, facts.product, facts.ask
    if ask.purpose == Purpose.HOLDING or is_short_or_property(product, rules):
        return
    if not customer.needs_known or customer.income is None or customer.budget is None:
        yield Finding("needs_missing"), True
        return
    amount, years = ask.amount, ask.payment_years
    uncertain = not product.insurance_kind or product.insurance_kind in rules.uncertain
    if amount is None or not amount.is_finite() or not uncertain:
        return
    if years is None:
        if ask.purpose == Purpose.SALE:
            yield Finding("payment_years_unknown"), True
        return
    if product.rate is None:
        yield Finding("rate_missing"), True
        return
    amount *= product.rate
    single = years <= 1 and amount > rules.single_premium_times * customer.income
    yearly = years > 1 and 100 * amount > rules.annual_premium_share * customer.income
    over_budget = 100 * amount >= rules.budget_share * customer.budget
    old = customer.age is not None and years + customer.age >= rules.age_and_years
    if single or yearly or over_budget or old:
        yield Finding("insurance_declaration"), False


def cooling_hours(product: ProductFacts, rules: MatchingPolicy) -> int:
    """How long a purchase may be withdrawn: the rule's least, or longer where the product says so; nought: never."""
    stated = product.cooling_hours or 0
    if product.regime == Regime.INSURANCE and is_short_or_property(product, rules):
        return stated
    for row in rules.cooling_rows:
        if row.product_class in ("", product.product_class) and row.private in (None, product.private):
            return max(row.hours, stated)
    return stated


def _cooling(facts: MatchFacts, rules: MatchingPolicy) -> _Found:
    """The right to withdraw, where one exists, is told."""
    hours = cooling_hours(facts.product, rules) if facts.ask.purpose == Purpose.SALE else 0
    if hours:
        begins_with_policy = facts.product.regime == Regime.INSURANCE
        yield Finding("cooling_off", {"words": cooling_words(hours, begins_with_policy), "hours": hours}), False
