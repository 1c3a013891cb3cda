"""The review of holdings: a PDF that says what the page says, and is written down."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from kexin.core.models import AuditEntry, Event
from kexin.holdings.tests.conftest import Ledger
from tests.personas import Bank

ClientOf = Callable[[str], Client]


def text_of(content: bytes) -> str:
    """What stands in a PDF, read by another implementation."""
    from io import BytesIO

    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_the_sheet_says_what_the_customer_has_and_is_recorded(
    bank: Bank, chen: Any, ledger: Ledger, client_of: ClientOf
) -> None:
    ledger.account(chen, balance="1234567.80")
    ledger.account(chen, kind="time_deposit", balance="200000", matures_on="2026-12-01", rate="1.25")
    answer = client_of("lin").post(reverse("holdings:review", args=[chen.pk]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    said = text_of(answer.content)
    for words in ("资产检视", "陈秀兰", "1,234,567.80", "1,434,567.80", "2026-12-01", "1.25%"):
        assert words in said, words
    digest = hashlib.sha256(answer.content).hexdigest()
    assert Event.objects.get(name="holdings.ReviewSheetPrinted", customer_id=chen.pk).payload["sha256"] == digest
    entry = AuditEntry.objects.filter(operation="holdings.print_review_sheet").latest("pk")
    assert (entry.customer_id, entry.arguments["sha256"]) == (chen.pk, digest)


def test_it_is_in_the_language_of_the_reader(bank: Bank, chen: Any, ledger: Ledger, client_of: ClientOf) -> None:
    ledger.account(chen, balance="10")
    client = client_of("lin")
    client.cookies["kexin_language"] = "en"
    said = text_of(client.post(reverse("holdings:review", args=[chen.pk]), headers={"Accept-Language": "en"}).content)
    assert "Review of holdings" in said
    assert "资产检视" not in said


def test_nothing_of_others_and_nothing_without_a_font(
    bank: Bank, chen: Any, ledger: Ledger, client_of: ClientOf, settings: Any, tmp_path: Any
) -> None:
    url = reverse("holdings:review", args=[chen.pk])
    assert client_of("lin").get(url).status_code == 405
    assert client_of("mei").post(url).status_code == 404
    settings.NODE_MODULES = tmp_path
    from kexin.core import typeset

    typeset._fonts.cache_clear()
    assert client_of("lin").post(url).status_code == 503
    assert not Event.objects.filter(name="holdings.ReviewSheetPrinted").exists()
    typeset._fonts.cache_clear()
