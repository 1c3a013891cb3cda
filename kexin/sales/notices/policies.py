"""The numbers and words of notices to customers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.engagement.messages.choices import MessageChannel
from kexin.sales.notices.choices import NoticeMatter


def parse_matters(value: list[Any]) -> tuple[str, ...]:
    """Matters, each once. Raises ValueError for one that nobody knows."""
    known = set(NoticeMatter.values) - {NoticeMatter.OFFER.value}  # nothing is offered without anybody asking
    if any(each not in known for each in value) or len(set(value)) < len(value):
        raise ValueError("matters of notices, each once")
    return tuple(value)


def parse_channels(value: list[Any]) -> tuple[str, ...]:
    """Ways of a prompt in their order. Raises ValueError for one that nobody knows."""
    if any(each not in MessageChannel.values for each in value) or len(set(value)) < len(value):
        raise ValueError("sms and email, each once")
    return tuple(value)


def parse_prompt(value: str) -> str:
    """The words of a prompt, with a place for the product. Raises ValueError without it."""
    if "{product}" not in value:
        raise ValueError("{product} stands in it")
    return value


def _matters_told(value: list[Any]) -> list[tuple[str, str]]:
    return [(str(NoticeMatter(each).label), "") for each in parse_matters(value)]


def _channels_told(value: list[Any]) -> list[tuple[str, str]]:
    return [(str(MessageChannel(each).label), "") for each in parse_channels(value)]


@policy("sales.notices", _("Notices to customers"))
class NoticePolicy(Policy):
    """Which matters are told without anybody asking, and how a customer is prompted to open the portal's messages."""

    automatic: list = setting(  # type: ignore[type-arg]
        _("Told without anybody asking"), check=parse_matters, explain=_matters_told
    )
    channels: list = setting(  # type: ignore[type-arg]
        _("Prompts go by, the customer's preferred way first"), check=parse_channels, explain=_channels_told
    )
    consent_needed: bool = setting(_("A prompt needs the customer's agreement to the channel"))
    prompt: str = setting(_("Words of a prompt"), check=parse_prompt)
    prompt_en: str = setting(_("Words of a prompt, English"), check=parse_prompt)
    tries: int = setting(_("Prompts until the manager tells instead"), minimum=1, maximum=10)
    retry_hours: int = setting(_("Pause after a failed prompt"), unit=_("hours"), minimum=1, maximum=168)
    maturity_days: int = setting(_("Maturity is told ahead by"), unit=_("days"), minimum=1, maximum=90)
