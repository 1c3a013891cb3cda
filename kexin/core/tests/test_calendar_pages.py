"""The calendar's pages: the year, setting a day, uploading many."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kexin.core import calendar
from kexin.core.models import CalendarDay
from tests.personas import Bank

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def test_the_year_of_both_calendars(bank: Bank, client_of: ClientOf, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    lin = client_of("lin")
    page = lin.get(reverse("core:calendar") + "?year=2026")
    assert len(page.context["months"]) == 12
    assert page.context["published"]
    assert "调休上班日" in page.content.decode()
    trading = lin.get(reverse("core:calendar") + "?year=2026&kind=trading")
    assert trading.context["open_days"] < page.context["open_days"]  # make-up weekends are not traded
    with django_assert_max_num_queries(12):
        unknown = lin.get(reverse("core:calendar") + "?year=2090")
    assert not unknown.context["published"]
    assert reverse("core:calendar_day") not in page.content.decode()  # looks, sets nothing


@pytest.mark.parametrize("asked", ["?year=1800", "?year=9999", "?kind=lunar"])
def test_years_and_calendars_that_do_not_exist(bank: Bank, client_of: ClientOf, asked: str) -> None:
    assert client_of("lin").get(reverse("core:calendar") + asked).status_code == 404


def test_a_day_is_set_and_given_back(bank: Bank, client_of: ClientOf) -> None:
    gao = client_of("gao")
    given = {"day": "2026-11-25", "kind": "working", "is_open": "0", "name": "行庆"}
    assert client_of("lin").post(reverse("core:calendar_day"), given).status_code == 403
    assert gao.post(reverse("core:calendar_day"), given).status_code == 302
    stated = CalendarDay.objects.get(kind="working")
    assert not calendar.is_working(stated.day)
    form = gao.get(reverse("core:calendar_day") + "?day=2026-11-25").context["form"]
    assert form.initial["name"] == "行庆"
    gao.post(reverse("core:remove_calendar_day"), {"day": "2026-11-25", "kind": "working"})
    assert calendar.is_working(stated.day)
    again = gao.post(reverse("core:remove_calendar_day"), {"day": "2026-11-25", "kind": "working"})
    assert again.status_code == 404


def test_an_upload_is_all_or_nothing_and_names_its_lines(bank: Bank, client_of: ClientOf) -> None:
    gao = client_of("gao")
    url = reverse("core:upload_calendar")
    wrong = SimpleUploadedFile("days.csv", "day,open,name\n2026-11-25,no,行庆\n2026-13-01,no,\n".encode())
    answer = gao.post(url, {"file": wrong})
    assert answer.status_code == 422
    assert "line 3" in answer.content.decode()
    assert not CalendarDay.objects.exists()
    good = SimpleUploadedFile("days.csv", "day,open,name\n2026-11-25,no,行庆\n".encode("gb18030"))
    assert gao.post(url, {"file": good}).status_code == 302
    assert CalendarDay.objects.get().name == "行庆"
    large = SimpleUploadedFile("days.csv", b"x" * 1_000_001)
    assert gao.post(url, {"file": large}).status_code == 422
