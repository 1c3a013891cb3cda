"""Accounts and bookings that leave by the interface: the formats of the command and the pages."""

from __future__ import annotations

import io
from typing import Any

import pyarrow.parquet as parquet
import pytest

pytestmark = pytest.mark.django_db
WHY = {"purpose": "对账"}


def sent(client: Any, path: str, **data: Any) -> Any:
    return client.post(f"/api/v1{path}", WHY | data, content_type="application/json")


def table(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    return parquet.read_table(io.BytesIO(b"".join(answer.streaming_content)))


def test_accounts_leave_with_masked_numbers_and_typed_columns(client_of: Any, chens: Any, bank: Any) -> None:
    found = table(sent(client_of("lin"), "/accounts/export", format="parquet"))
    assert found.num_rows == len(chens)
    assert not [each for each in found.column(1).to_pylist() if each and "*" not in each]
    assert "decimal128(20, 2)" in [str(each.type) for each in found.schema]
    west = sent(client_of("lin"), "/accounts/export", format="parquet", unit_id=bank.units["west"].pk)
    assert table(west).num_rows == 0
    assert sent(client_of("lin"), "/accounts/export", unit_id=999999).json()["fields"].keys() == {"unit_id"}
    assert sent(client_of("he"), "/accounts/export").status_code == 403


def test_bookings_of_many_and_of_one_leave_as_stated(client_of: Any, chens: Any, ledger: Any, today: Any) -> None:
    account = next(iter(chens.values()))
    ledger.book(account, today, "-120.50", description="水费")
    many = table(sent(client_of("lin"), "/transactions/export", format="parquet", first=str(today)))
    one = table(sent(client_of("lin"), f"/accounts/{account.pk}/transactions/export", format="parquet"))
    assert "水费" in many.column(9).to_pylist()
    assert "水费" in one.column(6).to_pylist()
    assert -120.5 in [float(each) for each in many.column(6).to_pylist()]
    xlsx = sent(client_of("lin"), f"/accounts/{account.pk}/transactions/export", format="xlsx")
    assert b"".join(xlsx.streaming_content)[:2] == b"PK"


def test_large_bookings_of_a_customer_are_found_on_all_accounts(
    client_of: Any, chens: Any, ledger: Any, today: Any, chen: Any
) -> None:
    for account, amount in zip(chens.values(), ("60000.00", "-70000.00"), strict=False):
        ledger.book(account, today, amount)
    lin = client_of("lin")
    path = f"/api/v1/customers/{chen.pk}/large-transactions?last={today}"
    found = lin.get(f"{path}&least=50000").json()["items"]
    assert {(each["amount"], each["direction"]) for each in found} == {("60000.00", "in"), ("70000.00", "out")}
    assert len({each["account_id"] for each in found}) == 2
    assert lin.get(f"{path}&least=65000").json()["items"][0]["currency"] == "CNY"
    assert lin.get(path).status_code == 422
    assert lin.get(f"{path}&least=1&first=1999-01-01").status_code == 422
    assert client_of("mei").get(f"{path}&least=1").status_code == 404
