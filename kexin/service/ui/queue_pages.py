"""Queues on the screen: all of them, one with its people and what waits, sending a request there, taking one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.people.queries import post_labels, units_in_reach
from kexin.service.choices import RequestState
from kexin.service.models import QueueMember, RequestQueue, ServiceRequest
from kexin.service.queries import VIEW
from kexin.service.queues.editing import (
    KEEPS,
    PROPOSES,
    RETIRES,
    SKILLS,
    keep_queue_member,
    member_choices,
    propose_queue,
    remove_queue_member,
    retire_queue,
    set_post_skills,
    told,
)
from kexin.service.queues.giving import SENDS, TAKES, queue_request, take_queued_request
from kexin.service.queues.members import skills_of
from kexin.service.queues.policies import QueuePolicy
from kexin.service.queues.queries import may_keep, queue_file, queues, queues_to_send
from kexin.service.requests.callers import whose
from kexin.service.ui.countdown import countdown
from kexin.service.ui.queue_forms import MemberForm, QueueForm, SendForm, SkillsForm

DEFINED = ("kinds", "categories", "channels", "tiers", "languages", "conversations", "needs")


def _words(row: RequestQueue) -> dict[str, str]:
    return told({name: getattr(row, name) for name in DEFINED})


def _units(actor: Actor) -> list[tuple[int, str]]:
    return [(each.pk, each.shown_name) for each in units_in_reach(actor, PROPOSES)[:500]]


def _url(pk: int) -> str:
    return reverse("service:queue", args=[pk])


@require_GET
def queue_list(request: HttpRequest) -> HttpResponse:
    """GET /requests/queues/."""
    actor = actor_of(request)
    rows = [(each, " · ".join(_words(each.row).values())) for each in queues(actor)]
    context = {"title": _("Queues"), "rows": rows, "may_propose": actor.may(PROPOSES)}
    return render(request, "service/queues.html", context)


@require_GET
def queue_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /requests/queues/PK/: its people with what weighs on them, and what waits."""
    actor, now = actor_of(request), timezone.now()
    file = queue_file(actor, pk)
    row, in_use = file.row, file.row.retired_at is None
    owners = post_labels(each.owner_post_id for each in file.waiting)
    context = {
        "title": row.shown_name,
        "row": row,
        "file": file,
        "words": list(_words(row).items()),
        "waiting": [
            (
                each,
                whose(actor, each),
                countdown(each.due_at, now) if each.ticking else "–",
                owners.get(each.owner_post_id, ""),
                each.offered_post_id is not None,
            )
            for each in file.waiting
        ],
        "hidden": file.waits - len(file.waiting),
        "may_change": in_use and may_keep(actor, PROPOSES, row.unit_id),
        "may_retire": in_use and may_keep(actor, RETIRES, row.unit_id),
        "may_keep": in_use and may_keep(actor, KEEPS, row.unit_id),
        "may_skill": in_use and may_keep(actor, SKILLS, row.unit_id),
        "may_take": in_use and file.mine and actor.may(TAKES),
    }
    return render(request, "service/queue.html", context)


def new_queue(request: HttpRequest) -> HttpResponse:
    """GET, POST /requests/queues/new/."""
    actor = need(request, PROPOSES)
    form = QueueForm(request.POST or None, units=_units(actor))
    return form_page(
        request,
        form,
        lambda data: propose_queue(actor=actor, **form.definition(data)),
        title=_("Propose a queue"),
        back_url=reverse("service:queues"),
        submit_label=_("Propose"),
        done=_("Proposed; somebody else decides."),
    )


def change_queue(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/queues/PK/change/: what it takes from now on, decided by somebody else."""
    actor = need(request, PROPOSES)
    row = queue_file(actor, pk).row
    known = {name: getattr(row, name) for name in ("unit_id", "name", "name_en", "rank", *DEFINED[:-1])}
    form = QueueForm(request.POST or None, units=[(row.unit_id, row.unit.shown_name)], initial=known, held=row.needs)
    return form_page(
        request,
        form,
        lambda data: propose_queue(actor=actor, queue_id=pk, **form.definition(data)),
        title=_("Change a queue"),
        sub=row.shown_name,
        back_url=_url(pk),
        submit_label=_("Propose"),
        done=_("Proposed; somebody else decides."),
    )


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: out of use."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: retire_queue(pk, actor=actor),
        back_url=_url(pk),
        done=_("Nothing arrives there any more; what waited stays with who is responsible."),
    )


def new_member(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/queues/PK/members/new/."""
    actor = need(request, KEEPS)
    row = queue_file(actor, pk).row
    first = {"capacity": in_force(QueuePolicy).capacity}
    return form_page(
        request,
        MemberForm(request.POST or None, posts=member_choices(row), initial=first),
        lambda data: keep_queue_member(pk, actor=actor, **data),
        title=_("Add somebody to a queue"),
        sub=row.shown_name,
        back_url=_url(pk),
        done=_("What arrives from now on may go there."),
    )


def _member(actor: Actor, pk: int, post_id: int) -> tuple[QueueMember, str]:
    row = queue_file(actor, pk).row
    found = QueueMember.objects.filter(queue=row, post=post_id, left_at=None).first()
    if found is None:
        raise NotFound
    return found, post_labels([post_id]).get(post_id, "")


def member(request: HttpRequest, pk: int, post_id: int) -> HttpResponse:
    """GET, POST /requests/queues/PK/members/POST/: what they carry, when they are away."""
    actor = need(request, KEEPS)
    known, label = _member(actor, pk, post_id)
    first = {"capacity": known.capacity, "away_from": known.away_from, "away_until": known.away_until}
    return form_page(
        request,
        MemberForm(request.POST or None, posts=None, initial=first),
        lambda data: keep_queue_member(pk, actor=actor, post_id=post_id, **data),
        title=_("Member of a queue"),
        sub=label,
        back_url=_url(pk),
        done=_("It is kept."),
    )


@require_POST
def remove(request: HttpRequest, pk: int, post_id: int) -> HttpResponse:
    """POST: gets nothing new from here."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: remove_queue_member(pk, actor=actor, post_id=post_id),
        back_url=_url(pk),
        done=_("Gets nothing new from this queue; what is there already stays there."),
    )


def skills(request: HttpRequest, pk: int, post_id: int) -> HttpResponse:
    """GET, POST /requests/queues/PK/members/POST/skills/."""
    actor = need(request, SKILLS)
    _known, label = _member(actor, pk, post_id)
    form = SkillsForm(request.POST or None, held=skills_of([post_id]).get(post_id, {}))
    return form_page(
        request,
        form,
        lambda data: set_post_skills(post_id, actor=actor, skills=form.skills(data)),
        title=_("Skills"),
        sub=label,
        back_url=_url(pk),
        done=_("It is kept."),
    )


def send(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/queue/."""
    actor = need(request, SENDS)
    row = ServiceRequest.objects.visible_to(actor, VIEW).select_related("customer__party", "customer__unit")
    found = row.filter(pk=pk).first()
    if found is None:
        raise NotFound
    choices = [(each.pk, f"{each.shown_name} · {each.unit.shown_name}") for each in queues_to_send(actor, found)]

    def said(result: ServiceRequest) -> Any:
        if result.offered_post_id is None:
            return _("Nobody has room at the moment: it waits there, and you stay responsible.")
        return _("It is offered to a member; until it is accepted you stay responsible.")

    return form_page(
        request,
        SendForm(request.POST or None, queues=choices),
        lambda data: queue_request(pk, actor=actor, **data),
        title=_("Send to a queue"),
        sub=f"{found.request_no} · {whose(actor, found)}",
        back_url=reverse("service:request", args=[pk]),
        submit_label=_("Send"),
        done=said,
    )


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: a member takes what waits."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: take_queued_request(pk, actor=actor),
        back_url=reverse("service:request", args=[pk]),
        done=_("You are responsible for it now."),
    )


def queue_context(actor: Actor, row: ServiceRequest, *, mine: bool) -> dict[str, Any]:
    """What the page of a request shows of queues."""
    is_open = row.state == RequestState.OPEN
    waits = is_open and row.queued_at is not None
    works = waits and QueueMember.objects.filter(queue=row.queue_id, left_at=None, post__in=actor.post_ids).exists()
    return {
        "queue": row.queue if row.queue_id is not None else None,
        "queue_waits": waits,
        "may_queue": is_open and mine and actor.may(SENDS) and bool(queues_to_send(actor, row)),
        "may_take": works and row.owner_post_id not in actor.post_ids and actor.may(TAKES),
    }
