"""Months, and the spans of months that one version of the AUM policy governs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kexin.core.policy import PolicyMissing, in_force
from kexin.holdings.policies import AumPolicy

ONE = dt.timedelta(days=1)


def month_of(day: dt.date) -> dt.date:
    """The first day of a day's month."""
    return day.replace(day=1)


def months_before(month: dt.date, count: int) -> dt.date:
    """The month ``count`` months earlier (later where negative), by its first day."""
    number = month.year * 12 + month.month - 1 - count
    return dt.date(number // 12, number % 12 + 1, 1)


def months_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Months that hold the days from ``first`` to ``last``, by their first days."""
    found, month = [], month_of(first)
    while month <= last:
        found.append(month)
        month = months_before(month, -1)
    return found


def last_day(month: dt.date) -> dt.date:
    """The last day of a month."""
    return months_before(month, -1) - ONE


@dataclass(frozen=True, slots=True)
class Era:
    """Neighbouring months under the same numbers: ``first`` is a first of a month, ``last`` the last day counted."""

    first: dt.date
    last: dt.date
    policy: AumPolicy


def eras(first: dt.date, last: dt.date) -> list[Era]:
    """The span from the month of ``first`` to ``last`` (inclusive), cut where the policy changes.

    A month goes by the version in force on its last day (the running month: on ``last``); what nobody had approved
    then goes by the oldest version that exists.
    """
    found: list[Era] = []
    waiting: list[dt.date] = []
    for month in months_between(first, last):
        try:
            policy = in_force(AumPolicy, min(last_day(month), last))
        except PolicyMissing:
            waiting.append(month)
            continue
        start = waiting[0] if waiting else month
        waiting = []
        until = min(last_day(month), last)
        if found and found[-1].policy.policy_version == policy.policy_version:
            found[-1] = Era(found[-1].first, until, policy)
        else:
            found.append(Era(start, until, policy))
    if waiting:
        in_force(AumPolicy, last)  # says what is missing
    return found
