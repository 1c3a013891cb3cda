"""Knowledge for other systems: written, reviewed, found."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.conditional import expected_version, tell_version
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Reason, Shown, Taken, Version, one_of, page_of
from kexin.service.knowledge.arranging import (
    add_article_category,
    change_article_category,
    link_articles,
    place_article,
    remove_article_file,
    unlink_articles,
    vote_article,
)
from kexin.service.knowledge.choices import ArticleKind, ArticleLanguage, Audience, Side, Standing
from kexin.service.knowledge.queries import (
    VIEW,
    ArticleFileOf,
    article_file,
    article_version,
    articles,
    categories,
    dead_ends,
    search_articles,
)
from kexin.service.knowledge.safe_text import plain
from kexin.service.knowledge.searches import settle_dead_end
from kexin.service.knowledge.writing import (
    change_article,
    confirm_article,
    draft_article,
    draft_article_version,
    review_article,
    submit_article,
    withdraw_article,
)
from kexin.service.models import Article, ArticleCategory, ArticleVersion
from kexin.service.models.knowledge import LONGEST

router = Endpoints("knowledge", _("Knowledge"))

ArticleKindCode = one_of(ArticleKind)
AudienceCode = one_of(Audience)
LanguageCode = one_of(ArticleLanguage)
Title = Annotated[str, Field(min_length=1, max_length=120, examples=["银行卡丢失怎么挂失"])]
Body = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST, examples=["请立即拨打客服电话挂失，或到任一网点办理。"],
          description="Markdown: headings, lists, emphasis, links"),
]  # fmt: skip
Ways = Annotated[list[str], Field(max_length=300, examples=[["卡不见了怎么办"]], description="How people ask for it")]
ArticleChange = Annotated[str, Field(max_length=300, examples=["补充网点办理"])]


class ArticlesWanted(Paging):
    """Which articles, which part of the list."""

    kind: ArticleKindCode | None = None  # type: ignore[valid-type]
    audience: AudienceCode | None = None  # type: ignore[valid-type]
    category_id: int | None = Field(default=None, examples=[1])
    waiting: Annotated[str, Field(pattern="^(draft|in_review|returned|due|)$", examples=["due"])] = ""


class ArticleLine(Shown):
    """An article, and in which languages something is in use today."""

    id: Id
    article_no: str = Field(examples=["K2026000001"])
    kind: str = Field(examples=["answer"])
    audience: str = Field(examples=["customer"])
    category_id: Id
    title: str = Field(examples=["银行卡丢失怎么挂失"])
    in_use: list[str] = Field(examples=[["zh"]])
    waiting: str = Field(description="State of a version being written or reviewed, or empty", examples=["draft"])
    review_on: Day | None


class ArticleVersionShown(Shown):
    """A version of an article."""

    id: Id
    article_id: Id
    language: str = Field(examples=["zh"])
    number: int = Field(examples=[1])
    title: str = Field(examples=["银行卡丢失怎么挂失"])
    body: Body
    asked: Ways
    change: str = Field(examples=["补充网点办理"])
    standing: one_of(Standing)  # type: ignore[valid-type]
    drafted_by: str = Field(examples=["1003"])
    drafted_at: Moment
    reviewed_by: str = Field(examples=["1005"])
    reviewed_at: Moment | None
    note: str = Field(examples=[""])
    in_use_from: Day | None
    until_on: Day | None = Field(description="Last day on which it is given; empty: until it is replaced")
    review_on: Day | None
    withdrawn_reason: str = Field(examples=[""])
    sha256: str = Field(description="Of title, text and ways of asking, once approved", examples=[""])
    version: Version


class ArticleFileShown(Shown):
    """A file of an article."""

    id: Id
    name: str = Field(examples=["挂失申请书.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(examples=[20480])
    sha256: str = Field(examples=["0" * 64])


class ArticleShown(Shown):
    """An article with its versions, its files and what stands beside it."""

    id: Id
    article_no: str = Field(examples=["K2026000001"])
    kind: str = Field(examples=["answer"])
    audience: str = Field(examples=["customer"])
    category_id: Id
    versions: list[ArticleVersionShown]
    files: list[ArticleFileShown]
    beside: list[Id] = Field(description="Articles linked with it", examples=[[2]])


class ArticleTaken(Taken):
    """A new article with its first words."""

    kind: ArticleKindCode  # type: ignore[valid-type]
    audience: AudienceCode  # type: ignore[valid-type]
    category_id: Id
    language: LanguageCode  # type: ignore[valid-type]
    title: Title
    body: Body
    asked: Ways = []


class ArticleVersionTaken(Taken):
    """A draft behind the latest version in a language; what is left out begins as it was."""

    language: LanguageCode  # type: ignore[valid-type]
    title: str = Field(default="", max_length=120, examples=[""])
    body: str = Field(default="", max_length=LONGEST, examples=[""])
    asked: Ways | None = None
    change: ArticleChange = ""


class ArticleWordsTaken(Taken):
    """The words of a draft from now on."""

    title: Title
    body: Body
    asked: Ways = []
    change: ArticleChange = ""


class ArticleReviewTaken(Taken):
    """What the reviewer decides."""

    approve: bool = Field(examples=[False])
    note: str = Field(default="", max_length=1000, examples=["请写明电话"])
    in_use_from: dt.date | None = Field(default=None, description="Today, if left out", examples=[None])
    until_on: dt.date | None = Field(default=None, examples=[None])
    review_on: dt.date | None = Field(default=None, description="After the months of the policy", examples=[None])


class ArticleConfirmationTaken(Taken):
    """By when it is looked at next; left out, after the months of the policy."""

    review_on: dt.date | None = Field(default=None, examples=[None])


class ArticleWithdrawalTaken(Taken):
    """Why nobody is to find it any more."""

    reason: Reason


class ArticlePlaceTaken(Taken):
    """Where it stands, and for whom."""

    category_id: Id
    audience: AudienceCode  # type: ignore[valid-type]


class ArticleLinkTaken(Taken):
    """The number of the other article."""

    other_no: str = Field(max_length=20, examples=["K2026000002"])


class ArticleVoteTaken(Taken):
    """Whether it helped, and what is missing."""

    language: LanguageCode  # type: ignore[valid-type]
    useful: bool = Field(examples=[True])
    note: str = Field(default="", max_length=300, examples=["缺少境外电话"])


class ArticleVoteShown(Shown):
    """A vote as kept."""

    useful: bool = Field(examples=[True])
    note: str = Field(examples=[""])
    at: Moment


class CategoryOfArticles(Shown):
    """A place in the tree."""

    id: Id
    parent_id: Id | None
    name: str = Field(examples=["银行卡"])
    name_en: str = Field(examples=["Cards"])
    place: int = Field(examples=[0])
    closed: bool = Field(examples=[False])


class CategoryOfArticlesTaken(Taken):
    """A place in the tree, below another or at its root."""

    name: str = Field(min_length=1, max_length=60, examples=["银行卡"])
    name_en: str = Field(min_length=1, max_length=60, examples=["Cards"])
    parent_id: int | None = Field(default=None, examples=[None])
    place: int = Field(default=0, ge=0, le=999, examples=[0])


class CategoryOfArticlesChange(CategoryOfArticlesTaken):
    """The same, and whether it takes new articles."""

    closed: bool = Field(default=False, examples=[False])


class CategoryList(Shown):
    """The tree, each after its parent."""

    items: list[CategoryOfArticles]


class KnowledgeWanted(Taken):
    """What is looked for."""

    text: str = Field(min_length=1, max_length=1000, examples=["银行卡丢了怎么办"])
    kind: ArticleKindCode | None = None  # type: ignore[valid-type]
    audience: AudienceCode | None = None  # type: ignore[valid-type]
    language: LanguageCode | None = None  # type: ignore[valid-type]
    category_id: int | None = Field(default=None, examples=[1])
    limit: int = Field(default=10, ge=1, le=50, examples=[10])


class KnowledgeHit(Shown):
    """An article that answers, with its rank."""

    article_id: Id
    article_no: str = Field(examples=["K2026000001"])
    language: str = Field(examples=["zh"])
    title: str = Field(examples=["银行卡丢失怎么挂失"])
    words: str = Field(description="The beginning of it", examples=["请立即拨打客服电话挂失"])
    score: float = Field(examples=[7.2])


class KnowledgeFound(Shown):
    """The best first; ``meant``: other words that were looked for, because those typed stand nowhere."""

    items: list[KnowledgeHit]
    meant: list[str] = Field(examples=[["转账"]])


class DeadEndShown(Shown):
    """A search that led nowhere."""

    text: str = Field(examples=["外币兑换"])
    side: one_of(Side)  # type: ignore[valid-type]
    times: int = Field(examples=[12])
    empty: int = Field(description="How often nothing was found at all", examples=[12])
    last_at: Moment


class DeadEndList(Shown):
    """The most frequent first."""

    items: list[DeadEndShown]


class DeadEndTaken(Taken):
    """Which searches, and what was done."""

    text: str = Field(min_length=1, max_length=80, examples=["外币兑换"])
    side: one_of(Side)  # type: ignore[valid-type]
    why: str = Field(min_length=1, max_length=200, examples=["已写入新条目"])


class DeadEndsSettled(Shown):
    """How many searches it was."""

    settled: int = Field(examples=[12])


def _version(row: ArticleVersion, stands: str) -> ArticleVersionShown:
    names = set(ArticleVersionShown.model_fields) - {"id", "standing"}
    return ArticleVersionShown(id=row.pk, standing=stands, **{name: getattr(row, name) for name in names})


def _line(row: Article) -> ArticleLine:
    known: dict[str, object] = row.__dict__
    return ArticleLine(
        id=row.pk,
        article_no=row.article_no,
        kind=row.kind,
        audience=row.audience,
        category_id=row.category_id,
        title=str(known["title"] or known["title_en"]),
        in_use=[code for code in ArticleLanguage.values if known[f"given_{code}"]],
        waiting=str(known["open_state"] or ""),
        review_on=known["review_on"],  # type: ignore[arg-type]
    )


def _file(file: ArticleFileOf) -> ArticleShown:
    row = file.article
    return ArticleShown(
        id=row.pk,
        article_no=row.article_no,
        kind=row.kind,
        audience=row.audience,
        category_id=row.category_id,
        versions=[_version(each, file.standing(each)) for each in file.versions],
        files=[
            ArticleFileShown(id=each.pk, name=each.name, media_type=each.media_type, size=each.size, sha256=each.sha256)
            for each in file.files
        ],
        beside=[other.pk for other, _title in file.beside],
    )


def _answer(request: ApiRequest, row: ArticleVersion) -> ArticleVersionShown:
    tell_version(request, row.version)
    return _version(row, article_file(request.actor, row.article_id).standing(row))


def _category(row: ArticleCategory) -> CategoryOfArticles:
    return CategoryOfArticles(
        id=row.pk, parent_id=row.parent_id, name=row.name, name_en=row.name_en, place=row.place, closed=row.closed
    )


@router.read("/articles", VIEW)
def list_articles(request: ApiRequest, wanted: Query[ArticlesWanted]) -> Page[ArticleLine]:
    """Articles; those without anything in use only for who writes or reviews."""
    rows = articles(request.actor, waiting=wanted.waiting)
    for name in ("kind", "audience", "category_id"):
        if getattr(wanted, name):
            rows = rows.filter(**{name: getattr(wanted, name)})
    lines, following = page_of(request, rows, wanted, [("created_at", "desc")], _line)
    return Page[ArticleLine](items=lines, next=following)


@router.read("/articles/{article_id}", VIEW)
def show_article(request: ApiRequest, article_id: Id) -> ArticleShown:
    """An article with its versions."""
    return _file(article_file(request.actor, article_id))


@router.write("POST", "/article-searches", VIEW, _("Search articles"), once=False)
def find_articles(request: ApiRequest, data: KnowledgeWanted) -> KnowledgeFound:
    """The articles that answer to a text, the best first; nothing is stored."""
    values = data.model_dump()
    values |= {name: values[name] or "" for name in ("kind", "audience", "language")}
    found = search_articles(request.actor, values.pop("text"), **values)
    items = [
        KnowledgeHit(
            article_id=version.article_id, article_no=version.article.article_no, language=version.language,
            title=version.title, words=plain(version.body)[:200], score=round(each.score, 3),
        )
        for each, version in found.hits
    ]  # fmt: skip
    return KnowledgeFound(items=items, meant=sorted(set(found.asked.meant)))


@router.write("POST", "/articles", "service.draft_article", status=201)
def add_article(request: ApiRequest, data: ArticleTaken) -> ArticleVersionShown:
    """Draft an article."""
    return _answer(request, draft_article(actor=request.actor, **data.model_dump()))


@router.write("POST", "/articles/{article_id}/versions", "service.draft_article_version", status=201)
def add_article_version(request: ApiRequest, article_id: Id, data: ArticleVersionTaken) -> ArticleVersionShown:
    """Begin a new version, or the first in another language."""
    return _answer(request, draft_article_version(article_id, actor=request.actor, **data.model_dump()))


@router.write("PATCH", "/article-versions/{version_id}", "service.change_article", conditional=True, etag=True)
def edit_article(request: ApiRequest, version_id: Id, data: ArticleWordsTaken) -> ArticleVersionShown:
    """Write in a draft or in what was returned."""
    version = expected_version(request, lambda: article_version(request.actor, version_id).version)
    return _answer(request, change_article(version_id, actor=request.actor, version=version, **data.model_dump()))


@router.write("POST", "/article-versions/{version_id}/submission", "service.submit_article")
def hand_in_article(request: ApiRequest, version_id: Id) -> ArticleVersionShown:
    """Give a version to review: somebody else owes it."""
    return _answer(request, submit_article(version_id, actor=request.actor))


@router.write("POST", "/article-versions/{version_id}/review", "service.review_article")
def decide_article(request: ApiRequest, version_id: Id, data: ArticleReviewTaken) -> ArticleVersionShown:
    """Approve a version for a time, or return it with a reason."""
    return _answer(request, review_article(version_id, actor=request.actor, **data.model_dump()))


@router.write("POST", "/article-versions/{version_id}/confirmation", "service.confirm_article")
def article_still_right(request: ApiRequest, version_id: Id, data: ArticleConfirmationTaken) -> ArticleVersionShown:
    """Say that it is still right."""
    return _answer(request, confirm_article(version_id, actor=request.actor, **data.model_dump()))


@router.write("POST", "/article-versions/{version_id}/withdrawal", "service.withdraw_article")
def end_article(request: ApiRequest, version_id: Id, data: ArticleWithdrawalTaken) -> ArticleVersionShown:
    """Nobody finds it any more, at once."""
    return _answer(request, withdraw_article(version_id, actor=request.actor, reason=data.reason))


@router.write("POST", "/articles/{article_id}/place", "service.place_article")
def article_placed(request: ApiRequest, article_id: Id, data: ArticlePlaceTaken) -> ArticleShown:
    """Another category or audience."""
    place_article(article_id, actor=request.actor, **data.model_dump())
    return _file(article_file(request.actor, article_id))


@router.write("POST", "/articles/{article_id}/links", "service.link_articles")
def article_linked(request: ApiRequest, article_id: Id, data: ArticleLinkTaken) -> ArticleShown:
    """Show each beside the other."""
    link_articles(article_id, actor=request.actor, other_no=data.other_no)
    return _file(article_file(request.actor, article_id))


@router.write("DELETE", "/articles/{article_id}/links/{other_id}", "service.unlink_articles")
def article_unlinked(request: ApiRequest, article_id: Id, other_id: Id) -> ArticleShown:
    """Neither shows the other any more."""
    unlink_articles(article_id, actor=request.actor, other_id=other_id)
    return _file(article_file(request.actor, article_id))


@router.write("POST", "/articles/{article_id}/votes", "service.vote_article")
def article_voted(request: ApiRequest, article_id: Id, data: ArticleVoteTaken) -> ArticleVoteShown:
    """Say whether it helped; another vote replaces the one before."""
    row = vote_article(article_id, actor=request.actor, **data.model_dump())
    return ArticleVoteShown(useful=row.useful, note=row.note, at=row.at)


@router.write("DELETE", "/article-files/{file_id}", "service.remove_article_file")
def article_file_removed(request: ApiRequest, file_id: Id) -> ArticleFileShown:
    """Not shown any more."""
    row = remove_article_file(file_id, actor=request.actor)
    return ArticleFileShown(id=row.pk, name=row.name, media_type=row.media_type, size=row.size, sha256=row.sha256)


@router.read("/article-categories", VIEW)
def list_article_categories(request: ApiRequest) -> CategoryList:
    """The tree."""
    return CategoryList(items=[_category(each) for each in categories(request.actor, closed=True)])


@router.write("POST", "/article-categories", "service.add_article_category", status=201)
def article_category_added(request: ApiRequest, data: CategoryOfArticlesTaken) -> CategoryOfArticles:
    """Add a place in the tree."""
    return _category(add_article_category(actor=request.actor, **data.model_dump()))


@router.write("PUT", "/article-categories/{article_category_id}", "service.change_article_category")
def article_category_changed(
    request: ApiRequest, article_category_id: Id, data: CategoryOfArticlesChange
) -> CategoryOfArticles:
    """Name it anew, move it or close it."""
    return _category(change_article_category(article_category_id, actor=request.actor, **data.model_dump()))


@router.read("/dead-end-searches", "service.view_dead_ends")
def list_dead_ends(request: ApiRequest) -> DeadEndList:
    """What people looked for in vain."""
    return DeadEndList(
        items=[
            DeadEndShown(text=each.text, side=each.side, times=each.times, empty=each.empty, last_at=each.last_at)
            for each in dead_ends(request.actor)
        ]
    )


@router.write("POST", "/dead-end-searches/settlement", "service.settle_dead_end")
def dead_end_settled(request: ApiRequest, data: DeadEndTaken) -> DeadEndsSettled:
    """Take a search off the list, with what was done."""
    return DeadEndsSettled(settled=settle_dead_end(actor=request.actor, **data.model_dump()))
