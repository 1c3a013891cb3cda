"""The small dialog for a reminder, a reminder's page, and what is to be told now."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core import names
from kexin.core.calendar import zone
from kexin.core.errors import KexinError, NotFound
from kexin.core.ui.form_page import need, put_errors
from kexin.core.ui.request import actor_of
from kexin.engagement.appointment_queries import notices, reminder_in_reach
from kexin.engagement.operations import add_reminder
from kexin.engagement.rules import LONGEST_TEXT
from kexin.engagement.said_times import read_time
from kexin.engagement.ui.appointment_forms import MOMENT, ReminderForm


def quick_times(now: dt.datetime) -> list[tuple[str, str]]:
    """Natural choices with their local times: later today, tomorrow morning, next Monday."""
    found = []
    if now.hour < 15:
        found.append((_t("Today 16:00"), now.replace(hour=16, minute=0)))
    elif now.hour < 22:
        found.append((_t("In an hour"), now + dt.timedelta(hours=1)))
    tomorrow = (now + dt.timedelta(days=1)).replace(hour=9, minute=0)
    monday = (now + dt.timedelta(days=7 - now.weekday())).replace(hour=9, minute=0)
    found += [(_t("Tomorrow 9:00"), tomorrow), (_t("Next Monday 9:00"), monday)]
    return [(label, at.strftime(MOMENT)) for label, at in found]


def new(request: HttpRequest) -> HttpResponse:
    """GET: the form (a fragment where htmx asked); POST: the reminder is set. ``?customer=`` says about whom."""
    actor = need(request, "engagement.add_reminder")
    asked = request.POST.get("customer", request.GET.get("customer", ""))
    called = names.called(actor, [int(asked)]) if asked.isdigit() and len(asked) < 18 else {}
    now = dt.datetime.now(zone())
    form = ReminderForm(
        request.POST or None,
        initial={"customer": asked if called else "", "text": request.GET.get("text", "")},
        chosen=[(str(pk), name) for pk, name in called.items()],
        pick_url=reverse("party:pick"),
    )
    fragment = bool(request.headers.get("HX-Request"))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            at, text = when(data["text"], data["due_at"], now)
            try:
                if asked and not called:
                    raise NotFound
                row = add_reminder(actor=actor, text=text, due_at=at, customer=int(asked) if called else None)
            except NotFound:
                form.add_error("customer", _("Choose a customer within your reach."))
            except KexinError as refusal:
                put_errors(form, refusal)
            else:
                words = {
                    "day": told_day(row.due_at.astimezone(zone())),
                    "time": f"{row.due_at.astimezone(zone()):%H:%M}",
                }
                said = _t("You will be reminded on %(day)s at %(time)s.") % words
                if fragment:
                    return render(request, "engagement/quick_done.html", {"said": said})
                return redirect(names.customer_url(int(asked)) if called else reverse("core:work"))
    context: dict[str, Any] = {
        "title": _("Reminder"),
        "form": form,
        "choices": quick_times(now),
        "reading": _reading(form["text"].value() or "", now),
        "back_url": names.customer_url(int(asked)) if called else reverse("core:work"),
    }
    template = "engagement/reminder_form.html" if fragment else "engagement/reminder_new.html"
    return render(request, template, context, status=status)


def when(text: str, chosen: dt.datetime | None, now: dt.datetime) -> tuple[dt.datetime, str]:
    """The moment that was chosen, else the one said in the line (and the line without it), else the first quick one."""
    found = read_time(text, now) if chosen is None else None
    if found is not None:
        return found.at, found.rest or text
    first = dt.datetime.strptime(quick_times(now)[0][1], MOMENT).replace(tzinfo=zone())
    return chosen or first, text


def told_day(at: dt.datetime) -> str:
    """The day with its weekday, so that a slip is seen."""
    return f"{at:%Y-%m-%d} {date_format(at, 'l')}"


def _reading(text: str, now: dt.datetime) -> dict[str, Any]:
    at, rest = when(text, None, now)
    return {"day": told_day(at), "time": f"{at:%H:%M}", "rest": rest, "past": at <= now}


@require_POST
def reading(request: HttpRequest) -> HttpResponse:
    """POST ``text``: how its day and time are understood, shown while it is typed. Nothing is kept."""
    need(request, "engagement.add_reminder")
    line = request.POST.get("text", "")[: LONGEST_TEXT["text"]]
    return render(request, "engagement/reading.html", {"reading": _reading(line, dt.datetime.now(zone()))})


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """What one wanted to be reminded of, with the buttons of its work item."""
    actor = actor_of(request)
    row, item = reminder_in_reach(actor, pk)
    called = names.called(actor, [row.customer_id]) if row.customer_id else {}
    context = {
        "title": _("Reminder"),
        "text": row.said(),
        "due": row.due_at.astimezone(zone()),
        "item": item,
        "open": item.status == "open",
        "customer": called.get(row.customer_id or 0, ""),
        "customer_url": names.customer_url(row.customer_id) if row.customer_id and called else "",
        "back_url": reverse("core:work"),
        "may_complete": actor.may("core.complete_work"),
        "may_snooze": actor.may("core.snooze_work") and item.due_at > dt.datetime.now(dt.UTC),
        "may_meet": actor.may("engagement.make_appointment"),
    }
    return render(request, "engagement/reminder.html", context)


@require_GET
def told(request: HttpRequest) -> HttpResponse:
    """What is to be told now, asked once a minute by every open page; nothing (204) most of the time."""
    actor = actor_of(request)
    if not actor.may("engagement.view_reminders"):
        return HttpResponse(status=204)
    found = notices(actor)
    if not found:
        return HttpResponse(status=204)
    return render(request, "engagement/notices.html", {"notices": found})
