"""What may be done with an article, and which version is given on a day. Pure; no database, no clock."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Collection, Iterable

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.service.knowledge.choices import DECIDED, WRITABLE, ArticleState, Standing
from kexin.service.models import ArticleVersion
from kexin.service.models.knowledge import LONGEST

LONGEST_TITLE, LONGEST_ASKED, MOST_ASKED = 120, 200, 300
LEAST = 10  # characters: shorter is no article


def tidy(body: str) -> str:
    """The same words with plain line ends, no spaces at the end of lines and at most one empty line in a row."""
    lines = [line.rstrip() for line in body.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def ways(asked: Iterable[str]) -> list[str]:
    """Ways of asking: each once, without empty ones, in their order."""
    return list(dict.fromkeys(" ".join(each.split()) for each in asked if each.strip()))


def fingerprint(title: str, body: str, asked: Iterable[str]) -> str:
    """SHA-256 of what was reviewed: the title, the text, the ways of asking."""
    return hashlib.sha256("\n".join([title, body, *asked]).encode()).hexdigest()


def may_read_as(title: str, body: str, asked: Collection[str]) -> Decision:
    """Is it an article at all?"""
    decision = ALLOWED
    if not title:
        decision &= refused("title", _("Give it a title."), "title")
    elif len(title) > LONGEST_TITLE:
        decision &= refused("title", _("At most %(most)s characters.") % {"most": LONGEST_TITLE}, "title")
    if len(body) < LEAST:
        decision &= refused("body", _("Write the text first."), "body")
    elif len(body) > LONGEST:
        decision &= refused("body", _("At most %(most)s characters.") % {"most": LONGEST}, "body")
    if len(asked) > MOST_ASKED:
        decision &= refused("asked", _("At most %(most)s ways of asking.") % {"most": MOST_ASKED}, "asked")
    elif any(len(each) > LONGEST_ASKED for each in asked):
        decision &= refused(
            "asked", _("A way of asking has at most %(most)s characters.") % {"most": LONGEST_ASKED}, "asked"
        )
    return decision


def may_be_written(state: str) -> Decision:
    """Only a draft, or what was returned, is written in."""
    if state in WRITABLE:
        return ALLOWED
    return refused("not_open", _("This version is being reviewed or was decided. Begin a new version instead."))


def may_review(state: str, writers: Collection[int], reviewer: int | None) -> Decision:
    """Only what waits for review, and by nobody who wrote any of it."""
    if state != ArticleState.IN_REVIEW:
        return refused("not_in_review", _("This version does not wait for a review."))
    if reviewer is None or reviewer in writers:
        return refused("own", _("Who wrote an article does not review it; somebody else does."))
    return ALLOWED


def may_approve(
    first: dt.date, until: dt.date | None, review: dt.date, today: dt.date, latest: dt.date | None
) -> Decision:
    """``latest``: from when the latest approved version is in use; the new one comes after it."""
    decision = ALLOWED
    if first < today:
        decision &= refused("past", _("An article is in use from today at the earliest."), "in_use_from")
    elif latest is not None and first <= latest:
        said = _("The version before is in use from %(day)s; this one comes after it.") % {"day": latest}
        decision &= refused("order", said, "in_use_from")
    if until is not None and until < first:
        decision &= refused("until", _("The last day comes after the first."), "until_on")
    if review <= first:
        decision &= refused("review", _("It is looked at again after it came into use."), "review_on")
    return decision


def in_use(versions: Iterable[ArticleVersion], day: dt.date) -> ArticleVersion | None:
    """Of the versions in one language the one given on a day. The latest counts: once withdrawn, none is given."""
    known = [each for each in versions if each.state in DECIDED and each.in_use_from and each.in_use_from <= day]
    latest = max(known, key=lambda each: (each.in_use_from, each.number), default=None)
    return latest if latest is not None and latest.in_force_on(day) else None


def standing(version: ArticleVersion, versions: Iterable[ArticleVersion], day: dt.date) -> Standing:
    """Where a version stands on a day among those of its language."""
    if version.state != ArticleState.APPROVED:
        return Standing(version.state)
    if version.in_use_from and version.in_use_from > day:
        return Standing.COMING
    current = in_use(versions, day)
    if current is not None and current.pk == version.pk:
        return Standing.IN_USE
    return Standing.REPLACED if version.until_on is None or version.until_on >= day else Standing.EXPIRED


def may_move(own_path: str, parent_path: str) -> Decision:
    """A category does not become a part of itself."""
    if own_path and parent_path.startswith(own_path):
        return refused("loop", _("A category cannot stand below itself."), "parent_id")
    return ALLOWED
