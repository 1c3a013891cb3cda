"""A foreigner asks on the portal, a stranger on the telephone: to whom it goes, and who stays responsible."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.actor import customer as customer_actor
from kexin.core.actor import system
from kexin.core.approval import decide_approval
from kexin.core.calendar import zone
from kexin.core.errors import RuleViolation
from kexin.party.models import Customer, Party
from kexin.service.models import RequestQueue, ServiceRequest
from kexin.service.queues.editing import keep_queue_member, propose_queue, set_post_skills
from kexin.service.queues.giving import give_out, queue_arrival, queue_request
from kexin.service.requests.callers import identify_caller, open_caller_request
from kexin.service.requests.handling import move_request
from kexin.service.requests.opening import send_own_request
from kexin.service.requests.responsibility import answer_offer
from tests.personas import Bank

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
REQUIREMENTS = {
    "F-03": (
        "stages of a kind are data, with what has to be so before one is entered",
        "promotion and trade are sales",
    ),
    "F-08": "the first asked stays responsible for what is forwarded until a member of the queue accepts",
    "F-20": ("portal, telephone and counter go through the same queues and clocks", "preferences asked by survey"),
    "F-21": ("who speaks English is served by somebody who does", "pages in English and Chinese alone"),
}
SCREENS = {"F-03": "/requests/<id>/", "F-08": "/requests/queues/", "F-20": "/requests/queues/<id>/"}


def test_it_goes_to_who_can_and_has_room_and_somebody_is_always_responsible(
    bank: Bank, chen: Any, time_machine: Any
) -> None:
    time_machine.move_to(MONDAY, tick=False)
    sun, zhou, lin = bank.actor("sun"), bank.actor("zhou"), bank.actor("lin")
    east = bank.units["east"].pk  # type: ignore[attr-defined]
    made = propose_queue(actor=zhou, unit_id=east, name="东支行", name_en="East", reason="按量分派")
    decide_approval(made, actor=bank.actor("wu"), approve=True)
    queue = RequestQueue.objects.get()
    for name, carries in (("sun", 10), ("lin", 2)):
        keep_queue_member(queue, actor=zhou, post_id=bank.posts[name].pk, capacity=carries)  # type: ignore[attr-defined]
    set_post_skills(bank.posts["lin"], actor=zhou, skills={"english": 2})  # type: ignore[arg-type]

    Customer.objects.filter(pk=chen.pk).update(lead_post=None)
    Party.objects.filter(pk=chen.party_id).update(language="en")
    her = customer_actor(chen.pk, chen.customer_no, {"service.send_own_request"}, session="phone", address="10.0.0.7")
    row = send_own_request(actor=her, kind="product_change", category="account", subject="New passport")
    queue_arrival(row.pk, actor=system("clock.service"))
    row = ServiceRequest.objects.get(pk=row.pk)
    assert row.owner_post == bank.posts["lin"]  # fuller than Sun, and the one who speaks English

    told = {"kind": "product_change", "category": "account", "channel": "phone", "subject": "换绑手机号"}
    call = open_caller_request(actor=sun, name="李先生", phone="13900001234", **told)
    queue_request(call, actor=sun, queue_id=queue.pk, reason="理财客户")
    call = ServiceRequest.objects.get(pk=call.pk)
    assert (call.owner_post, call.offered_post) == (bank.posts["sun"], bank.posts["lin"])
    with pytest.raises(RuleViolation):  # whose number is changed is known first
        move_request(call, actor=sun, stage="handling")
    identify_caller(call, actor=sun, customer_id=chen.pk)
    move_request(call, actor=sun, stage="handling")
    answer_offer(call, actor=lin, accept=True)
    call = ServiceRequest.objects.get(pk=call.pk)
    assert (call.owner_post, call.first_post, call.queued_at) == (bank.posts["lin"], bank.posts["sun"], None)

    late = send_own_request(actor=her, kind="consultation", category="account", subject="Fees")
    queue_arrival(late.pk, actor=system("clock.service"))
    late = ServiceRequest.objects.get(pk=late.pk)
    assert late.queued_at is not None  # Lin carries two
    assert late.owner_post_id  # and nobody is without an owner
    keep_queue_member(queue, actor=zhou, post_id=bank.posts["lin"].pk, capacity=3)  # type: ignore[attr-defined]
    assert give_out() == 1
    assert ServiceRequest.objects.get(pk=late.pk).owner_post == bank.posts["lin"]
