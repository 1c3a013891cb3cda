"""Several words in a row, as the language of the page lists them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language


def listed(words: Iterable[object]) -> str:
    """“a、b” in Chinese, “a, b” otherwise."""
    return separator().join(map(str, words))


def separator() -> str:
    """What stands between the words of a list in the language of the page."""
    return "、" if (get_language() or "").startswith("zh") else ", "
