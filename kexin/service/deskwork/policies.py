"""How long a request may be put aside, when it comes back, within how many days a return visit lies."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("service.desk", _("Requests at the desk"))
class DeskPolicy(Policy):
    """Putting aside never pauses a clock; it only hides a request from the list of who is responsible."""

    snooze_days: int = setting(_("A request is put aside for at most"), unit=_("days"), minimum=1, maximum=60)
    wake_hours: int = setting(_("It comes back before its next limit by"), unit=_("hours"), minimum=1, maximum=72)
    follow_days: int = setting(_("A return visit lies at most ahead by"), unit=_("days"), minimum=1, maximum=90)
    follow_most: int = setting(_("Attempts at a return visit"), minimum=1, maximum=10)
