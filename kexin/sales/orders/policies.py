"""The numbers of orders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.products.choices import ProductClass


def parse_confirm_days(value: dict[str, object]) -> dict[str, int]:
    """Class of products → N of T+N. Raises ValueError for anything else."""
    found: dict[str, int] = {}
    for product_class, days in value.items():
        if product_class not in ProductClass.values or type(days) is not int or not 0 <= days <= 30:
            raise ValueError("each class of products has 0 to 30 working days")
        found[product_class] = days
    return found


@policy("sales.orders", _("Orders to the core system"))
class OrderPolicy(Policy):
    """How often an order is tried, when its confirmation is expected, and when silence becomes somebody's work."""

    attempts: int = setting(_("Attempts until an order counts as unclear"), minimum=1, maximum=50)
    first_pause_seconds: int = setting(
        _("Pause after the first failed attempt, doubled each time"), unit=_("seconds"), minimum=5, maximum=3600
    )
    confirm_days: dict = setting(  # type: ignore[type-arg]
        _("Confirmation expected after, by class of product"), unit=_("working days"), check=parse_confirm_days
    )
    usual_confirm_days: int = setting(
        _("Confirmation expected after, where the class is not named"), unit=_("working days"), minimum=0, maximum=30
    )
    compare_days: int = setting(_("Days that the nightly comparison looks back"), minimum=1, maximum=90)
    settle_hours: int = setting(_("A difference is settled within"), unit=_("working hours"), minimum=1, maximum=80)

    def confirm_after(self, product_class: str) -> int:
        """The N of T+N for a class."""
        return parse_confirm_days(self.confirm_days).get(product_class, self.usual_confirm_days)
