"""What the customer knows and wants: experience with products as risky as this one, and what the money is for.

Sources: NFRA Order 2025-7 Art. 25 (experience and objectives are known before anything is sold), Art. 12, 13 (what does
not suit is not recommended). From where on experience counts as little is the institution's own, in the policy. Both
speak of buying, not of keeping: whoever holds a product is not judged by them, and a riskier product is never easier.
"""

from __future__ import annotations

from collections.abc import Iterator

from kexin.suitability.matching.aim_policies import GRADES, Effect
from kexin.suitability.matching.choices import Purpose
from kexin.suitability.matching.facts import CustomerFacts, MatchFacts, ProductFacts
from kexin.suitability.matching.policies import MatchingPolicy
from kexin.suitability.matching.reasons import Finding
from kexin.suitability.questionnaires.choices import NO_EXPERIENCE, Objective

_CODES = {
    Effect.EXPLAIN: ("little_experience", False),
    Effect.APPROVE: ("experience_approval", False),
    Effect.REFUSE: ("experience_lacking", True),
}


def aims(facts: MatchFacts, rules: MatchingPolicy) -> Iterator[tuple[Finding, bool]]:
    """Findings about experience and objective for a product with a grade and a customer with an assessment."""
    grade = facts.product.grade
    if grade is None or grade not in GRADES or facts.ask.purpose == Purpose.HOLDING:
        return
    yield from _experience(facts, grade, rules)
    yield from _objective(facts, grade, rules)


def experience_with(customer: CustomerFacts, product: ProductFacts, days: int, facts: MatchFacts) -> int:
    """The riskiest grade the customer knows: by the answers, or by what of this class is held long enough with us.

    What is not known counts as none. ``days`` 0: what is held does not count.
    """
    known = customer.experience if customer.experience is not None else NO_EXPERIENCE
    if not days:
        return known
    held = customer.held_since.get(product.product_class, {})
    return max([known, *(grade for grade, since in held.items() if (facts.ask.on - since).days >= days)])


def _experience(facts: MatchFacts, grade: int, rules: MatchingPolicy) -> Iterator[tuple[Finding, bool]]:
    """The strictest row of the policy that applies."""
    product = facts.product
    found = [row for row in rules.experience_rows if row.applies(product.product_class, grade)]
    if not found:
        return
    known = experience_with(facts.customer, product, rules.held_days, facts)
    effects = [row.effect for row in found if grade - known >= row.above]
    if effects:
        code, binding = _CODES[max(effects)]
        yield Finding(code, {"grade": grade}), binding


def _objective(facts: MatchFacts, grade: int, rules: MatchingPolicy) -> Iterator[tuple[Finding, bool]]:
    """Contrary to the objective: never recommended; sold only where the customer wants it of the own accord."""
    customer, product, ask = facts.customer, facts.product, facts.ask
    rows = rules.objective_rows
    if not customer.objective:
        if any(row.contrary(grade, product.return_form) for row in rows.values()):
            yield Finding("objective_unknown"), False
        return
    row = rows.get(customer.objective)
    if row is None or not row.contrary(grade, product.return_form):
        return
    aim = {"words": Objective(customer.objective).label, "objective": customer.objective}
    alone = not facts.seller.needed  # the customer buys without anybody's advice
    if ask.purpose == Purpose.SALE and (ask.insists or alone):
        yield Finding("objective_own_wish", aim), False
    else:
        yield Finding("objective_contrary", aim), True
