"""Accounts and what hangs on them."""

from __future__ import annotations

from kexin.core.history import inserts_unrecorded
from kexin.core.imports.importable import Batch, Load, Outcome
from kexin.core.imports.keys import checked_already
from kexin.core.imports.staging import run
from kexin.core.imports.upsert import Reference, Table, Target, Upsert, take_over
from kexin.holdings.importing import numbers

OWNER = Reference(
    "customer",
    "party_customer",
    {
        "customer_id": ("f.party_id", "bigint"),
        "key_id": ("(SELECT key_id FROM party_party p WHERE p.id = f.party_id)", "uuid"),
    },
)
CUSTOMER = Reference("customer", "party_customer", {"customer_id": ("f.party_id", "bigint")})
UNIT = Reference("unit", "people_orgunit", {"unit_id": ("f.id", "bigint")}, by="code")
PRODUCT = Reference("product", "products_product", {"product_id": ("f.id", "bigint")}, by="code")
ACCOUNT = Reference("account", "holdings_account", {"account_id": ("f.id", "bigint")})
OF_ACCOUNT = Reference(
    "account",
    "holdings_account",
    {"account_id": ("f.id", "bigint"), "customer_id": ("f.customer_id", "bigint")},
)
SOURCE_NO = Target("source_no", "varchar(40)")
NOW_OPEN = "'open'"

ACCOUNTS = Table(
    name="holdings_account",
    columns={
        "source_no": SOURCE_NO,
        "kind": Target("kind", "varchar(14)"),
        "currency": Target("currency", "varchar(3)", "'CNY'"),
        "status": Target("status", "varchar(8)", NOW_OPEN),
        "opened_on": Target("opened_on", "date"),
        "closed_on": Target("closed_on", "date"),
        "matures_on": Target("matures_on", "date"),
        "rate": Target("rate", "numeric(8,4)"),
        "balance": Target("balance", "numeric(20,2)", "0"),
        "balance_on": Target("balance_on", "date"),
    },
    references=(OWNER, UNIT, PRODUCT),
    fixed={"kind": "'current'", "currency": "'CNY'", "status": NOW_OPEN, "balance": "0", "version": "1"},
    versioned=True,
)
PARTIES = Table(
    name="holdings_accountparty",
    columns={"source_no": SOURCE_NO, "role": Target("role", "varchar(12)")},
    references=(ACCOUNT, CUSTOMER),
    key=("account_id", "customer_id"),
    fixed={"source_no": "''"},
    has_source=False,
)
LOANS = Table(
    name="holdings_loan",
    columns={
        "source_no": SOURCE_NO,
        "granted_on": Target("granted_on", "date"),
        "principal": Target("principal", "numeric(20,2)"),
        "term_months": Target("term_months", "smallint"),
        "payment": Target("payment", "numeric(20,2)"),
        "rate": Target("rate", "numeric(8,4)"),
        "status": Target("status", "varchar(14)"),
    },
    references=(OF_ACCOUNT,),
)
CARDS = Table(
    name="holdings_card",
    columns={
        "source_no": SOURCE_NO,
        "kind": Target("kind", "varchar(40)", "''"),
        "issued_on": Target("issued_on", "date"),
        "expires_on": Target("expires_on", "date"),
        "status": Target("status", "varchar(8)", "'active'"),
    },
    references=(ACCOUNT, OWNER),
    fixed={"status": "'active'"},
)
ORDERS = Table(
    name="holdings_standingorder",
    columns={
        "source_no": SOURCE_NO,
        "to_bank": Target("to_bank", "varchar(80)", "''"),
        "to_account": Target("to_account", "varchar(40)", "''"),
        "amount": Target("amount", "numeric(20,2)"),
        "purpose": Target("purpose", "varchar(60)", "''"),
        "day_of_month": Target("day_of_month", "smallint"),
    },
    references=(OF_ACCOUNT,),
    fixed={"to_bank": "''", "to_account": "''", "purpose": "''"},
)


def load_accounts(batch: Batch) -> Outcome:
    """Accounts with their first owner."""
    work = Upsert(batch, ACCOUNTS)
    work.stage_and_resolve(numbers.tokens(batch, "account"))
    work.refuse_unresolved()
    work.drop_repeats()
    if "status" in batch.fields:
        closed_on = "r.closed_on IS NULL" if "closed_on" in batch.fields else "true"
        work.refuse_where(f"r.status = 'closed' AND {closed_on}", "closed_on", "missing")
    work.refuse_where(
        "EXISTS (SELECT FROM holdings_account t WHERE t.source = r.source AND t.source_no = r.source_no"
        " AND t.customer_id <> r.customer_id)",
        "customer",
        "owner_changed",
    )
    numbers.refuse_taken(work, "holdings_account")
    numbers.seal(work, batch, "holdings_account")
    work.hold_references(
        {
            "customer_id": ("party_customer", "party_id"),
            "unit_id": ("people_orgunit", "id"),
            "product_id": ("products_product", "id"),
        }
    )
    compared = [column for column in work.written_columns() if column not in ("number", "key_id")]
    return work.write(compared)


def complete_owners(load: Load) -> None:
    """The first owner of an account is a party to it, also where the source lists no parties.

    By EXCEPT, which hashes or sorts: an anti-join may be planned row by row right after a load, when the statistics
    still know of no rows, and would then read the table it fills again and again. The accounts are locked as their
    foreign key would lock them one by one; their owners they hold themselves.
    """
    with inserts_unrecorded(), checked_already():
        run(
            "WITH missing AS MATERIALIZED ("
            " SELECT id, customer_id FROM holdings_account WHERE source = %s"
            " EXCEPT SELECT account_id, customer_id FROM holdings_accountparty),"
            " held AS (SELECT a.id, a.customer_id FROM missing m JOIN holdings_account a"
            " ON a.id = m.id AND a.customer_id = m.customer_id FOR KEY SHARE OF a)"
            " INSERT INTO holdings_accountparty (account_id, customer_id, role, source_no)"
            " SELECT id, customer_id, 'owner', '' FROM held ORDER BY id",
            [load.source],
        )


def load_parties(batch: Batch) -> Outcome:
    """Who may do what with an account. Moves by account and customer: a changed role is an update."""
    return take_over(batch, PARTIES)


def load_loans(batch: Batch) -> Outcome:
    """Loans against an account."""
    return take_over(batch, LOANS)


def load_orders(batch: Batch) -> Outcome:
    """Standing orders."""
    return take_over(batch, ORDERS)


def load_cards(batch: Batch) -> Outcome:
    """Cards; the number is encrypted under the key of the customer who holds it."""
    work = Upsert(batch, CARDS)
    work.stage_and_resolve(numbers.tokens(batch, "card"))
    work.refuse_unresolved()
    work.drop_repeats()
    numbers.refuse_taken(work, "holdings_card")
    numbers.seal(work, batch, "holdings_card")
    return work.write([column for column in work.written_columns() if column not in ("number", "key_id")])
