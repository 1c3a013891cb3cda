"""AUM on the customer page, the list of moves, rates, targets, and the customer list's columns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kexin.core.models import AuditEntry
from kexin.holdings.aum.rebuild import rebuild
from kexin.holdings.models import ExchangeRate, Target
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.holdings.tests.test_aum import another, stated
from kexin.holdings.ui.aum import aum_panel, tier_fact
from kexin.party.models import Relationship

pytestmark = pytest.mark.django_db
D = dt.date
PROFILE = """
profile: figures
source: figures
business_date: 2026-11-20
files:
  - file: rates.csv
    target: holdings.rate
    columns: {currency: 币种, day: 日期, rate: 汇率}
  - file: targets.csv
    target: holdings.target
    columns: {staff_no: 工号, month: 月份, measure: 指标, amount: 目标}
"""


class Request:
    """What a panel's view reads of a request."""

    def __init__(self, actor: Any, **get: str) -> None:
        self.actor, self.GET, self.path = actor, get, "/"


@pytest.fixture
def near(bank: Any, ledger: Ledger, settings: Any) -> Any:
    """47,000 since August: 3,000 short of silver; and a spouse with 10,000."""
    settings.KEXIN_BUSINESS_DATE = "2026-08-01"
    customer, spouse = another(bank, "周婷"), another(bank, "王强")
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    stated(ledger, customer, "current", (D(2026, 8, 1), "47000"))
    stated(ledger, spouse, "current", (D(2026, 8, 1), "10000"))
    Relationship.objects.create(from_party=spouse.party, to_party=customer.party, kind="spouse")
    rebuild()
    customer.refresh_from_db()
    return customer


def test_the_head_says_the_tier_and_what_is_missing(bank: Any, near: Any) -> None:
    fact = tier_fact(Request(bank.actor("lin")), near)  # type: ignore[arg-type]
    assert fact is not None
    assert (str(fact.value), str(fact.detail), fact.level) == ("普通客户", "距银卡 3,000.00", "")
    near.tier = "gold"
    fact = tier_fact(Request(bank.actor("lin")), near)  # type: ignore[arg-type]
    assert fact is not None
    assert (str(fact.detail), fact.level) == ("低于本级 15.3 万", "bad")


def test_the_panel_shows_months_household_and_the_way_up(bank: Any, near: Any, client_of: Any) -> None:
    url = reverse("core:panel", args=["customer", near.pk, "aum"])
    shown = client_of("lin").get(url).content.decode()
    for text in ("47,000.00", "距银卡尚差", "3,000.00", "家庭（2 人）", "57,000.00", "2026-08", "计算于"):
        assert text in shown, text
    with CaptureQueriesContext(connection) as caught:
        aum_panel(Request(bank.actor("lin"), months="25"), near.pk)  # type: ignore[arg-type]
    assert len(caught) <= 9
    for who, status in (("zhou", 200), ("wu", 200), ("he", 404), ("mei", 404)):
        assert client_of(who).get(url).status_code == status, who


def test_the_list_of_moves_pages_filters_and_leaves_as_a_file(near: Any, client_of: Any) -> None:
    url, client = reverse("holdings:tiers"), client_of("lin")
    assert [row.pk for row in client.get(url).context["table"].page.rows] == [near.pk]
    assert not client.get(url, {"which": "drop"}).context["table"].page.rows
    assert not client.get(url, {"tier": "gold"}).context["table"].page.rows
    assert "3,000.00" in client.get(url).content.decode()
    export = reverse("holdings:tiers_export")
    chosen = {"pk": [str(near.pk)], "query": ""}
    assert "1 位客户" in client.post(export, chosen).content.decode()
    assert client.post(export, {**chosen, "format": "csv", "purpose": " "}).status_code == 422
    answer = client.post(export, {**chosen, "format": "csv", "purpose": "联系客户"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].endswith("3000.00,47000.00,47000.00,城东支行,林晓雯 · 理财经理")
    entry = AuditEntry.objects.get(operation="holdings.export_tiers", outcome="done")
    assert (entry.arguments["purpose"], entry.arguments["rows"]) == ("联系客户", 1)
    assert client_of("he").get(url).status_code == 403
    assert not client_of("mei").get(url).context["table"].page.rows


def test_rates_are_entered_on_a_page(bank: Any, chen: Any, ledger: Ledger, client_of: Any) -> None:
    stated(ledger, chen, "current", (D(2026, 10, 1), "100"), currency="USD")
    stated(ledger, chen, "current", (D(2026, 10, 1), "5"))
    he, url = client_of("he"), reverse("holdings:rates")
    assert "100.00 USD" in he.get(url).content.decode()
    new = reverse("holdings:rate_new")
    assert he.get(new).status_code == 200
    assert he.post(new, {"currency": "CNY", "day": "2026-10-01", "rate": "7"}).status_code == 422
    assert he.post(new, {"currency": "USD", "day": "2026-10-01", "rate": "7.1"}).status_code == 302
    assert ExchangeRate.objects.get().entered_by == "1006"
    shown = he.get(url).content.decode()
    assert "7.1 CNY" in shown
    assert "100.00 USD" not in shown
    assert client_of("lin").get(new).status_code == 403


def test_targets_are_set_on_a_page(bank: Any, near: Any, client_of: Any) -> None:
    zhou, url, new = client_of("zhou"), reverse("holdings:targets"), reverse("holdings:target_new")
    assert zhou.get(url).status_code == 200
    form = {"post": bank.posts["lin"].pk, "month": "2026-11", "measure": "aum_average", "amount": "100000"}
    assert zhou.post(new, {**form, "month": "2026-13"}).status_code == 422
    assert zhou.post(new, form).status_code == 302
    assert Target.objects.get().amount == Decimal(100000)
    shown = zhou.get(url).content.decode()
    for text in ("2026-11", "100,000.00", "57,000.00", "57%"):
        assert text in shown, text
    assert "100,000.00" in client_of("lin").get(url).content.decode()
    assert "100,000.00" not in client_of("mei").get(url).content.decode()
    assert client_of("lin").get(new).status_code == 403


def test_the_customer_list_knows_tier_and_average(near: Any, client_of: Any) -> None:
    url = reverse("party:customers")
    lin, he = client_of("lin"), client_of("he")
    assert "普通客户" in lin.get(url).content.decode()
    rows = lin.get(url, {"sort": "-average", "cols": "name,average"}).context["table"].page.rows
    assert [row.average for row in rows] == [Decimal(47000), Decimal(10000)]
    assert [row.pk for row in lin.get(url, {"average_from": "20000", "tier": "basic"}).context["table"].page.rows] == [
        near.pk
    ]
    assert not lin.get(url, {"tier": "gold"}).context["table"].page.rows
    assert len(he.get(url, {"average_from": "20000", "tier": "gold"}).context["table"].page.rows) == 2
    assert "47,000" not in he.get(url, {"cols": "name,average,tier"}).content.decode()


def test_a_file_brings_rates_and_targets(bank: Any, near: Any, tmp_path: Any) -> None:
    from kexin.core.actor import system
    from kexin.core.imports.engine import run_import
    from kexin.core.imports.profile import parse_profile

    (tmp_path / "rates.csv").write_text(
        "币种,日期,汇率\nUSD,2026-10-01,7.1\nUSD,2026-10-02,0\nCNY,2026-10-01,1\n", "utf-8"
    )
    (tmp_path / "targets.csv").write_text(
        "工号,月份,指标,目标\n1001,2026-11-01,aum_average,5000\n9999,2026-11-01,aum_average,1\n", "utf-8"
    )
    report = run_import(parse_profile(PROFILE), tmp_path, actor=system("test.import"))
    assert report["targets"]["holdings.rate"]["created"] == 1
    assert report["targets"]["holdings.target"]["created"] == 1
    assert report["rejected"] == 3
    assert Target.objects.get().post_id == bank.posts["lin"].pk
    assert ExchangeRate.objects.get().day < TODAY
