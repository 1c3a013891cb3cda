"""Accounts of a block and what hangs on them as rows to copy; numbers encrypted under the owner's key."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from kexin.core.imports.staging import line
from kexin.core.tokens import exact_token, exact_token_next
from kexin.party.tokens import last4_token
from kexin.project.demo.codes import ACCOUNT_KINDS, INVESTMENTS, LIABILITIES, RELATIONSHIPS
from kexin.project.demo.places import SOURCE, Places
from kexin.project.demo.sealed_parties import Keys, Rows, cents

ACCOUNT = (
    "id", "customer_id", "key_id", "number", "token", "token_next", "last4_token", "kind", "product_id", "currency",
    "unit_id", "status", "opened_on", "closed_on", "matures_on", "rate", "balance", "balance_on", "source", "source_no",
    "version",
)  # fmt: skip
HOLDING = (
    "account_id", "customer_id", "product_id", "units", "cost", "market_value", "as_of", "bought_on", "matures_on",
    "source_no",
)  # fmt: skip
LOAN = (
    "account_id", "customer_id", "granted_on", "principal", "term_months", "payment", "rate", "status", "source",
    "source_no",
)  # fmt: skip
CARD = (
    "account_id", "customer_id", "key_id", "number", "token", "last4_token", "kind", "issued_on", "expires_on",
    "status", "source", "source_no",
)  # fmt: skip
ORDER = (
    "account_id", "customer_id", "to_bank", "to_account", "amount", "purpose", "day_of_month", "source", "source_no",
)  # fmt: skip
COLUMNS = {
    "party_portfolioassignment": ("customer_id", "post_id", "unit_id", "starts_on", "ends_on", "reason", "made_by"),
    "party_relationship": (
        "from_party_id", "to_party_id", "kind", "share", "starts_on", "ends_on", "note", "version",
    ),
    "holdings_account": ACCOUNT,
    "holdings_accountparty": ("account_id", "customer_id", "role", "source_no"),
    "holdings_holding": HOLDING,
    "holdings_loan": LOAN,
    "holdings_card": CARD,
    "holdings_standingorder": ORDER,
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """An account's last stated balance in cents, as the simulation signs it, and its day."""

    balance: int
    day: dt.date


def last_standings(tables: dict[str, pa.Table]) -> dict[int, Standing]:
    """The last balance of every account. Positions valued product by product decide over the account's own line,
    which rounds each purchase and may differ by a cent."""
    balances = tables["balances"]
    accounts = balances["account_id"].to_numpy()
    _, backwards = np.unique(accounts[::-1], return_index=True)
    last = balances.take(len(accounts) - 1 - backwards)
    found = zip(*(last[name].to_pylist() for name in ("account_id", "balance", "day")), strict=True)
    valued: dict[int, int] = {}
    holdings = tables["holdings"]
    for account, value in zip(holdings["account_id"].to_pylist(), holdings["value"].to_pylist(), strict=True):
        valued[account] = valued.get(account, 0) + value
    return {account: Standing(valued.get(account, amount), day) for account, amount, day in found}


def assets_by_party(accounts: Rows, standings: dict[int, Standing]) -> dict[int, int]:
    """Cents per party as :mod:`kexin.holdings.assets` counts them: open accounts in CNY without loans and cards."""
    found: dict[int, int] = {}
    for row in accounts:
        standing = standings.get(row["account_id"])
        if standing and row["status"] != "closed" and row["currency"] == "CNY" and row["kind"] not in LIABILITIES:
            found[row["party_id"]] = found.get(row["party_id"], 0) + standing.balance
    return found


def seal_accounts(
    tables: dict[str, pa.Table],
    accounts: Rows,
    standings: dict[int, Standing],
    keys: Keys,
    places: Places,
    as_of: dt.date,
    ended: dict[int, dt.date],
) -> dict[str, bytes]:
    """Rows in COPY's text format by table; ``as_of`` is the evening that the bank was valued, ``ended`` says when
    closed files were closed."""
    owners = {row["account_id"]: row["party_id"] for row in accounts}
    bonds = [row for row in accounts if row["kind"] == "treasury" and row["status"] == "open"]
    loans = tables["loans"].to_pylist()
    payments = {row["account_id"]: instalment(row["principal"], row["rate_bp"], row["months"]) for row in loans}
    payable = _loans_by_payer(loans)
    return {
        "party_portfolioassignment": _assignments(tables, places, ended),
        "party_relationship": _relationships(tables, places),
        "holdings_account": _accounts(accounts, standings, keys, places),
        "holdings_accountparty": b"".join(
            line((places.account(row["account_id"]), places.party(row["party_id"]), "owner", "")) for row in accounts
        ),
        "holdings_holding": _holdings(tables["holdings"].to_pylist(), places, as_of)
        + _bonds(bonds, standings, places, as_of),
        "holdings_loan": _loans(loans, payments, places),
        "holdings_card": _cards(tables["cards"].to_pylist(), keys, places),
        "holdings_standingorder": _orders(tables["standing_orders"].to_pylist(), owners, payable, payments, places),
    }


def _accounts(rows: Rows, standings: dict[int, Standing], keys: Keys, places: Places) -> bytes:
    sealed = keys.seal(
        "holdings_account", "number", [row["party_id"] for row in rows], [row["account_no"] for row in rows]
    )
    made = []
    for row, value in zip(rows, sealed, strict=True):
        standing = standings.get(row["account_id"])
        balance = standing.balance if standing else 0
        number, kind = row["account_no"], row["kind"]
        made.append(
            line(
                (
                    places.account(row["account_id"]),
                    places.party(row["party_id"]),
                    keys.ids[row["party_id"]],
                    value,
                    exact_token("account", number),
                    exact_token_next("account", number),
                    last4_token(number),
                    ACCOUNT_KINDS.get(kind, kind),
                    places.products[row["product_code"]] if row["product_code"] else None,
                    row["currency"],
                    places.units[row["unit"]],
                    row["status"],
                    row["opened_on"],
                    row["closed_on"],
                    row["matures_on"],
                    percent(row["rate_bp"]) if row["rate_bp"] and kind not in INVESTMENTS else None,
                    cents(-balance if kind in LIABILITIES else balance),
                    standing.day if standing else None,
                    SOURCE,
                    str(row["account_id"]),
                    1,
                )
            )
        )
    return b"".join(made)


def _assignments(tables: dict[str, pa.Table], places: Places, ended: dict[int, dt.date]) -> bytes:
    """管户 by period. The simulation's last day belongs to a period, the product's does not. A closed file's last
    period ends with it, as the exit of a customer does it."""
    units = dict(zip(tables["parties"]["party_id"].to_pylist(), tables["parties"]["unit"].to_pylist(), strict=True))
    return b"".join(
        line(
            (
                places.party(row["party_id"]),
                places.posts[row["post_no"]],
                places.units[units[row["party_id"]]],
                row["starts_on"],
                row["ends_on"] + dt.timedelta(days=1) if row["ends_on"] else _end(row, ended),
                "理财经理离职，管户移交" if row["ends_on"] else "",
                places.made_by,
            )
        )
        for row in tables["lead_managers"].to_pylist()
    )


def _end(row: dict[str, Any], ended: dict[int, dt.date]) -> dt.date | None:
    end = ended.get(row["party_id"])
    return max(end, row["starts_on"]) if end else None


def _relationships(tables: dict[str, pa.Table], places: Places) -> bytes:
    seen: set[tuple[int, int, str]] = set()
    made = []
    for row in tables["relationships"].to_pylist():
        key = row["from_party_id"], row["to_party_id"], RELATIONSHIPS[row["kind"]]
        if key in seen:  # one guarantee for each of several loans of a firm
            continue
        seen.add(key)
        share = None if row["share_bp"] is None else percent(row["share_bp"])
        made.append(line((places.party(key[0]), places.party(key[1]), key[2], share, row["since"], None, "", 1)))
    return b"".join(made)


def _holdings(rows: Rows, places: Places, as_of: dt.date) -> bytes:
    return b"".join(
        line(
            (
                places.account(row["account_id"]),
                places.party(row["party_id"]),
                places.products[row["product_code"]],
                f"{row['quantity'] // 10_000}.{row['quantity'] % 10_000:04}",
                cents(row["cost"]),
                cents(row["value"]),
                as_of,
                row["opened_on"],
                row["matures_on"],
                str(row["holding_id"]),
            )
        )
        for row in rows
    )


def _bonds(rows: Rows, standings: dict[int, Standing], places: Places, as_of: dt.date) -> bytes:
    """Savings bonds at nominal value, 100 yuan a piece, so that they show as what they are."""
    return b"".join(
        line(
            (
                places.account(row["account_id"]),
                places.party(row["party_id"]),
                places.products[row["product_code"]],
                f"{standings[row['account_id']].balance // 10_000}.{standings[row['account_id']].balance % 10_000:04}",
                cents(standings[row["account_id"]].balance),
                cents(standings[row["account_id"]].balance),
                as_of,
                row["opened_on"],
                row["matures_on"],
                f"bond-{row['account_id']}",
            )
        )
        for row in rows
        if row["account_id"] in standings
    )


def instalment(principal: int, rate_bp: int, months: int) -> int:
    """The equal monthly payment in cents (等额本息) at a yearly rate in per cent × 100."""
    monthly = rate_bp / 120_000
    if not monthly:
        return -(-principal // months)
    growth = (1 + monthly) ** months
    return round(principal * monthly * growth / (growth - 1))


def _loans(rows: Rows, payments: dict[int, int], places: Places) -> bytes:
    return b"".join(
        line(
            (
                places.account(row["account_id"]),
                places.party(row["party_id"]),
                row["drawn_on"],
                cents(row["principal"]),
                row["months"],
                cents(payments[row["account_id"]]),
                percent(row["rate_bp"]),
                "running" if row["outstanding"] > 0 else "finished",
                SOURCE,
                str(row["account_id"]),
            )
        )
        for row in rows
    )


def _cards(rows: Rows, keys: Keys, places: Places) -> bytes:
    sealed = keys.seal("holdings_card", "number", [row["party_id"] for row in rows], [row["card_no"] for row in rows])
    return b"".join(
        line(
            (
                places.account(row["account_id"]),
                places.party(row["party_id"]),
                keys.ids[row["party_id"]],
                value,
                exact_token("card", row["card_no"]),
                last4_token(row["card_no"]),
                places.product_names[row["product_code"]][:40],
                row["opened_on"],
                row["expires_on"],
                "active",
                SOURCE,
                str(row["account_id"]),
            )
        )
        for row, value in zip(rows, sealed, strict=True)
    )


def _loans_by_payer(loans: Rows) -> dict[int, list[int]]:
    """Loan accounts of a party in the order their standing orders are listed."""
    found: dict[int, list[int]] = {}
    for row in loans:
        found.setdefault(row["party_id"], []).append(row["account_id"])
    return found


def _orders(
    rows: Rows, owners: dict[int, int], payable: dict[int, list[int]], payments: dict[int, int], places: Places
) -> bytes:
    left = {party: list(accounts) for party, accounts in payable.items()}
    made = []
    for row in rows:
        party = owners[row["account_id"]]
        if row["kind"] == "loan_payment":
            amount, purpose = payments[left[party].pop(0)], "贷款还款"
        else:
            amount, purpose = row["amount"], f"定投 {places.product_names[row['product_code']]}"
        made.append(_order(row, party, amount, purpose, places))
    return b"".join(made)


def _order(row: dict[str, Any], party: int, amount: int, purpose: str, places: Places) -> bytes:
    return line(
        (
            places.account(row["account_id"]),
            places.party(party),
            "",
            "",
            cents(amount),
            purpose[:60],
            row["day_of_month"],
            SOURCE,
            str(row["order_id"]),
        )
    )


def percent(hundredths: int) -> str:
    """Per cent × 100 as per cent."""
    return cents(hundredths)
