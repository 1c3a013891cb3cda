"""As which WeCom member an answer goes out, and whether the customer agreed that it is kept."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.service.conversations.choices import ConversationChannel
from kexin.service.conversations.rekeying import address_candidates
from kexin.service.models import ArchiveAgreement, Conversation, WecomAccount


def member_for(row: Conversation, actor: Actor) -> str:
    """The account of the writer's post, else of the owner's. RuleViolation: neither has one, or nobody agreed."""
    if not agreed(str(row.address or ""), timezone.now()):
        raise RuleViolation(_("The customer does not agree to the archive of WeCom: answer by another way."))
    posts = [actor.post_id or 0, row.owner_post_id]
    found = dict(WecomAccount.objects.filter(post__in=posts, ended_at=None).values_list("post_id", "member"))
    member = next((found[each] for each in posts if each in found), "")
    if not member:
        raise RuleViolation(_("Neither you nor the person responsible has a WeCom account here."))
    return member


def agreed(wecom_id: str, at: dt.datetime) -> bool:
    """Did the last word said until then agree to the archive?"""
    tokens = address_candidates(ConversationChannel.WECOM, wecom_id)
    rows = ArchiveAgreement.objects.filter(address_token__in=tokens, said_at__lte=at)
    return bool(rows.order_by("-said_at", "-pk").values_list("agreed", flat=True).first())
