"""The numbers of the figures: what an outlet is, when a month is a signal, how long an effect is watched."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.errors import type_text
from kexin.core.policy import Policy, policy, setting
from kexin.people.choices import UnitKind
from kexin.service.complaints.analysis.charts import BEYOND, FOUR_OF_FIVE, RUN, SIGNALS, TWO_OF_THREE, ChartRules

SIGNAL_WORDS: dict[str, type_text] = {
    BEYOND: pgettext_lazy("signal", "Beyond the limits"),
    RUN: pgettext_lazy("signal", "Many months in a row on one side of the usual"),
    TWO_OF_THREE: pgettext_lazy("signal", "Two of three months near a limit"),
    FOUR_OF_FIVE: pgettext_lazy("signal", "Four of five months clearly on one side"),
}


def parse_kinds(values: Sequence[Any]) -> tuple[str, ...]:
    """Kinds of units that are outlets. Raises ValueError."""
    found = tuple(str(each) for each in values)
    if not found or set(found) - set(UnitKind.values):
        raise ValueError("unknown kind of unit")
    return found


def parse_signals(values: Sequence[Any]) -> tuple[str, ...]:
    """Rules by which a month is a signal. Raises ValueError."""
    found = tuple(str(each) for each in values)
    if not found or set(found) - set(SIGNALS):
        raise ValueError("unknown rule")
    return found


def _kinds_told(values: list[Any]) -> list[tuple[str, str]]:
    return [(str(UnitKind(each).label), "") for each in parse_kinds(values)]


def _signals_told(values: list[Any]) -> list[tuple[str, str]]:
    return [(str(SIGNAL_WORDS[each]), "") for each in parse_signals(values)]


@policy("service.complaint_figures", _("Figures of complaints"))
class FiguresPolicy(Policy):
    """What is divided by, when a month is a signal, how an effect is measured."""

    outlet_kinds: list = setting(  # type: ignore[type-arg]
        _("Units that are outlets"), check=parse_kinds, explain=_kinds_told
    )
    trend_months: int = setting(_("Months in the trend"), unit=_("months"), minimum=6, maximum=60)
    trend_least: int = setting(_("Months needed to say what is usual"), unit=_("months"), minimum=3, maximum=60)
    sigma: Decimal = setting(
        _("Limits lie away from the usual by"), unit=_("standard deviations"), minimum=Decimal(1), maximum=Decimal(6)
    )
    signals: list = setting(_("What counts as a signal"), check=parse_signals, explain=_signals_told)  # type: ignore[type-arg]
    run_length: int = setting(_("A run has"), unit=_("months"), minimum=5, maximum=15)
    widen: bool = setting(_("Limits widen where months vary more than chance"))
    effect_days: int = setting(_("An effect is compared over at most"), unit=_("days"), minimum=7, maximum=730)
    confidence: int = setting(_("Certainty of intervals"), unit="%", minimum=50, maximum=99)

    report_days: int = setting(_("A report is approved within"), unit=_("working days"), minimum=1, maximum=30)

    def chart_rules(self) -> ChartRules:
        """The same for the chart."""
        return ChartRules(float(self.sigma), parse_signals(self.signals), self.run_length, self.widen, self.trend_least)
