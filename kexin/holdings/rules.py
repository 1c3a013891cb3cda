"""What accounts and holdings mean in figures: pure functions, no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kexin.holdings.choices import AccountKind, AccountRole, AccountStatus

LIABILITIES = frozenset({AccountKind.CARD, AccountKind.LOAN})
INVESTMENTS = frozenset({AccountKind.WEALTH, AccountKind.FUND, AccountKind.INSURANCE, AccountKind.GOLD})
_ONE = dt.timedelta(days=1)


class AssetClass(TextChoices):
    """What the ring of assets is divided into; products of other classes stand under *other*."""

    DEPOSIT = "deposit", _("Deposits")
    STRUCTURED = "structured", _("Structured deposits")
    WEALTH = "wealth", _("Bank wealth products")
    FUND = "fund", _("Funds")
    INSURANCE = "insurance", _("Insurance")
    GOLD = "gold", _("Gold accumulation")
    OTHER = "other", _("Other assets")


_CLASSES = {
    "current": AssetClass.DEPOSIT,
    "time_deposit": AssetClass.DEPOSIT,
    "certificate": AssetClass.DEPOSIT,
    "structured": AssetClass.STRUCTURED,
    "wealth": AssetClass.WEALTH,
    "fund": AssetClass.FUND,
    "insurance": AssetClass.INSURANCE,
    "gold": AssetClass.GOLD,
}


def asset_class(kind: str) -> AssetClass:
    """The class of an account kind or a product class (they share their codes)."""
    return _CLASSES.get(kind, AssetClass.OTHER)


def counts_as_asset(kind: str, status: str, role: str) -> bool:
    """Does an account belong to the assets of the customer who has this role?

    A joint account counts once, for its first owner; what one may merely dispose of counts for nobody else.
    """
    return kind not in LIABILITIES and status != AccountStatus.CLOSED and role == AccountRole.OWNER


def holding_period_return(cost: Decimal, market_value: Decimal) -> Decimal | None:
    """持有期收益率 in percent: market value against cost, not annualised; None where nothing was paid."""
    if cost <= 0:
        return None
    return ((market_value / cost - 1) * 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def points_back(today: dt.date, months: int, count: int = 52) -> list[dt.date]:
    """``count + 1`` days at even distance from about ``months`` months ago to today, oldest first."""
    step = step_of(months, count)
    return [today - _ONE * step * n for n in range(count, -1, -1)]


def step_of(months: int, count: int = 52) -> int:
    """Days between two points of a line over ``months`` months: 7 for a year, 14 for two."""
    return max(1, round(months * 30.4375 / count))


def filled_forward(
    days: Sequence[dt.date],
    stated: Mapping[dt.date, Decimal],
    *,
    opened_on: dt.date | None,
    closed_on: dt.date | None,
    balance: Decimal,
) -> list[Decimal | None]:
    """The balance of one account on each of ``days``: the last one stated until then.

    Nought before the opening and from the closing on. An account without any stated day has the present balance since
    its opening. None where the account existed and nothing is known: a gap is shown as a gap, not as nought.
    """
    known = sorted(stated)
    result: list[Decimal | None] = []
    position, last = 0, None if known else balance
    for day in days:
        while position < len(known) and known[position] <= day:
            last = stated[known[position]]
            position += 1
        before = opened_on is not None and day < opened_on
        after = closed_on is not None and day >= closed_on
        result.append(Decimal(0) if before or after else last)
    return result


def summed(lines: Iterable[Sequence[Decimal | None]], length: int) -> list[Decimal | None]:
    """Point by point; None wherever one of the summands is unknown."""
    total: list[Decimal | None] = [Decimal(0)] * length
    for line in lines:
        total = [None if a is None or b is None else a + b for a, b in zip(total, line, strict=True)]
    return total
