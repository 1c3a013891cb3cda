"""A conversation with the bank on the phone: write, send a file, read what is answered while the page is open."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from kexin.core import vault
from kexin.core.errors import RuleViolation
from kexin.core.live import stream as live_stream
from kexin.core.policy import in_force
from kexin.core.ui.downloads import download
from kexin.core.ui.receiving import OVERHEAD, EncryptingUploadHandler
from kexin.engagement.policies import DocumentPolicy
from kexin.portal.ui.session import actor_of, room, session_of
from kexin.service.conversations.asking import WRITE_OWN, write_own_words
from kexin.service.conversations.choices import ConversationState, Side
from kexin.service.conversations.files import download_own_conversation_file
from kexin.service.conversations.policies import ConversationPolicy
from kexin.service.conversations.queries import VIEW_OWN, own_thread, own_version
from kexin.service.conversations.rules import LONGEST_WORDS, kinds_taken


@require_GET
@room(VIEW_OWN)
def talk(request: HttpRequest) -> HttpResponse:
    """GET /talk/: what was written, and a line to write."""
    return _draw(request)


def _draw(request: HttpRequest, *, status: int = 200, wrong: str = "", typed: str = "") -> HttpResponse:
    actor = actor_of(request)
    context = {
        **_lines(request),
        "wrong": wrong,
        "typed": typed,
        "may_write": actor.may(WRITE_OWN),
        "hours": in_force(ConversationPolicy).answer_hours,
        "kinds": kinds_taken(in_force(DocumentPolicy).media_types),
        "longest": LONGEST_WORDS,
    }
    return render(request, "portal/talk.html", context, status=status)


def _lines(request: HttpRequest) -> dict[str, object]:
    actor = actor_of(request)
    thread = own_thread(actor)
    said = [(each, each.row.side == Side.IN) for each in thread.said if not each.row.automatic] if thread else []
    closed = thread is not None and thread.row.state == ConversationState.CLOSED
    return {"said": said, "closed": closed, "more": bool(thread and thread.more), "stamp": own_version(actor)}


@require_GET
@room(VIEW_OWN)
def live(request: HttpRequest) -> HttpResponse:
    """GET /talk/live/?version=: the words anew where something was written, else 204."""
    if request.GET.get("version", "") == own_version(actor_of(request)):
        return HttpResponse(status=204)
    lines = _lines(request)
    answer = render(request, "portal/part_talk.html", lines)
    answer.headers["X-Version"] = str(lines["stamp"])
    return answer


@require_GET
@room(VIEW_OWN)
def stream(request: HttpRequest) -> HttpResponseBase:
    """GET /talk/stream/: told at once when something was written to or by the customer."""
    return live_stream({f"talk:{actor_of(request).customer_id}"})


@csrf_exempt  # only this outer part, which must see the request before its body is read; the inner part is protected
@require_POST
@room(WRITE_OWN)
def write(request: HttpRequest) -> HttpResponse:
    """POST text, file: the file is encrypted under the customer's key while it arrives."""
    thread = own_thread(actor_of(request))
    going_on = thread is not None and thread.row.state != ConversationState.CLOSED
    key_id = thread.row.key_id if thread is not None and going_on else session_of(request).customer.party.key_id
    handler = EncryptingUploadHandler(request, key_id, in_force(DocumentPolicy))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > handler.largest + OVERHEAD:
        told = _t("The file is larger than %(most)s MB.") % {"most": handler.rules.largest_mb}
        return _draw(request, status=422, wrong=told)
    request.upload_handlers = [handler]
    return _write(request, handler)


@csrf_protect
def _write(request: HttpRequest, handler: EncryptingUploadHandler) -> HttpResponse:
    text = request.POST.get("text", "")
    stored, kept, wrong = handler.stored, False, ""
    try:
        if handler.refusal is not None:
            wrong = " ".join(str(each.text) for each in handler.refusal.reasons)
        else:
            write_own_words(actor=actor_of(request), text=text, file=stored)
            kept = True
    except RuleViolation as refusal:
        wrong = " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message)
    finally:
        if stored is not None and not kept:
            vault.remove(stored.stored_as)
    return redirect("portal:talk") if kept else _draw(request, status=422, wrong=wrong, typed=text)


@require_POST
@room(VIEW_OWN)
def file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """POST, because it is recorded. Always a download."""
    row, content = download_own_conversation_file(actor=actor_of(request), file_id=pk)
    name = str(row.file_name or "") or f"file-{row.pk}"
    return download(content, name=name, media_type=row.media_type, size=row.size)
