"""Prepared phrases for difficult talks: reviewed articles of that kind, by situation, shown where the talk is had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.service.coaching.choices import Place
from kexin.service.coaching.policies import CoachingPolicy, Situation, parse_situations
from kexin.service.knowledge.choices import ArticleKind, ArticleLanguage
from kexin.service.models import Article, ArticleEntry, ArticleVersion, PhraseSituation

SETS, VIEW = "service.set_phrase_situations", "service.view_articles"
MOST = 60


@operation(SETS, label=_("Say for which situations prepared phrases are"), plain=("situations",))
def set_phrase_situations(article_id: int, *, actor: Actor, situations: Sequence[str]) -> list[str]:
    """Of an article of prepared phrases; none takes it off all lists."""
    article = Article.objects.select_for_update(of=("self",)).filter(pk=article_id).first()
    if article is None:
        raise NotFound
    if article.kind != ArticleKind.SCRIPT:
        raise RuleViolation(_("Only prepared phrases have situations."))
    rules, wanted = in_force(CoachingPolicy), list(dict.fromkeys(situations))
    if any(rules.situation(each) is None for each in wanted):
        raise RuleViolation(fields={"situations": _("Choose one of the list.")})
    PhraseSituation.objects.filter(article=article).exclude(situation__in=wanted).delete()
    there = set(PhraseSituation.objects.filter(article=article).values_list("situation", flat=True))
    PhraseSituation.objects.bulk_create(
        PhraseSituation(article=article, situation=each) for each in wanted if each not in there
    )
    return wanted


@dataclass(frozen=True, slots=True)
class Phrases:
    """A situation with the phrases that are in use today."""

    situation: Situation
    versions: list[ArticleVersion]


@query(VIEW, label=_("See articles"), plain=("place", "language", "situation"))
def phrases(
    actor: Actor, *, place: str = "", language: str = ArticleLanguage.ZH, situation: str = "", said: str = ""
) -> list[Phrases]:
    """By situation, in a language where there are some, else in the other; ``place``: only what is shown there.

    ``situation``: of this one alone; ``said``: only phrases with all of these words.
    """
    known = [
        each
        for each in parse_situations(in_force(CoachingPolicy).situations)
        if (not place or place in each.places) and situation in ("", each.code)
    ]
    marked: dict[str, list[int]] = {}
    rows = PhraseSituation.objects.filter(situation__in=[each.code for each in known])
    for code, article in rows.order_by("article").values_list("situation", "article")[:MOST]:
        marked.setdefault(code, []).append(article)
    found_for = _in_use({pk for keys in marked.values() for pk in keys}, language)
    used = {pk: each for pk, each in found_for.items() if _says(each, said)}
    found = [Phrases(each, [used[pk] for pk in marked.get(each.code, []) if pk in used]) for each in known]
    return [each for each in found if each.versions or not (place or said)]


def _says(version: ArticleVersion, said: str) -> bool:
    text = f"{version.title}\n{version.body}".casefold()
    return all(word in text for word in said.casefold().split())


def _in_use(keys: set[int], language: str) -> dict[int, ArticleVersion]:
    today = business_date()
    rows = ArticleEntry.objects.filter(article__in=keys, kind=ArticleKind.SCRIPT, from_on__lte=today)
    found: dict[int, ArticleVersion] = {}
    for entry in rows.exclude(until_on__lt=today).select_related("version"):
        if entry.article_id not in found or entry.language == language:
            found[entry.article_id] = entry.version
    return found


@query(VIEW, label=_("See articles"))
def situations_of(actor: Actor, article_id: int) -> list[str]:
    """For which situations an article of prepared phrases is."""
    return list(PhraseSituation.objects.filter(article=article_id).values_list("situation", flat=True))


PLACES = tuple(str(each) for each in Place)
