"""The sales of the past year: bought positions of the managers' customers get the sale behind them, others came to
nothing, and two were mis-sold. Every opinion is the matching rule's own, on the facts of its day.

What a sale was made of lies in the ledger already, to the cent. The sales come in with the bank, so their audit is the
load's one entry; those of the day of loading go through the doors (``day_sales``).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
from django.db.models import Exists, F, OuterRef, QuerySet

from kexin.holdings.models import Holding
from kexin.party.choices import PartyKind
from kexin.party.models import Customer, PortfolioAssignment
from kexin.products.models import Product
from kexin.project.demo.casting import WEALTH_MANAGER
from kexin.project.demo.mis_sold import mis_sell
from kexin.project.demo.past_rows import Facts
from kexin.project.demo.sale_counter import Counter, at, executed
from kexin.project.demo.sale_rows import Opinions, bring_sales
from kexin.project.demo.sale_story import SaleStory, own_device
from kexin.project.demo.simulate import Bank
from kexin.project.demo.staffing import Staff
from kexin.sales.choices import Gate, SaleChannel
from kexin.suitability.matching.choices import MatchOutcome
from kexin.suitability.matching.rules import decide

FIRST, LAST = 285, 8  # days before the day of loading between which the sales lie
OF_LIN, OF_OTHERS, AT_MOST = 14, 4, 56
REGIMES = ("investment", "securities")
LOOKED_AT = ("PF-01", "TR-01", "IN-W05", "FD-M01", "FD-I01", "WM-P01")  # asked about, and refused for some


@dataclass(frozen=True, slots=True)
class Ending:
    """How a sale came to nothing: the last gate it passed, its state, in which words, how long after the opening."""

    last: Gate
    state: str
    reason: str
    after: dt.timedelta


CHANGED_MIND = Ending(Gate.DISCLOSED, "cancelled", "想先和家人商量，暂不购买", dt.timedelta(minutes=16))
HEAD_REFUSED = Ending(
    Gate.SIGNED, "refused", "客户独居高龄，产品期限长，家人不知情，不同意本次销售。", dt.timedelta(hours=3)
)
LAPSED = Ending(Gate.TOLD, "cancelled", "逾期未完成，自动终止", dt.timedelta(days=7))
SUSPENDED = Ending(Gate.SIGNED, "refused", "", dt.timedelta(hours=5))


def bring_past_sales(bank: Bank, staff: Staff, facts: Facts) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Write the sales of the told sub-branches: how many of what, and the truth about the mis-sold ones."""
    counter = Counter(bank, staff)
    opinions = Opinions(facts, counter.matching)
    lin = staff.posts.get(next((p.post_no for p in bank.structure.posts if p.title == WEALTH_MANAGER), ""), 0)
    bought = list(_bought(counter))
    planted, truth = mis_sell(counter, bought, opinions)
    taken = {each.customer.pk for each in planted}
    stories, sold = list(planted), dict.fromkeys(counter.selling, 0)
    for row in bought:
        post = row.customer.lead_post_id or 0
        if row.customer_id in taken or sold[post] >= (OF_LIN if post == lin else OF_OTHERS) or len(stories) >= AT_MOST:
            continue
        story = executed(counter, row, place=len(stories))
        if story is not None:
            stories.append(story)
            taken.add(row.customer_id)
            sold[post] += 1
    others = _others(counter, taken)
    stories += _ended(counter, others)
    _refusals(counter, others, opinions)
    return bring_sales(stories, facts, opinions), truth


def _bought(counter: Counter) -> QuerySet[Holding]:
    """Positions bought in the year by persons assessed then and led by the same manager, in an order of their own."""
    day = dt.timedelta(days=1)
    led = PortfolioAssignment.objects.filter(
        customer=OuterRef("customer"), ends_on=None, starts_on__lte=OuterRef("bought_on")
    )
    rows = Holding.objects.filter(
        Exists(led),
        bought_on__range=(counter.today - FIRST * day, counter.today - LAST * day),
        cost__gte=F("product__minimum_amount"),
        customer__kind=PartyKind.INDIVIDUAL,
        customer__status="active",
        customer__lead_post__in=list(counter.selling),
        product__regime__in=REGIMES,
        product__offering="public",
        units__gt=0,
    )
    rows = rows.select_related("customer__party", "product__terms", "customer__risk_standing")
    spread = (F("customer") * 7919 + F("product") * 104729) % 1009  # the numbers of holdings differ from load to load
    return rows.order_by("customer__lead_post", spread, "customer", "product", "bought_on", "cost")


def _others(counter: Counter, taken: set[int]) -> list[Customer]:
    """Assessed customers behind no sale yet, the wealthy first."""
    rows = Customer.objects.filter(
        kind=PartyKind.INDIVIDUAL,
        status="active",
        lead_post__in=list(counter.selling),
        assets__gte=100_000,
        risk_standing__valid_until__gte=counter.today,
    ).exclude(pk__in=taken)
    return list(rows.select_related("party").order_by("-assets", "pk")[:80])


def _ended(counter: Counter, others: list[Customer]) -> Iterator[SaleStory]:
    """Sales that came to nothing: the customer's own change of mind, the head's refusal, the time run out, a product
    suspended between signature and order."""
    shelf = Product.objects.filter(regime__in=REGIMES, product_class="wealth", offering="public").order_by("code")
    by_grade: dict[int | None, list[Product]] = {}
    for product in shelf.filter(state="admitted").select_related("terms"):
        by_grade.setdefault(product.risk_grade, []).append(product)
    low, high = by_grade.get(2, []), by_grade.get(3, [])
    cases = [(CHANGED_MIND, low, counter.today - dt.timedelta(days=23))]
    cases += [(HEAD_REFUSED, high, counter.today - dt.timedelta(days=32))]
    cases += [(LAPSED, low, counter.today - dt.timedelta(days=41))]
    for change in counter.changes:
        if change["kind"] == "suspended" and counter.today - dt.timedelta(days=FIRST) < change["changed_on"]:
            off = Product.objects.select_related("terms").filter(code=change["code"])
            cases.append((SUSPENDED, list(off), change["changed_on"]))
    used: set[int] = set()
    for place, (ending, products, day) in enumerate(cases):
        counter.know(others, day)
        for customer in others:
            old = (customer.born_year or 9999) <= day.year - 66
            if customer.pk in used or old != (ending is HEAD_REFUSED):
                continue
            story = next(
                (each for each in (_ending(counter, ending, customer, p, day, place) for p in products) if each), None
            )
            if story is not None:
                used.add(customer.pk)
                yield story
                break


def _ending(
    counter: Counter, ending: Ending, customer: Customer, product: Product, day: dt.date, place: int
) -> SaleStory | None:
    """Such a sale to this customer; None where the rule would not have let it be opened, or no head was asked."""
    amount = max(product.minimum_amount or Decimal(0), Decimal(50_000))
    selling = counter.selling[customer.lead_post_id or 0]
    facts, verdict = counter.ask(customer, product, selling, amount, day, SaleChannel.REMOTE)
    needed = counter.needed(product, verdict, SaleChannel.REMOTE, staff=True)
    if verdict.outcome == MatchOutcome.REFUSE or (ending is HEAD_REFUSED) != (Gate.APPROVED in needed):
        return None
    began, reason, second = at(day, 9 + place, 10), ending.reason, None
    if ending is SUSPENDED:
        off = dataclasses.replace(facts.product, state="suspended", on_sale=False)
        again = dataclasses.replace(facts, product=off)
        second = again, decide(again, counter.matching)
        reason = " ".join(each.text for each in second[1].refusals)
    return SaleStory(
        customer=customer,
        product=product,
        selling=selling,
        amount=amount,
        began=began,
        facts=facts,
        verdict=verdict,
        channel=SaleChannel.REMOTE,
        staff=True,
        device=own_device(customer.pk),
        address=f"10.8.{place}.{customer.pk % 200 + 2}",
        needed=needed,
        last=ending.last,
        state=ending.state,
        reason=reason,
        closed=began + ending.after,
        second=second,
    )


def _refusals(counter: Counter, others: list[Customer], opinions: Opinions) -> None:
    """Opinions that refused, each for reasons of its own: asked at the counter, never opened as a sale."""
    shelf = list(Product.objects.filter(code__in=LOOKED_AT).select_related("terms").order_by("code"))
    seen: set[tuple[str, ...]] = set()
    for place, customer in enumerate(others[:30] if shelf else ()):
        product, day = shelf[place % len(shelf)], counter.today - dt.timedelta(days=3 + 14 * (place // 6))
        if place % 6 == 0:
            counter.know(others[place : place + 6], day)
        amount = product.minimum_amount or Decimal(100_000)
        selling = counter.selling[customer.lead_post_id or 0]
        facts, verdict = counter.ask(customer, product, selling, amount, day, SaleChannel.PREMISES)
        codes = tuple(each.code for each in verdict.refusals)
        if codes and codes not in seen:
            seen.add(codes)
            opinions.give(facts, verdict, product.name, at(day, 14, place % 60), selling.employee.staff_no)


def truth_rows(planted: Sequence[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """What was planted, as a table of the truth file."""
    return pa.Table.from_pylist(list(planted), schema=schema)
