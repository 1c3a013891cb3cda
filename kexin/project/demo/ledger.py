"""Accounts and their journal: postings as columns, balances as exact chains of integer cents.

Liabilities (loans, cards) have balances at or below zero, so one rule holds everywhere:
opening balance + sum of signed amounts = closing balance.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

ACCOUNT_KINDS = (
    "current",
    "time_deposit",
    "certificate",
    "structured",
    "treasury",
    "wealth",
    "fund",
    "insurance",
    "gold",
    "trust",
    "loan",
    "card",
)
CURRENT, TIME, CERTIFICATE, STRUCTURED, TREASURY, WEALTH, FUND, INSURANCE, GOLD, TRUST, LOAN, CARD = range(12)
INVESTMENTS = (WEALTH, FUND, INSURANCE, GOLD, TRUST)

# note -> (kind of transaction, text on the statement)
NOTES: dict[str, tuple[str, str]] = {
    "opening": ("deposit", "开户存入"),
    "salary": ("payroll", "代发工资"),
    "bonus": ("payroll", "代发年终奖"),
    "pension": ("pension", "养老金"),
    "interest": ("interest", "结息"),
    "maturity": ("maturity", "到期本息转入"),
    "early": ("maturity", "提前支取"),
    "place": ("placement", "转存定期"),
    "subscribe": ("subscription", "申购理财基金"),
    "redeem": ("redemption", "赎回款到账"),
    "premium": ("premium", "保险续期保费"),
    "plan": ("plan", "基金定投扣款"),
    "gold": ("subscription", "积存金买入"),
    "mortgage": ("loan_payment", "按揭还款"),
    "loan": ("loan_payment", "贷款还款"),
    "drawdown": ("loan_drawdown", "贷款发放"),
    "card_payment": ("card_payment", "信用卡还款"),
    "card_spend": ("card_spend", "信用卡消费"),
    "card_interest": ("interest", "信用卡循环利息"),
    "card_fee": ("fee", "信用卡年费"),
    "rent": ("transfer", "房租"),
    "tuition": ("transfer", "学费"),
    "utilities": ("direct_debit", "代扣水电燃气"),
    "dining": ("payment", "餐饮消费"),
    "grocery": ("payment", "超市消费"),
    "travel": ("payment", "交通出行"),
    "online": ("payment", "网上购物"),
    "medical": ("payment", "医疗药品"),
    "fuel": ("payment", "加油充电"),
    "leisure": ("payment", "文娱休闲"),
    "festival_online": ("payment", "双十一购物"),
    "baby": ("payment", "母婴用品"),
    "cash_out": ("cash_withdrawal", "现金支取"),
    "cash_in": ("cash_deposit", "现金存入"),
    "red_packet": ("transfer", "春节红包"),
    "family": ("transfer", "家用"),
    "to_other_bank": ("transfer", "转账至本人他行账户"),
    "from_other_bank": ("transfer", "本人他行账户转入"),
    "transfer": ("transfer", "转账"),
    "home": ("transfer", "购房首付款"),
    "abroad": ("transfer", "境外学费购汇"),
    "inheritance": ("transfer", "继承款"),
    "sales": ("business_receipt", "货款收入"),
    "supplies": ("business_payment", "货款支付"),
    "tax": ("tax", "缴税"),
    "wages": ("payroll_batch", "代发工资批量扣款"),
    "fee": ("fee", "手续费"),
    "close": ("closing", "销户转出"),
}
NOTE_NAMES = tuple(NOTES)
SELF_NOTES = ("from_other_bank", "to_other_bank", "close")  # the other side is the same person elsewhere
CHANNELS = ("counter", "mobile", "online", "atm", "pos", "quick_pay", "batch", "smart_counter")
COUNTER, MOBILE, ONLINE, ATM, POS, QUICK, BATCH, SMART = range(8)
LOCAL = 1 << 20  # counterparties from here on are accounts of the same block
NOBODY = -1


@dataclass
class Accounts:
    """Growing columns of the accounts of one block."""

    columns: dict[str, list[Ints]] = field(default_factory=dict)
    count: int = 0

    def add(self, kind: int, party: npt.ArrayLike, opened: npt.ArrayLike, **more: npt.ArrayLike) -> Ints:
        """Append accounts; returns their numbers within the block."""
        parties = np.asarray(party, dtype=np.int64)
        number = len(parties)
        values: dict[str, npt.ArrayLike] = {
            "kind": kind,
            "party": parties,
            "opened": opened,
            "closed": -1,
            "matures": -1,
            "product": -1,
            "rate": 0,
            "opening": 0,
            "limit": 0,
            **more,
        }
        for name, value in values.items():
            column = np.broadcast_to(np.asarray(value, dtype=np.int64), (number,)).copy()
            self.columns.setdefault(name, []).append(column)
        self.count += number
        return np.arange(self.count - number, self.count)

    def column(self, name: str) -> Ints:
        parts = self.columns[name]
        if len(parts) > 1:
            self.columns[name] = parts = [np.concatenate(parts)]
        return parts[0]


@dataclass
class Journal:
    """Postings of one block. ``amount`` is signed as the account feels it (cents), ``second`` is local time of day."""

    accounts: Accounts
    parts: list[tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints]] = field(default_factory=list)

    def post(
        self,
        account: npt.ArrayLike,
        day: npt.ArrayLike,
        second: npt.ArrayLike,
        amount: npt.ArrayLike,
        note: str | npt.ArrayLike,
        channel: npt.ArrayLike,
        other: npt.ArrayLike = NOBODY,
    ) -> None:
        if isinstance(note, str):
            note = NOTE_NAMES.index(note)
        number = len(np.asarray(account))
        if number:
            columns = (account, day, second, amount, note, channel, other)
            wide = [np.broadcast_to(np.asarray(c, dtype=np.int64), (number,)) for c in columns]
            self.parts.append((wide[0], wide[1], wide[2], wide[3], wide[4], wide[5], wide[6]))

    def move(
        self,
        source: Ints,
        target: Ints,
        day: npt.ArrayLike,
        second: npt.ArrayLike,
        amount: npt.ArrayLike,
        note: str,
        channel: npt.ArrayLike,
        arriving: str | None = None,
    ) -> None:
        """Both legs between two accounts of the block; ``amount`` positive."""
        value = np.asarray(amount)
        self.post(source, day, second, -value, note, channel, LOCAL + target)
        self.post(target, day, np.asarray(second) + 1, value, arriving or note, channel, LOCAL + source)

    def columns(self) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints]:
        """Everything posted so far, in order of posting: account, day, second, amount, note, channel, other."""
        if len(self.parts) != 1:
            nothing = np.array([], dtype=np.int64)
            joined = [np.concatenate([nothing, *(part[i] for part in self.parts)]) for i in range(7)]
            self.parts = [(joined[0], joined[1], joined[2], joined[3], joined[4], joined[5], joined[6])]
        return self.parts[0]


@dataclass(frozen=True)
class Statement:
    """A closed journal: sorted by account and time, with the balance after each posting."""

    account: Ints
    day: Ints
    second: Ints
    amount: Ints
    balance: Ints
    note: Ints
    channel: Ints
    other: Ints
    opening: Ints  # per account
    closing: Ints  # per account


def interest_days(first_day: int, now: int) -> Ints:
    """The 21st of March, June, September and December, when current accounts are credited."""
    low, high = (np.datetime64(day, "D").astype("datetime64[M]") for day in (first_day, now))
    months = np.arange(low, high + 1, dtype="datetime64[M]")
    quarter = months[(months.astype(np.int64) % 12) % 3 == 2]
    days = quarter.astype("datetime64[D]").astype(np.int64) + 20
    return days[(days > first_day) & (days < now)]


def close_journal(journal: Journal, first_day: int, now: int) -> Statement:
    """Make balances possible, credit interest, empty closed accounts, then sum up exactly.

    Where a current account would fall below zero, its opening balance (or first deposit) is raised by what lacks:
    the whole history of the account shifts, no posting is invented.
    """
    accounts = journal.accounts
    opening = accounts.column("opening").copy()
    kind, rate, closed = accounts.column("kind"), accounts.column("rate"), accounts.column("closed")
    current = kind == CURRENT
    _lift(journal, opening, current, accounts.column("opened"), first_day)
    previous = first_day
    account, day, _, amount, *_ = journal.columns()
    for credited in interest_days(first_day, now):
        weight = np.where(day < credited, amount, 0).astype(np.float64)
        held = np.clip(credited - np.maximum(day, previous), 0, None)
        product = np.bincount(account, weights=weight * held, minlength=accounts.count).astype(np.float64)
        product = product + opening * float(credited - previous)
        cents = np.floor(np.maximum(product, 0) * rate / 10_000 / 360).astype(np.int64)
        paid = np.flatnonzero(current & (cents > 0) & ((closed < 0) | (closed > credited)))
        journal.post(paid, credited, 3_600, cents[paid], "interest", BATCH)
        previous = credited
    account, _, _, amount, *_ = journal.columns()
    total = opening + _sums(account, amount, accounts.count)
    ended = np.flatnonzero(current & (closed >= 0) & (total > 0))
    journal.post(ended, closed[ended], 61_200, -total[ended], "close", COUNTER)
    account, day, second, amount, note, channel, other = journal.columns()
    order = np.lexsort((second, day, account))
    account, amount = account[order], amount[order]
    return Statement(
        account,
        day[order],
        second[order],
        amount,
        _running(account, amount, opening),
        note[order],
        channel[order],
        other[order],
        opening,
        opening + _sums(account, amount, accounts.count),
    )


def _lift(journal: Journal, opening: Ints, current: npt.NDArray[np.bool_], opened: Ints, first_day: int) -> None:
    account, day, second, amount, *_ = journal.columns()
    order = np.lexsort((second, day, account))
    rows, values = account[order], amount[order]
    lowest = np.zeros(len(opening), np.int64)
    np.minimum.at(lowest, rows, _running(rows, values, opening))
    lack = np.where(current, -np.minimum(lowest, 0), 0)
    lack = (lack + 9_999) // 10_000 * 10_000
    old = opened < first_day
    opening += np.where(old, lack, 0)
    young = np.flatnonzero(~old & (lack > 0))
    first_row = np.searchsorted(rows, young)
    raised = amount.copy()
    raised[order[first_row]] += lack[young]
    only = journal.parts[0]
    journal.parts = [(only[0], only[1], only[2], raised, only[4], only[5], only[6])]


def _sums(account: Ints, amount: Ints, count: int) -> Ints:
    result = np.zeros(count, np.int64)
    np.add.at(result, account, amount)
    return result


def _running(account: Ints, amount: Ints, opening: Ints) -> Ints:
    """Balance after each row; rows sorted by account."""
    if not len(account):
        return amount.copy()
    total = np.cumsum(amount)
    first = np.flatnonzero(np.r_[True, account[1:] != account[:-1]])
    before = total[first] - amount[first]
    lengths = np.diff(np.r_[first, len(account)])
    return total - np.repeat(before, lengths) + opening[account]


def day_ends(statement: Statement) -> tuple[Ints, Ints, Ints]:
    """Account, day and balance at the end of each day on which it moved."""
    account, day = statement.account, statement.day
    if not len(account):
        return account, day, statement.balance
    last = np.r_[(account[1:] != account[:-1]) | (day[1:] != day[:-1]), True]
    return account[last], day[last], statement.balance[last]
