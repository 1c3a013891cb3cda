"""What Mrs Chen bought falls, is re-rated and matures: her manager owes each once, she is told and leaves a receipt."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from kexin.core.actor import customer as acting
from kexin.core.calendar import business_date
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.holdings.models import Holding
from kexin.party.models import Customer
from kexin.products.events import ProductRerated
from kexin.products.models import NetValue, NetValueAlert, Product
from kexin.products.values.operations import enter_net_value
from kexin.sales.aftercare import handlers as care
from kexin.sales.aftercare.queries import aftercare_of
from kexin.sales.aftercare.settling import settle_aftercare
from kexin.sales.aftercare.watching import watch_sales
from kexin.sales.models import AftercareItem, CustomerNotice, Notice
from kexin.sales.notices import handlers as notices
from kexin.sales.notices.own import open_own_notice, own_notices
from kexin.sales.notices.queries import notice_line
from kexin.sales.notices.sending import send_notices
from tests.notice_texts import reviewed
from tests.personas import Bank
from tests.product_people import hire
from tests.scenarios.test_a_sale_through_its_gates import product, tolerance  # noqa: F401
from tests.scenarios.test_after_the_sale import bought

REQUIREMENTS = {
    "D-24": "maturity, falls, changes of the product and visits are owed once to the lead manager and settled; alerts "
            "on net values; holders are told in reviewed words, with receipts",
    "D-23": "notices to holders are reviewed in both languages by somebody else before they go out",
    "F-21": ("a customer reads a notice in Chinese or English", "other languages as further rows"),
}  # fmt: skip
SCREENS = {"D-24": "/aftercare/", "D-23": "/notices-to-customers/"}
pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
OWN = ("sales.view_own_notices", "sales.open_own_notice", "party.view_customer")


def test_owed_once_told_once_and_settled(bank: Bank, chen: Customer, product: Product) -> None:  # noqa: F811
    hire(bank)
    lin, he, today = bank.actor("lin"), bank.actor("he"), business_date()
    for back, value in ((30, "1.05"), (2, "1.05")):
        NetValue.objects.create(
            product=product, day=today - back * DAY, unit_value=Decimal(value), accumulated=Decimal(value),
            entered_by="1006", entered_at=timezone.now(),
        )  # fmt: skip
    sale = bought(bank, chen, product)
    enter_net_value(product.pk, actor=he, day=today, unit_value=Decimal("0.98"))
    assert {row.kind for row in NetValueAlert.objects.all()} == {"day", "window", "drawdown"}

    assert watch_sales(today)["maturity"] == 0
    Holding.objects.filter(customer=chen, product=product).update(matures_on=today + 6 * DAY)
    assert watch_sales(today + DAY)["maturity"] == 1
    fact = ProductRerated(subject=product.code, product_id=product.pk, before=2, after=3)
    reviewed(bank, "notice_rerated")
    for _twice in range(2):
        care.care_for_rerated(fact)
        notices.notice_of_rerating(fact)
        watch_sales(today + DAY)
    rows = {row.matter: row for row in aftercare_of(lin, chen.pk)}
    assert {"maturity", "rerated"} <= set(rows)
    assert AftercareItem.objects.count() == len(rows)
    assert {row.sale_id for row in rows.values()} == {sale.pk}
    owed = WorkItem.objects.filter(kind="sales.aftercare", status="open")
    assert {item.owner_post_id for item in owed} == {bank.posts["lin"].pk}

    assert send_notices() == 1
    assert send_notices() == 0
    herself: Any = acting(chen.pk, chen.customer_no, OWN, session="portal.1", address="10.0.0.7")
    open_own_notice(own_notices(herself)[0].pk, actor=herself)
    told = CustomerNotice.objects.get()
    assert (told.channel, told.opened_at is not None) == ("sms", True)
    assert notice_line(bank.actor("wu"), Notice.objects.get().pk).opened == 1

    settle_aftercare(rows["maturity"], actor=lin, outcome="told", reason="到期后再约")
    settle_aftercare(rows["rerated"], actor=lin, outcome="nothing", reason="客户已在门户阅读")
    assert WorkItem.objects.filter(kind="sales.aftercare", status="open").count() == len(rows) - 2
    names = set(Event.objects.filter(customer_id=chen.pk).values_list("name", flat=True))
    assert {"sales.AftercareOwed", "sales.AftercareSettled", "sales.CustomerNoticed", "sales.NoticeOpened"} <= names
    assert AuditEntry.objects.filter(operation="sales.settle_aftercare", outcome="done").count() == 2
