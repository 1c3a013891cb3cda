"""Words of products that the people floor shows and does not know: a floor above registers them at the start."""

from __future__ import annotations

from collections.abc import Sequence

from kexin.core.errors import type_text

Pairs = Sequence[tuple[str, type_text]]
_classes: list[tuple[str, type_text]] = []
_regimes: list[tuple[str, type_text]] = []


def register_product_words(classes: Pairs, regimes: Pairs) -> None:
    """Codes and words of product classes and of rules of sale."""
    _classes[:] = classes
    _regimes[:] = regimes


def class_choices() -> list[tuple[str, type_text]]:
    return list(_classes)


def regime_choices() -> list[tuple[str, type_text]]:
    return list(_regimes)


def class_words(codes: Sequence[str]) -> list[str]:
    """The classes in words; an unknown code stands as it is."""
    words = dict(_classes)
    return [str(words.get(code, code)) for code in codes]


def regime_words(codes: Sequence[str]) -> list[str]:
    words = dict(_regimes)
    return [str(words.get(code, code)) for code in codes]
