"""Writing, reviewing, confirming and withdrawing articles. Nobody reviews what they wrote; only what was reviewed is
found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import close_work, duty_holder, open_work
from kexin.people.models import OrgUnit
from kexin.service.knowledge.choices import DECIDED, OPEN, ArticleKind, ArticleLanguage, ArticleState, Audience
from kexin.service.knowledge.events import (
    ArticleApproved,
    ArticleConfirmed,
    ArticleReturned,
    ArticleSubmitted,
    ArticleWithdrawn,
)
from kexin.service.knowledge.index import renew
from kexin.service.knowledge.policies import KnowledgePolicy
from kexin.service.knowledge.rules import (
    fingerprint,
    in_use,
    may_approve,
    may_be_written,
    may_read_as,
    may_review,
    tidy,
    ways,
)
from kexin.service.models import Article, ArticleCategory, ArticleVersion

REVIEW, LOOK = "service.article_review", "service.article_look"
SUBJECT, ARTICLE = "service.ArticleVersion", "service.Article"
REVIEWS = "service.review_article"


@operation("service.draft_article", label=_("Draft an article"), plain=("kind", "audience", "language", "title"))
def draft_article(
    *,
    actor: Actor,
    kind: str,
    audience: str,
    category_id: int,
    language: str,
    title: str,
    body: str,
    asked: Sequence[str] = (),
) -> ArticleVersion:
    """A new article with its first version in one language. Refused at the field that makes no sense."""
    wrong = {
        name: _("Choose one of the list.")
        for name, value, known in (
            ("kind", kind, ArticleKind.values),
            ("audience", audience, Audience.values),
            ("language", language, ArticleLanguage.values),
        )
        if value not in known
    }
    category = ArticleCategory.objects.filter(pk=category_id, closed=False).first()
    if category is None:
        wrong["category_id"] = _("Choose one of the list.")
    if wrong:
        raise RuleViolation(fields=wrong)
    assert category is not None
    words = _words(title, body, asked)
    key = _next_key()
    article = Article(
        pk=key,
        article_no=f"K{business_date().year}{key:06d}",
        kind=kind,
        audience=audience,
        category=category,
        created_at=timezone.now(),
        created_by=actor.name,
    )
    article.save(force_insert=True)
    return _new_version(article, language, 1, *words, "", actor)


@operation("service.draft_article_version", label=_("Begin a new version of an article"), plain=("language", "change"))
def draft_article_version(
    article_id: int,
    *,
    actor: Actor,
    language: str,
    title: str = "",
    body: str = "",
    asked: Sequence[str] | None = None,
    change: str = "",
) -> ArticleVersion:
    """A draft behind the latest version in a language, with its words where none are given; or the first in it.

    Raises Conflict while one is being written or reviewed.
    """
    article = _article(article_id)
    if language not in ArticleLanguage.values:
        raise RuleViolation(fields={"language": _("Choose one of the list.")})
    rows = article.versions.filter(language=language)
    if rows.filter(state__in=OPEN).exists():
        raise Conflict(_("A version of this article is being written or reviewed already."))
    latest = rows.order_by("-number").first()
    if latest is None:
        return _new_version(article, language, 1, *_words(title, body, asked or ()), change, actor)
    words = _words(title or latest.title, body or latest.body, latest.asked if asked is None else asked)
    return _new_version(article, language, latest.number + 1, *words, change, actor)


@operation("service.change_article", label=_("Change a draft of an article"), plain=("title", "change"))
def change_article(
    version_id: int,
    *,
    actor: Actor,
    title: str,
    body: str,
    asked: Sequence[str] = (),
    change: str = "",
    version: int | None = None,
) -> ArticleVersion:
    """Write in a draft, or in what was returned: it is a draft again. ``version`` is the one the person saw."""
    row = _locked(version_id, version)
    may_be_written(row.state).enforce()
    row.title, row.body, row.asked = _words(title, body, asked)
    row.change, row.state = change.strip()[:300], ArticleState.DRAFT
    row.drafted_by, row.drafter_user_id, row.drafted_at = actor.name, actor.user_id, timezone.now()
    if actor.user_id is not None and actor.user_id not in row.writers:
        row.writers = [*row.writers, actor.user_id]
    row.version += 1
    row.save()
    return row


@operation("service.submit_article", label=_("Give an article to review"))
def submit_article(version_id: int, *, actor: Actor, version: int | None = None) -> ArticleVersion:
    """Somebody else owes its review."""
    row = _locked(version_id, version)
    may_be_written(row.state).enforce()
    rules = in_force(KnowledgePolicy)
    unit_id = unit_of(actor)
    owner = duty_holder(REVIEWS, unit_id, actor.user_id)
    if owner is None:
        raise RuleViolation(_("Nobody else may review articles; a second person needs the right to."))
    row.state, row.submitted_at, row.version = ArticleState.IN_REVIEW, timezone.now(), row.version + 1
    row.reviewed_by, row.reviewer_user_id, row.reviewed_at, row.note = "", None, None, ""
    row.save()
    open_work(
        REVIEW,
        unit_id=unit_id,
        owner_post_id=owner,
        due_at=add(timezone.now(), Duration(rules.review_working_days, "working_days")),
        subject_kind=SUBJECT,
        subject_id=row.pk,
        details={"title": row.title, "number": row.number, "article_id": row.article_id, "language": row.language},
        policy_id=rules.policy_version,
    )
    emit(ArticleSubmitted(row.article_id, row.language, row.number))
    return row


@operation("service.review_article", label=_("Review an article"), plain=("note",))
def review_article(
    version_id: int,
    *,
    actor: Actor,
    approve: bool,
    note: str = "",
    in_use_from: dt.date | None = None,
    until_on: dt.date | None = None,
    review_on: dt.date | None = None,
    version: int | None = None,
) -> ArticleVersion:
    """Let a version pass, in use from a day on, perhaps up to a last day; or return it with a reason.

    ``review_on``: by when somebody looks whether it is still right; left out, after the months of the policy.
    """
    row = _locked(version_id, version)
    may_review(row.state, row.writers, actor.user_id).enforce()
    rules = in_force(KnowledgePolicy)
    row.note, row.policy_id = note.strip()[:1000], rules.policy_version
    row.reviewed_by, row.reviewer_user_id, row.reviewed_at = actor.name, actor.user_id, timezone.now()
    row.version += 1
    if not approve:
        if not row.note:
            raise RuleViolation(fields={"note": _("Say what has to change.")})
        row.state = ArticleState.RETURNED
        row.save()
        emit(ArticleReturned(row.article_id, row.language, row.number, row.note))
    else:
        first = in_use_from or business_date()
        again = review_on or months_after(first, rules.look_again_months)
        decided = row.article.versions.filter(language=row.language, state__in=DECIDED)
        latest = decided.aggregate(Max("in_use_from"))["in_use_from__max"]
        may_approve(first, until_on, again, business_date(), latest).enforce()
        row.state, row.in_use_from, row.until_on, row.review_on = ArticleState.APPROVED, first, until_on, again
        row.sha256 = fingerprint(row.title, row.body, row.asked)
        row.save()
        for older in decided.exclude(pk=row.pk):
            close_work(LOOK, SUBJECT, older.pk, outcome="replaced", by=actor.name)
        renew(row.article)
        emit(ArticleApproved(row.article_id, row.language, row.number, first, row.sha256))
    close_work(REVIEW, SUBJECT, row.pk, outcome=row.state, by=actor.name)
    return row


@operation("service.confirm_article", label=_("Say that an article is still right"))
def confirm_article(version_id: int, *, actor: Actor, review_on: dt.date | None = None) -> ArticleVersion:
    """Somebody read it again; it is looked at next by a later day."""
    row = _locked(version_id, None)
    today = business_date()
    current = in_use(row.article.versions.filter(language=row.language), today)
    if current is None or current.pk != row.pk:
        raise RuleViolation(_("Only the version in use is confirmed."))
    again = review_on or months_after(today, in_force(KnowledgePolicy).look_again_months)
    if again <= today:
        raise RuleViolation(fields={"review_on": _("Choose a day to come.")})
    row.review_on, row.version = again, row.version + 1
    row.save(update_fields=["review_on", "version"])
    close_work(LOOK, SUBJECT, row.pk, outcome="confirmed", by=actor.name)
    emit(ArticleConfirmed(row.article_id, row.language, row.number, again))
    return row


@operation("service.withdraw_article", label=_("Withdraw an article"), plain=("reason",))
def withdraw_article(version_id: int, *, actor: Actor, reason: str) -> ArticleVersion:
    """Nobody finds it any more, at once. The version before does not come back."""
    row = _locked(version_id, None)
    if row.state != ArticleState.APPROVED:
        raise RuleViolation(_("Only an approved version can be withdrawn."))
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    row.state, row.withdrawn_reason, row.version = ArticleState.WITHDRAWN, reason.strip()[:1000], row.version + 1
    row.save()
    close_work(LOOK, SUBJECT, row.pk, outcome="withdrawn", by=actor.name)
    renew(row.article)
    emit(ArticleWithdrawn(row.article_id, row.language, row.number, row.withdrawn_reason))
    return row


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, the last of its month where that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


def unit_of(actor: Actor) -> int:
    """Where the writer works; the head office for a clock or a service."""
    if actor.unit_id is not None:
        return actor.unit_id
    return OrgUnit.objects.filter(parent=None).order_by("path").values_list("pk", flat=True)[0]


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('service_article', 'id'))")
        (key,) = cursor.fetchone()
    return int(key)


def _words(title: str, body: str, asked: Sequence[str]) -> tuple[str, str, list[str]]:
    found = " ".join(title.split()), tidy(body), ways(asked)
    may_read_as(*found).enforce()
    return found


def _new_version(
    article: Article, language: str, number: int, title: str, body: str, asked: list[str], change: str, actor: Actor
) -> ArticleVersion:
    _remember(article)
    return ArticleVersion.objects.create(
        article=article,
        language=language,
        number=number,
        title=title,
        body=body,
        asked=asked,
        change=change.strip()[:300],
        drafted_by=actor.name,
        drafter_user_id=actor.user_id,
        writers=[actor.user_id] if actor.user_id is not None else [],
        drafted_at=timezone.now(),
    )


def _article(pk: int) -> Article:
    row = Article.objects.select_for_update(of=("self",)).select_related("category").filter(pk=pk).first()
    if row is None:
        raise NotFound
    _remember(row)
    return row


def _locked(version_id: int, seen: int | None) -> ArticleVersion:
    rows = ArticleVersion.objects.select_for_update(of=("self",)).select_related("article__category")
    row = rows.filter(pk=version_id).first()
    if row is None:
        raise NotFound
    _remember(row.article)
    if seen is not None and row.version != seen:
        raise Conflict(current={"version": row.version})
    return row


def _remember(article: Article) -> None:
    act = frame.current.get()
    if act is not None:
        act.subject = (ARTICLE, article.pk)
