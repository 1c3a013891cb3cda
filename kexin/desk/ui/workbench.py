"""The workbench 工作台: what needs me now, why, by when, and the one next action."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, is_working
from kexin.core.policy import in_force
from kexin.core.ui.request import actor_of
from kexin.desk.day import my_day
from kexin.desk.queries import WorkLine, changes, escalated_lines, figures, work_lines
from kexin.engagement.timeline import rendering_of
from kexin.holdings.aum.queries import tier_name
from kexin.holdings.choices import TargetMeasure
from kexin.holdings.policies import TierPolicy
from kexin.party.naming import shown_name
from kexin.people.delegations import my_delegations


def _word(event_name: str) -> object:
    """What a fact is called on the timeline."""
    rendering = rendering_of(event_name)
    return rendering.label if rendering else _("Changed")


def _named(actor: Actor, lines: list[WorkLine]) -> list[dict[str, object]]:
    return [{"line": line, "name": shown_name(actor, line.customer) if line.customer else ""} for line in lines]


def day_blocks(request: HttpRequest) -> HttpResponse:
    """GET /today/: the figures of one's own day, asked for by the workbench when it stands."""
    actor = actor_of(request)
    day = my_day(actor)
    rungs = in_force(TierPolicy).rungs()
    measures = dict(TargetMeasure.choices)
    moves = reverse("holdings:tiers")
    lists = [
        (_("About to drop a tier"), f"{moves}?which=drop", day.drop, _("Nobody stands below the own tier.")),
        (_("Near the next tier"), moves, day.near, _("Nobody stands close to the next tier.")),
    ]
    context = {
        "day": day,
        "as_of": next((each.as_of for each in day.reached if each.as_of), None),
        "reached": [
            {"row": each, "label": measures[each.measure], "change": each.reached - each.last_month}
            for each in day.reached
        ],
        "maturing": [{"row": each, "name": shown_name(actor, each.customer)} for each in day.maturing],
        "maturities_url": reverse("holdings:maturities"),
        "lists": [
            (
                title,
                url,
                [
                    {"row": row, "name": shown_name(actor, row), "tier": tier_name(rungs, row.tier), "missing": missing}
                    for row, missing in rows
                ],
                nothing,
            )
            for title, url, rows, nothing in lists
            if rows is not None
        ],
    }
    return render(request, "desk/day.html", context)


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
