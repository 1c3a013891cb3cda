"""Filters of the inbox by which the numbers of the service board open their lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.people.models import Post
from kexin.people.queries import post_labels, unit_choices, units_below
from kexin.service.models import Clock, ServiceRequest
from kexin.service.policies import ANSWERED, RESULT


def post_choices() -> list[tuple[int, str]]:
    """Every open post with its holder, by name."""
    posts = Post.objects.filter(closed_on=None).values_list("pk", flat=True)
    return sorted(post_labels(posts).items(), key=lambda each: each[1])


class BoardFilters(django_filters.FilterSet):
    under = django_filters.ChoiceFilter(label=_("Unit and those below"), choices=unit_choices, method="of_units")
    unit = django_filters.ChoiceFilter(label=_("Unit"), choices=unit_choices)
    owner = django_filters.ChoiceFilter(
        label=pgettext_lazy("request", "Responsible"), field_name="owner_post", choices=post_choices
    )
    opened = django_filters.DateFromToRangeFilter(label=pgettext_lazy("request", "Opened"), field_name="opened_at")
    told = django_filters.DateFromToRangeFilter(label=_("Result told"), field_name="told_at")
    solved = django_filters.BooleanFilter(label=_("Solved"))
    went = django_filters.ChoiceFilter(
        label=_("How it went"),
        choices=[
            ("at_once", _("Solved at first contact")),
            ("again", _("Opened again")),
            ("late_answer", _("First answer late")),
            ("late_result", _("Result late")),
            ("offered", pgettext_lazy("board", "Offered, not accepted")),
        ],
        method="how",
    )

    class Meta:
        model = ServiceRequest
        fields: list[str] = []

    def of_units(self, queryset: Any, name: str, value: str) -> Any:
        """The unit and all below it."""
        return queryset.filter(unit__in=units_below(int(value)))

    def how(self, queryset: Any, name: str, value: str) -> Any:
        """By what became of its clocks."""
        clocks = Clock.objects.filter(request=OuterRef("pk"))
        if value == "offered":
            return queryset.filter(offered_post__isnull=False)
        if value == "again":
            return queryset.filter(Exists(clocks.filter(round__gt=1, met_by=RESULT)))
        if value == "at_once":
            first = Clock.objects.filter(
                request=OuterRef("request"), round=1, met_by=ANSWERED, met_at=OuterRef("met_at")
            )
            return queryset.filter(Exists(clocks.filter(Exists(first), round=1, met_by=RESULT)), solved=True)
        by = ANSWERED if value == "late_answer" else RESULT
        return queryset.filter(Exists(clocks.filter(round=1, met_by=by, met_at__gt=F("due_at"))))
