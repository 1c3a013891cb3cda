"""The index of articles: written in the transaction that approves, withdraws or moves them.

It lies in the database, so every process (pages, portal, worker) finds an article the moment it is approved, and
nothing has to be told to anybody. ``rebuild`` makes it anew from the versions.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import connection
from django.db.models import Q

from kexin.core.calendar import business_date
from kexin.service.knowledge.choices import DECIDED, ArticleState
from kexin.service.knowledge.words import grams, reading, weighed
from kexin.service.models import Article, ArticleEntry, ArticleVersion, SearchTerm

TITLE, ASKED, BODY = 3, 2, 1  # how often a word of the title, of a way of asking, of the text counts
ALL = ""  # the word that counts the entries
DAY = dt.timedelta(days=1)


def make_entry(version: ArticleVersion, until: dt.date | None) -> ArticleEntry:
    """How search sees a version; not yet kept."""
    parts = [(version.title, TITLE), *((each, ASKED) for each in version.asked), (version.body, BODY)]
    counted = weighed(parts)
    article = version.article
    assert version.in_use_from is not None
    return ArticleEntry(
        version=version,
        article=article,
        language=version.language,
        audience=article.audience,
        kind=article.kind,
        category_path=article.category.path,
        from_on=version.in_use_from,
        until_on=until,
        terms=list(counted),
        counts=list(counted.values()),
        length=sum(counted.values()),
    )


def renew(article: Article) -> None:
    """Write the entries of an article anew: versions that are or will be in use, each up to the day it is replaced."""
    _order()
    old = list(ArticleEntry.objects.filter(article=article))
    made = [make_entry(version, until) for version, until in _given(article)]
    changed: Counter[str] = Counter()
    weight = sum(each.length for each in made) - sum(each.length for each in old)
    for entries, sign in ((old, -1), (made, 1)):
        for each in entries:
            for term in each.terms:
                changed[term] += sign
    ArticleEntry.objects.filter(article=article).delete()
    ArticleEntry.objects.bulk_create(made)
    _count({term: by for term, by in changed.items() if by}, len(made) - len(old), weight)


def _given(article: Article) -> list[tuple[ArticleVersion, dt.date | None]]:
    """The approved versions that are or will be given, with the last day of each."""
    today = business_date()
    found: list[tuple[ArticleVersion, dt.date | None]] = []
    rows = article.versions.filter(state__in=DECIDED).order_by("language", "-in_use_from", "-number")
    following: dict[str, dt.date] = {}
    for version in rows:
        assert version.in_use_from is not None
        ends = [each for each in (version.until_on, _before(following.get(version.language))) if each is not None]
        until = min(ends, default=None)
        following[version.language] = version.in_use_from
        if version.state == ArticleState.APPROVED and (until is None or until >= max(today, version.in_use_from)):
            version.article = article
            found.append((version, until))
    return found


def _before(day: dt.date | None) -> dt.date | None:
    return day - DAY if day is not None else None


def _order() -> None:
    """One writer at a time: two that count the same words would wait for each other for ever."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('service.knowledge.index'))")


def _count(changed: Mapping[str, int], entries: int, weight: int) -> None:
    rows = [SearchTerm(term=term, entries=by, pinyin=reading(term), grams=grams(term)) for term, by in changed.items()]
    rows.append(SearchTerm(term=ALL, entries=entries, weight=weight, grams=[]))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO service_searchterm AS old (term, entries, weight, pinyin, grams) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (term) DO UPDATE SET entries = old.entries + EXCLUDED.entries,"
            " weight = old.weight + EXCLUDED.weight",
            [(each.term, each.entries, each.weight, each.pinyin, each.grams) for each in rows],
        )


def rebuild(articles: Iterable[Article] | None = None) -> int:
    """Make the whole index anew; how many entries it has. Inside an operation or a command."""
    _order()
    ArticleEntry.objects.all().delete()
    SearchTerm.objects.all().delete()
    rows = articles if articles is not None else Article.objects.select_related("category")
    counted: Counter[str] = Counter()
    entries = weight = 0
    batch: list[ArticleEntry] = []
    for article in rows:
        for version, until in _given(article):
            entry = make_entry(version, until)
            counted.update(entry.terms)
            entries, weight = entries + 1, weight + entry.length
            batch.append(entry)
        if len(batch) >= 500:
            ArticleEntry.objects.bulk_create(batch)
            batch = []
    ArticleEntry.objects.bulk_create(batch)
    _count(counted, entries, weight)
    return entries


def drop_past(today: dt.date) -> int:
    """Entries whose last day has passed go, with their words; how many articles were renewed. Inside an operation."""
    past = ArticleEntry.objects.filter(Q(until_on__lt=today)).values("article")
    rows = list(Article.objects.filter(pk__in=past).select_related("category")[:1000])
    for article in rows:
        renew(article)
    return len(rows)
