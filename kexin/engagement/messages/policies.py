"""The numbers of messages out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("engagement.messages", _("Messages to customers"))
class MessagePolicy(Policy):
    """How often a message is tried, how long it may wait, and whether a short message may carry a link."""

    link_in_sms: bool = setting(_("A short message may carry a link"))
    attempts: int = setting(_("Attempts until a message counts as failed"), minimum=1, maximum=20)
    first_pause_seconds: int = setting(
        _("Pause after the first failed attempt, doubled each time"), unit=_("seconds"), minimum=5, maximum=3600
    )
    valid_hours: int = setting(_("A message is not sent later than"), unit=_("hours"), minimum=1, maximum=168)
