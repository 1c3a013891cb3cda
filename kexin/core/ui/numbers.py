"""Numbers as people read them: exact amounts, amounts by size, signed changes."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import get_language

MINUS = "−"  # the typographic minus: as wide as a plus, never broken from its number
_CHINESE = ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万"))
_ENGLISH = ((Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k"))


def exact(value: Decimal | int | float | None, places: int = 2) -> str:
    """`1,234,567.50`; a dash for nothing. Halves are rounded up, as on a statement."""
    if value is None:
        return "–"
    step = Decimal(1).scaleb(-places)
    number = Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP)
    return f"{number:,f}".replace("-", MINUS)


def by_size(value: Decimal | int | float | None) -> str:
    """Three or four telling digits and a unit: 1.284 亿, 62.5 万, 980.00; in English 128.4 m."""
    if value is None:
        return "–"
    number = Decimal(str(value))
    units = _CHINESE if (get_language() or "zh").startswith("zh") else _ENGLISH
    for size, unit in units:
        if abs(number) >= size:
            scaled = number / size
            places = 0 if abs(scaled) >= 1000 else 1 if abs(scaled) >= 100 else 2
            if unit == "亿" and abs(scaled) < 10:
                places = 3
            text = exact(scaled, places)
            text = text.rstrip("0").rstrip(".") if "." in text else text
            return f"{text} {unit}"
    return exact(number)


def signed(value: Decimal | int | float) -> str:
    """+1.8 or −5.2, up to two places."""
    number = Decimal(str(value))
    text = exact(abs(number), 2)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if number == 0 else f"{'+' if number > 0 else MINUS}{text}"
