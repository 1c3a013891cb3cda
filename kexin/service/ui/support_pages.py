"""Support desks on the screen: ask from a record, the list, one question with its answer."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.people.queries import names_of, post_labels
from kexin.sales.models import Sale
from kexin.service.knowledge.queries import tree
from kexin.service.models import ServiceRequest, SupportQuestion
from kexin.service.queries import VIEW as VIEW_REQUESTS
from kexin.service.support.asking import (
    ANSWERS,
    ASKS,
    LONGEST_ANSWER,
    LONGEST_QUESTION,
    LONGEST_SUBJECT,
    SETTLES,
    TAKES,
    answer_support,
    article_from_support,
    ask_support,
    settle_support,
    take_support,
)
from kexin.service.support.choices import SupportState
from kexin.service.support.policies import SupportPolicy, parse_desks
from kexin.service.support.queries import (
    LATE,
    MINE,
    TO_ANSWER,
    support_beside,
    support_of_customer,
    support_question,
    support_questions,
)
from kexin.service.ui.countdown import countdown

LEVEL = {"open": "calm", "answered": "warn", "settled": "good"}
FIRST = "side=answer"


def state_chip(row: SupportQuestion) -> SafeString:
    """The state; late where the answer is overdue."""
    late = row.state == SupportState.OPEN and row.due_at < timezone.now()
    return format_html('<span class="chip {}">{}</span>', "bad" if late else LEVEL[row.state], row.get_state_display())


def _desks() -> dict[str, str]:
    return {each.code: each.label for each in parse_desks(in_force(SupportPolicy).desks)}


class SupportFilter(django_filters.FilterSet):
    side = django_filters.ChoiceFilter(
        label=_("Whose"), choices=[(TO_ANSWER, _("To be answered by me")), (MINE, _("Asked by me"))], method="as_is"
    )
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[(LATE, _("Late")), *SupportState.choices], method="as_is"
    )
    desk = django_filters.ChoiceFilter(label=_("Support desk"), choices=lambda: list(_desks().items()))

    class Meta:
        model = SupportQuestion
        fields: list[str] = []

    def as_is(self, queryset: Any, name: str, value: str) -> Any:
        """Asked of the query itself, before the filters."""
        return queryset


class SupportTable(Table):
    """支持请求."""

    name = "service.support"
    caption = _("Questions to support desks")
    default_sort = "due"
    empty_title = _("No questions")
    empty_text = _("Staff ask from a request, a customer or a sale; the desk answers within its time.")
    empty_icon = "lifebuoy"
    views = (
        View("answer", _("To be answered by me"), FIRST),
        View("mine", _("Asked by me"), "side=mine"),
        View("open", pgettext_lazy("support", "Awaits an answer"), "state=open"),
        View("all", _("All"), "sort=-asked"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        desks, now = _desks(), timezone.now()

        def limit(row: SupportQuestion) -> str | SafeString:
            return countdown(row.due_at, now) if row.state == SupportState.OPEN else "–"

        self.columns = (
            Column("subject", _("Question"), value="subject", phone="title", always=True),
            Column("desk", _("Support desk"), value=lambda row: desks.get(row.desk, row.desk), phone="sub"),
            Column("due", _("Limit"), value=limit, sort=("due_at", "pk")),
            Column("state", _("State"), value=state_chip),
            Column("owner", pgettext_lazy("request", "Responsible"), value=lambda r: self.posts.get(r.owner_post_id)),
            Column("asker", _("Asked by"), value=lambda row: self.posts.get(row.asked_post_id)),
            Column("asked", _("Asked"), value=lambda row: moment(row.asked_at), sort=("asked_at", "pk"), first="desc"),
        )
        rows = list(self.page.rows)
        self.posts = post_labels({pk for row in rows for pk in (row.owner_post_id, row.asked_post_id)}) if rows else {}

    def row_url(self, row: SupportQuestion) -> str:
        return reverse("service:support_question", args=[row.pk])


@require_GET
def support_list(request: HttpRequest) -> HttpResponse:
    """GET /support/: without a question what one is to answer, for those who answer; else what one asked."""
    actor = actor_of(request)
    if not request.GET:
        return redirect(f"{reverse('service:support')}?{FIRST if actor.may(ANSWERS) else 'side=mine'}")
    rows = support_questions(actor, state=request.GET.get("state", ""), side=request.GET.get("side", ""))
    table = SupportTable(request, rows, filters=SupportFilter(request.GET, queryset=rows, request=request))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {"title": _("Support desks"), "table": table, "may_ask": actor.may(ASKS)}
    return render(request, "service/support.html", context)


class AskForm(forms.Form):
    """Whom, about what."""

    desk = forms.ChoiceField(label=_("Support desk"))
    subject = forms.CharField(label=_("In a few words"), max_length=LONGEST_SUBJECT)
    question = forms.CharField(
        label=_("Question"),
        max_length=LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The desk does not see the customer: names and numbers are taken out of your words."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        desks = parse_desks(in_force(SupportPolicy).desks)
        self.fields["desk"].choices = [(each.code, f"{each.label} · {each.within}") for each in desks]  # type: ignore[attr-defined]


def _ask(request: HttpRequest, sub: str, back_url: str, **about: Any) -> HttpResponse:
    actor = need(request, ASKS)
    return form_page(
        request,
        AskForm(request.POST or None),
        lambda data: ask_support(actor=actor, **data, **about),
        title=_("Ask a support desk"),
        sub=sub,
        back_url=back_url,
        go=lambda row: reverse("service:support_question", args=[row.pk]),
        done=lambda row: _("Asked; an answer is due %(when)s.") % {"when": moment(row.due_at)},
        submit_label=pgettext_lazy("verb", "Ask"),
    )


def ask(request: HttpRequest) -> HttpResponse:
    """GET, POST /support/ask/: about nothing in particular."""
    return _ask(request, "", reverse("service:support"))


def ask_from_request(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /requests/PK/support/."""
    actor = need(request, ASKS)
    row = ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return _ask(request, row.request_no, reverse("service:request", args=[pk]), request_id=pk)


def ask_from_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /customers/PK/support/."""
    actor = need(request, ASKS)
    row = Customer.objects.visible_to(actor, "party.view_customer").select_related("party").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return _ask(request, shown_name(actor, row), reverse("party:customer", args=[pk]), customer_id=pk)


def ask_from_sale(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /sales/PK/support/."""
    actor = need(request, ASKS)
    row = Sale.objects.visible_to(actor, "sales.view_sales").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return _ask(request, row.sale_no, reverse("sales:sale", args=[pk]), sale_no=row.sale_no)


@require_GET
def question_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /support/PK/."""
    return render(
        request, "service/support_question.html", _context(actor_of(request), support_question(actor_of(request), pk))
    )


def _context(actor: Actor, row: SupportQuestion) -> dict[str, Any]:
    desk = in_force(SupportPolicy).desk(row.desk)
    labels = post_labels([row.owner_post_id, row.asked_post_id])
    seen = row.request_id is not None and (
        ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(pk=row.request_id).exists()
    )
    known = row.customer_id is not None and (
        Customer.objects.visible_to(actor, "party.view_customer").filter(pk=row.customer_id).exists()
    )
    mine = row.owner_post_id in actor.post_ids
    asker = row.asked_post_id in actor.post_ids
    return {
        "title": row.subject,
        "row": row,
        "desk": desk.label if desk else row.desk,
        "state": state_chip(row),
        "left": countdown(row.due_at, timezone.now()) if row.state == SupportState.OPEN else "",
        "owner": labels.get(row.owner_post_id, ""),
        "asker": labels.get(row.asked_post_id, ""),
        "by": names_of([row.answered_by]).get(row.answered_by, row.answered_by) if row.answered_by else "",
        "request_url": reverse("service:request", args=[row.request_id]) if seen else "",
        "customer_url": reverse("party:customer", args=[row.customer_id]) if known else "",
        "customer_name": shown_name(actor, row.customer) if known and row.customer is not None else "",
        "may_answer": row.state == SupportState.OPEN and mine and actor.may(ANSWERS),
        "may_take": row.state == SupportState.OPEN and not mine and not asker and actor.may(TAKES),
        "may_settle": row.state == SupportState.ANSWERED and asker and actor.may(SETTLES),
        "may_article": row.state != SupportState.OPEN
        and row.article_id is None
        and actor.may("service.article_from_support"),
    }


class AnswerForm(forms.Form):
    """What the desk says."""

    answer = forms.CharField(
        label=pgettext_lazy("support", "Answer"), max_length=LONGEST_ANSWER, widget=forms.Textarea(attrs={"rows": 6})
    )


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /support/PK/answer/."""
    actor = need(request, ANSWERS)
    row = support_question(actor, pk)
    return form_page(
        request,
        AnswerForm(request.POST or None, initial={"answer": row.answer_text}),
        lambda data: answer_support(pk, actor=actor, **data),
        title=_("Answer the question"),
        sub=row.subject,
        back_url=reverse("service:support_question", args=[pk]),
        done=_("The answer stands beside the question."),
        template="service/support_answer.html",
        context={"row": row},
    )


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: a colleague of the desk answers."""
    actor = actor_of(request)
    return post_only(
        request, lambda: take_support(pk, actor=actor), back_url=reverse("service:support_question", args=[pk]),
        done=_("You answer this question now."),
    )  # fmt: skip


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """POST helped=1|0, more."""
    actor = actor_of(request)
    helped, more = request.POST.get("helped") == "1", request.POST.get("more", "")
    return post_only(
        request, lambda: settle_support(pk, actor=actor, helped=helped, more=more),
        back_url=reverse("service:support_question", args=[pk]),
        done=_("Kept: it helped.") if helped else _("It goes back to the desk, with a new time."),
    )  # fmt: skip


class ArticleForm(forms.Form):
    """Where the article stands."""

    category_id = forms.TypedChoiceField(label=_("Category"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(row.pk, "　" * row.depth + row.shown_name) for row in tree()]  # type: ignore[attr-defined]
        self.fields["category_id"].choices = rows  # type: ignore[attr-defined]


def article(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /support/PK/article/: a draft of question and answer."""
    actor = need(request, "service.article_from_support")
    row = support_question(actor, pk)
    return form_page(
        request,
        ArticleForm(request.POST or None),
        lambda data: article_from_support(pk, actor=actor, **data),
        title=_("Make an article of it"),
        sub=row.subject,
        back_url=reverse("service:support_question", args=[pk]),
        go=lambda made: reverse("knowledge:edit", args=[made.pk]),
        done=_("The draft is kept. Give it to review when it is ready."),
        submit_label=_("Keep the draft"),
    )


def support_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: what was asked about this customer, which desk, its clock, its answer."""
    actor, now, desks = actor_of(request), timezone.now(), _desks()
    rows = support_of_customer(actor, customer_in_reach(actor, pk))
    return "service/panel_support.html", {
        "rows": [
            (
                row,
                state_chip(row),
                desks.get(row.desk, row.desk),
                countdown(row.due_at, now) if row.state == SupportState.OPEN else "",
            )
            for row in rows
        ],
        "customer_pk": pk,
        "may_ask": actor.may(ASKS),
    }


@require_GET
def beside_request(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /requests/PK/support-questions/: a card beside the request."""
    actor = actor_of(request)
    if not ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(pk=pk).exists():
        raise NotFound
    desks = _desks()
    rows = [(row, state_chip(row), desks.get(row.desk, row.desk)) for row in support_beside(actor, request_id=pk)]
    return render(request, "service/part_support.html", {"rows": rows, "pk": pk, "may_ask": actor.may(ASKS)})
