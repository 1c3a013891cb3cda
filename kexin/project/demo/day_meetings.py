"""Appointments of today and the coming two weeks, and what people want to be reminded of."""

from __future__ import annotations

import datetime as dt
from itertools import count

from kexin.core.actor import Actor
from kexin.core.calendar import next_working, zone
from kexin.engagement.operations import add_reminder, make_appointment
from kexin.party.models import Customer
from kexin.project.demo.casting import FIRST_UNIT, HEAD, LOBBY, WEALTH_MANAGER, cast, colleagues
from kexin.project.demo.said import MEETING_TOPICS, PLACES

SLOTS = (dt.time(9, 30), dt.time(11), dt.time(14), dt.time(15), dt.time(16))
OF_LIN = ((0, 2), (0, 3), (1, 1), (1, 4), (2, 0), (2, 2), (3, 3), (4, 1), (5, 2), (6, 0), (7, 3), (9, 2))
OF_OTHERS = ((0, 1), (1, 3), (3, 0), (5, 2), (8, 4))  # working days ahead, slot
PURPOSES = ("visit", "review", "product", "return_visit", "papers", "home")
REMINDERS = (
    "陈秀兰 62 万理财到期前，再确认一次资金用途和意向",
    "季末前整理管户前二十名的持仓报告",
    "核对本周到期客户的回访结果，漏打的补打",
    "给外出的企业主客户改约网点面谈",
)


def tell_of_meetings(today: dt.date) -> None:
    """Two weeks of meetings for every wealth manager, Lin's day the fullest; the team meets every Monday morning."""
    lin, zhou = cast("lin"), cast("zhou")
    _tell_of_chen(lin, today)
    for manager in colleagues(WEALTH_MANAGER):
        plan = OF_LIN if manager.name == lin.name else OF_OTHERS
        _fill(manager, today, plan)
    _forgotten(lin, today, 1)
    for mate in colleagues(WEALTH_MANAGER, FIRST_UNIT):
        if mate.name != lin.name:
            _forgotten(mate, today, 6)
    team = [each.post_id for each in (*colleagues(WEALTH_MANAGER, FIRST_UNIT), *colleagues(LOBBY, FIRST_UNIT))]
    for week in range(3):
        day = next_working(today + dt.timedelta(days=(7 - today.weekday()) % 7 + 7 * week))
        make_appointment(
            actor=zhou,
            starts_at=_at(day, dt.time(8, 40)),
            ends_at=_at(day, dt.time(9, 10)),
            purpose="team",
            others=[post for post in team if post],
            place="二楼会议室",
            about="周一晨会：上周承接、本周到期和电访安排",
            anyway=True,
        )
    firms = Customer.objects.filter(unit__code=FIRST_UNIT, kind="enterprise", status="active").order_by("-assets", "pk")
    for number, firm in enumerate(firms[:3]):
        _meet(zhou, firm, _ahead(today, 1 + 2 * number), dt.time(14), "home", number)


def _tell_of_chen(lin: Actor, today: dt.date) -> None:
    """Mrs Chen comes today, with her daughter."""
    chen = Customer.objects.filter(lead_post=lin.post_id).order_by("pk").first()
    if chen is not None:
        make_appointment(
            actor=lin,
            customer=chen,
            starts_at=_at(today, dt.time(10)),
            purpose="review",
            place=PLACES[0],
            about="62 万理财近期到期，女儿王澄陪同；先看持仓，再谈去向",
            remind_minutes=30,
            anyway=True,
        )


def _fill(manager: Actor, today: dt.date, plan: tuple[tuple[int, int], ...]) -> None:
    rows = Customer.objects.filter(lead_post=manager.post_id, status="active").order_by("-assets", "pk")
    for number, ((ahead, slot), customer) in enumerate(zip(plan, rows[4 : 4 + len(plan)], strict=False)):
        day = today if ahead == 0 else _ahead(today, ahead)
        _meet(manager, customer, day, SLOTS[slot], PURPOSES[number % len(PURPOSES)], number)


def _meet(actor: Actor, customer: Customer, day: dt.date, time: dt.time, purpose: str, number: int) -> None:
    topics = MEETING_TOPICS[purpose]
    make_appointment(
        actor=actor,
        customer=customer,
        starts_at=_at(day, time),
        purpose=purpose,
        place="客户处" if purpose == "home" else PLACES[number % len(PLACES)],
        about=topics[number % len(topics)],
        remind_minutes=30 if number % 2 == 0 else None,
        anyway=True,
    )


def _forgotten(manager: Actor, today: dt.date, days: int) -> None:
    """A meeting some days ago whose outcome nobody has written down yet: after a few days it is overdue."""
    rows = Customer.objects.filter(lead_post=manager.post_id, status="active").order_by("-assets", "pk")
    for customer in rows[20:21]:
        _meet(manager, customer, today - dt.timedelta(days=days), dt.time(15), "product", 0)


def tell_of_reminders(today: dt.date) -> None:
    """Lin and the heads want to be reminded of a few things."""
    lin = cast("lin")
    for ahead, text in zip(count(1), REMINDERS, strict=False):
        customer = Customer.objects.filter(lead_post=lin.post_id).order_by("pk").first() if ahead == 1 else None
        add_reminder(actor=lin, text=text, due_at=_at(_ahead(today, ahead), dt.time(9, 30)), customer=customer)
    for head in colleagues(HEAD):
        add_reminder(actor=head, text="检查逾期待办和本月目标进度", due_at=_at(_ahead(today, 2), dt.time(16, 30)))


def _ahead(today: dt.date, days: int) -> dt.date:
    """So many working days ahead."""
    day = today
    for _step in range(days):
        day = next_working(day + dt.timedelta(days=1))
    return day


def _at(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, zone())
