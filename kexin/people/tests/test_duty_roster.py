"""Certified on duty: the roster by role, who lacks a certificate, on the page and by the interface."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.calendar import business_date
from kexin.people.duty_queries import duty_line, lacking, role_names, roster
from kexin.people.models import Employee, PostHolder, PostRole, Qualification
from kexin.people.operations import end_qualification
from kexin.people.tests.test_qualifications import paper
from tests.personas import Bank

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def lacks(actor: Any) -> dict[str, list[str]]:
    """Staff number → certificates that are missing today."""
    names = role_names()
    return {row.staff_no: duty_line(row, names).lacking for row in roster(actor)}


def numbers(rows: Any) -> set[str]:
    return set(rows.values_list("staff_no", flat=True))


def test_who_holds_what_the_post_asks_for_today_and_not_the_day_after(bank: Bank) -> None:
    zhou, lin = bank.actor("zhou"), bank.employees["lin"]
    role = PostRole.objects.get(post=bank.posts["lin"], role__code="wealth_manager")
    assert lacks(zhou)[lin.staff_no] == ["银行理财销售资格", "基金从业资格"]
    held = paper(bank, kind="fund")
    assert lacks(zhou)[lin.staff_no] == ["银行理财销售资格"]
    other = paper(bank, kind="bank_wealth")
    assert lacks(zhou)[lin.staff_no] == []
    assert lin.staff_no not in numbers(roster(zhou).filter(lacking()))
    today = business_date()
    Qualification.objects.filter(pk=held.pk).update(valid_until=today)
    assert lacks(zhou)[lin.staff_no] == []
    Qualification.objects.filter(pk=held.pk).update(valid_until=today - DAY)
    assert lacks(zhou)[lin.staff_no] == ["基金从业资格"]
    Qualification.objects.filter(pk=held.pk).update(valid_until=None)
    end_qualification(other, actor=zhou, reason="已注销")
    assert lacks(zhou)[lin.staff_no] == ["银行理财销售资格"]
    assert numbers(roster(zhou).filter(lacking())) >= {lin.staff_no}
    role.ends_on = today - DAY
    role.save()
    assert lin.staff_no not in lacks(zhou)
    role.ends_on = None
    role.save()
    PostHolder.objects.filter(post=bank.posts["lin"]).update(ends_on=today - DAY)
    assert lin.staff_no not in lacks(zhou)


def test_only_within_reach_and_only_who_works_here(bank: Bank) -> None:
    within = set(Employee.objects.filter(unit=bank.units["east"]).values_list("staff_no", flat=True))
    assert set(lacks(bank.actor("zhou"))) <= within
    everyone = lacks(bank.actor("wu"))
    assert {bank.employees["lin"].staff_no, bank.employees["mei"].staff_no} <= set(everyone)
    Employee.objects.filter(pk=bank.employees["lin"].pk).update(status="left")
    assert bank.employees["lin"].staff_no not in lacks(bank.actor("wu"))


def test_the_page_and_the_interface(bank: Bank, client_of: Callable[..., Client]) -> None:
    paper(bank, kind="fund")
    zhou = client_of("zhou")
    page = zhou.get(reverse("people_on_duty")).content.decode()
    assert "林晓雯" in page
    assert "缺：银行理财销售资格" in page
    assert "林晓雯" in zhou.get(reverse("people_on_duty"), {"state": "lacking"}).content.decode()
    assert "林晓雯" not in zhou.get(reverse("people_on_duty"), {"state": "certified"}).content.decode()
    assert "林晓雯" in zhou.get(reverse("people_on_duty"), {"role": "wealth_manager", "q": "林"}).content.decode()
    assert "林晓雯" not in zhou.get(reverse("people_on_duty"), {"role": "service_agent"}).content.decode()
    items = zhou.get("/api/v1/sellers/on-duty").json()["items"]
    (line,) = [each for each in items if each["employee_id"] == bank.employees["lin"].pk]
    assert line == {
        "employee_id": bank.employees["lin"].pk,
        "roles": ["wealth_manager"],
        "needed": ["bank_wealth", "fund"],
        "lacking": ["bank_wealth"],
    }
    assert client_of("lin").get(reverse("people_on_duty")).status_code == 403
