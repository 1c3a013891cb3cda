"""Care: two persons let a plan run, each occasion comes once, nobody is flooded, a pause is obeyed at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.approval import decide_approval
from kexin.core.calendar import zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import Event, WorkItem
from kexin.engagement.models import OutboundMessage
from kexin.party.consents.operations import record_consent
from kexin.party.models import Customer, Party
from kexin.service.care.planning import draft_care_plan, propose_care_plan, stop_care_plan
from kexin.service.care.queries import care_coming, care_of, care_plans
from kexin.service.care.running import pause_care, run_all, run_care_plan
from kexin.service.models import CarePlan, CareTouch

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
DAY = dt.timedelta(days=1)
CLOCK = system("clock.care")
BIRTHDAY = {
    "name": "生日祝福", "name_en": "Birthday", "occasion": "birthday", "act": "message",
    "text": "祝您生日快乐！", "text_en": "Happy birthday!",
}  # fmt: skip


@pytest.fixture
def monday(time_machine: Any) -> Any:
    """Monday, ten in the morning."""
    time_machine.move_to(MONDAY, tick=False)
    return time_machine


@pytest.fixture
def mrs_chen(chen: Any, monday: Any) -> Customer:
    """An active customer whose birthday is on Wednesday."""
    Customer.objects.filter(pk=chen.pk).update(status="active", birthday=311)
    Party.objects.filter(pk=chen.pk).update(lunar_birthday="")
    return Customer.objects.get(pk=chen.pk)


def running(bank: Any, **more: Any) -> CarePlan:
    plan = draft_care_plan(actor=bank.actor("zhou"), unit_id=bank.units["east"].pk, **BIRTHDAY | more)
    decide_approval(
        propose_care_plan(plan, actor=bank.actor("zhou"), reason="春季关怀"), actor=bank.actor("wu"), approve=True
    )
    return CarePlan.objects.get(pk=plan.pk)


def touches(plan: CarePlan) -> list[tuple[str, str]]:
    return list(CareTouch.objects.filter(plan=plan).order_by("pk").values_list("state", "held"))


def test_a_plan_needs_two_persons_and_whole_words(bank: Any) -> None:
    zhou = bank.actor("zhou")
    for wrong, field in (
        ({"text": "看 https://a.example"}, "text"), ({"text_en": ""}, "text_en"), ({"name": " "}, "name"),
        ({"occasion": "moon"}, "occasion"), ({"occasion": "festival"}, "festivals"), ({"act": "x"}, "act"),
        ({"occasion": "visit"}, "every_months"), ({"ahead_days": 61}, "ahead_days"), ({"tiers": ["x"]}, "tiers"),
    ):  # fmt: skip
        with pytest.raises(RuleViolation) as refusal:
            draft_care_plan(actor=zhou, unit_id=bank.units["east"].pk, **BIRTHDAY | wrong)
        assert set(refusal.value.fields) == {field}
    with pytest.raises(NotFound):
        draft_care_plan(actor=zhou, unit_id=bank.units["west"].pk, **BIRTHDAY)
    with pytest.raises(NotPermitted):
        draft_care_plan(actor=bank.actor("lin"), unit_id=bank.units["east"].pk, **BIRTHDAY)
    plan = draft_care_plan(actor=zhou, unit_id=bank.units["east"].pk, **BIRTHDAY)
    assert run_care_plan(plan.pk, actor=CLOCK) == 0  # a draft touches nobody
    approval = propose_care_plan(plan, actor=zhou, reason="关怀")
    with pytest.raises(RuleViolation):
        decide_approval(approval, actor=zhou, approve=True)
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    assert CarePlan.objects.get().state == "running"
    stop_care_plan(plan, actor=zhou)
    assert run_care_plan(plan.pk, actor=CLOCK) == 0


def test_a_message_goes_once_on_the_day_by_consent_and_by_day(bank: Any, mrs_chen: Customer, monday: Any) -> None:
    plan = running(bank)
    assert run_all() == 0  # not her day
    monday.move_to(MONDAY.replace(hour=23) + 2 * DAY, tick=False)
    assert run_all() == 0  # at night nobody is written to
    monday.move_to(MONDAY + 2 * DAY, tick=False)
    assert [run_all(), run_all()] == [1, 0]
    assert touches(plan) == [("held", "consent")]
    record_consent(mrs_chen, actor=bank.actor("lin"), channel="sms", granted=True, source="counter", evidence="表单 1")
    monday.move_to(MONDAY.replace(year=2027, day=11), tick=False)
    assert [run_all(), run_all()] == [1, 0]
    assert touches(plan)[1:] == [("sent", "")]
    assert OutboundMessage.objects.get().purpose == "service.care"
    assert Event.objects.filter(name="service.CareGiven", customer_id=mrs_chen.pk).count() == 1


def test_a_lunar_birthday_is_kept_by_the_moon(bank: Any, mrs_chen: Customer, monday: Any) -> None:
    Party.objects.filter(pk=mrs_chen.pk).update(lunar_birthday="08-15")
    plan = running(bank, act="work", ahead_days=2)
    monday.move_to(MONDAY, tick=False)
    assert run_all() == 0  # the solar day means nothing to her
    monday.move_to(dt.datetime(2026, 9, 23, 10, tzinfo=zone()), tick=False)  # Mid-Autumn 2026: 25 September
    assert run_all() == 1
    item = WorkItem.objects.open().get(kind="service.care")
    assert (item.owner_post_id, item.details["day"]) == (bank.posts["lin"].pk, "2026-09-25")
    assert touches(plan) == [("owed", "")]


def test_nobody_is_flooded_whoever_sends(bank: Any, mrs_chen: Customer, monday: Any) -> None:
    record_consent(mrs_chen, actor=bank.actor("lin"), channel="sms", granted=True, source="counter", evidence="表单 1")
    monday.move_to(MONDAY + 2 * DAY, tick=False)
    plans = [running(bank, name=f"祝福{n}") for n in range(6)]
    assert run_all() == 6
    assert [touches(plan)[0] for plan in plans] == [("sent", "")] * 4 + [("held", "budget")] * 2
    assert OutboundMessage.objects.count() == 4


def test_a_pause_is_obeyed_at_once_and_ends(bank: Any, mrs_chen: Customer, monday: Any) -> None:
    lin, plan = bank.actor("lin"), running(bank, act="work")
    for wrong in ({"until": dt.date(2026, 3, 1), "reason": "x"}, {"until": dt.date(2026, 4, 1), "reason": ""}):
        with pytest.raises(RuleViolation):
            pause_care(mrs_chen, actor=lin, **wrong)
    pause_care(mrs_chen, actor=lin, until=dt.date(2026, 3, 31), reason="家中有丧事")
    with pytest.raises(NotFound):
        pause_care(mrs_chen, actor=bank.actor("mei"), until=dt.date(2026, 3, 31), reason="x")
    assert [(each.day, each.held) for each in care_coming(bank.actor("zhou"), plan.pk)] == [
        (dt.date(2026, 3, 11), "paused")
    ]
    monday.move_to(MONDAY + 2 * DAY, tick=False)
    run_all()
    assert touches(plan) == [("held", "paused")]
    assert not WorkItem.objects.open().filter(kind="service.care").exists()
    pause_care(mrs_chen, actor=lin, until=None)
    assert care_of(lin, mrs_chen.pk)[1] is None
    assert [(each.given, each.held) for each in care_plans(bank.actor("zhou"))] == [(0, 1)]


def test_festivals_anniversaries_and_silence(bank: Any, mrs_chen: Customer, monday: Any) -> None:
    Customer.objects.filter(pk=mrs_chen.pk).update(admitted_on=dt.date(2020, 3, 9))
    festival = running(bank, occasion="festival", festivals=["L08-15", "10-01"], act="work")
    anniversary = running(bank, occasion="anniversary", act="work")
    silence = running(bank, occasion="visit", every_months=3, act="work")
    assert run_all() == 2
    assert (touches(anniversary), touches(silence), touches(festival)) == ([("owed", "")], [("owed", "")], [])
    monday.move_to(MONDAY + 20 * DAY, tick=False)
    assert run_all() == 0
    monday.move_to(dt.datetime(2026, 9, 25, 10, tzinfo=zone()), tick=False)
    run_all()
    assert touches(festival) == [("owed", "")]
    assert touches(silence) == [("owed", ""), ("owed", "")]  # half a year later still nobody spoke with her


def test_on_the_screen(bank: Any, mrs_chen: Customer, client_of: Any, django_assert_max_num_queries: Any) -> None:
    zhou, lin = client_of("zhou"), client_of("lin")
    form = {**BIRTHDAY, "unit_id": str(bank.units["east"].pk), "every_months": "0", "ahead_days": "0"}
    assert zhou.post(reverse("service:care_new"), form | {"text": "看 www.a.cn"}).status_code == 422
    assert zhou.post(reverse("service:care_new"), form).status_code == 302
    plan = CarePlan.objects.get()
    with django_assert_max_num_queries(22):
        page = zhou.get(reverse("service:care_plan", args=[plan.pk])).content.decode()
    assert "没有客户同意的渠道" in page
    assert zhou.post(reverse("service:care_propose", args=[plan.pk]), {"reason": "关怀"}).status_code == 302
    assert "生日祝福" in zhou.get(reverse("service:care_plans")).content.decode()
    pause = reverse("service:care_pause", args=[mrs_chen.pk])
    assert lin.post(pause, {"until": "2199-01-01", "reason": "x"}).status_code == 422
    assert lin.post(pause, {"until": "2026-05-01", "reason": "出国"}).status_code == 302
    assert "出国" in lin.get(f"/panel/customer/{mrs_chen.pk}/care/").content.decode()
    assert client_of("mei").get(pause).status_code == 404
    assert client_of("gao").get(reverse("service:care_plans")).status_code == 403
