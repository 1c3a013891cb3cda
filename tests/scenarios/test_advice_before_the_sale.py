"""Lin visits Mrs Chen, writes down her needs, agrees on a plan with her, and the plan becomes a sale."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from kexin.core.actor import Actor, customer
from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.engagement.models import Reminder
from kexin.engagement.operations import close_appointment, make_appointment
from kexin.party.models import Customer
from kexin.products.models import Product, ProductFee
from kexin.sales.advice.answering import accept_plan, decline_plan, own_plan, own_plans
from kexin.sales.advice.planning import change_plan, draft_plan, send_plan, withdraw_plan
from kexin.sales.advice.queries import advice_of, plan_file
from kexin.sales.advice.recording import analyse_needs, change_visit, record_visit
from kexin.sales.advice.rules import Line
from kexin.sales.advice.selling import open_planned_sale
from kexin.sales.models import NeedsAnalysis, Plan, PlanLine, PlanVersion, Sale, Visit
from kexin.sales.queries import sale_file
from kexin.suitability.matching.operations import match
from tests.personas import Bank
from tests.scenarios.test_a_sale_through_its_gates import opened, product, tolerance  # noqa: F401  fixtures

REQUIREMENTS = {
    "D-14": "the process of five steps is a template around fixed gates, chosen per class of products",
    "D-15": "the institution's five stages begin with the admission of the product, shown with the sale",
    "D-16": "visit, needs analysis and plan are records with authors and versions; contract and after-sales are gates",
    "D-17": "the plan states content, term, fees and risk, and the customer accepts that version or declines it",
    "D-25": "a plan of services is offered with the product, and the product's sale is opened from it",
}
SCREENS = {
    "D-14": "/sales/<id>/",
    "D-15": "/sales/<id>/",
    "D-16": "/customers/<id>/?tab=advice",
    "D-17": "/plans/<id>/",
    "D-25": "/plans/<id>/",
}
pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
OWN = ("party.view_customer", "sales.view_own_plans", "sales.accept_plan", "sales.decline_plan")
WORDS = {
    "title": "教育金安排",
    "content": "每季度检视一次，产品到期前十天提醒。",
    "term": "自签约起一年，可随时终止。",
    "fees": "服务不收费，产品费用见说明书。",
    "risk": "产品不是存款，可能亏损。",
}


def herself(row: Customer) -> Actor:
    return customer(row.pk, row.customer_no, OWN, session="portal.9", address="10.0.0.7")


def drafted(bank: Bank, row: Customer, product: Product, **other: Any) -> Plan:  # noqa: F811
    today = business_date()
    lines = [Line(product.pk, Decimal(50_000), "期限与用款时间一致")]
    given = {**WORDS, "starts_on": today, "ends_on": today + 365 * DAY, "lines": lines, **other}
    return draft_plan(row, actor=bank.actor("lin"), **given)


def sent(bank: Bank, row: Customer, product: Product, **other: Any) -> Plan:  # noqa: F811
    plan = drafted(bank, row, product, **other)
    return send_plan(plan, actor=bank.actor("lin"), version=plan.version)


def test_from_visit_to_sale_with_nothing_typed_twice(
    bank: Bank,
    chen: Customer,
    product: Product,  # noqa: F811
    client_of: Any,
    django_assert_max_num_queries: Any,
) -> None:
    lin, today = bank.actor("lin"), business_date()
    ProductFee.objects.create(product=product, kind="management", rate=Decimal("0.3"))
    visit = record_visit(
        chen, actor=lin, purpose="needs", way="branch", visited_on=today, facts="女儿明年出国读书", people="客户本人",
        next_step="做方案", next_on=today + DAY,
    )  # fmt: skip
    assert Reminder.objects.get(customer=chen).text == "做方案"
    needs = analyse_needs(
        chen, actor=lin, goals=["education", "reserve"], horizon="year", liquidity="month", income="to_500k",
        outgoings="to_200k", cover=["pension"], product_needs="一年内可用的稳健产品",
    )  # fmt: skip
    plan = sent(bank, chen, product)
    version = PlanVersion.objects.get(plan=plan)
    assert (version.visit_id, version.needs_id, len(version.sha256)) == (visit.pk, needs.pk, 64)
    line = PlanLine.objects.get()
    assert (line.grade, line.fee_text != "", line.decision_no is not None) == (2, True, True)
    shown = own_plan(herself(chen), plan.pk)
    assert (shown.version.content, shown.open) == (WORDS["content"], True)
    accept_plan(plan, actor=herself(chen), number=1, agreed=True, device="phone")
    version.refresh_from_db()
    assert (version.state, version.evidence["sha256"], version.evidence["device"]) == (
        "accepted",
        version.sha256,
        "phone",
    )
    item = WorkItem.objects.get(kind="sales.plan_answered")
    assert item.owner_post_id == bank.posts["lin"].pk
    opinion = match(chen, product, actor=lin, channel="phone", amount=line.amount)
    sale = open_planned_sale(line, actor=lin, channel="remote", staff_took_part=True, decision_no=opinion.pk)
    assert (sale.customer_id, sale.product_id, sale.amount) == (chen.pk, product.pk, Decimal(50_000))
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "done")
    stages = sale_file(lin, sale.pk).stages
    assert [stage.label for stage in stages] == [
        "客户拜访", "需求分析", "产品推荐", "方案制定", "合同签订", "售后服务",
    ]  # fmt: skip
    shown = {each.kind: each.pk for stage in stages for each in stage.records}
    assert shown == {"visit": visit.pk, "needs": needs.pk, "plan": plan.pk}
    page = client_of("lin").get(reverse("sales:sale", args=[sale.pk])).content.decode()
    assert reverse("advice:plan", args=[plan.pk]) in page
    with pytest.raises(RuleViolation, match=sale.sale_no):
        open_planned_sale(line, actor=lin, channel="remote", staff_took_part=True, decision_no=opinion.pk)
    names = set(Event.objects.filter(customer_id=chen.pk).values_list("name", flat=True))
    assert {
        "sales.VisitRecorded", "sales.NeedsAnalysed", "sales.PlanDrafted", "sales.PlanSent", "sales.PlanAnswered",
        "sales.PlanSaleOpened",
    } <= names  # fmt: skip
    done = set(AuditEntry.objects.filter(outcome="done").values_list("operation", flat=True))
    assert {"sales.record_visit", "sales.analyse_needs", "sales.accept_plan", "sales.open_planned_sale"} <= done
    client = client_of("lin")
    for url in (reverse("advice:plans"), reverse("advice:visits"), reverse("advice:visit", args=[visit.pk])):
        with django_assert_max_num_queries(30):
            assert client.get(url).status_code == 200
    with django_assert_max_num_queries(30):
        page = client.get(reverse("advice:plan", args=[plan.pk])).content.decode()
    assert WORDS["content"] in page
    assert sale.sale_no in page
    assert client_of("mei").get(reverse("advice:plan", args=[plan.pk])).status_code == 404


@pytest.mark.parametrize(
    ("product_class", "first", "count"), [("fund", "产品准入与评估", 5), ("time_deposit", "了解客户", 5)]
)
def test_the_process_is_chosen_by_the_class_of_the_product(
    bank: Bank,
    chen: Customer,
    product: Product,  # noqa: F811
    product_class: str,
    first: str,
    count: int,
) -> None:
    sale = opened(bank, chen, product)
    Product.objects.filter(pk=product.pk).update(product_class=product_class)
    file = sale_file(bank.actor("lin"), sale.pk)
    assert (file.stages[0].label, len(file.stages)) == (first, count)
    admitted = {each.kind: each.pk for stage in file.stages for each in stage.records}
    assert admitted == ({"admission": product.pk} if product_class == "fund" else {})


def test_a_changed_plan_is_a_new_version_to_accept_again(bank: Bank, chen: Customer, product: Product) -> None:  # noqa: F811
    lin = bank.actor("lin")
    plan = sent(bank, chen, product)
    accept_plan(plan, actor=herself(chen), number=1, agreed=True)
    plan.refresh_from_db()
    first = PlanLine.objects.get()
    changed = change_plan(plan, actor=lin, version=plan.version, **{**WORDS, "fees": "年费一百元"})
    assert (changed.number, changed.state) == (2, "draft")
    assert own_plan(herself(chen), plan.pk).version.number == 1  # a draft is nobody's business yet
    changed = change_plan(
        plan, actor=lin, version=changed.version, **{**WORDS, "fees": "年费一百元"},
        starts_on=business_date(), ends_on=business_date() + 90 * DAY,
    )  # fmt: skip
    assert PlanVersion.objects.filter(plan=plan).count() == 2
    send_plan(plan, actor=lin, version=changed.version)
    assert list(PlanVersion.objects.filter(plan=plan).order_by("number").values_list("state", flat=True)) == [
        "replaced",
        "sent",
    ]
    with pytest.raises(RuleViolation):  # nothing is sold from what counts no more
        open_planned_sale(first, actor=lin, channel="remote", staff_took_part=True, decision_no=1)
    with pytest.raises(RuleViolation, match="更新"):
        accept_plan(plan, actor=herself(chen), number=1, agreed=True)
    accept_plan(plan, actor=herself(chen), number=2, agreed=True)
    assert plan_file(lin, plan.pk).shown.fees == "年费一百元"
    assert plan_file(lin, plan.pk, 1).shown.fees == WORDS["fees"]


def test_what_was_sent_is_held_by_the_database(bank: Bank, chen: Customer, product: Product) -> None:  # noqa: F811
    plan = sent(bank, chen, product)
    for change in (
        lambda: PlanVersion.objects.filter(plan=plan).update(ends_on=business_date()),
        lambda: PlanVersion.objects.filter(plan=plan).update(sha256="0" * 64),
        lambda: PlanLine.objects.update(amount=Decimal(1)),
        lambda: PlanLine.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    version = PlanVersion.objects.get(plan=plan)
    version.content = "别的内容"  # a changed ciphertext passes the database and is found by the fingerprint
    version.save(update_fields=["content"])
    with pytest.raises(RuleViolation) as forged:
        accept_plan(plan, actor=herself(chen), number=1, agreed=True)
    assert "不一致" in str(forged.value.message)


def test_staff_never_answer_and_nobody_reads_anothers_plan(bank: Bank, chen: Customer, product: Product) -> None:  # noqa: F811
    plan = sent(bank, chen, product)
    with pytest.raises(NotPermitted):
        accept_plan(plan, actor=bank.actor("lin"), number=1, agreed=True)
    other = customer(chen.pk + 1, "C-other", OWN, session="portal.8", address="10.0.0.8")
    assert own_plans(other) == []
    with pytest.raises(NotFound):
        own_plan(other, plan.pk)
    with pytest.raises(NotFound):
        accept_plan(plan, actor=other, number=1, agreed=True)
    with pytest.raises(RuleViolation) as unticked:
        accept_plan(plan, actor=herself(chen), number=1, agreed=False)
    assert list(unticked.value.fields) == ["agreed"]
    decline_plan(plan, actor=herself(chen), number=1, reason="费用太高")
    assert WorkItem.objects.get(kind="sales.plan_answered").details["accepted"] is False
    with pytest.raises(RuleViolation):
        accept_plan(plan, actor=herself(chen), number=1, agreed=True)


def test_a_plan_with_gaps_is_not_sent_and_what_does_not_fit_is_not_proposed(
    bank: Bank,
    chen: Customer,
    product: Product,  # noqa: F811
) -> None:
    lin = bank.actor("lin")
    gaps = drafted(bank, chen, product, fees="", starts_on=None)
    with pytest.raises(RuleViolation) as missing:
        send_plan(gaps, actor=lin, version=gaps.version)
    assert set(missing.value.fields) == {"fees", "starts_on"}
    whole = drafted(bank, chen, product)
    Product.objects.filter(pk=product.pk).update(own_grade=5)  # re-rated between drafting and sending
    with pytest.raises(RuleViolation) as unfit:
        send_plan(whole, actor=lin, version=whole.version)
    assert product.name in str(unfit.value.fields["lines"])
    with pytest.raises(RuleViolation) as never:
        drafted(bank, chen, product)
    assert list(never.value.fields) == ["lines"]
    with pytest.raises(Conflict):
        withdraw_plan(whole, actor=lin, version=whole.version + 1, reason="x")
    withdraw_plan(whole, actor=lin, version=whole.version, reason="产品等级变化")
    assert Plan.objects.get(pk=whole.pk).state == "withdrawn"
    assert not Sale.objects.exists()


def test_too_late_to_answer(bank: Bank, chen: Customer, product: Product) -> None:  # noqa: F811
    plan = sent(bank, chen, product)
    with time_machine.travel(timezone.now() + 15 * DAY):
        late = own_plan(herself(chen), plan.pk)
        assert (late.open, "超过" in late.why_not) == (False, True)
        with pytest.raises(RuleViolation):
            accept_plan(plan, actor=herself(chen), number=1, agreed=True)
    accept_plan(plan, actor=herself(chen), number=1, agreed=True)


def test_visits_and_needs_are_checked_and_needs_told_anew(bank: Bank, chen: Customer, client_of: Any) -> None:
    lin, today = bank.actor("lin"), business_date()
    with pytest.raises(RuleViolation) as wrong:
        record_visit(chen, actor=lin, purpose="x", way="y", visited_on=today + DAY, facts=" ", next_on=today)
    assert set(wrong.value.fields) == {"purpose", "way", "visited_on", "facts", "next_step"}
    assert not Visit.objects.exists()
    visit = record_visit(chen, actor=lin, purpose="know", way="away", visited_on=today, facts="第一次见面")
    with pytest.raises(RuleViolation):
        change_visit(
            visit, actor=bank.actor("zhou"), version=1, purpose="know", way="away", visited_on=today, facts="别的"
        )
    change_visit(visit, actor=lin, version=1, purpose="know", way="away", visited_on=today, facts="第一次见面，喝茶")
    with pytest.raises(RuleViolation) as gaps:
        analyse_needs(chen, actor=lin, goals=[], horizon="?", liquidity="day", income="more", outgoings="untold")
    assert set(gaps.value.fields) == {"goals", "horizon", "product_needs"}
    for goal in ("growth", "income"):
        analyse_needs(
            chen, actor=lin, goals=[goal], horizon="five", liquidity="day", income="more", outgoings="untold",
            wealth_needs="稳健",
        )  # fmt: skip
    assert list(NeedsAnalysis.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    found = advice_of(lin, chen)
    assert (found.needs.goals, found.fresh, found.visits[0].facts) == (["income"], True, "第一次见面，喝茶")  # type: ignore[union-attr]
    client = client_of("lin")
    for name in ("plans", "needs", "visits"):
        panel = client.get(reverse("core:panel", args=["customer", chen.pk, name]))
        assert panel.status_code == 200
    assert "定期收入" in client.get(reverse("core:panel", args=["customer", chen.pk, "needs"])).content.decode()
    form = {"purpose": "know", "way": "branch", "visited_on": "2199-01-01", "facts": ""}
    answer = client.post(reverse("advice:new_visit", args=[chen.pk]), form)
    assert answer.status_code == 422
    assert Visit.objects.count() == 1


def test_a_meeting_that_was_kept_leads_to_its_visit(bank: Bank, chen: Customer, client_of: Any) -> None:
    lin = bank.actor("lin")
    at = timezone.now() - DAY
    meeting = make_appointment(
        actor=lin, customer=chen, starts_at=at, purpose="home", place="客户家中", about="谈教育金", anyway=True
    )
    client, page = client_of("lin"), reverse("engagement:appointment", args=[meeting.pk])
    leads = reverse("advice:visit_of", args=[meeting.pk])
    assert leads not in client.get(page).content.decode()
    close_appointment(meeting, actor=lin, version=meeting.version, state="kept", outcome="女儿明年出国", next_step="")
    assert leads in client.get(page).content.decode()
    form = client.get(leads, follow=True)
    assert "女儿明年出国" in form.content.decode()
    assert "客户家中" in form.content.decode()
    today = business_date().isoformat()
    sent = {"purpose": "needs", "way": "away", "visited_on": today, "facts": "女儿明年出国", "appointment": meeting.pk}
    client.post(reverse("advice:new_visit", args=[chen.pk]), sent)
    visit = Visit.objects.get()
    assert visit.appointment_id == meeting.pk
    assert client.get(leads).headers["Location"] == reverse("advice:visit", args=[visit.pk])
    with pytest.raises(RuleViolation) as twice:
        record_visit(
            chen, actor=lin, purpose="know", way="away", visited_on=business_date(), facts="x",
            appointment_id=meeting.pk,
        )  # fmt: skip
    assert list(twice.value.fields) == ["appointment_id"]
