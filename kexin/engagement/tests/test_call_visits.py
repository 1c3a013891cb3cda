"""A visit agreed on the telephone: appointment and result in one step, taken back together."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.calendar import zone
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.engagement.calls.lists import Wish, make_call_list
from kexin.engagement.calls.policies import parse_results, parse_times
from kexin.engagement.calls.queries import call_brief
from kexin.engagement.calls.visits import VisitAgreed, free_days
from kexin.engagement.calls.working import log_call, take_call, undo_call
from kexin.engagement.models import Appointment, CallEntry, Contact
from kexin.engagement.operations import close_appointment, make_appointment

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 19)  # a Thursday
FRIDAY = dt.datetime.combine(DAY + dt.timedelta(days=1), dt.time(10), zone())


@pytest.fixture(autouse=True)
def morning(time_machine: Any) -> None:
    time_machine.move_to(dt.datetime.combine(DAY, dt.time(10), zone()), tick=False)


@pytest.fixture
def line(bank: Any, chen: Any) -> CallEntry:
    """Mrs Chen on a list of Lin's."""
    make_call_list(
        actor=bank.actor("lin"),
        title="本周到期",
        why="承接",
        wishes=[Wish(chen.pk, "三年期定期到期，30 万元")],
        ends_on=DAY + dt.timedelta(days=30),
    )
    return CallEntry.objects.get()


def test_the_result_makes_the_appointment(bank: Any, chen: Any, line: CallEntry) -> None:
    lin = bank.actor("lin")
    contact = log_call(line, actor=lin, result="visit", visit=VisitAgreed(FRIDAY, "review", "城东支行 2 号室"))
    met = Appointment.objects.get()
    assert (met.customer_id, met.post_id, met.starts_at, met.purpose) == (
        chen.pk, bank.posts["lin"].pk, FRIDAY, "review",
    )  # fmt: skip
    assert (met.said("place"), met.said("about")) == ("城东支行 2 号室", "三年期定期到期，30 万元")
    line.refresh_from_db()
    assert (line.state, contact.reached, contact.appointment_id) == ("done", True, met.pk)
    assert Event.objects.filter(name="engagement.AppointmentMade", customer_id=chen.pk).count() == 1
    assert Event.objects.filter(name="engagement.CallLogged", customer_id=chen.pk).count() == 1
    audit = AuditEntry.objects.get(operation="engagement.log_call", outcome="done")
    assert "2 号室" not in str(audit.arguments)


def test_what_speaks_against_the_time_refuses_both(bank: Any, chen: Any, line: CallEntry) -> None:
    lin = bank.actor("lin")
    make_appointment(actor=lin, starts_at=FRIDAY, purpose="team")
    with pytest.raises(RuleViolation) as told:
        log_call(line, actor=lin, result="visit", visit=VisitAgreed(FRIDAY + dt.timedelta(minutes=15)))
    assert set(told.value.fields) == {"anyway"}
    assert not Contact.objects.exists()
    line.refresh_from_db()
    assert line.state == "open"
    log_call(line, actor=lin, result="visit", visit=VisitAgreed(FRIDAY + dt.timedelta(minutes=15), anyway=True))
    assert Appointment.objects.filter(customer=chen).count() == 1


@pytest.mark.parametrize(
    ("result", "visit", "field"),
    [
        ("visit", None, "visit_at"),
        ("interested", VisitAgreed(FRIDAY), "result"),
        ("visit", VisitAgreed(FRIDAY - dt.timedelta(days=3)), "visit_at"),
        ("visit", VisitAgreed(FRIDAY, "nonsense"), "purpose"),
        ("visit", VisitAgreed(FRIDAY, "visit", "长" * 201), "place"),
    ],
)
def test_half_a_visit_is_refused_at_its_field(
    bank: Any, line: CallEntry, result: str, visit: VisitAgreed | None, field: str
) -> None:
    with pytest.raises(RuleViolation) as told:
        log_call(line, actor=bank.actor("lin"), result=result, visit=visit)
    assert set(told.value.fields) == {field}
    assert not Contact.objects.exists()
    assert not Appointment.objects.exists()


def test_taking_back_cancels_the_meeting_unless_it_was_closed(bank: Any, chen: Any, line: CallEntry) -> None:
    lin = bank.actor("lin")
    contact = log_call(line, actor=lin, result="visit", visit=VisitAgreed(FRIDAY))
    undo_call(contact, actor=lin)
    assert Appointment.objects.get().state == "cancelled"
    line.refresh_from_db()
    assert line.state == "open"
    again = log_call(line, actor=lin, result="visit", visit=VisitAgreed(FRIDAY))
    met = Appointment.objects.get(state="planned")
    close_appointment(met, actor=lin, version=met.version, state="cancelled")
    undo_call(again, actor=lin)  # nothing more to cancel
    assert Event.objects.filter(name="engagement.AppointmentClosed").count() == 2


def test_free_times_leave_out_what_either_has_already(bank: Any, chen: Any, line: CallEntry) -> None:
    lin = bank.actor("lin")
    now = dt.datetime.combine(DAY, dt.time(10), zone())
    make_appointment(actor=lin, starts_at=FRIDAY, purpose="team")
    make_appointment(
        actor=bank.actor("zhou"), customer=chen, starts_at=FRIDAY.replace(day=23, hour=15), purpose="visit"
    )
    found = [(each.day.day, [at.hour for at in each.times]) for each in free_days(lin, chen.pk, now)]
    assert found == [(20, [15]), (23, [10]), (24, [10, 15]), (25, [10, 15]), (26, [10, 15])]


def test_the_brief_tells_of_meetings_to_come(bank: Any, chen: Any, line: CallEntry) -> None:
    lin = bank.actor("lin")
    met = make_appointment(actor=lin, customer=chen, starts_at=FRIDAY, purpose="papers")
    assert [each.pk for each in call_brief(lin, line.pk).meetings] == [met.pk]


def test_one_agreeing_result_at_most_and_times_stand_once() -> None:
    row = {"code": "a", "name": "甲", "name_en": "A", "kind": "visit", "key": "1"}
    rest = [
        {"code": "c", "name": "丙", "name_en": "C", "kind": "unreached", "key": "3"},
        {"code": "d", "name": "丁", "name_en": "D", "kind": "do_not_call", "key": "4"},
    ]
    assert parse_results([row, *rest])[0].kind == "visit"
    with pytest.raises(ValueError, match="one result"):
        parse_results([row, {**row, "code": "b", "key": "2"}, *rest])
    with pytest.raises(ValueError, match="once"):
        parse_times(["10:00", "10:00"])


def test_by_the_screen_a_refusal_keeps_what_was_typed(bank: Any, chen: Any, line: CallEntry, client_of: Any) -> None:
    client: Client = client_of("lin")
    take_call(actor=bank.actor("lin"))
    make_appointment(actor=bank.actor("lin"), starts_at=FRIDAY, purpose="team")
    url = reverse("engagement:call_result", args=[line.pk])
    data = {"visit": "typed", "visit_at": "2026-11-20T10:15", "purpose": "home", "place": "老地方", "note": "带上存单"}
    page = client.post(url, data)
    text = page.content.decode()
    assert page.status_code == 422
    assert all(word in text for word in ("2026-11-20T10:15", "老地方", "带上存单", 'name="anyway"'))
    assert client.post(url, {**data, "visit_at": "someday"}).status_code == 422
    assert not Contact.objects.exists()
    assert client.post(url, {**data, "anyway": "1"}).status_code == 302
    met = Appointment.objects.get(customer=chen)
    assert (met.purpose, met.said("place")) == ("home", "老地方")
    assert client_of("mei").post(url, data).status_code == 404


def test_by_the_interface(bank: Any, chen: Any, line: CallEntry, client_of: Any) -> None:
    client: Client = client_of("lin")
    body = {"result": "visit", "visit": {"starts_at": FRIDAY.isoformat(), "purpose": "visit", "place": "网点"}}
    answer = client.post(f"/api/v1/calls/{line.pk}/result", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["appointment_id"] == Appointment.objects.get().pk


def test_another_branch_agrees_on_nothing(bank: Any, line: CallEntry) -> None:
    with pytest.raises(NotFound):
        log_call(line, actor=bank.actor("mei"), result="visit", visit=VisitAgreed(FRIDAY))
    assert not Appointment.objects.exists()
