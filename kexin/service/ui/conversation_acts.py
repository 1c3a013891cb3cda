"""What is done to a conversation: each is one form or one button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from kexin.core import names, vault
from kexin.core.actor import Actor
from kexin.core.errors import Conflict, RuleViolation
from kexin.core.policy import in_force
from kexin.core.ui.downloads import download
from kexin.core.ui.fields import SearchSelect
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.receiving import OVERHEAD, EncryptingUploadHandler
from kexin.core.ui.request import actor_of
from kexin.engagement.policies import DocumentPolicy
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.service.conversations.answering import (
    answer_conversation,
    close_conversation,
    put_off_conversation,
    reopen_conversation,
    start_conversation,
    take_conversation,
)
from kexin.service.conversations.files import Handed, download_conversation_file
from kexin.service.conversations.joining import identify_sender, link_conversation, turn_into_request
from kexin.service.conversations.loading import LARGEST, LOADS, ReviewsTaken, load_reviews
from kexin.service.conversations.queries import Thread, conversation_thread
from kexin.service.conversations.talking import ANSWERS
from kexin.service.ui.conversation_forms import (
    CloseForm,
    IntoRequestForm,
    LinkForm,
    PutOffForm,
    ReviewsForm,
    StartForm,
    WhoseForm,
)
from kexin.service.ui.conversation_pages import draw

Text = str | Promise


def _url(pk: int) -> str:
    return reverse("service:conversation", args=[pk])


@csrf_exempt  # only this outer part, which must see the request before its body is read; the inner part is protected
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """POST text, seen, file: the file is encrypted while it arrives."""
    actor = need(request, ANSWERS)
    thread = conversation_thread(actor, pk)
    handler = EncryptingUploadHandler(request, thread.row.key_id, in_force(DocumentPolicy))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > handler.largest + OVERHEAD:
        told = _t("The file is larger than %(most)s MB.") % {"most": handler.rules.largest_mb}
        return draw(request, thread, status=422, wrong=told)
    request.upload_handlers = [handler]
    return _answer(request, thread, handler)


@csrf_protect
def _answer(request: HttpRequest, thread: Thread, handler: EncryptingUploadHandler) -> HttpResponse:
    said, pk = request.POST, thread.row.pk
    stored, kept, wrong, status = handler.stored, False, "", 422
    try:
        if handler.refusal is not None:
            wrong = " ".join(str(each.text) for each in handler.refusal.reasons)
        else:
            seen = said.get("seen", "")
            answer_conversation(
                pk,
                actor=actor_of(request),
                text=said.get("text", ""),
                file=stored,
                seen=int(seen) if seen.isdigit() and len(seen) < 18 else None,
            )
            kept = True
    except Conflict as refusal:
        wrong, status = str(refusal.message), 409
    except RuleViolation as refusal:
        wrong = " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message)
    finally:
        if stored is not None and not kept:
            vault.remove(stored.stored_as)
    if kept:
        return redirect(f"{_url(pk)}{_asked(request)}")
    return draw(request, conversation_thread(actor_of(request), pk), status=status, wrong=wrong, typed=said.get("text"))


def _asked(request: HttpRequest) -> str:
    return f"?{request.GET.urlencode()}" if request.GET else ""


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: I am responsible from now on."""
    actor = actor_of(request)
    return post_only(
        request, lambda: take_conversation(pk, actor=actor), back_url=_url(pk), done=_("You are responsible now.")
    )


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: no longer put off."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: put_off_conversation(pk, actor=actor, until=None),
        back_url=_url(pk),
        done=_("It is back in the inbox."),
    )


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: closed too early."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: reopen_conversation(pk, actor=actor),
        back_url=_url(pk),
        done=_("The conversation is open again."),
    )


def _form(
    request: HttpRequest,
    pk: int,
    operation: str,
    form: forms.Form,
    act: Callable[[Actor, dict[str, Any]], Any],
    title: Text,
    done: Text,
    label: Text,
    go: Callable[[Any], str] | str = "",
) -> HttpResponse:
    actor = need(request, operation)
    thread = conversation_thread(actor, pk)
    return form_page(
        request,
        form,
        lambda data: act(actor, data),
        title=title,
        sub=thread.row.conversation_no,
        back_url=_url(pk),
        done=done,
        submit_label=label,
        go=go,
    )


def close(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /conversations/PK/close/."""
    return _form(
        request, pk, "service.close_conversation", CloseForm(request.POST or None),
        lambda actor, data: close_conversation(pk, actor=actor, **data),
        _("Close the conversation"), _("The conversation is closed."), pgettext_lazy("conversation", "Close"),
    )  # fmt: skip


def put_off(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /conversations/PK/later/."""
    return _form(
        request, pk, "service.put_off_conversation", PutOffForm(request.POST or None),
        lambda actor, data: put_off_conversation(pk, actor=actor, **data),
        _("Put the conversation off"), _("It comes back at that time."),
        pgettext_lazy("conversation", "Put off until then"),
    )  # fmt: skip


def link(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /conversations/PK/link/."""
    return _form(
        request, pk, "service.link_conversation", LinkForm(request.POST or None),
        lambda actor, data: link_conversation(pk, actor=actor, **data),
        _("Join with a request"), _("The conversation belongs to the request now."), _("Join"),
    )  # fmt: skip


def into_request(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /conversations/PK/request/."""
    need(request, "service.turn_into_request")
    about = str(conversation_thread(actor_of(request), pk).row.subject or "")
    return _form(
        request, pk, "service.turn_into_request", IntoRequestForm(request.POST or None, initial={"subject": about}),
        lambda actor, data: turn_into_request(pk, actor=actor, **data),
        _("Make a request of it"), _("You are responsible until somebody else accepts it."), _("Open the request"),
        go=lambda row: reverse("service:request", args=[row.pk]),
    )  # fmt: skip


def identify(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /conversations/PK/customer/."""
    actor = need(request, "service.identify_sender")
    asked = request.POST.get("customer", "")
    called = names.called(actor, [int(asked)]) if asked.isdigit() and len(asked) < 18 else {}
    pick = SearchSelect(
        choices=[("", "—"), *((str(key), name) for key, name in called.items())], url=reverse("party:pick")
    )
    return _form(
        request, pk, "service.identify_sender", WhoseForm(request.POST or None, pick=pick),
        lambda actor, data: identify_sender(pk, actor=actor, customer_id=data["customer"]),
        _("Whose conversation is it?"), _("The conversation stands with the customer now."), _("It is this customer"),
    )  # fmt: skip


def start(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /customers/PK/conversations/new/."""
    actor = need(request, "service.start_conversation")
    customer = customer_in_reach(actor, pk)
    return form_page(
        request,
        StartForm(request.POST or None),
        lambda data: start_conversation(customer, actor=actor, **data),
        title=_("Write to the customer"),
        sub=shown_name(actor, customer),
        back_url=f"{reverse('party:customer', args=[pk])}?tab=service",
        go=lambda row: _url(row.pk),
        done=_("Sent. You are responsible for the conversation."),
        submit_label=pgettext_lazy("message", "Send"),
    )


def reviews(request: HttpRequest) -> HttpResponse:
    """GET, POST /conversations/reviews/: reviews of customers from a file."""
    actor = need(request, LOADS)

    def act(data: dict[str, Any]) -> ReviewsTaken:
        file = data["file"]
        if file.size > LARGEST:
            told = _("The file is larger than %(most)s MB.") % {"most": LARGEST // 1_000_000}
            raise RuleViolation(fields={"file": told})
        found = load_reviews(actor=actor, content=file.read(), name=file.name, source=data["source"])
        for line, text in found.refused[:20]:
            messages.warning(request, _t("Line %(line)s: %(why)s") % {"line": line, "why": text})
        return found

    return form_page(
        request,
        ReviewsForm(request.POST or None, request.FILES or None),
        act,
        title=_("Reviews from a file"),
        back_url=f"{reverse('service:conversations')}?view=open&channel=third",
        done=lambda found: (
            _t("%(taken)s taken, %(known)s known already, %(refused)s refused.")
            % {"taken": found.taken, "known": found.known, "refused": len(found.refused)}
        ),
        submit_label=_("Take them in"),
    )


@require_POST
def file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """POST, because it is recorded. Always a download, never shown in the browser's own window."""
    return handed(download_conversation_file(pk, actor=actor_of(request)))


def handed(found: Handed) -> StreamingHttpResponse:
    """A file as a download that runs nothing."""
    row, content = found
    name = str(row.file_name or "") or f"file-{row.pk}"
    return download(content, name=name, media_type=row.media_type, size=row.size)
