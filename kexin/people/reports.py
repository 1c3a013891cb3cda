"""Units and posts as fields of reports, for the floors that register datasets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import type_text
from kexin.core.reports.fields import NOTHING, Choices, Dimension, Params
from kexin.people.models import OrgUnit
from kexin.people.queries import post_labels, posts_in_reach, units_in_reach

_UNIT, _LEAD, _POOL = _("Unit"), _("Lead manager"), _("Pool")


def by_unit(right: str, path: str, *, param: str = "", label: type_text = _UNIT) -> Dimension:
    """A foreign key to a unit; a filter takes the unit with everything below it."""

    def names(keys: Iterable[Any]) -> Mapping[Any, type_text]:
        return {unit.pk: unit.shown_name for unit in OrgUnit.objects.filter(pk__in=list(keys))}

    def choices(actor: Actor) -> Choices:
        units = units_in_reach(actor, right)[:500]
        return [(str(unit.pk), "　" * max(unit.path.count("/") - 2, 0) + unit.shown_name) for unit in units]

    def narrow(values: Sequence[str]) -> Q:
        chosen = OrgUnit.objects.filter(pk__in=_ids(values))
        within = Q(pk__in=[])
        for each in chosen:
            within |= Q(path__startswith=each.path)
        return Q(**{f"{path}_id__in": OrgUnit.objects.filter(within).values("pk")})

    def listed(key: Any) -> Params | None:
        # a filter takes sub-units along, which no list does: only the key of a cell is a whole number
        return {param: str(key)} if param and isinstance(key, int) else None

    return Dimension(
        "unit", label, lambda: F(f"{path}_id"), names, choices=choices, narrow=narrow, listed=listed,
    )  # fmt: skip


def by_post(right: str, path: str, *, label: type_text = _LEAD, param: str = "", pool: str = "") -> Dimension:
    """A post that leads or owes; nobody is the pool.

    ``param`` and ``pool`` name the parameters of the list page: of a post, and of no post (``name=value``).
    """
    column = f"{path}_id"

    def names(keys: Iterable[Any]) -> Mapping[Any, type_text]:
        return post_labels([key for key in keys if key])

    def choices(actor: Actor) -> Choices:
        posts = posts_in_reach(actor, right)[:1000]
        known = post_labels(post.pk for post in posts)
        return [(NOTHING, _POOL), *((str(post.pk), known.get(post.pk, post.shown_name)) for post in posts)]

    def narrow(values: Sequence[str]) -> Q:
        found = Q(**{f"{column}__in": _ids(values)})
        return found | Q(**{f"{column}__isnull": True}) if NOTHING in values else found

    def listed(key: Any) -> Params | None:
        if key is None or key == NOTHING:
            name, _sign, value = pool.partition("=")
            return {name: value} if pool else None
        return {param: str(key)} if param else None

    return Dimension(
        "post", label, lambda: F(column), names, nothing=_POOL, choices=choices, narrow=narrow, listed=listed
    )


def _ids(values: Sequence[str]) -> list[int]:
    return [int(each) for each in values if each.isdecimal() and len(each) < 19]
