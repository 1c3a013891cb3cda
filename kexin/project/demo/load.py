"""Loading the demonstration bank: organisation by the people floor's doors, customers, ledger and past by COPY.

One operation, one transaction, one audit entry; new rows leave no history of their own. Blocks of 2,000 customers are
made by worker processes when there are several, so that a million customers need no more memory than a few thousand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.history import inserts_unrecorded
from kexin.core.imports.staging import copy_arrow, copy_text, run, server
from kexin.core.imports.workers import WORTH, Workers
from kexin.core.operation import operation
from kexin.core.partitions import ensure_partitions
from kexin.party.models import Customer
from kexin.people.models import OrgUnit
from kexin.project.demo import ledger_rows, sealed_accounts, sealed_parties
from kexin.project.demo.assessed import bring_assessments
from kexin.project.demo.block_rows import BlockRows, Task, make_block
from kexin.project.demo.complaint_rows import bring_past_complaints
from kexin.project.demo.customers import BLOCK
from kexin.project.demo.past import bring_past
from kexin.project.demo.past_rows import Facts
from kexin.project.demo.past_sales import bring_past_sales, truth_rows
from kexin.project.demo.places import Places
from kexin.project.demo.sellers import certify_sellers
from kexin.project.demo.shelf_rows import load_products
from kexin.project.demo.shelf_texts import load_net_values, load_texts
from kexin.project.demo.simulate import Bank
from kexin.project.demo.staffing import Staff, hire_everyone

Progress = Callable[[str, int, int], None]  # what is done, how much of it, of how much
COLUMNS = {**sealed_parties.COLUMNS, **sealed_accounts.COLUMNS}
LEDGER = {"holdings_transaction": ledger_rows.TRANSACTION, "holdings_balance": ledger_rows.BALANCE}
DAY_COLUMNS = {"holdings_transaction": "booked_on", "holdings_balance": "day"}
PAST = ("engagement_contact", "engagement_callentry", "engagement_appointment", "core_event")
BLOCKS_AT_ONCE = 4


@dataclass
class Loaded:
    """What a load brought in."""

    staff: Staff
    truth: pa.Table
    counts: dict[str, int] = field(default_factory=dict)


def refuse_inhabited() -> None:
    """The demo bank is loaded into an empty institution only; it never mixes with real customers."""
    if Customer.objects.exists():
        raise RuleViolation(_("This bank has customers already: the demo bank is loaded into an empty one only."))
    if OrgUnit.objects.exists():
        raise RuleViolation(_("This bank has units already: the demo bank is loaded into an empty one only."))


@operation("core.load_demo", label=_("Load the demonstration bank"))
def load_bank(
    bank: Bank, *, actor: Actor, password: str, progress: Progress, keep: Callable[[Loaded], None] | None = None
) -> Loaded:
    """Everything that ``bank`` stands for, in one transaction: all of it or nothing.

    ``keep`` writes down what must not be lost when the process ends right after the commit.
    Raises RuleViolation where units or customers exist already.
    """
    refuse_inhabited()
    progress("staff", 0, 1)
    staff = hire_everyone(bank.structure, actor=actor, password=password)
    certify_sellers()
    progress("staff", 1, 1)
    places = _places(bank, staff, load_products(bank), actor)
    counts: dict[str, int] = {"units": len(staff.units), "posts": len(staff.posts), "products": len(places.products)}
    truth, last_account, done = [], 0, 0
    progress("customers", 0, bank.customers)
    with inserts_unrecorded():
        for rows in _blocks(bank, places):
            _copy(rows, counts)
            truth.append(rows.truth)
            last_account = max(last_account, rows.last_account)
            done += rows.customers
            progress("customers", done, bank.customers)
        _let_representatives_dispose()
        _let_facts_be_confirmed(bank.today, actor)
        planted = pa.concat_tables(truth)
        counts["net_values"] = load_net_values(bank, places.products)
        counts["texts"] = load_texts(bank)
        progress("past", 0, 1)
        counts |= bring_past(bank, staff, planted)
        counts |= bring_assessments(bank.today)
        facts = Facts()
        sold, mis_sold = bring_past_sales(bank, staff, facts)
        counts |= bring_past_complaints(bank, mis_sold, facts)
        counts |= sold | {"facts_of_sales": facts.write()}
        planted = pa.concat_tables([planted, truth_rows(mis_sold, planted.schema)])
        progress("past", 1, 1)
    _advance_sequences(places, bank.customers, last_account)
    loaded = Loaded(staff, planted, counts)
    if keep is not None:
        keep(loaded)
    return loaded


def _places(bank: Bank, staff: Staff, products: dict[str, int], actor: Actor) -> Places:
    return Places(
        party_base=_given_out("party_party_id_seq"),
        account_base=_given_out("holdings_account_id_seq"),
        customer_base=_given_out("party_customer_no"),
        units=staff.units,
        posts=staff.posts,
        products=products,
        product_names={each.code: each.name for each in bank.shelf.products},
        now=timezone.now(),
        made_by=actor.name,
    )


def _given_out(sequence: str) -> int:
    """The last number a sequence gave out: ours begin behind it."""
    row = run("SELECT nextval(%s::regclass) - 1", [sequence]).fetchone()
    assert row is not None
    return int(row[0])


def _advance_sequences(places: Places, customers: int, last_account: int) -> None:
    for sequence, last in (
        ("party_party_id_seq", places.party(customers)),
        ("party_customer_no", places.customer_base + customers),
        ("holdings_account_id_seq", places.account(last_account)),
    ):
        run("SELECT setval(%s::regclass, %s)", [sequence, last])


def _blocks(bank: Bank, places: Places) -> Iterator[BlockRows]:
    """Blocks in order; several at a time in worker processes where the bank is large."""
    tasks = [Task(bank, block, places) for block in range(-(-bank.customers // BLOCK))]
    with Workers(bank.customers if bank.customers >= WORTH else 0) as workers:
        for start in range(0, len(tasks), BLOCKS_AT_ONCE):
            yield from workers.map(make_block, tasks[start : start + BLOCKS_AT_ONCE])


def _copy(rows: BlockRows, counts: dict[str, int]) -> None:
    for table, columns in COLUMNS.items():
        copy_text(table, columns, [rows.text[table]])
        counts[table] = counts.get(table, 0) + rows.text[table].count(b"\n")
    for table, columns in LEDGER.items():
        content = rows.ledger[table]
        _ensure_months(table, content[DAY_COLUMNS[table]])
        copy_arrow(table, columns, content)
        counts[table] = counts.get(table, 0) + content.num_rows


def _ensure_months(table: str, days: pa.ChunkedArray) -> None:
    if len(days):
        found = pc.min_max(days)
        first, last = found["min"].as_py(), found["max"].as_py()
        ensure_partitions(table, first.replace(day=1), last.replace(day=1))


def _let_representatives_dispose() -> None:
    """Legal representatives may dispose of their firms' current accounts."""
    run(
        "INSERT INTO holdings_accountparty (account_id, customer_id, role, source_no)"
        " SELECT a.id, r.from_party_id, 'disponent', '' FROM party_relationship r"
        " JOIN holdings_account a ON a.customer_id = r.to_party_id AND a.kind = 'current'"
        " WHERE r.kind = 'legal_representative' ON CONFLICT DO NOTHING"
    )


# Each customer's kinds of data were confirmed on days of their own within two years (documents within three).
_CONFIRMED = """
INSERT INTO party_factconfirmation (customer_id, kind, confirmed_on, source, confirmed_by)
SELECT k.party_id, held.kind, greatest(k.admitted_on, %(today)s::date - (
         (k.party_id * 7919 + held.number * 104729) %% CASE WHEN held.kind = 'identity' THEN 1110 ELSE 745 END)::int),
       CASE WHEN held.kind = 'identity' OR k.party_id %% 3 = 0 THEN 'seen' ELSE 'said' END, %(by)s
  FROM party_customer k CROSS JOIN LATERAL (
       SELECT 'contacts' AS kind, 1 AS number FROM party_contactpoint c WHERE c.party_id = k.party_id
       UNION SELECT 'address', 2 FROM party_address a WHERE a.party_id = k.party_id
       UNION SELECT 'identity', 3 FROM party_identitydocument d WHERE d.party_id = k.party_id AND d.retired_at IS NULL
       UNION SELECT 'occupation', 4 FROM party_party p WHERE p.id = k.party_id AND p.occupation <> ''
       UNION SELECT 'tax_residence', 5 FROM party_party p WHERE p.id = k.party_id AND p.tax_residence <> ''
       ) held WHERE k.admitted_on IS NOT NULL AND k.status IN ('active', 'dormant')
"""


def _let_facts_be_confirmed(today: dt.date, actor: Actor) -> None:
    """When the data of the files were last confirmed: a few of them fall due around the first day."""
    server().execute(_CONFIRMED, {"today": today, "by": actor.name})


def settle_tables() -> None:
    """Tell the planner what the tables hold now, and empty the pending list of the search index.

    Outside a transaction. The ledger is only analysed: autovacuum takes its time over the partitions.
    """
    with connection.cursor() as cursor:
        for table in COLUMNS:
            cursor.execute(f"VACUUM {connection.ops.quote_name(table)}")
    analyse_tables()


def analyse_tables() -> None:
    """Tell the planner what the tables hold now; within a transaction, too."""
    with connection.cursor() as cursor:
        for table in (*COLUMNS, *LEDGER, *PAST):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")


def load_summary(loaded: Loaded, today: dt.date, seconds: float) -> dict[str, Any]:
    """The command's last line."""
    return {"day": today.isoformat(), "seconds": round(seconds, 1), **loaded.counts, "truth": loaded.truth.num_rows}
