"""Who has a conversation open just now. No fact of business: overwritten every few seconds, not audited."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from kexin.core.actor import Actor
from kexin.service.models import ConversationReader

HERE = dt.timedelta(seconds=15)  # without a sign of life for so long, somebody has gone


def is_here(conversation_id: int, actor: Actor) -> None:
    """The actor has it open now."""
    ConversationReader.objects.bulk_create(
        [ConversationReader(conversation_id=conversation_id, reader=actor.name, seen_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["conversation", "reader"],
        update_fields=["seen_at"],
    )


def others_here(conversation_id: int, actor: Actor) -> list[str]:
    """Staff numbers of others who have it open."""
    rows = ConversationReader.objects.filter(conversation=conversation_id, seen_at__gte=timezone.now() - HERE)
    return list(rows.exclude(reader=actor.name).order_by("reader").values_list("reader", flat=True))
