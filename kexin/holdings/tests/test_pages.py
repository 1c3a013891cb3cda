"""Panels on the customer page, the account's page, revealing a number, export."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from kexin.core.errors import RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.holdings.operations import reveal_account_number
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.holdings.ui import panels
from kexin.holdings.ui.slots import assets_fact, maturity_fact

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
NAMES = ("assets", "accounts", "maturities", "obligations")


class Request:
    """What a panel's view reads of a request, without the middleware's own queries."""

    def __init__(self, actor: Any, **get: str) -> None:
        self.actor, self.GET, self.path = actor, get, "/"


def panel(client: Any, customer: Any, name: str, **get: str) -> Any:
    return client.get(reverse("core:panel", args=["customer", customer.pk, name]), get)


@pytest.mark.parametrize("name", NAMES)
def test_a_panel_is_there_for_who_may_see_holdings(name: str, chen: Any, chens: Any, client_of: Any) -> None:
    for who, status in (
        ("lin", 200),
        ("zhou", 200),
        ("sun", 200),
        ("wu", 200),
        ("qian", 200),
        ("he", 404),
        ("mei", 404),
    ):
        assert panel(client_of(who), chen, name).status_code == status, who


@pytest.mark.parametrize("name", NAMES)
def test_query_budget(name: str, bank: Any, chen: Any, chens: Any) -> None:
    request = Request(bank.actor("lin"))
    with CaptureQueriesContext(connection) as caught:
        getattr(panels, f"{name}_panel")(request, chen.pk)
    assert len(caught) <= 6


def test_the_assets_panel_says_amounts_returns_and_maturities(chen: Any, chens: Any, client_of: Any) -> None:
    shown = panel(client_of("lin"), chen, "assets").content.decode()
    for text in ("2,140,380.52", "5,000.00", "持有期收益率", "+3.33%", "−5.2%", "年利率 2.75%", "2026-12-02"):
        assert text in shown, text
    assert "3,200" not in shown


def test_one_account_may_be_followed_alone(bank: Any, chen: Any, chens: Any, ledger: Ledger) -> None:
    ledger.state(chens["current"], TODAY - 30 * DAY, "100")
    ledger.state(chens["current"], TODAY - 3 * DAY, "246380.52")
    request = Request(bank.actor("lin"), account=str(chens["dollars"].pk), months="24")
    _template, context = panels.assets_panel(request, chen.pk)  # type: ignore[arg-type]
    (_code, _ring, line), *rest = context["charts"]
    assert (line["unit"], line["series"][0]["data"][-1], rest) == ("USD", 5000, [])
    assert context["months"] == 24


def test_the_panel_shows_no_whole_number(chen: Any, chens: Any, client_of: Any) -> None:
    for name in NAMES:
        shown = panel(client_of("lin"), chen, name).content.decode()
        assert "62220200000" not in shown
    assert "**** 0001" in panel(client_of("lin"), chen, "accounts").content.decode()


def test_facts_in_the_head(bank: Any, chen: Any, chens: Any) -> None:
    request = Request(bank.actor("lin"))
    with CaptureQueriesContext(connection) as caught:
        assets, maturity = assets_fact(request, chen), maturity_fact(request, chen)  # type: ignore[arg-type]
    assert len(caught) <= 2
    assert (str(assets.value), str(assets.detail)) == ("214 万", "5,000.00 USD")  # type: ignore[union-attr]
    assert str(maturity.value) == "142 万"  # type: ignore[union-attr]


def test_a_customer_without_accounts_has_no_facts(bank: Any, chen: Any, today: Any, client_of: Any) -> None:
    request = Request(bank.actor("lin"))
    assert assets_fact(request, chen) is None  # type: ignore[arg-type]
    assert maturity_fact(request, chen) is None  # type: ignore[arg-type]
    for name in NAMES:
        assert 'class="empty' in panel(client_of("lin"), chen, name).content.decode()


# -- account ------------------------------------------------------------------------------------------------------


def test_the_account_page_pages_through_its_bookings(chens: Any, ledger: Ledger, client_of: Any) -> None:
    account, client = chens["current"], client_of("lin")
    for n in range(120):
        ledger.book(account, TODAY - (n // 3) * DAY, str(n + 1))
    url, seen = reverse("holdings:account", args=[account.pk]), []
    for _page in range(5):
        answer = client.get(url)
        assert answer.status_code == 200
        table = answer.context["table"]
        seen += [row.pk for row in table.page.rows]
        if not table.next_url:
            break
        url = reverse("holdings:account", args=[account.pk]) + table.next_url
    assert len(seen) == len(set(seen)) == 120
    days = [day for _id, day in seen]
    assert days == sorted(days, reverse=True)


def test_filters_travel_in_the_address(chens: Any, ledger: Ledger, client_of: Any) -> None:
    account = chens["current"]
    ledger.book(account, TODAY, "8500", description="代发工资")
    ledger.book(account, TODAY, "-20", description="超市")
    url = reverse("holdings:account", args=[account.pk])
    answer = client_of("lin").get(url, {"direction": "out", "amount_to": "1,000", "text": "超"})
    assert [row.description for row in answer.context["table"].page.rows] == ["超市"]
    wrong = client_of("lin").get(url, {"amount_from": "x", "first": "2026-13-01"})
    assert len(wrong.context["table"].page.rows) == 2


def test_the_account_page_is_within_reach_only(chens: Any, client_of: Any) -> None:
    url = reverse("holdings:account", args=[chens["current"].pk])
    assert client_of("mei").get(url).status_code == 404
    assert client_of("he").get(url).status_code == 403
    assert client_of("lin").get(reverse("holdings:account", args=[10**9])).status_code == 404


def test_nobody_reaches_an_account_without_signing_in(chens: Any, client: Any) -> None:
    for name in ("account", "reveal", "export"):
        answer = client.get(reverse(f"holdings:{name}", args=[chens["current"].pk]))
        assert answer.status_code == 302
        assert "/login/" in answer.headers["Location"]


def test_a_number_is_revealed_for_a_purpose(bank: Any, chen: Any, chens: Any, client_of: Any) -> None:
    account, client = chens["current"], client_of("lin")
    url = reverse("holdings:reveal", args=[account.pk])
    ajax = {"HX-Request": "true"}
    assert str(account.number) not in client.get(url, headers=ajax).content.decode()
    assert str(account.number) not in client.post(url, {"purpose": ""}, headers=ajax).content.decode()
    assert not Event.objects.filter(name="holdings.AccountNumberRevealed").exists()
    assert str(account.number) in client.post(url, {"purpose": "business"}, headers=ajax).content.decode()
    assert Event.objects.get(name="holdings.AccountNumberRevealed").customer_id == chen.pk
    entry = AuditEntry.objects.filter(operation="holdings.reveal_account_number", outcome="done").get()
    assert (entry.arguments["purpose"], entry.subject_id) == ("business", account.pk)
    assert "**** 0001" in client.get(url, {"masked": "1"}, headers=ajax).content.decode()
    assert client_of("wu").get(url).status_code == 404
    assert client_of("mei").post(url, {"purpose": "business"}).status_code == 404


def test_reveals_of_all_kinds_share_one_limit(bank: Any, chens: Any) -> None:
    from kexin.core.models import PolicyVersion
    from kexin.core.policy import forget_cache

    version = PolicyVersion.objects.get(code="core.reveal")
    version.values["per_hour"] = 1
    version.save()
    forget_cache()
    lin = bank.actor("lin")
    reveal_account_number(chens["current"].pk, actor=lin, purpose="business")
    with pytest.raises(RuleViolation):
        reveal_account_number(chens["deposit"].pk, actor=lin, purpose="business")


def test_export_takes_what_the_list_shows(chens: Any, ledger: Ledger, client_of: Any, tmp_path: Any) -> None:
    account, client = chens["current"], client_of("lin")
    ledger.book(account, TODAY, "8500", description="=SUM(A1)")
    ledger.book(account, TODAY - DAY, "-20", description="超市")
    url = reverse("holdings:export", args=[account.pk])
    assert client.post(url, {"purpose": "", "format": "csv"}).status_code == 422
    answer = client.post(url, {"purpose": "客户索取流水", "format": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert "'=SUM(A1)" in lines[1]
    assert "-20.00" in lines[2]
    assert "1001" in lines[3]
    entry = AuditEntry.objects.filter(operation="holdings.export_transactions", outcome="done").get()
    assert entry.arguments["purpose"] == "客户索取流水"
    answer = client.post(f"{url}?direction=out", {"purpose": "对账", "format": "xlsx"})
    path = tmp_path / "file.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    sheet = load_workbook(path).active
    assert [row[6].value for row in sheet.iter_rows(min_row=2, max_row=2)] == ["超市"]
    assert sheet.max_row == 3
    assert client_of("sun").get(url).status_code in (403, 404)
    assert client_of("mei").get(url).status_code == 404
