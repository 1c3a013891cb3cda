"""One block of customers, from the simulation to rows ready for COPY: what a worker process does."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pyarrow as pa

from kexin.project.demo.ledger_rows import ledger_tables
from kexin.project.demo.places import Places
from kexin.project.demo.sealed_accounts import (
    Standing,
    assets_by_party,
    last_standings,
    seal_accounts,
)
from kexin.project.demo.sealed_parties import Rows, make_keys, seal_parties
from kexin.project.demo.simulate import Bank, simulate_block


@dataclass(frozen=True)
class Task:
    """A block to be made; sent to a worker process."""

    bank: Bank
    block: int
    places: Places


@dataclass
class BlockRows:
    """Rows by table: text of COPY for small tables with ciphertexts, Arrow columns for the ledger; the truth."""

    text: dict[str, bytes]
    ledger: dict[str, pa.Table]
    truth: pa.Table
    customers: int
    accounts: int
    last_account: int


def make_block(task: Task) -> BlockRows:
    """Simulate, seal, lay out. The day before ``bank.today`` is the last that the bank knows."""
    tables = simulate_block(task.bank, task.block)
    places, as_of = task.places, task.bank.today - dt.timedelta(days=1)
    keys = make_keys(tables["parties"])
    accounts = tables["accounts"].to_pylist()
    standings = last_standings(tables)
    ended = _close_the_leavers(tables, accounts, standings, as_of)
    text = seal_parties(tables, keys, places, assets_by_party(accounts, standings), ended)
    text |= seal_accounts(tables, accounts, standings, keys, places, as_of, ended)
    return BlockRows(
        text=text,
        ledger=ledger_tables(tables, standings, places),
        truth=_truth(tables["truth"], places),
        customers=tables["parties"].num_rows,
        accounts=len(accounts),
        last_account=max((row["account_id"] for row in accounts), default=0),
    )


def _close_the_leavers(
    tables: dict[str, pa.Table], accounts: Rows, standings: dict[int, Standing], as_of: dt.date
) -> dict[int, dt.date]:
    """The day each closed file ended: when its last account was closed. Emptied accounts close with it."""
    parties = tables["parties"]
    states = dict(zip(parties["party_id"].to_pylist(), parties["state"].to_pylist(), strict=True))
    ended = {party: dt.date.min for party, state in states.items() if state == "closed"}
    for row in accounts:
        if row["party_id"] in ended and row["closed_on"]:
            ended[row["party_id"]] = max(ended[row["party_id"]], row["closed_on"])
    ended = {party: as_of if day == dt.date.min else day for party, day in ended.items()}
    for row in accounts:
        if row["party_id"] in ended and row["status"] == "open":
            standing = standings.get(row["account_id"])
            if standing and standing.balance:
                raise ValueError(f"party {row['party_id']} has left, but account {row['account_id']} holds money")
            row["status"] = "closed"
            row["closed_on"] = max(ended[row["party_id"]], row["opened_on"], standing.day if standing else dt.date.min)
    return ended


def _truth(rows: pa.Table, places: Places) -> pa.Table:
    """The truth with the numbers under which the customers are found in the database."""
    parties = rows["party_id"].to_pylist()
    return rows.set_column(
        rows.schema.get_field_index("party_id"), "party_id", pa.array([places.party(p) for p in parties], pa.int64())
    ).set_column(
        rows.schema.get_field_index("customer_no"),
        "customer_no",
        pa.array([places.customer_no(party) for party in parties], pa.string()),
    )
