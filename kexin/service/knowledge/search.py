"""Finding articles: the words typed, their readings and likely meanings, the best by BM25.

First the entries in which the rarest of the words stand (one index), then their exact rank. A word that no article
knows is read as pinyin (xinyongka → 信用卡), as another word that sounds the same (转帐 → 转账), or as a slip of the
keys (acount → account); such words count less than those that were typed.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from kexin.core.pinyin import WHOLE
from kexin.service.knowledge.choices import Audience
from kexin.service.knowledge.index import ALL
from kexin.service.knowledge.words import distance, grams, reading, stem, words
from kexin.service.models import ArticleEntry, ArticleVersion, SearchTerm

K1, B = 1.2, 0.6  # how soon repeating a word counts no more; how much long articles are held back
MEANT = 0.6  # what a word counts that was not typed but meant
MOST_WORDS, MOST_CANDIDATES = 40, 300
COMMON = 0.2  # a word in more than a fifth of the entries finds none by itself
_LATIN = re.compile(r"[a-z0-9]+\Z")


@dataclass(frozen=True, slots=True)
class Found:
    """An entry with its rank; ``terms`` are the words of it that answer to the question."""

    version_id: int
    article_id: int
    score: float
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was understood: words with their weight (idf times how surely they are meant), the words meant, how many
    typed words stand nowhere and mean nothing known."""

    weights: dict[str, float]
    meant: dict[str, str]
    entries: int
    mean: float
    unknown: int

    @property
    def whole(self) -> float:
        """The rank that an entry with every word reaches at most; words that stand nowhere count as the rarest."""
        return (sum(self.weights.values()) + self.unknown * idf(0, self.entries)) * (K1 + 1)


def understand(text: str) -> Asked:
    """The words of a question with their weights. Two to four reads."""
    total = SearchTerm.objects.filter(term=ALL).first()
    if total is None or total.entries < 1 or not text.strip():
        return Asked({}, {}, 0, 1.0, 0)
    typed = list(dict.fromkeys(words(text)))[:MOST_WORDS]
    known = {row.term: row for row in SearchTerm.objects.filter(term__in=typed).only("term", "entries")}
    weights = {term: idf(row.entries, total.entries) for term, row in known.items() if row.entries > 0}
    lost = [term for term in typed if term not in weights]
    meant: dict[str, str] = {}
    for term, others in _likely(lost, text).items():
        for other, entries in others:
            if other not in weights:
                weights[other] = idf(entries, total.entries) * MEANT / math.sqrt(len(others))
                meant[other] = term
    strange = len(set(lost) - set(meant.values()))
    return Asked(weights, meant, total.entries, total.weight / total.entries, strange)


def idf(entries: int, total: int) -> float:
    """How much a word tells: much where few entries have it; never below nothing."""
    return math.log(1 + (total - entries + 0.5) / (entries + 0.5)) if total >= entries else 0.0


def _likely(lost: Sequence[str], text: str) -> dict[str, list[tuple[str, int]]]:
    """What unknown words may mean, each with at most three words and in how many entries those stand."""
    found: dict[str, list[tuple[str, int]]] = {}
    sounds: dict[str, str] = {}
    for term in lost:
        if _LATIN.match(term):
            if term.isalpha() and len(term) >= 3:
                sounds[term] = term
        elif len(term) >= 2:
            sounds[reading(term)] = term
    for syllables in _spelled(text):
        sounds.setdefault(syllables, syllables)
    if sounds:
        rows = SearchTerm.objects.filter(pinyin__in=list(sounds), entries__gt=0).values_list(
            "term", "pinyin", "entries"
        )
        for term, pinyin, entries in sorted(rows, key=lambda row: -row[2]):
            found.setdefault(sounds[pinyin], []).append((term, entries))
    left = [term for term in lost if term not in found and _LATIN.match(term) and len(term) >= 4][:4]
    for term in left:
        near = _near(term)
        if near:
            found[term] = near
    return {term: others[:3] for term, others in found.items()}


def _spelled(text: str) -> list[str]:
    """Neighbouring pieces of typed letters that are syllables, joined: "xin yong ka" and "xinyongka" alike; short runs
    of two to four syllables of a longer row are tried, too."""
    letters = re.findall(r"[a-z]+", unicodedata.normalize("NFKC", text).casefold())
    syllables: list[str] = []
    for each in letters:
        parts = _syllables(each)
        if parts is None:
            continue
        syllables += parts
    syllables = syllables[:16]
    return list(
        dict.fromkeys(
            "".join(syllables[at : at + size]) for size in (4, 3, 2) for at in range(len(syllables) - size + 1)
        )
    )


def _syllables(letters: str) -> list[str] | None:
    """Letters cut into whole syllables, the longest first; None where that is not possible."""
    if len(letters) > 40:
        return None
    best: list[list[str] | None] = [None] * (len(letters) + 1)
    best[len(letters)] = []
    for start in reversed(range(len(letters))):
        for size in range(min(6, len(letters) - start), 0, -1):
            tail = best[start + size]
            here = best[start]
            if (
                tail is not None
                and letters[start : start + size] in WHOLE
                and (here is None or len(tail) + 1 < len(here))
            ):
                best[start] = [letters[start : start + size], *tail]
    return best[0]


def _near(term: str) -> list[tuple[str, int]]:
    """Words that differ by a slip: one letter in short words, two in long ones."""
    most = 1 if len(term) < 7 else 2
    pieces = grams(term)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT term, entries FROM service_searchterm WHERE grams && %s::varchar[] AND entries > 0"
            " AND length(term) BETWEEN %s AND %s"
            " AND cardinality(ARRAY(SELECT unnest(grams) INTERSECT SELECT unnest(%s::varchar[]))) >= %s LIMIT 400",
            [pieces, len(term) - most, len(term) + most, pieces, max(1, len(pieces) - 3 * most)],
        )
        rows = cursor.fetchall()
    ranked = sorted(((distance(term, other, most), -entries, other) for other, entries in rows))
    best = [(other, -entries) for wrong, entries, other in ranked if wrong <= most]
    return best[:3]


def find(
    text: str,
    *,
    audience: str = "",
    kind: str = "",
    language: str = "",
    category_path: str = "",
    today: dt.date,
    limit: int = 50,
) -> tuple[list[Found], Asked]:
    """The articles that answer to a text, the best first; each once, in the language that fits better.

    ``audience`` "customer": only what customers may read. Three to five reads.
    """
    asked = understand(text)
    if not asked.weights:
        return [], asked
    rows = _candidates(asked, audience, kind, language, category_path, today)
    best: dict[int, Found] = {}
    for row in rows:
        score, hit = rank(asked, row.terms, row.counts, row.length)
        if row.article_id not in best or best[row.article_id].score < score:
            best[row.article_id] = Found(row.version_id, row.article_id, score, hit)
    found = sorted(best.values(), key=lambda each: (-each.score, each.article_id))
    return found[:limit], asked


def _candidates(
    asked: Asked, audience: str, kind: str, language: str, category_path: str, today: dt.date
) -> list[ArticleEntry]:
    """The entries in which most of the telling words stand."""
    common = idf(int(asked.entries * COMMON), asked.entries)
    telling = {term: weight for term, weight in asked.weights.items() if weight >= common} or asked.weights
    telling = dict(sorted(telling.items(), key=lambda each: -each[1])[:24])
    conditions, values = ["e.from_on <= %s", "(e.until_on IS NULL OR e.until_on >= %s)"], [today, today]
    for column, value in (("audience", audience), ("kind", kind), ("language", language)):
        if value and not (column == "audience" and value == Audience.STAFF):
            conditions.append(f"e.{column} = %s")
            values.append(value)  # type: ignore[arg-type]
    if category_path:
        conditions.append("e.category_path LIKE %s")
        values.append(f"{category_path}%")  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute(  # columns named above, values as parameters
            "SELECT e.id FROM unnest(%s::varchar[], %s::float8[]) AS w(term, weight)"  # noqa: S608
            " JOIN service_articleentry e ON e.terms @> ARRAY[w.term]"
            f" WHERE {' AND '.join(conditions)}"
            f" GROUP BY e.id ORDER BY sum(w.weight) DESC, e.id LIMIT {MOST_CANDIDATES}",
            [list(telling), list(telling.values()), *values],
        )
        keys = [pk for (pk,) in cursor.fetchall()]
    return list(ArticleEntry.objects.filter(pk__in=keys))


def rank(asked: Asked, terms: Iterable[str], counts: Iterable[int], length: int) -> tuple[float, tuple[str, ...]]:
    """BM25 of one entry, and the words it answers to."""
    held = K1 * (1 - B + B * length / asked.mean)
    score, hit = 0.0, []
    for term, count in zip(terms, counts, strict=True):
        weight = asked.weights.get(term)
        if weight:
            score += weight * count * (K1 + 1) / (count + held)
            hit.append(term)
    return score, tuple(hit)


def marked(text: str, terms: Iterable[str], most: int = 0) -> SafeString:
    """A text with the found words marked; with ``most``, the stretch of that length in which most of them stand."""
    wanted = set(terms)
    spans: list[tuple[int, int]] = []
    for match in re.finditer(r"[A-Za-z0-9]+(?:['’][a-z]+)?", text):
        if stem(match[0].casefold()) in wanted:
            spans.append(match.span())
    for term in wanted:
        if not _LATIN.match(term):
            spans += [match.span() for match in re.finditer(re.escape(term), text)]
    spans = _joined(sorted(spans))
    start, end = 0, len(text)
    if most and end > most:
        heads = [0, *(max(0, a - most // 4) for a, _b in spans)]
        start = max(heads, key=lambda at: (sum(at <= a and b <= at + most for a, b in spans), -at))
        end = min(len(text), start + most)
    parts, last = ["…" if start else ""], start
    for a, b in spans:
        if a >= start and b <= end:
            parts += [escape(text[last:a]), "<mark>", escape(text[a:b]), "</mark>"]
            last = b
    parts += [escape(text[last:end]), "…" if end < len(text) else ""]
    return mark_safe("".join(parts))  # noqa: S308  every piece of the text is escaped above


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for a, b in spans:
        if found and a <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], b))
        else:
            found.append((a, b))
    return found


def versions_of(found: Sequence[Found]) -> list[tuple[Found, ArticleVersion]]:
    """The versions of what was found, in its order. One read."""
    rows = {
        row.pk: row
        for row in ArticleVersion.objects.filter(pk__in=[each.version_id for each in found]).select_related(
            "article__category"
        )
    }
    return [(each, rows[each.version_id]) for each in found if each.version_id in rows]
