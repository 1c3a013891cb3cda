"""From when a net value gives cause for an alert."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting

_LEAST = Decimal("0.01")


@policy("products.alerts", _("Alerts on net values"))
class AlertPolicy(Policy):
    """Falls in per cent of the value before; a fall of twice, three times … the share is told again."""

    day_percent: Decimal = setting(_("Fall in a day of"), unit="%", minimum=_LEAST, maximum=100)
    window_days: int = setting(_("Fall watched over"), unit=_("days"), minimum=2, maximum=366)
    window_percent: Decimal = setting(_("Fall over these days of"), unit="%", minimum=_LEAST, maximum=100)
    drawdown_percent: Decimal = setting(_("Fall below the highest of a year of"), unit="%", minimum=_LEAST, maximum=100)
    jump_percent: Decimal = setting(
        _("A move in a day that is rather a mistake, from"), unit="%", minimum=_LEAST, maximum=1000
    )
    stale_days: int = setting(_("No net value for"), unit=_("trading days"), minimum=1, maximum=120)
    settle_days: int = setting(_("Settled within"), unit=_("working days"), minimum=1, maximum=30)
