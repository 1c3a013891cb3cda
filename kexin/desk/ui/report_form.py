"""The form of the report builder, and a report in an address: the two are the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.reports.asked import ChartKind, Period, ReportAsked, RowOrder, measures_of
from kexin.core.reports.fields import Dataset
from kexin.core.ui.fields import DayInput, SearchSelectMultiple
from kexin.desk.models import ReportFormat, ReportRhythm
from kexin.people.models import OrgUnit

FILTER = "f_"
FIELDS = ("row", "row2", "column", "measure", "period", "first", "last", "chart", "order")


def usual(actor: Actor, dataset: Dataset) -> ReportAsked:
    """What a new report of a dataset begins with: its first field against how many rows, or its snapshot's months."""
    fields = [each.code for each in dataset.dimensions if not each.right or actor.may(each.right)]
    return ReportAsked(dataset.code, (dataset.snapshot or fields[0],), period=dataset.usual)


def asked_in(data: QueryDict, dataset: Dataset) -> ReportAsked:
    """The report that an address names; a day that is none counts as not said."""
    form = DayForm(data)
    form.is_valid()
    days = form.cleaned_data
    return ReportAsked(
        dataset=dataset.code,
        rows=tuple(each for each in (data.get("row", ""), data.get("row2", "")) if each),
        column=data.get("column", ""),
        measures=tuple(data.getlist("measure")),
        period=data.get("period") or Period.ALL,
        first=days.get("first"),
        last=days.get("last"),
        filters={
            name.removeprefix(FILTER): tuple(each for each in data.getlist(name) if each)
            for name in data
            if name.startswith(FILTER) and any(data.getlist(name))
        },
        chart=data.get("chart") or ChartKind.BAR,
        order=data.get("order") or RowOrder.NAME,
    )


def address_of(asked: ReportAsked) -> str:
    """The same report as an address: what :func:`asked_in` reads."""
    pairs: list[tuple[str, str]] = [("dataset", asked.dataset)]
    pairs += zip(("row", "row2"), asked.rows, strict=False)
    pairs += [("column", asked.column)] if asked.column else []
    pairs += [("measure", each) for each in asked.measures]
    pairs.append(("period", asked.period))
    if asked.period == Period.BETWEEN:
        pairs += [(name, day.isoformat()) for name, day in (("first", asked.first), ("last", asked.last)) if day]
    pairs += [(FILTER + name, each) for name, values in asked.filters.items() for each in values]
    pairs += [("chart", asked.chart), ("order", asked.order)]
    return urlencode(pairs)


class DayForm(forms.Form):
    """The two days of a period of one's own."""

    first = forms.DateField(label=_("From day"), required=False, widget=DayInput())
    last = forms.DateField(label=_("To day"), required=False, widget=DayInput())


class BuilderForm(DayForm):
    """What may stand in the rows, the columns and the cells of one dataset, as far as the actor may see it."""

    row = forms.ChoiceField(label=pgettext_lazy("report", "Rows"))
    row2 = forms.ChoiceField(label=_("Within them"), required=False)
    column = forms.ChoiceField(label=pgettext_lazy("report", "Columns"), required=False)
    measure = forms.MultipleChoiceField(label=_("Measured"), widget=forms.CheckboxSelectMultiple)
    period = forms.ChoiceField(label=_("Period"), required=False)
    chart = forms.ChoiceField(label=_("Chart"), choices=ChartKind.choices, required=False)
    order = forms.ChoiceField(label=_("Order"), choices=RowOrder.choices, required=False)

    def __init__(self, data: Mapping[str, Any] | QueryDict | None, *, actor: Actor, dataset: Dataset) -> None:
        super().__init__(data)
        open_fields = [each for each in dataset.dimensions if not each.right or actor.may(each.right)]
        fields: Any = self.fields
        codes = [(each.code, each.label) for each in open_fields]
        fields["row"].choices = codes
        fields["row2"].choices = fields["column"].choices = [("", "—"), *codes]
        fields["measure"].choices = [
            (each.code, each.label)
            for each in measures_of(dataset)
            if each.figure is None or not each.figure.right or actor.may(each.figure.right)
        ]
        if dataset.period:
            fields["period"].choices = Period.choices
            fields["period"].label = dataset.period_label
        else:
            for name in ("period", "first", "last"):
                del fields[name]
        self.filters: list[str] = []
        for each in open_fields:
            if each.choices is None or each.narrow is None:
                continue
            name = FILTER + each.code
            fields[name] = forms.MultipleChoiceField(
                label=str(each.label), choices=each.choices(actor), required=False, widget=SearchSelectMultiple()
            )
            self.filters.append(name)

    @property
    def filter_fields(self) -> list[Any]:
        """The bound fields of the filters."""
        return [self[name] for name in self.filters]


class NameForm(forms.Form):
    """A name."""

    name = forms.CharField(label=_("Name"), max_length=60)


class ShareForm(forms.Form):
    """Who may open a report."""

    unit = forms.ModelChoiceField(
        label=_("Shared with"),
        queryset=OrgUnit.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        help_text=_("The unit and everything below it. Everybody sees figures of the own reach only."),
    )

    def __init__(self, *args: Any, units: list[OrgUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["unit"]
        field.queryset = OrgUnit.objects.filter(pk__in=[each.pk for each in units]).order_by("path")
        field.label_from_instance = lambda unit: unit.shown_name


class ScheduleForm(forms.Form):
    """When a report comes by itself, and as what."""

    rhythm = forms.ChoiceField(
        label=_("Comes to the inbox"),
        choices=ReportRhythm.choices,
        required=False,
        help_text=_("With the rights you have on that day; the file is kept encrypted for a while."),
    )
    form = forms.ChoiceField(label=_("Format"), choices=ReportFormat.choices)


class TakeOutForm(forms.Form):
    """Why a report leaves the house, and in which format."""

    purpose = forms.CharField(label=_("What is it for?"), max_length=200)
    format = forms.ChoiceField(
        label=_("Format"), choices=ReportFormat.choices, initial="xlsx", widget=forms.RadioSelect
    )
