"""What the assistant learns from: the approved articles for customers, their titles and ways of asking."""

from __future__ import annotations

import hashlib
import threading
import time

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotPermitted
from kexin.core.operation import operation
from kexin.service.assistant.matching import Example, Matcher, learn, restored, stored
from kexin.service.knowledge.choices import Audience
from kexin.service.models import ArticleEntry, AssistantModel

KEPT = 3  # models kept, the newest first
_lock = threading.Lock()
_loaded: tuple[int, Matcher] | None = None


def _used() -> list[tuple[int, int, str, list[str]]]:
    """Version, article, title and ways of asking of everything customers may read today."""
    today = business_date()
    rows = ArticleEntry.objects.filter(
        Q(until_on=None) | Q(until_on__gte=today), audience=Audience.CUSTOMER, from_on__lte=today
    ).order_by("version_id")
    return list(rows.values_list("version_id", "article_id", "version__title", "version__asked"))


@operation("service.learn_assistant", label=_("Let the assistant learn the articles"))
def learn_assistant(*, actor: Actor) -> AssistantModel | None:
    """Learn anew where other articles are in use than when it last learned; None where nothing changed."""
    if not actor.everything:
        raise NotPermitted
    rows = _used()
    stamp = hashlib.sha256(",".join(str(version) for version, *_rest in rows).encode()).hexdigest()
    if AssistantModel.objects.order_by("-pk").values_list("stamp", flat=True).first() == stamp:
        return None
    began = time.perf_counter()
    examples = [Example(article, text) for _v, article, title, asked in rows for text in (title, *asked)]
    matcher = learn(examples)
    made = AssistantModel.objects.create(
        stamp=stamp,
        content=stored(matcher),
        examples=len(examples),
        articles=len(matcher.articles),
        seconds=round(time.perf_counter() - began, 3),
        made_at=timezone.now(),
    )
    old = AssistantModel.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:]
    AssistantModel.objects.filter(pk__in=list(old)).delete()
    return made


def matcher_now() -> Matcher | None:
    """The newest that was learned, kept in this process until there is a newer one. One small read."""
    global _loaded
    newest = AssistantModel.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return None
    held = _loaded
    if held is None or held[0] != newest:
        with _lock:
            if _loaded is None or _loaded[0] != newest:
                content = AssistantModel.objects.values_list("content", flat=True).get(pk=newest)
                _loaded = (newest, restored(bytes(content)))
            held = _loaded
    return held[1]
