"""Targets of the months, a pool with large customers, claims and hand-overs that wait for somebody."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise

from kexin.core.actor import Actor
from kexin.holdings.aum.entered import averages_by_post
from kexin.holdings.choices import TargetMeasure
from kexin.holdings.operations.targets import set_target
from kexin.party.models import Customer, CustomerTransfer
from kexin.party.operations import assign_portfolio, claim_customer, propose_transfer, protect_customer, sign_transfer
from kexin.people.models import Post
from kexin.project.demo.casting import FIRST_UNIT, HEAD, WEALTH_MANAGER, cast, colleagues

TITLES = (WEALTH_MANAGER, "对公客户经理")
BACK, AHEAD = 6, 1  # months with targets before and after the present one
STEP = Decimal(100_000)  # targets are round
LARGE = Decimal(1_000_000)
IN_POOL = (5, 9)  # large and middle customers that wait for a new manager
GIVEN, TAKEN = 4, 8  # customers that Lin hands over, and that Lin is to take


def tell_of_targets(today: dt.date) -> None:
    """Each head sets what the posts of the own unit are to reach, from what the month before was up to 4 % more."""
    months = [_month(today, shift) for shift in range(-BACK - 1, AHEAD + 1)]
    for head in colleagues(HEAD):
        posts = list(Post.objects.filter(unit=head.unit_id, title__in=TITLES, closed_on=None).order_by("pk"))
        reached = averages_by_post([post.pk for post in posts], months)
        for number, post in enumerate(posts):
            for measure in TargetMeasure.values:
                base = Decimal(0)
                for index, (before, month) in enumerate(pairwise(months)):
                    base = reached.get((post.pk, before, measure)) or base
                    ahead = Decimal(99 + (3 * number + 2 * index) % 6) / 100
                    amount = (base * ahead / STEP).quantize(Decimal(1)) * STEP
                    if amount:
                        set_target(post, actor=head, month=month, measure=measure, amount=amount)


def _month(day: dt.date, shift: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + shift, 12)
    return dt.date(year, month + 1, 1)


def tell_of_protection() -> None:
    """Two of Lin's customers stay with Lin whoever asks."""
    zhou, largest = cast("zhou"), _led_by(cast("lin"))[1:3]
    for customer, reason in zip(largest, ("客户书面要求由现理财经理维护", "投诉处理中，暂不调整管户"), strict=False):
        protect_customer(customer, actor=zhou, reason=reason)


def tell_of_pool() -> None:
    """A colleague goes on long leave: some large customers wait in the pool. Lin claims two; the larger one needs
    the head's decision."""
    lin, zhou = cast("lin"), cast("zhou")
    for mate in _mates(lin)[:1]:
        led = _led_by(mate)
        free, most = led[len(led) // 10 :], len(led) // 6 + 1
        large = [each for each in free if each.assets >= LARGE][: min(IN_POOL[0], most)]
        middle = [each for each in free if each.assets < LARGE][: min(IN_POOL[1], most)]
        for customer in (*large, *middle):
            assign_portfolio(customer, actor=zhou, post=None, reason="原理财经理休长假，收回待分配")
        for customer in (*middle[:1], *large[:1]):
            claim_customer(customer, actor=lin, reason="客户家属由我管户，便于统一维护")


def tell_of_transfers() -> None:
    """A colleague hands customers to Lin, who has to sign; Lin hands some back, and Zhou has to supervise."""
    lin = cast("lin")
    for mate in _mates(lin)[:1]:
        taken, given = _middle(_led_by(mate), TAKEN), _middle(_led_by(lin), GIVEN)
        if taken:
            _propose(mate, lin, taken, "balance", "休假前分流管户")
        if given:
            row = _propose(lin, mate, given, "wish", "客户迁居，就近维护")
            sign_transfer(row, actor=mate, agree=True)


def _middle(led: list[Customer], most: int) -> list[Customer]:
    """Some that are neither large nor small; of a small portfolio fewer."""
    start = len(led) * 2 // 3
    return led[start : start + min(most, len(led) // 6 + 1)]


def _propose(giver: Actor, receiver: Actor, customers: list[Customer], reason: str, note: str) -> CustomerTransfer:
    assert receiver.post_id is not None
    return propose_transfer(
        Post.objects.get(pk=giver.post_id or 0),
        actor=giver,
        receivers=[receiver.post_id],
        reason=reason,
        customers=[each.pk for each in customers],
        note=note,
    )


def _mates(actor: Actor) -> list[Actor]:
    """Other wealth managers of the first sub-branch."""
    return [each for each in colleagues(WEALTH_MANAGER, FIRST_UNIT) if each.name != actor.name]


def _led_by(actor: Actor) -> list[Customer]:
    """Persons in an actor's portfolio who may go, the largest first, without Mrs Chen's family (the first files)."""
    rows = Customer.objects.filter(lead_post=actor.post_id, status="active", kind="individual", protection=None)
    told = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:3])
    return list(rows.exclude(pk__in=told).order_by("-assets", "pk"))
