"""The numbers of surveys and of what counts as a good score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.engagement.messages.choices import MessageChannel
from kexin.service.surveys.scoring import METHODS

MOST_QUOTA = 5000


def parse_quotas(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many of each tier are asked per unit; the empty tier stands for all that are not named.

    Raises ValueError for tiers given twice and for odd numbers.
    """
    found = {str(row["tier"]): int(row["per_unit"]) for row in rows}
    if len(found) < len(rows) or "" not in found or any(not 0 <= number <= MOST_QUOTA for number in found.values()):
        raise ValueError("each tier stands once, and one row for all others")
    return found


def parse_ways(value: Sequence[Any]) -> tuple[str, ...]:
    """Ways of an invitation in their order. Raises ValueError for one that nobody knows."""
    if any(each not in MessageChannel.values for each in value) or len(set(value)) < len(value):
        raise ValueError("sms and email, each once")
    return tuple(value)


def parse_method(value: str) -> str:
    """``range`` or ``share``. Raises ValueError."""
    if value not in METHODS:
        raise ValueError("range or share")
    return value


def _quotas_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(tier or str(_("All other tiers")), str(number)) for tier, number in parse_quotas(rows).items()]


def _ways_told(value: list[Any]) -> list[tuple[str, str]]:
    return [(str(MessageChannel(each).label), "") for each in parse_ways(value)]


@policy("service.surveys", _("Satisfaction surveys"))
class SurveyPolicy(Policy):
    """Whom the sample asks, how often anybody is asked, reminders, the way to 100, what is low, what stays hidden."""

    fatigue_days: int = setting(
        _("Nobody is asked again within"), unit=_("days"), minimum=0, maximum=730
    )  # after services and in samples alike
    complaint_exempt: bool = setting(_("After a complaint the customer is asked in any case"))
    answer_days: int = setting(_("A survey can be answered for"), unit=_("days"), minimum=1, maximum=90)
    reminders: int = setting(_("Reminders, at most"), minimum=0, maximum=5)
    reminder_days: int = setting(_("Days until a reminder"), unit=_("days"), minimum=1, maximum=30)
    channels: list = setting(  # type: ignore[type-arg]
        _("Invitations go by, the customer's preferred way first"), check=parse_ways, explain=_ways_told
    )
    consent_needed: bool = setting(_("An invitation needs the customer's agreement to the channel"))
    automatic_sample: bool = setting(_("A sample is drawn at the beginning of each quarter"))
    quotas: list = setting(  # type: ignore[type-arg]
        _("Customers asked per unit, by tier"), check=parse_quotas, explain=_quotas_told
    )
    on_hundred: str = setting(_("Way to 100: “range” or “share” of the scale"), check=parse_method)
    low_score: int = setting(_("A score below this is low"), unit=_("points of 100"), minimum=0, maximum=100)
    low_recommendation: int = setting(_("A recommendation up to this is low"), minimum=-1, maximum=10)
    low_hours: int = setting(_("A low score is looked into within"), unit=_("working hours"), minimum=1, maximum=200)
    smallest_group: int = setting(_("Figures are shown from"), unit=_("answers"), minimum=1, maximum=100)
    confidence: int = setting(_("Confidence of intervals"), unit=_("percent"), minimum=80, maximum=99)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A published or own figure to compare with: what of, how much, of which day, from where (CF-31)."""

    code: str
    name: str
    name_en: str
    measure: str
    value: Decimal
    as_of: dt.date
    source: str

    @property
    def label(self) -> str:
        return (self.name_en if (get_language() or "").startswith("en") else self.name) or self.name


MEASURES = ("score", "nps", "rate")


def parse_benchmarks(rows: Sequence[Mapping[str, Any]]) -> tuple[Benchmark, ...]:
    """Raises ValueError for a benchmark without measure, day or source, or told twice."""
    found = tuple(
        Benchmark(
            str(row["code"]), str(row["name"]).strip(), str(row["name_en"]).strip(), str(row["measure"]),
            Decimal(str(row["value"])), dt.date.fromisoformat(str(row["as_of"])), str(row["source"]).strip(),
        )
        for row in rows
    )  # fmt: skip
    for each in found:
        if each.measure not in MEASURES or not each.source or not each.name or not -100 <= each.value <= 100:
            raise ValueError("a benchmark has a measure, a value and a source")
    if len({each.code for each in found}) < len(found):
        raise ValueError("each benchmark stands once")
    return found


def _benchmarks_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each.label, f"{each.value:f} · {each.as_of} · {each.source}") for each in parse_benchmarks(rows)]


@policy("service.benchmarks", _("Benchmarks of satisfaction"))
class BenchmarkPolicy(Policy):
    """What satisfaction is compared with; each figure with its day and its source."""

    rows: list = setting(  # type: ignore[type-arg]
        _("Benchmarks"), check=parse_benchmarks, explain=_benchmarks_told
    )
