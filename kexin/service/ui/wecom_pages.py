"""WeCom on the screen: forbidden words found and what was done about them; whose account is whose."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from kexin.core.ui.fields import SearchSelect
from kexin.core.ui.form_page import form_page, need
from kexin.people.queries import names_of, post_labels, posts_to_hand_to
from kexin.service.wecom.settling import (
    ASSIGNS,
    LONGEST_NOTE,
    VIEW_ACCOUNTS,
    VIEW_FLAGGED,
    assign_wecom_account,
    flagged,
    flagged_words,
    settle_flagged_words,
    wecom_accounts,
)
from kexin.service.wecom.sidecar import LONGEST_ID
from kexin.service.wecom.work import OUTCOMES, SETTLES

MOST = 200


class SettleForm(forms.Form):
    """What was done."""

    outcome = forms.ChoiceField(label=pgettext_lazy("forbidden words", "Outcome"), choices=list(OUTCOMES.items()))
    note = forms.CharField(
        label=pgettext_lazy("forbidden words", "What was done"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AccountForm(forms.Form):
    """Which member, at which post."""

    member = forms.CharField(label=_("WeCom member"), max_length=LONGEST_ID)
    post = forms.TypedChoiceField(label=_("Post"), coerce=int, widget=SearchSelect())

    def __init__(self, *args: Any, posts: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = posts  # type: ignore[attr-defined]


@require_GET
def flagged_list(request: HttpRequest) -> HttpResponse:
    """GET /forbidden-words/?all=1: what was found, the open ones unless all are asked for."""
    actor, every = need(request, VIEW_FLAGGED), request.GET.get("all") == "1"
    rows = list(flagged_words(actor, open_only=not every)[:MOST])
    names = names_of({row.message.by for row in rows})
    context = {
        "title": _("Forbidden words"),
        "rows": [(row, names.get(row.message.by, row.message.by), OUTCOMES.get(row.outcome, "")) for row in rows],
        "every": every,
    }
    return render(request, "service/flagged_list.html", context)


def flagged_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /forbidden-words/PK/: the words, and what was done about them."""
    actor = need(request, VIEW_FLAGGED)
    found = flagged(actor, pk)
    names = names_of({found.row.message.by, found.row.settled_by})
    context = {
        "found": found,
        "row": found.row,
        "by": names.get(found.row.message.by, found.row.message.by),
        "settled_by": names.get(found.row.settled_by, found.row.settled_by),
        "outcome": OUTCOMES.get(found.row.outcome, ""),
        "may_settle": found.row.settled_at is None and actor.may(SETTLES),
        "may_open": actor.may("service.view_conversations"),
    }
    return form_page(
        request,
        SettleForm(request.POST or None),
        lambda data: settle_flagged_words(pk, actor=need(request, SETTLES), **data),
        title=_("Forbidden words"),
        sub=found.conversation.conversation_no,
        back_url=reverse("service:flagged_list"),
        done=pgettext_lazy("forbidden words", "Settled."),
        submit_label=pgettext_lazy("forbidden words", "Settle"),
        template="service/flagged.html",
        context=context,
    )


@require_GET
def account_list(request: HttpRequest) -> HttpResponse:
    """GET /wecom-accounts/."""
    actor = need(request, VIEW_ACCOUNTS)
    rows = list(wecom_accounts(actor)[:2000])
    labels = post_labels({row.post_id for row in rows})
    context = {
        "title": _("WeCom accounts"),
        "rows": [(row, labels.get(row.post_id, "–")) for row in rows],
        "may_assign": actor.may(ASSIGNS),
    }
    return render(request, "service/wecom_accounts.html", context)


def new_account(request: HttpRequest) -> HttpResponse:
    """GET, POST /wecom-accounts/new/."""
    actor = need(request, ASSIGNS)
    return form_page(
        request,
        AccountForm(request.POST or None, posts=posts_to_hand_to(actor, ASSIGNS)),
        lambda data: assign_wecom_account(actor=actor, member=data["member"], post_id=data["post"]),
        title=_("Give a WeCom account to a post"),
        back_url=reverse("service:wecom_accounts"),
        done=_("What this member writes belongs to the post now."),
        submit_label=_("Assign"),
    )
