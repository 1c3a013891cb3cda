"""What is within reach is the same, asked branch by branch or as one condition; the figures too."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.calendar import zone
from kexin.party.models import Customer
from kexin.service.models import ServiceRequest
from kexin.service.models import requests as models
from kexin.service.queries import VIEW, requests, standing
from kexin.service.requests import closing, handling, opening, responsibility
from kexin.service.requests.callers import open_caller_request

MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
TOLD = {"kind": "consultation", "category": "card", "channel": "phone"}


@pytest.mark.django_db
def test_one_condition_and_branches_find_the_same(
    bank: Any, chen: Any, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    time_machine.move_to(MONDAY, tick=False)
    sun = bank.actor("sun")
    rows = [opening.open_request(chen, actor=sun, subject=str(number), **TOLD) for number in range(6)]
    rows.append(open_caller_request(actor=sun, name="李", phone="13900001234", subject="问", **TOLD))
    responsibility.offer_request(rows[0], actor=sun, post_id=bank.posts["mei"].pk, reason="她的")
    handling.note_request(rows[1], actor=sun, text="请看", ask=[bank.posts["mei"].pk])
    closing.tell_result(rows[2], actor=sun, result="好了", solved=True, channel="phone")
    Customer.objects.filter(pk=chen.pk).update(unit=bank.units["west"])  # the customer's unit reaches, too
    ServiceRequest.objects.filter(pk=rows[3].pk).update(snoozed_until=MONDAY + dt.timedelta(days=9))
    time_machine.move_to(MONDAY + dt.timedelta(hours=25), tick=False)

    def seen() -> dict[str, Any]:
        found = {}
        for name in bank.posts:
            actor = bank.actor(name)
            if actor.may(VIEW):
                asked = [{}, {"state": "unfinished"}, {"state": "told"}, {"side": "offered"}, {"due": "late"}]
                found[name] = [sorted(requests(actor, **each).values_list("pk", flat=True)) for each in asked]
                found[name].append(standing(actor))
        return found

    narrow = seen()
    assert len(narrow["sun"][0]) == len(rows)
    assert sorted(narrow["mei"][0]) == [rows[0].pk, rows[1].pk]
    monkeypatch.setattr(models, "WIDE", 1)
    assert seen() == narrow
