"""Loans in equal instalments: mortgages, consumer loans, business loans."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kexin.project.demo import ledger, outside
from kexin.project.demo.calendar_cn import Calendar
from kexin.project.demo.customers import WAN, YUAN, Ints, People
from kexin.project.demo.events import Fate
from kexin.project.demo.ledger import LOCAL, Accounts, Journal
from kexin.project.demo.products import Shelf
from kexin.project.demo.span import Span, present


@dataclass(frozen=True)
class Loan:
    account: Ints
    party: Ints
    principal: Ints
    rate: Ints  # per cent × 100
    months: Ints
    drawn: Ints


def post_mortgages(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    accounts: Accounts,
    journal: Journal,
    shelf: Shelf,
    calendar: Calendar,
    span: Span,
) -> Loan:
    """Equal instalments on the 20th; the loan account feels the principal, the current account the whole."""
    age = (span.now - people.born) / 365.2425
    buys = fate.home_purchase < span.now
    fit = people.person & ~people.prospect & (age > 26) & (age < 58) & (fate.leave_reason < 0) & ~fate.dormant
    fit &= people.income >= 5_000 * YUAN
    party = np.flatnonzero(fit & (buys | (rng.random(people.size) < 0.13)))
    count = len(party)
    principal = np.clip(people.income[party] * rng.uniform(70, 150, count), 40 * WAN, 350 * WAN).astype(np.int64)
    principal = principal // WAN * WAN
    low, high = shelf.rates["loan_rates"]["mortgage"]
    rate = rng.integers(round(low * 20), round(high * 20) + 1, count) * 5
    months = rng.choice([240, 300, 360], size=count)
    drawn = np.maximum(span.first - rng.integers(40, 3_000, count), people.admitted[party])
    drawn = np.where(buys[party], np.minimum(fate.home_purchase[party] + 25, span.now - 3), drawn)
    loan = _open_loans(accounts, "LN-HOUSE", shelf, party, principal, rate, months, drawn, span)
    fresh = drawn >= span.first
    journal.post(
        loan.account[fresh],
        drawn[fresh],
        36_000,
        -principal[fresh],
        "drawdown",
        ledger.COUNTER,
        outside.DEVELOPER,
    )
    _post_instalments(rng, loan, people, fate, current, journal, calendar, span, "mortgage")
    return loan


def post_small_loans(
    rng: np.random.Generator,
    people: People,
    fate: Fate,
    current: Ints,
    accounts: Accounts,
    journal: Journal,
    shelf: Shelf,
    calendar: Calendar,
    span: Span,
) -> list[Loan]:
    """Consumer loans of persons, business loans of firms; drawn to the current account, paid back monthly."""
    age = (span.now - people.born) / 365.2425
    fit = people.person & ~people.prospect & (age > 24) & (age < 56) & (fate.leave_reason < 0) & (fate.pattern < 0)
    firms = ~people.person & (people.owner >= 0)
    loans = []
    for code, pool, chance, low, high, terms, rates in (
        ("LN-CONS", fit & ~fate.dormant, 0.035, 3, 20, (24, 36), "consumer"),
        ("LN-MICRO", firms, 0.18, 20, 200, (24, 36), "business"),
        ("LN-WORK", firms, 0.08, 80, 400, (24, 36), "working_capital"),
    ):
        party = np.flatnonzero(pool & (rng.random(people.size) < chance))
        count = len(party)
        principal = rng.integers(low, high + 1, count) * WAN
        rate_low, rate_high = shelf.rates["loan_rates"][rates]
        rate = rng.integers(round(rate_low * 20), round(rate_high * 20) + 1, count) * 5
        months = rng.choice(terms, size=count)
        drawn = np.maximum(span.now - rng.integers(20, 700, count), people.admitted[party] + 5)
        loan = _open_loans(accounts, code, shelf, party, principal, rate, months, drawn, span)
        fresh = drawn >= span.first
        journal.move(
            loan.account[fresh],
            current[party[fresh]],
            drawn[fresh],
            37_000,
            principal[fresh],
            "drawdown",
            ledger.COUNTER,
        )
        _post_instalments(rng, loan, people, fate, current, journal, calendar, span, "loan")
        loans.append(loan)
    return loans


def _open_loans(
    accounts: Accounts,
    code: str,
    shelf: Shelf,
    party: Ints,
    principal: Ints,
    rate: Ints,
    months: Ints,
    drawn: Ints,
    span: Span,
) -> Loan:
    passed = np.clip((span.first - drawn) // 30.4375, 0, months).astype(np.int64)
    outstanding = np.where(drawn < span.first, _outstanding(principal, rate, months, passed), 0)
    account = accounts.add(
        ledger.LOAN,
        party,
        drawn,
        matures=drawn + (months * 30.4375).astype(np.int64),
        product=shelf.index(code),
        rate=rate,
        opening=-outstanding,
        limit=principal,
    )
    return Loan(account, party, principal, rate, months, drawn)


def _outstanding(principal: Ints, rate: Ints, months: Ints, passed: Ints) -> Ints:
    """Principal left after ``passed`` equal instalments (closed form)."""
    monthly = rate / 120_000
    growth = (1 + monthly) ** months
    left = principal * (growth - (1 + monthly) ** passed) / (growth - 1)
    return np.round(left).astype(np.int64)


def _post_instalments(
    rng: np.random.Generator,
    loan: Loan,
    people: People,
    fate: Fate,
    current: Ints,
    journal: Journal,
    calendar: Calendar,
    span: Span,
    note: str,
) -> None:
    row, _, day = span.grid(loan.party, 20)
    party = loan.party[row]
    passed = np.clip((span.first - loan.drawn) // 30.4375, 0, loan.months).astype(np.int64)
    keep = (day > loan.drawn[row] + 15) & present(people, fate, party, day, span)
    row, day, party = row[keep], day[keep], party[keep]
    first_of_row = np.r_[True, row[1:] != row[:-1]] if len(row) else np.array([], bool)
    starts = np.flatnonzero(first_of_row)
    number = np.arange(len(row)) - np.repeat(starts, np.diff(np.r_[starts, len(row)])) + passed[row]
    before = _outstanding(loan.principal[row], loan.rate[row], loan.months[row], np.minimum(number, loan.months[row]))
    after = _outstanding(
        loan.principal[row], loan.rate[row], loan.months[row], np.minimum(number + 1, loan.months[row])
    )
    part = before - after
    interest = np.round(before * loan.rate[row] / 120_000).astype(np.int64)
    paying = part > 0
    row, day, party, part, interest = row[paying], day[paying], party[paying], part[paying], interest[paying]
    journal.post(current[party], day, 7_200, -(part + interest), note, ledger.BATCH, LOCAL + loan.account[row])
    journal.post(loan.account[row], day, 7_201, part, note, ledger.BATCH, LOCAL + current[party])
