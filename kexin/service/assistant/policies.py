"""Numbers and words of the assistant: when it is sure, when it offers a choice, by which words it knows a wish."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.listing import listed
from kexin.core.policy import Policy, policy, setting
from kexin.service.assistant.choices import Wish

MOST_PHRASES = 100


def parse_wishes(rows: list[Any]) -> list[tuple[Wish, tuple[str, ...]]]:
    """Each wish with the words by which it is known. Raises ValueError for an unknown wish or one without words."""
    found = []
    for row in rows:
        phrases = tuple(str(each).strip().casefold() for each in row["words"] if str(each).strip())
        if not 0 < len(phrases) <= MOST_PHRASES:
            raise ValueError("a wish has words, and not too many")
        found.append((Wish(row["wish"]), phrases))
    if len({wish for wish, _words in found}) < len(found):
        raise ValueError("each wish stands once")
    return found


def explain_wishes(rows: list[Any]) -> list[tuple[str, str]]:
    """Each wish with its words."""
    return [(str(wish.label), listed(phrases)) for wish, phrases in parse_wishes(rows)]


@policy("service.assistant", _("Portal assistant"))
class AssistantPolicy(Policy):
    """The assistant answers by itself only where it is sure; else it offers a choice, or says that it does not know."""

    enabled: bool = setting(_("The assistant answers customers"))
    sure: Decimal = setting(
        _("It answers by itself from this likelihood on"), minimum=Decimal("0.2"), maximum=Decimal("0.99")
    )
    alike: Decimal = setting(
        _("and only where a known question is at least so like it"), minimum=Decimal("0"), maximum=Decimal("0.99")
    )
    offer: Decimal = setting(
        _("It offers articles to choose from this likelihood on"), minimum=Decimal("0.02"), maximum=Decimal("0.9")
    )
    choices: int = setting(_("Articles to choose from"), minimum=1, maximum=5)
    idle_minutes: int = setting(_("A new talk begins after a pause of"), unit=_("minutes"), minimum=5, maximum=1440)
    a_day: int = setting(_("Questions of one customer a day"), minimum=10, maximum=1000)
    wishes: list = setting(  # type: ignore[type-arg]
        _("Words by which a wish is known"), check=parse_wishes, explain=explain_wishes
    )
