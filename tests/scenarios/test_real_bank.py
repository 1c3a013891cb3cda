"""A real bank moves in: the Czech bank of 1993 is imported and agrees, row by row, with SQL over its raw files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

REQUIREMENTS = {
    "A-01": "every client has exactly one file, found again on a second import",
    "A-02": "sex, birth date, number and accounts of every customer agree with the source",
    "A-03": "accounts, opening dates, stated balances and every booking agree with the source",
    "A-17": "nothing is lost, invented or repaired; gaps in the source are reported",
    "A-21": "codes, dates and birth numbers are cleaned and brought together from eight files",
    "L-04": "customers, accounts, loans, cards and orders stand in one place",
    "L-05": "the source's codes are mapped to our standard by a readable profile",
}
RAW = Path(__file__).resolve().parents[3] / "shared" / "data" / "berka"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.public_data,
    pytest.mark.xdist_group("real bank"),  # one worker loads it
    pytest.mark.skipif(not RAW.is_dir(), reason="the public data folder is not beside the repository"),
]
SIGNED = "CASE type WHEN 'PRIJEM' THEN CAST(amount AS DECIMAL(20,2)) ELSE -CAST(amount AS DECIMAL(20,2)) END"


@pytest.fixture(scope="module")
def first_report(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    """The bank, imported once for this module inside a transaction that is given up at the end."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole._from_testcase = True  # type: ignore[attr-defined]  # as Django's own TestCase does
        whole.__enter__()
        try:
            yield import_bank()
        finally:
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)
            connection.close()


def import_bank(**options: Any) -> dict[str, Any]:
    from kexin.core.actor import system
    from kexin.core.imports.engine import run_import
    from kexin.core.imports.profile import load_profile

    return run_import(load_profile("berka"), RAW, actor=system("test.import"), **options)


@pytest.fixture(scope="module")
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    """The raw files as tables of text; ``trans`` keeps the order of the file in ``no``."""
    con = duckdb.connect()
    for name in ("account", "card", "client", "disp", "district", "loan", "order", "trans"):
        con.execute(
            f"CREATE TABLE raw_{name} AS SELECT *, row_number() OVER () AS no FROM read_csv('{RAW / name}.asc',"
            " delim=';', header=true, all_varchar=true, encoding='latin-1', parallel=false)"
        )
    yield con
    con.close()


def ours(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def theirs(con: duckdb.DuckDBPyConnection, statement: str) -> list[tuple[Any, ...]]:
    return con.execute(statement).fetchall()


def test_every_row_of_every_file_is_accounted_for(first_report: dict[str, Any], raw: duckdb.DuckDBPyConnection) -> None:
    tables = {
        "client": ("party.customer", "party_customer"),
        "account": ("holdings.account", "holdings_account"),
        "disp": ("holdings.account_party", "holdings_accountparty"),
        "loan": ("holdings.loan", "holdings_loan"),
        "card": ("holdings.card", "holdings_card"),
        "order": ("holdings.standing_order", "holdings_standingorder"),
        "trans": ("holdings.transaction", "holdings_transaction"),
    }
    assert first_report["rejected"] == 0
    for name, (target, table) in tables.items():
        ((count,),) = theirs(raw, f"SELECT count(*) FROM raw_{name}")
        assert first_report["targets"][target]["created"] == count, name
        assert ours(f"SELECT count(*) FROM {table}") == [(count,)], name
    ((districts, regions),) = theirs(raw, "SELECT count(*), count(DISTINCT A3) FROM raw_district")
    assert ours(
        "SELECT kind, count(*) FROM people_orgunit WHERE code LIKE 'CZ%' OR code LIKE 'R %' GROUP BY 1 ORDER BY 1"
    ) == [
        ("branch", regions),
        ("sub_branch", districts),
    ]


def test_every_booking_and_stated_balance_is_unchanged(
    first_report: dict[str, Any], raw: duckdb.DuckDBPyConnection
) -> None:
    expected = theirs(
        raw,
        "SELECT account_id, trans_id, CAST(strptime(date, '%y%m%d') AS DATE),"
        " CASE type WHEN 'PRIJEM' THEN 'in' ELSE 'out' END, CAST(amount AS DECIMAL(20,2)), CAST(balance AS"
        " DECIMAL(20,2)),"
        " coalesce(trim(bank), ''), coalesce(trim(account), '') FROM raw_trans",
    )
    found = ours(
        "SELECT a.source_no, t.source_no, t.booked_on, t.direction, t.amount, t.balance_after, t.counterparty_bank,"
        " t.counterparty_account FROM holdings_transaction t JOIN holdings_account a ON a.id = t.account_id"
    )
    assert sorted(found) == sorted(expected)


def test_the_last_stated_balance_of_every_account_stands(
    first_report: dict[str, Any], raw: duckdb.DuckDBPyConnection
) -> None:
    """The closing balance of a day is the one from which no other booking of that day starts (rounding of interest
    aside); written here by other means than in the importer."""
    expected = theirs(
        raw,
        f"WITH t AS (SELECT account_id, date, no, {SIGNED} AS amount, CAST(balance AS DECIMAL(20,2)) AS"
        f" balance FROM raw_trans),"
        " last AS (SELECT account_id, max(date) AS date FROM t GROUP BY 1),"
        " day AS (SELECT account_id, date, list(struct_pack(no, opens := balance - amount, closes := balance)) AS rows"
        "  FROM t JOIN last USING (account_id, date) GROUP BY 1, 2),"
        " ends AS (SELECT account_id, date, list_filter(rows, lambda one: NOT list_bool_or(list_transform(rows,"
        "  lambda other: other.no <> one.no AND abs(other.opens - one.closes) <= 0.5))) AS found FROM day)"
        " SELECT account_id, CAST(strptime(date, '%y%m%d') AS DATE), found[-1].closes, len(found) FROM ends",
    )
    assert {len_found for *_row, len_found in expected} == {1}  # never ambiguous in this bank
    found = ours("SELECT source_no, balance_on, balance FROM holdings_account WHERE balance_on IS NOT NULL")
    assert sorted(found) == sorted(row[:3] for row in expected)
    assert ours("SELECT DISTINCT balance FROM holdings_account WHERE balance_on IS NULL") == [(Decimal(0),)]


def test_owners_and_parties(first_report: dict[str, Any], raw: duckdb.DuckDBPyConnection) -> None:
    owners = ours(
        "SELECT a.source_no, c.source_no, a.opened_on FROM holdings_account a JOIN party_customer c ON"
        " c.party_id = a.customer_id"
    )
    assert sorted(owners) == sorted(
        theirs(
            raw,
            "SELECT account_id, client_id, CAST(strptime(date, '%y%m%d') AS DATE) FROM raw_account"
            " JOIN raw_disp USING (account_id) WHERE raw_disp.type = 'OWNER'",
        )
    )
    parties = ours(
        "SELECT p.source_no, a.source_no, c.source_no, upper(p.role) FROM holdings_accountparty p"
        " JOIN holdings_account a ON a.id = p.account_id JOIN party_customer c ON c.party_id = p.customer_id"
    )
    assert sorted(parties) == sorted(theirs(raw, "SELECT disp_id, account_id, client_id, type FROM raw_disp"))
    cards = ours(
        "SELECT k.source_no, a.source_no, c.source_no, k.kind, k.issued_on FROM holdings_card k"
        " JOIN holdings_account a ON a.id = k.account_id JOIN party_customer c ON c.party_id = k.customer_id"
    )
    assert sorted(cards) == sorted(
        theirs(
            raw,
            "SELECT card_id, account_id, client_id, raw_card.type, CAST(strptime(issued, '%y%m%d %H:%M:%S') AS DATE)"
            " FROM raw_card JOIN raw_disp USING (disp_id)",
        )
    )


def test_money_in_and_out_by_month(first_report: dict[str, Any], raw: duckdb.DuckDBPyConnection) -> None:
    found = ours(
        "SELECT to_char(booked_on, 'YYYY-MM'), direction, count(*), sum(amount) FROM holdings_transaction"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    expected = theirs(
        raw,
        "SELECT '19' || substr(date, 1, 2) || '-' || substr(date, 3, 2), CASE type WHEN 'PRIJEM' THEN 'in'"
        " ELSE 'out' END,"
        " count(*), sum(CAST(amount AS DECIMAL(20,2))) FROM raw_trans GROUP BY 1, 2 ORDER BY 1, 2",
    )
    assert found == expected
    loans = ours("SELECT status, count(*), sum(principal), sum(payment) FROM holdings_loan GROUP BY 1 ORDER BY 1")
    names = {"A": "finished", "B": "finished_bad", "C": "running", "D": "running_late"}
    expected_loans = theirs(
        raw,
        "SELECT status, count(*), sum(CAST(amount AS DECIMAL(20,2))), sum(CAST(payments AS DECIMAL(20,2)))"
        " FROM raw_loan GROUP BY 1",
    )
    assert loans == sorted((names[code], *rest) for code, *rest in expected_loans)


def test_age_and_sex(first_report: dict[str, Any], raw: duckdb.DuckDBPyConnection) -> None:
    from kexin.core.fields import decrypt_rows
    from kexin.party.models import Customer, Party

    rows = Customer.objects.select_related("party", "unit")
    decrypt_rows(Party, [row.party for row in rows], ("born_on", "name"))
    found = {
        row.source_no: (row.party.born_on, row.party.sex, row.unit.code, row.born_year, row.birthday) for row in rows
    }
    expected = {}
    for number, birth, district in theirs(raw, "SELECT client_id, birth_number, district_id FROM raw_client"):
        month = int(birth[2:4])
        sex, month = ("F", month - 50) if month > 50 else ("M", month)
        born = dt.date(1900 + int(birth[:2]), month, int(birth[4:]))
        expected[number] = (born, sex, f"CZ{district}", born.year, born.month * 100 + born.day)
    assert found == expected
    assert not any(row.party.name for row in rows)  # no names exist in the source; none is invented


def test_the_birth_number_is_an_attribute_and_equal_ones_are_suspected(
    first_report: dict[str, Any], raw: duckdb.DuckDBPyConnection
) -> None:
    from kexin.party.models import IdentityDocument, PartyAttribute

    assert not IdentityDocument.objects.exists()
    some = PartyAttribute.objects.select_related("party__customer").filter(party__customer__source_no="1").get()
    assert some.value == theirs(raw, "SELECT birth_number FROM raw_client WHERE client_id = '1'")[0][0]
    pairs = ours(
        "SELECT least(f.source_no::int, s.source_no::int), greatest(f.source_no::int, s.source_no::int)"
        " FROM party_duplicatecandidate d JOIN party_customer f ON f.party_id = d.first_id"
        " JOIN party_customer s ON s.party_id = d.second_id WHERE d.reasons ? 'attribute'"
    )
    expected = theirs(
        raw,
        "SELECT least(a.client_id::INT, b.client_id::INT), greatest(a.client_id::INT, b.client_id::INT)"
        " FROM raw_client a"
        " JOIN raw_client b ON a.birth_number = b.birth_number AND a.client_id::INT < b.client_id::INT",
    )
    assert sorted(pairs) == sorted(expected)


def test_gaps_between_stated_balance_and_bookings_are_reported_not_repaired(
    first_report: dict[str, Any], raw: duckdb.DuckDBPyConnection
) -> None:
    sums = dict(theirs(raw, f"SELECT account_id, sum({SIGNED}) FROM raw_trans GROUP BY 1"))
    stated = dict(ours("SELECT source_no, balance FROM holdings_account WHERE balance_on IS NOT NULL"))
    gaps = {number: stated[number] - total for number, total in sums.items() if stated[number] != total}
    told = first_report["balance_gaps"]
    assert (told["accounts"], told["with_gap"]) == (len(sums), len(gaps))
    assert Decimal(told["largest"]) == max(map(abs, gaps.values()))


def test_assets_are_the_stated_balances(first_report: dict[str, Any], raw: duckdb.DuckDBPyConnection) -> None:
    """What is overdrawn counts as nought: the policy as shipped."""
    stated = ours("SELECT sum(greatest(balance, 0)) FROM holdings_account")
    assert ours("SELECT sum(assets) FROM party_customer") == stated


def test_a_second_import_and_a_trial_change_nothing(
    first_report: dict[str, Any], raw: duckdb.DuckDBPyConnection
) -> None:
    history = ours("SELECT count(*) FROM core_history")
    for options in ({}, {"dry_run": True}):
        again = import_bank(**options)
        assert (again["created"], again["updated"], again["rejected"]) == (0, 0, 0)
        assert again["unchanged"] == again["read"] == first_report["read"]
    assert ours("SELECT count(*) FROM core_history") == history


def test_who_may_read_finds_the_customers(first_report: dict[str, Any], raw: duckdb.DuckDBPyConnection) -> None:
    from kexin.core.actor import system
    from kexin.party.queries import CustomerFilter, customers

    assert customers(system("test"), CustomerFilter()).count() == first_report["targets"]["party.customer"]["read"]
    assert [row.source_no for row in customers(system("test"), CustomerFilter(text="1787"))] == ["1787"]
