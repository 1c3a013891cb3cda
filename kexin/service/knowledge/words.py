"""Words of a text as search sees them, the same for articles and for what somebody types.

Chinese is cut by a dictionary (rjieba, the Rust form of jieba) in the way made for search, so that a long word also
gives the short ones in it; every two neighbouring characters count as well, which finds names no dictionary knows.
English words lose their endings (Snowball). Pure functions; the dictionary is read with the first Chinese text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, Final

from kexin.core.masking import is_han

LONGEST: Final = 40  # characters of a word; longer ones are no words
_RUN: Final = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)|([a-z0-9]+(?:['’][a-z]+)?)")
_DIGITS: Final = re.compile(r"\d(?:[\s-]?\d){5,}")
_MAIL: Final = re.compile(r"[^\s@]+@[^\s@]+")
# Words that say nothing of what is asked; a text of nothing else keeps them.
_SAY_NOTHING: Final = (
    "的 了 吗 呢 吧 啊 是 我 你 您 他 她 它 们 我们 你们 请 请问 想 想要 要 和 与 在 有 就 都 也 把 被 给 让 "
    "a an the is are was were be been am i you he she it we they me my your our to of in on for and or do does did "
    "can could would should please hi hello thanks thank so at as with this that these those there here"
)
_EMPTY: Final = frozenset(_SAY_NOTHING.split())


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """An English word without its ending: accounts → account, charged → charg."""
    bare = word.replace("’", "'").removesuffix("'s").replace("'", "")
    return str(_stemmer().stemWord(bare))[:LONGEST] if bare.isalpha() else bare[:LONGEST]


@lru_cache(maxsize=20_000)
def _cut(run: str) -> tuple[str, ...]:
    import rjieba

    pairs = (run[at : at + 2] for at in range(len(run) - 1))
    return tuple(dict.fromkeys([*(each for each in rjieba.cut_for_search(run, True)), *pairs]))


def words(text: str) -> list[str]:
    """The words of a text in their order, repeated as often as they stand there."""
    found: list[str] = []
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text).casefold()):
        found += _cut(match[1]) if match[1] else (stem(match[2]),)
    telling = [each for each in found if each not in _EMPTY]
    return telling or found


def weighed(parts: Iterable[tuple[str, int]]) -> Counter[str]:
    """Words of several texts, each text counted so many times; at most 32,000 for one word."""
    total: Counter[str] = Counter()
    for text, times in parts:
        for word in words(text):
            total[word] = min(total[word] + times, 32_000)
    return total


def grams(word: str) -> list[str]:
    """Groups of three letters of a word with its ends marked, for finding it although it is mistyped."""
    marked = f"^{word}$"
    return sorted({marked[at : at + 3] for at in range(len(marked) - 2)})


@lru_cache(maxsize=50_000)
def reading(word: str) -> str:
    """How a Chinese word is read, without tones: 挂失 → guashi. Empty for any other word."""
    if not word or not all(is_han(char) for char in word):
        return ""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(word))[:160]


def distance(one: str, other: str, most: int) -> int:
    """How many letters are wrong, missing, too many or swapped; ``most + 1`` where it is more than ``most``."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if older and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def harmless(text: str) -> str:
    """What was searched for, fit to be kept: numbers of people, accounts and telephones and addresses of mail go."""
    shown = _DIGITS.sub("***", _MAIL.sub("***", unicodedata.normalize("NFKC", text)))
    return " ".join(shown.split())[:80]
