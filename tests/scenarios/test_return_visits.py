"""Mrs Chen is visited every six months: proposed by the clock, made by one click, moved with the calendar and the lead.

The day is a working day of the institution; her own wish comes before her tier; nobody proposes a visit to a dormant
customer or to a manager who is away; the proposal follows a change of the lead manager, meetings to come do so too
(F-16).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.engagement.appointment_queries import calendar_entries
from kexin.engagement.calls.lists import Wish, make_call_list
from kexin.engagement.calls.moving import follow_portfolio
from kexin.engagement.calls.queries import queue
from kexin.engagement.following import follow_assignment, follow_transfer
from kexin.engagement.models import Appointment, Reminder, ReturnWish
from kexin.engagement.operations import add_reminder, make_appointment
from kexin.engagement.returns.visits import meeting_made, next_visit, note_return_wish, propose_return_visits
from kexin.party.events import CustomersTransferred, PortfolioAssigned
from kexin.party.models import Customer
from kexin.party.operations import set_shares

REQUIREMENTS = {
    "F-16": ("regular return visits by tier and by the customer's wish", "after each service by itself"),
}
SCREENS = {"F-16": "客户·预约日程、待办、工作台"}
TODAY = dt.date(2026, 3, 9)  # a Monday
CLOCK = system("clock.appointments")


@pytest.fixture(autouse=True)
def _monday(time_machine: Any) -> None:
    time_machine.move_to(dt.datetime.combine(TODAY, dt.time(9), zone()), tick=False)


@pytest.fixture
def platinum(chen: Any) -> Any:
    """Mrs Chen, a platinum customer since September: six months are over on Sunday the 15th."""
    Customer.objects.filter(pk=chen.pk).update(tier="platinum", status="active", admitted_on=dt.date(2025, 9, 15))
    chen.refresh_from_db()
    return chen


def proposal() -> WorkItem | None:
    return WorkItem.objects.open().filter(kind="engagement.return_visit").first()


def test_proposed_for_a_working_day_and_made_by_one_click(bank: Any, platinum: Any, client_of: Any) -> None:
    assert propose_return_visits(actor=CLOCK, today=TODAY) == 1
    assert propose_return_visits(actor=CLOCK, today=TODAY) == 0  # once
    item = proposal()
    assert item is not None
    assert item.due_at.astimezone(zone()) == dt.datetime(2026, 3, 16, 10, tzinfo=zone())  # the 15th is a Sunday
    assert (item.owner_post_id, item.customer_id) == (bank.posts["lin"].pk, platinum.pk)
    assert AuditEntry.objects.filter(operation="engagement.propose_return_visits", outcome="done").exists()
    client: Client = client_of("lin")
    assert "2026-03-16 的回访" in client.get(reverse("core:work")).content.decode()
    url = reverse("engagement:new_appointment")
    form = client.get(f"{url}?customer={platinum.pk}&purpose=return_visit&starts_at=2026-03-16T10:00").content.decode()
    assert "2026-03-16T10:00" in form
    made = make_appointment(
        actor=bank.actor("lin"), customer=platinum, purpose="return_visit", starts_at=item.due_at, place="城东支行"
    )
    told = Event.objects.get(name="engagement.AppointmentMade")
    assert told.payload["appointment_id"] == made.pk
    from kexin.engagement.events import AppointmentMade

    meeting_made(AppointmentMade(**told.payload))
    assert proposal() is None
    assert propose_return_visits(actor=CLOCK, today=TODAY) == 0  # a meeting is to come
    assert next_visit(bank.actor("lin"), platinum.pk).planned


def test_the_wish_comes_before_the_tier(bank: Any, platinum: Any, client_of: Any) -> None:
    lin = bank.actor("lin")
    propose_return_visits(actor=CLOCK, today=TODAY)
    note_return_wish(platinum, actor=lin, months=12)
    assert proposal() is None  # not before September
    found = next_visit(lin, platinum.pk)
    assert (found.months, found.by_wish, found.due) == (12, True, dt.date(2026, 9, 15))
    assert Event.objects.filter(name="engagement.ReturnWishNoted", customer_id=platinum.pk).exists()
    note_return_wish(platinum, actor=lin, months=0)
    assert next_visit(lin, platinum.pk).due is None
    assert propose_return_visits(actor=CLOCK, today=TODAY) == 0
    page = client_of("lin").get(reverse("core:panel", args=["customer", platinum.pk, "appointments"]))
    assert "不需要回访" in page.content.decode()
    form = client_of("lin").post(reverse("engagement:return_wish", args=[platinum.pk]), {"months": "tier"})
    assert form.status_code == 302
    assert not ReturnWish.objects.exists()
    assert propose_return_visits(actor=CLOCK, today=TODAY) == 1
    with pytest.raises(RuleViolation):
        note_return_wish(platinum, actor=lin, months=7)
    with pytest.raises(NotFound):
        note_return_wish(platinum, actor=bank.actor("mei"), months=1)
    with pytest.raises(NotPermitted):
        note_return_wish(platinum, actor=bank.actor("qian"), months=1)
    api = client_of("lin").put(
        f"/api/v1/customers/{platinum.pk}/return-visits", {"months": 3}, content_type="application/json"
    )
    assert (api.status_code, api.json()["months"], api.json()["by_wish"]) == (200, 3, True)


def test_the_day_moves_with_the_calendar(bank: Any, platinum: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    propose_return_visits(actor=CLOCK, today=TODAY)
    from kexin.engagement.returns import visits

    following = visits._following
    monkeypatch.setattr(visits, "_following", lambda day: following(max(day, dt.date(2026, 3, 17))))  # the 16th closes
    propose_return_visits(actor=CLOCK, today=TODAY)
    item = proposal()
    assert item is not None
    assert item.due_at.astimezone(zone()).date() == dt.date(2026, 3, 17)


@pytest.mark.parametrize("status", ["dormant", "prospect"])
def test_no_visit_is_proposed_to_who_is_not_active(bank: Any, platinum: Any, status: str) -> None:
    propose_return_visits(actor=CLOCK, today=TODAY)
    Customer.objects.filter(pk=platinum.pk).update(status=status)
    assert propose_return_visits(actor=CLOCK, today=TODAY) == 0
    assert proposal() is None  # the open one was closed


def test_nothing_is_proposed_to_who_is_away_or_has_enough(bank: Any, platinum: Any) -> None:
    from kexin.people.models import PostHolder

    held = PostHolder.objects.filter(post=bank.posts["lin"])
    held.update(ends_on=TODAY - dt.timedelta(days=1))
    assert propose_return_visits(actor=CLOCK, today=TODAY) == 0
    held.update(ends_on=None)
    assert propose_return_visits(actor=CLOCK, today=TODAY) == 1


def test_everything_to_come_follows_the_lead(bank: Any, platinum: Any) -> None:
    lin, zhou = bank.posts["lin"], bank.posts["zhou"]
    propose_return_visits(actor=CLOCK, today=TODAY)
    soon = timezone.now() + dt.timedelta(days=1)
    coming = make_appointment(actor=bank.actor("lin"), customer=platinum, purpose="visit", starts_at=soon)
    past = make_appointment(actor=bank.actor("lin"), customer=platinum, purpose="visit", starts_at=soon, anyway=True)
    Appointment.objects.filter(pk=past.pk).update(starts_at=soon - dt.timedelta(days=9), ends_at=soon - dt.timedelta(8))
    team = make_appointment(actor=bank.actor("lin"), purpose="team", starts_at=soon, anyway=True)
    about = add_reminder(actor=bank.actor("lin"), customer=platinum, text="问婚礼", due_at=soon)
    own = add_reminder(actor=bank.actor("lin"), text="交周报", due_at=soon)
    fact = CustomersTransferred("1", 1, lin.pk, zhou.pk, zhou.unit_id, (platinum.pk,))
    follow_transfer(fact)
    follow_transfer(fact)  # delivered twice
    holders = dict(Appointment.objects.values_list("pk", "post"))
    assert holders == {coming.pk: zhou.pk, past.pk: lin.pk, team.pk: lin.pk}
    assert dict(Reminder.objects.values_list("pk", "post")) == {about.pk: zhou.pk, own.pk: lin.pk}
    items = WorkItem.objects.open().filter(customer_id=platinum.pk)
    assert set(items.values_list("owner_post_id", flat=True)) == {zhou.pk}
    assert Event.objects.filter(name="engagement.AppointmentsTransferred").count() == 1


def test_a_share_credits_and_opens_nothing(bank: Any, platinum: Any) -> None:
    """A co-manager of another sub-branch has part of the figures, and neither the file nor its meetings (ADR 0019)."""
    lin, mei = bank.posts["lin"].pk, bank.posts["mei"].pk
    shares = [(lin, Decimal(60)), (mei, Decimal(40))]
    set_shares(platinum, actor=bank.actor("zhou"), line="all", shares=shares, reason="协办")
    with pytest.raises(NotFound):
        next_visit(bank.actor("mei"), platinum.pk)
    assert not Customer.objects.visible_to(bank.actor("mei"), "party.view_customer").exists()
    assert calendar_entries(bank.actor("mei"), TODAY, TODAY) == []


def test_who_gives_a_customer_away_finds_nothing_of_it_in_any_list(bank: Any, platinum: Any) -> None:
    """To another sub-branch: call line, meeting, reminder and notice go, and Lin's lists are empty."""
    lin, mei = bank.posts["lin"], bank.posts["mei"]
    soon = timezone.now() + dt.timedelta(hours=2)
    make_call_list(
        actor=bank.actor("lin"), title="到期", why="承接", wishes=[Wish(platinum.pk)], ends_on=TODAY + dt.timedelta(5)
    )
    make_appointment(actor=bank.actor("lin"), customer=platinum, purpose="visit", starts_at=soon)
    add_reminder(actor=bank.actor("lin"), customer=platinum, text="问婚礼", due_at=soon)
    Customer.objects.filter(pk=platinum.pk).update(lead_post=mei, unit=mei.unit_id)
    fact = PortfolioAssigned(platinum.pk, platinum.customer_no, mei.pk, lin.pk)
    follow_portfolio(fact)
    follow_assignment(fact)
    assert queue(bank.actor("lin")).lines == []
    assert calendar_entries(bank.actor("lin"), TODAY, TODAY) == []
    assert WorkItem.objects.open().filter(customer_id=platinum.pk, owner_post_id=lin.pk).count() == 0
    assert [each.customer for each in calendar_entries(bank.actor("mei"), TODAY, TODAY)] == ["陈秀兰"]
    assert [line.name for line in queue(bank.actor("mei")).lines] == ["陈秀兰"]
