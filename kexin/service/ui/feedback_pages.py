"""Feedback on the screen: the list with its analysis, one of them, measures, the review of the way itself."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kexin.core.calendar import business_date
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.fields import DayInput, SearchSelect
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.engagement.colleagues import colleagues_of
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.people.queries import names_of, post_labels
from kexin.service.choices import Urgency
from kexin.service.feedback.choices import FeedbackAspect, FeedbackSource, FeedbackState, PlanState
from kexin.service.feedback.improving import (
    carry_out_improvement,
    judge_improvement,
    next_review,
    plan_improvement,
    review_feedback_mechanism,
)
from kexin.service.feedback.queries import (
    feedback_by_aspect,
    feedback_file,
    feedback_list,
    feedback_reviews,
    improvement_plan,
    improvement_plans,
    opened,
)
from kexin.service.feedback.taking import answer_feedback, confirm_feedback, grade_feedback, report_feedback
from kexin.service.models import Feedback
from kexin.service.rules import LONGEST_TEXT
from kexin.service.ui.countdown import countdown

LEVEL = {FeedbackState.OPEN.value: "warn", FeedbackState.ANSWERED.value: "good", FeedbackState.CLOSED.value: ""}
PLAN_LEVEL = {PlanState.OPEN.value: "warn", PlanState.DONE.value: "calm", PlanState.EFFECTIVE.value: "good",
              PlanState.WITHOUT.value: "bad"}  # fmt: skip
URGENT = {Urgency.URGENT.value: "bad", Urgency.IMPORTANT.value: "warn"}


def state_chip(row: Feedback) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', LEVEL[row.state], row.get_state_display())


def grade_chip(row: Feedback) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', URGENT.get(row.grade, ""), row.get_grade_display())


class FeedbackFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=FeedbackState.choices)
    aspect = django_filters.ChoiceFilter(label=_("Aspect"), choices=FeedbackAspect.choices)
    source = django_filters.ChoiceFilter(label=pgettext_lazy("feedback", "Source"), choices=FeedbackSource.choices)
    grade = django_filters.ChoiceFilter(label=pgettext_lazy("feedback", "Grade"), choices=Urgency.choices)
    late = django_filters.BooleanFilter(label=_("Late"), method="by_late")

    class Meta:
        model = Feedback
        fields: list[str] = []

    def by_late(self, queryset: Any, name: str, value: bool) -> Any:
        """Open past its limit."""
        return queryset.filter(state=FeedbackState.OPEN, due_at__lt=timezone.now()) if value else queryset


class FeedbackTable(Table):
    """客户反馈."""

    name = "service.feedback"
    caption = pgettext_lazy("work", "Feedback")
    default_sort = "-received"
    empty_title = _("No feedback")
    empty_text = _("Customers send theirs by the portal; staff report what they hear and meet.")
    empty_icon = "message-report"
    views = (
        View("open", pgettext_lazy("feedback", "To be answered"), "state=open"),
        View("late", _("Late"), "late=true"),
        View("all", _("All"), "sort=-received"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor, now = actor_of(request), timezone.now()
        self.columns = (
            Column("text", _("What was said"), value=lambda row: row.said[:60], phone="title", always=True),
            Column("customer", _("Customer"), phone="sub",
                   value=lambda row: shown_name(actor, row.customer) if row.customer else "–"),
            Column("state", _("State"), value=state_chip),
            Column("due", _("Limit"), value=lambda row: countdown(row.due_at, now) if row.state == "open" else "–"),
            Column("grade", pgettext_lazy("feedback", "Grade"), value=grade_chip),
            Column("aspect", _("Aspect"), value=lambda row: row.get_aspect_display()),
            Column("source", pgettext_lazy("feedback", "Source"), value=lambda row: row.get_source_display()),
            Column("unit", _("Unit"), value="unit.shown_name", hidden=True),
            Column("number", _("Feedback number"), value="feedback_no", hidden=True),
            Column("received", pgettext_lazy("feedback", "Received"), value=lambda row: moment(row.received_at),
                   sort=("received_at", "pk"), first="desc"),
        )  # fmt: skip
        opened(list(self.page.rows))

    def row_url(self, row: Feedback) -> str:
        return reverse("service:feedback", args=[row.pk])


FIGURES = (
    ("received", _("feedback received")),
    ("late", _("answered late")),
    ("disputed", _("not agreed with")),
    ("measures", _("measures")),
    ("effective", _("with effect")),
    ("without", _("without effect")),
    ("problems", _("known problems")),
    ("returned", _("came back")),
)


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """GET /feedback/: the list, and the four aspects of the last 90 days."""
    actor = actor_of(request)
    rows = feedback_list(actor)
    table = FeedbackTable(request, rows, filters=FeedbackFilter(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    due = next_review()
    context = {
        "title": pgettext_lazy("work", "Feedback"),
        "table": table,
        "aspects": feedback_by_aspect(actor),
        "may_report": actor.may("service.report_feedback"),
        "review_due": due,
        "review_late": due is None or due <= business_date(),
    }
    return render(request, "service/feedback_list.html", context)


@require_GET
def file_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /feedback/PK/: the four elements, and what can be done."""
    actor = actor_of(request)
    row = feedback_file(actor, pk)
    reach = row.customer is not None and Customer.objects.visible_to(actor, "party.view_customer").filter(
        pk=row.customer_id
    ).exists()  # fmt: skip
    mine = row.owner_post_id in actor.post_ids or actor.may("core.reassign_work")
    context = {
        "title": row.feedback_no,
        "row": row,
        "state": state_chip(row),
        "grade": grade_chip(row),
        "left": countdown(row.due_at, timezone.now()) if row.state == FeedbackState.OPEN else "",
        "owner": post_labels([row.owner_post_id]).get(row.owner_post_id, ""),
        "by": "" if row.received_by.startswith("customer.") else names_of([row.received_by]).get(row.received_by, ""),
        "customer_name": shown_name(actor, row.customer) if row.customer else "",
        "customer_url": reverse("party:customer", args=[row.customer_id]) if reach else "",
        "grades": Urgency.choices,
        "may_answer": row.state == FeedbackState.OPEN and mine and actor.may("service.answer_feedback"),
        "may_grade": row.state == FeedbackState.OPEN and mine and actor.may("service.grade_feedback"),
        "may_confirm": row.state == FeedbackState.ANSWERED and mine and actor.may("service.confirm_feedback"),
        "may_plan": row.plan_id is None and actor.may("service.plan_improvement"),
    }
    return render(request, "service/feedback.html", context)


class ReportForm(forms.Form):
    """What was heard or met."""

    source = forms.ChoiceField(
        label=pgettext_lazy("feedback", "Source"),
        choices=[each for each in FeedbackSource.choices if each[0] != FeedbackSource.APP],
    )
    aspect = forms.ChoiceField(label=_("Aspect"), choices=FeedbackAspect.choices)
    grade = forms.ChoiceField(label=pgettext_lazy("feedback", "Grade"), choices=Urgency.choices)
    text = forms.CharField(label=_("What was said"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5}))


def report_page(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """GET, POST /feedback/report/ and /customers/PK/feedback/report/."""
    actor = need(request, "service.report_feedback")
    customer = None if pk is None else customer_in_reach(actor, pk)
    source = FeedbackSource.STAFF if customer is None else FeedbackSource.PHONE
    return form_page(
        request,
        ReportForm(request.POST or None, initial={"source": source, "grade": Urgency.GENERAL}),
        lambda data: report_feedback(customer, actor=actor, **data),
        title=_("Report feedback"),
        sub=shown_name(actor, customer) if customer else _("Of no single customer"),
        back_url=reverse("service:feedback_list") if pk is None else reverse("party:customer", args=[pk]),
        go=lambda row: reverse("service:feedback_list"),
        done=_("Somebody is responsible from now on, with a limit."),
        submit_label=_("Report"),
    )


class AnswerForm(forms.Form):
    """What the customer was told."""

    answer = forms.CharField(
        label=_("What the customer was told"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5})
    )


def answer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /feedback/PK/answer/."""
    actor = need(request, "service.answer_feedback")
    row = feedback_file(actor, pk)
    return form_page(
        request,
        AnswerForm(request.POST or None),
        lambda data: answer_feedback(row, actor=actor, **data),
        title=_("Answer feedback"),
        sub=row.feedback_no,
        back_url=reverse("service:feedback", args=[pk]),
        done=_("The answer is kept."),
        submit_label=_("Keep the answer"),
    )


@require_POST
def grade_page(request: HttpRequest, pk: int) -> HttpResponse:
    """POST grade."""
    actor, wanted = actor_of(request), request.POST.get("grade", "")
    return post_only(
        request, lambda: grade_feedback(pk, actor=actor, grade=wanted),
        back_url=reverse("service:feedback", args=[pk]), done=_("Grade changed."),
    )  # fmt: skip


@require_POST
def confirm_page(request: HttpRequest, pk: int) -> HttpResponse:
    """POST agreed=1|0: as the customer said."""
    actor, agreed = actor_of(request), request.POST.get("agreed") == "1"
    return post_only(
        request, lambda: confirm_feedback(pk, actor=actor, agreed=agreed),
        back_url=reverse("service:feedback", args=[pk]), done=_("The customer's word is kept."),
    )  # fmt: skip


class PlanForm(forms.Form):
    """What is done, by whom, until when."""

    aspect = forms.ChoiceField(label=_("Aspect"), choices=FeedbackAspect.choices)
    measure = forms.CharField(label=_("Measure"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    owner_post_id = forms.TypedChoiceField(
        label=pgettext_lazy("request", "Responsible"), coerce=int, widget=SearchSelect()
    )
    due_on = forms.DateField(label=_("Due on"), widget=DayInput())

    def __init__(self, *args: Any, posts: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner_post_id"].choices = posts  # type: ignore[attr-defined]


def plan_page(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """GET, POST /feedback/plans/new/ and /feedback/PK/plan/."""
    actor = need(request, "service.plan_improvement")
    row = None if pk is None else feedback_file(actor, pk)
    own = [(post, label) for post, label in post_labels(actor.post_ids).items()]
    posts = [*own, *((key, label) for key, label in colleagues_of(actor) if key not in dict(own))]
    return form_page(
        request,
        PlanForm(request.POST or None, posts=posts, initial={"aspect": row.aspect if row else ""}),
        lambda data: plan_improvement(actor=actor, feedback_id=pk, **data),
        title=_("Plan an improvement"),
        sub=row.feedback_no if row else "",
        back_url=reverse("service:feedback_plans") if pk is None else reverse("service:feedback", args=[pk]),
        go=lambda made: reverse("service:feedback_plans"),
        done=_("The measure has a person and a date."),
    )


@require_GET
def plans_page(request: HttpRequest) -> HttpResponse:
    """GET /feedback/plans/: measures, and reviews of the way itself."""
    actor = actor_of(request)
    rows, reviews = improvement_plans(actor), feedback_reviews(actor)
    labels, today = post_labels({row.owner_post_id for row in rows}), business_date()
    people = names_of({each.reviewed_by for each in reviews})
    context = {
        "title": _("Improvements"),
        "rows": [
            (row, PLAN_LEVEL[row.state], labels.get(row.owner_post_id, ""),
             row.state == PlanState.OPEN and row.due_on < today,
             row.state == PlanState.DONE and row.look_on is not None and row.look_on <= today)
            for row in rows
        ],
        "reviews": [
            (each, people.get(each.reviewed_by, each.reviewed_by),
             [(label, each.figures[name]) for name, label in FIGURES if name in each.figures])
            for each in reviews
        ],
        "may_plan": actor.may("service.plan_improvement"),
        "may_do": actor.may("service.carry_out_improvement"),
        "may_judge": actor.may("service.judge_improvement"),
        "may_review": actor.may("service.review_feedback_mechanism"),
    }  # fmt: skip
    return render(request, "service/feedback_plans.html", context)


@require_POST
def done_page(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: carried out."""
    actor = actor_of(request)
    return post_only(
        request, lambda: carry_out_improvement(pk, actor=actor), back_url=reverse("service:feedback_plans"),
        done=lambda row: _("The effect is looked at from %(day)s on.") % {"day": row.look_on},
    )  # fmt: skip


class EffectForm(forms.Form):
    """What came of it."""

    effective = forms.TypedChoiceField(
        label=_("Effect"),
        choices=[("1", _("Effect seen")), ("0", _("Without effect"))],
        coerce=lambda each: each == "1",
    )
    effect = forms.CharField(label=_("What came of it"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def judge_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /feedback/plans/PK/effect/."""
    actor = need(request, "service.judge_improvement")
    row = improvement_plan(actor, pk)
    return form_page(
        request,
        EffectForm(request.POST or None),
        lambda data: judge_improvement(row, actor=actor, **data),
        title=_("Judge the effect"),
        sub=row.measure,
        back_url=reverse("service:feedback_plans"),
        done=_("The effect is kept."),
    )


class MechanismForm(forms.Form):
    """What was found, what is done."""

    findings = forms.CharField(label=_("Findings"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    measures = forms.CharField(
        label=_("Measures"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


def review_page(request: HttpRequest) -> HttpResponse:
    """GET, POST /feedback/review/."""
    actor = need(request, "service.review_feedback_mechanism")
    return form_page(
        request,
        MechanismForm(request.POST or None),
        lambda data: review_feedback_mechanism(actor=actor, **data),
        title=_("Review the feedback mechanism"),
        back_url=reverse("service:feedback_plans"),
        done=lambda row: _("Kept; the next review is due on %(day)s.") % {"day": row.next_on},
    )
