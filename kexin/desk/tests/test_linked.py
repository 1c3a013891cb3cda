"""An enterprise and its owner side by side; what is out of reach is neither shown nor counted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kexin.core.errors import NotFound
from kexin.core.models import AuditEntry
from kexin.desk.linked import linked
from kexin.engagement.models.calls import Contact
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.party.data import PartyData
from kexin.party.models import Customer, Relationship
from kexin.party.operations import create_customer


@pytest.fixture
def ledger(bank: Any, settings: Any) -> Ledger:
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    return Ledger(bank.units["east"])


@pytest.fixture
def sides(bank: Any, chen: Any, ledger: Ledger) -> dict[str, Any]:
    """Mrs Chen is legal representative and holds 30 % of a firm of Lin's; Mei leads a second firm of hers."""

    def firm(name: str, who: str, unit: str) -> Any:
        data = PartyData(kind="enterprise", name=name)
        return create_customer(
            actor=bank.actor(who), data=data, unit=bank.units[unit], lead_post=bank.posts[who], anyway=True
        )

    mine, hers = firm("江澜木业有限公司", "lin", "east"), firm("望潮贸易有限公司", "mei", "west")
    for kind, share, to in (
        ("legal_representative", None, mine),
        ("shareholder", Decimal(30), mine),
        ("beneficial_owner", Decimal(80), hers),
    ):
        Relationship.objects.create(from_party=chen.party, to_party=to.party, kind=kind, share=share)
    ledger.account(chen, balance="1000.50")
    ledger.account(chen, "time_deposit", balance="500", matures_on=TODAY + dt.timedelta(days=20))
    ledger.account(mine, balance="70000")
    ledger.account(mine, balance="900", currency="USD")
    ledger.account(mine, "loan", balance="25000")
    ledger.account(mine, "loan", balance="1", status="closed", closed_on=TODAY)
    ledger.account(hers, balance="4444444")
    for customer, assets in ((chen, "1500.50"), (mine, "70000"), (hers, "4444444")):
        Customer.objects.filter(pk=customer.pk).update(assets=Decimal(assets))
    Contact.objects.create(
        customer=mine,
        key_id=mine.party.key_id,
        result="reached",
        reached=True,
        note="",
        on=dt.date(2026, 11, 2),
        by="1001",
        post=bank.posts["lin"],
    )
    return {"chen": chen, "mine": mine, "hers": hers}


def test_a_manager_of_one_side_sees_what_she_reaches_and_no_more(bank, sides):
    found = linked(bank.actor("lin"), sides["chen"].pk)
    assert [each.customer.pk for each in found.parties] == [sides["chen"].pk, sides["mine"].pk]
    assert (found.assets, found.everyone) == (Decimal("71500.50"), False)
    chen, mine = found.parties
    assert (chen.deposits, chen.loans, len(chen.maturing)) == ({"CNY": Decimal("1500.50")}, {}, 1)
    assert mine.deposits == {"CNY": Decimal(70000), "USD": Decimal(900)}
    assert (mine.loans, mine.last_contact) == ({"CNY": Decimal(25000)}, dt.date(2026, 11, 2))
    assert [(role.kind.value, role.share) for role in mine.roles] == [
        ("legal_representative", None),
        ("shareholder", Decimal(30)),
    ]
    assert mine.lead.startswith("林晓雯")
    assert found.deposits == {"CNY": Decimal("71500.50"), "USD": Decimal(900)}
    alone = linked(bank.actor("mei"), sides["hers"].pk)
    assert ([each.customer.pk for each in alone.parties], alone.assets) == ([sides["hers"].pk], Decimal(4444444))
    with pytest.raises(NotFound):
        linked(bank.actor("mei"), sides["chen"].pk)
    assert AuditEntry.objects.filter(operation="desk.view_linked", outcome="read").count() == 2


def test_who_reaches_both_sides_sees_both_from_either(bank, sides):
    wu = bank.actor("wu")
    found = linked(wu, sides["chen"].pk)
    assert {each.customer.pk for each in found.parties} == {row.pk for row in sides.values()}
    assert found.everyone
    assert [each.customer.pk for each in linked(wu, sides["hers"].pk).parties] == [sides["hers"].pk, sides["chen"].pk]
    with pytest.raises(NotFound):
        linked(bank.actor("he"), sides["chen"].pk)  # a data steward sees no balances


def test_a_tie_that_ended_links_no_more(bank, sides):
    Relationship.objects.filter(to_party=sides["mine"].party).update(ends_on=TODAY)
    assert len(linked(bank.actor("lin"), sides["chen"].pk).parties) == 1


def test_the_panel_tells_of_nobody_out_of_reach(bank, sides, client_of):
    url = reverse("core:panel", args=["customer", sides["chen"].pk, "linked"])
    page = client_of("lin").get(url).content.decode()
    for text in ("江澜木业有限公司", "法定代表人", "股东 30 %", "25,000.00", "900.00 USD", "2026-11-02", "71,500.50"):
        assert text in page, text
    assert "可能还有" in page
    for hidden in ("望潮", "4,444,444", f"/customers/{sides['hers'].pk}/"):
        assert hidden not in page, hidden
    other = reverse("core:panel", args=["customer", sides["hers"].pk, "linked"])
    page = client_of("mei").get(other).content.decode()
    assert "陈" not in page.replace("陈列", "")
    assert "1,500.50" not in page
    assert client_of("mei").get(url).status_code == 404
    assert client_of("he").get(url).status_code == 404
    lin = client_of("lin")
    with CaptureQueriesContext(connection) as caught:
        lin.get(url)
    assert len(caught) <= 16


def test_by_the_interface(bank, sides, client_of):
    address = f"/api/v1/customers/{sides['chen'].pk}/linked"
    found = client_of("lin").get(address).json()
    assert [each["customer_id"] for each in found["parties"]] == [sides["chen"].pk, sides["mine"].pk]
    assert found["assets"] == "71500.50"
    assert found["parties"][1]["loans"] == [{"currency": "CNY", "amount": "25000.00"}]
    assert client_of("mei").get(address).status_code == 404
    assert client_of("he").get(address).status_code == 404
