"""The calendar of a year: which days are worked or traded, why, and what is not settled; setting and uploading days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dates import MONTHS, WEEKDAYS_ABBR
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core import calendar
from kexin.core.calendar_operations import LARGEST_UPLOAD, remove_calendar_day, set_calendar_day, upload_calendar
from kexin.core.errors import NotFound
from kexin.core.listing import listed
from kexin.core.models import CalendarDay
from kexin.core.models.calendar import CalendarKind
from kexin.core.query import query
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.core.working_days import DayInfo, DayNature

FIRST_YEAR, LAST_YEAR = 1990, 2100


@query("core.view_calendar", label=_("See the calendar"))
def months_of(actor: Any, number: int, kind: str) -> list[calendar.Month]:
    """Twelve months of a calendar."""
    return calendar.year(number, kind)


def _weeks(days: tuple[DayInfo, ...]) -> list[list[DayInfo | None]]:
    """Rows of seven, Monday first, with gaps before the first and after the last day."""
    cells: list[DayInfo | None] = [None] * days[0].day.weekday() + list(days)
    cells += [None] * (-len(cells) % 7)
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


@require_GET
def year(request: HttpRequest) -> HttpResponse:
    today = calendar.business_date()
    text, kind = request.GET.get("year", ""), request.GET.get("kind", CalendarKind.WORKING)
    number = int(text) if text.isdigit() else today.year
    if not FIRST_YEAR <= number <= LAST_YEAR or kind not in CalendarKind.values:
        raise NotFound
    months = months_of(actor_of(request), number, kind)
    english = (get_language() or "").startswith("en")
    context = {
        "year": number,
        "kind": kind,
        "kinds": [(value, label, value == kind) for value, label in CalendarKind.choices],
        "today": today,
        "months": [(MONTHS[m.number], m.open_days, _weeks(m.days)) for m in months],
        "open_days": sum(m.open_days for m in months),
        "weekdays": [str(WEEKDAYS_ABBR[n]) if english else str(WEEKDAYS_ABBR[n])[-1] for n in range(7)],
        "published": calendar.days().is_published(number),
        "named": [
            (info, info.name_en if english else info.name)
            for m in months
            for info in m.days
            if info.nature not in (DayNature.WORKDAY, DayNature.WEEKEND)
        ],
        "previous": number - 1 if number > FIRST_YEAR else None,
        "following": number + 1 if number < LAST_YEAR else None,
    }
    return render(request, "core/calendar.html", context)


class DayForm(forms.Form):
    day = forms.DateField(label=_("Day"))
    kind = forms.ChoiceField(label=_("Calendar"), choices=CalendarKind.choices)
    is_open = forms.ChoiceField(
        label=_("On this day"), choices=[("1", _("open")), ("0", _("closed"))], widget=forms.RadioSelect()
    )
    name = forms.CharField(label=_("Name"), max_length=60, required=False)


def day(request: HttpRequest) -> HttpResponse:
    """State what one day is; ``?day=…&kind=…`` fills the form."""
    actor = need(request, "core.set_calendar_day")
    start: dict[str, Any] = {"kind": request.GET.get("kind", CalendarKind.WORKING), "day": request.GET.get("day", "")}
    stated = None
    try:
        asked = dt.date.fromisoformat(start["day"])
    except ValueError:
        asked = calendar.business_date()
        start["day"] = asked
    stated = CalendarDay.objects.filter(day=asked, kind=start["kind"]).first()
    if stated is not None:
        start |= {"is_open": "1" if stated.is_open else "0", "name": stated.name}

    def act(data: dict[str, Any]) -> Any:
        return set_calendar_day(actor=actor, **{**data, "is_open": data["is_open"] == "1"})

    return form_page(
        request,
        DayForm(request.POST or None, initial=start),
        act,
        title=_("Set a day"),
        back_url=f"{reverse('core:calendar')}?year={asked.year}&kind={start['kind']}",
        done=_("The day is set. Deadlines that depend on it are dated anew."),
        template="core/calendar_day.html",
        context={"stated": stated, "may_remove": actor.may("core.remove_calendar_day")},
    )


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """The published calendar decides about a day again."""
    actor = need(request, "core.remove_calendar_day")
    kind = request.POST.get("kind", "")
    try:
        asked = dt.date.fromisoformat(request.POST.get("day", ""))
    except ValueError as error:
        raise NotFound from error
    return post_only(
        request,
        lambda: remove_calendar_day(actor=actor, day=asked, kind=kind),
        back_url=f"{reverse('core:calendar')}?year={asked.year}&kind={kind}",
        done=_("The published calendar decides about this day again."),
    )


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Choose file"),
        help_text=_("CSV with the columns day, kind, open, name; or the public holiday JSON of a year. At most 1 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.json,text/csv,application/json"}),
    )

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > LARGEST_UPLOAD:
            raise forms.ValidationError(_("The file is larger than a calendar can be (1 MB)."))
        return given


def upload(request: HttpRequest) -> HttpResponse:
    actor = need(request, "core.upload_calendar")

    def said(done: Any) -> str:
        words = _("%(created)d days entered, %(updated)d changed, %(unchanged)d as before.") % {
            "created": done.created,
            "updated": done.updated,
            "unchanged": done.unchanged,
        }
        if done.unpublished_years:
            years = listed(str(year) for year in done.unpublished_years)
            words += " " + _("Not complete yet: %(years)s; deadlines there stay provisional.") % {"years": years}
        return words

    return form_page(
        request,
        UploadForm(request.POST or None, request.FILES or None),
        lambda data: upload_calendar(actor=actor, content=data["file"].read()),
        title=_("Upload days"),
        back_url=reverse("core:calendar"),
        submit_label=_("Upload"),
        done=said,
    )
