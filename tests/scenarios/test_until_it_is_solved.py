"""A card that works again only at the second attempt: prepared words, put aside, visited again, seen on the board."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.calendar import zone
from kexin.service.deskwork.following import plan_follow_up, settle_follow_up
from kexin.service.deskwork.linking import link_requests, related_requests
from kexin.service.deskwork.macros import apply_macro, draft_macro, review_macro
from kexin.service.deskwork.snoozing import snooze_request
from kexin.service.models import ServiceRequest
from kexin.service.oversight.figures import WHOLE, asked_for, service_board
from kexin.service.queries import requests
from kexin.service.requests.closing import tell_result
from kexin.service.requests.opening import open_request
from tests.personas import Bank

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
REQUIREMENTS = {
    "F-01": (
        "reception, understanding, answer, feedback and closing of a request, with a return visit until it is settled",
        "the plan's confirmation belongs to advice",
    ),
    "F-04": "requests are found by object, content and mode of service",
    "F-09": ("who is responsible, what was promised, feedback and its handling", "risk prompt is a sale's gate"),
    "F-11": "standard words reviewed before use, filled from the request; the result is told",
    "F-12": "handling time by median and 90 %, with the list behind each number",
    "F-16": ("a return visit after the result, recorded with its outcome", "regular ones by plan: care plans"),
    "F-19": ("problems after the result are followed until settled", "use of a product after its sale: aftercare"),
    "G-09": "not settled opens it again, settled closes it with the customer's word",
}
SCREENS = {"F-11": "/requests/macros/", "F-12": "/service-board/", "F-16": "/requests/<id>/visited/"}


def test_a_card_that_works_at_the_second_attempt(bank: Bank, chen: Any, time_machine: Any) -> None:
    time_machine.move_to(MONDAY, tick=False)
    sun, zhou, wu = bank.actor("sun"), bank.actor("zhou"), bank.actor("wu")
    told = {"kind": "consultation", "category": "card", "channel": "phone"}
    row = open_request(chen, actor=sun, subject="银行卡不能取款", **told)
    other = open_request(chen, actor=sun, subject="网银也登录不上", **told)
    link_requests(row, actor=sun, other_no=other.request_no, why="换卡后才有")
    assert [each.row for each in related_requests(sun, other)] == [row]

    words = {"name": "已转卡中心", "words": "{customer}，您的 {request_no} 已转卡中心。", "stage": "answer"}
    macro = draft_macro(actor=zhou, unit=bank.units["east"], kind="consultation", **words)  # type: ignore[arg-type]
    review_macro(macro, actor=wu, agree=True)
    apply_macro(row, actor=sun, macro=macro, channel="phone")
    assert row.clocks.get(code="response").met_at == MONDAY

    snooze_request(row, actor=sun, until=MONDAY + DAY)
    assert list(requests(sun, state="unfinished", side="owned")) == [other]
    time_machine.move_to(MONDAY + DAY + HOUR, tick=False)
    assert set(requests(sun, state="unfinished", side="owned")) == {row, other}

    tell_result(row, actor=sun, result="已换新卡", solved=True, channel="phone")
    plan_follow_up(row, actor=sun, due_on=dt.date(2026, 3, 11))
    time_machine.move_to(MONDAY + 2 * DAY, tick=False)
    settle_follow_up(row, actor=sun, outcome="unsolved", channel="phone", note="还是取不了款")
    assert ServiceRequest.objects.get(pk=row.pk).round == 2
    tell_result(row, actor=sun, result="芯片已激活", solved=True, channel="phone")
    plan_follow_up(row, actor=sun, due_on=dt.date(2026, 3, 12))
    settle_follow_up(row, actor=sun, outcome="solved", channel="phone", note="能取款了")
    assert ServiceRequest.objects.get(pk=row.pk).confirmation == "confirmed"

    done = service_board(zhou, asked_for(MONDAY.date(), dt.date(2026, 3, 12))).period[WHOLE, ""]
    assert (done.received, done.told, done.solved, done.again, done.at_once) == (2, 1, 1, 1, 0)
    assert done.results.median == 25.0
