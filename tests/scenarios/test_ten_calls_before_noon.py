"""Lin's morning: a list of whom to call and why, ten contacts logged, two come back by rule, one wants no more calls.

Sun at the service desk sees the same minute what Lin heard (E-14); the customer's wish about calls holds on every
list (F-14); return visits are a list by rule, their results recorded (F-16).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from kexin.core.calendar import zone
from kexin.core.errors import RuleViolation
from kexin.core.models import AuditEntry
from kexin.engagement.calls.lists import Wish, make_call_list
from kexin.engagement.calls.queries import call_brief, contacts_today, progress, queue
from kexin.engagement.calls.working import log_call, take_call
from kexin.engagement.models import Contact
from kexin.party.data import ContactData, PartyData
from kexin.party.models import ContactPoint
from kexin.party.operations import create_customer

REQUIREMENTS = {
    "E-14": ("what sales heard by telephone is read by service at once", "leads and portraits"),
    "F-14": ("a customer who wants no calls is called on no list", "the other channels by preference"),
    "F-16": ("return visits by telephone as a list, with their results", "after each service by itself; satisfaction"),
}
SCREENS = {"E-14": "客户·时间线", "F-14": "电访", "F-16": "电访、电访名单"}

MONDAY = dt.date(2026, 3, 9)
NAMES = ("王建国", "李秀英", "张伟", "刘洋", "陈静", "杨桂兰", "赵磊", "黄丽", "周强")


@pytest.fixture(autouse=True)
def _on_a_monday_morning(time_machine: Any) -> None:
    time_machine.move_to(dt.datetime.combine(MONDAY, dt.time(9, 30), zone()), tick=False)


@pytest.fixture
def list_of_ten(bank: Any, chen: Any) -> Any:
    """Mrs Chen first, nine others after her."""
    lin, customers = bank.actor("lin"), [chen]
    for n, name in enumerate(NAMES):
        numbers = (ContactData(kind="mobile", value=f"1390000{n:04}", preferred=True),)
        data = PartyData(kind="individual", name=name, contacts=numbers)
        customers.append(
            create_customer(actor=lin, data=data, unit=bank.units["east"], lead_post=bank.posts["lin"])
        )  # fmt: skip
    wishes = [Wish(each.pk, f"第 {n + 1} 位：三年期到期") for n, each in enumerate(customers)]
    return make_call_list(
        actor=lin, title="本周到期", why="承接", wishes=wishes, ends_on=MONDAY + dt.timedelta(days=4)
    ).call_list


def test_ten_contacts_before_noon(bank, chen, list_of_ten, client_of):
    lin = bank.actor("lin")
    results = ["interested", "no_answer", "not_now", "refused", "busy", "interested", "do_not_call", "interested"]
    results += ["refused", "interested"]
    order = []
    for result in results:
        entry = take_call(actor=lin)
        assert entry is not None
        order.append(str(entry.reason))
        log_call(entry, actor=lin, result=result, note="想了解大额存单" if entry.customer_id == chen.pk else "")
    assert order == [f"第 {n} 位：三年期到期" for n in range(1, 11)]
    assert take_call(actor=lin) is None
    today = contacts_today(lin)
    assert (today.logged, today.reached) == (10, 8)
    # the head sees how far the list is, and by whom
    found = progress(bank.actor("zhou"), list_of_ten.pk)
    assert (found.total, found.finished) == (10, 7)
    # service reads at once what sales heard
    panel = client_of("sun").get(reverse("core:panel", args=["customer", chen.pk, "timeline"])).content.decode()
    assert "有意向" in panel
    brief = call_brief(bank.actor("sun"), list_of_ten.entries.get(customer=chen).pk)
    assert [each.note for each in brief.earlier] == ["想了解大额存单"]
    # each contact is an audit entry
    assert AuditEntry.objects.filter(operation="engagement.log_call", outcome="done").count() == 10


def test_the_unreached_come_back_and_who_wants_no_calls_does_not(bank, chen, list_of_ten, time_machine):
    lin = bank.actor("lin")
    entry = take_call(actor=lin)
    assert entry is not None
    log_call(entry, actor=lin, result="no_answer")
    assert chen.pk not in {line.entry.customer_id for line in queue(lin).lines}
    time_machine.move_to(dt.datetime.combine(MONDAY, dt.time(15), zone()), tick=False)
    assert queue(lin).lines[0].entry.customer_id == chen.pk
    log_call(entry, actor=lin, result="do_not_call")
    assert ContactPoint.objects.get(party=chen.pk, kind="mobile").do_not_use
    with pytest.raises(RuleViolation):
        make_call_list(actor=lin, title="生日", why="祝福", wishes=[Wish(chen.pk)], ends_on=MONDAY)
    assert Contact.objects.filter(customer=chen).count() == 2
