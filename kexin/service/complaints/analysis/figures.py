"""The figures of a period, by what they are counted by, with the sizes they are divided by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.service.complaints.analysis.asking import VIEW_FIGURES, FiguresAsked, seen_by, units_counted_for
from kexin.service.complaints.analysis.denominators import PER_CUSTOMERS, PER_OUTLETS, Size, sizes, total
from kexin.service.complaints.analysis.facts import FLAGS, CaseFacts, facts_of, regions
from kexin.service.complaints.analysis.policies import FiguresPolicy
from kexin.service.complaints.analysis.ratios import rate

WHOLE, BUSINESS, CAUSE, REGION, UNIT = "whole", "business", "cause", "region", "unit"
PLACE, CHANNEL, SOURCE, PRODUCT, SELLER = "place", "channel", "source", "product", "seller"
DIMENSIONS = (WHOLE, BUSINESS, CAUSE, REGION, UNIT, PLACE, CHANNEL, SOURCE, PRODUCT, SELLER)
SIZED = (WHOLE, REGION, UNIT)  # what has customers and outlets of its own; others are divided by those of the whole
TOLD_BY = {
    WHOLE: pgettext_lazy("board", "Whole"),
    BUSINESS: _("Business"),
    CAUSE: _("Cause"),
    REGION: pgettext_lazy("complaint figures", "Region"),
    UNIT: _("Unit"),
    PLACE: pgettext_lazy("complaint figures", "Place"),
    CHANNEL: _("Channel"),
    SOURCE: _("Source"),
    PRODUCT: _("Product"),
    SELLER: _("Seller"),
}
Key = tuple[str, str]  # dimension and its value: ("cause", "fees"), ("whole", "")


@dataclass(slots=True)
class Count:
    """What a period brought. ``brought`` counts joined cases too; everything else counts after joining."""

    brought: int = 0
    cases: int = 0
    told: int = 0
    flags: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FLAGS, 0))

    def add(self, case: CaseFacts) -> None:
        self.brought += 1
        if case.joined:
            return
        self.cases += 1
        self.told += case.told
        for name in case.flags:
            self.flags[name] += 1


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it: counts by dimension and value, sizes by unit and region, and the period before."""

    asked: FiguresAsked
    at: dt.datetime
    counts: Mapping[Key, Count]
    before: Mapping[Key, Count]
    sizes: Mapping[Key, Size]

    def keys(self, dimension: str) -> list[str]:
        """Values of a dimension that had a case now or before, the most first."""
        found = {key for counts in (self.counts, self.before) for name, key in counts if name == dimension}
        return sorted(found, key=lambda key: (-self.count(dimension, key).cases, key))

    def count(self, dimension: str = WHOLE, key: str = "") -> Count:
        return self.counts.get((dimension, key)) or Count()

    def count_before(self, dimension: str = WHOLE, key: str = "") -> Count:
        return self.before.get((dimension, key)) or Count()

    def size(self, dimension: str = WHOLE, key: str = "") -> Size:
        """Its own customers and outlets where it has any, else those of the whole."""
        return self.sizes.get((dimension, key) if dimension in SIZED else (WHOLE, "")) or Size()

    def per_customers(self, dimension: str = WHOLE, key: str = "") -> float | None:
        """Cases per 10 million personal customers."""
        return rate(self.count(dimension, key).cases, self.size(dimension, key).customers, PER_CUSTOMERS)

    def per_outlets(self, dimension: str = WHOLE, key: str = "") -> float | None:
        """Cases per 1,000 outlets."""
        return rate(self.count(dimension, key).cases, self.size(dimension, key).outlets, PER_OUTLETS)


def places_of(case: CaseFacts, region_of: Mapping[int, int]) -> list[Key]:
    """Every place a case counts in; with several causes under each of them."""
    causes = case.causes or ("",)
    return [
        (WHOLE, ""),
        (BUSINESS, case.business),
        *((CAUSE, cause) for cause in dict.fromkeys(causes)),
        (REGION, str(region_of.get(case.unit_id, case.unit_id))),
        (UNIT, str(case.unit_id)),
        (PLACE, case.place),
        (CHANNEL, case.channel),
        (SOURCE, case.source),
        (PRODUCT, case.product),
        (SELLER, case.seller),
    ]


def counted(cases: Iterable[CaseFacts], region_of: Mapping[int, int]) -> dict[Key, Count]:
    """Counts by dimension and value; of products and sellers those that have one."""
    found: dict[Key, Count] = {}
    for case in cases:
        for place in places_of(case, region_of):
            if place[1] or place[0] not in (PRODUCT, SELLER):
                found.setdefault(place, Count()).add(case)
    return found


def sized(by_unit: Mapping[int, Size], region_of: Mapping[int, int]) -> dict[Key, Size]:
    """Sizes of the whole, of regions and of units."""
    found = {(UNIT, str(pk)): size for pk, size in by_unit.items()}
    of_region: dict[str, list[Size]] = {}
    for pk, size in by_unit.items():
        of_region.setdefault(str(region_of.get(pk, pk)), []).append(size)
    found |= {(REGION, key): total(dict(enumerate(each))) for key, each in of_region.items()}
    return found | {(WHOLE, ""): total(dict(by_unit))}


@query(VIEW_FIGURES, label=_("See figures of complaints"), plain=("asked",))
def complaint_figures(actor: Actor, asked: FiguresAsked) -> Figures:
    """Figures of the cases within reach, with those of the period before. NotFound for a unit outside."""
    units, at, region_of = units_counted_for(actor, asked.unit_id), timezone.now(), regions()
    rules = in_force(FiguresPolicy)
    return Figures(
        asked,
        at,
        counted(facts_of(seen_by(actor, asked, units), at), region_of),
        counted(facts_of(seen_by(actor, asked.before, units), at), region_of),
        sized(sizes(units, asked.last, rules.outlet_kinds), region_of),
    )
