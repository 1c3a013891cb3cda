"""The numbers of WeCom."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.engagement.messages.rules import has_link


def parse_handed(text: str) -> str:
    """Words without a link. Raises ValueError."""
    if not 0 < len(text.strip()) <= 300 or has_link(text):
        raise ValueError("words of at most 300 characters, without a link")
    return text


@policy("service.wecom", _("WeCom conversations"))
class WecomPolicy(Policy):
    """What customers are told of a new manager; by when forbidden words are looked into. The phrases stand in the
    policy of conversations."""

    handed_text: str = setting(
        _("What customers are told when their manager changes ($staff: the new one)"), check=parse_handed
    )
    look_hours: int = setting(
        _("Forbidden words are looked into within"), unit=_("working hours"), minimum=1, maximum=80
    )
