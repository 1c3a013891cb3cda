"""The demonstration bank as a whole: fixed tables once, customers block by block, truth beside them.

``simulate`` holds a bank in memory (thousands of customers); ``simulate_blocks`` streams any size with flat memory.
Amounts are integer cents, days are dates, times UTC. Everything depends on (customers, months, seed, today) only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from kexin.project.demo import balance, business, deposits, income, investments, loans, patterns, spending
from kexin.project.demo.account_tables import AccountTables
from kexin.project.demo.bank_tables import bank_tables, files_table
from kexin.project.demo.calendar_cn import Calendar, day_number, month_starts
from kexin.project.demo.customers import BLOCK, People, build_people
from kexin.project.demo.events import Fate, draw_fates
from kexin.project.demo.ledger import Accounts, Journal, close_journal
from kexin.project.demo.outside import build_outside
from kexin.project.demo.party_tables import PartyTables
from kexin.project.demo.portfolio import plan_lots
from kexin.project.demo.products import Shelf, build_shelf
from kexin.project.demo.relations import relationships
from kexin.project.demo.span import Span
from kexin.project.demo.structure import Structure, build_structure
from kexin.project.demo.told_moves import post_told_moves
from kexin.project.demo.truth import truth_table

Tables = dict[str, pa.Table]
LARGEST = 1_200_000  # identity numbers stay unique up to here
NATURAL_LOTS = 2.4  # accounts a customer beside the current account, cards and loans
WEEKLY_UNTIL = 50_000  # larger banks value investments monthly


@dataclass(frozen=True)
class Bank:
    """What all blocks share."""

    customers: int
    months: int
    seed: int
    today: date
    structure: Structure
    calendar: Calendar
    shelf: Shelf
    span: Span
    transactions_per_account: float | None = None
    accounts_per_customer: float | None = None


@dataclass(frozen=True)
class DemoBank:
    """A bank in memory: ``tables`` by name, see docs of each table in its module."""

    bank: Bank
    tables: Tables = field(repr=False)

    def digest(self) -> str:
        """SHA-256 over all tables: two runs with the same parameters agree in every value."""
        return digest(self.tables)


def digest(tables: Tables) -> str:
    sink = hashlib.sha256()
    for name in sorted(tables):
        table = tables[name].combine_chunks()
        sink.update(f"{name}:{table.schema.names}:{table.num_rows}".encode())
        for column in table.columns:
            plain = column.combine_chunks()
            if pa.types.is_dictionary(plain.type):
                plain = plain.cast(plain.type.value_type)
            for buffer in plain.buffers():
                if buffer is not None:
                    sink.update(memoryview(buffer))
    return sink.hexdigest()


def prepare(
    customers: int,
    months: int,
    seed: int,
    today: date,
    transactions_per_account: float | None = None,
    accounts_per_customer: float | None = None,
) -> Bank:
    """Structure, calendar and shelf of a bank; raises ValueError for sizes that cannot be made.

    The two averages are for benchmarks (1,000,000 customers, 2 accounts each, 25 postings each); without them the
    bank is as lively as a real one: about three accounts a customer, closed deposits included.
    """
    if not 3 <= customers <= LARGEST:
        raise ValueError(f"customers must be between 3 and {LARGEST:,}, not {customers:,}")
    if not 3 <= months <= 60:
        raise ValueError(f"months must be between 3 and 60, not {months}")
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    first = date(year, month + 1, 1)
    calendar = Calendar(today - timedelta(days=4_600), today + timedelta(days=4_000))
    now = day_number(today)
    starts = month_starts(first, months + 1).astype(np.int64)
    span = Span(day_number(first), now, starts[starts < now])
    shelf = build_shelf(today, calendar)
    structure = build_structure(customers, seed, today)
    return Bank(
        customers,
        months,
        seed,
        today,
        structure,
        calendar,
        shelf,
        span,
        transactions_per_account,
        accounts_per_customer,
    )


def simulate(
    customers: int = 2_000,
    months: int = 24,
    seed: int = 7,
    today: date | None = None,
    transactions_per_account: float | None = None,
) -> DemoBank:
    """Simulate a whole bank in memory up to the evening before ``today`` (default: the machine's date)."""
    bank = prepare(customers, months, seed, today or date.today(), transactions_per_account)
    blocks = list(simulate_blocks(bank))
    tables = {name: pa.concat_tables([block[name] for block in blocks]) for name in blocks[0]}
    for name, table in tables.items():
        tables[name] = table.unify_dictionaries()
    return DemoBank(bank, {**bank_tables(bank.structure, bank.shelf, bank.span.first, bank.span.now), **tables})


def simulate_blocks(bank: Bank) -> Iterator[Tables]:
    """The customers' tables of a bank, at most 2,000 customers at a time."""
    blocks = -(-bank.customers // BLOCK)
    for block in range(blocks):
        yield simulate_block(bank, block)


def simulate_block(bank: Bank, block: int) -> Tables:
    """The tables of one block; independent of all other blocks."""
    rng = np.random.default_rng([bank.seed, 100, block])
    first = block * BLOCK
    size = min(BLOCK, bank.customers - first)
    blocks = -(-bank.customers // BLOCK)
    people = build_people(rng, first, size, bank.structure, bank.today, bank.span.first)
    particulars = PartyTables(rng, people, bank.structure, bank.today, block, blocks)
    fate = draw_fates(rng, people, bank.structure, bank.today, bank.span.first)
    accounts = Accounts()
    journal = Journal(accounts)
    made = _live(rng, bank, people, fate, accounts, journal)
    statement = close_journal(journal, bank.span.first, bank.span.now)
    world = build_outside(bank.seed)
    books = AccountTables(
        people, accounts, statement, bank.shelf, bank.structure, world, block, bank.span.now, bank.span.first
    )
    orders, failed = books.standing_orders(made.investments, made.current, made.loans)
    parties = particulars.parties(fate)
    return {
        "parties": parties,
        "documents": particulars.documents(),
        "contacts": particulars.contacts(),
        "addresses": particulars.addresses(),
        "lead_managers": particulars.lead_history(fate),
        "relationships": relationships(rng, people, made.loans[2:], bank.span.now),
        "accounts": books.table(),
        "transactions": books.transactions(),
        "balances": books.balances(made.investments),
        "holdings": books.holdings(made.investments),
        "trades": books.trades(made.investments),
        "loans": books.loans(made.loans),
        "cards": books.cards(),
        "standing_orders": orders,
        "failed_debits": failed,
        "files": files_table(rng, people, bank.span.now),
        "truth": truth_table(
            people, fate, made.investments.plans, particulars.customer_no, bank.span.now, bank.span.first
        ),
    }


@dataclass(frozen=True)
class _Made:
    current: np.typing.NDArray[np.int64]
    investments: investments.Investments
    loans: list[loans.Loan]


def _live(
    rng: np.random.Generator, bank: Bank, people: People, fate: Fate, accounts: Accounts, journal: Journal
) -> _Made:
    """Let money move: placements, income and duties, everyday life, told events; last the transfers that balance."""
    shelf, calendar, span = bank.shelf, bank.calendar, bank.span
    wanted = bank.accounts_per_customer
    holders = 1.0 if wanted is None else float(np.clip((wanted - 1.36) / NATURAL_LOTS, 0, 1))
    lots, aim = plan_lots(rng, people, fate, shelf, calendar, bank.today, span.first, holders)
    current = balance.open_currents(people, accounts, fate, shelf.index("DEP-CUR"), span)
    deposits.post_deposits(rng, lots, current, accounts, journal, shelf, span.first)
    weekly = bank.customers <= WEEKLY_UNTIL
    invested = investments.post_investments(
        rng, people, fate, lots, current, accounts, journal, shelf, calendar, span.first, span.now, weekly
    )
    card = spending.open_cards(rng, people, fate, accounts, shelf, span)
    borrowed = [loans.post_mortgages(rng, people, fate, current, accounts, journal, shelf, calendar, span)]
    borrowed += loans.post_small_loans(rng, people, fate, current, accounts, journal, shelf, calendar, span)
    income.post_wages(rng, people, fate, current, journal, calendar, span)
    income.post_pensions(rng, people, fate, current, journal, calendar, span)
    income.post_household_bills(rng, people, fate, current, journal, calendar, span)
    spending.post_feasts(rng, people, fate, current, journal, span)
    patterns.post_patterns(rng, people, fate, current, journal, span)
    patterns.post_life_events(rng, people, fate, current, journal, span)
    scale = _thinning(bank, people, accounts, journal)
    business.post_business(rng, people, fate, current, journal, calendar, span, scale)
    spending.post_spending(rng, people, fate, current, card, journal, span, scale)
    spending.post_card_life(rng, people, fate, current, card, journal, span)
    balance.post_balancing(rng, people, fate, current, aim, journal, span)
    post_told_moves(people, fate, current, bank.structure.lin_post, journal, span)
    products = shelf.index("DEP-USD"), shelf.index("DEP-HKD")
    balance.post_foreign(rng, people, fate, accounts, journal, products, span)
    return _Made(current, invested, borrowed)


def _thinning(bank: Bank, people: People, accounts: Accounts, journal: Journal) -> float:
    """Factor on the number of everyday postings so that the average per account is as asked (never below 2 %)."""
    if bank.transactions_per_account is None:
        return 1.0
    months = (bank.span.now - bank.span.first) / 30.4375
    everyday = people.size * months * 10.6
    posted = len(journal.columns()[0]) + people.size * months * 0.9  # with the balancing, interest and card payments
    return float(np.clip((bank.transactions_per_account * accounts.count - posted) / everyday, 0.02, 10.0))
