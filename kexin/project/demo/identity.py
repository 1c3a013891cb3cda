"""Well-formed but invented numbers: identity cards, credit codes, permits, mobiles, account numbers.

Sources: GB 11643 (resident identity number, ISO 7064 MOD 11-2), GB 32100 (unified social credit code, MOD 31-3),
GB 11714 (organisation code). Sequence 996-999 of a birth date is reserved for centenarians, so no living person of
these dates of birth carries such a number; organisation codes begin with ``YY``, which is not given out.
"""

from __future__ import annotations

import importlib.resources
import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
MOBILE_PREFIXES = [
    "138",
    "139",
    "137",
    "136",
    "135",
    "134",
    "150",
    "151",
    "152",
    "157",
    "158",
    "159",
    "182",
    "183",
    "187",
    "188",
    "130",
    "131",
    "132",
    "155",
    "156",
    "185",
    "186",
    "133",
    "153",
    "180",
    "181",
    "189",
    "177",
    "199",
]
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_ID_CHECKS = np.array(list("10X98765432"))
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@lru_cache(maxsize=1)
def area_codes() -> tuple[str, ...]:
    """Codes of counties and districts that were never renamed, from the list that python-stdnum ships."""
    text = importlib.resources.files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8")
    codes, province = [], ""
    for line in text.splitlines():
        if match := re.match(r"^(\d\d) province", line):
            province = match[1]
        elif (match := re.match(r'^  (\d{4}) county="([^"\[]+)"', line)) and match[2] != "市辖区":
            codes.append(province + match[1])
    codes = [code for code in codes if not code.endswith("00")]  # those are cities, not counties
    return tuple(sorted(codes, key=lambda code: (code[:2] not in {"32", "33", "34"}, code)))


def check_digits(bodies: list[str]) -> list[str]:
    """Eighteenth character of identity numbers given their first seventeen digits."""
    if not bodies:
        return []
    digits = np.array([list(body) for body in bodies]).astype(np.int64)
    return [str(check) for check in _ID_CHECKS[(digits @ _ID_WEIGHTS) % 11]]


def mobiles(serial: Ints) -> list[str]:
    """Distinct mobiles ``1xx 0000 xxxx``; beyond 300,000 people the middle becomes 0001, 0002 and so on."""
    per_middle = len(MOBILE_PREFIXES) * 10_000
    scrambled = (serial % per_middle * 190_783 + 5_678) % per_middle  # 190783 has no factor 2, 3, 5
    prefix = scrambled // 10_000
    return [
        f"{MOBILE_PREFIXES[p]}{m:04d}{tail:04d}"
        for p, m, tail in zip(prefix, serial // per_middle, scrambled % 10_000, strict=True)
    ]


def customer_numbers(serial: Ints) -> list[str]:
    """``C`` and ten digits; a one-to-one scramble, so that neighbours do not look alike."""
    return [f"C00{number:08d}" for number in (serial * 7_368_787 + 38_617_204) % 100_000_000]


def luhn(body: str) -> str:
    """The body with its Luhn check digit."""
    total = sum(
        (doubled - 9 if (doubled := int(digit) * 2) > 9 else doubled) if place % 2 == 0 else int(digit)
        for place, digit in enumerate(reversed(body))
    )
    return body + str(-total % 10)


def organisation_code(serial: int) -> str:
    """Eight characters and check character of GB 11714, beginning with ``YY`` (GB 32100 knows no Z)."""
    body = f"YY{serial % 1_000_000:06d}"
    values = [int(char, 36) for char in body]
    check = (11 - sum(v * w for v, w in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11) % 11
    return body + ("X" if check == 10 else str(check))


def credit_code(serial: int, area: str, *, institution: bool) -> str:
    """Unified social credit code: 91 for enterprises, 12 for public institutions."""
    body = ("12" if institution else "91") + area + organisation_code(serial)
    total = sum(_USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + _USCC_ALPHABET[-total % 31]
