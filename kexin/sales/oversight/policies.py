"""The numbers of oversight."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("sales.inspection", _("Inspection items"))
class InspectionPolicy(Policy):
    """By when an inspection item is looked at."""

    settle_days: int = setting(_("An item is settled within"), unit=_("working days"), minimum=1, maximum=30)
