"""The numbers of advice."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("sales.advice", _("Visits, needs and plans"))
class AdvicePolicy(Policy):
    """How long a plan waits for its answer, how soon an answer is taken up, how long needs count as known."""

    answer_days: int = setting(_("A plan can be accepted for"), unit=_("days"), minimum=1, maximum=90)
    act_days: int = setting(_("An answer is taken up within"), unit=_("working days"), minimum=1, maximum=20)
    needs_days: int = setting(_("Needs count as known for"), unit=_("days"), minimum=30, maximum=1100)
