"""The numbers of engagement."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("engagement.documents", _("Documents of customers"))
class DocumentPolicy(Policy):
    """What may be kept with a customer, and when the end of a document's validity becomes somebody's work."""

    largest_mb: int = setting(_("Largest document"), unit="MB", minimum=1, maximum=500)
    media_types: list = setting(_("Kinds of files allowed"))  # type: ignore[type-arg]
    warn_days: int = setting(_("Work item before the end of validity"), unit=_("days"), minimum=1, maximum=365)
    orphan_hours: int = setting(_("Files without a record removed after"), unit=_("hours"), minimum=1, maximum=720)


@policy("engagement.timeline", _("Timeline of a customer"))
class TimelinePolicy(Policy):
    """From which amount a booking stands on the timeline, in the currency of its account, and how far back."""

    large_transaction: Decimal = setting(
        _("Large transaction from"),
        unit=_("currency of the account"),
        minimum=Decimal(1),
        maximum=Decimal(1_000_000_000),
    )
    transaction_days: int = setting(_("Large transactions shown for"), unit=_("days"), minimum=1, maximum=1830)


def parse_time(text: str) -> dt.time:
    """``"09:00"`` as a time of day. Raises ValueError."""
    return dt.time.fromisoformat(text)


@policy("engagement.appointments", _("Appointments and reminders"))
class AppointmentPolicy(Policy):
    """How long a meeting usually takes, when customers are not to be met, and when an outcome is owed."""

    usual_minutes: int = setting(_("Usual length"), unit=_("minutes"), minimum=5, maximum=480)
    remind_minutes: int = setting(_("Reminder before the meeting"), unit=_("minutes"), minimum=0, maximum=1440)
    earliest: str = setting(_("Customers are met or called from"), check=parse_time)
    latest: str = setting(_("Customers are met or called until"), check=parse_time)
    outcome_hours: int = setting(_("Outcome written down within"), unit=_("working hours"), minimum=1, maximum=80)
    feed_names: bool = setting(_("Names of customers in calendar feeds"))
    feed_days: int = setting(_("Days in a calendar feed, back and ahead"), unit=_("days"), minimum=7, maximum=400)


@policy("engagement.handing", _("Notes handed to colleagues"))
class HandingPolicy(Policy):
    """Within how many working hours a note handed over is answered, and how many notes a call brief shows."""

    answer_hours: int = setting(_("Answered within"), unit=_("working hours"), minimum=1, maximum=80)
    brief_notes: int = setting(_("Latest notes in the brief of a call"), unit=_("notes"), minimum=0, maximum=20)
