"""What is done to many requests at once: each by its own act, with its own audit; what is refused is told by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from kexin.core.actor import Actor
from kexin.core.errors import KexinError, NotFound
from kexin.core.ui.columns import BulkAction, Selection
from kexin.core.ui.form_page import need
from kexin.people.queries import post_labels
from kexin.service.deskwork.snoozing import snooze_request
from kexin.service.models import ServiceRequest
from kexin.service.queries import requests
from kexin.service.requests.closing import join_requests
from kexin.service.requests.handling import note_request
from kexin.service.requests.responsibility import all_takers, assign_request, offer_request
from kexin.service.ui.desk_forms import ManyNoteForm, SnoozeForm
from kexin.service.ui.request_forms import HandForm, JoinForm

MOST = 200
Act = Callable[[int, Actor, dict[str, Any]], Any]
Made = Callable[[HttpRequest, Any], forms.Form]


def _hand(request: HttpRequest, data: Any) -> forms.Form:
    return HandForm(data, posts=sorted(post_labels(all_takers()).items(), key=lambda each: each[1]))


# key: operation, label, icon, form, act
ACTS: dict[str, tuple[str, str | Promise, str, Made, Act]] = {
    "assign": (
        "service.assign_request", pgettext_lazy("request", "Assign"), "user-share", _hand,
        lambda pk, actor, data: assign_request(pk, actor=actor, **data),
    ),
    "offer": (
        "service.offer_request", pgettext_lazy("request", "Offer"), "user-question", _hand,
        lambda pk, actor, data: offer_request(pk, actor=actor, **data),
    ),
    "note": (
        "service.note_request", _("Internal note"), "note", lambda request, data: ManyNoteForm(data),
        lambda pk, actor, data: note_request(pk, actor=actor, text=data["text"]),
    ),
    "snooze": (
        "service.snooze_request", _("Put aside"), "clock-pause", lambda request, data: SnoozeForm(data),
        lambda pk, actor, data: snooze_request(pk, actor=actor, until=data["until"]),
    ),
    "join": (
        "service.join_requests", _("Join with another"), "git-merge", lambda request, data: JoinForm(data),
        lambda pk, actor, data: join_requests(pk, actor=actor, into_no=data["into_no"]),
    ),
}  # fmt: skip


def bulk_actions() -> list[BulkAction]:
    """For the inbox."""
    return [
        BulkAction(key, label, reverse("service:many", args=[key]), operation=operation, icon=icon)
        for key, (operation, label, icon, _form, _act) in ACTS.items()
    ]


@require_POST
def many(request: HttpRequest, act: str) -> HttpResponse:
    """POST the selection: first what the act needs, then each of them."""
    from kexin.service.ui.request_pages import FIRST, RequestFilter

    if act not in ACTS:
        raise NotFound
    operation, label, _icon, make, do = ACTS[act]
    actor, selection = need(request, operation), Selection.of(request)
    reach = ServiceRequest.objects.visible_to(actor, operation).order_by("pk")
    if selection.everything:
        wanted = {name: _asked(selection.query, name) for name in ("state", "side", "due", "rest")}
        reach = reach.filter(pk__in=requests(actor, **wanted).order_by().values("pk"))
    rows = selection.rows(reach, RequestFilter, request)
    back = f"{reverse('service:requests')}?{selection.query or FIRST}"
    form = make(request, request.POST if "sent" in request.POST else None)
    if form.is_bound and form.is_valid():
        done, refused = 0, []
        for pk, number in list(rows.values_list("pk", "request_no")[:MOST]):
            try:
                do(pk, actor, form.cleaned_data)
                done += 1
            except KexinError as refusal:
                said = " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message)
                refused.append(f"{number}: {said}")
        if done:
            messages.success(request, ngettext("%(n)s request done.", "%(n)s requests done.", done) % {"n": done})
        for line in refused[:20]:
            messages.error(request, line)
        return redirect(back)
    context = {"title": label, "form": form, "selection": selection, "count": rows[: MOST + 1].count(), "most": MOST}
    context |= {"back_url": back, "submit_label": label}
    return render(request, "service/many.html", context, status=422 if form.is_bound else 200)


def _asked(query: str, name: str) -> str:
    return str(QueryDict(query).get(name, ""))
