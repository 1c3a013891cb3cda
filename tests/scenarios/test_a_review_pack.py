"""Lin takes a review pack to the meeting: what Mrs Chen has, what happened since, only what may be offered to her."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from kexin.core import vault
from kexin.core.errors import RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.engagement.models import Document
from kexin.party.models import Customer
from kexin.products.models import Product
from kexin.sales.models import ReviewPack
from kexin.sales.reviews import making
from kexin.sales.reviews.making import make_review_pack
from kexin.sales.reviews.rules import moves
from tests.personas import Bank
from tests.scenarios.test_a_sale_through_its_gates import product, tolerance  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db


def test_what_changed_between_two_reviews() -> None:
    before = {"1:a:1": ["定期", "100.00", "CNY"], "2:b:1": ["基金", "50.00", "CNY"], "3:c:1": ["活期", "7.00", "USD"]}
    now = {"1:a:1": ["定期", "100.00", "CNY"], "2:b:1": ["基金", "45.00", "CNY"], "4:d:1": ["理财", "80.00", "CNY"]}
    found = [(each.kind, each.name, each.change) for each in moves(before, now)]
    assert found == [("new", "理财", Decimal(80)), ("gone", "活期", Decimal(-7)), ("changed", "基金", Decimal(-5))]
    assert moves(now, now) == []


def test_a_pack_is_filed_versioned_and_offers_only_what_fits(
    bank: Bank,
    chen: Customer,
    product: Product,  # noqa: F811
    client_of: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lin = bank.actor("lin")
    risky = Product.objects.create(
        code="HG-5", name="高风险产品", product_class="wealth", regime="investment", state="admitted", own_grade=5,
        issuer_grade=5, minimum_amount=Decimal(10_000),
    )  # fmt: skip
    drawn: list[dict[str, Any]] = []
    real = making.review_pack
    monkeypatch.setattr(making, "review_pack", lambda *args, **given: drawn.append(given) or real(*args, **given))
    first = make_review_pack(chen, actor=lin)
    assert first.content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", first.content)) <= 2
    assert (first.pack.number, first.pack.language) == (1, "zh-hans")
    assert first.pack.sha256 == hashlib.sha256(first.content).hexdigest()
    codes = [each["code"] for each in first.pack.options]
    assert product.code in codes
    assert risky.code not in codes
    row = next(each for each in drawn[0]["options"].rows if each[0] == product.name)
    assert "R2" in row[1]
    assert drawn[0]["notes"]
    document = Document.objects.get(pk=first.pack.document_id)
    assert document.category == "correspondence"
    assert b"".join(vault.read(document.stored_as, document.key_id)) == first.content
    second = make_review_pack(chen, actor=lin, language="en")
    assert (second.pack.number, second.pack.language) == (2, "en")
    assert drawn[1]["since"].rows == []  # nothing changed, in whichever language it is told
    assert "Nothing" in drawn[1]["since"].empty
    assert Event.objects.filter(name="sales.ReviewPackMade", customer_id=chen.pk).count() == 2
    entry = AuditEntry.objects.filter(operation="sales.make_review_pack", outcome="done").order_by("-pk").first()
    assert entry is not None
    with pytest.raises(RuleViolation) as unknown:
        make_review_pack(chen, actor=lin, language="fr")
    assert list(unknown.value.fields) == ["language"]
    client = client_of("lin")
    answer = client.post(reverse("reviews:make", args=[chen.pk]), {"language": "zh-hans"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    panel = client.get(reverse("core:panel", args=["customer", chen.pk, "review_packs"])).content.decode()
    assert panel.count("<li") == 3
    assert client_of("mei").post(reverse("reviews:make", args=[chen.pk])).status_code == 404
    client.post(reverse("desk:facing", args=[chen.pk]))  # the screen is turned to the customer
    assert (
        reverse("reviews:make", args=[chen.pk]) in client.get(reverse("desk:facing", args=[chen.pk])).content.decode()
    )
    assert client.post(reverse("reviews:make", args=[chen.pk])).status_code == 200
    assert client.get(reverse("advice:plans")).status_code == 403
    assert ReviewPack.objects.count() == 4
