"""What was searched, and what becomes of searches that led nowhere (G-13: the channel itself is looked at)."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.operation import operation
from kexin.service.knowledge.choices import Side
from kexin.service.knowledge.words import harmless
from kexin.service.models import Article, SearchMade


@operation("service.note_search", label=_("Keep what was searched"), open_to_all=True)
def note_search(*, actor: Actor, text: str, found: int) -> SearchMade:
    """Kept without who asked and without numbers of people; one opened afterwards takes it off the list."""
    side = Side.CUSTOMER if actor.customer_id is not None else Side.STAFF
    return SearchMade.objects.create(
        side=side, text=harmless(text).casefold(), found=min(found, 999), at=timezone.now()
    )


@operation("service.note_opening", label=_("Keep that a search led somewhere"), open_to_all=True)
def note_opening(search_id: int, *, actor: Actor, article_id: int) -> int:
    """The first article opened after a search; how many searches it settled (none where it was opened before)."""
    side = Side.CUSTOMER if actor.customer_id is not None else Side.STAFF
    rows = SearchMade.objects.filter(pk=search_id, side=side, opened=None)
    return rows.update(opened_id=article_id) if Article.objects.filter(pk=article_id).exists() else 0


@operation("service.settle_dead_end", label=_("Settle a dead-end search"), plain=("side", "why"))
def settle_dead_end(*, actor: Actor, text: str, side: str, why: str) -> int:
    """Somebody wrote what was missing, or says why nothing is to be written; how many searches it was."""
    why = " ".join(why.split())[:200]
    if not why:
        raise RuleViolation(fields={"why": _("Say what was done, or why nothing is.")})
    rows = SearchMade.objects.filter(text=text, side=side, opened=None, settled_at=None)
    settled = rows.update(settled_at=timezone.now(), settled_by=actor.name, settled_why=why)
    if not settled:
        raise NotFound
    return settled
