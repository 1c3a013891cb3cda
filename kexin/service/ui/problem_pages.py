"""Known problems on the screen: the list, one with what met it, a card beside a request."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.templatetags.kexin import day
from kexin.core.ui.columns import Column, View
from kexin.core.ui.fields import DayInput, SearchSelect
from kexin.core.ui.form_page import form_page, need, post_only, put_errors
from kexin.core.ui.request import actor_of
from kexin.core.ui.sending import sent
from kexin.core.ui.table import Table
from kexin.engagement.colleagues import colleagues_of
from kexin.holdings.ui.export import ExportForm
from kexin.people.queries import names_of, post_labels
from kexin.service.models import KnownProblem
from kexin.service.problems.choices import ProblemState
from kexin.service.problems.exporting import EXPORT, export_problems, problems_file
from kexin.service.problems.linking import LINKS, link_problem, unlink_problem
from kexin.service.problems.queries import LATE, UNFINISHED, problem_file, problems, problems_beside
from kexin.service.problems.recording import (
    CHANGES,
    FIXES,
    RECORDS,
    REOPENS,
    SETTLES,
    change_problem,
    fix_problem,
    record_problem,
    reopen_problem,
    settle_problem,
)
from kexin.service.problems.rules import LONGEST, TABLE

LEVEL = {"open": "warn", "fixed": "calm", "closed": "good", "accepted": "quiet"}
S = ProblemState


def state_chip(row: KnownProblem) -> SafeString:
    """The state; late where the fix is overdue."""
    late = row.state == S.OPEN and row.due_on < business_date()
    return format_html('<span class="chip {}">{}</span>', "bad" if late else LEVEL[row.state], row.get_state_display())


class ProblemFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[(UNFINISHED, _("Unfinished")), (LATE, _("Late")), *S.choices],
        method="as_is",
    )
    q = django_filters.CharFilter(label=_("Problem"), field_name="title", lookup_expr="icontains")

    class Meta:
        model = KnownProblem
        fields: list[str] = []

    def as_is(self, queryset: Any, name: str, value: str) -> Any:
        """Asked of the query itself, before the filters."""
        return queryset


class ProblemTable(Table):
    """共性问题."""

    name = "service.problems"
    caption = _("Known problems")
    default_sort = "due"
    search = "q"
    search_hint = _("Problem")
    empty_title = _("No known problems")
    empty_text = _("What many customers meet gets an owner, a day and a fix here; whether it comes back is counted.")
    empty_icon = "bug"
    views = (
        View("unfinished", _("Unfinished"), "state=unfinished"),
        View("late", _("Late"), "state=late"),
        View("all", _("All"), "sort=-found"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.columns = (
            Column("title", _("Problem"), value="title", phone="title", always=True),
            Column("state", _("State"), value=state_chip, phone="sub"),
            Column("met", _("Met by"), value="met", sort=("met", "pk"), first="desc", align="end"),
            Column("returns", _("Came back"), value=_returns, sort=("returns", "pk"), first="desc", align="end"),
            Column("owner", _("Owner"), value=lambda row: self.owners.get(row.owner_post_id, "")),
            Column("due", _("Due on"), value=lambda row: day(row.due_on), sort=("due_on", "pk")),
            Column("unit", _("Unit"), value="unit.shown_name", hidden=True),
            Column("problem_no", _("Problem number"), value="problem_no"),
            Column("found", _("Recorded"), value=lambda row: day(row.found_at), sort=("found_at", "pk"),
                   first="desc", hidden=True),
        )  # fmt: skip
        rows = list(self.page.rows)
        self.owners = post_labels({row.owner_post_id for row in rows}) if rows else {}

    def row_url(self, row: KnownProblem) -> str:
        return reverse("service:problem", args=[row.pk])


def _returns(row: Any) -> Any:
    if not row.returns:
        return "0" if row.fixed_at else "–"
    return format_html('<span class="chip bad num">{}</span>', row.returns)


def _asked(request: HttpRequest, actor: Actor) -> ProblemFilter:
    rows = problems(actor, state=request.GET.get("state", ""))
    return ProblemFilter(request.GET, queryset=rows, request=request)


@require_GET
def problem_list(request: HttpRequest) -> HttpResponse:
    """GET /problems/."""
    actor = actor_of(request)
    filters = _asked(request, actor)
    table = ProblemTable(request, problems(actor, state=request.GET.get("state", "")), filters=filters)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {
        "title": _("Known problems"),
        "table": table,
        "may_record": actor.may(RECORDS),
        "may_export": actor.may(EXPORT),
    }
    return render(request, "service/problems.html", context)


def export(request: HttpRequest) -> HttpResponseBase:
    """GET asks what for; POST sends the list as a file. The filters travel in the address."""
    actor = need(request, EXPORT)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = export_problems(_asked(request, actor).qs, actor=actor, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            return sent(form.cleaned_data["format"], problems_file(rows), actor)
    context = {
        "title": _t("Export known problems"),
        "form": form,
        "back_url": f"{reverse('service:problems')}?{request.GET.urlencode()}",
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)


class ProblemForm(forms.Form):
    """What it is, who removes its cause, until when."""

    title = forms.CharField(label=_("Problem"), max_length=LONGEST["title"])
    symptoms = forms.CharField(
        label=_("How it shows"),
        max_length=LONGEST["symptoms"],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In the words of customers: open requests that sound like it are led here. Name no customer."),
    )
    workaround = forms.CharField(
        label=_("What helps meanwhile"),
        max_length=LONGEST["workaround"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    owner_post_id = forms.TypedChoiceField(
        label=pgettext_lazy("request", "Responsible"), coerce=int, widget=SearchSelect()
    )
    due_on = forms.DateField(label=_("Due on"), required=False, widget=DayInput())

    def __init__(self, *args: Any, posts: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner_post_id"].choices = posts  # type: ignore[attr-defined]


def _posts(actor: Actor, also: int | None = None) -> list[tuple[int, str]]:
    own = post_labels([*actor.post_ids, *([also] if also else [])])
    return [*own.items(), *((key, label) for key, label in colleagues_of(actor) if key not in own)]


def new_problem(request: HttpRequest) -> HttpResponse:
    """GET, POST /problems/new/."""
    actor = need(request, RECORDS)
    return form_page(
        request,
        ProblemForm(request.POST or None, posts=_posts(actor)),
        lambda data: record_problem(actor=actor, **data),
        title=_("Record a known problem"),
        back_url=reverse("service:problems"),
        go=lambda row: reverse("service:problem", args=[row.pk]),
        done=_("The problem has an owner and a day."),
        submit_label=_("Record it"),
    )


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /problems/PK/change/."""
    actor = need(request, CHANGES)
    row = problem_file(actor, pk).row
    names = ("title", "symptoms", "workaround", "owner_post_id", "due_on")
    return form_page(
        request,
        ProblemForm(
            request.POST or None,
            posts=_posts(actor, row.owner_post_id),
            initial={name: getattr(row, name) for name in names},
        ),
        lambda data: change_problem(pk, actor=actor, **data),
        title=_("Change a known problem"),
        sub=row.problem_no,
        back_url=reverse("service:problem", args=[pk]),
        done=_("Changed."),
    )


@require_GET
def problem_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /problems/PK/: what it is, what is done, what met it."""
    actor = actor_of(request)
    file = problem_file(actor, pk)
    row = file.row
    mine = row.owner_post_id in actor.post_ids or actor.may("core.reassign_work")

    def may(act: str, right: str) -> bool:
        return mine and TABLE.may(row.state, act).allowed and actor.may(right)

    context = {
        "title": row.title,
        "file": file,
        "row": row,
        "state": state_chip(row),
        "owner": post_labels([row.owner_post_id]).get(row.owner_post_id, ""),
        "by": names_of([row.found_by]).get(row.found_by, row.found_by),
        "may_change": mine and actor.may(CHANGES),
        "may_fix": may("fix", FIXES),
        "may_accept": may("accept", SETTLES),
        "may_close": may("close", SETTLES) and (row.watch_until is None or business_date() >= row.watch_until),
        "may_reopen": TABLE.may(row.state, "reopen").allowed and actor.may(REOPENS),
        "may_link": actor.may(LINKS),
        "may_article": actor.may("service.draft_article"),
    }
    return render(request, "service/problem.html", context)


class FixForm(forms.Form):
    """What was done, and how it does not come back."""

    fix = forms.CharField(
        label=_("What was done about it"), max_length=LONGEST["fix"], widget=forms.Textarea(attrs={"rows": 4})
    )
    prevention = forms.CharField(
        label=_("How it is prevented"),
        max_length=LONGEST["prevention"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def fix(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /problems/PK/fix/."""
    actor = need(request, FIXES)
    row = problem_file(actor, pk).row
    return form_page(
        request,
        FixForm(request.POST or None),
        lambda data: fix_problem(pk, actor=actor, **data),
        title=_("The problem is fixed"),
        sub=row.title,
        back_url=reverse("service:problem", args=[pk]),
        done=lambda made: _t("It is watched until %(day)s.") % {"day": day(made.watch_until)},
        submit_label=_("Fixed, watch it"),
    )


class NoteForm(forms.Form):
    """Why."""

    note = forms.CharField(label=_("Reason"), max_length=LONGEST["note"], widget=forms.Textarea(attrs={"rows": 3}))


def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /problems/PK/reopen/."""
    actor = need(request, REOPENS)
    row = problem_file(actor, pk).row
    return form_page(
        request,
        NoteForm(request.POST or None),
        lambda data: reopen_problem(pk, actor=actor, **data),
        title=_("Work on it again"),
        sub=row.title,
        back_url=reverse("service:problem", args=[pk]),
        done=_("It is open again; its owner has it among their work."),
        submit_label=_("Work on it again"),
    )


def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /problems/PK/accept/."""
    actor = need(request, SETTLES)
    row = problem_file(actor, pk).row
    return form_page(
        request,
        NoteForm(request.POST or None),
        lambda data: settle_problem(pk, actor=actor, accept=True, **data),
        title=_("Live with it"),
        sub=row.title,
        back_url=reverse("service:problem", args=[pk]),
        done=_("Kept, with the reason."),
        submit_label=_("Live with it"),
    )


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: it did not come back."""
    actor = actor_of(request)
    return post_only(
        request, lambda: settle_problem(pk, actor=actor), back_url=reverse("service:problem", args=[pk]),
        done=_("Closed: it did not come back."),
    )  # fmt: skip


@require_POST
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """POST number, next: a request, complaint or article that has to do with it."""
    actor = actor_of(request)
    number, back = request.POST.get("number", ""), request.POST.get("request", "")
    url = reverse("service:request", args=[int(back)]) if back.isdigit() and len(back) < 18 else ""
    return post_only(
        request, lambda: link_problem(pk, actor=actor, number=number),
        back_url=url or reverse("service:problem", args=[pk]), done=_("Linked."),
    )  # fmt: skip


@require_POST
def unlink(request: HttpRequest, pk: int, link_id: int) -> HttpResponse:
    """POST: the link was a mistake."""
    actor = actor_of(request)
    return post_only(
        request, lambda: unlink_problem(pk, actor=actor, link_id=link_id),
        back_url=reverse("service:problem", args=[pk]), done=_("The link has ended."),
    )  # fmt: skip


@require_GET
def beside_request(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /requests/PK/problems/: a card beside the request."""
    actor = actor_of(request)
    rows = [(each, state_chip(each.row)) for each in problems_beside(actor, pk)]
    number = request.GET.get("number", "")[:20]
    return render(
        request, "service/part_problems.html", {"rows": rows, "pk": pk, "number": number, "may_link": actor.may(LINKS)}
    )
