"""Oversight through its doors: reproducible figures per unit and period; each number opens its list; the file."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.calendar import business_date, zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, WorkItem
from kexin.core.policy import in_force
from kexin.core.workflow import work_kinds
from kexin.sales.followup.calling import answer_return_call
from kexin.sales.models import InspectionItem, Sale
from kexin.sales.oversight.compliance import asked_for, exceptional_sales, judged_sales, oversight
from kexin.sales.oversight.exporting import export_oversight
from kexin.sales.oversight.policies import RiskRegisterPolicy
from kexin.sales.oversight.risk_reviews import remind_risk_reviews
from kexin.sales.oversight.settling import settle_inspection_item
from kexin.sales.oversight.verdicts import Fault
from kexin.sales.tests.test_return_calls import FINE, WRONG, executed, planned
from tests.personas import Bank

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def sales(bank: Bank, chen: Any) -> list[Sale]:
    """Three sales executed three days ago: one in order, one contradicted, one whose return call is not due yet."""
    rows = [executed(bank, chen, each) for each in ("wealth", "fund", "trust")]
    answer_return_call(planned(rows[0]), actor=bank.actor("sun"), answers=FINE)
    answer_return_call(planned(rows[1]), actor=bank.actor("sun"), answers=WRONG, note="说成存款")
    planned(rows[2])
    return rows


def test_the_rate_and_the_lists_behind_it(bank: Bank, sales: list[Sale]) -> None:
    wu, today = bank.actor("wu"), business_date()
    asked = asked_for(today - 10 * DAY, today)
    found = oversight(wu, asked)
    assert (found.rate.executed, found.rate.compliant, str(found.rate.percent)) == (3, 2, "66.7")
    assert found.faults == [(Fault.CONTRADICTED, 1)]
    assert [row.sale.pk for row in judged_sales(wu, asked, "contradicted")] == [sales[1].pk]
    assert {row.sale.pk for row in judged_sales(wu, asked, "none")} == {sales[0].pk, sales[2].pk}
    assert [len(judged_sales(wu, asked, most=1)), judged_sales(wu, asked, most=1).total] == [1, 3]
    lin = bank.employees["lin"].pk  # type: ignore[attr-defined]
    assert judged_sales(wu, asked, seller_id=lin).total == 3
    assert judged_sales(wu, asked, seller_id=0).total == judged_sales(wu, asked, own_unit_id=0).total == 0
    assert [(source.value, count, sure) for source, count, sure in found.items] == [("contradiction", 1, 0)]
    east = asked_for(today - 10 * DAY, today, bank.units["east"].pk)  # type: ignore[attr-defined]
    west = asked_for(today - 10 * DAY, today, bank.units["west"].pk)  # type: ignore[attr-defined]
    assert oversight(wu, east).rate == found.rate
    assert oversight(wu, west).rate.percent is None
    with pytest.raises(NotPermitted):
        oversight(bank.actor("lin"), asked)
    with pytest.raises(NotFound):
        exceptional_sales(wu, asked, "nonsense")
    wrong = ((today, today - DAY, None), (today - 900 * DAY, today, None), (today, today, today - DAY))
    for first, last, as_of in wrong:
        with pytest.raises(RuleViolation):
            asked_for(first, last, None, as_of)


def test_the_same_question_gives_the_same_figures_whatever_happened_since(bank: Bank, sales: list[Sale]) -> None:
    """An item cleared tomorrow, a call that becomes overdue in a fortnight: yesterday's answer stands."""
    wu, today = bank.actor("wu"), business_date()
    asked = asked_for(today - 10 * DAY, today, None, today)
    before = oversight(wu, asked)
    item = InspectionItem.objects.get()
    settle_inspection_item(item, actor=wu, outcome="cleared", reason="客户更正")
    InspectionItem.objects.filter(pk=item.pk).update(settled_at=item.found_at + 2 * DAY)
    assert oversight(wu, asked) == before
    later = oversight(wu, asked_for(asked.first, asked.last, None, today + 30 * DAY))
    assert later.faults == [(Fault.CALL_LATE, 1)]  # the contradiction was cleared, the third call never made
    assert later.rate == before.rate


def test_the_pages_and_the_file(
    bank: Bank, sales: list[Sale], client_of: Any, django_assert_max_num_queries: Any
) -> None:
    wu = client_of("wu")
    today = business_date()
    period = f"?first={today - 10 * DAY}&last={today}&as_of={today}"
    with django_assert_max_num_queries(70):
        page = wu.get(reverse("oversight:page") + period).content.decode()
    assert "66.7%" in page
    assert "销售合规率" in page
    assert "未经培训" in page
    behind = wu.get(reverse("oversight:list") + period + "&fault=contradicted").content.decode()
    assert sales[1].sale_no in behind
    assert sales[0].sale_no not in behind
    for what in ("opinions", "approved", "refused", "insisted", "unrecorded"):
        assert wu.get(reverse("oversight:list") + period + f"&what={what}").status_code == 200
    assert wu.get(reverse("oversight:page") + "?first=2026-02-30").status_code == 422
    assert wu.get(reverse("oversight:page") + "?first=2026-03-30&last=2026-03-01").status_code == 422
    assert wu.get(reverse("oversight:page") + "?unit=999999").status_code == 404
    tang = client_of("tang").get(reverse("oversight:page") + period).content.decode()
    assert "66.7%" in tang
    assert "oversight/list" not in tang  # figures, not persons
    assert client_of("tang").get(reverse("oversight:list") + period).status_code in (403, 404)
    assert wu.post(reverse("oversight:export") + period, {"purpose": "", "format": "xlsx"}).status_code == 422
    file = wu.post(reverse("oversight:export") + period, {"purpose": "监管调阅", "format": "csv"})
    text = b"".join(file.streaming_content).decode("utf-8-sig")
    assert sales[1].sale_no in text
    assert "客户说法与销售情况不符" in text
    audit = AuditEntry.objects.filter(operation="sales.export_oversight", outcome="done").get()
    assert (audit.arguments["rows"], audit.arguments["compliant"]) == (3, 2)
    with pytest.raises(RuleViolation):
        export_oversight(asked_for(), actor=bank.actor("wu"), purpose=" ")


def test_the_interface_gives_the_same(bank: Bank, sales: list[Sale], client_of: Any) -> None:
    wu, today = client_of("wu"), business_date()
    base, period = "/api/v1/sales-oversight", f"?first={today - 10 * DAY}&last={today}&as_of={today}"
    found = wu.get(base + period).json()
    assert (found["rate"]["executed"], found["rate"]["percent"]) == (3, "66.7")
    (bad,) = wu.get(base + "/sales" + period + "&fault=contradicted").json()["items"]
    assert (bad["sale_id"], bad["faults"]) == (sales[1].pk, ["contradicted"])
    assert wu.get(base + "/exceptions" + period + "&what=approved").json() == {"ids": [], "count": 0}
    assert client_of("lin").get(base + period).status_code == 403


def test_a_risk_whose_day_has_passed_is_somebodys_work_once(
    bank: Bank, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = system("clock.oversight")
    register = in_force(RiskRegisterPolicy).register
    last = max(each.review_on for each in register)
    time_machine.move_to(dt.datetime.combine(min(each.review_on for each in register), dt.time(9), zone()), tick=False)
    assert remind_risk_reviews(actor=clock) == 0  # the day itself is not over
    time_machine.move_to(dt.datetime.combine(last + DAY, dt.time(9), zone()), tick=False)
    assert remind_risk_reviews(actor=clock) == len(register)
    assert remind_risk_reviews(actor=clock) == 0
    rows = WorkItem.objects.filter(kind="sales.risk_review", status="open")
    assert {row.details["code"] for row in rows} == {each.code for each in register}
    mine = rows.filter(owner_post_id=bank.posts["wu"].pk)  # type: ignore[attr-defined]
    assert mine.exists()
    assert work_kinds["sales.risk_review"].url(mine[0]).endswith("#risks")
    monkeypatch.setattr("kexin.sales.oversight.risk_reviews.business_date", lambda: last)  # as a later day would do
    assert remind_risk_reviews(actor=clock) == 0
    assert not rows.all().exists()
    with pytest.raises(NotPermitted):
        remind_risk_reviews(actor=bank.actor("wu"))
