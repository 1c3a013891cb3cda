"""Requests unfinished on the day of loading, through the doors: running, late, paused, offered, put aside, told."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Final

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, next_working, zone
from kexin.party.models import Customer
from kexin.project.demo.casting import FIRST_UNIT, LOBBY, cast, colleagues
from kexin.project.demo.said_requests import ASKED, ON_IT
from kexin.service.deskwork.following import plan_follow_up
from kexin.service.deskwork.linking import link_requests
from kexin.service.deskwork.snoozing import snooze_request
from kexin.service.models import ServiceRequest
from kexin.service.requests.closing import tell_result
from kexin.service.requests.handling import note_request, record_contact
from kexin.service.requests.opening import open_request
from kexin.service.requests.pausing import pause_clock
from kexin.service.requests.responsibility import offer_request

# what became of it so far, how many hours ago the customer spoke, which of the told requests
STANDING: Final = (
    ("new", 1, 0), ("new", 3, 9), ("new", 6, 12), ("new", 20, 6), ("late", 30, 1), ("late", 200, 4),
    ("answered", 8, 2), ("answered", 26, 7), ("answered", 40, 16), ("paused", 28, 8), ("paused", 50, 17),
    ("offered", 5, 10), ("offered", 22, 11), ("snoozed", 12, 13), ("told", 30, 3), ("told", 54, 5), ("told", 80, 14),
    ("linked", 4, 15),
)  # fmt: skip


def tell_of_requests() -> None:
    """Of Lin's customers, one each where there are enough: every other told Sun on the telephone, the rest told Lin.

    The lobby is offered two, one is visited again.
    """
    lin, sun, at = cast("lin"), cast("sun"), dt.datetime.now(dt.UTC)
    rows = Customer.objects.filter(lead_post=lin.post_id).exclude(status="prospect").select_related("party")
    mine = list(rows.order_by("customer_no")[: 2 * len(STANDING)])[-len(STANDING) :]
    if not mine:
        return
    lobby = next(iter(colleagues(LOBBY, FIRST_UNIT)), None)
    last: ServiceRequest | None = None
    for (state, hours, number), customer in zip(STANDING, itertools.cycle(mine), strict=False):
        kind, category, subject, text, result = ASKED[number]
        asked = sun if number % 2 and state not in ("offered", "linked") else lin
        row = open_request(
            customer,
            actor=asked,
            kind=kind,
            category=category,
            channel="phone" if asked is sun else ("phone", "branch", "visit")[number % 3],
            subject=subject,
            text=text,
            urgency="urgent" if state == "late" else "general",
            received_at=at - dt.timedelta(hours=hours),
        )
        _go_on(row, asked, state, result, lobby)
        if state == "linked" and last is not None:
            link_requests(row, actor=lin, other_no=last.request_no, why="同一小区，同一天来问")
        last = row


def _go_on(row: ServiceRequest, owner: Actor, state: str, result: str, lobby: Actor | None) -> None:
    if state in ("answered", "paused", "snoozed", "told"):
        record_contact(row, actor=owner, channel="phone", text=ON_IT[row.pk % len(ON_IT)], reaction="neutral")
    if state == "answered":
        note_request(row, actor=owner, text="已联系运营，下午回复。")
    elif state == "paused":
        pause_clock(row, actor=owner, code="result", reason="awaits_customer", note="等身份证复印件")
    elif state == "offered" and lobby is not None and lobby.post_id is not None:
        offer_request(row, actor=owner, post_id=lobby.post_id, reason="客户明天到网点，请在厅堂办理")
    elif state == "snoozed":
        morning = dt.datetime.combine(next_working(business_date()), dt.time(9), zone())
        snooze_request(row, actor=owner, until=morning)
    elif state == "told":
        tell_result(row, actor=owner, result=result, solved=not result.endswith("未获同意。"), channel="phone")
        if row.pk % 2:
            plan_follow_up(row, actor=owner, due_on=next_working(business_date()))
