"""A manager reads what she is credited with and how it was made; her head reads the managers side by side.

A customer is handed over in mid-month, another is shared: each evening counts to whoever led or shared on that day.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from kexin.core.errors import NotFound
from kexin.core.models import AuditEntry
from kexin.desk.results import export_results, results
from kexin.engagement.calls.lists import Wish, make_call_list
from kexin.engagement.calls.working import log_call, take_call
from kexin.holdings.aum.rebuild import rebuild
from kexin.holdings.operations.targets import set_target
from kexin.holdings.tests.conftest import Ledger
from kexin.holdings.tests.test_aum import another, stated
from kexin.party.data import ContactData
from kexin.party.models import Customer
from kexin.party.operations import assign_portfolio, record_contact, set_shares
from tests.browser.test_a_manager_resigns import hire

REQUIREMENTS = {
    "J-25": (
        "attributed assets, flows, customers, retention and contacts against target, with how they were made",
        "pay computed from them",
    ),
}
SCREENS = {"J-25": "我的业绩"}
D = dt.date
TODAY, MONTH = D(2026, 11, 20), D(2026, 11, 1)


def test_each_evening_counts_to_whoever_led_or_shared(bank: Any, client_of: Any, settings: Any) -> None:
    ledger, lin = Ledger(bank.units["east"]), bank.posts["lin"]
    settings.KEXIN_BUSINESS_DATE = "2026-10-01"
    tao = hire(bank, "tao", "2001", "陶然", "Tao Ran")
    moved, shared = another(bank), another(bank, "李静")
    Customer.objects.filter(pk__in=[moved.pk, shared.pk]).update(status="active", admitted_on="2026-10-01")
    stated(ledger, moved, "current", (D(2026, 10, 5), "10000"))
    stated(ledger, shared, "current", (D(2026, 10, 5), "30000.01"))
    zhou = bank.actor("zhou")
    settings.KEXIN_BUSINESS_DATE = "2026-11-11"
    assign_portfolio(moved, actor=zhou, post=None, reason="收回")
    assign_portfolio(moved, actor=zhou, post=tao, reason="交接")
    set_shares(
        shared, actor=zhou, line="deposits", shares=[(lin.pk, Decimal(80)), (tao.pk, Decimal(20))], reason="协办"
    )
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    set_target(lin, actor=zhou, month=MONTH, measure="aum_average", amount=Decimal(50000))
    rebuild()

    mine = results(bank.actor("lin"), MONTH)
    assert [each.post_id for each in mine.lines] == [lin.pk]
    found = mine.lines[0]
    whole, part = Decimal("40000.01"), Decimal("24000.01")  # ten evenings of both customers, nine of four fifths of one
    assert found.days == 19
    assert found.aum_average == ((whole * 10 + part * 9) / 19).quantize(Decimal("0.01"))
    assert (found.aum, found.customers, found.shared) == (part, 1, 1)
    assert found.aum_target == 50000
    with pytest.raises(NotFound):
        results(bank.actor("lin"), MONTH, tao.pk)

    lists_its_contacts(bank, shared, client_of)

    both = results(zhou, MONTH).lines
    assert {each.post_id: each.aum for each in both} == {lin.pk: part, tao.pk: Decimal("16000.00")}
    assert sum(each.aum for each in both) == whole  # no double counting: to the cent
    page = client_of("lin").get("/figures/").content.decode()
    for words in ("我的业绩", "24,000.01", "数据口径", "不双算", "80.00%", f"/board/customers/?post={lin.pk}"):
        assert words in page, words
    side = client_of("zhou").get("/figures/").content.decode()
    assert "陶然" in side
    assert "林晓雯" in side
    assert client_of("lin").get("/figures/", {"post": tao.pk}).status_code == 404
    answer = client_of("zhou").get("/api/v1/results", {"month": "2026-11-05"}).json()
    assert {each["post_id"] for each in answer["items"]} == {lin.pk, tao.pk}
    export_results(MONTH, actor=zhou, purpose="月度考核")
    assert AuditEntry.objects.filter(operation="desk.export_figures", outcome="done").exists()
    sent = client_of("zhou").post("/figures/export/?month=2026-11", {"purpose": "考核", "format": "csv"})
    assert "24000.01" in b"".join(sent.streaming_content).decode()


def lists_its_contacts(bank: Any, customer: Customer, client_of: Any) -> None:
    """The count of contacts opens the contacts: as many as it says, and to who may see the post."""
    lin, post = bank.actor("lin"), bank.posts["lin"].pk
    record_contact(customer, actor=lin, data=ContactData(kind="mobile", value="13900001234"))
    make_call_list(actor=lin, title="回访", why="到期", wishes=[Wish(customer.pk, "定期到期")], ends_on=D(2026, 11, 27))
    entry = take_call(actor=lin)
    assert entry is not None
    log_call(entry, actor=lin, result="interested", note="周五来网点")
    assert results(lin, MONTH).lines[0].contacts == 1
    address = f"/calls/contacts/?first=2026-11-01&last=2026-11-20&post={post}"
    assert address.replace("&", "&amp;") in client_of("lin").get("/figures/").content.decode()
    listed = client_of("lin").get(address).content.decode()
    assert "有意向" in listed
    assert "周五来网点" in listed
    assert "没有联系记录" in client_of("zhou").get(f"{address}&reached=no").content.decode()
    assert client_of("mei").get(address).status_code == 404
    assert client_of("lin").get("/calls/contacts/?post=x").status_code == 404
