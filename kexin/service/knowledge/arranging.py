"""What belongs to articles: the tree of categories, attached files, links between articles, votes."""

from __future__ import annotations

import hashlib

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.media import HEAD_BYTES, ending_fits, media_type
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.service.knowledge.choices import Audience
from kexin.service.knowledge.index import renew
from kexin.service.knowledge.policies import KnowledgePolicy
from kexin.service.knowledge.queries import version_given
from kexin.service.knowledge.rules import may_move
from kexin.service.knowledge.writing import ARTICLE
from kexin.service.models import Article, ArticleCategory, ArticleFile, ArticleLink, ArticleVote

MOST_LINKS = 20


@operation("service.add_article_category", label=_("Add a category of articles"), plain=("name", "name_en"))
def add_article_category(
    *, actor: Actor, name: str, name_en: str, parent_id: int | None = None, place: int = 0
) -> ArticleCategory:
    """A place in the tree, below another or at its root."""
    row = ArticleCategory(place=place)
    _name(row, name, name_en, parent_id)
    row.save()
    row.path = f"{row.parent.path if row.parent else ''}{row.pk}/"
    row.save(update_fields=["path"])
    return row


@operation("service.change_article_category", label=_("Change a category of articles"), plain=("name", "name_en"))
def change_article_category(
    category_id: int,
    *,
    actor: Actor,
    name: str,
    name_en: str,
    parent_id: int | None = None,
    place: int = 0,
    closed: bool = False,
) -> ArticleCategory:
    """Name it anew, move it with everything below it, or close it for new articles. Search follows at once."""
    row = ArticleCategory.objects.select_for_update(of=("self",)).filter(pk=category_id).first()
    if row is None:
        raise NotFound
    before = row.path
    _name(row, name, name_en, parent_id)
    if row.parent is not None:
        may_move(before, row.parent.path).enforce()
    row.place, row.closed = place, closed
    row.path = f"{row.parent.path if row.parent else ''}{row.pk}/"
    row.save()
    if row.path != before:
        for below in ArticleCategory.objects.filter(path__startswith=before).exclude(pk=row.pk):
            below.path = row.path + below.path.removeprefix(before)
            below.save(update_fields=["path"])
        for article in Article.objects.filter(category__path__startswith=row.path).select_related("category"):
            renew(article)
    return row


def _name(row: ArticleCategory, name: str, name_en: str, parent_id: int | None) -> None:
    row.name, row.name_en = name.strip()[:60], name_en.strip()[:60]
    wrong = {}
    if not row.name:
        wrong["name"] = _("Give it a name.")
    if not row.name_en:
        wrong["name_en"] = _("Give it a name.")
    parent = None
    if parent_id is not None:
        parent = ArticleCategory.objects.filter(pk=parent_id).first()
        if parent is None:
            wrong["parent_id"] = _("Choose one of the list.")
    if ArticleCategory.objects.filter(parent=parent, name=row.name).exclude(pk=row.pk).exists():
        wrong["name"] = _("There is a category of this name already.")
    if wrong:
        raise RuleViolation(fields=wrong)
    row.parent = parent


@operation("service.place_article", label=_("Change who reads an article and where it stands"), plain=("audience",))
def place_article(article_id: int, *, actor: Actor, category_id: int, audience: str) -> Article:
    """Another category or audience. What customers may read was reviewed for them: nobody opens an article of staff to
    customers here; a new article is written for them."""
    row = _article(article_id)
    category = ArticleCategory.objects.filter(pk=category_id).first()
    if category is None or (category.closed and category.pk != row.category_id):
        raise RuleViolation(fields={"category_id": _("Choose one of the list.")})
    if audience not in Audience.values:
        raise RuleViolation(fields={"audience": _("Choose one of the list.")})
    if audience == Audience.CUSTOMER and row.audience == Audience.STAFF:
        said = _("It was reviewed for staff. Write an article for customers and have it reviewed.")
        raise RuleViolation(fields={"audience": said})
    row.category, row.audience = category, audience
    row.save(update_fields=["category", "audience"])
    renew(row)
    return row


@operation("service.attach_article_file", label=_("Attach a file to an article"), plain=("name",))
def attach_article_file(article_id: int, *, actor: Actor, name: str, content: bytes) -> ArticleFile:
    """Keep a file of an allowed kind, told by its first bytes. The same file is not kept twice."""
    article, rules = _article(article_id), in_force(KnowledgePolicy)
    kind, size = media_type(content[:HEAD_BYTES]), len(content)
    name = name.replace("\\", "/").rsplit("/", 1)[-1].strip()[-120:]
    if kind not in rules.media_types or not ending_fits(name, kind):
        raise RuleViolation(fields={"file": _("Files of this kind are not taken.")})
    if size > rules.largest_mb * 1_000_000:
        raise RuleViolation(fields={"file": _("At most %(most)s MB.") % {"most": rules.largest_mb}})
    digest = hashlib.sha256(content).hexdigest()
    if article.files.filter(sha256=digest, removed_at=None).exists():
        raise RuleViolation(fields={"file": _("This file is attached already.")})
    return ArticleFile.objects.create(
        article=article,
        name=name,
        media_type=kind,
        size=size,
        sha256=digest,
        content=content,
        added_by=actor.name,
        added_at=timezone.now(),
    )


@operation("service.remove_article_file", label=_("Remove a file from an article"))
def remove_article_file(file_id: int, *, actor: Actor) -> ArticleFile:
    """Not shown any more; its bytes stay for whoever asks later what was attached."""
    row = ArticleFile.objects.select_for_update(of=("self",)).defer("content").filter(pk=file_id).first()
    if row is None or row.removed_at is not None:
        raise NotFound
    row.removed_at = timezone.now()
    row.save(update_fields=["removed_at"])
    return row


@operation("service.link_articles", label=_("Link two articles"), plain=("other_no",))
def link_articles(article_id: int, *, actor: Actor, other_no: str) -> ArticleLink:
    """Show each beside the other, such as an answer and the case it was learned from."""
    row = _article(article_id)
    other = Article.objects.filter(article_no=other_no.strip().upper()).first()
    if other is None or other.pk == row.pk:
        raise RuleViolation(fields={"other_no": _("There is no other article of this number.")})
    if row.links.count() + row.linked_from.count() >= MOST_LINKS:
        raise RuleViolation(_("An article has at most %(most)s links.") % {"most": MOST_LINKS})
    first, second = sorted((row, other), key=lambda each: each.pk)
    return ArticleLink.objects.get_or_create(article=first, other=second)[0]


@operation("service.unlink_articles", label=_("Take a link between articles away"))
def unlink_articles(article_id: int, *, actor: Actor, other_id: int) -> Article:
    """Neither shows the other any more."""
    row = _article(article_id)
    first, second = sorted((row.pk, other_id))
    if not ArticleLink.objects.filter(article_id=first, other_id=second).delete()[0]:
        raise NotFound
    return row


@operation("service.vote_article", label=_("Say whether an article helped"))
def vote_article(article_id: int, *, actor: Actor, language: str, useful: bool, note: str = "") -> ArticleVote:
    """One vote a reader and version; another one replaces it."""
    version = version_given(actor, article_id, language)
    return _vote(version.pk, actor, useful, note)


@operation("service.vote_own_article", label=_("Say on the portal whether an article helped"))
def vote_own_article(article_id: int, *, actor: Actor, language: str, useful: bool) -> ArticleVote:
    """The customer says so; only of what customers may read."""
    version = version_given(actor, article_id, language)
    return _vote(version.pk, actor, useful, "")


def _vote(version_id: int, actor: Actor, useful: bool, note: str) -> ArticleVote:
    words = {"useful": useful, "note": " ".join(note.split())[:300], "at": timezone.now()}
    return ArticleVote.objects.update_or_create(version_id=version_id, voter=actor.name, defaults=words)[0]


def _article(pk: int) -> Article:
    row = Article.objects.select_for_update(of=("self",)).select_related("category").filter(pk=pk).first()
    if row is None:
        raise NotFound
    act = frame.current.get()
    if act is not None:
        act.subject = (ARTICLE, row.pk)
    return row
