"""Articles, their versions and what belongs to them: categories, files, links, votes."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.people.models import by_language
from kexin.service.knowledge.choices import DECIDED, OPEN, ArticleKind, ArticleLanguage, ArticleState, Audience, Side

LONGEST = 40_000  # characters of an article: about twenty pages


class ArticleCategory(models.Model):
    """知识分类: a place in the tree. ``path``: the keys from the root to itself, each with a stroke."""

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    path = models.CharField(max_length=200, blank=True, db_collation="C")
    place = models.PositiveSmallIntegerField(_("place"), default=0)
    closed = models.BooleanField(_("closed"), default=False)

    class Meta:
        verbose_name = _("category of articles")
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="service_category_name", nulls_distinct=False)
        ]

    @property
    def shown_name(self) -> str:
        return by_language(self.name, self.name_en)

    def __str__(self) -> str:
        return self.name


class Article(models.Model):
    """知识条目: one matter, in one or both languages; its words stand in its versions."""

    article_no = models.CharField(_("article number"), max_length=20, unique=True, db_collation="C")
    kind = models.CharField(_("kind"), max_length=9, choices=ArticleKind.choices)
    audience = models.CharField(_("audience"), max_length=8, choices=Audience.choices)
    category = models.ForeignKey(
        ArticleCategory, on_delete=models.PROTECT, related_name="articles", verbose_name=_("category")
    )
    created_at = models.DateTimeField(_("created at"))
    created_by = models.CharField(_("created by"), max_length=80)

    class Meta:
        verbose_name = _("article")
        indexes = [models.Index(F("created_at").desc(), "id", name="service_article_created")]

    def __str__(self) -> str:
        return self.article_no


class ArticleVersion(models.Model):
    """知识版本: the words in one language. What was approved never changes; ``writers`` never review it.

    ``asked`` are ways in which people ask for it. ``review_on`` is the day by which somebody looks whether it is
    still right; from ``until_on`` on (exclusive: the last day is that day) it is not given any more.
    """

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="versions")
    language = models.CharField(_("language"), max_length=2, choices=ArticleLanguage.choices)
    number = models.PositiveIntegerField(pgettext_lazy("article", "version"))
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"), max_length=LONGEST)
    asked = models.JSONField(_("asked like this"), default=list)
    change = models.CharField(_("what is new"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ArticleState.choices, default=ArticleState.DRAFT)
    drafted_by = models.CharField(_("drafted by"), max_length=80)
    drafter_user_id = models.BigIntegerField(null=True)
    writers = models.JSONField(default=list)
    drafted_at = models.DateTimeField(_("drafted at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    reviewed_by = models.CharField(_("reviewed by"), max_length=80, blank=True)
    reviewer_user_id = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    note = models.CharField(_("reviewer's note"), max_length=1000, blank=True)
    in_use_from = models.DateField(_("in use from"), null=True, blank=True)
    until_on = models.DateField(_("in use until"), null=True, blank=True)
    review_on = models.DateField(_("to be looked at by"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("why withdrawn"), max_length=1000, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    policy_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("version of an article")
        constraints = [
            models.UniqueConstraint(fields=["article", "language", "number"], name="service_articleversion_number"),
            models.UniqueConstraint(
                fields=["article", "language"],
                condition=Q(state__in=[str(each) for each in OPEN]),
                name="service_articleversion_open",
            ),
            models.UniqueConstraint(
                fields=["article", "language", "in_use_from"],
                condition=Q(state=ArticleState.APPROVED),
                name="service_articleversion_one_from_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[str(each) for each in DECIDED])
                | (
                    Q(in_use_from__isnull=False, review_on__isnull=False)
                    & ~Q(reviewed_by="")
                    & ~Q(sha256="")
                    & ~Q(reviewed_by=F("drafted_by"))
                ),
                name="service_articleversion_reviewed",
            ),
            models.CheckConstraint(
                condition=Q(reviewer_user_id__isnull=True)
                | Q(drafter_user_id__isnull=True)
                | ~Q(reviewer_user_id=F("drafter_user_id")),
                name="service_articleversion_not_the_drafter",
            ),
        ]
        indexes = [models.Index("review_on", condition=Q(state="approved"), name="service_article_review_on")]

    def in_force_on(self, day: dt.date) -> bool:
        """Approved, its day come and its last day not passed; whether a later one replaced it the caller knows."""
        begun = self.state == ArticleState.APPROVED and self.in_use_from is not None and self.in_use_from <= day
        return begun and (self.until_on is None or day <= self.until_on)

    def __str__(self) -> str:
        return f"{self.article_id}/{self.language}/{self.number}"


class ArticleFile(models.Model):
    """知识附件: a file that belongs to an article, kept in the database; no personal data of customers."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(_("file name"), max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.CharField(_("added by"), max_length=80)
    added_at = models.DateTimeField(_("added at"))
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("file of an article")
        constraints = [
            models.UniqueConstraint(
                fields=["article", "sha256"], condition=Q(removed_at=None), name="service_articlefile_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ArticleLink(models.Model):
    """知识关联: two articles that belong together, such as an answer and the case it was learned from."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="linked_from")

    class Meta:
        verbose_name = _("link between articles")
        constraints = [
            models.UniqueConstraint(fields=["article", "other"], name="service_articlelink_once"),
            models.CheckConstraint(condition=Q(article__lt=F("other")), name="service_articlelink_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}–{self.other_id}"


class ArticleVote(models.Model):
    """有用评价: whether a version helped the one who read it."""

    version = models.ForeignKey(ArticleVersion, on_delete=models.PROTECT, related_name="votes")
    voter = models.CharField(max_length=80, db_collation="C")
    useful = models.BooleanField(_("useful"))
    note = models.CharField(_("what is missing"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("vote on an article")
        constraints = [models.UniqueConstraint(fields=["version", "voter"], name="service_articlevote_once")]

    def __str__(self) -> str:
        return f"ArticleVote {self.pk}"


class ArticleEntry(models.Model):
    """检索条目: an approved version as search sees it; made and renewed by the act that approves it.

    ``terms`` are its words as :mod:`kexin.service.knowledge.words` makes them, ``counts`` how much each weighs (title
    three times, ways of asking twice), ``length`` their sum. ``until_on`` is the last day: its own, or the day before
    the version that replaces it.
    """

    version = models.OneToOneField(ArticleVersion, on_delete=models.CASCADE, related_name="entry")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=2, choices=ArticleLanguage.choices)
    audience = models.CharField(max_length=8, choices=Audience.choices)
    kind = models.CharField(max_length=9, choices=ArticleKind.choices)
    category_path = models.CharField(max_length=200, db_collation="C")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    terms: ArrayField[list[str], list[str]] = ArrayField(models.CharField(max_length=40))
    counts: ArrayField[list[int], list[int]] = ArrayField(models.PositiveSmallIntegerField())
    length = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("search entry")
        indexes = [GinIndex(fields=["terms"], name="service_entry_terms", fastupdate=False)]

    def __str__(self) -> str:
        return f"ArticleEntry {self.pk}"


class SearchTerm(models.Model):
    """检索词: a word of the index, in how many entries it stands, how it is read and its groups of three letters.

    The empty word counts all entries; its ``weight`` is the sum of their lengths.
    """

    term = models.CharField(primary_key=True, max_length=40, db_collation="C")
    entries = models.IntegerField(default=0)
    weight = models.BigIntegerField(default=0)
    pinyin = models.CharField(max_length=160, blank=True, db_collation="C")
    grams: ArrayField[list[str], list[str]] = ArrayField(models.CharField(max_length=3), default=list)

    class Meta:
        verbose_name = _("search word")
        indexes = [
            models.Index("pinyin", condition=~Q(pinyin=""), name="service_term_pinyin"),
            GinIndex(fields=["grams"], name="service_term_grams", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.term


class SearchMade(models.Model):
    """检索记录: what was searched, without digits of people and accounts, and whether anything was opened after it."""

    side = models.CharField(_("who searched"), max_length=8, choices=Side.choices)
    text = models.CharField(_("searched for"), max_length=80)
    found = models.PositiveSmallIntegerField(_("found"))
    opened = models.ForeignKey(Article, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("when"))
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=80, blank=True)
    settled_why = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("search made")
        indexes = [
            models.Index(
                "text", "side", "at", condition=Q(opened=None, settled_at=None), name="service_search_dead_ends"
            )
        ]

    def __str__(self) -> str:
        return self.text
