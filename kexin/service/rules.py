"""Rules of requests: pure functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.workflow import Transitions
from kexin.service.choices import Channel, Reaction, RequestState, Urgency
from kexin.service.policies import STAGE_NEEDS, Kind

LONGEST_SUBJECT, LONGEST_TEXT = 120, 4000
TABLE = Transitions(
    {
        RequestState.OPEN: {
            "tell": RequestState.TOLD,
            "withdraw": RequestState.WITHDRAWN,
            "join": RequestState.MERGED,
            "complain": RequestState.COMPLAINT,
        },
        RequestState.TOLD: {
            "complain": RequestState.COMPLAINT,
            "confirm": RequestState.CLOSED,
            "dispute": RequestState.OPEN,
            "silence": RequestState.CLOSED,
        },
        RequestState.CLOSED: {"reopen": RequestState.OPEN},
    }
)


def clean(text: str) -> str:
    """Without blanks around it and without control characters but line ends."""
    return "".join(each for each in text.strip() if each.isprintable() or each == "\n")


def may_open(
    *,
    kind: Kind | None,
    category: str,
    channel: str,
    urgency: str,
    subject: str,
    text: str,
    received_at: dt.datetime,
    now: dt.datetime,
    earliest: dt.timedelta = dt.timedelta(days=30),
) -> Decision:
    """Is a request whole? What the customer said cannot have been said in the future, nor long ago."""
    decision = ALLOWED
    if kind is None:
        decision &= refused("kind", _("Choose one of the list."), "kind")
    elif kind.category(category) is None:
        decision &= refused("category", _("Choose one of the list."), "category")
    if channel not in Channel.values:
        decision &= refused("channel", _("Choose one of the list."), "channel")
    if urgency not in Urgency.values:
        decision &= refused("urgency", _("Choose one of the list."), "urgency")
    if not subject:
        decision &= refused("subject", _("Say in a few words what it is about."), "subject")
    decision &= text_fits(subject, LONGEST_SUBJECT, "subject") & text_fits(text, LONGEST_TEXT, "text")
    if received_at > now:
        decision &= refused("future", _("This lies in the future."), "received_at")
    elif received_at < now - earliest:
        decision &= refused("past", _("More than 30 days ago: open it with the day you learned of it."), "received_at")
    return decision


def text_fits(text: str, most: int, field: str) -> Decision:
    """Not longer than the page shows."""
    if len(text) <= most:
        return ALLOWED
    return refused("long", _("At most %(most)s characters.") % {"most": most}, field)


def may_note_contact(*, channel: str, reaction: str, text: str) -> Decision:
    """Words exchanged with the customer: by which way, what was said, how it was taken."""
    decision = text_fits(text, LONGEST_TEXT, "text")
    if channel not in Channel.values:
        decision &= refused("channel", _("Choose one of the list."), "channel")
    if reaction and reaction not in Reaction.values:
        decision &= refused("reaction", _("Choose one of the list."), "reaction")
    if not text:
        decision &= refused("text", _("Write down what was said."), "text")
    return decision


def may_own(*, owner: int, posts: Collection[int], heads: bool) -> Decision:
    """Only its owner, or the head over the owner's unit, moves a request on: one person is responsible."""
    if owner in posts or heads:
        return ALLOWED
    return refused("owner", _("Somebody else is responsible for this request. Leave a note, or ask to be handed it."))


def may_enter(needs: Collection[str], fulfilled: Collection[str]) -> Decision:
    """A stage is entered when what it needs is so; going back needs nothing."""
    decision = ALLOWED
    for need in needs:
        if need not in fulfilled:
            decision &= refused(need, _("First: %(need)s") % {"need": STAGE_NEEDS[need]}, "stage")
    return decision


def may_reopen(*, closed_at: dt.datetime | None, now: dt.datetime, days: int) -> Decision:
    """A closed request opens again within the policy's days; later, a new one is opened and linked."""
    if closed_at is not None and now <= closed_at + dt.timedelta(days=days):
        return ALLOWED
    return refused("late", _("It was closed too long ago: open a new request."))


def may_join(*, same: bool, customers_equal: bool, into_state: str) -> Decision:
    """Into another open request of the same customer."""
    if same:
        return refused("same", _("Choose another request."), "into")
    if not customers_equal:
        return refused("customer", _("Only requests of the same customer are joined."), "into")
    if into_state not in (RequestState.OPEN, RequestState.TOLD):
        return refused("state", _("The other request is closed."), "into")
    return ALLOWED
