"""Pages of the calendar, of appointments and reminders, and the feed that other calendars read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from kexin.core.calendar import zone
from kexin.core.models import WorkItem
from kexin.engagement.models import Appointment, CalendarFeed, Note, Reminder
from kexin.engagement.operations import close_appointment, make_appointment, mark_arrival, move_appointment, renew_feed
from kexin.engagement.tests.test_appointments import FRIDAY, at, made
from kexin.engagement.ui.grid import place, week_of
from kexin.engagement.ui.reminders import quick_times

pytestmark = pytest.mark.django_db


def calendar(client: Client, **query: str) -> Any:
    return client.get(reverse("engagement:calendar"), {"day": FRIDAY.isoformat(), **query})


def test_every_view_shows_the_meeting_and_the_kind_of_day(bank: Any, chen: Any, client_of: Any) -> None:
    made(bank, chen)
    client = client_of("lin")
    for view in ("day", "week", "month", "list"):
        text = calendar(client, view=view).content.decode()
        assert "陈秀兰" in text, view
        assert "10:00" in text, view
    october = client.get(reverse("engagement:calendar"), {"day": "2026-10-10"}).content.decode()
    assert "调休上班" in october or "补班" in october
    assert "陈秀兰" not in calendar(client_of("mei")).content.decode()
    assert calendar(client_of("he")).status_code == 403
    assert calendar(client, day="2026-13-45").status_code == 404


def test_the_team_day_has_a_column_for_each(bank: Any, chen: Any, client_of: Any) -> None:
    made(bank, chen)
    answer = calendar(client_of("zhou"), view="day", who="team")
    columns = answer.context["columns"]
    assert len(columns) == 3  # Lin, Sun and Zhou at East
    assert [len(each.placed) for each in columns if each.label == "林晓雯"] == [1]


def test_query_budget_of_the_week(bank: Any, chen: Any, client_of: Any) -> None:
    made(bank, chen)
    client = client_of("lin")
    calendar(client)
    with CaptureQueriesContext(connection) as one:
        calendar(client)
    for hour in (12, 13, 14, 15, 16):
        made(bank, chen, starts_at=at(hour), ends_at=at(hour, 30))
    with CaptureQueriesContext(connection) as many:
        calendar(client)
    assert len(many) == len(one) <= 20  # nine of them say who asks, one is the entry of reading


def test_meetings_beside_each_other_stand_in_lanes(bank: Any, chen: Any) -> None:
    from kexin.engagement.appointment_queries import calendar_entries

    made(bank, chen)
    made(bank, chen, starts_at=at(10, 30), ends_at=at(11, 30), anyway=True)
    made(bank, chen, starts_at=at(11, 30), ends_at=at(12))
    placed, lanes = place(calendar_entries(bank.actor("lin"), FRIDAY, FRIDAY), FRIDAY)
    assert [(each.start, each.length, each.lane) for each in placed] == [(13, 4, 1), (15, 4, 2), (19, 2, 1)]
    assert lanes == 2
    assert week_of(FRIDAY)[0] == dt.date(2026, 11, 16)


def test_a_new_one_by_the_form_with_its_warning(bank: Any, chen: Any, client_of: Any) -> None:
    made(bank, chen)
    client = client_of("lin")
    assert client.get(reverse("engagement:new_appointment_for", args=[chen.pk])).status_code == 302
    url = reverse("engagement:new_appointment")
    assert "陈秀兰" in client.get(url, {"customer": str(chen.pk)}).content.decode()
    assert client_of("mei").get(url, {"customer": str(chen.pk)}).status_code == 404
    given = {"customer": str(chen.pk), "purpose": "papers", "starts_at": "2026-11-20T10:30", "minutes": "30"}
    warned = client.post(url, given)
    assert warned.status_code == 422
    assert "10:00" in warned.content.decode()
    assert client.post(url, {**given, "anyway": "on"}).status_code == 302
    row = Appointment.objects.get(purpose="papers")
    assert (row.starts_at, row.ends_at) == (at(10, 30), at(11))
    page = client.get(reverse("engagement:appointment", args=[row.pk]))
    assert "陈秀兰" in page.content.decode()
    assert client_of("mei").get(reverse("engagement:appointment", args=[row.pk])).status_code == 404


def test_dragging_tells_warnings_and_conflicts(bank: Any, chen: Any, client_of: Any) -> None:
    row = made(bank, chen)
    made(bank, chen, starts_at=at(14), ends_at=at(15))
    client, url = client_of("lin"), reverse("engagement:move_appointment", args=[row.pk])
    drag = {"X-Calendar": "1"}
    warned = client.post(url, {"starts_at": "2026-11-20T14:30", "version": "1"}, headers=drag)
    assert (warned.status_code, warned.json()["anyway"]) == (422, True)
    moved = client.post(url, {"starts_at": "2026-11-20T14:30", "version": "1", "anyway": "on"}, headers=drag)
    assert moved.json() == {"version": 2}
    late = client.post(url, {"starts_at": "2026-11-20T16:00", "version": "1"}, headers=drag)
    assert late.status_code == 409
    assert client.post(url, {"starts_at": "never", "version": "2"}, headers=drag).status_code == 400
    form = client.post(url, {"starts_at": "2026-11-20T16:00", "minutes": "30", "version": "2"})
    assert form.status_code == 302
    row.refresh_from_db()
    assert (row.starts_at, row.ends_at) == (at(16), at(16, 30))


def test_changing_and_closing_by_the_page(bank: Any, chen: Any, client_of: Any) -> None:
    begun = timezone.now() - dt.timedelta(hours=3)
    row = made(bank, chen, starts_at=begun, ends_at=begun + dt.timedelta(hours=1), anyway=True)
    client = client_of("lin")
    url = reverse("engagement:change_appointment", args=[row.pk])
    assert "到期续作" in client.get(url).content.decode()
    changed = {"purpose": "product", "about": "新主题", "others": [str(bank.posts["zhou"].pk)], "version": "1"}
    assert client.post(url, changed).status_code == 302
    assert client.post(url, changed).status_code == 422
    close = reverse("engagement:close_appointment", args=[row.pk])
    empty = client.post(close, {"state": "kept", "version": "2"})
    assert empty.status_code == 422
    assert client.post(close, {"state": "kept", "outcome": "谈妥", "version": "2"}).status_code == 302
    assert "谈妥" in client.get(reverse("engagement:appointment", args=[row.pk])).content.decode()


def test_the_customers_page_shows_its_meetings(bank: Any, chen: Any, client_of: Any) -> None:
    made(bank, chen)
    url = reverse("core:panel", args=["customer", chen.pk, "appointments"])
    assert "到期续作" in client_of("lin").get(url).content.decode()
    assert client_of("mei").get(url).status_code == 404
    page = client_of("lin").get(reverse("party:customer", args=[chen.pk])).content.decode()
    assert reverse("engagement:new_appointment_for", args=[chen.pk]) in page
    assert reverse("engagement:new_appointment_for", args=[chen.pk]) not in client_of("wu").get(
        reverse("party:customer", args=[chen.pk])
    ).content.decode()  # fmt: skip


# -- reminders ----------------------------------------------------------------------------------------------------


def test_natural_times() -> None:
    friday_noon = dt.datetime(2026, 11, 20, 12, 7)
    assert [when for _label, when in quick_times(friday_noon)] == [
        "2026-11-20T16:00", "2026-11-21T09:00", "2026-11-23T09:00",
    ]  # fmt: skip
    assert next(when for _label, when in quick_times(dt.datetime(2026, 11, 20, 23, 0))) == "2026-11-21T09:00"


def test_the_small_dialog_sets_a_reminder(bank: Any, chen: Any, client_of: Any) -> None:
    client, url, htmx = client_of("lin"), reverse("engagement:new_reminder"), {"HX-Request": "true"}
    form = client.get(url, {"customer": str(chen.pk)}, headers=htmx).content.decode()
    assert "陈秀兰" in form
    assert "<html" not in form
    tomorrow = f"{timezone.now() + dt.timedelta(days=2):%Y-%m-%dT%H:%M}"
    empty = client.post(url, {"text": "", "due_at": tomorrow}, headers=htmx)
    assert empty.status_code == 422
    done = client.post(url, {"text": "问婚礼", "due_at": tomorrow, "customer": str(chen.pk)}, headers=htmx)
    assert done.status_code == 200
    row = Reminder.objects.get()
    assert row.customer_id == chen.pk
    page = reverse("engagement:reminder", args=[row.pk])
    assert "问婚礼" in client.get(page).content.decode()
    assert client_of("mei").get(page).status_code == 404
    past = client.post(url, {"text": "x", "due_at": "2020-01-01T09:00"}, headers=htmx)
    assert past.status_code == 422
    foreign = client_of("mei").post(url, {"text": "x", "due_at": tomorrow, "customer": str(chen.pk)}, headers=htmx)
    assert foreign.status_code == 422
    assert WorkItem.objects.filter(kind="engagement.reminder").count() == 1


def test_a_reminder_says_when_in_the_same_line(bank: Any, chen: Any, client_of: Any, time_machine: Any) -> None:
    time_machine.move_to(dt.datetime(2026, 11, 19, 10, 20, tzinfo=zone()), tick=False)
    client, htmx = client_of("lin"), {"HX-Request": "true"}
    url, reading = reverse("engagement:new_reminder"), reverse("engagement:reading")
    told = client.post(reading, {"text": "周五 10:00 送存单"}, headers=htmx).content.decode()
    assert "2026-11-20 星期五 10:00" in told
    assert "送存单" in told
    assert "已过" in client.post(reading, {"text": "2020-01-01 送存单"}, headers=htmx).content.decode()
    assert not Reminder.objects.exists()
    done = client.post(url, {"text": "周五 10:00 送存单"}, headers=htmx)
    assert "2026-11-20" in done.content.decode()
    row = Reminder.objects.get()
    assert (row.said(), row.due_at.astimezone(zone()).strftime("%m-%d %H:%M"), row.customer_id) == (
        "送存单", "11-20 10:00", None,
    )  # fmt: skip
    chosen = client.post(url, {"text": "周五 10:00 送存单", "due_at": "2026-11-25T09:00"}, headers=htmx)
    assert chosen.status_code == 200  # a chosen time wins, and the line stays whole
    assert Reminder.objects.latest("pk").said() == "周五 10:00 送存单"
    past = client.post(url, {"text": "2020-01-01 送存单"}, headers=htmx)
    assert past.status_code == 422
    assert "2020-01-01 送存单" in past.content.decode()
    assert client_of("qian").post(reading, {"text": "明天"}, headers=htmx).status_code == 403


def test_a_note_from_anywhere(bank: Any, chen: Any, client_of: Any) -> None:
    client, url, htmx = client_of("lin"), reverse("engagement:quick_note"), {"HX-Request": "true"}
    assert "陈秀兰" in client.get(url, {"customer": chen.pk}, headers=htmx).content.decode()
    nobody = client.post(url, {"text": "写了很久的备注"}, headers=htmx)
    assert nobody.status_code == 422
    assert "写了很久的备注" in nobody.content.decode()
    assert client.post(url, {"text": " ", "customer": chen.pk}, headers=htmx).status_code == 422
    assert client_of("mei").post(url, {"text": "x", "customer": chen.pk}, headers=htmx).status_code == 422
    assert not Note.objects.exists()
    done = client.post(url, {"text": "喜欢上午来", "customer": chen.pk}, headers=htmx)
    assert "陈秀兰" in done.content.decode()
    assert done["HX-Trigger"] == "panel-changed-timeline"
    assert (Note.objects.get().customer_id, Note.objects.get().text) == (chen.pk, "喜欢上午来")
    assert client_of("qian").get(url, headers=htmx).status_code == 403


def test_notices_say_who_has_come_and_are_no_sign_of_life(bank: Any, chen: Any, client_of: Any) -> None:
    client, url = client_of("lin"), reverse("engagement:notices")
    assert client.get(url).status_code == 204
    assert "seen" not in client.session
    now = timezone.now()
    row = made(bank, chen, starts_at=now, ends_at=now + dt.timedelta(hours=1), anyway=True)
    mark_arrival(row, actor=bank.actor("sun"))
    assert "陈秀兰" in client.get(url).content.decode()
    assert client_of("he").get(url).status_code == 204


# -- the feed -----------------------------------------------------------------------------------------------------


def test_the_feed_is_valid_masked_and_ends_with_its_address(
    bank: Any, chen: Any, client_of: Any, today: dt.date
) -> None:
    lin = bank.actor("lin")
    row = made(bank, chen)
    make_appointment(actor=lin, starts_at=at(8, 30), ends_at=at(9), purpose="team", about="晨会")
    page = client_of("lin").post(reverse("engagement:renew_feed"))
    address = page.context["address"]
    token = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert CalendarFeed.objects.get().digest != token
    reader = Client()
    answer = reader.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    found = Calendar.from_ical(answer.content)
    events = {str(each["uid"]): each for each in found.walk("VEVENT")}
    event = events[f"appointment-{row.pk}@kexin"]
    assert event.decoded("dtstart") == at(10)
    assert [str(each["tzid"]) for each in found.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    text = answer.content.decode()
    assert "陈秀兰" not in text
    assert "到期续作" not in text
    assert "陈" in str(event["summary"])
    assert "晨会" in text
    again = reader.get(address, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    move_appointment(row, actor=lin, starts_at=at(14), version=1)
    changed = reader.get(address, headers={"If-None-Match": answer["ETag"]})
    assert changed.status_code == 200
    close_appointment(row, actor=lin, version=2, state="cancelled")
    assert f"appointment-{row.pk}@kexin" not in reader.get(address).content.decode()
    renew_feed(actor=lin)
    assert reader.get(address).status_code == 404


def test_who_has_left_feeds_nobody(bank: Any, chen: Any, client_of: Any) -> None:
    made(bank, chen)
    token = renew_feed(actor=bank.actor("lin"))
    url = reverse("engagement:feed_file", args=[token])
    assert Client().get(url).status_code == 200
    user = bank.employees["lin"].user
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert Client().get(url).status_code == 404
    assert Client().get(reverse("engagement:feed_file", args=["x" * 43])).status_code == 404
