"""Pages of one appointment: new, shown, changed, moved (by form or by drag), closed, arrived."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kexin.core import names
from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.policy import in_force
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.panels import actions_for
from kexin.core.ui.request import actor_of
from kexin.engagement.appointment_queries import appointment_in_reach, appointments_of
from kexin.engagement.choices import AppointmentPurpose, AppointmentState
from kexin.engagement.colleagues import colleagues_of, holders_for
from kexin.engagement.models import Appointment
from kexin.engagement.operations import (
    change_appointment,
    close_appointment,
    make_appointment,
    mark_arrival,
    move_appointment,
)
from kexin.engagement.policies import AppointmentPolicy
from kexin.engagement.returns.visits import next_visit
from kexin.engagement.ui import returns
from kexin.engagement.ui.appointment_forms import MOMENT, AppointmentForm, CloseForm, TimesForm, WordsForm
from kexin.people.queries import post_labels


def _calendar_url(row: Appointment | None = None) -> str:
    url = reverse("engagement:calendar")
    return f"{url}?day={row.starts_at.astimezone(zone()):%Y-%m-%d}" if row is not None else url


@require_GET
def new_for(request: HttpRequest, pk: int) -> HttpResponse:
    """The button on a customer's page."""
    return redirect(f"{reverse('engagement:new_appointment')}?customer={pk}")


def new(request: HttpRequest) -> HttpResponse:
    """``?customer=…&starts_at=YYYY-MM-DDTHH:MM&post=…&purpose=…`` fill the form."""
    actor = need(request, "engagement.make_appointment")
    rules = in_force(AppointmentPolicy)
    asked = request.POST.get("customer", request.GET.get("customer", ""))
    pk = int(asked) if asked.isdigit() else 0
    called = names.called(actor, [pk])
    if request.method == "GET" and asked and not called:
        raise NotFound
    holders = sorted({**dict(holders_for(actor)), **_own(actor)}.items(), key=lambda e: e[0] not in actor.post_ids)
    form = AppointmentForm(
        request.POST or None,
        initial={
            "customer": asked,
            "starts_at": _start(request.GET.get("starts_at", "")),
            "minutes": rules.usual_minutes,
            "post_id": request.GET.get("post", actor.post_id),
            "purpose": request.GET.get("purpose", "visit" if asked else AppointmentPurpose.VISIT),
            "remind_minutes": str(rules.remind_minutes),
        },
        length=rules.usual_minutes,
        colleagues=[each for each in colleagues_of(actor) if each[0] != actor.post_id],
        holders=holders,
        chosen=[(str(each), name) for each, name in called.items()],
        pick_url=reverse("party:pick"),
    )

    def act(data: dict[str, Any]) -> Appointment:
        given = dict(data)
        customer, minutes = given.pop("customer"), given.pop("minutes")
        if customer and not customer.isdigit():
            raise RuleViolation(fields={"customer": _("Choose a customer within your reach.")})
        ends_at = given["starts_at"] + dt.timedelta(minutes=minutes)
        try:
            return make_appointment(actor=actor, customer=int(customer) if customer else None, ends_at=ends_at, **given)
        except NotFound:
            raise RuleViolation(fields={"customer": _("Choose a customer within your reach.")}) from None

    return form_page(
        request,
        form,
        act,
        title=_("New appointment"),
        back_url=names.customer_url(pk) if called else _calendar_url(),
        go=lambda row: reverse("engagement:appointment", args=[row.pk]),
        done=_("The appointment is made."),
    )


def _own(actor: Actor) -> dict[int, str]:
    return post_labels(actor.post_ids)


def _start(text: str) -> dt.datetime:
    """The asked time, else the next full hour of the business day."""
    try:
        return dt.datetime.strptime(text, MOMENT).replace(tzinfo=zone())
    except ValueError:
        now = dt.datetime.now(zone())
        hour = min(max(now.hour + 1, 9), 17)
        return dt.datetime.combine(business_date(), dt.time(hour), zone())


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = appointment_in_reach(actor, pk)
    planned = row.state == AppointmentState.PLANNED
    called = names.called(actor, [row.customer_id]) if row.customer_id else {}
    labels = post_labels([row.post_id, *row.others])
    begun = row.starts_at <= dt.datetime.now(dt.UTC)
    today = row.starts_at.astimezone(zone()).date() == dt.datetime.now(zone()).date()
    context = {
        "title": row.get_purpose_display(),
        "row": row,
        "customer": called.get(row.customer_id or 0, ""),
        "customer_url": names.customer_url(row.customer_id) if row.customer_id else "",
        "holder": labels.get(row.post_id, ""),
        "others": [labels[each] for each in row.others if each in labels],
        "texts": {name: row.said(name) for name in row.TEXTS},
        "starts": row.starts_at.astimezone(zone()),
        "ends": row.ends_at.astimezone(zone()),
        "made_by": names.people([row.made_by]).get(row.made_by, row.made_by),
        "back_url": _calendar_url(row),
        "begun": begun,
        "actions": actions_for(request, "appointment", pk)
        if row.state == AppointmentState.KEPT and row.customer_id
        else [],
        "may_change": planned and actor.may("engagement.change_appointment"),
        "may_move": planned and actor.may("engagement.move_appointment"),
        "may_close": planned and actor.may("engagement.close_appointment"),
        "may_arrive": planned
        and today
        and row.customer_id
        and row.arrived_at is None
        and actor.may("engagement.mark_arrival"),
    }
    return render(request, "engagement/appointment.html", context)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "engagement.change_appointment")
    row = appointment_in_reach(actor, pk)
    version = _version(request, row)
    known = dict(colleagues_of(actor)) | post_labels(row.others)
    known.pop(row.post_id, None)
    form = WordsForm(
        request.POST or None,
        initial={
            "purpose": row.purpose,
            "place": row.said("place"),
            "about": row.said("about"),
            "others": row.others,
            "remind_minutes": "" if row.remind_minutes is None else str(row.remind_minutes),
        },
        colleagues=sorted(known.items()),
    )
    return form_page(
        request,
        form,
        lambda data: change_appointment(pk, actor=actor, version=version, **data),
        title=_("Change the appointment"),
        back_url=reverse("engagement:appointment", args=[pk]),
        done=_("The appointment is changed."),
        template="engagement/versioned_form.html",
        context={"version": version},
    )


def move(request: HttpRequest, pk: int) -> HttpResponse:
    """By form; or by drag, which sends ``X-Calendar`` and gets JSON: 200, or 422 with what speaks against it."""
    actor = need(request, "engagement.move_appointment")
    row = appointment_in_reach(actor, pk)
    version = _version(request, row)
    length = int((row.ends_at - row.starts_at).total_seconds() // 60)
    given = request.POST.copy() if request.method == "POST" else None
    if given is not None:
        given.setdefault("minutes", str(length))
    form = TimesForm(
        given, initial={"starts_at": row.starts_at.astimezone(zone()), "minutes": str(length)}, length=length
    )

    def act(data: dict[str, Any]) -> Appointment:
        ends_at = data["starts_at"] + dt.timedelta(minutes=data["minutes"])
        return move_appointment(
            pk,
            actor=actor,
            starts_at=data["starts_at"],
            ends_at=ends_at,
            version=version,
            anyway=data.get("anyway", False),
        )

    if request.headers.get("X-Calendar"):
        return _dragged(form, act)
    return form_page(
        request,
        form,
        act,
        title=_("Move the appointment"),
        back_url=reverse("engagement:appointment", args=[pk]),
        done=_("The appointment is moved."),
        submit_label=_("Move"),
        template="engagement/versioned_form.html",
        context={"version": version},
    )


def _dragged(form: TimesForm, act: Any) -> HttpResponse:
    if not form.is_valid():
        return JsonResponse({"text": str(_("This time does not exist."))}, status=400)
    try:
        moved = act(form.cleaned_data)
    except RuleViolation as refusal:
        texts = [str(text) for text in refusal.fields.values()] or [str(refusal.message)]
        anyway = set(refusal.fields) == {"anyway"}
        return JsonResponse({"text": " ".join(texts), "anyway": anyway}, status=422)
    except Conflict as refusal:
        return JsonResponse({"text": str(refusal.message)}, status=409)
    return JsonResponse({"version": moved.version})


def close(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "engagement.close_appointment")
    row = appointment_in_reach(actor, pk)
    called = names.called(actor, [row.customer_id]) if row.customer_id else {}
    begun = row.starts_at <= dt.datetime.now(dt.UTC)
    form = CloseForm(
        request.POST or None,
        initial={"version": row.version, "state": AppointmentState.KEPT if begun else AppointmentState.CANCELLED},
    )
    return form_page(
        request,
        form,
        lambda data: close_appointment(pk, actor=actor, **data),
        title=_("What became of the appointment"),
        sub=" · ".join(
            each
            for each in (
                called.get(row.customer_id or 0, ""),
                str(row.get_purpose_display()),
                f"{row.starts_at.astimezone(zone()):%Y-%m-%d %H:%M}",
            )
            if each
        ),
        back_url=reverse("engagement:appointment", args=[pk]),
        done=_("Written down."),
    )


@require_POST
def arrive(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "engagement.mark_arrival")
    return post_only(
        request,
        lambda: mark_arrival(pk, actor=actor),
        back_url=reverse("engagement:appointment", args=[pk]),
        done=_("Who holds the meeting is told."),
    )


def _version(request: HttpRequest, row: Appointment) -> int:
    text = request.POST.get("version", "")
    if request.method == "POST":
        return int(text) if text.isdigit() else -1
    return row.version


def appointments_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Overview of a customer: meetings to come and the last ones, and when the next return visit is due."""
    actor = actor_of(request)
    rows = appointments_of(actor, pk)
    labels = post_labels({row.post_id for row in rows})
    lines = [(row, row.starts_at.astimezone(zone()), labels.get(row.post_id, ""), row.said("about")) for row in rows]
    return "engagement/panel_appointments.html", {
        "lines": lines,
        "customer_pk": pk,
        "may_make": actor.may("engagement.make_appointment"),
        "may_wish": actor.may("engagement.note_return_wish"),
        **returns.told(next_visit(actor, pk)),
    }
