"""An amount of money in words, as an agreement states it beside the figures."""

from __future__ import annotations

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


def amount_in_words(amount: Decimal) -> str:
    """大写金额: an amount above nought in CNY, as 《正确填写票据和结算凭证的基本规定》 writes it."""
    whole, cents = divmod(int(amount.quantize(Decimal("0.01")) * 100), 100)
    jiao, fen = divmod(cents, 10)
    text = f"{_whole(whole)}元" if whole else ""
    if jiao:
        text += f"{DIGITS[jiao]}角"
    elif fen and whole:
        text += DIGITS[0]
    return "人民币" + text + (f"{DIGITS[fen]}分" if fen else "整")


def _whole(number: int) -> str:
    """A gap of noughts inside the number is written once."""
    for unit, name in UNITS:
        if number >= unit:
            head, rest = divmod(number, unit)
            gap = DIGITS[0] if 0 < rest < unit // 10 else ""
            return _whole(head) + name + gap + (_whole(rest) if rest else "")
    return DIGITS[number]


SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ENGLISH = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))


def amount_in_english(amount: Decimal) -> str:
    """The same in English: “three hundred yuan and five fen only”."""
    whole, cents = divmod(int(amount.quantize(Decimal("0.01")) * 100), 100)
    parts = [f"{_english(whole)} yuan"] if whole else []
    parts += [f"{_english(cents)} fen"] if cents else []
    return " and ".join(parts) + " only"


def _english(number: int) -> str:
    for unit, name in ENGLISH:
        if number >= unit:
            head, rest = divmod(number, unit)
            joint = " and " if 0 < rest < 100 else " "
            return f"{_english(head)} {name}" + (joint + _english(rest) if rest else "")
    if number < 20:
        return SMALL[number]
    tens, ones = divmod(number, 10)
    return TENS[tens] + (f"-{SMALL[ones]}" if ones else "")
