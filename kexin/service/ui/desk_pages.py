"""The work at the desk on the screen: putting aside, linking, return visits, using a macro, who else has it open."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from kexin.core.actor import Actor
from kexin.core.calendar import business_now
from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.service.choices import FollowUpState, RequestState
from kexin.service.deskwork.following import follow_ups_of, plan_follow_up, settle_follow_up
from kexin.service.deskwork.linking import link_requests, related_requests, unlink_requests
from kexin.service.deskwork.macros import APPLIES, apply_macro, macro_draft, usable_macros
from kexin.service.deskwork.policies import DeskPolicy
from kexin.service.deskwork.snoozing import asleep, snooze_request, wake_request
from kexin.service.models import ServiceRequest
from kexin.service.presence import beat, may_beat, register_presence
from kexin.service.queries import VIEW
from kexin.service.requests.callers import whose
from kexin.service.ui.desk_forms import FollowUpForm, LinkForm, SnoozeForm, UseMacroForm, VisitedForm
from kexin.service.ui.macro_pages import words_of
from kexin.service.ui.queue_pages import queue_context

REQUEST = "request"


def _may_see(actor: Actor, pk: int) -> bool:
    return actor.may(VIEW) and ServiceRequest.objects.visible_to(actor, VIEW).filter(pk=pk).exists()


register_presence(REQUEST, _may_see)


def desk_context(actor: Actor, row: ServiceRequest, *, mine: bool) -> dict[str, Any]:
    """What the page of a request shows of the desk's work."""
    unfinished = row.state in (RequestState.OPEN, RequestState.TOLD)
    visits = follow_ups_of(actor, row) if row.told_at is not None else []
    planned = next((each for each in visits if each.state == FollowUpState.PLANNED), None)
    told = row.state in (RequestState.TOLD, RequestState.CLOSED)
    return {
        "presence": (REQUEST, row.pk),
        "snoozed": asleep(row, timezone.now(), in_force(DeskPolicy).wake_hours) if unfinished else False,
        "related": related_requests(actor, row),
        "visits": visits,
        "planned_visit": planned,
        "macros": usable_macros(actor, row) if row.state == RequestState.OPEN and mine and actor.may(APPLIES) else [],
        **queue_context(actor, row, mine=mine),
        "may_snooze": unfinished and mine and actor.may("service.snooze_request"),
        "may_link": actor.may("service.link_requests"),
        "may_unlink": actor.may("service.unlink_requests"),
        "may_follow": told and mine and actor.may("service.plan_follow_up"),
        "may_visit": planned is not None and mine and actor.may("service.settle_follow_up"),
    }


def _url(pk: int) -> str:
    return reverse("service:request", args=[pk])


def _row(actor: Actor, pk: int) -> ServiceRequest:
    rows = ServiceRequest.objects.visible_to(actor, VIEW).select_related("customer__party", "unit", "policy")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _sub(actor: Actor, row: ServiceRequest) -> str:
    return f"{row.request_no} · {whose(actor, row)}"


def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/snooze/."""
    actor = need(request, "service.snooze_request")
    row = _row(actor, pk)
    morning = (business_now() + dt.timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    return form_page(
        request,
        SnoozeForm(request.POST or None, initial={"until": morning}),
        lambda data: snooze_request(pk, actor=actor, until=data["until"]),
        title=_("Put aside"),
        sub=_sub(actor, row),
        back_url=_url(pk),
        done=_("It comes back by itself."),
        submit_label=_("Put aside"),
    )


@require_POST
def wake(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: back in the list."""
    actor = actor_of(request)
    return post_only(
        request, lambda: wake_request(pk, actor=actor), back_url=_url(pk), done=_("It is back in your list.")
    )


def link(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/link/."""
    actor = need(request, "service.link_requests")
    row = _row(actor, pk)
    return form_page(
        request,
        LinkForm(request.POST or None),
        lambda data: link_requests(pk, actor=actor, **data),
        title=_("Link a related request"),
        sub=_sub(actor, row),
        back_url=_url(pk),
        done=_("Both show the other now; each keeps its owner and its clocks."),
        submit_label=pgettext_lazy("request", "Link"),
    )


@require_POST
def unlink(request: HttpRequest, pk: int, link_id: int) -> HttpResponse:
    """POST: the link was a mistake."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: unlink_requests(pk, actor=actor, link_id=link_id),
        back_url=_url(pk),
        done=_("The link has ended."),
    )


def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/follow/: plan a return visit, or move the planned one."""
    actor = need(request, "service.plan_follow_up")
    row = _row(actor, pk)
    return form_page(
        request,
        FollowUpForm(request.POST or None),
        lambda data: plan_follow_up(pk, actor=actor, due_on=data["due_on"]),
        title=_("Plan a return visit"),
        sub=_sub(actor, row),
        back_url=_url(pk),
        done=_("The return visit stands among the work items."),
        submit_label=_("Plan it"),
    )


def visited(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/visited/: what came of the return visit."""
    actor = need(request, "service.settle_follow_up")
    row = _row(actor, pk)
    return form_page(
        request,
        VisitedForm(request.POST or None),
        lambda data: settle_follow_up(pk, actor=actor, **data),
        title=_("Outcome of the return visit"),
        sub=_sub(actor, row),
        back_url=_url(pk),
        done=_("The outcome is kept."),
        submit_label=_("Keep the outcome"),
    )


def use_macro(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/macro/?macro=ID: the words filled and ready to be changed."""
    actor = need(request, APPLIES)
    row = _row(actor, pk)
    wanted = request.GET.get("macro", "")
    found, words = macro_draft(actor, row, int(wanted) if wanted.isdigit() else 0)

    def act(data: dict[str, Any]) -> ServiceRequest:
        return apply_macro(pk, actor=actor, macro=found.pk, channel=data.get("channel", ""), words=data.get("words"))

    form = UseMacroForm(request.POST or None, spoken=bool(found.words), initial={"words": words})
    return form_page(
        request,
        form,
        act,
        title=found.name,
        sub=_sub(actor, row),
        back_url=_url(pk),
        done=_("Done, all of it."),
        submit_label=_("Do all of it"),
        template="service/use_macro.html",
        context={"macro": found, **words_of(found)},
    )


@require_POST
def presence(request: HttpRequest, subject: str, pk: int) -> HttpResponse:
    """POST /presence/SUBJECT/PK/: every few seconds while a page is open; answers who else has it open."""
    actor = actor_of(request)
    if not may_beat(actor, subject, pk):
        raise NotFound
    return render(request, "service/part_others.html", {"others": beat(actor, subject, pk)})
