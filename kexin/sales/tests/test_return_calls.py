"""Return calls through their doors, pages and the interface: never by the seller; contradictions become items."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from kexin.core.actor import system
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.core.operation import doors, operation
from kexin.party.models import ContactPoint
from kexin.products.models import Product
from kexin.sales.choices import Gate
from kexin.sales.followup.calling import answer_return_call, dial_return_call, try_return_call
from kexin.sales.followup.planning import plan_return_call
from kexin.sales.followup.queries import return_call_file, return_calls
from kexin.sales.models import InspectionItem, ReturnCall, ReturnCallAttempt, Sale, SaleGate
from kexin.sales.operations.confirming import rules_of
from kexin.sales.oversight.queries import ItemFilter, inspection_items
from kexin.sales.oversight.settling import settle_inspection_item
from kexin.sales.rules import ALWAYS
from tests.personas import Bank
from tests.product_people import hire

pytestmark = pytest.mark.django_db
FINE = {"own_will": "yes", "what_bought": "product", "risk": "explained", "promise": "none", "texts": "seen"}
WRONG = {**FINE, "what_bought": "deposit"}
COVERED = {
    "own_will": "yes", "what_bought": "insurance", "cover": "known", "payment": "known", "surrender": "known",
    "promise": "none",
}  # fmt: skip


def executed(bank: Bank, chen: Any, product_class: str = "wealth") -> Sale:
    """A sale of Lin's to Mrs Chen whose order was executed, signed three days ago."""
    from kexin.core.policy import in_force
    from kexin.sales.sale_policies import SalePolicy

    product = Product.objects.create(code=f"P-{product_class}", name="稳盈九十天", product_class=product_class)
    sale = Sale.objects.create(
        sale_no=f"S2026{Sale.objects.count() + 1:07d}",
        customer=chen,
        product=product,
        unit=bank.units["east"],
        seller_post=bank.posts["lin"],
        seller=bank.employees["lin"],
        amount=50_000,
        channel="remote",
        staff_took_part=True,
        needed=sorted([*ALWAYS, Gate.FOLLOWED_UP]),
        policies={"sales.sale": in_force(SalePolicy).policy_version},
        opened_at=timezone.now(),
        opened_on=dt.date(2026, 11, 20),
        lapses_on=dt.date(2099, 1, 1),
    )
    at = timezone.now() - dt.timedelta(days=3)
    for gate in sorted(ALWAYS):
        SaleGate.objects.create(sale=sale, round=1, gate=gate, at=at, by="x", party="staff")
    for state in ("sent", "executed"):
        Sale.objects.filter(pk=sale.pk).update(state=state)
    sale.refresh_from_db()
    return sale


def planned(sale: Sale) -> ReturnCall:
    """The return call, planned inside an operation as the core's answer does it."""

    @operation("test.plan_return_call", label="Plan a return call")
    def plan(*, actor: Any) -> ReturnCall:
        return plan_return_call(sale, rules_of(sale))

    doors.pop("test.plan_return_call")  # not a door of the house
    return plan(actor=system("test"))


@pytest.fixture
def call(bank: Bank, chen: Any) -> ReturnCall:
    return planned(executed(bank, chen))


def names() -> list[str]:
    return list(Event.objects.filter(name__startswith="sales.").order_by("at").values_list("name", flat=True))


def test_somebody_else_asks_and_the_last_gate_is_passed(bank: Bank, call: ReturnCall) -> None:
    lin, sun = bank.actor("lin"), bank.actor("sun")
    work = WorkItem.objects.get(kind="sales.follow_up")
    assert work.owner_post_id in (bank.posts["sun"].pk, bank.posts["zhou"].pk)  # type: ignore[attr-defined]
    assert [row.pk for row in return_calls(lin)] == [call.pk]  # the seller sees that it is due
    with pytest.raises(NotPermitted):
        answer_return_call(call, actor=lin, answers=FINE)
    with pytest.raises(RuleViolation) as missing:
        answer_return_call(call, actor=sun, answers={**FINE, "risk": ""})
    assert list(missing.value.fields) == ["risk"]
    call.refresh_from_db()
    assert (call.state, call.attempts) == ("due", 0)
    done = answer_return_call(call, actor=sun, answers=FINE, version=call.version)
    assert (done.state, done.outcome, done.finished_by) == ("done", "understood", "1003")
    gate = SaleGate.objects.get(sale=call.sale, gate=Gate.FOLLOWED_UP)
    assert gate.evidence == {"call": call.pk, "result": "understood", "contradicted": [], "by": "1003"}
    work.refresh_from_db()
    assert (work.status, work.outcome) == ("done", "understood")
    assert not InspectionItem.objects.exists()
    assert names() == ["sales.ReturnCallPlanned", "sales.GatePassed", "sales.ReturnCallAnswered"]
    audit = AuditEntry.objects.filter(operation="sales.answer_return_call").values_list("actor_name", "outcome")
    assert set(audit) == {("1001", "refused"), ("1003", "refused"), ("1003", "done")}
    with pytest.raises(RuleViolation):
        answer_return_call(call, actor=sun, answers=WRONG, note="又想起来了")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE sales_returncallattempt SET note = NULL, result = 'nobody'")


def test_it_was_called_a_deposit_so_consumer_protection_looks(bank: Bank, call: ReturnCall, chen: Any) -> None:
    hire(bank)
    sun, ning, wu = bank.actor("sun"), bank.actor("ning"), bank.actor("wu")
    with pytest.raises(RuleViolation) as unsaid:
        answer_return_call(call, actor=sun, answers=WRONG)
    assert list(unsaid.value.fields) == ["note"]
    answer_return_call(call, actor=sun, answers=WRONG, note="介绍时说和定期一样")
    item = InspectionItem.objects.get()
    assert (item.source, item.sale, item.facts) == ("contradiction", call.sale, {"questions": ["what_bought"]})
    work = WorkItem.objects.get(kind="sales.inspection_item")
    assert work.owner_post_id == bank.posts["ning"].pk  # type: ignore[attr-defined]
    assert (work.customer_id, work.unit_id) == (None, bank.units["head"].pk)  # type: ignore[attr-defined]
    assert SaleGate.objects.get(sale=call.sale, gate=Gate.FOLLOWED_UP).evidence["result"] == "contradicted"
    for near in ("lin", "zhou", "sun"):  # those near the seller do not see it
        with pytest.raises(NotPermitted):
            list(inspection_items(bank.actor(near)))
    assert [row.pk for row in inspection_items(ning, ItemFilter(state="open", source="contradiction"))] == [item.pk]
    with pytest.raises(RuleViolation):
        settle_inspection_item(item, actor=ning, outcome="confirmed", reason=" ")
    settle_inspection_item(item, actor=ning, outcome="confirmed", reason="录音证实说成存款")
    with pytest.raises(RuleViolation):
        settle_inspection_item(item, actor=wu, outcome="cleared", reason="再看一次")
    item.refresh_from_db()
    assert (item.state, item.settled_by) == ("confirmed", "1023")
    work.refresh_from_db()
    assert work.status == "done"
    assert names()[-1] == "sales.InspectionItemSettled"


def test_the_unreached_come_back_by_policy_until_somebody_decides(bank: Bank, call: ReturnCall) -> None:
    sun = bank.actor("sun")
    first = try_return_call(call, actor=sun, result="nobody")
    assert first.next_at > timezone.now() + dt.timedelta(hours=3) - dt.timedelta(seconds=5)
    assert not return_calls(sun, "now").exists()
    asked = timezone.now() + dt.timedelta(days=2)
    assert try_return_call(call, actor=sun, result="later", next_at=asked).next_at == asked
    with pytest.raises(RuleViolation) as past:
        try_return_call(call, actor=sun, result="later", next_at=timezone.now() - dt.timedelta(days=1))
    assert list(past.value.fields) == ["next_at"]
    with pytest.raises(RuleViolation):
        try_return_call(call, actor=sun, result="answered")
    for _each in range(3):
        last = try_return_call(call, actor=sun, result="nobody", note="无人接听")
    assert (last.state, last.attempts) == ("unreached", 5)
    assert ReturnCallAttempt.objects.count() == 5
    assert InspectionItem.objects.get().facts == {"attempts": 5, "result": "nobody"}
    assert WorkItem.objects.get(kind="sales.follow_up").outcome == "unreached"
    assert not SaleGate.objects.filter(gate=Gate.FOLLOWED_UP).exists()
    with pytest.raises(RuleViolation):
        try_return_call(call, actor=sun, result="nobody")
    assert names().count("sales.ReturnCallTried") == 5


def test_a_customer_who_declines_is_not_called_again(bank: Bank, call: ReturnCall) -> None:
    done = try_return_call(call, actor=bank.actor("zhou"), result="declined", note="不想被打扰")
    assert (done.state, InspectionItem.objects.get().source) == ("unreached", "unreached")


def test_insurance_is_called_back_within_the_cooling_off_period(bank: Bank, chen: Any) -> None:
    call = planned(executed(bank, chen, "insurance"))
    signed = SaleGate.objects.get(sale=call.sale, gate=Gate.SIGNED).at
    assert (call.sheet, call.due_at) == ("insurance", signed + dt.timedelta(days=15))
    done = answer_return_call(call, actor=bank.actor("sun"), answers=COVERED)
    assert done.outcome == "understood"


def test_the_number_is_shown_to_who_calls_in_calling_hours_only(
    bank: Bank, call: ReturnCall, time_machine: Any
) -> None:
    sun, point = bank.actor("sun"), ContactPoint.objects.get()
    time_machine.move_to(dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC))  # ten in the morning
    assert dial_return_call(call, actor=sun, contact_id=point.pk).number == "13800005678"
    with pytest.raises(NotFound):
        dial_return_call(call, actor=sun, contact_id=point.pk + 1)
    time_machine.move_to(dt.datetime(2026, 11, 23, 14, 0, tzinfo=dt.UTC))  # ten in the evening
    with pytest.raises(RuleViolation, match="20:00"):
        dial_return_call(call, actor=sun, contact_id=point.pk)


def test_two_callers_at_once_and_another_branch(bank: Bank, call: ReturnCall) -> None:
    seen = call.version
    try_return_call(call, actor=bank.actor("sun"), result="nobody")
    with pytest.raises(Conflict):
        answer_return_call(call, actor=bank.actor("zhou"), answers=FINE, version=seen)
    with pytest.raises(NotFound):
        return_call_file(bank.actor("mei"), call.pk)


def test_the_pages(bank: Bank, call: ReturnCall, client_of: Any, django_assert_max_num_queries: Any) -> None:
    hire(bank)
    sun, lin = client_of("sun"), client_of("lin")
    page = reverse("return_calls:one", args=[call.pk])
    assert sun.get(reverse("return_calls:of_sale", args=[call.sale_id])).headers["Location"] == page
    with django_assert_max_num_queries(40):
        assert "陈秀兰" in sun.get(reverse("return_calls:list") + "?state=due").content.decode()
    with django_assert_max_num_queries(40):
        shown = sun.get(page).content.decode()
    assert "介绍时说是存款" in shown
    assert "13800005678" not in shown
    assert "q-own_will" not in lin.get(page).content.decode()
    assert client_of("mei").get(page).status_code == 404
    answers = {f"q-{code}": option for code, option in WRONG.items()}
    wrong = sun.post(reverse("return_calls:answer", args=[call.pk]), {**answers, "version": call.version})
    assert wrong.status_code == 422
    assert "请写下客户所述" in wrong.content.decode()
    tried = sun.post(reverse("return_calls:attempt", args=[call.pk]), {"result": "nobody"}, follow=True)
    assert "无人接听" in tried.content.decode()
    call.refresh_from_db()
    said = {**answers, "version": call.version, "note": "说成定期"}
    assert sun.post(reverse("return_calls:answer", args=[call.pk]), said).status_code == 302
    assert "说成定期" in sun.get(page).content.decode()
    item = InspectionItem.objects.get()
    ning = client_of("ning")
    with django_assert_max_num_queries(40):
        assert call.sale.sale_no in ning.get(reverse("oversight:items")).content.decode()
    board = ning.get(reverse("oversight:page")).content.decode()
    (listed,) = re.findall(rf'href="({reverse("oversight:items")}[^"]+source={item.source}[^"]*)"', board)
    assert call.sale.sale_no in ning.get(html.unescape(listed)).content.decode()  # the days of the board, no others
    InspectionItem.objects.update(found_on=item.found_on - dt.timedelta(days=800))
    assert call.sale.sale_no not in ning.get(html.unescape(listed)).content.decode()
    one = reverse("oversight:item", args=[item.pk])
    with django_assert_max_num_queries(40):
        assert "说成定期" in ning.get(one).content.decode()
    assert ning.post(one, {"outcome": "confirmed", "reason": ""}).status_code == 422
    assert ning.post(one, {"outcome": "confirmed", "reason": "录音证实"}).status_code == 302
    assert "录音证实" in client_of("wu").get(one).content.decode()
    assert client_of("zhou").get(one).status_code in (403, 404)


def test_the_interface(bank: Bank, call: ReturnCall, client_of: Any) -> None:
    sun, wu = client_of("sun"), client_of("wu")
    listed = sun.get("/api/v1/return-calls?state=due").json()["items"]
    assert [row["id"] for row in listed] == [call.pk]
    base = f"/api/v1/return-calls/{call.pk}"
    assert [each["code"] for each in sun.get(base).json()["questions"]] == list(FINE)

    def send(client: Any, path: str, **data: Any) -> Any:
        return client.post(path, json.dumps(data), content_type="application/json")

    assert send(client_of("lin"), base + "/answers", answers=FINE, version=1).status_code == 403
    assert send(sun, base + "/attempts", result="nobody").json()["attempts"] == 1
    refused = send(sun, base + "/answers", answers=WRONG, version=2)
    assert refused.status_code == 422
    done = send(sun, base + "/answers", answers=WRONG, note="说成存款", version=2).json()
    assert (done["outcome"], done["contradicted"]) == ("contradicted", ["what_bought"])
    (item,) = wu.get("/api/v1/inspection-items?state=open").json()["items"]
    settled = send(wu, f"/api/v1/inspection-items/{item['id']}/outcome", outcome="cleared", reason="已核实")
    assert settled.json()["state"] == "cleared"
