"""Stated balances beside the ledger, unchanged: by day, then on the account, then in the customer's assets.

Which of several bookings of one day was the last decides the stated balance of the day. ``same_day: file`` (the
default) takes the last in the file; ``same_day: chain`` takes the one whose stated balance no other booking of that
day starts from, within ``tolerance``, for sources that keep no order within a day.

All of it happens when a file is through, two portions at a time, and may be done again: it writes only what differs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection, transaction

from kexin.core.imports.importable import Load
from kexin.core.imports.keys import checked_already
from kexin.core.imports.staging import run
from kexin.holdings.assets import portions
from kexin.holdings.aum.follow import after_load, customers_since
from kexin.holdings.importing.gaps import report_gaps
from kexin.holdings.importing.ranges import account_ranges, two_at_a_time

SORTING = "64MB"  # memory for sorting a month, in each of two sessions; what does not fit goes to the disk


def begin_ledger(load: Load, mark: dict[str, Any]) -> None:
    """Note the last booking before this load: what is younger is ours, also after an interruption."""
    if "after_id" not in mark:
        last = run("SELECT coalesce(max(id), 0) FROM holdings_transaction").fetchone()
        mark["after_id"] = last[0] if last else 0


def close_ledger(load: Load, mark: dict[str, Any]) -> dict[str, Any]:
    """State the days' balances, bring accounts and assets up to date, and report gaps where the profile wants it."""
    if mark["created"]:
        months = _months(mark["after_id"])
        two_at_a_time([partial(_state_month, load, mark["after_id"], month) for month in months])
        if months:
            first, until = months[0], _next(months[-1])
            two_at_a_time(
                [
                    partial(_in_own_transaction, load, partial(_update_accounts, load.source, low, high, first, until))
                    for low, high in account_ranges(load.source)
                ]
            )
        two_at_a_time(portions())
        after_load(customers_since(mark["after_id"]), months[0] if months else None)
    if load.options.get("report_gaps") == "true":
        return {"balance_gaps": report_gaps(load)}
    return {}


def _months(after_id: int) -> list[dt.date]:
    """The months that got bookings, by their first days, in order.

    Asked of the ledger month by month, as every role may; nobody but its owner may read a month's table itself.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'holdings_transaction'::regclass ORDER BY 1"
        )
        names = [name.rpartition("_")[2] for (name,) in cursor.fetchall()]
        months = [dt.date(int(name[:4]), int(name[4:]), 1) for name in names if name.isdigit()]
        found = set()
        for month in months:
            cursor.execute(
                "SELECT 1 FROM holdings_transaction WHERE booked_on >= %s AND booked_on < %s AND id > %s LIMIT 1",
                [month, _next(month), after_id],
            )
            if cursor.fetchone():
                found.add(month)
        cursor.execute(
            "SELECT DISTINCT date_trunc('month', booked_on)::date FROM holdings_transaction_default WHERE id > %s",
            [after_id],
        )
        found.update(day for (day,) in cursor.fetchall())
    return sorted(found)


def _next(month: dt.date) -> dt.date:
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def _in_own_transaction(load: Load, step: Callable[[], None]) -> None:
    with transaction.atomic():
        run(
            "SELECT set_config('kexin.actor', %s, true), set_config('kexin.operation', 'core.import', true),"
            " set_config('work_mem', %s, true)",
            [load.actor.name, SORTING],
        )
        step()


def _state_month(load: Load, after_id: int, month: dt.date) -> None:
    _in_own_transaction(load, partial(_state_balances, load.options, after_id, month))


def _state_balances(options: dict[str, Any], after_id: int, month: dt.date) -> None:
    """The stated balance at the end of every day of a month that got bookings: in the order of the index, set-based.

    In a month without older bookings no day needs to be looked for, in one without balances none can be in the way.
    """
    until = _next(month)
    values: list[object] = [month, until]
    wanted = ""
    if _exists(
        "SELECT FROM holdings_transaction WHERE booked_on >= %s AND booked_on < %s AND id <= %s", *values, after_id
    ):
        wanted = (
            " AND (t.account_id, t.booked_on) IN (SELECT account_id, booked_on FROM holdings_transaction"
            " WHERE id > %s AND booked_on >= %s AND booked_on < %s)"
        )
        values += [after_id, month, until]
    conflict = ""
    if _exists("SELECT FROM holdings_balance WHERE day >= %s AND day < %s", month, until):
        conflict = (
            " ON CONFLICT (account_id, day) DO UPDATE SET balance = EXCLUDED.balance"
            " WHERE holdings_balance.balance IS DISTINCT FROM EXCLUDED.balance"
        )
    order = "t.id DESC"
    if options.get("same_day", "file") == "chain":
        order = (
            "EXISTS (SELECT FROM holdings_transaction y WHERE y.account_id = t.account_id AND y.booked_on = t.booked_on"
            " AND y.id <> t.id AND abs(y.balance_after - CASE y.direction WHEN 'in' THEN y.amount ELSE -y.amount END"
            " - t.balance_after) <= %s), t.id DESC"
        )
        values.append(str(options.get("tolerance", "0")))
    with checked_already():  # the accounts have bookings: their foreign key holds them
        run(
            "INSERT INTO holdings_balance (account_id, day, balance)"  # noqa: S608
            " SELECT DISTINCT ON (t.account_id, t.booked_on) t.account_id, t.booked_on, t.balance_after"
            " FROM holdings_transaction t"
            f" WHERE t.booked_on >= %s AND t.booked_on < %s AND t.balance_after IS NOT NULL{wanted}"
            f" ORDER BY t.account_id, t.booked_on, {order}{conflict}",
            values,
        )


def _exists(query: str, *values: object) -> bool:
    found = run(f"SELECT EXISTS ({query})", values).fetchone()
    return bool(found and found[0])


def _update_accounts(source: str, low: int, high: int, first: dt.date, until: dt.date) -> None:
    """An account's balance is the last stated one of the months loaded; a younger one that is known already stays."""
    run(
        "UPDATE holdings_account a SET balance = b.balance, balance_on = b.day FROM ("
        " SELECT DISTINCT ON (account_id) account_id, day, balance FROM holdings_balance"
        " WHERE account_id BETWEEN %s AND %s AND day >= %s AND day < %s ORDER BY account_id, day DESC) b"
        " WHERE a.id = b.account_id AND a.source = %s AND (a.balance_on IS NULL OR a.balance_on <= b.day)"
        " AND ROW(a.balance, a.balance_on) IS DISTINCT FROM ROW(b.balance, b.day)",
        [low, high, first, until, source],
    )
