"""Care after a sale through its doors, clock, events, pages and the interface: owed once, to the right person."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.core.policy import in_force
from kexin.engagement.events import AppointmentClosed
from kexin.holdings.models import Account, Holding
from kexin.party.events import PortfolioAssigned
from kexin.products.events import ProductRerated, ProductSuspended
from kexin.products.models import NetValue, ProductText, TextVersion, TradingTerms
from kexin.products.texts.events import TextApproved
from kexin.sales.aftercare import handlers
from kexin.sales.aftercare.choices import CareState
from kexin.sales.aftercare.choosing import to_visit
from kexin.sales.aftercare.exporting import export_aftercare
from kexin.sales.aftercare.owing import owe_aftercare
from kexin.sales.aftercare.policies import AftercarePolicy
from kexin.sales.aftercare.queries import CareFilter, aftercare_item, aftercare_items
from kexin.sales.aftercare.rules import may_settle_care
from kexin.sales.aftercare.settling import settle_aftercare
from kexin.sales.aftercare.watching import watch_sales
from kexin.sales.aftercare.words import told
from kexin.sales.models import AftercareItem, Notice, Sale
from kexin.sales.notices.handlers import notice_of_text, notices_of_maturity
from kexin.sales.tests.test_return_calls import executed
from tests.personas import Bank

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def held(sale: Sale) -> Sale:
    """The customer holds what was sold."""
    customer = sale.customer
    account = Account(customer=customer, kind="wealth", unit_id=customer.unit_id, key_id=customer.party.key_id)
    account.number = f"6222{sale.pk:012d}"
    account.save()
    Holding.objects.create(
        account=account, customer=customer, product=sale.product, units=100, cost=100, market_value=100,
        as_of=business_date(),
    )  # fmt: skip
    return sale


def bought_on(sale: Sale) -> dt.date:
    return timezone.localtime(sale.gates.get(gate=90).at).date()


def values(sale: Sale, *rows: tuple[int, str]) -> None:
    """Net values so many days after the purchase."""
    for days, value in rows:
        NetValue.objects.create(
            product=sale.product, day=bought_on(sale) + days * DAY, unit_value=Decimal(value),
            accumulated=Decimal(value), entered_by="x", entered_at=timezone.now(),
        )  # fmt: skip


@pytest.fixture
def sale(bank: Bank, chen: Any) -> Sale:
    return held(executed(bank, chen))


def test_maturity_and_fall_are_owed_once_to_the_lead_manager(bank: Bank, sale: Sale) -> None:
    today = business_date()
    TradingTerms.objects.create(product=sale.product, matures_on=today + 5 * DAY)
    values(sale, (-4, "1.2"), (-1, "1.0"), (1, "0.98"), (2, "0.93"))
    assert watch_sales(today) == {"maturity": 1, "fall": 1, "visit": 0}
    assert watch_sales(today) == {"maturity": 0, "fall": 0, "visit": 0}  # by night again, or after a kill
    fall = AftercareItem.objects.get(matter="fall")
    assert (fall.sale_id, fall.facts["percent"]) == (sale.pk, "7.00")
    work = list(WorkItem.objects.filter(kind="sales.aftercare"))
    assert {(item.owner_post_id, item.customer_id) for item in work} == {(bank.posts["lin"].pk, sale.customer_id)}
    assert Event.objects.filter(name="sales.AftercareOwed", customer_id=sale.customer_id).count() == 2
    assert AuditEntry.objects.filter(operation="sales.owe_aftercare", outcome="done").count() == 2
    values(sale, (3, "0.96"))
    assert watch_sales(today)["fall"] == 0  # less than before
    values(sale, (4, "0.89"))
    assert watch_sales(today)["fall"] == 1  # a second such share is gone
    Holding.objects.update(units=0)
    values(sale, (5, "0.50"))
    assert watch_sales(today)["fall"] == 0  # sold meanwhile


def test_a_product_change_reaches_each_holder_once_however_often_it_is_told(bank: Bank, sale: Sale) -> None:
    executed_again = Sale.objects.get(pk=sale.pk)
    fact = ProductRerated(subject=sale.product.code, product_id=sale.product_id, before=2, after=3)
    handlers.care_for_rerated(fact)
    handlers.care_for_rerated(fact)
    stop = ProductSuspended(subject=sale.product.code, product_id=sale.product_id, reason="净值异常")
    handlers.care_for_suspended(stop)
    handlers.care_for_suspended(stop)
    rows = {row.matter: row for row in AftercareItem.objects.all()}
    assert set(rows) == {"rerated", "suspended"}
    assert told("rerated", rows["rerated"].facts) == "R2 → R3"
    assert rows["suspended"].facts == {"reason": "净值异常"}
    assert rows["rerated"].sale_id == executed_again.pk


def test_a_new_version_of_a_text_reaches_holders_and_a_first_one_nobody(bank: Bank, sale: Sale) -> None:
    today, now = business_date(), timezone.now()
    text = ProductText.objects.create(
        kind="risk_disclosure", product_class="wealth", language="zh", title="风险揭示书", created_at=now
    )
    for number in (1, 2):
        TextVersion.objects.create(
            text=text, number=number, body="净值会波动。", state="approved", drafted_by="1021", drafted_at=now,
            reviewed_by="1023", in_use_from=today + number * DAY, sha256="x",
        )  # fmt: skip
        handlers.care_for_text(TextApproved(text.pk, number, today + number * DAY, "x"))
        assert AftercareItem.objects.count() == number - 1
        notice_of_text(TextApproved(text.pk, number, today + number * DAY, "x"))
    row = AftercareItem.objects.get()
    assert (row.matter, row.facts["number"], row.sale_id) == ("text", 2, sale.pk)
    assert "风险揭示书" in told("text", row.facts)
    assert [each.product_id for each in Notice.objects.all()] == [sale.product_id]
    ProductText.objects.create(
        kind="risk_disclosure",
        product_class="wealth",
        product=sale.product,
        language="zh",
        title="自有",
        created_at=now,
    )
    handlers.care_for_text(TextApproved(text.pk, 3, today, "x"))
    assert AftercareItem.objects.count() == 1  # the product has a text of its own


def test_what_two_runs_found_at_once_is_owed_once(bank: Bank, sale: Sale) -> None:
    clock, today = system("clock.aftercare"), bought_on(sale) + 30 * DAY
    found = to_visit(in_force(AftercarePolicy), today)
    assert owe_aftercare("visit", found, actor=clock) == 1
    assert owe_aftercare("visit", found, actor=clock) == 0
    assert WorkItem.objects.filter(kind="sales.aftercare").count() == 1
    TradingTerms.objects.create(product=sale.product, matures_on=today + 3 * DAY)
    assert [notices_of_maturity(today), notices_of_maturity(today + DAY)] == [1, 1]
    assert Notice.objects.get(matter="maturity").facts == {"day": (today + 3 * DAY).isoformat()}


def test_a_visit_is_asked_for_and_a_kept_meeting_makes_it(bank: Bank, sale: Sale) -> None:
    later = bought_on(sale) + 30 * DAY
    assert watch_sales(later - DAY)["visit"] == 0
    assert watch_sales(later)["visit"] == 1
    assert watch_sales(later + DAY)["visit"] == 0
    closed = AppointmentClosed(sale.customer_id, "x", 1, "service", "kept")
    handlers.meeting_kept(closed)
    handlers.meeting_kept(closed)
    row = AftercareItem.objects.get()
    assert (row.state, row.outcome, row.settled_by) == ("settled", "visited", "clock.aftercare")
    assert WorkItem.objects.get(kind="sales.aftercare").outcome == "visited"


def test_it_goes_along_with_the_customer(bank: Bank, sale: Sale) -> None:
    later = bought_on(sale) + 30 * DAY
    watch_sales(later)
    lin, mei = bank.posts["lin"], bank.posts["mei"]
    assigned = PortfolioAssigned(sale.customer_id, "x", mei.pk, lin.pk)
    handlers.assigned(assigned)
    item = WorkItem.objects.get(kind="sales.aftercare")
    assert (item.owner_post_id, item.unit_id) == (mei.pk, mei.unit_id)
    handlers.assigned(PortfolioAssigned(sale.customer_id, "x", None, mei.pk))  # to the pool: the head of the unit
    item.refresh_from_db()
    assert item.owner_post_id == bank.posts["zhou"].pk


def test_without_a_manager_the_head_owes_it(bank: Bank, sale: Sale) -> None:
    type(sale.customer).objects.filter(pk=sale.customer_id).update(lead_post=None)
    watch_sales(bought_on(sale) + 30 * DAY)
    assert WorkItem.objects.get(kind="sales.aftercare").owner_post_id == bank.posts["zhou"].pk


def test_settled_by_who_may_with_what_was_done(bank: Bank, sale: Sale) -> None:
    watch_sales(bought_on(sale) + 30 * DAY)
    row, lin = AftercareItem.objects.get(), bank.actor("lin")
    with pytest.raises(NotPermitted):
        settle_aftercare(row, actor=bank.actor("wu"), outcome="told")
    with pytest.raises(NotFound):
        settle_aftercare(row, actor=bank.actor("mei"), outcome="told")
    with pytest.raises(RuleViolation) as why:
        settle_aftercare(row, actor=lin, outcome="nothing")
    assert list(why.value.fields) == ["reason"]
    with pytest.raises(Conflict):
        settle_aftercare(row, actor=lin, outcome="told", version=7)
    settle_aftercare(row, actor=lin, outcome="nothing", reason="客户已预约下周")
    with pytest.raises(RuleViolation):
        settle_aftercare(row, actor=lin, outcome="told")
    assert Event.objects.filter(name="sales.AftercareSettled").count() == 1
    assert aftercare_item(lin, row.pk).outcome == "nothing"
    assert not aftercare_items(bank.actor("mei")).exists()
    with pytest.raises(NotPermitted):
        owe_aftercare("fall", [], actor=lin)
    with pytest.raises(RuleViolation):
        export_aftercare(CareFilter(), actor=lin, purpose=" ")
    assert export_aftercare(CareFilter(state="settled"), actor=lin, purpose="晨会").count() == 1


def test_pages_file_and_interface(bank: Bank, sale: Sale, client_of: Any, django_assert_max_num_queries: Any) -> None:
    TradingTerms.objects.create(product=sale.product, matures_on=business_date() + 3 * DAY)
    watch_sales(business_date())
    row, lin = AftercareItem.objects.get(), client_of("lin")
    with django_assert_max_num_queries(25):
        page = lin.get(reverse("aftercare:list"))
    assert sale.product.name in page.content.decode()
    assert lin.get(reverse("aftercare:list") + "?matter=fall").content.decode().count(sale.product.name) == 0
    assert lin.get(reverse("party:customer", args=[sale.customer_id]) + "?tab=sales").status_code == 200
    panel = lin.get(f"/panel/customer/{sale.customer_id}/aftercare/")
    assert reverse("aftercare:item", args=[row.pk]) in panel.content.decode()
    one = reverse("aftercare:item", args=[row.pk])
    assert lin.post(one, {"outcome": "nothing", "reason": ""}).status_code == 422
    file = lin.post(reverse("aftercare:export"), {"purpose": "晨会", "format": "csv"})
    text = b"".join(file.streaming_content if file.streaming else [file.content]).decode("utf-8-sig")
    assert sale.product.name in text
    found = lin.get("/api/v1/aftercare?state=open").json()["items"]
    assert [each["id"] for each in found] == [row.pk]
    body = json.dumps({"outcome": "told", "reason": "客户续作"})
    done = lin.post(f"/api/v1/aftercare/{row.pk}/outcome", body, content_type="application/json")
    assert done.json()["state"] == "settled", done.content
    assert lin.get(one).status_code == 200
    row.refresh_from_db()
    assert row.state == CareState.SETTLED


def test_the_rule() -> None:
    assert may_settle_care("open", "told", "")
    assert not may_settle_care("settled", "told", "")
    assert not may_settle_care("open", "else", "")
    assert not may_settle_care("open", "nothing", " ")
    assert not may_settle_care("open", "told", "长" * 501)
    assert system("clock").everything
