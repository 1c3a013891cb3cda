"""What may be done with a version of a text, and which one is in use. Pure; no database, no clock."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, Reason, refused
from kexin.products.models import TextVersion
from kexin.products.texts.choices import DECIDED, Standing, TextState
from kexin.products.texts.lint import Finding

LEAST = 10  # characters: shorter is no text


def paragraphs(body: str) -> list[str]:
    """A body's paragraphs, as empty lines part them."""
    return [part.strip() for part in body.replace("\r\n", "\n").split("\n\n") if part.strip()]


def tidy(body: str) -> str:
    """The same words with one empty line between paragraphs: what is stored, compared and signed."""
    return "\n\n".join(paragraphs(body))


def fingerprint(body: str) -> str:
    """SHA-256 of a tidy body: says that a text given to a customer is the one that was reviewed."""
    return hashlib.sha256(body.encode()).hexdigest()


def may_be_written(state: str) -> Decision:
    """Only a draft, or what was returned, is written in."""
    if state in (TextState.DRAFT, TextState.RETURNED):
        return ALLOWED
    return refused("not_open", _("This version is being reviewed or was decided. Begin a new version instead."))


def long_enough(body: str) -> Decision:
    """Is there a text at all?"""
    return ALLOWED if len(body) >= LEAST else refused("empty", _("Write the text first."), "body")


def may_review(state: str, writers: Collection[int], reviewer: int | None) -> Decision:
    """Only what waits for review, and by nobody who wrote any of it."""
    if state != TextState.IN_REVIEW:
        return refused("not_in_review", _("This version does not wait for a review."))
    if reviewer is None or reviewer in writers:
        return refused("own", _("Who wrote a text does not review it; somebody else does."))
    return ALLOWED


def may_approve(
    asked: Iterable[tuple[str, str]], answers: Mapping[str, bool], found: Iterable[Finding], in_use_from: dt.date,
    today: dt.date, latest: dt.date | None,
) -> Decision:  # fmt: skip
    """Every question of the checklist (code, words) answered yes, nothing forbidden in the text, a day to come.

    ``latest``: from when the latest approved version is in use; the new one comes after it.
    """
    decision = ALLOWED
    for code, words in asked:
        if not answers.get(code):
            said = _("Not answered with yes: %(point)s") % {"point": words}
            decision &= Decision((Reason("checklist", said, f"check_{code}"),))
    for each in found:
        if each.level == "bad":
            said = _("The check of words stands against it: %(words)s") % {"words": each.words}
            decision &= refused("lint", said)
    if in_use_from < today:
        decision &= refused("past", _("A text is in use from today at the earliest."), "in_use_from")
    elif latest is not None and in_use_from <= latest:
        said = _("The version before is in use from %(day)s; this one comes after it.") % {"day": latest}
        decision &= refused("order", said, "in_use_from")
    return decision


def in_use(versions: Iterable[TextVersion], day: dt.date) -> TextVersion | None:
    """Of a text's versions the one that is given on a day. The latest counts: once withdrawn, none is given."""
    known = [each for each in versions if each.state in DECIDED and each.in_use_from and each.in_use_from <= day]
    latest = max(known, key=lambda each: (each.in_use_from, each.number), default=None)
    return latest if latest is not None and latest.state == TextState.APPROVED else None


def standing(version: TextVersion, versions: Iterable[TextVersion], day: dt.date) -> Standing:
    """Where a version stands on a day."""
    if version.state != TextState.APPROVED:
        return Standing(version.state)
    if version.in_use_from and version.in_use_from > day:
        return Standing.COMING
    current = in_use(versions, day)
    return Standing.IN_USE if current is not None and current.pk == version.pk else Standing.REPLACED
