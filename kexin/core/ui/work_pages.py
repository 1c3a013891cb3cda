"""All my work items: filters, completing, putting off, handing over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core import names
from kexin.core.calendar import zone
from kexin.core.models import WorkItem
from kexin.core.ui.columns import Column, View
from kexin.core.ui.fields import MomentInput, SearchSelect
from kexin.core.ui.form_page import form_page, found_or_refuse, need
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.core.work_operations import (
    complete_work,
    escalated_work,
    my_work,
    open_work_count,
    reassign_work,
    snooze_work,
    work_in_reach,
)
from kexin.core.workflow import work_kinds

LIMIT = 100  # the badge says "99+" from here on


def open_count(request: HttpRequest) -> int | str | None:
    """The badge in the menu: how many items wait for me; at most LIMIT are counted."""
    actor = getattr(request, "actor", None)
    if actor is None or not actor.post_ids or not actor.may("core.view_work"):
        return None
    number = open_work_count(actor, LIMIT)
    return f"{LIMIT - 1}+" if number >= LIMIT else number


def _kinds() -> list[tuple[str, Any]]:
    return [(kind.code, kind.label) for kind in work_kinds.values()]


class WorkFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=_kinds)
    late = django_filters.BooleanFilter(label=_("Late"), method="only_late", widget=forms.CheckboxInput())
    customer = django_filters.CharFilter(label=_("Customer number"), method="of_customer")
    promised = django_filters.BooleanFilter(
        label=_("Promised to a customer"), method="only_promised", widget=forms.CheckboxInput()
    )
    unit = django_filters.ChoiceFilter(label=_("Unit"), choices=names.units, method="of_unit")

    class Meta:
        model = WorkItem
        fields: list[str] = []

    def only_late(self, rows: QuerySet[WorkItem], _name: str, value: bool) -> QuerySet[WorkItem]:
        return rows.filter(due_at__lt=timezone.now()) if value else rows

    def only_promised(self, rows: QuerySet[WorkItem], _name: str, value: bool) -> QuerySet[WorkItem]:
        return rows.exclude(customer_id=None) if value else rows

    def of_unit(self, rows: QuerySet[WorkItem], _name: str, value: str) -> QuerySet[WorkItem]:
        return rows.filter(unit_id__in=names.units_below(int(value))) if value else rows

    def of_customer(self, rows: QuerySet[WorkItem], _name: str, value: str) -> QuerySet[WorkItem]:
        pk = names.customer_id(value.strip())
        return rows.filter(customer_id=pk) if pk is not None else rows.none()


def sentence(item: WorkItem) -> Any:
    """What an item says; its kind's name where the floor that declared it is gone."""
    kind = work_kinds.get(item.kind)
    return kind.sentence(item) if kind else item.kind


def _due(item: WorkItem) -> str:
    late = item.due_at < timezone.now()
    soon = not late and item.due_at < timezone.now() + dt.timedelta(hours=8)
    css = "is-bad" if late else "is-warn" if soon else ""
    text = item.due_at.astimezone(zone()).strftime("%Y-%m-%d %H:%M")
    return format_html('<span class="{}">{}</span>{}', css, text, " *" if item.due_provisional else "")


def _owner(item: Any) -> str:
    """Who owes it; and who does it meanwhile, where somebody stands in."""
    if not item.delegate_name:
        return str(item.owner_name)
    standing = _("%(delegate)s stands in") % {"delegate": item.delegate_name}
    return format_html('{} <span class="chip calm">{}</span>', item.owner_name, standing)


def _state(item: WorkItem) -> str:
    """How far it has climbed, or that its owner was reminded."""
    if item.escalation_level:
        level = _("escalated, step %(n)s") % {"n": item.escalation_level}
        return format_html('<span class="chip bad">{}</span>', level)
    return format_html('<span class="chip warn">{}</span>', _("reminded")) if item.reminded_at else ""


class WorkTable(Table):
    name = "core.work"
    caption = _("Work items")
    default_sort = "due"
    empty_title = _("Nothing to do")
    empty_text = _("What somebody owes appears here with its time.")
    empty_icon = "checkbox"
    views = (View("mine", _("Mine")), View("late", _("Late"), "late=on"))
    columns = (
        Column("what", _("What"), value=sentence, phone="title", width="wide", always=True),
        Column("customer", _("Customer"), value=lambda row: row.customer_name),
        Column("kind", _("Kind"), value=lambda row: work_kinds[row.kind].label if row.kind in work_kinds else row.kind),
        Column("due", _("Due"), value=_due, sort="due_at", phone="sub"),
        Column("state", _("State"), value=_state),
        Column("owner", _("Owner"), value=_owner, phone="sub"),
        Column("do", _("Actions"), value=lambda row: row.buttons, phone="foot"),
    )

    def row_url(self, row: Any) -> str:
        kind = work_kinds.get(row.kind)
        return kind.url(row) if kind else ""


WHOSE = {"mine": _("Only mine"), "escalated": _("Escalated to me"), "all": _("Everybody's within my reach")}


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """``?who=all`` shows everybody's open items within reach, ``escalated`` what climbed to me, else what I owe."""
    actor = actor_of(request)
    who = request.GET.get("who", "mine")
    who = who if who in WHOSE else "mine"
    rows = {
        "mine": lambda: my_work(actor, include_snoozed=True),
        "escalated": lambda: escalated_work(actor),
        "all": lambda: work_in_reach(actor),
    }[who]()
    table = WorkTable(request, rows.order_by(), filters=WorkFilter(request.GET, queryset=rows.order_by()))
    posts = [item.owner_post_id for item in table.page.rows]
    owners, delegates = names.posts(posts), names.delegates(posts)
    customers = names.called(actor, [item.customer_id for item in table.page.rows if item.customer_id])
    for item in table.page.rows:
        item.owner_name = owners.get(item.owner_post_id, "")
        item.customer_name = customers.get(item.customer_id, "") if item.customer_id else ""
        item.delegate_name = delegate_of(item, delegates)
        item.buttons = _buttons(item, actor)
    sub = "" if who == "mine" else WHOSE[who]
    context = {"title": _("Work items"), "sub": sub, "table": table, "who": who, "whose": WHOSE.items()}
    return render(request, "core/work.html", context)


def delegate_of(item: WorkItem, delegates: Mapping[int, list[names.Delegate]]) -> str:
    """Who does an item at present in place of its owner; empty where nobody does."""
    found = delegates.get(item.owner_post_id, [])
    return next((each.name for each in found if not each.kinds or item.kind in each.kinds), "")


def _buttons(item: WorkItem, actor: Any) -> Any:
    kind = work_kinds.get(item.kind)
    links = []
    if (kind is None or kind.closable) and actor.may("core.complete_work"):
        links.append((reverse("core:complete_work", args=[item.pk]), _("Complete")))
    if actor.may("core.snooze_work"):
        links.append((reverse("core:snooze_work", args=[item.pk]), _("Put off")))
    if actor.may("core.reassign_work"):
        links.append((reverse("core:reassign_work", args=[item.pk]), _("Hand over")))
    return format_html("{}" * len(links), *(format_html('<a class="text-button" href="{}">{}</a>', *x) for x in links))


def _item(request: HttpRequest, pk: int, operation: str) -> tuple[Any, WorkItem]:
    actor = need(request, operation)
    return actor, found_or_refuse(WorkItem.objects.visible_to(actor, operation).open(), pk)


class CompleteForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Outcome"))
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, item: WorkItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = work_kinds.get(item.kind)
        choices = list((kind.outcomes if kind else {}).items()) or [("done", _("Done"))]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]


def complete(request: HttpRequest, pk: int) -> HttpResponse:
    actor, item = _item(request, pk, "core.complete_work")
    return form_page(
        request,
        CompleteForm(request.POST or None, item=item),
        lambda data: complete_work(item, actor=actor, **data),
        title=_("Complete the work item"),
        sub=sentence(item),
        back_url=reverse("core:work"),
        submit_label=_("Complete"),
        done=_("Completed."),
    )


class SnoozeForm(forms.Form):
    until = forms.DateTimeField(label=_("Put off until"), widget=MomentInput(), input_formats=["%Y-%m-%dT%H:%M"])


def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    actor, item = _item(request, pk, "core.snooze_work")
    return form_page(
        request,
        SnoozeForm(request.POST or None),
        lambda data: snooze_work(item, actor=actor, **data),
        title=_("Put off the work item"),
        sub=sentence(item),
        back_url=reverse("core:work"),
        submit_label=_("Put off"),
        done=_("Put off; the due time stays."),
    )


class HandOverForm(forms.Form):
    post_id = forms.TypedChoiceField(label=_("To"), coerce=int, widget=SearchSelect())
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, takers: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post_id"].choices = takers  # type: ignore[attr-defined]


def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    actor, item = _item(request, pk, "core.reassign_work")
    takers = [each for each in names.takers(actor, "core.reassign_work") if each[0] != item.owner_post_id]
    return form_page(
        request,
        HandOverForm(request.POST or None, takers=takers),
        lambda data: reassign_work(item, actor=actor, **data),
        title=_("Hand over the work item"),
        sub=sentence(item),
        back_url=reverse("core:work"),
        submit_label=_("Hand over"),
        done=_("Handed over."),
    )
