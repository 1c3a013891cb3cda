"""Notices to holders: the rules, then reviewed words, once each, prompts that fail, receipts, pages, the interface."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from kexin.core.actor import customer as acting
from kexin.core.actor import system
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.engagement.messages.events import MessageFailed, MessageSent
from kexin.engagement.models import OutboundMessage
from kexin.party.data import ContactData
from kexin.party.models import Customer
from kexin.party.operations import record_contact
from kexin.products.events import ProductRerated, ProductSuspended
from kexin.products.models import NetValueAlert, Product
from kexin.sales.models import AftercareItem, CustomerNotice, Notice
from kexin.sales.notices import handlers
from kexin.sales.notices.exporting import export_told
from kexin.sales.notices.making import tell_holders
from kexin.sales.notices.own import open_own_notice, own_notice, own_notices, unread
from kexin.sales.notices.queries import told_customers
from kexin.sales.notices.rules import filled, way
from kexin.sales.notices.sending import send_notices, send_portion
from tests.holders import holders
from tests.notice_texts import reviewed
from tests.personas import Bank
from tests.product_people import admitted, hire

OWN = ("sales.view_own_notices", "sales.open_own_notice", "party.view_customer")


def test_which_way_a_prompt_goes() -> None:
    order = ("sms", "email")
    assert way("", order, {"sms", "email"}, None) == "sms"
    assert way("email", order, {"sms", "email"}, None) == "email"
    assert way("email", order, {"sms"}, None) == "sms"
    assert way("", order, {"sms", "email"}, ("email",)) == "email"
    assert way("", order, {"sms"}, ()) == ""
    assert way("sms", order, {"sms", "email"}, None, ["sms"]) == "email"
    assert way("sms", order, {"sms"}, None, ["sms"]) == "sms"  # the same once more where there is no other


def test_reviewed_words_are_filled_and_nothing_else() -> None:
    assert filled("{product}由 {before} 调整为 {after}。", {"product": "甲", "before": "R2", "after": "R3"}) == (
        "甲由 R2 调整为 R3。"
    )
    assert filled("{unknown}", {}) == "—"
    assert filled("a { b } {} {0} {x.y} %s", {"x": 1}) == "a { b } {} {0} {x.y} %s"
    assert filled("{a}", {"a": "{b}", "b": "no"}) == "{b}"


@pytest.fixture
def told(bank: Bank, settings: Any) -> tuple[Product, list[Customer]]:
    """An admitted product with three holders: Zhang with a mobile number, Li with an address, Wang with neither."""
    settings.KEXIN_BUSINESS_DATE = "2026-03-09"
    hire(bank)
    product = admitted(bank)
    rows = holders(bank, product)
    record_contact(rows[0], actor=bank.actor("lin"), data=ContactData(kind="mobile", value="13900001111"))
    record_contact(rows[1], actor=bank.actor("lin"), data=ContactData(kind="email", value="li@example.com"))
    return product, rows


def rerated(product: Product) -> Notice:
    fact = ProductRerated(subject=product.code, product_id=product.pk, before=2, after=3)
    handlers.notice_of_rerating(fact)
    handlers.notice_of_rerating(fact)
    return Notice.objects.get(matter="rerated")


def own(row: Customer) -> Any:
    return acting(row.pk, row.customer_no, OWN, session="s", address="")


@pytest.mark.django_db
def test_it_waits_for_reviewed_words_then_reaches_each_holder_once(bank: Bank, told: Any) -> None:
    product, (zhang, li, wang) = told
    notice = rerated(product)
    assert notice.state == "waiting"
    assert send_notices() == 0
    work = WorkItem.objects.get(kind="sales.notice_text")
    assert work.owner_post_id == bank.posts["fang"].pk
    reviewed(bank, "notice_rerated", languages=("zh",))
    assert send_notices() == 0  # one language is not enough
    reviewed(bank, "notice_rerated", languages=("en",))
    assert send_notices() == 3
    assert send_notices() == 0
    assert send_portion(notice.pk, actor=system("test")) == 0
    notice.refresh_from_db()
    work.refresh_from_db()
    assert (notice.state, work.outcome) == ("sent", "written")
    assert "R2 调整为 R3" in notice.body
    assert "from R2 to R3" in notice.body_en
    rows = {row.customer_id: row for row in CustomerNotice.objects.all()}
    assert [rows[each.pk].channel for each in (zhang, li, wang)] == ["sms", "email", ""]
    assert rows[wang.pk].state == "untold"
    left = AftercareItem.objects.get(matter="untold")
    assert WorkItem.objects.get(kind="sales.aftercare", subject_id=left.pk).owner_post_id == bank.posts["mei"].pk
    sms = OutboundMessage.objects.get(purpose="sales.notice", channel="sms")
    decrypt_rows(OutboundMessage, [sms], ("body",))
    assert "稳利90天X" in str(sms.body)
    assert "http" not in str(sms.body)
    assert Event.objects.filter(name="sales.CustomerNoticed").count() == 3
    handlers.notice_of_suspension(ProductSuspended(subject=product.code, product_id=product.pk, reason="x"))
    assert not Notice.objects.filter(matter="suspended").exists()  # no such step of the product's record


@pytest.mark.django_db
def test_a_failed_prompt_goes_again_and_is_left_to_the_manager_in_the_end(bank: Bank, told: Any) -> None:
    product, (zhang, li, _wang) = told
    reviewed(bank, "notice_rerated")
    rerated(product)
    send_notices()
    first, other = CustomerNotice.objects.get(customer=zhang), CustomerNotice.objects.get(customer=li)

    def failed(row: CustomerNotice) -> MessageFailed:
        return MessageFailed(row.customer_id, "x", int(row.message_id or 0), row.channel, "sales.notice", "no-number")

    done = MessageSent(li.pk, "x", int(other.message_id or 0), "email", "sales.notice")
    handlers.prompt_sent(done)
    handlers.prompt_failed(failed(first))
    handlers.prompt_failed(failed(first))
    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.state, other.state, first.problem) == ("failed", "prompted", "no-number")
    send_notices()
    first.refresh_from_db()
    assert first.state == "failed"  # not before its time
    CustomerNotice.objects.filter(pk=first.pk).update(next_at=timezone.now() - dt.timedelta(minutes=1))
    send_notices()
    first.refresh_from_db()
    assert (first.state, first.tried) == ("written", ["sms", "sms"])
    handlers.prompt_failed(failed(first))
    first.refresh_from_db()
    assert first.state == "untold"
    assert AftercareItem.objects.filter(matter="untold", customer=zhang).count() == 1
    assert OutboundMessage.objects.filter(purpose="sales.notice", customer=zhang).count() == 2


@pytest.mark.django_db
def test_the_customer_alone_opens_it_and_leaves_the_receipt(bank: Bank, told: Any) -> None:
    product, (zhang, li, _wang) = told
    reviewed(bank, "notice_rerated")
    rerated(product)
    send_notices()
    me, other = own(zhang), own(li)
    row = own_notices(me)[0]
    assert unread(me) == 1
    with pytest.raises(NotFound):
        own_notice(other, row.pk)
    with pytest.raises(NotFound):
        open_own_notice(row.pk, actor=other)
    with pytest.raises(NotPermitted):
        open_own_notice(row.pk, actor=bank.actor("lin"))
    opened = open_own_notice(row.pk, actor=me).opened_at
    assert open_own_notice(row.pk, actor=me).opened_at == opened
    assert unread(me) == 0
    assert Event.objects.filter(name="sales.NoticeOpened", customer_id=zhang.pk).count() == 1
    lin, mei = bank.actor("lin"), bank.actor("mei")
    assert [each.customer_id for each in told_customers(lin, row.notice_id, "opened")] == [zhang.pk]
    assert not told_customers(mei, row.notice_id, "opened").exists()
    with pytest.raises(NotPermitted):
        told_customers(bank.actor("fang"), row.notice_id)
    wu = bank.actor("wu")
    with pytest.raises(RuleViolation):
        export_told(row.notice_id, actor=wu, purpose="")
    assert export_told(row.notice_id, actor=wu, purpose="监管", which="unopened").count() == 2
    assert AuditEntry.objects.filter(operation="sales.export_told_customers", outcome="done").count() == 1


@pytest.mark.django_db
def test_an_alert_is_told_by_risk_and_the_pages_show_who(
    bank: Bank, told: Any, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    product, (zhang, _li, _wang) = told
    row = NetValueAlert.objects.create(
        key="x", product=product, kind="window", day=dt.date(2026, 3, 6), found_at=timezone.now(),
        found_on=dt.date(2026, 3, 9), due_at=timezone.now(), policy_id=1,
        facts={"percent": "1.20", "since": "2026-02-13"},
    )  # fmt: skip
    jump = NetValueAlert.objects.create(
        key="y", product=product, kind="jump", day=dt.date(2026, 3, 6), found_at=timezone.now(),
        found_on=dt.date(2026, 3, 9), due_at=timezone.now(), policy_id=1,
    )  # fmt: skip
    luo = bank.actor("luo")
    with pytest.raises(RuleViolation):
        tell_holders(row, actor=luo)  # no reviewed words
    reviewed(bank, "notice_alert")
    with pytest.raises(RuleViolation):
        tell_holders(jump, actor=luo)
    with pytest.raises(NotPermitted):
        tell_holders(row, actor=bank.actor("lin"))
    page = client_of("luo")
    assert page.get(reverse("notices:tell", args=[row.pk])).status_code == 200
    assert page.post(reverse("notices:tell", args=[row.pk])).status_code == 302
    assert page.post(reverse("notices:tell", args=[row.pk])).status_code == 422
    notice = Notice.objects.get()
    send_notices()
    assert "下跌 1.20%" in notice.body
    one = reverse("notices:one", args=[notice.pk])
    assert zhang.customer_no not in page.get(one).content.decode()
    lin = client_of("lin")
    with django_assert_max_num_queries(30):
        assert zhang.customer_no in lin.get(one).content.decode()
    assert lin.get(reverse("notices:list")).status_code == 200
    assert one in lin.get(f"/panel/product/{product.pk}/notices/").content.decode()
    wu = client_of("wu")
    file = wu.post(reverse("notices:export", args=[notice.pk]), {"purpose": "监管", "format": "csv"})
    text = b"".join(file.streaming_content if file.streaming else [file.content]).decode("utf-8-sig")
    assert zhang.customer_no in text
    found = lin.get(f"/api/v1/holder-notices?product_id={product.pk}").json()["items"]
    assert [each["id"] for each in found] == [notice.pk]
    figures = lin.get(f"/api/v1/holder-notices/{notice.pk}").json()
    assert (figures["told"], figures["opened"], figures["untold"]) == (3, 0, 1)
    assert len(lin.get(f"/api/v1/holder-notices/{notice.pk}/customers").json()["items"]) == 2
    again = page.post(f"/api/v1/product-alerts/{row.pk}/notice", "{}", content_type="application/json")
    assert again.status_code == 422
