"""Which article a question is about, learned from the ways of asking that stand with the articles. Pure functions.

A question becomes words, pairs of words and groups of letters, weighed by how rare they are (TF-IDF, length one). A
linear softmax over the articles is learned from the titles and ways of asking; beside it stands how like the question
is to the nearest way of asking. The first says which article, the second whether any article at all: a softmax always
names one. Learning is deterministic: the same articles give the same weights. Numbers: docs/algorithms/assistant.md.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from kexin.service.knowledge.words import words

if TYPE_CHECKING:
    from numpy import ndarray

ROUNDS, STEP = 8, 6.0  # passes over the examples; how far each example moves the weights in the first pass
MOST_FEATURES: Final = 40_000
WEIGHT: Final = {"w": 1.0, "b": 0.7, "c": 0.45}  # a word, a pair of words, a group of letters
_LATIN: Final = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Example:
    """A way of asking, and the article it asks for."""

    article_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Guess:
    """An article with how likely it is meant among all (0 to 1)."""

    article_id: int
    likely: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood: articles, the likeliest first; ``alike``: to the nearest way of asking (0 to 1)."""

    guesses: tuple[Guess, ...]
    alike: float


def features(text: str) -> Counter[str]:
    """Words, pairs of neighbouring words, groups of three to five letters within English words."""
    found: Counter[str] = Counter()
    said = words(text)
    found.update(f"w{each}" for each in said)
    found.update(f"b{one} {other}" for one, other in pairwise(said))
    for match in _LATIN.finditer(unicodedata.normalize("NFKC", text).casefold()):
        marked = f"^{match[0]}$"
        for size in (3, 4, 5):
            found.update(f"c{marked[at : at + size]}" for at in range(len(marked) - size + 1))
    return found


class Matcher:
    """What was learned. ``vocabulary`` names the columns; ``weights`` has a row for each feature, a column for each
    article; ``columns``, ``values`` and ``starts`` hold the examples themselves, for likeness."""

    def __init__(
        self,
        articles: Sequence[int],
        vocabulary: dict[str, int],
        rarity: ndarray,
        weights: ndarray,
        postings: tuple[ndarray, ndarray, ndarray],
        examples: int,
    ) -> None:
        self.articles, self.vocabulary, self.rarity, self.weights = list(articles), vocabulary, rarity, weights
        self.postings, self.examples = postings, examples

    def vector(self, found: Counter[str]) -> tuple[ndarray, ndarray]:
        """The known features of a text with their weights, of length one."""
        return _vector(found, self.vocabulary, self.rarity)

    def read(self, text: str, most: int = 5) -> Reading:
        """Which articles a question may be about."""
        import numpy as np

        at, value = self.vector(features(text))
        if not len(at) or not self.articles:
            return Reading((), 0.0)
        score = value @ self.weights[at].astype(np.float32)
        score = np.exp(score - score.max())
        score /= score.sum()
        best = np.argsort(-score, kind="stable")[:most]
        guesses = tuple(Guess(self.articles[int(place)], float(score[place])) for place in best)
        return Reading(guesses, self.alike(at, value))

    def alike(self, at: ndarray, value: ndarray) -> float:
        """Cosine to the nearest example."""
        import numpy as np

        starts, rows, held = self.postings
        spans = [slice(int(starts[each]), int(starts[each + 1])) for each in at]
        if not spans:
            return 0.0
        docs = np.concatenate([rows[span] for span in spans])
        parts = np.concatenate([held[span] * weight for span, weight in zip(spans, value, strict=True)])
        return float(np.bincount(docs, weights=parts, minlength=1).max()) if len(docs) else 0.0


def _vector(found: Counter[str], vocabulary: dict[str, int], rarity: ndarray) -> tuple[ndarray, ndarray]:
    import numpy as np

    known = [
        (vocabulary[name], (1 + math.log(count)) * WEIGHT[name[0]])
        for name, count in found.items()
        if name in vocabulary
    ]
    at = np.array([place for place, _weight in known], dtype=np.int64)
    value = np.array([weight for _place, weight in known], dtype=np.float32)
    if len(at):
        value = value * rarity[at]
        # what nobody ever said counts in the length, too: a question of strange words is like nothing
        strange = sum(WEIGHT[name[0]] ** 2 for name in found if name not in vocabulary and name[0] == "w")
        value /= math.sqrt(float(value @ value) + strange * float(rarity.max()) ** 2)
    return at, value


def learn(examples: Sequence[Example]) -> Matcher:
    """Learn from ways of asking. Cost: about examples × features of each × articles × rounds."""
    import numpy as np

    counted = [features(each.text) for each in examples]
    spread: Counter[str] = Counter()
    for each in counted:
        spread.update(each.keys())
    kept = sorted(spread, key=lambda name: (-spread[name], name))[:MOST_FEATURES]
    vocabulary = {name: place for place, name in enumerate(sorted(kept))}
    total = len(examples)
    rarity = np.ones(len(vocabulary), dtype=np.float32)
    for name, place in vocabulary.items():
        rarity[place] = math.log((1 + total) / (1 + spread[name])) + 1
    articles = sorted({each.article_id for each in examples})
    column = {pk: place for place, pk in enumerate(articles)}
    rows = [_vector(each, vocabulary, rarity) for each in counted]
    target = [column[each.article_id] for each in examples]
    weights = np.zeros((len(vocabulary), len(articles)), dtype=np.float32)
    order = np.random.default_rng(7)
    for turn in range(ROUNDS):
        step = STEP / (1 + turn)
        for place in order.permutation(total):
            at, value = rows[place]
            if not len(at):
                continue
            score = value @ weights[at]
            score = np.exp(score - score.max())
            score /= score.sum()
            score[target[place]] -= 1
            weights[at] -= (step * value)[:, None] * score[None, :]
    return Matcher(articles, vocabulary, rarity, weights.astype(np.float16), _postings(rows, len(vocabulary)), total)


def _postings(rows: Sequence[tuple[ndarray, ndarray]], width: int) -> tuple[ndarray, ndarray, ndarray]:
    """For each feature the examples that have it: starts, rows, values."""
    import numpy as np

    if not rows:
        return np.zeros(width + 1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    at = np.concatenate([each for each, _value in rows])
    docs = np.concatenate([np.full(len(each), place, dtype=np.int64) for place, (each, _v) in enumerate(rows)])
    held = np.concatenate([value for _each, value in rows])
    order = np.argsort(at, kind="stable")
    starts = np.searchsorted(at[order], np.arange(width + 1))
    return starts, docs[order], held[order]


def stored(matcher: Matcher) -> bytes:
    """As bytes, to be kept; :func:`restored` reads them."""
    import numpy as np

    starts, rows, held = matcher.postings
    names = np.array(list(matcher.vocabulary), dtype="U80") if matcher.vocabulary else np.zeros(0, dtype="U1")
    file = io.BytesIO()
    np.savez_compressed(
        file, articles=np.array(matcher.articles, dtype=np.int64), names=names, rarity=matcher.rarity,
        weights=matcher.weights, starts=starts, rows=rows.astype(np.int32), held=held.astype(np.float16),
        examples=np.array([matcher.examples]),
    )  # fmt: skip
    return file.getvalue()


def restored(content: bytes) -> Matcher:
    """What :func:`stored` kept. Raises ValueError for anything else; nothing in it is ever run."""
    import numpy as np

    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        names = [str(each) for each in file["names"]]
        return Matcher(
            [int(each) for each in file["articles"]],
            {name: place for place, name in enumerate(names)},
            file["rarity"],
            file["weights"].astype(np.float32),
            (file["starts"], file["rows"].astype(np.int64), file["held"].astype(np.float32)),
            int(file["examples"][0]),
        )
