"""Names of what complaints are counted by, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _t

from kexin.core.errors import type_text
from kexin.core.policy import in_force
from kexin.people.models import OrgUnit
from kexin.people.queries import names_of
from kexin.products.models import Product
from kexin.service.choices import Channel
from kexin.service.complaints.analysis.figures import (
    BUSINESS,
    CAUSE,
    CHANNEL,
    PLACE,
    PRODUCT,
    REGION,
    SELLER,
    SOURCE,
    UNIT,
    WHOLE,
    Key,
)
from kexin.service.complaints.choices import Source
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.policies import Named

FACETS = {BUSINESS: "businesses", CAUSE: "causes", PLACE: "places"}


def labels_of(places: Iterable[Key]) -> dict[Key, str]:
    """The words of each value; a code that the map of today no longer knows stands for itself."""
    wanted: dict[str, set[str]] = {}
    for dimension, key in places:
        wanted.setdefault(dimension, set()).add(key)
    rules, found = in_force(ComplaintPolicy), {}
    facets = {dimension: rules.facet(name) for dimension, name in FACETS.items()}
    units = OrgUnit.objects.in_bulk([int(key) for name in (REGION, UNIT) for key in wanted.get(name, ()) if key])
    sold = {each.code: each.name for each in Product.objects.filter(code__in=wanted.get(PRODUCT, ()))}
    sellers = names_of(wanted.get(SELLER, ()))
    choices: dict[str, dict[str, type_text]] = {
        CHANNEL: dict(Channel.choices),
        SOURCE: dict(Source.choices),
    }
    for dimension, keys in wanted.items():
        for key in keys:
            found[dimension, key] = str(_name(dimension, key, facets, units, sold, sellers, choices))
    return found


def _name(
    dimension: str,
    key: str,
    facets: Mapping[str, Mapping[str, Named]],
    units: Mapping[int, OrgUnit],
    sold: Mapping[str, str],
    sellers: Mapping[str, str],
    choices: Mapping[str, Mapping[str, type_text]],
) -> type_text:
    if dimension in facets:
        named = facets[dimension].get(key)
        return named.label if named else key or _t("Not classified yet")
    if dimension in (REGION, UNIT):
        unit = units.get(int(key))
        return unit.shown_name if unit else key
    if dimension == PRODUCT:
        return f"{sold[key]} ({key})" if key in sold else key
    if dimension == SELLER:
        return f"{sellers[key]} ({key})" if key in sellers else key
    if dimension == WHOLE:
        return _t("All complaints")
    return choices[dimension].get(key, key)
