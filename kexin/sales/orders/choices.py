"""Closed vocabularies of orders."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrderState(TextChoices):
    """Unclear: tried as often as the policy says, and the core never said whether it has it. A person decides."""

    WAITING = "waiting", pgettext_lazy("order", "Waiting to be handed over")
    TAKEN = "taken", pgettext_lazy("order", "Taken by the core system")
    UNCLEAR = "unclear", pgettext_lazy("order", "Unclear")
    CONFIRMED = "confirmed", pgettext_lazy("order", "Confirmed")
    REFUSED = "refused", pgettext_lazy("order", "Refused by the core system")
    FAILED = "failed", pgettext_lazy("order", "Given up")
    CANCELLED = "cancelled", pgettext_lazy("order", "Taken back")


class OrderSide(TextChoices):
    """What the core system is asked to do."""

    BUY = "buy", pgettext_lazy("order", "Purchase")
    CANCEL = "cancel", pgettext_lazy("order", "Cancellation")
    REDEEM = "redeem", pgettext_lazy("order", "Redemption")
    CHOICE = "choice", pgettext_lazy("order", "Choice of dividends")


class AnswerKind(TextChoices):
    TAKEN = "taken", pgettext_lazy("answer", "Taken")
    CONFIRMED = "confirmed", pgettext_lazy("answer", "Confirmed")
    REFUSED = "refused", pgettext_lazy("answer", "Refused")


class DifferenceKind(TextChoices):
    """What the house and the core system may disagree about."""

    UNKNOWN_HERE = "unknown_here", _("Known to the core system, unknown here")
    UNKNOWN_THERE = "unknown_there", _("Handed over, unknown to the core system")
    AMOUNT = "amount", _("Amounts differ")
    TWICE = "twice", _("Answered twice, differently")
    NEVER_SENT = "never_sent", _("Answered before it was handed over")
    AFTER_END = "after_end", _("Confirmed after it was given up")
    UNCLEAR = "unclear", _("Handed over without an answer")
    OFFERING = "offering", _("Confirmed, though the offering failed")
    NOT_CANCELLED = "not_cancelled", _("The core system refused to cancel")
    UNREADABLE = "unreadable", _("An answer that cannot be read")


class Settlement(TextChoices):
    """How a person ends a difference."""

    ACCEPT = "accept", _("The core system is right: take its answer")
    AGAIN = "again", _("Hand the order over once more")
    GIVE_UP = "give_up", _("Give the order up: the core system does not have it")
    EXPLAINED = "explained", _("Explained outside the system")
