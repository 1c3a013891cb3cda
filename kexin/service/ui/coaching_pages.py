"""Phrases for difficult talks, and coaching reviews of recorded contacts, on the screen."""

from __future__ import annotations

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

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.people.queries import names_of
from kexin.service.coaching.choices import CoachingState, Place
from kexin.service.coaching.phrases import PLACES, SETS, phrases, set_phrase_situations, situations_of
from kexin.service.coaching.policies import CoachingPolicy, parse_criteria, parse_situations
from kexin.service.coaching.queries import FIGURES, coaching_figures, coaching_review, coaching_reviews
from kexin.service.coaching.reviewing import (
    ANSWERS,
    GIVES,
    LONGEST,
    answer_coaching,
    people_of,
    recorded_calls,
    review_contact,
)
from kexin.service.conversations.queries import VIEW as VIEW_CONVERSATIONS
from kexin.service.knowledge.choices import ArticleKind, ArticleLanguage
from kexin.service.knowledge.queries import article_file
from kexin.service.knowledge.safe_text import as_html
from kexin.service.models import CoachingReview, Conversation, PhoneCall, ServiceRequest
from kexin.service.queries import VIEW as VIEW_REQUESTS
from kexin.service.telephony.queries import VIEW_CALLS

LEVEL = {"given": "warn", "answered": "good"}


def spoken() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


@require_GET
def phrase_list(request: HttpRequest) -> HttpResponse:
    """GET /phrases/?place=: by situation, to be read before or during the talk."""
    actor, place = actor_of(request), request.GET.get("place", "")
    place = place if place in PLACES else ""
    found = phrases(actor, place=place, language=spoken())
    context = {
        "title": _("Phrases for difficult talks"),
        "rows": [(each.situation, [(row, as_html(row.body)) for row in each.versions]) for each in found],
        "places": Place.choices,
        "place": place,
    }
    return render(request, "service/phrases.html", context)


@require_GET
def phrases_beside(request: HttpRequest, place: str) -> HttpResponse:
    """GET /phrases/beside/PLACE/?language=&situation=&said=: a card beside a request, a complaint or a call.

    ``language`` is that of whoever is spoken with; without it the reader's own.
    """
    if place not in PLACES:
        raise NotFound
    asked = PhrasesAsked(request.GET, place=place)
    asked.full_clean()  # what is not known is left out
    wanted = asked.cleaned_data
    language = wanted.get("language") or spoken()
    narrowed = {name: wanted.get(name, "") for name in ("situation", "said")}
    found = phrases(actor_of(request), place=place, language=language, **narrowed)
    context = {
        "rows": [(each.situation, [(row, as_html(row.body)) for row in each.versions]) for each in found],
        "place": place,
        "situations": asked.known,
        "languages": ArticleLanguage.choices,
        "language": language,
        "narrowed": any(narrowed.values()) or "said" in request.GET,
        **narrowed,
    }
    return render(request, "service/part_phrases.html", context)


class PhrasesAsked(forms.Form):
    """What is looked for beside a talk; anything unknown is as if it were not said."""

    language = forms.ChoiceField(choices=ArticleLanguage.choices, required=False)
    situation = forms.ChoiceField(required=False)
    said = forms.CharField(max_length=60, required=False)

    def __init__(self, *args: Any, place: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [each for each in parse_situations(in_force(CoachingPolicy).situations) if place in each.places]
        self.known = [(each.code, each.label) for each in known]
        self.fields["situation"].choices = self.known  # type: ignore[attr-defined]


class SituationsForm(forms.Form):
    """For which situations."""

    situations = forms.MultipleChoiceField(
        label=_("Difficult situations"), required=False, widget=forms.CheckboxSelectMultiple()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = parse_situations(in_force(CoachingPolicy).situations)
        self.fields["situations"].choices = [(each.code, each.label) for each in known]  # type: ignore[attr-defined]


def article_situations(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /knowledge/PK/situations/."""
    actor = need(request, SETS)
    file = article_file(actor, pk)
    if file.article.kind != ArticleKind.SCRIPT:
        raise NotFound
    return form_page(
        request,
        SituationsForm(request.POST or None, initial={"situations": situations_of(actor, pk)}),
        lambda data: set_phrase_situations(pk, actor=actor, **data),
        title=_("For which situations"),
        sub=file.versions[0].title,
        back_url=reverse("knowledge:article", args=[pk]),
        done=_("Shown where these talks are had."),
    )


def state_chip(row: CoachingReview) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', LEVEL[row.state], row.get_state_display())


class CoachingFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=CoachingState.choices)
    mine = django_filters.ChoiceFilter(label=_("About me"), choices=[("1", _("About me"))], method="as_is")

    class Meta:
        model = CoachingReview
        fields: list[str] = []

    def as_is(self, queryset: Any, name: str, value: str) -> Any:
        """Asked of the query itself, before the filters."""
        return queryset


class CoachingTable(Table):
    """沟通辅导."""

    name = "service.coaching"
    caption = _("Coaching reviews")
    default_sort = "-given"
    empty_title = _("No coaching reviews")
    empty_text = _("A head picks a conversation, a request or a recorded call, and looks at it with whoever had it.")
    empty_icon = "school"
    views = (
        View("all", _("All"), "sort=-given"),
        View("mine", _("About me"), "mine=1"),
        View("given", pgettext_lazy("coaching", "Given, awaits the person's word"), "state=given"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.columns = (
            Column("person", pgettext_lazy("coaching", "Person"), value=lambda row: self.people.get(row.person),
                   phone="title", always=True),
            Column("record", _("Contact"), value=record_no, phone="sub"),
            Column("mark", _("Marks"), value=_mean, align="end"),
            Column("state", _("State"), value=state_chip),
            Column("reviewer", _("Reviewed by"), value=lambda row: self.people.get(row.reviewer)),
            Column("given", _("Given"), value=lambda row: moment(row.given_at), sort=("given_at", "pk"), first="desc"),
        )  # fmt: skip
        rows = list(self.page.rows)
        self.people = names_of({name for row in rows for name in (row.person, row.reviewer)}) if rows else {}

    def row_url(self, row: CoachingReview) -> str:
        return reverse("service:coaching_review", args=[row.pk])


def record_no(row: CoachingReview) -> str:
    """The number of what was looked at."""
    if row.conversation is not None:
        return row.conversation.conversation_no
    if row.call is not None:
        return row.call.call_no
    return row.request.request_no if row.request is not None else ""


def _mean(row: CoachingReview) -> str:
    marks = list(row.marks.values())
    return f"{sum(marks) / len(marks):.1f} / {row.highest}" if marks else "–"


@require_GET
def coaching_list(request: HttpRequest) -> HttpResponse:
    """GET /coaching/: reviews within reach; figures by person for heads."""
    actor = actor_of(request)
    rows = coaching_reviews(actor, mine=request.GET.get("mine") == "1")
    table = CoachingTable(request, rows, filters=CoachingFilter(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context: dict[str, Any] = {"title": _("Coaching"), "table": table}
    if actor.may(FIGURES):
        found = coaching_figures(actor)
        people = names_of({each.person for each in found})
        context["criteria"] = [(each.code, each.label) for each in parse_criteria(in_force(CoachingPolicy).criteria)]
        context["figures"] = [
            (
                people.get(each.person, each.person),
                each,
                [(label, each.shares.get(code)) for code, label in context["criteria"]],
            )
            for each in found
        ]
    return render(request, "service/coaching.html", context)


class ReviewForm(forms.Form):
    """Who, which marks, what was good, what to try."""

    person = forms.ChoiceField(label=pgettext_lazy("coaching", "Person"))
    good = forms.CharField(
        label=_("What was good"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    better = forms.CharField(
        label=_("What to try next time"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = in_force(CoachingPolicy)
        scale = [("", "–"), *((str(mark), str(mark)) for mark in range(rules.highest, 0, -1))]
        self.fields["person"].choices = people  # type: ignore[attr-defined]
        self.codes = [each.code for each in parse_criteria(rules.criteria)]
        for each in parse_criteria(rules.criteria):
            self.fields[f"mark_{each.code}"] = forms.ChoiceField(label=each.label, choices=scale, required=False)
        self.order_fields(["person", *(f"mark_{code}" for code in self.codes), "good", "better"])

    def given(self) -> dict[str, int]:
        """The marks that were given."""
        said = {code: str(self.cleaned_data.get(f"mark_{code}") or "") for code in self.codes}
        return {code: int(mark) for code, mark in said.items() if mark}


def _give(request: HttpRequest, actor: Actor, number: str, back_url: str, people: list[str], **of: int) -> HttpResponse:
    named = names_of(set(people))
    own = [(each, named.get(each, each)) for each in people if each != actor.name]
    form = ReviewForm(request.POST or None, people=own)

    def act(data: dict[str, Any]) -> CoachingReview:
        return review_contact(
            actor=actor, person=data["person"], marks=form.given(), good=data["good"], better=data["better"], **of
        )

    return form_page(
        request,
        form,
        act,
        title=_("Coaching review"),
        sub=number,
        back_url=back_url,
        go=lambda row: reverse("service:coaching_review", args=[row.pk]),
        done=_("The person has it among their work."),
        submit_label=_("Give it to the person"),
    )


def review_conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /conversations/PK/coaching/."""
    actor = need(request, GIVES)
    row = Conversation.objects.visible_to(actor, VIEW_CONVERSATIONS).filter(pk=pk).first()
    if row is None:
        raise NotFound
    back = reverse("service:conversation", args=[pk])
    return _give(request, actor, row.conversation_no, back, people_of(row, None), conversation_id=pk)


def review_request(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/coaching/."""
    actor = need(request, GIVES)
    row = ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(pk=pk).first()
    if row is None:
        raise NotFound
    back = reverse("service:request", args=[pk])
    return _give(request, actor, row.request_no, back, people_of(None, row), request_id=pk)


def review_call(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /phone-calls/PK/coaching/: a call that was recorded."""
    actor = need(request, GIVES)
    row = recorded_calls(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    back = reverse("service:phone_call", args=[pk])
    return _give(request, actor, row.call_no, back, people_of(None, None, row), call_id=pk)


class WordForm(forms.Form):
    """What the person makes of it."""

    word = forms.CharField(
        label=_("What you make of it"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


def review_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /coaching/PK/: the review. POST word: the person's answer."""
    actor = actor_of(request)
    row = coaching_review(actor, pk)
    answers = row.person == actor.name and row.state == CoachingState.GIVEN and actor.may(ANSWERS)
    people = names_of({row.person, row.reviewer})
    labels = {each.code: each.label for each in parse_criteria(in_force(CoachingPolicy).criteria)}
    url = ""
    if row.conversation_id and Conversation.objects.visible_to(actor, VIEW_CONVERSATIONS).filter(
        pk=row.conversation_id
    ):
        url = reverse("service:conversation", args=[row.conversation_id])
    elif row.request_id and ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(pk=row.request_id):
        url = reverse("service:request", args=[row.request_id])
    elif row.call_id and PhoneCall.objects.visible_to(actor, VIEW_CALLS).filter(pk=row.call_id):
        url = reverse("service:phone_call", args=[row.call_id])
    return form_page(
        request,
        WordForm(request.POST or None),
        lambda data: answer_coaching(pk, actor=actor, **data),
        title=_("Coaching review"),
        sub=people.get(row.person, row.person),
        back_url=reverse("service:coaching"),
        go=reverse("service:coaching_review", args=[pk]),
        done=_("Kept: talked over."),
        submit_label=_("Talked over"),
        template="service/coaching_review.html",
        context={
            "row": row,
            "state": state_chip(row),
            "person": people.get(row.person, row.person),
            "reviewer": people.get(row.reviewer, row.reviewer),
            "marks": [(labels.get(code, code), mark) for code, mark in row.marks.items()],
            "number": record_no(row),
            "record_url": url,
            "may_answer": answers,
        },
    )
