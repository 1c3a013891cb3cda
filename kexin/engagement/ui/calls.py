"""The call screen: queue, brief, number, result, next customer. At most three clicks for each customer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core import names
from kexin.core.actor import Actor
from kexin.core.calendar import business_now, is_working, next_working, zone
from kexin.core.errors import Conflict, KexinError, NotFound, RuleViolation, type_text
from kexin.core.masking import mask_contact
from kexin.core.policy import in_force
from kexin.core.ui.request import actor_of
from kexin.engagement.calls.choices import EntryState, ResultKind
from kexin.engagement.calls.policies import CallPolicy, label_of, parse_results, parse_time
from kexin.engagement.calls.queries import call_brief, call_lists, contacts_today, last_logged, not_called, queue
from kexin.engagement.calls.visits import PURPOSES, VisitAgreed, free_days
from kexin.engagement.calls.working import dial_call, drop_call, log_call, take_call, undo_call
from kexin.holdings.aum.queries import tier_name
from kexin.holdings.policies import TierPolicy
from kexin.party.ui.forms import LANGUAGES

LEVELS = {
    "reached": "calm",
    "visit": "good",
    "later": "calm",
    "unreached": "",
    "wrong_number": "warn",
    "do_not_call": "bad",
}


@dataclass(frozen=True, slots=True)
class QuickDay:
    """A next day by one click: its code, words, and the moment it means."""

    code: str
    label: type_text
    at: dt.datetime


def quick_days(now: dt.datetime, rules: CallPolicy) -> list[QuickDay]:
    """Days that are agreed most often; those that fall on a day off move to the next working day."""
    morning, afternoon = parse_time(rules.morning), parse_time(rules.afternoon)

    def on(days: int) -> dt.datetime:
        day = now.date() + dt.timedelta(days=days)
        return dt.datetime.combine(day if is_working(day) else next_working(day), morning, zone())

    found = [QuickDay("afternoon", _("This afternoon"), dt.datetime.combine(now.date(), afternoon, zone()))]
    found = found if now < found[0].at else []
    tomorrow = dt.datetime.combine(next_working(now.date()), morning, zone())
    return [
        *found,
        QuickDay("next", _("Next working day"), tomorrow),
        QuickDay("3", _("In three days"), on(3)),
        QuickDay("7", _("In a week"), on(7)),
        QuickDay("30", _("In a month"), on(30)),
    ]


def _asked_list(request: HttpRequest) -> int | None:
    value = request.POST.get("list") or request.GET.get("list") or ""
    return int(value) if value.isdigit() and len(value) < 18 else None


def _back(request: HttpRequest) -> HttpResponseRedirect:
    wanted = _asked_list(request)
    return redirect(reverse("engagement:calls") + (f"?list={wanted}" if wanted else ""))


def told(refusal: KexinError) -> str:
    """What a refusal says, in one line."""
    return " ".join(str(text) for text in refusal.fields.values()) or str(refusal.message)


@require_GET
def screen(request: HttpRequest) -> HttpResponse:
    """GET /calls/: the queue, and the brief of the customer that is kept for the actor."""
    return _screen(request, actor_of(request))


def _screen(request: HttpRequest, actor: Actor, extra: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    wanted = _asked_list(request)
    waiting = queue(actor, wanted)
    rules = in_force(CallPolicy)
    results = parse_results(rules.results)
    done = last_logged(actor)
    context: dict[str, Any] = {
        "title": _("Calls"),
        "queue": waiting,
        "lists": [each for each in call_lists(actor) if each.open and each.call_list.closed_at is None],
        "wanted": wanted,
        "results": [(each, LEVELS[each.kind]) for each in results if each.kind != ResultKind.VISIT],
        "days": quick_days(business_now(), rules),
        "today": contacts_today(actor),
        "stopped": not_called(actor),
        "done": done,
        "done_result": label_of(rules, done.result) if done else "",
        "done_name": names.called(actor, [done.customer_id]).get(done.customer_id, "") if done else "",
        "may_work": actor.may("engagement.log_call"),
        "may_list": actor.may("engagement.make_call_list"),
        **(extra or {}),
    }
    if waiting.held is not None:
        context["brief"] = _brief(actor, waiting.held.pk, rules)
        agrees = next((each for each in results if each.kind == ResultKind.VISIT), None)
        if agrees is not None and context["may_work"] and actor.may("engagement.make_appointment"):
            context["agrees"] = agrees
            context["free_days"] = free_days(actor, waiting.held.customer_id, business_now())
            context["purposes"] = [(str(each), each.label) for each in PURPOSES]
            context.setdefault("place", str(context["brief"]["it"].customer.unit.shown_name))
    return render(request, "engagement/calls.html", context, status=status)


def _brief(actor: Actor, entry_id: int, rules: CallPolicy) -> dict[str, Any]:
    brief = call_brief(actor, entry_id)
    people = names.people({each.by for each in brief.earlier} | {each.written_by for each in brief.notes})
    rungs = in_force(TierPolicy).rungs()
    return {
        "it": brief,
        "language": dict(LANGUAGES).get(brief.language, brief.language),
        "tier": tier_name(rungs, brief.customer.tier) if brief.customer.tier else "",
        "numbers": [(each, mask_contact(each.value)) for each in brief.contacts],
        "earlier": [(each, label_of(rules, each.result), people.get(each.by, each.by)) for each in brief.earlier],
        "notes": [(each, people.get(each.written_by, each.written_by)) for each in brief.notes],
        "attempt": brief.entry.attempts + 1,
    }


@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """POST: the next customer of all lists, or of ``list``."""
    actor = actor_of(request)
    if take_call(actor=actor, call_list=_asked_list(request)) is None:
        messages.info(request, _t("Nobody waits at the moment."))
    return _back(request)


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: this line of the queue."""
    try:
        row = take_call(actor=actor_of(request), entry=pk)
        if row is not None and row.state == EntryState.REFUSED:
            messages.info(request, _t("The product may not be offered to this customer now: the call was left out."))
    except (Conflict, RuleViolation) as refusal:
        messages.error(request, told(refusal))
    return _back(request)


@require_POST
def dial(request: HttpRequest, pk: int) -> HttpResponse:
    """POST ``contact``: the number as a link that dials; shown for some seconds."""
    actor = actor_of(request)
    contact = request.POST.get("contact", "")
    if not contact.isdigit() or len(contact) > 18:
        raise NotFound
    context: dict[str, Any] = {"contact_id": int(contact)}
    status = 200
    try:
        shown = dial_call(pk, actor=actor, contact_id=int(contact))
        context["dialled"] = shown
    except (Conflict, RuleViolation) as refusal:
        context["dial_error"], status = told(refusal), 422
    if request.headers.get("HX-Request"):
        return render(request, "engagement/call_number.html", context, status=status)
    return _screen(request, actor, context, status)


def _agreed(request: HttpRequest, rules: CallPolicy) -> dt.datetime | None:
    """The next day that was agreed: one of the quick ones, or a moment that was typed."""
    typed, chosen = request.POST.get("next_at", "").strip(), request.POST.get("next", "")
    if chosen == "typed" or (typed and not chosen):
        try:
            return dt.datetime.fromisoformat(typed).replace(tzinfo=zone())
        except ValueError:
            raise RuleViolation(fields={"next_at": _("Say when the customer is called again.")}) from None
    return next((each.at for each in quick_days(business_now(), rules) if each.code == chosen), None)


def _agreeing(rules: CallPolicy) -> str:
    """The result that agrees on a visit; empty where the policy in force has none."""
    return next((each.code for each in parse_results(rules.results) if each.kind == ResultKind.VISIT), "")


def _visit(request: HttpRequest) -> VisitAgreed | None:
    """The meeting that was agreed: at one of the free moments, or at one that was typed."""
    chosen = request.POST.get("visit", "")
    if not chosen:
        return None
    text = request.POST.get("visit_at", "") if chosen == "typed" else chosen
    try:
        at = dt.datetime.fromisoformat(text).replace(tzinfo=zone())
    except ValueError:
        raise RuleViolation(fields={"visit_at": _("Say the day and the time of the visit.")}) from None
    words = (request.POST.get("purpose", ""), request.POST.get("place", ""))
    return VisitAgreed(at, *words, anyway=request.POST.get("anyway") == "1")


@require_POST
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """POST ``result``, ``note``, ``next``, or ``visit`` with ``purpose`` and ``place``; the next customer is taken."""
    actor = actor_of(request)
    note = request.POST.get("note", "")
    rules = in_force(CallPolicy)
    try:
        visit = _visit(request)
        code = _agreeing(rules) if visit is not None else request.POST.get("result", "")
        log_call(pk, actor=actor, result=code, note=note, next_at=_agreed(request, rules), visit=visit)
    except (Conflict, RuleViolation) as refusal:
        typed = {
            name: request.POST.get(name, "") for name in ("visit", "visit_at", "purpose", "place", "next", "next_at")
        }
        extra = {"error": told(refusal), "note": note, "against": "anyway" in refusal.fields, **typed}
        return _screen(request, actor, extra, 422)
    if take_call(actor=actor, call_list=_asked_list(request)) is None:
        messages.success(request, _t("Everybody who waited has been called."))
    return _back(request)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """POST ``reason``: taken from the list without a call; the next customer is taken."""
    actor = actor_of(request)
    try:
        drop_call(pk, actor=actor, reason=request.POST.get("reason", ""))
    except (Conflict, RuleViolation) as refusal:
        return _screen(request, actor, {"error": told(refusal)}, 422)
    take_call(actor=actor, call_list=_asked_list(request))
    return _back(request)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: take back one's last result; its customer is on the screen again."""
    actor = actor_of(request)
    try:
        entry = undo_call(pk, actor=actor)
        take_call(actor=actor, entry=entry.pk)
    except (Conflict, RuleViolation) as refusal:
        messages.error(request, told(refusal))
    return _back(request)
