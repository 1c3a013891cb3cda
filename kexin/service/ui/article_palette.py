"""Articles in the palette."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse

from kexin.core.ui.palette import Hit
from kexin.core.ui.request import actor_of
from kexin.service.knowledge.queries import search_articles


def find_articles(request: HttpRequest, text: str, limit: int) -> Iterable[Hit]:
    """The articles that answer to the text best."""
    for _found, version in search_articles(actor_of(request), text, limit=limit).hits:
        article = version.article
        yield Hit(
            version.title,
            f"{reverse('knowledge:article', args=[article.pk])}?lang={version.language}",
            detail=f"{article.category.shown_name} · {article.get_kind_display()}",
            icon="book-2",
            end=str(article.get_audience_display()),
        )
