"""Numbers of net values: what may be shown when, in which words, and how losses are measured."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("products.performance", _("Showing performance"))
class PerformancePolicy(Policy):
    """From when past performance may be shown, the words beside it, and which net values look mistaken.

    The words stand on every page, sheet and answer of the interface alike: nobody else writes them.
    """

    months_before_shown: int = setting(
        _("Past performance shown once a product is"), unit=_("months old"), minimum=0, maximum=60
    )
    annualise_from_days: int = setting(_("A return is given by the year from"), unit=_("days"), minimum=1, maximum=3660)
    periods_a_year: int = setting(_("Trading days of a year, for volatility"), minimum=200, maximum=366)
    benchmark_words: str = setting(_("Words beside a benchmark"))
    benchmark_words_en: str = setting(_("Words beside a benchmark, English"))
    past_words: str = setting(_("Words beside past performance"))
    past_words_en: str = setting(_("Words beside past performance, English"))
    jump_percent: Decimal = setting(
        _("A net value that moves by more than this asks to be confirmed"), unit="%", minimum=1, maximum=100
    )


@policy("products.value_at_risk", _("Value at risk"))
class ValueAtRiskPolicy(Policy):
    """Confidence, horizon and the returns that a figure rests on."""

    confidence_percent: Decimal = setting(_("Confidence"), unit="%", minimum=Decimal("50.1"), maximum=Decimal("99.99"))
    horizon_days: int = setting(_("Horizon"), unit=_("trading days"), minimum=1, maximum=250)
    window: int = setting(_("Latest daily returns used"), minimum=20, maximum=5000)
    least: int = setting(_("No figure with fewer daily returns than"), minimum=20, maximum=5000)

    @property
    def confidence(self) -> float:
        return float(self.confidence_percent) / 100
