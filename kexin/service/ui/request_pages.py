"""Requests on the screen: the inbox, one request with its clocks and record, the panel on the customer's page."""

from __future__ import annotations

from typing import Any

import django_filters
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.engagement.colleagues import colleagues_of
from kexin.party.choices import PartyKind
from kexin.party.models import Customer
from kexin.party.queries import customer_in_reach
from kexin.people.queries import names_of, post_labels
from kexin.service.choices import Channel, ClockState, EntryKind, Mode, Reaction, RequestState, Urgency
from kexin.service.models import ServiceRequest
from kexin.service.policies import Kind, RequestPolicy, parse_kinds
from kexin.service.queries import EVERY, NOTE, SNOOZED, RequestFile, request_file, requests, requests_of, standing
from kexin.service.requests.callers import found_by, perhaps_customers, same_caller, whose
from kexin.service.requests.handling import is_head, kind_of
from kexin.service.ui.board_filters import BoardFilters
from kexin.service.ui.countdown import countdown
from kexin.service.ui.desk_pages import desk_context
from kexin.service.ui.many_requests import bulk_actions
from kexin.service.ui.request_forms import SPOKEN

LEVEL = {
    RequestState.OPEN.value: "calm",
    RequestState.TOLD.value: "good",
    RequestState.CLOSED.value: "quiet",
    RequestState.WITHDRAWN.value: "quiet",
    RequestState.MERGED.value: "quiet",
    RequestState.COMPLAINT.value: "quiet",
}
URGENT = {Urgency.URGENT.value: "bad", Urgency.IMPORTANT.value: "warn"}
DOT = {EntryKind.ASKED.value: "calm", EntryKind.TOLD.value: "good", NOTE: "warn"}
FIRST = "state=unfinished&side=owned"


def _kinds() -> dict[str, Kind]:
    return {each.code: each for each in parse_kinds(in_force(RequestPolicy).kinds)}


def _categories() -> list[tuple[str, str]]:
    return list({each.code: each.label for kind in _kinds().values() for each in kind.categories}.items())


class RequestFilter(BoardFilters):
    q = django_filters.CharFilter(label=_("Request number, telephone or e-mail of a caller"), method="typed")
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[("unfinished", _("Unfinished")), *RequestState.choices], method="as_is"
    )
    side = django_filters.ChoiceFilter(
        label=_("Whose"),
        choices=[
            ("owned", _("I am responsible")),
            ("mine", _("Mine and of my customers")),
            ("offered", _("Offered to me")),
            ("queued", _("In my queues")),
        ],
        method="as_is",
    )
    due = django_filters.ChoiceFilter(
        label=_("Limit"), choices=[("late", _("Late")), ("today", _("Within 24 hours"))], method="as_is"
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=lambda: [(k, v.label) for k, v in _kinds().items()])
    urgency = django_filters.ChoiceFilter(label=_("Urgency"), choices=Urgency.choices)
    channel = django_filters.ChoiceFilter(label=_("By which way"), choices=Channel.choices)
    category = django_filters.ChoiceFilter(label=_("Category"), choices=lambda: _categories())
    mode = django_filters.ChoiceFilter(label=_("Mode of service"), choices=Mode.choices)
    object = django_filters.ChoiceFilter(
        label=_("Whom it serves"), field_name="customer__party__kind", choices=PartyKind.choices
    )
    rest = django_filters.ChoiceFilter(
        label=_("Put aside"), choices=[(SNOOZED, _("Put aside now")), (EVERY, _("All"))], method="as_is"
    )

    class Meta:
        model = ServiceRequest
        fields: list[str] = []

    def typed(self, queryset: Any, name: str, value: str) -> Any:
        """A request number, or by which a caller is found again."""
        return found_by(queryset, value)

    def as_is(self, queryset: Any, name: str, value: str) -> Any:
        """Asked of the query itself, before the filters."""
        return queryset


UNREAD = ("text", "result_text", "caller_phone", "caller_email")  # not shown in the list


class RequestTable(Table):
    """服务工单."""

    name = "service.requests"
    caption = _("Requests")
    default_sort = "due"
    search = "q"
    search_hint = _("Request number, telephone or e-mail of a caller")
    empty_title = _("No requests")
    empty_text = _("A request is opened on the customer's page; customers send their own by the portal.")
    empty_icon = "headset"
    views = (
        View("owned", _("I am responsible"), FIRST),
        View("offered", _("Offered to me"), "state=unfinished&side=offered"),
        View("queued", _("In my queues"), "state=open&side=queued"),
        View("open", _("All unfinished"), "state=unfinished"),
        View("late", _("Late"), "state=unfinished&due=late"),
        View("snoozed", _("Put aside"), "side=owned&rest=snoozed"),
        View("all", _("All"), "sort=-opened"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor, kinds, now = actor_of(request), _kinds(), timezone.now()
        self.fetch = ServiceRequest.objects.select_related("customer__party", "unit").defer(*UNREAD)

        def limit(row: ServiceRequest) -> str | SafeString:
            return countdown(row.due_at, now) if row.ticking else "–"

        def who(row: ServiceRequest) -> str:
            return self.owners.get(row.owner_post_id, "")

        self.columns = (
            Column("subject", _("Subject of the request"), value="subject", phone="title", always=True),
            Column("customer", _("Customer"), value=lambda row: whose(actor, row), phone="sub"),
            Column("due", _("Limit"), value=limit, sort=("due_at", "pk")),
            Column("state", _("State"), value=state_chip),
            Column("kind", _("Kind"), value=lambda row: kinds[row.kind].label if row.kind in kinds else row.kind),
            Column("owner", pgettext_lazy("request", "Responsible"), value=who),
            Column("urgency", _("Urgency"), value=urgency_chip, hidden=True),
            Column("channel", _("By which way"), value="get_channel_display", hidden=True),
            Column("unit", _("Unit"), value="unit.shown_name", hidden=True),
            Column("request_no", _("Request number"), value="request_no"),
            Column(
                "opened",
                pgettext_lazy("request", "Opened"),
                value=lambda row: moment(row.opened_at),
                sort=("opened_at", "pk"),
                first="desc",
            ),
        )
        rows = list(self.page.rows)
        decrypt_rows(ServiceRequest, rows, ("subject", "caller_name"))
        self.owners = post_labels({row.owner_post_id for row in rows}) if rows else {}

    def row_url(self, row: ServiceRequest) -> str:
        return reverse("service:request", args=[row.pk])


def state_chip(row: ServiceRequest) -> SafeString:
    """The state, and whether the customer does not agree."""
    return format_html('<span class="chip {}">{}</span>', LEVEL[row.state], row.get_state_display())


def urgency_chip(row: ServiceRequest) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', URGENT.get(row.urgency, "quiet"), row.get_urgency_display())


@require_GET
def request_list(request: HttpRequest) -> HttpResponse:
    """GET /requests/: the inbox; without a question what one is responsible for, the nearest limit first."""
    if not request.GET:
        return redirect(f"{reverse('service:requests')}?{FIRST}")
    actor = actor_of(request)
    wanted = {name: request.GET.get(name, "") for name in ("state", "side", "due", "rest")}
    rows = requests(actor, **wanted).defer(*UNREAD)
    filters = RequestFilter(request.GET, queryset=rows, request=request)
    table = RequestTable(request, rows, filters=filters, actions=bulk_actions())
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    now = standing(actor)
    tiles = [
        (pgettext_lazy("request", "In progress"), now.open, "state=open", ""),
        (_("Late"), now.late, "state=unfinished&due=late", "bad" if now.late else ""),
        (_("Due within 24 hours"), now.today, "state=unfinished&due=today", "warn" if now.today else ""),
        (_("Offered to me"), now.offered, "state=unfinished&side=offered", "warn" if now.offered else ""),
        (_("Await the customer's word"), now.waiting, "state=told", ""),
        (_("Put aside"), now.snoozed, "side=owned&rest=snoozed", ""),
    ]
    return render(
        request,
        "service/requests.html",
        {
            "title": _("Requests"),
            "table": table,
            "tiles": tiles,
            "may_macros": actor.may("service.view_macros"),
            "may_open": actor.may("service.open_caller_request"),
            "may_queues": actor.may("service.view_queues"),
        },
    )


@require_GET
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /requests/PK/: what is asked, who is responsible, the clocks, the record, what can be done."""
    return draw(request, request_file(actor_of(request), pk))


def draw(request: HttpRequest, file: RequestFile, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The page; ``extra``: what somebody typed and what was wrong with it."""
    actor, row, now = actor_of(request), file.row, timezone.now()
    kind = kind_of(row)
    posts = {row.owner_post_id, row.first_post_id, *row.asked_posts} | {row.offered_post_id or row.owner_post_id}
    labels = post_labels(posts)
    unfinished = row.state in (RequestState.OPEN, RequestState.TOLD)
    head = is_head(actor, row)
    mine = row.owner_post_id in actor.post_ids or head
    reachable = Customer.objects.visible_to(actor, "party.view_customer").filter(pk=row.customer_id).exists()
    category = kind.category(row.category)
    who = names_of({each.by for each in file.entries} | {row.opened_by})

    def may(act: str) -> bool:
        return actor.may(f"service.{act}")

    context = {
        "title": row.request_no,
        "row": row,
        "kind": kind,
        "category": category.label if category else row.category,
        "state": state_chip(row),
        "urgency": urgency_chip(row),
        "stages": _steps(row, kind),
        "clocks": [
            (each, countdown(each.clock.due_at, now) if each.clock.state == ClockState.RUNNING else "")
            for each in file.clocks
        ],
        "entries": [
            (
                each,
                DOT[each.kind],
                "" if each.by.startswith("customer.") else who.get(each.by, each.by),
                each.request_id != row.pk,
            )
            for each in file.entries
        ],
        "joined": file.joined,
        "owner": labels.get(row.owner_post_id, ""),
        "first": labels.get(row.first_post_id, ""),
        "offered": labels.get(row.offered_post_id or 0, ""),
        "customer_name": whose(actor, row),
        "customer_url": reverse("party:customer", args=[row.customer_id]) if reachable else "",
        "same_caller": same_caller(actor, row),
        "perhaps": perhaps_customers(actor, row),
        "may_identify": unfinished and row.customer_id is None and may("identify_caller"),
        "unfinished": unfinished,
        "channels": SPOKEN,
        "reactions": Reaction.choices,
        "urgencies": Urgency.choices,
        "colleagues": colleagues_of(actor) if may("note_request") else [],
        "offered_to_me": row.offered_post_id in actor.post_ids and may("answer_offer"),
        "may_contact": unfinished and may("record_contact"),
        "may_note": may("note_request"),
        "may_tell": row.state == RequestState.OPEN and mine and may("tell_result"),
        "may_confirm": row.state == RequestState.TOLD and mine and may("confirm_request"),
        "may_offer": unfinished and mine and may("offer_request"),
        "may_recall": unfinished and mine and row.offered_post_id is not None and may("recall_offer"),
        "may_assign": unfinished and head,
        "may_move": row.state == RequestState.OPEN and mine and may("move_request"),
        "may_pause": row.state == RequestState.OPEN and mine and may("pause_clock"),
        "may_resume": mine and may("resume_clock"),
        "may_withdraw": row.state == RequestState.OPEN and mine and may("withdraw_request"),
        "may_join": row.state == RequestState.OPEN and mine and may("join_requests"),
        "may_complain": unfinished and may("receive_complaint"),
        "complaint": row.complaints.first() if row.state == RequestState.COMPLAINT else None,
        "may_reopen": row.state == RequestState.CLOSED and may("reopen_request"),
        "may_look": unfinished and may("view_articles"),
        "may_problems": may("view_problems"),
        "may_support": may("view_support"),
        "may_coach": may("review_contact"),
        "back_url": f"{reverse('service:requests')}?{FIRST}",
        **desk_context(actor, row, mine=mine),
        **extra,
    }
    return render(request, "service/request.html", context, status=status)


def _steps(row: ServiceRequest, kind: Kind) -> list[tuple[str, str, str]]:
    """Stages with their state on the bar: done, on, or still to come."""
    codes = [each.code for each in kind.stages]
    here = codes.index(row.stage) if row.stage in codes else 0
    ended = row.state in (RequestState.CLOSED, RequestState.WITHDRAWN, RequestState.MERGED, RequestState.COMPLAINT)
    return [
        (each.code, each.label, "done" if place < here or ended else "on" if place == here else "")
        for place, each in enumerate(kind.stages)
    ]


def requests_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: requests, unfinished ones first."""
    actor, now = actor_of(request), timezone.now()
    rows = requests_of(actor, customer_in_reach(actor, pk))
    return "service/panel_requests.html", {
        "rows": [(row, state_chip(row), countdown(row.due_at, now) if row.ticking else "") for row in rows],
        "customer_pk": pk,
        "may_open": actor.may("service.open_request"),
    }
