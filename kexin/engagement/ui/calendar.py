"""The calendar: day, week, month and list, of oneself, a colleague or the team."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.calendar import business_date, days
from kexin.core.errors import NotFound
from kexin.core.ui.request import actor_of
from kexin.core.working_days import DayInfo, DayNature
from kexin.engagement.appointment_queries import Entry, calendar_entries
from kexin.engagement.colleagues import colleagues_of
from kexin.engagement.ui.grid import FIRST_HOUR, LAST_HOUR, Column, month_of, place, week_of

VIEWS = {
    "day": pgettext_lazy("calendar", "Day"),
    "week": pgettext_lazy("calendar", "Week"),
    "month": pgettext_lazy("calendar", "Month"),
    "list": pgettext_lazy("calendar", "List"),
}
MOST_COLUMNS = 12
LIST_DAYS = 14


@require_GET
def calendar_page(request: HttpRequest) -> HttpResponse:
    """``?view=day|week|month|list&day=YYYY-MM-DD&who=<post>|team``; eight reads at most."""
    actor = actor_of(request)
    view = request.GET.get("view", "week")
    view = view if view in VIEWS else "week"
    day = _day(request.GET.get("day", ""))
    colleagues = colleagues_of(actor)
    who, posts = _whose(request.GET.get("who", ""), colleagues, actor.post_id)
    shown = {"day": [day], "week": week_of(day), "month": month_of(day)}.get(view) or [
        day + dt.timedelta(days=n) for n in range(LIST_DAYS)
    ]
    entries = calendar_entries(actor, shown[0], shown[-1], posts)
    labels = {pk: label.split(" · ")[0] for pk, label in colleagues}
    context: dict[str, Any] = {
        "title": _("Appointments"),
        "view": view,
        "views": [(code, label, _url(code, day, who), code == view) for code, label in VIEWS.items()],
        "day": day,
        "today": business_date(),
        "today_url": _url(view, business_date(), who),
        "previous_url": _url(view, _step(day, view, -1), who),
        "next_url": _url(view, _step(day, view, 1), who),
        "heading": _heading(view, shown, day),
        "who": who,
        "people": colleagues,
        "team": who == "team",
        "hours": [f"{hour:02d}:00" for hour in range(FIRST_HOUR, LAST_HOUR)],
        "agenda": _agenda(shown, entries, labels),
        "may_make": actor.may("engagement.make_appointment"),
        "may_move": actor.may("engagement.move_appointment"),
        "may_arrive": actor.may("engagement.mark_arrival"),
        "columns": _columns(view, shown, entries, posts, labels) if view in ("day", "week") else [],
        "weeks": _weeks(shown, entries, day, who) if view == "month" else [],
        "names": labels,
    }
    return render(request, "engagement/calendar.html", context)


def _day(text: str) -> dt.date:
    try:
        found = dt.date.fromisoformat(text) if text else business_date()
    except ValueError as error:
        raise NotFound from error
    if not 1990 <= found.year <= 2100:
        raise NotFound
    return found


def _whose(text: str, colleagues: list[tuple[int, str]], own: int | None) -> tuple[str, list[int]]:
    """The choice as it stands in the address, and the posts it means."""
    if text == "team":
        return "team", [pk for pk, _label in colleagues][:MOST_COLUMNS]
    if text.isdigit() and int(text) in dict(colleagues):
        return text, [int(text)]
    return str(own or ""), [own] if own else []


def _url(view: str, day: dt.date, who: str) -> str:
    return f"{reverse('engagement:calendar')}?{urlencode({'view': view, 'day': day.isoformat(), 'who': who})}"


def _step(day: dt.date, view: str, by: int) -> dt.date:
    if view == "month":
        first = day.replace(day=1)
        return (
            (first + dt.timedelta(days=32)).replace(day=1) if by > 0 else (first - dt.timedelta(days=1)).replace(day=1)
        )
    return day + dt.timedelta(days=by * {"day": 1, "week": 7, "list": LIST_DAYS}[view])


def _heading(view: str, shown: list[dt.date], day: dt.date) -> str:
    if view == "month":
        return formats.date_format(day, "YEAR_MONTH_FORMAT")
    if view == "day":
        return f"{formats.date_format(day, 'l')} {day}"
    return f"{shown[0]} – {shown[-1]}"


def _columns(
    view: str, shown: list[dt.date], entries: list[Entry], posts: list[int], labels: dict[int, str]
) -> list[Column]:
    columns = []
    if view == "day" and len(posts) > 1:
        wanted = [(shown[0], pk, labels.get(pk, "")) for pk in posts]
    else:
        wanted = [(day, posts[0] if len(posts) == 1 else 0, "") for day in shown]
    for day, pk, label in wanted:
        mine = [e for e in entries if _on(e, day) and (not label or pk == e.post_id or pk in e.others)]
        column = Column(day, days().info(day), label, day == business_date(), pk)
        column.placed, column.lanes = place(mine, day)
        columns.append(column)
    return columns


def _on(entry: Entry, day: dt.date) -> bool:
    return entry.starts_at.date() <= day <= (entry.ends_at - dt.timedelta(microseconds=1)).date()


def _agenda(
    shown: list[dt.date], entries: list[Entry], labels: dict[int, str]
) -> list[tuple[dt.date, DayInfo, str, list[tuple[Entry, str]]]]:
    """Day by day, days without anything too: what a phone and paper show."""
    return [
        (day, info, note(info), [(e, labels.get(e.post_id, "")) for e in entries if _on(e, day)])
        for day in shown
        for info in (days().info(day),)
    ]


def note(info: DayInfo) -> str:
    """Why a day is not an ordinary one; empty for working days and weekends."""
    if info.nature in (DayNature.WORKDAY, DayNature.WEEKEND):
        return ""
    name = info.name_en if (get_language() or "").startswith("en") else info.name
    return f"{info.nature.label} {name}".strip()


def _weeks(shown: list[dt.date], entries: list[Entry], day: dt.date, who: str) -> list[list[dict[str, Any]]]:
    cells = [
        {
            "day": each,
            "info": days().info(each),
            "note": note(days().info(each)),
            "other": each.month != day.month,
            "today": each == business_date(),
            "entries": mine[:4],
            "more": max(len(mine) - 4, 0),
            "url": _url("day", each, who),
        }
        for each in shown
        for mine in ([e for e in entries if _on(e, each)],)
    ]
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]
