"""Opinions for calls about a product (J-06): on a whole list in one set of reads, and once more when a call is opened.

The list is judged by what is known of its customers; who calls is judged when they open the call, because only then it
is known who that is. The script may be read where the purpose “script” is allowed too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.engagement.calls.products import Opinion, ProductGate
from kexin.party.models import Customer
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.seller_queries import seller_of
from kexin.products.models import Product
from kexin.suitability.matching.choices import Check, MatchOutcome, Purpose, SaleChannel
from kexin.suitability.matching.events import CallOpinionsGiven, SuitabilityDecided
from kexin.suitability.matching.facts import AskFacts, MatchFacts, SellerFacts, as_json
from kexin.suitability.matching.gather import customer_facts, product_facts, rates_for, seller_facts, sold_of
from kexin.suitability.matching.operations import stored
from kexin.suitability.matching.policies import MatchingPolicy
from kexin.suitability.matching.rules import Verdict, decide
from kexin.suitability.models import SuitabilityDecision

MATCH_CALLS = "suitability.match_calls"
_STEP = 1000  # opinions written, and told by one event, at a time
_OUT_OF_REACH = Opinion(False, reasons=(_("Not found, or outside your reach"),))


def _product(product_id: int) -> Product:
    found = Product.objects.select_related("terms").filter(pk=product_id).first()
    if found is None:
        raise NotFound
    return found


def _seller(actor: Actor, products: Collection[Product]) -> dict[int, SellerFacts]:
    """What the people floor says of the actor for each of these products; the reads do not grow with them."""
    employee, seller = seller_of(actor)
    on, rules = business_date(), in_force(QualificationPolicy)
    graded = in_force(MatchingPolicy).graded_insurance
    return {row.pk: seller_facts(employee, seller, product_facts(row, on), rules, on, graded) for row in products}


def _facts(customers: list[Customer], product: Product, seller: SellerFacts, purpose: Purpose) -> dict[int, MatchFacts]:
    """The facts of each customer for a call about the product."""
    on = business_date()
    of_product = product_facts(product, on, sold_of([product]).get(product.pk), rates_for([product], on))
    ask = AskFacts(purpose, SaleChannel.PHONE, on)
    return {pk: MatchFacts(of_product, one, seller, ask) for pk, one in customer_facts(customers, on).items()}


@operation(MATCH_CALLS, label=_("Give matching opinions for calls"), plain=("purpose",))
def match_calls(
    customer_ids: Collection[int], product_id: int, *, actor: Actor, purpose: str = Purpose.CALL_TASK, spoken: bool
) -> dict[int, SuitabilityDecision]:
    """Decide and keep, for each customer within reach, whether the product may be spoken of on the telephone.

    ``spoken``: the actor calls now, so the actor's own standing counts; for a list it counts when a call is opened.
    """
    product, rules = _product(product_id), in_force(MatchingPolicy)
    reach = Customer.objects.visible_to(actor, MATCH_CALLS).filter(pk__in=customer_ids)
    seller = _seller(actor, [product])[product.pk] if spoken else SellerFacts(None, needed=False)
    found = _facts(list(reach), product, seller, Purpose(purpose))
    made = [
        SuitabilityDecision(
            customer_id=pk,
            product=product,
            purpose=facts.ask.purpose,
            channel=facts.ask.channel,
            seller_id=seller.employee_id,
            decided_on=facts.ask.on,
            decided_by=actor.name,
            policy_id=rules.policy_version,
            facts=as_json(facts),
            **stored(decide(facts, rules), rules),
        )
        for pk, facts in found.items()
    ]
    SuitabilityDecision.objects.bulk_create(made, batch_size=_STEP)
    if spoken and purpose == Purpose.CALL_TASK:
        for each in made:
            emit(SuitabilityDecided(each.customer_id, str(each.pk), product.name, purpose, each.outcome))
    else:
        for start in range(0, len(made), _STEP):
            part = made[start : start + _STEP]
            refused = sum(each.outcome == MatchOutcome.REFUSE for each in part)
            emit(CallOpinionsGiven(product.code, product.pk, str(purpose), len(part), refused))
    return {each.customer_id: each for each in made}


# -- what the floor of calls asks ------------------------------------------------------------------------------------


def _callers(actor: Actor, product_ids: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    rows = list(Product.objects.filter(pk__in=product_ids))
    return {pk: tuple(str(words) for _code, words in each.reasons) for pk, each in _seller(actor, rows).items()}


def _decide(actor: Actor, product_id: int, customer_ids: Collection[int], spoken: bool) -> Mapping[int, Opinion]:
    made = match_calls(customer_ids, product_id, actor=actor, spoken=spoken)
    found = {pk: _stored_opinion(row) for pk, row in made.items()}
    if spoken and any(each.allowed for each in found.values()):
        match_calls(customer_ids, product_id, actor=actor, purpose=Purpose.SCRIPT, spoken=True)
    return {pk: found.get(pk, _OUT_OF_REACH) for pk in customer_ids}


def _look(actor: Actor, product_id: int, customer_id: int) -> Opinion:
    product, rules = _product(product_id), in_force(MatchingPolicy)
    rows = list(Customer.objects.visible_to(actor, MATCH_CALLS).filter(pk=customer_id))
    if not rows:
        return _OUT_OF_REACH
    seller = _seller(actor, [product])[product.pk]
    facts = _facts(rows, product, seller, Purpose.CALL_TASK)[customer_id]
    ask = AskFacts(Purpose.SCRIPT, SaleChannel.PHONE, facts.ask.on)
    verdict = decide(facts, rules)
    read = decide(MatchFacts(facts.product, facts.customer, seller, ask), rules)
    return Opinion(
        allowed=not verdict.refusals,
        about_caller=_about_caller(verdict),
        reasons=tuple(each.text for each in verdict.refusals),
        conditions=tuple(each.text for each in verdict.conditions),
        script=not read.refusals,
    )


def _about_caller(verdict: Verdict) -> bool:
    return bool(verdict.refusals) and all(each.check == Check.SELLER for each in verdict.refusals)


def _stored_opinion(row: SuitabilityDecision) -> Opinion:
    return Opinion(
        allowed=row.outcome != MatchOutcome.REFUSE,
        about_caller=bool(row.refusals) and all(each["check"] == Check.SELLER for each in row.refusals),
        reasons=_words(row.refusals),
        conditions=_words(row.conditions),
        number=row.pk,
    )


def _words(reasons: list[dict[str, object]]) -> tuple[str, ...]:
    """Stored reasons in the language of the screen."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return tuple(str(each["words"][language]) for each in reasons)  # type: ignore[index]


def _told(numbers: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    rows = SuitabilityDecision.objects.filter(pk__in=numbers).values_list("pk", "refusals")
    return {pk: _words(refusals) for pk, refusals in rows}


GATE = ProductGate(callers=_callers, decide=_decide, look=_look, told=_told)
