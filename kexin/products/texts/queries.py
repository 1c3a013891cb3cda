"""Reads of texts: what there is, what is in use, what the lint says of a version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.products.models import Product, ProductText, TextVersion
from kexin.products.texts.choices import DECIDED, OPEN, Standing, TextState
from kexin.products.texts.lint import Finding, findings
from kexin.products.texts.policies import TextLintPolicy
from kexin.products.texts.rules import in_use, standing

VIEW_TEXTS = "products.view_texts"
WRITE_TEXTS = ("products.draft_text", "products.review_text")


@query(VIEW_TEXTS, label=_("See product texts"))
def texts(actor: Actor) -> QuerySet[ProductText]:
    """Texts with ``used_no`` and ``used_from`` of the version in use today, and ``waiting``: the state of an open one.

    Who neither writes nor reviews sees only texts that have something in use. The caller orders.
    """
    today = business_date()
    decided = TextVersion.objects.filter(text=OuterRef("pk"), state__in=DECIDED, in_use_from__lte=today)
    latest = decided.order_by("-in_use_from", "-number")
    running = latest.values("state")[:1]
    rows = ProductText.objects.select_related("product").annotate(
        latest_state=Subquery(running),
        used_no=Case(When(Q(latest_state=TextState.APPROVED), then=Subquery(latest.values("number")[:1]))),
        used_from=Case(When(Q(latest_state=TextState.APPROVED), then=Subquery(latest.values("in_use_from")[:1]))),
        waiting=Subquery(
            TextVersion.objects.filter(text=OuterRef("pk"), state__in=OPEN).values("state")[:1],
        ),
    )
    return rows if works_on_texts(actor) else rows.filter(used_no__isnull=False)


def works_on_texts(actor: Actor) -> bool:
    """Does the actor write or review? Others see what is in use, and what was."""
    return any(actor.may(each) for each in WRITE_TEXTS)


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text with its versions, the newest first, and where each stands today."""

    text: ProductText
    versions: tuple[TextVersion, ...]
    today: dt.date

    @property
    def used(self) -> TextVersion | None:
        return in_use(self.versions, self.today)

    @property
    def open(self) -> TextVersion | None:
        """The version being written or reviewed."""
        return next((each for each in self.versions if each.state in OPEN), None)

    def standing(self, version: TextVersion) -> Standing:
        return standing(version, self.versions, self.today)

    def version(self, number: int) -> TextVersion:
        """By its number. Raises NotFound."""
        found = next((each for each in self.versions if each.number == number), None)
        if found is None:
            raise NotFound
        return found


@query(VIEW_TEXTS, label=_("See product texts"))
def text_file(actor: Actor, text_id: int) -> TextFile:
    """A text and its versions; drafts only for those who write or review. Raises NotFound. Two reads."""
    text = ProductText.objects.select_related("product").filter(pk=text_id).first()
    if text is None:
        raise NotFound
    rows = text.versions.order_by("-number")
    if not works_on_texts(actor):
        rows = rows.filter(state__in=DECIDED, in_use_from__lte=business_date())
    found = tuple(rows)
    if not found:
        raise NotFound
    return TextFile(text, found, business_date())


@query(VIEW_TEXTS, label=_("See product texts"))
def version_in_reach(actor: Actor, version_id: int) -> TextVersion:
    """One version with its text, if the actor may see it. Raises NotFound."""
    row = TextVersion.objects.select_related("text").filter(pk=version_id).first()
    if row is None or not (works_on_texts(actor) or row.in_force_on(business_date())):
        raise NotFound
    return row


@query(VIEW_TEXTS, label=_("See product texts"))
def findings_of(actor: Actor, version: TextVersion) -> tuple[Finding, ...]:
    """What the lint says of a version by the rules in force."""
    return look(version.text, version.body)


def look(text: ProductText, body: str) -> tuple[Finding, ...]:
    """What the lint says of words for a text."""
    return check_words(text.kind, text.product_class, text.language, body)


def check_words(kind: str, product_class: str, language: str, body: str) -> tuple[Finding, ...]:
    """What the lint says of words, whoever means to use them."""
    rules = in_force(TextLintPolicy).rules()
    return findings(body, kind=kind, product_class=product_class, language=language, rules=rules)


@query(VIEW_TEXTS, label=_("See product texts"))
def try_words(actor: Actor, *, kind: str, product_class: str, language: str, body: str) -> tuple[Finding, ...]:
    """The same for words that are nobody's text yet: nothing is stored."""
    return check_words(kind, product_class, language, body)


@query(VIEW_TEXTS, label=_("See product texts"))
def text_in_use(
    actor: Actor, product_id: int, kind: str, language: str, day: dt.date | None = None
) -> TextVersion | None:
    """The version to give for a product on a day: its own text, else its class's; None where none was reviewed."""
    product = Product.objects.visible_to(actor, VIEW_TEXTS).filter(pk=product_id).first()
    if product is None:
        raise NotFound
    return version_in_use(product, kind, language, day)


def version_in_use(product: Product, kind: str, language: str, day: dt.date | None = None) -> TextVersion | None:
    """The same, when the caller has already read the product and asked the permission. One read."""
    return next(iter(versions_in_use(product, (kind,), (language,), day)), None)


def versions_in_use(
    product: Product, kinds: Iterable[str], languages: Iterable[str], day: dt.date | None = None
) -> list[TextVersion]:
    """What is given for a product on a day: per kind and language its own text's version, else its class's."""
    when = day or business_date()
    rows = TextVersion.objects.filter(
        Q(text__product=product) | Q(text__product=None, text__product_class=product.product_class),
        text__kind__in=list(kinds),
        text__language__in=list(languages),
        state__in=DECIDED,
        in_use_from__lte=when,
    ).select_related("text")
    by_text: dict[int, list[TextVersion]] = {}
    for row in rows:
        by_text.setdefault(row.text_id, []).append(row)
    best: dict[tuple[str, str], TextVersion] = {}
    for versions in by_text.values():
        found = in_use(versions, when)
        if found is None:
            continue
        key = (found.text.kind, found.text.language)
        if key not in best or found.text.product_id is not None:
            best[key] = found
    return [best[key] for key in sorted(best)]


@query(VIEW_TEXTS, label=_("See product texts"))
def texts_of_product(actor: Actor, product_id: int) -> list[TextVersion]:
    """Every text in use for a product today, in all languages. Raises NotFound."""
    from kexin.products.texts.choices import TextKind, TextLanguage

    product = Product.objects.visible_to(actor, VIEW_TEXTS).filter(pk=product_id).first()
    if product is None:
        raise NotFound
    return versions_in_use(product, TextKind.values, TextLanguage.values)
