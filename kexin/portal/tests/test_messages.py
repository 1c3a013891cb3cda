"""The room of messages on the phone: unread ones counted, opened once, nobody else's, in two languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from kexin.portal.tests.conftest import Phone
from kexin.products.models import Product, ProductText, TextVersion
from kexin.sales.models import CustomerNotice, Notice

pytestmark = pytest.mark.django_db


def noticed(*customers: Any) -> list[CustomerNotice]:
    """A notice in reviewed words, in these customers' portals."""
    now = timezone.now()
    product = Product.objects.create(code="N-1", name="稳利90天", name_en="Steady 90 days", product_class="wealth")
    versions = [
        TextVersion.objects.create(
            text=ProductText.objects.create(
                kind="notice_rerated", product_class="wealth", language=language, title="x", created_at=now
            ),
            number=1, body="x", drafted_by="1021", drafted_at=now,
        )
        for language in ("zh", "en")
    ]  # fmt: skip
    notice = Notice.objects.create(
        key="k", product=product, matter="rerated", state="sent", text_zh=versions[0], text_en=versions[1],
        title="产品风险等级调整告知", title_en="Your product was re-rated", body="由 R2 调整为 R3。\n\n请知悉。",
        body_en="From R2 to R3.\n\nPlease note.", made_at=now, made_on=now.date(), made_by="clock", policy_id=1,
    )  # fmt: skip
    return [
        CustomerNotice.objects.create(notice=notice, customer=each, state="prompted", told_at=now)
        for each in customers
    ]  # fmt: skip


def test_read_once_and_only_ones_own(bank: Any, chen: Any, neighbour: Any, invited: str, phone: Phone) -> None:
    mine, other = noticed(chen, neighbour)
    phone.enter(invited)
    assert "1 unread" in phone.get("/home/").content.decode()
    page = phone.get("/messages/").content.decode()
    assert "Your product was re-rated" in page
    assert "New" in page
    assert phone.get(f"/messages/{other.pk}/").status_code == 404
    whole = phone.get(f"/messages/{mine.pk}/").content.decode()
    assert "<p>From R2 to R3.</p>" in whole
    assert "unread" not in phone.get("/home/").content.decode()
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.opened_at is not None
    assert other.opened_at is None
    phone.post("/language/", {"language": "zh-hans", "next": "/messages/"})
    assert "产品风险等级调整告知" in phone.get("/messages/").content.decode()


def test_an_empty_room_is_calm(invited: str, phone: Phone) -> None:
    phone.enter(invited)
    assert "There are no messages for you." in phone.get("/messages/").content.decode()
