"""Filters of the list of complaints, by which the numbers of the figures open their cases."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_filters.fields import ChoiceField

from kexin.core.policy import in_force
from kexin.people.queries import unit_choices, units_below
from kexin.service.choices import Channel
from kexin.service.complaints.analysis.asking import of_units
from kexin.service.complaints.analysis.exporting import FLAG_HEADS
from kexin.service.complaints.analysis.facts import COUNTED, FLAGS, JOINED, flag, narrowed
from kexin.service.complaints.analysis.figures import CAUSE, PRODUCT, REGION, SELLER, UNIT
from kexin.service.complaints.choices import ComplaintNature, ComplaintState, Grade, RegulatoryMajor, Source
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.models import Complaint, ComplaintGroupMember
from kexin.service.ui.board_filters import post_choices

NONE = "none"
_HOW = [(COUNTED, _("Counted (without joined ones)")), (JOINED, _("Joined with another"))]


def _facet(name: str) -> Any:
    def choices() -> list[tuple[str, Any]]:
        return [
            (NONE, _("Not classified yet")),
            *((c, n.label) for c, n in in_force(ComplaintPolicy).facet(name).items()),
        ]

    return choices


class _AnyUnit(ChoiceField):
    """Offers open units; the figures ask for closed ones, too."""

    def valid_value(self, value: Any) -> bool:
        return str(value).isdigit()


class UnitFilter(django_filters.ChoiceFilter):
    field_class = _AnyUnit


class CaseFilter(django_filters.FilterSet):
    """What the inbox is narrowed by."""

    q = django_filters.CharFilter(label=_("Complaint number"), field_name="complaint_no", lookup_expr="istartswith")
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[("unfinished", _("Unfinished")), *ComplaintState.choices], method="as_is"
    )
    side = django_filters.ChoiceFilter(
        label=_("Whose"),
        choices=[
            ("owned", _("Handled by me")),
            ("inquiry", _("Investigated by me")),
            ("received", _("I am the contact")),
        ],
        method="as_is",
    )
    due = django_filters.ChoiceFilter(
        label=_("Limit"),
        choices=[
            ("late", _("Late by our limits")),
            ("today", _("Within 24 hours")),
            ("legal_late", _("Late by law")),
            ("legal_soon", _("By law within five days")),
        ],
        method="as_is",
    )
    grade = django_filters.ChoiceFilter(label=_("Grade"), choices=Grade.choices)
    regulatory_major = django_filters.ChoiceFilter(
        label=_("Major consumer complaint (to be reported)"),
        choices=[each for each in RegulatoryMajor.choices if each[0]],
    )
    nature = django_filters.ChoiceFilter(label=_("Nature"), choices=ComplaintNature.choices)
    source = django_filters.ChoiceFilter(label=_("Source"), choices=Source.choices)
    regulator_no = django_filters.CharFilter(label=_("Regulator's number"), lookup_expr="istartswith")

    class Meta:
        model = Complaint
        fields: list[str] = []

    def as_is(self, queryset: Any, name: str, value: str) -> Any:
        """Asked of the query itself, before the filters."""
        return queryset


class ComplaintFilter(CaseFilter):
    """And what the figures count by."""

    opened = django_filters.DateFromToRangeFilter(label=pgettext_lazy("request", "Opened"), field_name="opened_at")
    business = django_filters.ChoiceFilter(label=_("Business"), choices=_facet("businesses"), method="plainly")
    cause = django_filters.ChoiceFilter(label=_("Cause"), choices=_facet("causes"), method="of_cause")
    place = django_filters.ChoiceFilter(
        label=pgettext_lazy("complaint figures", "Place"), choices=_facet("places"), method="plainly"
    )
    channel = django_filters.ChoiceFilter(label=_("Channel"), choices=Channel.choices)
    region = UnitFilter(label=pgettext_lazy("complaint figures", "Region"), choices=unit_choices, method="of_region")
    unit = UnitFilter(label=_("Unit"), choices=unit_choices, method="of_unit")
    under = UnitFilter(label=_("Unit and those below"), choices=unit_choices, method="of_units")
    lead = UnitFilter(label=_("Lead manager"), field_name="customer__lead_post", choices=post_choices)
    product = django_filters.CharFilter(label=_("Code of the product"), method="of_product")
    seller = django_filters.CharFilter(label=_("Staff number of the seller"), method="of_seller")
    group = django_filters.CharFilter(label=_("Group number"), method="of_group")
    went = django_filters.ChoiceFilter(
        label=_("How it went"), choices=[*_HOW, *((each, FLAG_HEADS[each]) for each in FLAGS)], method="how"
    )

    class Meta:
        model = Complaint
        fields: list[str] = []

    def plainly(self, queryset: Any, name: str, value: str) -> Any:
        return narrowed(queryset, name, "" if value == NONE else value)

    def of_cause(self, queryset: Any, name: str, value: str) -> Any:
        return narrowed(queryset, CAUSE, "" if value == NONE else value)

    def of_region(self, queryset: Any, name: str, value: str) -> Any:
        return narrowed(queryset, REGION, value)

    def of_unit(self, queryset: Any, name: str, value: str) -> Any:
        """About this unit, or about none and received there."""
        return narrowed(queryset, UNIT, value)

    def of_units(self, queryset: Any, name: str, value: str) -> Any:
        """The unit and all below it."""
        return of_units(queryset, units_below(int(value)))

    def of_product(self, queryset: Any, name: str, value: str) -> Any:
        return narrowed(queryset, PRODUCT, value)

    def of_seller(self, queryset: Any, name: str, value: str) -> Any:
        return narrowed(queryset, SELLER, value)

    def of_group(self, queryset: Any, name: str, value: str) -> Any:
        """Standing in this group complaint now."""
        inside = ComplaintGroupMember.objects.filter(group__group_no=value.strip().upper(), left_at=None)
        return queryset.filter(pk__in=inside.values("complaint"))

    def how(self, queryset: Any, name: str, value: str) -> Any:
        """What became of it; joined cases are counted with the one they go on in."""
        if value == JOINED:
            return queryset.filter(joined_into__isnull=False)
        kept = queryset.filter(joined_into=None)
        return kept if value == COUNTED else kept.filter(flag(value, timezone.now()))
