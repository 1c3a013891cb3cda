"""A draft by a model beside a conversation: asked for, read with its articles, confirmed or put away by a person."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from kexin.core.errors import NotFound
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.service.conversations.queries import conversation_thread
from kexin.service.conversations.rules import LONGEST_WORDS
from kexin.service.drafting.choices import DraftKind, DraftState
from kexin.service.drafting.drafts import ASKS, CONFIRMS, confirm_draft, draft_for, drafts_of, drop_draft
from kexin.service.models import Article

FAULTS = {
    "timeout": _("The model did not answer in time."),
    "unreachable": _("The model cannot be reached."),
    "refused": _("The model refused."),
    "unknown": _("The approved articles do not answer this."),
    "uncited": _("The draft named no article, and is not shown."),
    "invented": _("The draft named an article that was not given to it, and is not shown."),
    "promises": _("The draft promised what is never promised, and is not shown."),
}


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """POST kind: a draft of a reply or a summary."""
    actor = need(request, ASKS)
    kind = request.POST.get("kind", "")
    answer = post_only(
        request, lambda: draft_for(pk, actor=actor, kind=kind), back_url=reverse("service:conversation", args=[pk]),
        done=lambda row: _("A draft: read it before you use it.") if row.state == DraftState.READY
        else FAULTS.get(row.fault, _("There is no draft this time.")),
    )  # fmt: skip
    ready = next((row for row in drafts_of(actor, pk) if row.state == DraftState.READY), None)
    return redirect("service:draft", pk=pk, draft_id=ready.pk) if ready is not None else answer


class DraftForm(forms.Form):
    """The words as they will go."""

    text = forms.CharField(
        label=_("The draft, as you leave it"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 10})
    )


def draft(request: HttpRequest, pk: int, draft_id: int) -> HttpResponse:
    """GET, POST /conversations/PK/drafts/ID/."""
    actor = need(request, CONFIRMS)
    file = conversation_thread(actor, pk)
    row = next((each for each in drafts_of(actor, pk) if each.pk == draft_id), None)
    if row is None or row.state != DraftState.READY:
        raise NotFound
    reply = row.kind == DraftKind.REPLY
    known = {each.article_no: each.pk for each in Article.objects.filter(article_no__in=row.cited)}
    return form_page(
        request,
        DraftForm(request.POST or None, initial={"text": row.draft_text}),
        lambda data: confirm_draft(draft_id, actor=actor, text=data["text"]),
        title=row.get_kind_display(),
        sub=file.row.conversation_no,
        back_url=reverse("service:conversation", args=[pk]),
        done=_("Sent as your answer.") if reply else _("Kept."),
        submit_label=_("Send it as my answer") if reply else _("Keep the summary"),
        template="service/draft.html",
        context={"row": row, "cited": [(number, known[number]) for number in row.cited if number in known]},
    )


@require_POST
def drop(request: HttpRequest, pk: int, draft_id: int) -> HttpResponse:
    """POST: nothing of it is used."""
    actor = actor_of(request)
    return post_only(
        request, lambda: drop_draft(draft_id, actor=actor), back_url=reverse("service:conversation", args=[pk]),
        done=pgettext_lazy("draft", "Put away."),
    )  # fmt: skip
