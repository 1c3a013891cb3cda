"""The numbers that keep customers from being flooded."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


def parse_time(text: str) -> dt.time:
    """A time of day, local. Raises ValueError."""
    return dt.time.fromisoformat(text)


@policy("service.contact_budget", _("Contact budget of customers"))
class ContactBudgetPolicy(Policy):
    """How often a customer is addressed unasked, over all senders together, and at which hours not at all.

    Codes that a customer asked for are no contact. What must be told (notices, words about a request) is counted and
    never held back; surveys and care keep within what is left.
    """

    most: int = setting(_("Contacts of a customer within the period, at most"), minimum=1, maximum=100)
    period_days: int = setting(_("Period"), unit=_("days"), minimum=1, maximum=365)
    count_calls: bool = setting(_("Calls count too"))
    quiet_from: str = setting(_("No messages from"), check=parse_time)
    quiet_until: str = setting(_("No messages until"), check=parse_time)
