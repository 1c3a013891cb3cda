"""The numbers of conversations, and the reviewed texts that answers begin with."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.service.policies import Named, parse_named

FIELDS = ("name", "staff", "unit", "number", "request", "today")  # what a text may ask for
LONGEST_REPLY = 1000
MOST_PHRASES = 200


def parse_time(text: str) -> dt.time:
    """``"21:00"`` as a time of day. Raises ValueError."""
    return dt.time.fromisoformat(text)


def parse_phrases(rows: Sequence[str]) -> tuple[str, ...]:
    """Phrases that nobody writes to a customer. Raises ValueError."""
    found = tuple(str(each).strip() for each in rows)
    if len(found) > MOST_PHRASES or not all(2 <= len(each) <= 40 for each in found):
        raise ValueError("a phrase has 2 to 40 characters")
    return found


def _purposes_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each.code, each.label) for each in parse_named(rows)]


@policy("service.conversations", _("Conversations with customers"))
class ConversationPolicy(Policy):
    """Who holds the inbox of unknown senders, by when an answer is owed, when nobody is disturbed, when one ends."""

    inbox_unit: str = setting(_("Unit that answers unknown senders (code; empty: head office)"))
    answer_hours: int = setting(_("Answered within"), unit=_("hours"), minimum=1, maximum=240)
    quiet_from: str = setting(_("Customers are not disturbed from"), check=parse_time)
    quiet_until: str = setting(_("Customers are not disturbed until"), check=parse_time)
    reopen_days: int = setting(
        _("An answer to a closed conversation opens it again for"), unit=_("days"), minimum=0, maximum=365
    )
    silent_days: int = setting(_("Closed where the customer is silent for"), unit=_("days"), minimum=1, maximum=180)
    most_per_hour: int = setting(
        _("More messages of one sender in an hour count as a loop of machines"), minimum=3, maximum=1000
    )
    mail_file_mb: int = setting(_("A file that goes out by mail has at most"), unit=_("MB"), minimum=1, maximum=20)
    purposes: list = setting(  # type: ignore[type-arg]
        _("What a conversation was about"), check=parse_named, explain=_purposes_told
    )
    forbidden: list = setting(  # type: ignore[type-arg]
        _("Phrases that are never written to customers"), check=parse_phrases
    )

    @classmethod
    def from_older(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Files went out on the portal alone before."""
        return {"mail_file_mb": 10, **values}

    def purpose(self, code: str) -> Named | None:
        return next((each for each in parse_named(self.purposes) if each.code == code), None)


@dataclass(frozen=True, slots=True)
class Reply(Named):
    """A reviewed text in both languages, with places for what is known of the conversation."""

    text: str
    text_en: str

    def said(self, values: Mapping[str, str], *, english: bool) -> str:
        """The text with its places filled."""
        return string.Template(self.text_en if english else self.text).substitute(values)


def parse_replies(rows: Sequence[Mapping[str, Any]]) -> tuple[Reply, ...]:
    """Raises ValueError for an unknown place, an empty text, or a code that stands twice."""
    found = []
    for row, named in zip(rows, parse_named(rows), strict=True):
        text, text_en = (str(row[each]).strip() for each in ("text", "text_en"))
        for each in (text, text_en):
            template = string.Template(each)
            if not 0 < len(each) <= LONGEST_REPLY or not template.is_valid():
                raise ValueError("a reply has a text in both languages")
            if not set(template.get_identifiers()) <= set(FIELDS):
                raise ValueError(f"a reply asks only for {', '.join(FIELDS)}")
        found.append(Reply(named.code, named.name, named.name_en, text, text_en))
    return tuple(found)


def _replies_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each.label, each.text) for each in parse_replies(rows)]


@policy("service.replies", _("Reviewed texts for answers"))
class ReplyPolicy(Policy):
    """Texts that answers to customers begin with (F-11): changed like every policy, by one person and approved by
    another."""

    replies: list = setting(_("Texts"), check=parse_replies, explain=_replies_told)  # type: ignore[type-arg]
