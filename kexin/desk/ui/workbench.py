"""The workbench 工作台: what needs me now, why, by when, and the one next action."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import business_date, is_working
from kexin.core.ui.request import actor_of
from kexin.desk.queries import changes, figures, work_lines
from kexin.party.naming import shown_name

EVENT_WORDS = {
    "party.CustomerCreated": _("File opened"),
    "party.CustomerChanged": _("Data changed"),
    "party.CustomerAdmitted": _("Admitted as a customer"),
    "party.CustomerLeft": _("Left"),
    "party.CustomerStateChanged": _("State changed"),
    "party.PortfolioAssigned": _("Assigned"),
    "party.CustomersMerged": _("Files merged"),
    "party.MergeUndone": _("Merge undone"),
    "party.DuplicateFound": _("Possible duplicate"),
    "party.DocumentRecorded": _("Identity document recorded"),
    "party.DocumentExpiring": _("Identity document expiring"),
    "party.RelationshipRecorded": _("Relationship recorded"),
    "party.RelationshipEnded": _("Relationship ended"),
}


def workbench(request: HttpRequest) -> HttpResponse:
    """GET /: figures, work by urgency, what changed since yesterday."""
    actor = actor_of(request)
    today = business_date()
    since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
    lines = [
        {"line": line, "name": shown_name(actor, line.customer) if line.customer else ""} for line in work_lines(actor)
    ]
    news = [
        {"change": each, "name": shown_name(actor, each.customer), "word": EVENT_WORDS.get(each.name, _("Changed"))}
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
