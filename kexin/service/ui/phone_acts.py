"""What is done to a call, and the extensions: each is one form or one button."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kexin.core.actor import Actor
from kexin.core.calendar import zone
from kexin.core.errors import RuleViolation
from kexin.core.ui.form_page import form_page, need, post_only, put_errors
from kexin.core.ui.request import actor_of
from kexin.people.queries import post_labels, posts_to_hand_to
from kexin.service.coaching.phrases import VIEW as VIEW_PHRASES
from kexin.service.coaching.reviewing import GIVES, people_of
from kexin.service.models import PhoneCall
from kexin.service.telephony.choices import CallBack, CallState
from kexin.service.telephony.extensions import (
    ASSIGNS,
    VIEW_EXTENSIONS,
    assign_extension,
    extensions,
    free_extension,
    unassigned_extensions,
)
from kexin.service.telephony.noting import (
    NOTES,
    OPENS_RECORDINGS,
    identify_phone_caller,
    note_call,
    open_call_recording,
    opened_during,
    settle_missed_call,
    show_caller_number,
)
from kexin.service.telephony.queries import VIEW_CALLS, Caller, phone_call
from kexin.service.ui.phone_forms import CallBackForm, CallNoteForm, ExtensionForm
from kexin.service.ui.phone_pages import lasted, shown


def _url(pk: int) -> str:
    return reverse("service:phone_call", args=[pk])


def call(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /phone-calls/PK/: who it may be, what is open there, the note; POST: the note is written."""
    actor = need(request, VIEW_CALLS)
    caller = phone_call(actor, pk)
    said = request.POST if request.method == "POST" else None
    form = _note_form(actor, caller, said) if _may_note(actor, caller.call) else None
    if said is None:
        return _drawn(request, actor, caller, form)
    need(request, NOTES)
    if form is None:
        messages.error(request, _t("This call is written down already."))
        return redirect(_url(pk))
    if form.is_valid():
        try:
            talk = note_call(pk, actor=actor, **form.cleaned_data)
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            messages.success(request, _t("The note stands on the timeline."))
            return redirect(reverse("service:conversation", args=[talk.pk]))
    return _drawn(request, actor, caller, form, status=422)


def _may_note(actor: Actor, row: PhoneCall) -> bool:
    return row.conversation_id is None and row.state != CallState.MISSED and actor.may(NOTES)


def _note_form(actor: Actor, caller: Caller, said: Any = None) -> CallNoteForm:
    """Filled in advance with what is known: the request opened during the call, else what is open."""
    row, people = caller.call, shown(actor, caller)["people"]
    asked = [each for person in caller.candidates for each in person.requests]
    made = opened_during(row, actor)
    if made is not None and made.pk not in {each.pk for each in asked}:
        asked = [made, *asked]
    first: dict[str, Any] = {"purpose": "progress" if asked and made is None else "question"}
    if len(people) == 1:
        first["customer_id"] = people[0]["each"].customer.pk
    if made is not None:
        first |= {
            "request_no": made.request_no,
            "text": str(made.subject),
            "result": _t("Request %(number)s opened.") % {"number": made.request_no},
        }
    return CallNoteForm(
        said,
        initial=first,
        people=None if row.customer_id else [(each["each"].customer.pk, each["name"]) for each in people],
        requests=[(each.request_no, f"{each.request_no} · {each.subject}") for each in asked],
    )


def _drawn(
    request: HttpRequest, actor: Actor, caller: Caller, form: CallNoteForm | None, *, status: int = 200, **extra: Any
) -> HttpResponse:
    row = caller.call
    owed = row.state == CallState.MISSED and not row.back
    context = {
        "title": _("Telephone call"),
        "call": shown(actor, caller),
        "row": row,
        "form": form,
        "lasted": lasted(row),
        "post": post_labels({row.post_id}).get(row.post_id, "") if row.post_id else "",
        "may_listen": bool(row.recording) and actor.may(OPENS_RECORDINGS),
        "has_recording": bool(row.recording),
        "back_form": CallBackForm() if owed and actor.may("service.settle_missed_call") else None,
        "outcomes": CallBack.choices,
        "may_coach": row.state == CallState.ENDED
        and row.answered_at is not None
        and row.recording is not None
        and actor.may(GIVES)
        and bool(set(people_of(None, None, row)) - {actor.name}),
        "may_phrases": row.state != CallState.MISSED and actor.may(VIEW_PHRASES),
        "language": _spoken_with(caller),
        "may_dial": bool(row.number) and actor.may("service.show_caller_number"),
        "may_identify": row.customer_id is None
        and row.conversation_id is None
        and bool(caller.candidates)
        and actor.may("service.identify_phone_caller"),
        **extra,
    }
    return render(request, "service/phone_call.html", context, status=status)


def _spoken_with(caller: Caller) -> str:
    """The language of the one whom it may be; empty where nobody or several are known."""
    found = {"en" if each.customer.party.language.startswith("en") else "zh" for each in caller.candidates}
    return found.pop() if len(found) == 1 else ""


@require_POST
def identify(request: HttpRequest, pk: int) -> HttpResponse:
    """POST customer."""
    asked = request.POST.get("customer", "")
    chosen = int(asked) if asked.isdigit() and len(asked) < 18 else 0
    return post_only(
        request,
        lambda: identify_phone_caller(pk, actor=actor_of(request), customer_id=chosen),
        back_url=_url(pk),
        done=_("The call stands with the customer now."),
    )


@require_POST
def returned(request: HttpRequest, pk: int) -> HttpResponse:
    """POST outcome."""
    outcome = request.POST.get("outcome", "")
    return post_only(
        request,
        lambda: settle_missed_call(pk, actor=actor_of(request), outcome=outcome),
        back_url=_url(pk),
        done=pgettext_lazy("phone call", "Written down"),
    )


@require_POST
def number(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: the page with the whole number, to dial it. POST, because it is recorded."""
    actor = need(request, "service.show_caller_number")
    return _opened(request, pk, "dial", lambda: show_caller_number(pk, actor=actor))


@require_POST
def recording(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: the page with the link to the recording. POST, because it is recorded."""
    actor = need(request, OPENS_RECORDINGS)
    return _opened(request, pk, "recording_link", lambda: open_call_recording(pk, actor=actor))


def _opened(request: HttpRequest, pk: int, name: str, act: Any) -> HttpResponse:
    try:
        found = act()
    except RuleViolation as refusal:
        messages.error(request, str(refusal.message))
        return redirect(_url(pk))
    actor = actor_of(request)
    caller = phone_call(actor, pk)
    form = _note_form(actor, caller) if _may_note(actor, caller.call) else None
    return _drawn(request, actor, caller, form, **{name: found})


def call_began(actor: Actor, asked: str) -> dt.datetime | None:
    """For forms begun from a call: when it began, as local time for the field; None where it is out of reach."""
    if not (asked.isdigit() and len(asked) < 18 and actor.may(VIEW_CALLS)):
        return None
    row = PhoneCall.objects.visible_to(actor, VIEW_CALLS).filter(pk=int(asked)).first()
    if row is None or row.began_at > timezone.now():
        return None
    return row.began_at.astimezone(zone()).replace(second=0, microsecond=0)


@require_GET
def extension_list(request: HttpRequest) -> HttpResponse:
    """GET /phone-extensions/: whose telephone is which, and extensions that ring at nobody's."""
    actor = need(request, VIEW_EXTENSIONS)
    rows = list(extensions(actor)[:2000])
    labels = post_labels({row.post_id for row in rows})
    context = {
        "title": _("Telephone extensions"),
        "rows": [(row, labels.get(row.post_id, "–")) for row in rows],
        "unassigned": unassigned_extensions(actor),
        "may_assign": actor.may(ASSIGNS),
        "may_free": actor.may("service.free_extension"),
    }
    return render(request, "service/phone_extensions.html", context)


def new_extension(request: HttpRequest) -> HttpResponse:
    """GET, POST /phone-extensions/new/."""
    actor = need(request, ASSIGNS)
    posts = posts_to_hand_to(actor, ASSIGNS)
    form = ExtensionForm(request.POST or None, posts=posts, initial={"extension": request.GET.get("extension", "")})
    return form_page(
        request,
        form,
        lambda data: assign_extension(actor=actor, extension=data["extension"], post_id=data["post"]),
        title=_("Give an extension to a post"),
        back_url=reverse("service:extensions"),
        done=_("Calls of this extension ring at the post now."),
        submit_label=_("Assign"),
    )


@require_POST
def free(request: HttpRequest, pk: int) -> HttpResponse:
    """POST."""
    return post_only(
        request,
        lambda: free_extension(pk, actor=actor_of(request)),
        back_url=reverse("service:extensions"),
        done=_("Calls of this extension belong to nobody now."),
    )
