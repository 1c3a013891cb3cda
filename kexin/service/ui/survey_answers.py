"""Who was asked and what they answered; sending a survey, writing down an interview, the customer's panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.calendar import business_date
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.people.queries import post_labels, units_below
from kexin.service.models import Survey, SurveyAnswer, SurveyInvitation, SurveyVersion
from kexin.service.surveys.answering import may_still_answer, record_interview
from kexin.service.surveys.choices import InvitationState, Loyalty, QuestionKind, SurveyTrigger
from kexin.service.surveys.content import Content, Given, Question, said
from kexin.service.surveys.inviting import invite_to_survey
from kexin.service.surveys.queries import survey_invitation, survey_invitations
from kexin.service.ui.board_filters import post_choices
from kexin.service.ui.complaint_filters import UnitFilter

LEVEL = {InvitationState.OPEN.value: "calm", InvitationState.ANSWERED.value: "good", InvitationState.EXPIRED.value: ""}


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def state_chip(row: SurveyInvitation) -> SafeString:
    """Where the invitation stands; a low score stands out."""
    chip = format_html('<span class="chip {}">{}</span>', LEVEL[row.state], row.get_state_display())
    return format_html('{} <span class="chip bad">{}</span>', chip, _("Low")) if row.low else chip


def score_words(row: SurveyInvitation) -> str:
    return "–" if row.score is None else f"{row.score:.0f}"


class InvitationFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=InvitationState.choices)
    trigger = django_filters.ChoiceFilter(label=_("Asked when"), choices=SurveyTrigger.choices)
    survey = django_filters.ModelChoiceFilter(
        label=_("Survey"), field_name="survey_version__survey", queryset=Survey.objects.order_by("pk")
    )
    low = django_filters.BooleanFilter(label=_("Low"))
    loyalty = django_filters.ChoiceFilter(label=_("Would recommend us"), choices=Loyalty.choices, method="by_loyalty")
    since = django_filters.DateFilter(label=_("Asked from"), field_name="invited_at", lookup_expr="date__gte")
    until = django_filters.DateFilter(label=_("Asked until"), field_name="invited_at", lookup_expr="date__lte")
    answered = django_filters.DateFromToRangeFilter(label=pgettext_lazy("survey", "Answered"), field_name="answered_at")
    unit = django_filters.NumberFilter(label=_("Unit"), field_name="unit")
    post = UnitFilter(label=pgettext_lazy("survey", "Whose service"), choices=post_choices)
    below = django_filters.NumberFilter(label=_("Unit and all below it"), method="by_below")
    tier = django_filters.CharFilter(label=_("Tier"), field_name="tier")
    dimension = django_filters.CharFilter(label=pgettext_lazy("survey", "Dimension"), method="by_dimension")

    class Meta:
        model = SurveyInvitation
        fields: list[str] = []

    def by_loyalty(self, queryset: Any, name: str, value: str) -> Any:
        """The three sides of the recommendation."""
        low, high = {Loyalty.PROMOTER: (9, 10), Loyalty.PASSIVE: (7, 8)}.get(Loyalty(value), (0, 6))
        return queryset.filter(nps__range=(low, high))

    def by_below(self, queryset: Any, name: str, value: Any) -> Any:
        """A unit with all below it."""
        return queryset.filter(unit__in=units_below(int(value)) if 0 < value < 2**62 else [])

    def by_dimension(self, queryset: Any, name: str, value: str) -> Any:
        """Who rated something of this dimension."""
        answers = SurveyAnswer.objects.filter(dimension=value, given=True, value__isnull=False)
        return queryset.filter(pk__in=answers.values("invitation"))


class InvitationTable(Table):
    """调查邀请."""

    name = "service.survey_answers"
    caption = _("Answers to surveys")
    default_sort = "-invited"
    empty_title = _("Nobody was asked yet")
    empty_text = _("Surveys go out after a service, in the sample of the quarter, or from a customer's page.")
    empty_icon = "mood-smile"
    views = (
        View("answered", _("Answered"), "state=answered"),
        View("low", pgettext_lazy("survey", "Low scores"), "state=answered&low=true"),
        View("open", pgettext_lazy("survey", "Not answered yet"), "state=open"),
        View("all", _("All"), "sort=-invited"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        self.columns = (
            Column(
                "customer", _("Customer"), value=lambda row: shown_name(actor, row.customer), phone="title", always=True
            ),
            Column("survey", _("Survey"), value="survey_version.survey.shown_name", phone="sub"),
            Column("state", _("State"), value=state_chip),
            Column("score", _("Score of 100"), value=score_words, align="end"),
            Column("nps", _("Would recommend us"), value=lambda row: "–" if row.nps is None else row.nps, align="end"),
            Column("unit", _("Unit"), value="unit.shown_name"),
            Column("number", _("Number"), value=lambda row: row.subject_no or "–", hidden=True),
            Column(
                "invited", pgettext_lazy("survey", "Asked"), value=lambda row: moment(row.invited_at),
                sort=("invited_at", "pk"), first="desc",
            ),
            Column(
                "answered", pgettext_lazy("survey", "Answered at"),
                value=lambda row: moment(row.answered_at) if row.answered_at else "–",
            ),
        )  # fmt: skip

    def row_url(self, row: SurveyInvitation) -> str:
        return reverse("service:survey_answer", args=[row.pk])


@require_GET
def answer_list(request: HttpRequest) -> HttpResponse:
    """GET /survey-answers/."""
    rows = survey_invitations(actor_of(request))
    filters = InvitationFilter(request.GET, queryset=rows, request=request)
    table = InvitationTable(request, rows, filters=filters)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _("Answers to surveys"), "table": table})


@require_GET
def answer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /survey-answers/PK/: one customer's answers."""
    actor = actor_of(request)
    file = survey_invitation(actor, pk)
    row, language = file.row, _language()
    content = row.survey_version.parsed
    lines = [(said(each.text, language), _dimension(content, each, language), answer_words(each, given, language))
             for each, given in file.lines]  # fmt: skip
    reachable = Customer.objects.visible_to(actor, "party.view_customer").filter(pk=row.customer_id).exists()
    context = {
        "title": row.survey_version.survey.shown_name,
        "row": row,
        "state": state_chip(row),
        "lines": lines,
        "customer_name": shown_name(actor, row.customer),
        "customer_url": reverse("party:customer", args=[row.customer_id]) if reachable else "",
        "post": post_labels([row.post_id]).get(row.post_id, "") if row.post_id else "",
        "may_record": row.state == InvitationState.OPEN and actor.may("service.record_interview"),
    }
    return render(request, "service/survey_answer.html", context)


def _dimension(content: Content, asked: Question, language: str) -> str:
    found = content.dimension(asked.dimension)
    return said(found.text, language) if found else ""


def answer_words(asked: Question, given: Given, language: str) -> str:
    """The answer in words; empty where there is none."""
    if given.value is not None:
        most = asked.bounds[1] if asked.bounds else ""
        return f"{given.value:.0f} / {most}"
    if given.picks:
        known = {each.code: said(each.text, language) for each in asked.options}
        return (", " if language == "en" else "、").join(known.get(each, each) for each in given.picks)
    return given.text


class SendForm(forms.Form):
    """Which survey."""

    survey = forms.TypedChoiceField(label=_("Survey"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today, rows = business_date(), Survey.objects.filter(stopped_at=None).order_by("pk")
        running = [each for each in rows if SurveyVersion.objects.in_force(each, today)]
        self.fields["survey"].choices = [(each.pk, each.shown_name) for each in running]  # type: ignore[attr-defined]


def send_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /customers/PK/surveys/send/."""
    actor = need(request, "service.invite_to_survey")
    customer = customer_in_reach(actor, pk)
    return form_page(
        request,
        SendForm(request.POST or None),
        lambda data: invite_to_survey(customer, actor=actor, survey=data["survey"]),
        title=_("Send a survey"),
        sub=shown_name(actor, customer),
        back_url=f"{reverse('party:customer', args=[pk])}?tab=service",
        submit_label=_("Send"),
        done=_("It lies in the portal; the customer is told as consent and hours allow."),
    )


class InterviewForm(forms.Form):
    """One field per question; questions that fall away stay empty."""

    def __init__(self, *args: Any, content: Content, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, each in enumerate(content.questions, 1):
            self.fields[each.code] = _field(each, f"{number}. {said(each.text, language)}", language)


def _field(asked: Question, label: str, language: str) -> forms.Field:
    options = [(each.code, said(each.text, language)) for each in asked.options]
    if asked.kind == QuestionKind.MANY:
        return forms.MultipleChoiceField(
            label=label, choices=options, required=False, widget=forms.CheckboxSelectMultiple
        )
    if asked.kind == QuestionKind.ONE:
        return forms.ChoiceField(label=label, choices=[("", "–"), *options], required=False)
    if asked.kind == QuestionKind.TEXT:
        return forms.CharField(label=label, required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    least, most = asked.bounds or (0, 10)
    scale = f"{least}–{most}"
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=most, help_text=scale)


def _values(data: Mapping[str, Any]) -> dict[str, list[str]]:
    found = {}
    for code, value in data.items():
        values = value if isinstance(value, list) else [value]
        found[code] = [str(each) for each in values if each not in (None, "")]
    return found


def interview_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /survey-answers/PK/interview/: what the customer said in person or by telephone."""
    actor = need(request, "service.record_interview")
    row = survey_invitation(actor, pk).row
    may_still_answer(row)
    form = InterviewForm(request.POST or None, content=row.survey_version.parsed, language=_language())
    return form_page(
        request,
        form,
        lambda data: record_interview(row, actor=actor, answers=_values(data)),
        title=_("Write down an interview"),
        sub=f"{row.survey_version.survey.shown_name} · {shown_name(actor, row.customer)}",
        back_url=reverse("service:survey_answer", args=[pk]),
        submit_label=_("Keep the answers"),
        done=_("The answers are kept with your name."),
    )


def panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: the newest surveys with their scores."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    rows = list(survey_invitations(actor, customer_id=customer.pk).order_by("-invited_at", "-pk")[:6])
    return "service/panel_surveys.html", {"rows": [(row, state_chip(row), score_words(row)) for row in rows]}
