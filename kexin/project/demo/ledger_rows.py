"""Postings and daily balances of a block as Arrow columns in the form of the ledger's tables.

Loans and cards: the simulation keeps what is owed at or below zero, the ledger states it as a positive number. So the
last balance is opening + in − out, and for loans and cards opening + out − in.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kexin.project.demo.codes import CHANNELS, LIABILITIES, TRANSACTION_KINDS
from kexin.project.demo.places import Places
from kexin.project.demo.sealed_accounts import Standing

Ints = npt.NDArray[np.int64]
Signed = Callable[[Ints, Ints], Ints]  # account and the simulation's amount to the ledger's amount
TRANSACTION = (
    "account_id", "booked_on", "booked_at", "direction", "amount", "balance_after", "kind", "channel", "counterparty",
    "counterparty_account", "description", "source_no",
)  # fmt: skip
BALANCE = ("account_id", "day", "balance")


def ledger_tables(tables: dict[str, pa.Table], standings: dict[int, Standing], places: Places) -> dict[str, pa.Table]:
    """``holdings_transaction`` and ``holdings_balance``."""
    accounts = tables["accounts"]
    ids = accounts["account_id"].to_numpy()
    owed = np.isin(accounts["kind"].cast(pa.string()).to_pylist(), list(LIABILITIES))
    sign = np.zeros(int(ids.max()) - int(ids.min()) + 1, np.int64)
    sign[ids - ids.min()] = np.where(owed, -1, 1)

    def signed(account: Ints, amount: Ints) -> Ints:
        return np.asarray(amount * sign[account - ids.min()])

    return {
        "holdings_transaction": _transactions(tables["transactions"], signed, places),
        "holdings_balance": _balances(tables["balances"], standings, signed, places),
    }


def _transactions(rows: pa.Table, signed: Signed, places: Places) -> pa.Table:
    account = rows["account_id"].to_numpy()
    return pa.table(
        {
            "account_id": account + places.account_base,
            "booked_on": rows["booked_on"],
            "booked_at": rows["booked_at"],
            "direction": _text(rows["direction"]),
            "amount": money(rows["amount"].to_numpy()),
            "balance_after": money(signed(account, rows["balance_after"].to_numpy())),
            "kind": _kinds(_text(rows["kind"]), _text(rows["direction"])),
            "channel": _translated(rows["channel"], CHANNELS),
            "counterparty": pc.fill_null(_text(rows["counterparty_name"]), ""),
            "counterparty_account": pc.fill_null(_text(rows["counterparty_account"]), ""),
            "description": _text(rows["description"]),
            "source_no": rows["transaction_id"].cast(pa.string()),
        }
    )


def _balances(rows: pa.Table, standings: dict[int, Standing], signed: Signed, places: Places) -> pa.Table:
    account, amount = rows["account_id"].to_numpy(), rows["balance"].to_numpy().copy()
    _, backwards = np.unique(account[::-1], return_index=True)  # the last line of each account is its standing
    for at in (len(account) - 1 - backwards).tolist():
        amount[at] = standings[int(account[at])].balance
    return pa.table(
        {
            "account_id": account + places.account_base,
            "day": rows["day"],
            "balance": money(signed(account, amount)),
        }
    )


def money(cents: Ints) -> pa.Array:
    """Integer cents as decimals with two places, without a detour over floating point or text."""
    pairs = np.empty((len(cents), 2), np.int64)
    pairs[:, 0] = cents
    pairs[:, 1] = cents >> 63  # the sign fills the upper half
    return pa.Array.from_buffers(pa.decimal128(20, 2), len(cents), [None, pa.py_buffer(pairs.tobytes())])


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _translated(column: pa.ChunkedArray, words: dict[str, str]) -> pa.ChunkedArray:
    chunks = []
    for chunk in column.chunks:
        texts = pa.array([words[word] for word in chunk.dictionary.to_pylist()])
        chunks.append(texts.take(chunk.indices))
    return pa.chunked_array(chunks, pa.string())


def _kinds(kind: pa.ChunkedArray, direction: pa.ChunkedArray) -> pa.ChunkedArray:
    words = pc.binary_join_element_wise(kind, direction, " ")
    coded = words.combine_chunks().dictionary_encode()
    texts = [TRANSACTION_KINDS[key.split()[0]][key.split()[1] == "out"] for key in coded.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string()).take(coded.indices)])
