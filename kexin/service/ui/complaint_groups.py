"""群体投诉 on the screen: what is offered, the list, one group added up with its cases, the same answer."""

from __future__ import annotations

import re
from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.numbers import exact
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.people.queries import names_of, post_labels
from kexin.service.complaints.choices import ComplaintOutcome, GroupBy, GroupState, RegulatoryMajor, Remedy
from kexin.service.complaints.groups.answering import ANSWER, Drafted, answer_complaint_group
from kexin.service.complaints.groups.forming import (
    CLOSE,
    JOIN,
    LEAVE,
    OPEN,
    close_complaint_group,
    join_complaint_group,
    leave_complaint_group,
    open_complaint_group,
)
from kexin.service.complaints.groups.queries import (
    GroupFile,
    cases_offered,
    complaint_group,
    complaint_groups,
    offered_groups,
    shared,
)
from kexin.service.complaints.groups.weighing import DECIDE, decide_complaint_group
from kexin.service.complaints.queries import VIEW
from kexin.service.models import ComplaintGroup
from kexin.service.ui.complaint_act_forms import words
from kexin.service.ui.complaint_shown import grade_chip, ruler, state_chip, whose

LONGEST_BASIS = 2000


def group_chip(row: ComplaintGroup) -> SafeString:
    """Open or ended."""
    level = "warn" if row.state == GroupState.OPEN else "quiet"
    return format_html('<span class="chip {}">{}</span>', level, row.get_state_display())


class GroupFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=GroupState.choices)
    by = django_filters.ChoiceFilter(label=_("What the cases share"), choices=GroupBy.choices)
    regulatory_major = django_filters.ChoiceFilter(
        label=_("Major consumer complaint (to be reported)"),
        choices=[each for each in RegulatoryMajor.choices if each[0]],
    )
    q = django_filters.CharFilter(label=_("Matter"), field_name="title", lookup_expr="icontains")

    class Meta:
        model = ComplaintGroup
        fields: list[str] = []


class GroupTable(Table):
    """群体投诉."""

    name = "service.complaint_groups"
    caption = _("Group complaints")
    default_sort = "-opened"
    search = "q"
    search_hint = _("Matter")
    empty_title = _("No group complaints")
    empty_text = _("Cases about the same matter are linked here, added up and answered together.")
    empty_icon = "users"
    views = (
        View("open", pgettext_lazy("complaint group", "Open"), "state=open"),
        View("all", _("All"), "sort=-opened"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.columns = (
            Column("title", _("Matter"), value="title", phone="title", always=True),
            Column("state", _("State"), value=group_chip, phone="sub"),
            Column("cases", _("Cases"), value="cases", sort=("cases", "pk"), first="desc", align="end"),
            Column("by", _("What the cases share"), value="get_by_display"),
            Column("major", _("Reported as major"), value=lambda row: _major(row)),
            Column("owner", _("Owner"), value=lambda row: self.owners.get(row.owner_post_id, "")),
            Column("unit", _("Unit"), value="unit.shown_name", hidden=True),
            Column("group_no", _("Group number"), value="group_no"),
            Column(
                "opened", pgettext_lazy("request", "Opened"), value=lambda row: moment(row.opened_at),
                sort=("opened_at", "pk"), first="desc",
            ),
        )  # fmt: skip
        rows = list(self.page.rows)
        self.owners = post_labels({row.owner_post_id for row in rows}) if rows else {}

    def row_url(self, row: ComplaintGroup) -> str:
        return reverse("complaints:group", args=[row.pk])


def _major(row: ComplaintGroup) -> str:
    if row.decided_at is None:
        return "–"
    return str(row.get_regulatory_major_display())


@require_GET
def group_list(request: HttpRequest) -> HttpResponse:
    """GET /complaints/groups/: what is offered, then the groups."""
    actor = need(request, VIEW)
    rows = complaint_groups(actor)
    table = GroupTable(request, rows, filters=GroupFilter(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {
        "title": _("Group complaints"),
        "table": table,
        "may_open": actor.may(OPEN),
        "offered": [(each, GroupBy(each.by).label) for each in offered_groups(actor)],
    }
    return render(request, "service/complaint_groups.html", context)


def split(text: str) -> list[str]:
    """Complaint numbers as people write them: by lines, blanks or commas."""
    return [each for each in re.split(r"[\s,;，；、]+", text) if each]


def _numbers() -> forms.CharField:
    return forms.CharField(
        label=_("Complaint numbers"),
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One on each line. Take out what does not belong there."),
    )


class OpenForm(forms.Form):
    """Which matter, which cases, why."""

    title = forms.CharField(label=_("Matter"), max_length=120, help_text=_("Name no complainant."))
    numbers = _numbers()
    reason = words(_("Why these cases belong together"), 3, most=500)


class JoinForm(forms.Form):
    numbers = _numbers()
    reason = words(_("Why these cases belong together"), 3, most=500)


class LeaveForm(forms.Form):
    reason = words(_("Why it does not belong there"), 3, most=500)


class CloseForm(forms.Form):
    note = words(_("How the matter ended"), 3, most=500)


class DecideForm(forms.Form):
    """The regulator's field of the group; the grade of each case is its own."""

    regulatory_major = forms.ChoiceField(
        label=_("Major consumer complaint (to be reported)"),
        choices=RegulatoryMajor.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    reference = forms.CharField(label=_("Number at the regulator"), max_length=60, required=False)
    reason = words(_("Reason"), 3, most=500)


class AnswerForm(forms.Form):
    """What the letters have in common; the facts of each case stay its own."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[each for each in ComplaintOutcome.choices if each[0] != "settled"],
        widget=forms.RadioSelect,
    )
    basis = words(_("Basis"), 3, most=LONGEST_BASIS)
    reasons = words(_("Reasons"), 4)
    decision = words(_("Decision on your complaint"), 4)
    remedies = forms.MultipleChoiceField(
        label=_("If you do not agree"), choices=Remedy.choices, widget=forms.CheckboxSelectMultiple
    )


def open_group(request: HttpRequest) -> HttpResponse:
    """GET, POST /complaints/groups/new/?by=&key=: with what is offered filled in."""
    actor = need(request, OPEN)
    by, key = request.GET.get("by", ""), request.GET.get("key", "")[:60]
    by = by if by in GroupBy.values else GroupBy.OTHER.value
    found = cases_offered(actor, by, key) if actor.may(VIEW) else []
    first = {"numbers": "\n".join(each.complaint_no for each in found), "title": shared(by, key) if found else ""}
    return form_page(
        request,
        OpenForm(request.POST if request.method == "POST" else None, initial=first),
        lambda said: open_complaint_group(
            actor=actor, by=by, key=key if found else "", **said | {"numbers": split(said["numbers"])}
        ),
        title=_("Open a group complaint"),
        sub=shared(by, key) if found else "",
        back_url=reverse("complaints:groups"),
        go=lambda row: reverse("complaints:group", args=[row.pk]),
        done=lambda row: _t("Opened as %(number)s. Each case keeps its own clock.") % {"number": row.group_no},
        submit_label=_("Link these cases"),
    )


@require_GET
def group_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /complaints/groups/PK/: the sum, the cases with their clocks, what can be done."""
    actor = actor_of(request)
    file = complaint_group(actor, pk)
    row, now, open_ = file.row, timezone.now(), file.row.state == GroupState.OPEN
    people = names_of({row.opened_by, row.decided_by})
    context = {
        "title": row.title,
        "row": row,
        "file": file,
        "state": group_chip(row),
        "amount": exact(file.total.amount),
        "owner": post_labels([row.owner_post_id]).get(row.owner_post_id, ""),
        "opened_by": people.get(row.opened_by, row.opened_by),
        "decided_by": people.get(row.decided_by, row.decided_by),
        "cases": [
            (
                each,
                whose(actor, each.complaint),
                state_chip(each.complaint),
                grade_chip(each.complaint),
                ruler(each.complaint.ticking, each.complaint.due_at, now),
                ruler(each.complaint.legal_ticking, each.complaint.legal_due_at, now),
                exact(each.complaint.amount) if each.complaint.amount is not None else "–",
            )
            for each in file.members
        ],
        "left": file.left,
        "fitting": file.fitting[:20],
        "more_fitting": max(len(file.fitting) - 20, 0),
        "may_join": open_ and actor.may(JOIN),
        "may_leave": open_ and actor.may(LEAVE),
        "may_answer": open_ and actor.may(ANSWER),
        "may_decide": open_ and actor.may(DECIDE),
        "may_close": open_ and actor.may(CLOSE),
    }
    return render(request, "service/complaint_group.html", context)


def _act(request: HttpRequest, file: GroupFile, form: forms.Form, act: Any, **told: Any) -> HttpResponse:
    told.setdefault("sub", file.row.title)
    return form_page(request, form, act, back_url=reverse("complaints:group", args=[file.row.pk]), **told)


def join_group(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /complaints/groups/PK/join/: what fits is filled in."""
    actor = need(request, JOIN)
    file = complaint_group(actor, pk)
    first = {"numbers": "\n".join(each.complaint_no for each in file.fitting)}
    return _act(
        request, file, JoinForm(request.POST if request.method == "POST" else None, initial=first),
        lambda said: join_complaint_group(pk, actor=actor, **said | {"numbers": split(said["numbers"])}),
        title=_("Add cases"), done=_("Added."), submit_label=_("Link these cases"),
    )  # fmt: skip


def leave_group(request: HttpRequest, pk: int, number: str) -> HttpResponse:
    """GET, POST /complaints/groups/PK/leave/NUMBER/."""
    actor = need(request, LEAVE)
    file = complaint_group(actor, pk)
    return _act(
        request, file, LeaveForm(request.POST if request.method == "POST" else None),
        lambda said: leave_complaint_group(pk, actor=actor, number=number, **said),
        title=_("Take a case out"), sub=number, done=_("It goes its own way again."), submit_label=_("Take it out"),
    )  # fmt: skip


def close_group(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /complaints/groups/PK/close/."""
    actor = need(request, CLOSE)
    return _act(
        request, complaint_group(actor, pk), CloseForm(request.POST if request.method == "POST" else None),
        lambda said: close_complaint_group(pk, actor=actor, **said),
        title=_("End the group complaint"), done=_("Ended. Its cases go on by themselves."), submit_label=_("End it"),
    )  # fmt: skip


def decide_group(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /complaints/groups/PK/decide/: reported as a major consumer complaint, or not."""
    actor = need(request, DECIDE)
    file = complaint_group(actor, pk)
    row = file.row
    first = {"regulatory_major": row.regulatory_major or file.suggested, "reference": row.reference}
    return _act(
        request, file, DecideForm(request.POST if request.method == "POST" else None, initial=first),
        lambda said: decide_complaint_group(pk, actor=actor, **said),
        title=_("Is it reported?"), done=_("Decided."), submit_label=_("Decide"),
    )  # fmt: skip


def answer_group(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /complaints/groups/PK/answer/: one answer, drafted in every case that is being handled."""
    actor = need(request, ANSWER)

    def done(made: Drafted) -> str:
        told = _t("Drafted in %(n)s cases.") % {"n": len(made.drafted)}
        if made.left_out:
            told += " " + _t("Not yet investigated: %(numbers)s.") % {"numbers": " ".join(made.left_out)}
        return told

    return _act(
        request, complaint_group(actor, pk),
        AnswerForm(request.POST if request.method == "POST" else None, initial={"remedies": list(Remedy.values)}),
        lambda said: answer_complaint_group(pk, actor=actor, **said),
        title=_("The same answer"), done=done, submit_label=_("Draft it in every case"),
    )  # fmt: skip
