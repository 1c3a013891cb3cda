"""Accounts, transactions, balances, holdings and orders of a block as Arrow tables (amounts in cents)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from kexin.project.demo import ledger
from kexin.project.demo.customers import Ints, People
from kexin.project.demo.identity import luhn
from kexin.project.demo.investments import SIDES, Investments
from kexin.project.demo.ledger import (
    ACCOUNT_KINDS,
    CHANNELS,
    LOCAL,
    NOTE_NAMES,
    NOTES,
    SELF_NOTES,
    Accounts,
    Statement,
)
from kexin.project.demo.loans import Loan
from kexin.project.demo.outside import Outside
from kexin.project.demo.party_tables import dates
from kexin.project.demo.products import Shelf
from kexin.project.demo.structure import Structure
from kexin.project.demo.tranches import proceeds

ACCOUNTS_PER_BLOCK = 40_000
ROWS_PER_BLOCK = 1 << 24
_UTC_OFFSET = 8 * 3600  # Asia/Shanghai, no summer time since 1991


def account_numbers(accounts: Accounts, block: int) -> list[str]:
    """Cards: 19 digits (62999900…) and credit cards 16 (6259990…) with Luhn digit; others 17 digits."""
    result = []
    for local, kind in enumerate(accounts.column("kind").tolist()):
        serial = block * ACCOUNTS_PER_BLOCK + local
        scrambled = (serial * 7_368_787 + 1_234_567) % 10_000_000_000
        if kind == ledger.CURRENT:
            result.append(luhn(f"62999900{scrambled:010d}"))
        elif kind == ledger.CARD:
            result.append(luhn(f"6259990{scrambled % 100_000_000:08d}"))
        else:
            result.append(luhn(f"90{kind:02d}00{scrambled:010d}"))
    return result


class AccountTables:
    def __init__(
        self,
        people: People,
        accounts: Accounts,
        statement: Statement,
        shelf: Shelf,
        structure: Structure,
        outside: Outside,
        block: int,
        now: int,
        first_day: int,
    ) -> None:
        self.people, self.accounts, self.statement, self.shelf = people, accounts, statement, shelf
        self.structure, self.outside, self.block, self.now, self.first_day = (
            structure,
            outside,
            block,
            now,
            first_day,
        )
        if accounts.count >= ACCOUNTS_PER_BLOCK:
            raise ValueError(f"a block holds at most {ACCOUNTS_PER_BLOCK} accounts, not {accounts.count}")
        self.base = block * ACCOUNTS_PER_BLOCK + 1
        self.numbers = account_numbers(accounts, block)
        self.party_base = people.first + 1

    def _codes(self, products: Ints) -> pa.Array:
        """Product codes of product numbers; -1 is null."""
        codes: list[str | None] = [*(product.code for product in self.shelf.products), None]
        return pa.array([codes[number] for number in products.tolist()], type=pa.string())

    def table(self) -> pa.Table:
        """One row per account; for investments the balances live in ``balances`` (value), not in transactions."""
        get = self.accounts.column
        kind, party, closed, product = get("kind"), get("party"), get("closed"), get("product")
        currency = np.array([*(p.currency for p in self.shelf.products), "CNY"])[product]
        money = ~np.isin(kind, ledger.INVESTMENTS)
        return pa.table(
            {
                "account_id": self.base + np.arange(self.accounts.count),
                "account_no": self.numbers,
                "party_id": self.party_base + party,
                "kind": pa.DictionaryArray.from_arrays(kind.astype(np.int8), list(ACCOUNT_KINDS)),
                "product_code": self._codes(product),
                "currency": currency.tolist(),
                "unit": [self.structure.sub_branches[s] for s in self.people.sub_branch[party].tolist()],
                "status": np.where(closed >= 0, "closed", "open").tolist(),
                "opened_on": dates(get("opened")),
                "closed_on": dates(closed),
                "matures_on": dates(get("matures")),
                "rate_bp": get("rate"),
                "limit": pa.array(get("limit"), mask=get("limit") == 0),
                "opening_balance": pa.array(self.statement.opening, mask=~money),
                "closing_balance": pa.array(self.statement.closing, mask=~money),
            }
        )

    def transactions(self) -> pa.Table:
        """Rows by account and time. ``amount`` is positive, ``direction`` says which way; ``balance_after`` ties."""
        s = self.statement
        local_names = self.people.name[self.accounts.column("party")].tolist()
        outside = len(self.outside.names)
        own = np.isin(s.note, [NOTE_NAMES.index(name) for name in SELF_NOTES])
        place = np.where(s.other >= LOCAL, s.other - LOCAL + outside, s.other)
        named = np.where(own, s.account + outside, place)
        nobody = s.other == ledger.NOBODY
        seconds = s.day * 86_400 + s.second - _UTC_OFFSET
        note = s.note.astype(np.int16)
        kinds = sorted({kind for kind, _ in NOTES.values()})
        kind_of_note = np.array([kinds.index(kind) for kind, _ in NOTES.values()], dtype=np.int8)
        texts = [text for _, text in NOTES.values()]
        return pa.table(
            {
                "transaction_id": self.block * ROWS_PER_BLOCK + 1 + np.arange(len(s.account)),
                "account_id": self.base + s.account,
                "booked_at": pa.array(seconds * 1_000_000).cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC")),
                "booked_on": dates(s.day),
                "direction": pa.DictionaryArray.from_arrays((s.amount < 0).astype(np.int8), ["in", "out"]),
                "amount": np.abs(s.amount),
                "balance_after": s.balance,
                "kind": pa.DictionaryArray.from_arrays(kind_of_note[note], kinds),
                "channel": pa.DictionaryArray.from_arrays(s.channel.astype(np.int8), list(CHANNELS)),
                "description": pa.DictionaryArray.from_arrays(note, texts),
                "counterparty_name": pa.DictionaryArray.from_arrays(
                    pa.array(named.astype(np.int32), mask=nobody), self.outside.names + local_names
                ),
                "counterparty_account": pa.DictionaryArray.from_arrays(
                    pa.array(place.astype(np.int32), mask=nobody), self.outside.accounts + self.numbers
                ),
            }
        )

    def balances(self, investments: Investments) -> pa.Table:
        """Balance at the end of each day on which it changed; for old accounts also the stated opening balance."""
        account, day, amount = ledger.day_ends(self.statement)
        kind, opened = self.accounts.column("kind"), self.accounts.column("opened")
        old = np.flatnonzero((opened < self.first_day) & ~np.isin(kind, ledger.INVESTMENTS))
        return pa.table(
            {
                "account_id": self.base + np.concatenate([old, account, investments.valued_account]),
                "day": dates(np.concatenate([np.full(len(old), self.first_day - 1), day, investments.valued_day])),
                "balance": np.concatenate([self.statement.opening[old], amount, investments.valued_amount]),
            }
        )

    def holdings(self, investments: Investments) -> pa.Table:
        """Positions alive on the evening before loading: quantity in 1/10,000 share, cost and value in cents."""
        t = investments.tranches
        alive = t.closed < 0
        position, slot, first = _group(t.position[alive])
        quantity = np.bincount(slot, weights=t.quantity[alive], minlength=len(position)).astype(np.int64)
        cost = np.bincount(slot, weights=t.cost[alive], minlength=len(position)).astype(np.int64)
        opened = np.full(len(position), np.iinfo(np.int64).max)
        np.minimum.at(opened, slot, t.bought[alive])
        product, account = t.product[alive][first], t.account[alive][first]
        value = quantity * self.shelf.price(product, np.full(len(product), self.now - 1)) // 1_000_000
        return pa.table(
            {
                "holding_id": self.block * ROWS_PER_BLOCK + 1 + position,
                "account_id": self.base + account,
                "party_id": self.party_base + self.accounts.column("party")[account],
                "product_code": self._codes(product),
                "quantity": quantity,
                "cost": cost,
                "value": value,
                "opened_on": dates(opened),
                "matures_on": dates(investments.matures[position]),
            }
        )

    def trades(self, investments: Investments) -> pa.Table:
        """Purchases and redemptions; quantities of a holding add up from its trades."""
        t = investments.tranches
        back = np.flatnonzero(t.closed >= 0)
        every = np.r_[np.arange(len(t.position)), back]
        redeemed = np.arange(len(every)) >= len(t.position)
        day = np.where(redeemed, t.closed[every], t.bought[every])
        amount = np.where(redeemed, proceeds(t, self.shelf)[every], t.cost[every])
        side = np.where(redeemed, SIDES.index("redeem"), t.side[every])
        return pa.table(
            {
                "holding_id": self.block * ROWS_PER_BLOCK + 1 + t.position[every],
                "account_id": self.base + t.account[every],
                "product_code": self._codes(t.product[every]),
                "side": pa.DictionaryArray.from_arrays(side.astype(np.int8), list(SIDES)),
                "traded_on": dates(day),
                "quantity": np.where(redeemed, -t.quantity[every], t.quantity[every]),
                "price": self.shelf.price(t.product[every], day),
                "amount": amount,
            }
        )

    def loans(self, loans: list[Loan]) -> pa.Table:
        account = np.concatenate([loan.account for loan in loans])
        return pa.table(
            {
                "account_id": self.base + account,
                "party_id": self.party_base + np.concatenate([loan.party for loan in loans]),
                "product_code": self._codes(self.accounts.column("product")[account]),
                "principal": np.concatenate([loan.principal for loan in loans]),
                "outstanding": -self.statement.closing[account],
                "rate_bp": np.concatenate([loan.rate for loan in loans]),
                "months": np.concatenate([loan.months for loan in loans]),
                "drawn_on": dates(np.concatenate([loan.drawn for loan in loans])),
                "matures_on": dates(self.accounts.column("matures")[account]),
                "pays_on_day": np.full(len(account), 20),
            }
        )

    def cards(self) -> pa.Table:
        get = self.accounts.column
        cards = np.flatnonzero(get("kind") == ledger.CARD)
        return pa.table(
            {
                "account_id": self.base + cards,
                "party_id": self.party_base + get("party")[cards],
                "product_code": self._codes(get("product")[cards]),
                "card_no": pa.array([self.numbers[i] for i in cards.tolist()], type=pa.string()),
                "credit_limit": get("limit")[cards],
                "owed": -self.statement.closing[cards],
                "statement_day": np.full(len(cards), 5),
                "due_day": np.full(len(cards), 25),
                "opened_on": dates(get("opened")[cards]),
                "expires_on": dates(get("opened")[cards] + 365 * 10),
            }
        )

    def standing_orders(self, investments: Investments, current: Ints, loans: list[Loan]) -> tuple[pa.Table, pa.Table]:
        """Regular investment plans and loan instalments; beside them the debits that failed."""
        plans = investments.plans
        borrower = np.concatenate([loan.party for loan in loans])
        loan_account = np.concatenate([loan.account for loan in loans])
        payer = current[np.r_[plans.party, borrower]]
        count = len(payer)
        kinds = ["investment_plan"] * len(plans.party) + ["loan_payment"] * len(borrower)
        amount = np.r_[plans.amount, np.zeros(len(borrower), np.int64)]
        products = np.r_[plans.product, self.accounts.column("product")[loan_account]]
        order_id = self.block * ACCOUNTS_PER_BLOCK + 1 + np.arange(count)
        orders = pa.table(
            {
                "order_id": order_id,
                "account_id": self.base + payer,
                "kind": pa.array(kinds, type=pa.string()),
                "product_code": self._codes(products),
                "amount": pa.array(amount, mask=amount == 0),
                "day_of_month": np.r_[plans.day_of_month, np.full(len(borrower), 20)],
                "since": dates(np.r_[plans.since, self.accounts.column("opened")[loan_account]]),
            }
        )
        failed = pa.table(
            {
                "order_id": order_id[plans.failed_plan],
                "failed_on": dates(plans.failed_day),
                "reason": pa.array(["insufficient_funds"] * len(plans.failed_day), type=pa.string()),
            }
        )
        return orders, failed


def _group(keys: Ints) -> tuple[Ints, Ints, Ints]:
    """Distinct keys, the slot of each row among them, the first row of each."""
    distinct, first, slot = np.unique(keys, return_index=True, return_inverse=True)
    return distinct, slot, first
