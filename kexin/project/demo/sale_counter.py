"""What it takes to tell a sale of the past: who sold where, products as they were, matching on the facts of a day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any, Final

from kexin.core.calendar import zone
from kexin.core.policy import in_force
from kexin.holdings.models import Holding
from kexin.party.models import Customer
from kexin.people.models import PostHolder
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.seller_queries import facts_of
from kexin.people.sellers import Seller
from kexin.products.models import Product
from kexin.project.demo.casting import HEAD, WEALTH_MANAGER
from kexin.project.demo.sale_story import SaleStory, Selling, own_device
from kexin.project.demo.simulate import Bank
from kexin.project.demo.staffing import TOLD_SUB_BRANCHES, Staff
from kexin.sales.choices import Gate, SaleChannel
from kexin.sales.matching import ASKED
from kexin.sales.rules import SaleFacts, needed_gates
from kexin.sales.sale_policies import SalePolicy
from kexin.suitability.matching.choices import MatchOutcome, Purpose
from kexin.suitability.matching.facts import AskFacts, CustomerFacts, MatchFacts, ProductFacts
from kexin.suitability.matching.gather import customer_facts, product_facts, seller_facts
from kexin.suitability.matching.policies import MatchingPolicy
from kexin.suitability.matching.rules import Verdict, decide

CHANNELS: Final = (  # and whether staff took part: on the premises such a sale is recorded
    (SaleChannel.SELF, False),
    (SaleChannel.REMOTE, True),
    (SaleChannel.PREMISES, True),
    (SaleChannel.PREMISES, False),
)
NOT_ASKED_YET = 12  # days: later ones wait for their follow-up
SAID = (
    "清楚产品不是存款，风险等级和期限都知道。",
    "自己操作的，揭示书看过，没有疑问。",
    "知道净值会波动，资金一年内不用。",
)


class Counter:
    """What one matching needs, read once: rules, products, sellers."""

    def __init__(self, bank: Bank, staff: Staff) -> None:
        self.today = bank.today
        self.matching, self.sale = in_force(MatchingPolicy), in_force(SalePolicy)
        self.qualification = in_force(QualificationPolicy)
        self.changes = bank.shelf.changes
        told = [staff.units[code] for code in bank.structure.sub_branches[:TOLD_SUB_BRANCHES]]
        held = PostHolder.objects.filter(post__unit__in=told, ends_on=None).select_related("post", "employee")
        heads = {row.post.unit_id: row.employee.staff_no for row in held if row.post.title == HEAD}
        self.selling = {
            row.post_id: Selling(row.employee, row.post_id, row.post.unit_id, heads[row.post.unit_id])
            for row in held
            if row.post.title == WEALTH_MANAGER and row.post.unit_id in heads
        }
        self._persons: dict[tuple[int, dt.date], CustomerFacts] = {}
        self._sellers: dict[int, Seller] = facts_of([each.employee for each in self.selling.values()])

    def product_on(self, product: Product, day: dt.date) -> ProductFacts:
        """The product as it was on a day: on sale, with the grade it had then."""
        now = product_facts(product, day)
        grade = now.grade
        for change in self.changes:
            if change["code"] == product.code and change["kind"] == "re_rated" and day < change["changed_on"]:
                grade = int(change["before"][1])
        return dataclasses.replace(now, grade=grade, state="admitted", on_sale=True, quota_left=None)

    def ask(
        self,
        customer: Customer,
        product: Product,
        selling: Selling,
        amount: Decimal,
        day: dt.date,
        channel: SaleChannel,
    ) -> tuple[MatchFacts, Verdict]:
        """Facts and conclusion of one question on a day."""
        of_product = self.product_on(product, day)
        seller = seller_facts(selling.employee, self._sellers[selling.employee.pk], of_product, self.qualification, day)
        facts = MatchFacts(
            of_product, self._person(customer, day), seller, AskFacts(Purpose.SALE, ASKED[channel], day, amount)
        )
        return facts, decide(facts, self.matching)

    def _person(self, customer: Customer, day: dt.date) -> CustomerFacts:
        if (customer.pk, day) not in self._persons:
            self._persons[customer.pk, day] = customer_facts([customer], day)[customer.pk]
        return self._persons[customer.pk, day]

    def know(self, customers: list[Customer], day: dt.date) -> None:
        """Read the facts of many at once, who will be asked about on that day."""
        found = customer_facts(customers, day)
        self._persons |= {(pk, day): facts for pk, facts in found.items()}

    def forget(self, customer: Customer, day: dt.date) -> None:
        """Something became known of the customer: ask anew."""
        self._persons.pop((customer.pk, day), None)

    def needed(self, product: Product, verdict: Verdict, channel: SaleChannel, *, staff: bool) -> tuple[int, ...]:
        """The gates of such a sale, by the rule."""
        facts = SaleFacts(
            channel=channel,
            staff_took_part=staff,
            is_person=True,
            recording_ruled=product.product_class in self.sale.recording_classes,
            conditions=frozenset(each.code for each in verdict.conditions),
        )
        gates = needed_gates(facts, self.sale.approval_conditions, follow_up=self.sale.follow_up_days > 0)
        return tuple(sorted(int(gate) for gate in gates))


def executed(counter: Counter, row: Holding, *, place: int, **more: Any) -> SaleStory | None:
    """The sale behind a position, if the rule would have allowed it on that day."""
    assert row.bought_on is not None
    selling = counter.selling[row.customer.lead_post_id or 0]
    channel, staff = more.pop("channel", CHANNELS[place % len(CHANNELS)])
    facts, verdict = counter.ask(row.customer, row.product, selling, row.cost, row.bought_on, channel)
    if verdict.outcome == MatchOutcome.REFUSE:
        return None
    asked = row.bought_on < counter.today - dt.timedelta(days=NOT_ASKED_YET)
    told: dict[str, Any] = {
        "device": own_device(row.customer_id),
        "address": f"10.{row.customer_id % 250}.{row.customer_id % 97}.{place % 200 + 2}",
        "seconds": 31 + row.customer_id * 7 % 160,
        "said": SAID[place % len(SAID)],
        "last": Gate.FOLLOWED_UP if asked else Gate.EXECUTED,
        "began": at(row.bought_on, 9 + place % 7, place * 7 % 60),
        **more,
    }
    return SaleStory(
        customer=row.customer,
        product=row.product,
        selling=selling,
        amount=row.cost,
        facts=facts,
        verdict=verdict,
        channel=channel,
        staff=staff,
        needed=counter.needed(row.product, verdict, channel, staff=staff),
        state="executed",
        units=row.units,
        **told,
    )


def at(day: dt.date, hour: int, minute: int) -> dt.datetime:
    """A moment of a day in China."""
    return dt.datetime.combine(day, dt.time(hour, minute), zone()).astimezone(dt.UTC)
