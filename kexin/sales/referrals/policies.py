"""The numbers of referrals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("sales.referral", _("Referrals"))
class ReferralPolicy(Policy):
    """How soon a referral is answered and told of, and what the giver may keep of the figures."""

    answer_hours: int = setting(_("A referral is answered within"), unit=_("working hours"), minimum=1, maximum=80)
    outcome_days: int = setting(_("Its outcome is told within"), unit=_("days"), minimum=1, maximum=180)
    usual_share: int = setting(_("Usual share of the giver"), unit="%", minimum=0, maximum=100)
    most_share: int = setting(_("Largest share of the giver"), unit="%", minimum=0, maximum=100)
