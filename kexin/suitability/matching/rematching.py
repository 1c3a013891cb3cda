"""After a re-rating: which holders' outcome may change, those decided one by one, what changed for whom.

``may_change`` is the pure side of the set query ``candidates``: whoever's outcome differs between the two grades is
chosen by both. Nobody is made to sell: the result is told to the managers, and to the customer by them.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date, business_now
from kexin.core.events import emit
from kexin.core.imports.staging import copy_text, line
from kexin.core.models.lookups import Keys
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import duty_holder, open_work
from kexin.holdings.models import Holding
from kexin.party.models import Customer
from kexin.products.models import Product
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.matching.choices import Purpose, SaleChannel
from kexin.suitability.matching.events import HoldersRematched
from kexin.suitability.matching.facts import AskFacts, CustomerFacts, MatchFacts, ProductFacts, SellerFacts
from kexin.suitability.matching.gather import customer_facts, product_facts
from kexin.suitability.matching.policies import MatchingPolicy
from kexin.suitability.matching.rules import Verdict, decide
from kexin.suitability.models import CapacityNote, Rematch, RiskStanding

WORK_KIND = "suitability.rematched"
BATCH = 4_000
_NOBODY_SELLS = SellerFacts(None, needed=False)
_ASKED = ("party", "kind", "status", "unit", "lead_post", "born_year", "birthday", "assets")
_LINE = ("rematch_id", "customer_id", "before", "after", "tolerance", "codes", "unit_id", "post_id", "held")


def crossing_tolerances(before: int, after: int, rules: MatchingPolicy) -> frozenset[int]:
    """The tolerances for which the matrix says something else of the two grades."""
    return frozenset(t for t in range(1, 6) if rules.pairs.get(t, {}).get(before) != rules.pairs.get(t, {}).get(after))


def may_change(customer: CustomerFacts, before: int, after: int, rules: MatchingPolicy) -> bool:
    """May keeping the product be judged otherwise for this customer? True for every customer for whom it is."""
    low, high = min(before, after), max(before, after)
    if customer.tolerance is not None and customer.tolerance in crossing_tolerances(before, after, rules):
        return True
    if customer.lowest and low <= rules.lowest_top < high:
        return True
    if customer.capacity != "full" and low <= rules.limited_top < high:
        return True
    return customer.elder and low < rules.elder_grade <= high


def judged(facts: CustomerFacts, product: ProductFacts, grade: int, on: dt.date, rules: MatchingPolicy) -> Verdict:
    """Keeping the product at a grade: no purchase, no seller."""
    return decide(MatchFacts(dataclasses.replace(product, grade=grade), facts, _NOBODY_SELLS, _keeping(on)), rules)


def _keeping(on: dt.date) -> AskFacts:
    return AskFacts(Purpose.HOLDING, SaleChannel.BRANCH, on)


def candidates(product_id: int, before: int, after: int, rules: MatchingPolicy, on: dt.date) -> QuerySet[Customer]:
    """The holders whose outcome may change, chosen in the database by what is kept of their assessments."""
    low, high = min(before, after), max(before, after)
    crossing = crossing_tolerances(before, after, rules)
    assessing = in_force(AssessmentPolicy)
    old = Q(born_year__lte=on.year - assessing.elder_age)
    wanted = Q(pk__in=RiskStanding.objects.filter(grade__in=crossing).values("pk"))
    if assessing.elder_cap in crossing:  # the elderly count with their ceiling, not with their grade
        wanted |= old & Q(pk__in=RiskStanding.objects.filter(grade__gte=assessing.elder_cap).values("pk"))
    pending = RiskStanding.objects.filter(pending__isnull=False).values("pk")  # the lower of two results counts
    wanted |= Q(pk__in=pending)
    if 1 in crossing or low <= rules.lowest_top < high or low <= rules.limited_top < high:
        wanted |= Q(pk__in=RiskStanding.objects.filter(lowest=True).values("pk"))
        young = Q(born_year__gte=on.year - assessing.adult_age)
        wanted |= young | _noted()
    if low < rules.elder_grade <= high:
        wanted |= old
    return Customer.objects.filter(wanted, pk__in=_holders(product_id))


def _noted() -> Q:
    """Customers whose file, or one merged into it, has a note of less than full capacity."""
    noted = CapacityNote.objects.exclude(capacity="full").values("customer")
    merged = Customer.objects.filter(pk__in=noted, merged_into__isnull=False).values("merged_into")
    return Q(pk__in=noted) | Q(pk__in=merged)


def _holders(product_id: int) -> QuerySet[Holding, dict[str, int]]:
    return Holding.objects.filter(product=product_id, units__gt=0).order_by().values("customer").distinct()  # type: ignore[return-value]


@operation("suitability.rematch_holders", label=_("Match all holders of a product anew"))
def rematch_holders(product: Product, *, actor: Actor, before: int, after: int) -> Rematch | None:
    """Look at all holders after the ruling grade went from ``before`` to ``after``; None where it was done already, or
    where the product had no grade before.

    Writes a line for each holder whose outcome changed and opens one work item for each manager concerned. Nothing is
    sold, blocked or told to a customer by this.
    """
    on, rules = business_date(), in_force(MatchingPolicy)
    if (
        before < 1
        or before == after
        or Rematch.objects.filter(product=product, before=before, after=after, done_on=on).exists()
    ):
        return None
    found, posts = 0, Counter[tuple[int, int | None]]()
    lines: list[tuple[object, ...]] = []
    of_product, ask = product_facts(product, on), _keeping(on)
    was_graded, is_graded = (dataclasses.replace(of_product, grade=grade) for grade in (before, after))
    chosen = candidates(product.pk, before, after, rules, on).only(*_ASKED).order_by("pk")
    narrow = not of_product.private and Purpose.HOLDING not in rules.consent_purposes
    for batch in _batches(chosen):
        found += len(batch)
        worth = _worth(product.pk, batch)
        for customer, facts in zip(batch, customer_facts(batch, on, keeping=narrow).values(), strict=True):
            was = decide(MatchFacts(was_graded, facts, _NOBODY_SELLS, ask), rules)
            now = decide(MatchFacts(is_graded, facts, _NOBODY_SELLS, ask), rules)
            if was.outcome == now.outcome:
                continue
            posts[customer.unit_id, customer.lead_post_id] += 1
            codes = [each.code for each in (*now.refusals, *now.conditions)]
            lines.append(
                (
                    customer.pk, was.outcome.value, now.outcome.value, facts.tolerance, json.dumps(codes),
                    customer.unit_id, customer.lead_post_id, worth.get(customer.pk),
                )
            )  # fmt: skip
    run = Rematch.objects.create(
        product=product,
        before=before,
        after=after,
        holders=_holders(product.pk).count(),
        held=Holding.objects.filter(product=product, units__gt=0).aggregate(all=Sum("market_value"))["all"] or 0,
        decided=found,
        changed=len(lines),
        policy_id=rules.policy_version,
        done_on=on,
    )
    copy_text("suitability_rematchline", _LINE, (line((run.pk, *each)) for each in lines))
    _tell_managers(run, product, posts, rules)
    emit(HoldersRematched(product.code, product.pk, run.pk, before, after, run.holders, run.changed))
    return run


def _batches(rows: QuerySet[Customer]) -> Iterator[list[Customer]]:
    passing = rows.iterator(chunk_size=BATCH)
    while batch := list(islice(passing, BATCH)):
        yield batch


def _worth(product_id: int, customers: list[Customer]) -> dict[int, Decimal]:
    """What these customers hold of the product, at market value."""
    rows = Holding.objects.filter(product=product_id, units__gt=0, customer__any_of=Keys(row.pk for row in customers))
    return dict(rows.order_by().values_list("customer").annotate(worth=Sum("market_value")))


def _tell_managers(
    run: Rematch, product: Product, posts: Counter[tuple[int, int | None]], rules: MatchingPolicy
) -> None:
    due = add(business_now(), Duration(rules.rematch_days, Unit.WORKING_DAYS))
    owed: Counter[tuple[int, int]] = Counter()
    for (unit_id, post_id), number in posts.items():
        owner = post_id or duty_holder("party.assign_portfolio", unit_id, None)
        if owner is not None:
            owed[unit_id, owner] += number
    for (unit_id, owner), number in sorted(owed.items()):
        open_work(
            WORK_KIND,
            unit_id=unit_id,
            owner_post_id=owner,
            due_at=due,
            subject_kind=f"suitability.Rematch:{owner}:{unit_id}",
            subject_id=run.pk,
            details={
                "product": product.name,
                "product_id": product.pk,
                "before": run.before,
                "after": run.after,
                "customers": number,
            },
            policy_id=rules.policy_version,
        )
