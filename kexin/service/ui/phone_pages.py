"""Telephone calls on the screen: the list, one call, what rings now."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from kexin.core.actor import Actor
from kexin.core.fields import decrypt_rows
from kexin.core.listing import listed
from kexin.core.live import stream as live_stream
from kexin.core.masking import mask_contact
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import need
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.party.naming import shown_name
from kexin.people.queries import post_labels
from kexin.service.models import PhoneCall
from kexin.service.telephony.choices import CallDirection, CallState
from kexin.service.telephony.noting import NOTES
from kexin.service.telephony.queries import (
    MISSED,
    TODAY,
    UNNOTED,
    VIEW_CALLS,
    Caller,
    calls_now,
    has_extension,
    phone_calls,
)

LEVEL = {
    CallState.RINGING.value: "warn",
    CallState.TALKING.value: "calm",
    CallState.ENDED.value: "quiet",
    CallState.MISSED.value: "bad",
}
ICON = {
    CallState.RINGING.value: "phone-ringing",
    CallState.TALKING.value: "phone-calling",
    CallState.ENDED.value: "phone-end",
    CallState.MISSED.value: "phone-x",
}


def call_chip(row: PhoneCall) -> SafeString:
    level = "good" if row.state == CallState.MISSED and row.back else LEVEL[row.state]
    label = row.get_back_display() if row.state == CallState.MISSED and row.back else row.get_state_display()
    return format_html('<span class="chip {}">{}</span>', level, label)


def lasted(row: PhoneCall) -> str:
    """How long people spoke: 3:20; nothing where nobody did, or still does."""
    if row.answered_at is None or row.ended_at is None:
        return "–"
    seconds = max(row.ended_at - row.answered_at, dt.timedelta()) // dt.timedelta(seconds=1)
    return f"{seconds // 60}:{seconds % 60:02d}"


def who(actor: Actor, row: PhoneCall) -> str:
    """The customer as the reader may see the name, else the masked number."""
    if row.customer is not None:
        return shown_name(actor, row.customer)
    return mask_contact(str(row.number)) if row.number else _t("Number withheld")


def shown(actor: Actor, caller: Caller) -> dict[str, Any]:
    """What the pop and the page show of a call: who it may be, what is open, where to go on."""
    row = caller.call
    may_ask, may_complain = actor.may("service.open_request"), actor.may("service.receive_complaint")
    from_call = f"?channel=phone&call={row.pk}"
    people = [
        {
            "each": each,
            "name": shown_name(actor, each.customer),
            "unit": each.customer.unit.shown_name,
            "url": reverse("party:customer", args=[each.customer.pk]),
            "request_url": reverse("service:new", args=[each.customer.pk]) + from_call if may_ask else "",
            "complaint_url": reverse("complaints:new_of", args=[each.customer.pk]) + from_call if may_complain else "",
        }
        for each in caller.candidates
    ]
    return {
        "row": row,
        "caller": caller,
        "name": who(actor, row),
        "people": people,
        "several": row.customer_id is None and len(people) > 1,
        "elsewhere": listed(caller.elsewhere),
        "number": mask_contact(str(row.number)) if row.number else "",
        "chip": call_chip(row),
        "icon": ICON[row.state],
        "heading": _heading(row),
        "ours": row.direction == CallDirection.OUT,
        "url": reverse("service:phone_call", args=[row.pk]),
        "stranger_request_url": reverse("service:new_caller_request") + from_call
        if actor.may("service.open_caller_request") and not people
        else "",
        "stranger_url": reverse("complaints:new") + from_call if may_complain and not people else "",
    }


def _heading(row: PhoneCall) -> str:
    if row.state == CallState.RINGING:
        ours = row.direction == CallDirection.OUT
        return pgettext("phone call", "You are calling") if ours else pgettext("phone call", "Incoming call")
    if row.state == CallState.TALKING:
        return pgettext("phone call", "In conversation")
    return pgettext("phone call", "The call is over: write it down")


class CallFilter(django_filters.FilterSet):
    view = django_filters.ChoiceFilter(
        label=pgettext_lazy("phone call", "What is open"),
        method="by_view",
        choices=[
            (MISSED, _("To be called back")),
            (UNNOTED, _("Not written down yet")),
            (TODAY, _("Of the last 24 hours")),
        ],
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=CallState.choices)
    direction = django_filters.ChoiceFilter(
        label=pgettext_lazy("phone call", "Direction"), choices=CallDirection.choices
    )

    class Meta:
        model = PhoneCall
        fields: list[str] = []

    def by_view(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(pk__in=phone_calls(actor_of(self.request), view=value).order_by().values("pk"))


class CallTable(Table):
    """来电去电."""

    name = "service.phone_calls"
    caption = pgettext_lazy("menu", "Telephone calls")
    default_sort = "-began"
    empty_title = _("No calls")
    empty_text = _("Calls come from the telephone system, when one is connected.")
    empty_icon = "phone"
    views = (
        View("missed", _("To be called back"), "view=missed"),
        View("unnoted", _("Not written down yet"), "view=unnoted"),
        View("all", _("All"), "sort=-began"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor, rows = actor_of(request), list(self.page.rows)
        decrypt_rows(PhoneCall, rows, ("number",))
        labels = post_labels({row.post_id for row in rows if row.post_id})
        self.columns = (
            Column("who", pgettext_lazy("phone call", "Who"), value=lambda row: who(actor, row), phone="title",
                   always=True),
            Column("began", pgettext_lazy("phone call", "Began"), value=lambda row: moment(row.began_at),
                   sort=("began_at", "pk"), first="desc", phone="sub"),
            Column("state", _("State"), value=call_chip),
            Column("lasted", pgettext_lazy("phone call", "Lasted"), value=lasted, align="end"),
            Column("direction", pgettext_lazy("phone call", "Direction"),
                   value=lambda row: row.get_direction_display()),
            Column("post", _("Post"), value=lambda row: labels.get(row.post_id, "–")),
            Column("noted", pgettext_lazy("phone call", "Written down"),
                   value=lambda row: "✓" if row.conversation_id else "–"),
            Column("number", _("Number"), value="call_no", hidden=True),
        )  # fmt: skip

    def row_url(self, row: PhoneCall) -> str:
        return reverse("service:phone_call", args=[row.pk])


@require_GET
def call_list(request: HttpRequest) -> HttpResponse:
    """GET /phone-calls/."""
    rows = phone_calls(need(request, VIEW_CALLS))
    table = CallTable(request, rows, filters=CallFilter(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": pgettext_lazy("menu", "Telephone calls"), "table": table})


@require_GET
def now(request: HttpRequest) -> HttpResponse:
    """GET /phone-calls/now/?version=: what the reader's telephone does now, else 204; ``X-Telephone: none``: it has
    none, nothing needs to be asked again soon."""
    actor = need(request, NOTES)
    if not has_extension(actor):
        answer = HttpResponse(status=204)
        answer.headers["X-Telephone"] = "none"
        return answer
    found = calls_now(actor)
    version = ".".join(f"{each.call.pk}-{each.call.version}" for each in found) or "0"
    if request.GET.get("version") == version:
        return HttpResponse(status=204)
    answer = render(request, "service/part_call_now.html", {"calls": [shown(actor, each) for each in found]})
    answer.headers["X-Version"] = version
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_GET
def stream(request: HttpRequest) -> HttpResponseBase:
    """GET /phone-calls/stream/: told at once when a call of one's own telephone changes."""
    actor = need(request, NOTES)
    if not has_extension(actor):
        return HttpResponse(status=204)
    return live_stream({f"calls:{post}" for post in actor.post_ids})
