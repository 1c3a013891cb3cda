"""The calendar and reminders as people use them: by mouse, by keys, on a phone."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import pytest
from playwright.sync_api import expect

from kexin.core.calendar import zone
from kexin.engagement.models import Appointment
from kexin.engagement.operations import make_appointment
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import picture

FRIDAY = dt.date(2026, 11, 20)
WEEK = f"/appointments/?day={FRIDAY.isoformat()}"
LOOK = os.environ.get("KEXIN_LOOK", "")


@pytest.fixture
def meeting(bank: Any, chen: Any, settings: Any) -> Appointment:
    settings.KEXIN_BUSINESS_DATE = FRIDAY.isoformat()
    start = dt.datetime.combine(FRIDAY, dt.time(10), zone())
    lin = bank.actor("lin")
    make_appointment(
        actor=lin, starts_at=start + dt.timedelta(hours=4), purpose="team", about="晨会", place="二楼会议室"
    )
    return make_appointment(
        actor=lin, customer=chen, starts_at=start, purpose="review", about="到期续作", place="贵宾室"
    )  # fmt: skip


def shot(page: Any, name: str) -> None:
    if LOOK:
        picture(page, f"{LOOK}/{name}.png")  # type: ignore[arg-type]


def test_a_meeting_is_moved_by_keys_and_by_drag(visit: Visit, meeting: Appointment) -> None:
    page = visit("lin", WEEK)
    shot(page, "calendar-week")
    assert_accessible(page)
    entry = page.locator("a.cal-entry", has_text="陈秀兰")
    entry.focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".toast-note", has_text="2026-11-20 10:15")).to_be_visible()
    meeting.refresh_from_db()
    assert meeting.starts_at.astimezone(zone()).time() == dt.time(10, 15)
    box = page.locator("a.cal-entry", has_text="陈秀兰").bounding_box()
    thursday = page.locator(".cal-rows[data-day='2026-11-19']").bounding_box()
    assert box is not None
    assert thursday is not None
    page.mouse.move(box["x"] + 20, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(thursday["x"] + 20, box["y"] + 30, steps=4)
    page.mouse.move(thursday["x"] + 20, box["y"] + 4 + 48, steps=4)
    page.mouse.up()
    expect(page.locator(".toast-note", has_text="2026-11-19 11:15")).to_be_visible()
    meeting.refresh_from_db()
    assert meeting.starts_at.astimezone(zone()) == dt.datetime(2026, 11, 19, 11, 15, tzinfo=zone())
    assert meeting.times_moved == 2


def test_a_day_off_is_asked_about_before_it_is_made(visit: Visit, meeting: Appointment) -> None:
    page = visit("lin", WEEK, trouble=(422,))
    entry = page.locator("a.cal-entry", has_text="陈秀兰")
    entry.focus()
    page.keyboard.press("Shift+ArrowRight")  # to a Saturday
    dialog = page.locator("#confirm")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("不是工作日")
    dialog.get_by_role("button", name="取消").click()
    meeting.refresh_from_db()
    assert meeting.starts_at.astimezone(zone()).date() == FRIDAY
    page.keyboard.press("Shift+ArrowRight")
    dialog.get_by_role("button", name="继续").click()
    expect(page.locator(".toast-note", has_text="2026-11-21 10:00")).to_be_visible()
    meeting.refresh_from_db()
    assert meeting.starts_at.astimezone(zone()).date() == dt.date(2026, 11, 21)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_phone_the_week_is_a_list(visit: Visit, meeting: Appointment, language: str) -> None:
    page = visit("lin", WEEK, width="390", language=language, theme="dark" if language == "en" else "light")
    expect(page.locator(".cal-agenda")).to_be_visible()
    expect(page.locator(".cal-scroller")).not_to_be_visible()
    shot(page, f"calendar-phone-{language}")
    assert_accessible(page)
    page.locator(".cal-agenda a", has_text="陈秀兰").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("陈秀兰")
    shot(page, f"appointment-phone-{language}")
    assert_accessible(page)


def test_an_arrival_is_told_within_three_seconds(visit: Visit, bank: Any, chen: Any) -> None:
    """Sun in the hall says that Mrs Chen has come: Lin's open page tells it, and Zhou's; Mei's at the West does not."""
    now = dt.datetime.now(dt.UTC)
    row = make_appointment(actor=bank.actor("lin"), customer=chen, purpose="visit", starts_at=now, anyway=True)
    lin, zhou, mei = (visit(name, "/") for name in ("lin", "zhou", "mei"))
    sun = visit("sun", f"/appointments/{row.pk}/")
    sun.get_by_role("button", name="到店").click()
    expect(lin.locator(".toast-note", has_text="陈秀兰")).to_be_visible(timeout=3_000)
    shot(lin, "arrival")
    expect(zhou.locator(".toast-note", has_text="陈秀兰")).to_be_visible(timeout=3_000)
    assert mei.locator(".toast-note").count() == 0
