"""Names of countries and regions by their two-letter code (ISO 3166-1), from the Unicode CLDR.

In Chinese a bank in China names Hong Kong, Macao and Taiwan as parts of China.
"""

from __future__ import annotations

from functools import cache

from django.utils.translation import get_language

from kexin.core.listing import listed

FIRST = ("CN", "HK", "MO", "TW")
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
_AS_A_BANK_SAYS = {"zh": {"CN": "中国", "HK": "中国香港", "MO": "中国澳门", "TW": "中国台湾"}}


def territory_name(code: str) -> str:
    """The name in the language of the page; a code that nobody knows stands for itself."""
    return _names(_language()).get(code.upper(), code)


def territory_names(codes: str) -> str:
    """The same for several codes with commas between them."""
    parts = [each.strip() for each in codes.replace("，", ",").replace("、", ",").split(",") if each.strip()]
    return listed(map(territory_name, parts))


def territory_codes() -> tuple[str, ...]:
    """Every code."""
    return tuple(sorted(_names("en")))


def territory_labels() -> dict[str, str]:
    """Every code with its name, those asked for most first."""
    return dict(territory_choices()[1:])


def territory_choices() -> list[tuple[str, str]]:
    """For a drop-down: nothing, those asked for most, the others by name."""
    names = _names(_language())
    others = sorted((name, code) for code, name in names.items() if code not in FIRST)
    return [("", "—"), *((code, names[code]) for code in FIRST), *((code, name) for name, code in others)]


def _language() -> str:
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


@cache
def _names(language: str) -> dict[str, str]:
    from babel import Locale  # heavy, and no part of a start

    found = Locale(language).territories
    countries = {code: name for code, name in found.items() if len(code) == 2 and code not in _NO_COUNTRIES}
    return countries | _AS_A_BANK_SAYS.get(language, {})
