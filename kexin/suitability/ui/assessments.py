"""Pages of assessments: the list, one result, invitation, review, capacity, professional investors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import names
from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.ui import icons
from kexin.core.ui.fields import DayInput
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.core.ui.saved_views import saved_views
from kexin.core.ui.sending import sent
from kexin.holdings.ui.export import ExportForm
from kexin.party.queries import open_names
from kexin.suitability.assessments.choices import AssessmentChannel, Capacity, ProfessionalCategory
from kexin.suitability.assessments.inviting import invitation_page, invite_to_assess
from kexin.suitability.assessments.lists import EXPORT, assessments_file, export_assessments, standings
from kexin.suitability.assessments.person import note_capacity, propose_professional
from kexin.suitability.assessments.queries import ANSWERS, answers_shown, result_shown
from kexin.suitability.assessments.reviewing import review_elder_result
from kexin.suitability.questionnaires.choices import QuestionnaireKind
from kexin.suitability.ui.table import StandingFilterSet, StandingTable
from kexin.suitability.ui.words import ceiling_words, grade_word


def assessment_list(request: HttpRequest) -> HttpResponse:
    """GET /assessments/: whose result ends, has ended, waits, or was repeated often."""
    actor = actor_of(request)
    filters = StandingFilterSet(request.GET, actor)
    filters.rows = standings(actor).select_related("customer__party", "customer__unit", "pending")
    table = StandingTable(
        request,
        filters.rows,
        filters=filters,
        views=saved_views(actor, StandingTable.name),
        save_view_url=reverse("core:save_view", args=[StandingTable.name]),
        tools=_tools(request, actor),
    )
    open_names([row.customer for row in table.page.rows])
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _t("Risk assessments"), "table": table})


def _tools(request: HttpRequest, actor: Actor) -> str:
    if not actor.may(EXPORT):
        return ""
    query = request.GET.urlencode()
    address = reverse("suitability:assessments_export") + (f"?{query}" if query else "")
    return format_html('<a class="btn-quiet" href="{}">{}{}</a>', address, icons.draw("download", 16), _t("Export"))


def assessment_export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """GET with the list's filters asks what for; POST sends the file."""
    actor = need(request, EXPORT)
    filters = StandingFilterSet(request.GET, actor)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = export_assessments(filters.wanted, actor=actor, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            form.add_error(None, str(refusal.message) or " ".join(str(each) for each in refusal.fields.values()))
        else:
            return sent(form.cleaned_data["format"], assessments_file(actor, rows), actor)
    context = {
        "title": _t("Export the list of risk assessments"),
        "form": form,
        "back_url": reverse("suitability:assessments"),
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)


def result_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET one result: old against new, why, by which version; the answers only for those who may see them."""
    actor = actor_of(request)
    row = result_shown(actor, pk)
    called = names.called(actor, [row.customer_id])
    review = getattr(row, "review", None)
    people = names.people({name for name in (row.invited_by, review.reviewed_by if review else "") if name})
    context = {
        "title": _t("Risk assessment of %(day)s") % {"day": row.submitted_on.isoformat()},
        "row": row,
        "called": called.get(row.customer_id, row.customer.customer_no),
        "customer_url": f"{names.customer_url(row.customer_id)}?tab=risk",
        "grade": grade_word(row.told_grade, row.lowest),
        "previous": grade_word(row.previous_grade),
        "ceilings": ceiling_words(row.ceilings),
        "confirmation": getattr(row, "confirmation", None),
        "review": review,
        "capped": row.told_grade < row.grade,
        "may_review": row.told_grade < row.grade and review is None and actor.may("suitability.review_elder_result"),
        "answers": answers_shown(actor, pk, get_language() or "zh") if actor.may(ANSWERS) else None,
        "invited_by": people.get(row.invited_by, row.invited_by),
        "reviewed_by": people.get(review.reviewed_by, "") if review else "",
    }
    return render(request, "suitability/result.html", context)


class ReviewForm(forms.Form):
    """The supervisor's decision."""

    lift = forms.ChoiceField(
        label=_("What you decide"),
        choices=[("leave", _("Leave the ceiling")), ("lift", _("Lift the ceiling"))],
        widget=forms.RadioSelect,
        initial="leave",
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500)


def review_page(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "suitability.review_elder_result")
    row = result_shown(actor, pk)
    told = {"grade": grade_word(row.grade), "told": grade_word(row.told_grade)}
    return form_page(
        request,
        ReviewForm(request.POST or None),
        lambda data: review_elder_result(pk, actor=actor, lift=data["lift"] == "lift", reason=data["reason"]),
        title=_("Result of an elderly customer"),
        sub=_t("By the answers %(grade)s, told %(told)s.") % told,
        back_url=reverse("suitability:assessment", args=[pk]),
        done=_("The decision is kept."),
    )


class InviteForm(forms.Form):
    """Which questionnaire, and where the customer answers."""

    kind = forms.ChoiceField(
        label=_("Questionnaire"),
        choices=[
            ("", _("Risk questionnaire")),
            (QuestionnaireKind.INSURANCE_NEEDS.value, QuestionnaireKind.INSURANCE_NEEDS.label),
        ],
        required=False,
    )
    channel = forms.ChoiceField(
        label=_("Where the customer answers"),
        choices=AssessmentChannel.choices,
        widget=forms.RadioSelect,
        initial="link",
    )


def _called(actor: Actor, pk: int) -> str:
    called = names.called(actor, [pk])
    if not called:
        raise NotFound
    return called[pk]


def _tab(pk: int) -> str:
    return f"{names.customer_url(pk)}?tab=risk"


def invite_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The invitation; where a portal is installed, on to its link or code."""
    actor = need(request, "suitability.invite_to_assess")
    return form_page(
        request,
        InviteForm(request.POST or None),
        lambda data: invite_to_assess(pk, actor=actor, channel=data["channel"], kind=data["kind"]),
        title=_("Invite to an assessment"),
        sub=_called(actor, pk),
        back_url=_tab(pk),
        go=lambda made: invitation_page(made) or _tab(pk),
        submit_label=_("Invite"),
        done=_("The customer is invited. Only the customer answers."),
    )


class CapacityForm(forms.Form):
    capacity = forms.ChoiceField(label=_("Civil capacity"), choices=Capacity.choices, widget=forms.RadioSelect)
    evidence = forms.CharField(label=_("Document that shows it"), max_length=200)


def capacity_page(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "suitability.note_capacity")
    return form_page(
        request,
        CapacityForm(request.POST or None),
        lambda data: note_capacity(pk, actor=actor, **data),
        title=_("Civil capacity"),
        sub=_called(actor, pk),
        back_url=_tab(pk),
        done=_("Recorded."),
    )


class ProfessionalForm(forms.Form):
    category = forms.ChoiceField(label=_("Category"), choices=ProfessionalCategory.choices)
    evidence = forms.CharField(label=_("Licence or filing that shows it"), max_length=200)
    valid_until = forms.DateField(label=_("Valid until"), widget=DayInput())
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)


def professional_page(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "suitability.propose_professional")

    def act(data: dict[str, Any]) -> Any:
        return propose_professional(pk, actor=actor, **data)

    return form_page(
        request,
        ProfessionalForm(request.POST or None),
        act,
        title=_("Propose a professional investor"),
        sub=_called(actor, pk),
        back_url=_tab(pk),
        submit_label=_("Propose"),
        done=_("Proposed; somebody else decides."),
    )
