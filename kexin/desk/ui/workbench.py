"""The workbench 工作台: what needs me now, why, by when, and the one next action."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from kexin.core.calendar import business_date, is_working
from kexin.core.ui.request import actor_of
from kexin.desk.queries import changes, figures, work_lines
from kexin.engagement.timeline import rendering_of
from kexin.party.naming import shown_name


def _word(event_name: str) -> object:
    """What a fact is called on the timeline."""
    rendering = rendering_of(event_name)
    return rendering.label if rendering else _("Changed")


def workbench(request: HttpRequest) -> HttpResponse:
    """GET /: figures, work by urgency, what changed since yesterday."""
    actor = actor_of(request)
    today = business_date()
    since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
    lines = [
        {"line": line, "name": shown_name(actor, line.customer) if line.customer else ""} for line in work_lines(actor)
    ]
    news = [
        {"change": each, "name": shown_name(actor, each.customer), "word": _word(each.name)}
        for each in changes(actor, since)
    ]
    context = {
        "today": today,
        "working": is_working(today),
        "figures": figures(actor),
        "lines": lines,
        "news": news,
        "sees_customers": actor.may("party.view_customers"),
    }
    return render(request, "desk/workbench.html", context)
