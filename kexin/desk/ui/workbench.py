"""The workbench 工作台: what needs me now, why, by when, and the one next action."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, is_working
from kexin.core.ui.request import actor_of
from kexin.desk.queries import WorkLine, changes, escalated_lines, figures, work_lines
from kexin.engagement.timeline import rendering_of
from kexin.party.naming import shown_name
from kexin.people.delegations import my_delegations


def _word(event_name: str) -> object:
    """What a fact is called on the timeline."""
    rendering = rendering_of(event_name)
    return rendering.label if rendering else _("Changed")


def _named(actor: Actor, lines: list[WorkLine]) -> list[dict[str, object]]:
    return [{"line": line, "name": shown_name(actor, line.customer) if line.customer else ""} for line in lines]


def workbench(request: HttpRequest) -> HttpResponse:
    """GET /: figures, work by urgency, what changed since yesterday."""
    actor = actor_of(request)
    today = business_date()
    since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
    lines, climbed = _named(actor, work_lines(actor)), _named(actor, escalated_lines(actor))
    news = [
        {"change": each, "name": shown_name(actor, each.customer), "word": _word(each.name)}
        for each in changes(actor, since)
    ]
    context = {
        "today": today,
        "working": is_working(today),
        "figures": figures(actor),
        "lines": lines,
        "climbed": climbed,
        "delegations": [each for each in my_delegations(actor) if each.running],
        "news": news,
        "sees_customers": actor.may("party.view_customers"),
    }
    return render(request, "desk/workbench.html", context)
