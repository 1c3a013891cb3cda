"""Reads of knowledge: the list, an article with its versions, what search finds, what led nowhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.service.knowledge.choices import DECIDED, OPEN, ArticleLanguage, ArticleState, Audience, Standing
from kexin.service.knowledge.policies import KnowledgePolicy
from kexin.service.knowledge.rules import in_use, standing
from kexin.service.knowledge.search import Asked, Found, find, versions_of
from kexin.service.models import (
    Article,
    ArticleCategory,
    ArticleEntry,
    ArticleFile,
    ArticleLink,
    ArticleVersion,
    ArticleVote,
    SearchMade,
    ServiceRequest,
)
from kexin.service.queries import VIEW as VIEW_REQUESTS

VIEW, VIEW_OWN = "service.view_articles", "service.view_help"
LEAST_SHARE = 0.5  # of the best one's rank: what fits less is not suggested beside a request
WRITES = ("service.draft_article", "service.review_article")


def works_on_articles(actor: Actor) -> bool:
    """Does the actor write or review? Others see what is in use."""
    return any(actor.may(each) for each in WRITES)


def _for(actor: Actor) -> QuerySet[Article]:
    rows = Article.objects.select_related("category")
    return rows.filter(audience=Audience.CUSTOMER) if actor.customer_id is not None else rows


def _given(language: str, today: dt.date) -> Exists:
    rows = ArticleEntry.objects.filter(article=OuterRef("pk"), language=language, from_on__lte=today)
    return Exists(rows.filter(Q(until_on=None) | Q(until_on__gte=today)))


@query(VIEW, label=_("See articles"))
def articles(actor: Actor, *, waiting: str = "") -> QuerySet[Article]:
    """Articles with ``title``, ``title_en``, ``used_from`` and ``until_on`` of what is in use, ``open_state`` of what
    is being written, ``review_on``. ``waiting``: a state of the open version, or "due" for those to be looked at."""
    today = business_date()
    every = ArticleVersion.objects.filter(article=OuterRef("pk"))
    rows = Article.objects.select_related("category").annotate(
        given_zh=_given("zh", today),
        given_en=_given("en", today),
        title=Subquery(every.filter(language="zh").order_by("-number").values("title")[:1]),
        title_en=Subquery(every.filter(language="en").order_by("-number").values("title")[:1]),
        open_state=Subquery(every.filter(state__in=OPEN).order_by("pk").values("state")[:1]),
        review_on=Subquery(every.filter(state=ArticleState.APPROVED).order_by("-number").values("review_on")[:1]),
    )
    if waiting in ArticleState.values:
        rows = rows.filter(open_state=waiting)
    elif waiting == "due":
        limit = today + dt.timedelta(days=in_force(KnowledgePolicy).warn_days)
        rows = rows.filter(Q(given_zh=True) | Q(given_en=True), review_on__lte=limit)
    return rows if works_on_articles(actor) else rows.filter(Q(given_zh=True) | Q(given_en=True))


@query(VIEW, label=_("See articles"))
def categories(actor: Actor, *, closed: bool = False) -> list[ArticleCategory]:
    """The tree, each after its parent, with ``depth`` and ``count`` of articles."""
    return tree(closed=closed)


def tree(*, closed: bool = False) -> list[ArticleCategory]:
    """The same for pages that asked before: in order of place and name at each level. One read."""
    rows = ArticleCategory.objects.annotate(count=Count("articles")).order_by("place", "pk")
    below: dict[int | None, list[ArticleCategory]] = {}
    for row in rows:
        if closed or not row.closed:
            below.setdefault(row.parent_id, []).append(row)
    found: list[ArticleCategory] = []

    def walk(parent: int | None, depth: int) -> None:
        for row in below.get(parent, []):
            row.depth = depth  # type: ignore[attr-defined]
            found.append(row)
            walk(row.pk, depth + 1)

    walk(None, 0)
    return found


@dataclass(frozen=True, slots=True)
class ArticleFileOf:
    """An article with its versions, the newest first, its files and what stands beside it."""

    article: Article
    versions: tuple[ArticleVersion, ...]
    files: tuple[ArticleFile, ...]
    beside: tuple[tuple[Article, str], ...]
    votes: dict[int, tuple[int, int]]
    today: dt.date

    def of(self, language: str) -> list[ArticleVersion]:
        return [each for each in self.versions if each.language == language]

    def used(self, language: str) -> ArticleVersion | None:
        """What is given today in a language."""
        return in_use(self.of(language), self.today)

    def open(self, language: str) -> ArticleVersion | None:
        """The version being written or reviewed."""
        return next((each for each in self.of(language) if each.state in OPEN), None)

    def standing(self, version: ArticleVersion) -> Standing:
        return standing(version, self.of(version.language), self.today)

    def version(self, language: str, number: int) -> ArticleVersion:
        """By its number. Raises NotFound."""
        found = next((each for each in self.of(language) if each.number == number), None)
        if found is None:
            raise NotFound
        return found

    @property
    def languages(self) -> list[str]:
        """Those in which there is something to read, Chinese first."""
        return [each for each in ArticleLanguage.values if self.of(each)]


@query(VIEW, label=_("See articles"))
def article_file(actor: Actor, article_id: int) -> ArticleFileOf:
    """An article with everything of it; drafts only for those who write or review. Raises NotFound. Six reads."""
    article = _for(actor).filter(pk=article_id).first()
    if article is None:
        raise NotFound
    today = business_date()
    rows = article.versions.order_by("-number")
    if not works_on_articles(actor):
        rows = rows.filter(state__in=DECIDED, in_use_from__lte=today)
    versions = tuple(rows)
    if not versions:
        raise NotFound
    files = tuple(article.files.filter(removed_at=None).defer("content").order_by("pk"))
    counted = (
        ArticleVote.objects.filter(version__article=article)
        .values_list("version")
        .annotate(yes=Count("pk", filter=Q(useful=True)), no=Count("pk", filter=Q(useful=False)))
    )
    votes = {version: (yes, no) for version, yes, no in counted}
    return ArticleFileOf(article, versions, files, tuple(_beside(article, actor)), votes, today)


def _beside(article: Article, actor: Actor) -> list[tuple[Article, str]]:
    links = ArticleLink.objects.filter(Q(article=article) | Q(other=article)).values_list("article_id", "other_id")
    keys = {other if one == article.pk else one for one, other in links}
    if not keys:
        return []
    rows = {row.pk: row for row in _for(actor).filter(pk__in=keys)}
    titles = titles_of(list(rows))
    return [(row, titles[pk]) for pk, row in sorted(rows.items()) if pk in titles]


def titles_of(keys: Sequence[int], language: str = "zh") -> dict[int, str]:
    """The titles of what is in use today, in a language where there is one, else in the other. One read."""
    today = business_date()
    rows = ArticleEntry.objects.filter(Q(until_on=None) | Q(until_on__gte=today), article__in=keys, from_on__lte=today)
    found: dict[int, str] = {}
    for pk, spoken, title in rows.values_list("article_id", "language", "version__title"):
        if pk not in found or spoken == language:
            found[pk] = title
    return found


@query(VIEW, label=_("See articles"))
def article_version(actor: Actor, version_id: int) -> ArticleVersion:
    """One version with its article, if the actor may see it. Raises NotFound."""
    row = ArticleVersion.objects.select_related("article__category").filter(pk=version_id).first()
    if row is None or not (works_on_articles(actor) or row.in_force_on(business_date())):
        raise NotFound
    return row


def version_given(actor: Actor, article_id: int, language: str) -> ArticleVersion:
    """What is given today in a language to this reader. Raises NotFound. Two reads."""
    if not _for(actor).filter(pk=article_id).exists():
        raise NotFound
    rows = ArticleVersion.objects.filter(article=article_id, language=language, state__in=DECIDED)
    found = in_use(rows.select_related("article__category"), business_date())
    if found is None:
        raise NotFound
    return found


@query(VIEW, label=_("See articles"))
def article_content(actor: Actor, file_id: int) -> ArticleFile:
    """A file with its content. Raises NotFound."""
    row = ArticleFile.objects.select_related("article").filter(pk=file_id, removed_at=None).first()
    if row is None:
        raise NotFound
    article_file(actor, row.article_id)
    return row


@dataclass(frozen=True, slots=True)
class Answers:
    """What search found: each with its version, and what was understood of the words."""

    hits: list[tuple[Found, ArticleVersion]]
    asked: Asked


@query(VIEW, label=_("See articles"))
def search_articles(
    actor: Actor,
    text: str,
    *,
    audience: str = "",
    kind: str = "",
    language: str = "",
    category_id: int | None = None,
    limit: int = 50,
) -> Answers:
    """The articles that answer to a text, the best first."""
    path = ""
    if category_id is not None:
        path = ArticleCategory.objects.filter(pk=category_id).values_list("path", flat=True).first() or "-"
    return _search(text, audience, kind, language, path, limit)


@query(VIEW, label=_("See articles"))
def suggested_articles(actor: Actor, request_id: int, *, limit: int = 5) -> list[ArticleVersion]:
    """What may help with a request within reach, found by its subject and words; nothing that hardly fits."""
    row = ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(pk=request_id).first()
    if row is None:
        raise NotFound
    decrypt_rows(ServiceRequest, [row], ("subject", "text"))
    found = _search(f"{row.subject} {row.text or ''}", "", "", "", "", limit)
    least = LEAST_SHARE * (found.hits[0][0].score if found.hits else 0.0)
    return [version for each, version in found.hits if each.score >= least]


@query(VIEW_OWN, label=_("Look for help on the portal"))
def search_help(actor: Actor, text: str, *, language: str = "", limit: int = 10) -> Answers:
    """The same for a customer: only what customers may read."""
    return _search(text, Audience.CUSTOMER, "", language, "", limit)


def _search(text: str, audience: str, kind: str, language: str, path: str, limit: int) -> Answers:
    found, asked = find(
        text[:1000],
        audience=audience,
        kind=kind,
        language=language,
        category_path=path,
        today=business_date(),
        limit=limit,
    )
    return Answers(versions_of(found), asked)


@query(VIEW_OWN, label=_("Look for help on the portal"))
def help_article(actor: Actor, article_id: int, language: str) -> ArticleVersion:
    """What a customer reads; in the other language where there is none in this one. Raises NotFound."""
    for each in (language, *(other for other in ArticleLanguage.values if other != language)):
        try:
            return version_given(actor, article_id, each)
        except NotFound:
            continue
    raise NotFound


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """A text that was searched for and led nowhere: how often, how often without any result, when last."""

    text: str
    side: str
    times: int
    empty: int
    last_at: dt.datetime


@query("service.view_dead_ends", label=_("See dead-end searches"))
def dead_ends(actor: Actor, *, limit: int = 200) -> list[DeadEnd]:
    """Searches without a result, or after which nothing was opened, the most frequent first; settled ones left out."""
    rules, now = in_force(KnowledgePolicy), timezone.now()
    since, still = now - dt.timedelta(days=rules.dead_end_days), now - dt.timedelta(minutes=rules.dead_end_minutes)
    rows = (
        SearchMade.objects.filter(Q(found=0) | Q(at__lt=still), opened=None, settled_at=None, at__gte=since)
        .values("text", "side")
        .annotate(times=Count("pk"), empty=Count("pk", filter=Q(found=0)), last_at=Max("at"))
        .order_by("-times", "-last_at")[:limit]
    )
    return [DeadEnd(**each) for each in rows]
