"""When cases of the same matter are offered as a group, and when a group is looked at as a major complaint."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.service.complaints.choices import GroupBy


@policy("service.complaint_groups", _("Group complaints"))
class GroupPolicy(Policy):
    """Numbers of the institution: the rules ask for "20 persons", not for cases within days."""

    days: int = setting(_("Cases are added up within"), unit=_("days"), minimum=1, maximum=365)
    by_product: int = setting(_("Offered as a group from, of one product"), unit=_("cases"), minimum=2, maximum=1000)
    by_cause: int = setting(_("Offered as a group from, of one cause"), unit=_("cases"), minimum=2, maximum=1000)
    by_unit: int = setting(_("Offered as a group from, about one unit"), unit=_("cases"), minimum=2, maximum=1000)
    major_cases: int = setting(
        _("To be decided whether it is reported, from"), unit=_("cases"), minimum=2, maximum=1000
    )
    decide_hours: int = setting(_("Decided within"), unit=_("working hours"), minimum=1, maximum=80)

    def least(self, by: str) -> int:
        """From how many cases on what they share makes a group."""
        return {GroupBy.PRODUCT: self.by_product, GroupBy.CAUSE: self.by_cause}.get(GroupBy(by), self.by_unit)
