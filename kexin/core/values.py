"""Values with a unit: Money, Percentage, Duration. Exact, immutable, never a float."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from functools import total_ordering
from typing import Final

from django.utils.translation import gettext, ngettext

from kexin.core.ui.numbers import by_size, exact

# Minor units that are not 2 (ISO 4217, list one).
_MINOR_UNITS: Final = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),  # noqa: SIM905
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_SYMBOLS: Final = {
    "¥": "CNY",
    "元": "CNY",
    "人民币": "CNY",
    "RMB": "CNY",
    "$": "USD",
    "美元": "USD",
    "€": "EUR",
    "欧元": "EUR",
}
_SYMBOLS_HK: Final = {"港元": "HKD", "港币": "HKD", "HK$": "HKD", "£": "GBP", "日元": "JPY"}
_SIZES: Final = {
    "": 1,
    "K": 10**3,
    "M": 10**6,
    "BN": 10**9,
    "千": 10**3,
    "万": 10**4,
    "百万": 10**6,
    "亿": 10**8,
    "万亿": 10**12,
}
_NUMBER: Final = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|[+-]?\.[0-9]+"
_AMOUNT: Final = re.compile(rf"(?P<number>{_NUMBER})(?P<size>百万|万亿|千|万|亿|BN|K|M)?")
_LARGEST: Final = Decimal(10) ** 18  # numeric(20, 2) ends here


def _decimal(value: Decimal | int | str) -> Decimal:
    if isinstance(value, bool | float):
        raise TypeError("Amounts are Decimal, int or text; a float is never exact.")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"“{str(value)[:40]}” is not a number.") from error
    if not number.is_finite():
        raise ValueError("An amount is a finite number.")
    return number


def _typed(text: str) -> str:
    """Half-width capitals without spaces, as people mean what they type."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper().replace("−", "-").replace("¥", "¥")


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in an ISO 4217 currency. Two currencies are never added or compared (ValueError)."""

    amount: Decimal
    currency: str = "CNY"

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", _decimal(self.amount))
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise ValueError(f"“{self.currency[:10]}” is not an ISO 4217 currency code.")

    @classmethod
    def parse(cls, text: str, currency: str = "CNY") -> Money:
        """Read what people type: “1,234.50”, “62.5万”, “1.2亿元”, “USD 300”, “-8k”. ValueError if it is none."""
        typed = _typed(text)
        for symbol, code in {**_SYMBOLS_HK, **_SYMBOLS}.items():
            if symbol in typed:
                typed, currency = typed.replace(symbol, "", 1), code
                break
        else:
            found = re.match(r"([A-Z]{3})(?=[-+0-9.])", typed) or re.search(r"(?<=[0-9万亿千KMN])([A-Z]{3})$", typed)
            if found:
                currency = found.group(1)
                typed = typed.replace(currency, "", 1)
        match = _AMOUNT.fullmatch(typed)
        if match is None:
            raise ValueError(f"“{text[:40]}” is not an amount.")
        amount = Decimal(match["number"].replace(",", "")) * _SIZES[match["size"] or ""]
        if abs(amount) >= _LARGEST:
            raise ValueError("The amount is too large.")
        return cls(amount, currency)

    @property
    def minor_units(self) -> int:
        """Decimal places of the currency."""
        return _MINOR_UNITS.get(self.currency, 2)

    def rounded(self) -> Money:
        """To the currency's minor unit, halves up."""
        return Money(self.amount.quantize(Decimal(1).scaleb(-self.minor_units), ROUND_HALF_UP), self.currency)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added or compared.")
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * _decimal(factor), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        """All digits: “1,234.50 元”, in other currencies “1,234.50 USD”."""
        return f"{exact(self.amount, self.minor_units)} {self._unit()}"

    def short(self) -> str:
        """By size: “62.5 万元”, “1.284 亿元”; in English “625 k CNY”."""
        text = by_size(self.amount)
        return (
            f"{text}{self._unit()}"
            if text.endswith(("万", "亿")) and self.currency == "CNY"
            else f"{text} {self._unit()}"
        )

    def _unit(self) -> str:
        return gettext("CNY") if self.currency == "CNY" else self.currency


@total_ordering
@dataclass(frozen=True, slots=True)
class Percentage:
    """Hundredths: ``Percentage(Decimal("3.5"))`` is 3.5 %."""

    percent: Decimal

    def __post_init__(self) -> None:
        object.__setattr__(self, "percent", _decimal(self.percent))

    @classmethod
    def parse(cls, text: str) -> Percentage:
        """“3.5”, “3.5%”, “5‰”, “25bp” (basis points). ValueError if it is none."""
        match = re.fullmatch(rf"({_NUMBER})(%|‰|BPS?)?", _typed(text))
        if match is None:
            raise ValueError(f"“{text[:40]}” is not a percentage.")
        scale = {None: 1, "%": 1, "‰": 10}.get(match[2], 100)
        return cls(Decimal(match[1].replace(",", "")) / scale)

    def of(self, amount: Decimal) -> Decimal:
        """This part of an amount, unrounded."""
        return amount * self.percent / 100

    def __lt__(self, other: Percentage) -> bool:
        return self.percent < other.percent

    def format(self, places: int = 2) -> str:
        return f"{exact(self.percent, places)}%"

    def __str__(self) -> str:
        return f"{exact(self.percent, max(0, -int(self.percent.normalize().as_tuple().exponent)))}%"


class Unit(StrEnum):
    """In what a deadline is counted; :mod:`kexin.core.calendar` says how."""

    CLOCK_HOURS = "clock_hours"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


_UNIT_WORDS: Final = {
    Unit.CLOCK_HOURS: ("小时", "自然小时", "H", "HOUR", "HOURS", "CLOCKHOUR", "CLOCKHOURS", "CLOCK_HOURS"),
    Unit.WORKING_HOURS: ("工作小时", "工时", "WORKINGHOUR", "WORKINGHOURS", "WORKING_HOURS"),
    Unit.WORKING_DAYS: ("工作日", "个工作日", "WD", "WORKINGDAY", "WORKINGDAYS", "WORKING_DAYS"),
    Unit.CALENDAR_DAYS: (
        "天",
        "日",
        "自然日",
        "个自然日",
        "日历日",
        "D",
        "DAY",
        "DAYS",
        "CALENDARDAYS",
        "CALENDAR_DAYS",
    ),
}
_UNITS: Final = {word: unit for unit, words in _UNIT_WORDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something may take. Days are whole; hours may have fractions."""

    amount: Decimal
    unit: Unit

    def __init__(self, amount: Decimal | int | str, unit: Unit | str) -> None:
        object.__setattr__(self, "amount", _decimal(amount))
        object.__setattr__(self, "unit", Unit(unit))
        if self.amount < 0:
            raise ValueError("A duration is not negative.")
        if self.unit in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS) and self.amount != int(self.amount):
            raise ValueError("Days are counted whole.")

    @classmethod
    def parse(cls, text: str) -> Duration:
        """“5 working days”, “24h”, “15个工作日”, “60 天”. ValueError if it is none."""
        match = re.fullmatch(rf"({_NUMBER})个?(\D+)", _typed(text))
        unit = (_UNITS.get(match[2]) or _UNITS.get(f"{match[2]}S")) if match else None  # “1 calendar day”
        if match is None or unit is None:
            raise ValueError(f"“{text[:40]}” is not a duration.")
        return cls(Decimal(match[1].replace(",", "")), unit)

    def __str__(self) -> str:
        """“5 working days”, in the reader's language."""
        number = f"{self.amount.normalize():f}"
        count = 1 if self.amount == 1 else 2  # fractions and nought take the plural in English
        words = {
            Unit.CLOCK_HOURS: ngettext("%(number)s hour", "%(number)s hours", count),
            Unit.WORKING_HOURS: ngettext("%(number)s working hour", "%(number)s working hours", count),
            Unit.WORKING_DAYS: ngettext("%(number)s working day", "%(number)s working days", count),
            Unit.CALENDAR_DAYS: ngettext("%(number)s calendar day", "%(number)s calendar days", count),
        }
        return words[self.unit] % {"number": number}
