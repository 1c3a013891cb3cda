"""Two years nobody asked Mrs Chen whether her number still holds: it becomes work for Lin, and ends with a call."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.models import WorkItem
from kexin.core.work_operations import my_work
from kexin.party.data import ContactData
from kexin.party.operations import confirm_facts, record_contact, review_facts

REQUIREMENTS = {
    "A-19": (
        "every kind of data says when it was confirmed, how and by whom; the policy's months make one work item per"
        " customer, which confirming or changing closes; the file for sales follows every change at once"
    ),
}
SCREENS = {"A-19": "客户页·档案·资料核实情况、客户列表·应复核资料、待办"}

OPENED = dt.date(2024, 2, 29)  # a leap day
CLOCK = system("clock.facts")


@pytest.fixture(autouse=True)
def _on_a_leap_day(time_machine: Any) -> None:
    time_machine.move_to(dt.datetime.combine(OPENED, dt.time(9), zone()), tick=False)


def night_before(time_machine: Any, day: dt.date) -> int:
    time_machine.move_to(dt.datetime.combine(day, dt.time(9), zone()), tick=False)
    return review_facts(actor=CLOCK, today=day)


def test_a_file_is_asked_about_until_it_is_right_again(bank, chen, client_of, time_machine):
    lin = bank.actor("lin")
    assert night_before(time_machine, dt.date(2026, 1, 28)) == 0
    assert night_before(time_machine, dt.date(2026, 1, 29)) == 1  # 30 days before 28 February 2026
    (item,) = my_work(lin).filter(kind="party.fact_review")
    assert item.details["kinds"] == ["contacts", "address"]
    assert night_before(time_machine, dt.date(2026, 3, 2)) == 0  # never a second one
    page = client_of("lin").get(f"/panel/customer/{chen.pk}/facts/").content.decode()
    assert page.count("已超期") == 2
    assert "24 个月" in page
    assert chen.customer_no in client_of("zhou").get("/customers/?review=due").content.decode()
    assert chen.customer_no not in client_of("mei").get("/customers/?review=due").content.decode()

    confirm_facts(chen, actor=lin, kinds=["address"], source="said")
    record_contact(chen, actor=lin, data=ContactData(kind="mobile", value="13900001234"))  # her new number
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "confirmed")
    page = client_of("lin").get(f"/panel/customer/{chen.pk}/facts/").content.decode()
    assert "已超期" not in page
    assert page.count("核实于 2026-03-02") == 2
    timeline = client_of("lin").get(f"/panel/customer/{chen.pk}/timeline/").content.decode()
    assert "资料已核实" in timeline
    assert night_before(time_machine, dt.date(2026, 3, 3)) == 0
    assert not WorkItem.objects.open().filter(kind="party.fact_review").exists()
