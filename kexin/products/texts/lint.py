"""话术检查: what a text must not say, and what it must. Pure: rules in, findings with their places out.

Words are found whatever spaces or marks stand between Chinese characters, and whatever the case of English ones. A
phrase that denies the promise ("not an expected return", 非保本) hides the words inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from kexin.products.texts.choices import TextKind, TextLanguage

Level = Literal["bad", "warn"]
LEVELS: tuple[Level, ...] = ("bad", "warn")
_BETWEEN = r"[\s·・.,，、\-—_*~]{0,3}"


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Words that must not stand in a text. ``bad`` can never be approved; ``warn`` the reviewer looks at."""

    code: str
    level: Level
    words: tuple[str, ...]
    words_en: tuple[str, ...]
    why: str
    why_en: str
    basis: str


@dataclass(frozen=True, slots=True)
class Required:
    """Words of which one must stand in texts of some kinds and classes (none named: of all).

    ``when``: only where one of these words stands in it.
    """

    code: str
    kinds: tuple[str, ...]
    classes: tuple[str, ...]
    when: tuple[str, ...]
    words: tuple[str, ...]
    words_en: tuple[str, ...]
    why: str
    why_en: str
    basis: str


@dataclass(frozen=True, slots=True)
class Rules:
    allowed: tuple[str, ...]
    forbidden: tuple[Forbidden, ...]
    required: tuple[Required, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the lint says. ``start`` and ``end`` are places in the body; nought and nought: about the whole."""

    code: str
    level: Level
    words: str
    why: str
    why_en: str
    basis: str
    start: int = 0
    end: int = 0

    @property
    def placed(self) -> bool:
        return self.end > self.start


def findings(body: str, *, kind: str, product_class: str, language: str, rules: Rules) -> tuple[Finding, ...]:
    """Everything wrong with a text: words it must not say in their order, then what it lacks."""
    denied = [found.span() for word in rules.allowed for found in _pattern(word).finditer(body)]
    said = []
    for rule in rules.forbidden:
        for word in (*rule.words, *rule.words_en):
            for found in _pattern(word).finditer(body):
                if not any(start <= found.start() and found.end() <= end for start, end in denied):
                    said.append(
                        Finding(rule.code, rule.level, found.group(), rule.why, rule.why_en, rule.basis, *found.span())
                    )
    return (*_widest(said), *_lacking(body, kind, product_class, language, rules.required))


def _widest(said: Iterable[Finding]) -> list[Finding]:
    """Of findings at one place the widest counts."""
    kept: list[Finding] = []
    for each in sorted(said, key=lambda one: (one.start, -one.end, LEVELS.index(one.level))):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def _lacking(body: str, kind: str, product_class: str, language: str, rules: Iterable[Required]) -> Iterable[Finding]:
    for rule in rules:
        if rule.kinds and kind not in rule.kinds:
            continue
        if rule.classes and product_class not in rule.classes:
            continue
        if rule.when and not any(_pattern(word).search(body) for word in rule.when):
            continue
        words = rule.words_en if language == TextLanguage.EN else rule.words
        if not any(_pattern(word).search(body) for word in words):
            yield Finding(rule.code, "bad", " / ".join(words), rule.why, rule.why_en, rule.basis)


@lru_cache(maxsize=1024)
def _pattern(word: str) -> re.Pattern[str]:
    if re.search("[\u3400-\u9fff]", word):
        return re.compile(_BETWEEN.join(re.escape(each) for each in word if not each.isspace()))
    return re.compile(r"\b" + r"\s+".join(re.escape(each) for each in word.split()) + r"\b", re.IGNORECASE)


# -- rules from data -----------------------------------------------------------------------------------------------


def parse_allowed(value: list[Any]) -> tuple[str, ...]:
    """Phrases that deny a promise. Raises ValueError for an empty one."""
    return _words(value)


def parse_forbidden(value: list[Any]) -> tuple[Forbidden, ...]:
    """Rules of words that must not stand there. Raises ValueError for one that is not whole."""
    found = []
    for each in value:
        _only(each, {"code", "level", "words", "words_en", "why", "why_en", "basis"})
        if each.get("level", "bad") not in LEVELS:
            raise ValueError("bad or warn")
        rule = Forbidden(
            _text(each, "code"), each.get("level", "bad"), _words(each.get("words", [])),
            _words(each.get("words_en", [])), _text(each, "why"), _text(each, "why_en"), str(each.get("basis", "")),
        )  # fmt: skip
        if not (rule.words or rule.words_en):
            raise ValueError("a rule needs words")
        found.append(rule)
    return tuple(found)


def parse_required(value: list[Any]) -> tuple[Required, ...]:
    """Rules of words that must stand there. Raises ValueError for one that is not whole."""
    from kexin.products.choices import ProductClass

    found = []
    for each in value:
        _only(each, {"code", "kinds", "classes", "when", "words", "words_en", "why", "why_en", "basis"})
        kinds, classes = _words(each.get("kinds", [])), _words(each.get("classes", []))
        if not set(kinds) <= set(TextKind.values) or not set(classes) <= set(ProductClass.values):
            raise ValueError("an unknown kind or class")
        rule = Required(
            _text(each, "code"), kinds, classes, _words(each.get("when", [])), _words(each.get("words", [])),
            _words(each.get("words_en", [])), _text(each, "why"), _text(each, "why_en"), str(each.get("basis", "")),
        )  # fmt: skip
        if not (rule.words and rule.words_en):
            raise ValueError("a rule needs words in both languages")
        found.append(rule)
    return tuple(found)


def _only(value: Any, known: set[str]) -> None:
    if not isinstance(value, Mapping) or set(value) - known:
        raise ValueError("unknown names in a rule")


def _text(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"a rule needs {name}")
    return text


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or any(not isinstance(each, str) or not each.strip() for each in value):
        raise ValueError("a list of words")
    return tuple(value)
