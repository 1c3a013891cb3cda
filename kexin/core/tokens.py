"""Blind tokens: what may be searched without being readable.

A token is a keyed pseudo-random value (HMAC-SHA-256 under the institution's ``tokens`` key) of a piece of a
value. Without the key nobody can compute or reverse one; equal pieces have equal tokens, so whoever reads
the database sees how often a token occurs. Exact values have tokens of 16 bytes, pieces of names 64-bit
integers for a ``bigint[]`` column under GIN: ``search_tokens @> query``.

**False positives.** A name query asks for tokens of characters, pairs, syllables and initials, wherever in
the name they stand: 甲乙丙甲乙丁 has every pair of 丙甲乙丙; long words are compared by their first letters only,
and one token in 2^64 meets another by chance. Whoever searches decrypts the candidates (at most 200) and
keeps those for which :func:`name_matches` is true. What that accepts within the first 40 characters, the
index finds too, up to the likeliest readings of the letters (:data:`MOST_ALTERNATIVES`).

**Rotation.** While two keys are enabled, names are indexed under both and exact values have two unique columns:
``exact_token`` stands in the first, ``exact_token_next`` (newer key, else None) in the second. The first is written
under the older key until every row has its second; then the newer takes over (``KeyRing.take_over``), the first
column is written anew, and ``retire_old("tokens")`` ends it. A lookup asks the first column for
``exact_candidates``: it finds a row at every moment. :mod:`kexin.core.rotation` does all that.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from kexin.core.crypto import KeyRing, key_ring
from kexin.core.pinyin import LONGEST_NAME, Element, parses, pieces, readings, reads_as

EXACT_BYTES: Final = 16
LONGEST_PREFIX: Final = 6  # letters of a word that are indexed as its beginning
LONGEST_WORD: Final = 24
MOST_ALTERNATIVES: Final = 8  # each is one query


# -- exact values ----------------------------------------------------------------------------------


def exact_token(kind: str, value: str) -> bytes:
    """The 16-byte token of a whole value. *kind* keeps apart what must not meet: “mobile”, “identity:CN-RIC:CN”.

    Case, width and spaces do not matter; further normalising (country codes …) is the caller's.
    """
    ring = key_ring()
    return ring.prf_all(_exact(kind, value), EXACT_BYTES)[ring.written]


def exact_candidates(kind: str, value: str) -> list[bytes]:
    """The token under every enabled key: what a lookup asks the first column for."""
    return key_ring().prf_all(_exact(kind, value), EXACT_BYTES)


def exact_token_next(kind: str, value: str) -> bytes | None:
    """The same under the newer key while a rotation is under way, for the second unique column; else None."""
    found = key_ring().prf_all(_exact(kind, value), EXACT_BYTES)
    return found[0] if len(found) > 1 else None


def exact_tokens(kind: str, values: Iterable[str | None]) -> list[bytes | None]:
    """:func:`exact_token` of a whole column; None and empty text stay None."""
    compute = key_ring().prf_written
    return [compute(_exact(kind, value), EXACT_BYTES) if value else None for value in values]


def _exact(kind: str, value: str) -> bytes:
    text = value.lower() if value.isascii() else unicodedata.normalize("NFKC", value).casefold()
    return f"exact\0{len(kind)}\0{kind}\0{''.join(text.split())}".encode("utf-8", "surrogatepass")


# -- names -----------------------------------------------------------------------------------------


class _Vocabulary:
    """The tokens of pieces of names under one key ring; pieces repeat, so nearly all come from the caches."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring
        self.ints: Callable[[str], tuple[int, ...]] = lru_cache(maxsize=200_000)(self._ints)
        self.char: Callable[[str, bool], tuple[int, ...]] = lru_cache(maxsize=50_000)(self._char)
        self.pair: Callable[[str, str, bool], tuple[int, ...]] = lru_cache(maxsize=300_000)(self._pair)
        self.word: Callable[[str], tuple[int, ...]] = lru_cache(maxsize=100_000)(self._word)

    def _ints(self, piece: str) -> tuple[int, ...]:
        """The piece under every enabled key, the older last."""
        data = f"name\0{piece}".encode("utf-8", "surrogatepass")
        return tuple(int.from_bytes(token, "big", signed=True) for token in self.ring.prf_all(data, 8))

    def asked(self, piece: str) -> int:
        """What a query asks for: every row is indexed under the key that is written, whenever a query is made."""
        return self.ints(piece)[self.ring.written]

    def _all(self, found: Iterable[str]) -> tuple[int, ...]:
        return tuple(number for piece in dict.fromkeys(found) for number in self.ints(piece))

    def _char(self, char: str, surname: bool) -> tuple[int, ...]:
        return self._all([_han(char), *(_p for r in readings(char, surname) for _p in (_whole(r), *_starts(r)))])

    def _pair(self, first: str, second: str, surname: bool) -> tuple[int, ...]:
        found = [_han(first + second)]
        for before in readings(first, surname):
            for after in readings(second, surname):
                found += [_whole(f"{before} {after}"), _initials(before[0] + after[0])]
        return self._all(found)

    def _word(self, word: str) -> tuple[int, ...]:
        return self._all([_whole(word[:LONGEST_WORD]), _asked_word(word), *_starts(word)])

    def name(self, name: str) -> list[int]:
        runs, words = pieces(name)
        found: list[tuple[int, ...]] = []
        for run in runs:
            found += [self.char(char, index < 2) for index, char in enumerate(run)]
            found += [self.pair(first, second, index < 2) for index, (first, second) in enumerate(pairwise(run))]
        found += [self.word(word) for word in words]
        found += [self.ints(_initials(first[0] + second[0])) for first, second in pairwise(words)]
        return sorted(set().union(*found))


def _han(chars: str) -> str:
    return f"h:{chars}"


def _whole(syllable_or_word: str) -> str:
    return f"={syllable_or_word}"


def _starts(word: str) -> list[str]:
    return [f"^{word[:size]}" for size in range(1, min(len(word) - 1, LONGEST_PREFIX) + 1)]


def _initials(two: str) -> str:
    return f"i:{two}"


_current: _Vocabulary | None = None


def _vocabulary() -> _Vocabulary:
    """The vocabulary of the present key ring; a rotation starts a new one."""
    global _current
    ring = key_ring()
    vocabulary = _current
    if vocabulary is None or vocabulary.ring is not ring:
        _current = vocabulary = _Vocabulary(ring)
    return vocabulary


def name_tokens(name: str | None) -> list[int]:
    """All tokens of a name, sorted, without repeats: about 20 for three characters. Empty for no name."""
    return _vocabulary().name(name) if name else []


def names_tokens(names: Sequence[str | None]) -> list[list[int]]:
    """:func:`name_tokens` of a whole column."""
    vocabulary = _vocabulary()
    return [vocabulary.name(name) if name else [] for name in names]


def name_query_tokens(text: str) -> list[list[int]]:
    """What to ask the index for: alternatives, the likeliest first; a row answers if it has all tokens of one.

    Several alternatives arise because letters may be whole pinyin, its beginning, initials or a Latin word.
    """
    vocabulary = _vocabulary()
    runs, words = pieces(text)
    chinese: list[str] = []
    for run in runs:
        chinese += [_han(first + second) for first, second in pairwise(run)] or [_han(run)]
    alternatives = [chinese + each for each in _letters(words)] if words else [chinese]
    unique = {frozenset(vocabulary.asked(piece) for piece in each): None for each in alternatives if each}
    return [sorted(each) for each in unique][:MOST_ALTERNATIVES]


def _letters(words: list[str]) -> list[list[str]]:
    """The alternatives for typed letters: the best reading as pinyin, Latin words, less likely readings."""
    pinyins = [alternative for parse in parses("".join(words)) for alternative in _parsed(parse)]
    begun = [_asked_word(word) for word in words]
    latin = [[*begun[:-1], _whole(words[-1][:LONGEST_WORD])], begun]
    return [*pinyins[:2], *latin, *pinyins[2:]]


def _asked_word(word: str) -> str:
    """The beginning of a word: what is typed may go on."""
    return f"^{word[:LONGEST_PREFIX]}"


def _parsed(parse: list[Element]) -> list[list[str]]:
    """The tokens of one reading; a last whole syllable may also be the beginning of a longer one."""
    before: list[str] = []
    for first, second in pairwise(parse):
        before.append(_initials(first.letters[0] + second.letters[0]))
    for element in parse[:-1]:
        if element.whole:
            before.append(_whole(element.letters))
    last = parse[-1].letters
    going_on = [*before, f"^{last}"]
    if not parse[-1].whole:
        return [going_on]
    pairs = [
        _whole(f"{first.letters} {second.letters}") for first, second in pairwise(parse) if first.whole and second.whole
    ]
    return [pairs + ([] if len(pairs) == len(parse) - 1 > 0 else [*before, _whole(last)]), going_on]


def name_matches(name: str | None, query: str) -> bool:
    """Whether a decrypted name really answers to the query. Every part of the query must be found in it."""
    if not name:
        return False
    runs, words = pieces(name)
    asked_runs, asked_words = pieces(query)
    if not asked_runs and not asked_words:
        return False
    whole = [run[:LONGEST_NAME] for run in runs]
    if not all(any(asked in run for run in whole) for asked in asked_runs):
        return False
    if not asked_words:
        return True
    letters = "".join(asked_words)
    return (
        any(reads_as(run, letters) for run in whole)
        or _words_match(words, asked_words)
        or letters in "".join(word[0] for word in words)
    )


def _words_match(words: list[str], asked: list[str]) -> bool:
    """Each asked word begins a different word of the name, in any order (“smi john”)."""
    left = list(words)
    for each in sorted(asked, key=len, reverse=True):
        found = next((word for word in left if word.startswith(each)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def name_match_key(name: str) -> int:
    """The token of the whole name for finding duplicates: spaces, dots, case and the order of words do not matter."""
    return _vocabulary().asked(_match_piece(name))


def name_match_keys(names: Iterable[str | None]) -> list[int | None]:
    """:func:`name_match_key` of a whole column; None and empty text stay None."""
    vocabulary = _vocabulary()
    return [vocabulary.asked(_match_piece(name)) if name else None for name in names]


def name_match_candidates(name: str) -> list[int]:
    """The same under every enabled key: what a lookup asks for."""
    return list(_vocabulary().ints(_match_piece(name)))


def _match_piece(name: str) -> str:
    runs, words = pieces(name)
    return f"match:{''.join(runs)} {' '.join(sorted(words))}"
