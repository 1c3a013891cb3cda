"""The inbox on the screen: the list, one conversation, what is known of the customer; the customer's panel."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from kexin.core.actor import Actor
from kexin.core.live import stream as live_stream
from kexin.core.masking import mask_contact
from kexin.core.policy import in_force
from kexin.core.ui.form_page import need
from kexin.core.ui.request import actor_of
from kexin.engagement.policies import DocumentPolicy
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.party.ui.forms import LANGUAGES
from kexin.people.queries import names_of, post_labels
from kexin.service.choices import RequestState
from kexin.service.conversations import presence
from kexin.service.conversations.choices import ANSWERED_HERE, ConversationChannel, ConversationState, Side
from kexin.service.conversations.loading import LOADS
from kexin.service.conversations.queries import (
    CLOSED,
    LATER,
    MINE,
    OPEN,
    UNKNOWN,
    VIEW,
    VIEWS,
    WAITING,
    Thread,
    conversation_thread,
    conversation_version,
    conversations,
    conversations_of,
    inbox_count,
    last_words,
    open_heads,
)
from kexin.service.conversations.replies import replies_for
from kexin.service.conversations.rules import kinds_taken
from kexin.service.drafting.drafts import endpoint
from kexin.service.models import Conversation
from kexin.service.queries import VIEW as VIEW_REQUESTS
from kexin.service.queries import requests_of

MOST = 50
ICON = {
    ConversationChannel.CHAT.value: "messages",
    ConversationChannel.EMAIL.value: "mail",
    ConversationChannel.SMS.value: "device-mobile",
    ConversationChannel.WECOM.value: "brand-wechat",
    ConversationChannel.PHONE.value: "phone",
    ConversationChannel.THIRD.value: "star",
}
LEVEL = {
    ConversationState.OPEN.value: "warn",
    ConversationState.WAITING.value: "calm",
    ConversationState.CLOSED.value: "quiet",
}
SENDING = {"waiting": "calm", "sent": "quiet", "failed": "bad", "expired": "bad"}
VIEW_LABEL = {
    MINE: pgettext_lazy("conversation", "Mine"),
    OPEN: pgettext_lazy("conversation", "To be answered"),
    WAITING: pgettext_lazy("conversation", "Answered"),
    UNKNOWN: pgettext_lazy("conversation", "Unknown senders"),
    LATER: pgettext_lazy("conversation", "Put off"),
    CLOSED: pgettext_lazy("conversation", "Closed"),
}


def who(actor: Actor, row: Conversation) -> str:
    """The customer as the reader may see the name, else what the sender is called, else where it came from."""
    if row.customer is not None:
        return shown_name(actor, row.customer)
    if row.sender_name:
        return str(row.sender_name)
    return mask_contact(str(row.address)) if row.address else str(_("Unknown sender"))


def state_chip(row: Conversation) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', LEVEL[row.state], row.get_state_display())


def _list(actor: Actor, view: str, channel: str, chosen: int | None) -> dict[str, Any]:
    rows = list(conversations(actor, view=view, channel=channel).order_by("-last_at", "-pk")[: MOST + 1])
    open_heads(rows[:MOST])
    words = last_words(actor, rows[:MOST])
    return {
        "rows": [
            {
                "row": each,
                "who": who(actor, each),
                "icon": ICON[each.channel],
                "chosen": each.pk == chosen,
                "last": words.get(each.pk),
            }
            for each in rows[:MOST]
        ],
        "more": len(rows) > MOST,
        "view": view,
        "channel": channel,
        "list_stamp": _stamp(rows),
    }


def _stamp(rows: list[Conversation]) -> str:
    """Differs as soon as one of the conversations shown does."""
    return f"{len(rows)}.{sum(each.version for each in rows)}.{max((each.pk for each in rows), default=0)}"


def _wanted(request: HttpRequest) -> tuple[str, str]:
    view, channel = request.GET.get("view", MINE), request.GET.get("channel", "")
    return (view if view in (*VIEWS, "all") else MINE), (channel if channel in ConversationChannel.values else "")


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """GET /conversations/: the list alone; on a wide screen with an empty place for the conversation."""
    return draw(request, None)


@require_GET
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /conversations/PK/: the list, the conversation, the customer."""
    return draw(request, conversation_thread(actor_of(request), pk))


def draw(request: HttpRequest, thread: Thread | None, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The page; ``extra``: what somebody typed and what was wrong with it."""
    actor = actor_of(request)
    view, channel = _wanted(request)
    counts = inbox_count(actor)
    context = {
        "title": _("Inbox"),
        **_list(actor, view, channel, thread.row.pk if thread else None),
        "views": [(code, VIEW_LABEL[code], getattr(counts, code, None)) for code in VIEWS],
        "channels": ConversationChannel.choices,
        "asked": request.GET.urlencode(),
        "may_load": actor.may(LOADS),
        **(_thread(actor, thread) if thread else {}),
        **extra,
    }
    return render(request, "service/inbox.html", context, status=status)


def _thread(actor: Actor, thread: Thread) -> dict[str, Any]:
    row = thread.row
    presence.is_here(row.pk, actor)
    closed = row.state == ConversationState.CLOSED
    here = ConversationChannel(row.channel) in ANSWERED_HERE

    def may(act: str) -> bool:
        return actor.may(f"service.{act}")

    return {
        **lines(actor, thread),
        "thread": thread,
        "row": row,
        "name": who(actor, row),
        "state": state_chip(row),
        "channel_icon": ICON[row.channel],
        "facts": _facts(actor, row),
        "replies": replies_for(row, actor) if may("answer_conversation") else [],
        "may_answer": here and (row.customer_id is not None or bool(row.address))
        and may("answer_conversation"),
        "with_file": row.channel in (ConversationChannel.CHAT, ConversationChannel.EMAIL),
        "kinds": kinds_taken(in_force(DocumentPolicy).media_types),
        "may_take": row.owner_post_id not in actor.post_ids and not closed and may("take_conversation"),
        "may_put_off": not closed and may("put_off_conversation"),
        "put_off": row.snoozed_until is not None and row.snoozed_until > timezone.now(),
        "may_close": not closed and may("close_conversation"),
        "may_reopen": closed and may("reopen_conversation"),
        "may_phrases": may("view_articles"),
        "may_draft": may("ask_draft") and endpoint() is not None,
        "may_coach": may("review_contact"),
        "may_identify": row.customer_id is None and may("identify_sender"),
        "may_link": row.customer_id is not None and row.request_id is None and may("link_conversation"),
        "may_request": row.customer_id is not None
        and row.request_id is None
        and may("turn_into_request")
        and may("open_request"),
    }  # fmt: skip


def lines(actor: Actor, thread: Thread) -> dict[str, Any]:
    """What the live part of the page shows: the words, and who else has it open."""
    row = thread.row
    others = presence.others_here(row.pk, actor)
    names = names_of({each.row.by for each in thread.said} | set(others))
    return {
        "said": [
            {
                "each": each,
                "ours": each.row.side == Side.OUT,
                "by": names.get(each.row.by, each.row.by) if each.row.side == Side.OUT else "",
                "sending": SENDING.get(each.sending, ""),
            }
            for each in thread.said
        ],
        "thread": thread,
        "row": row,
        "stamp": f"{row.version}.{','.join(others)}",
        "others": [names.get(each, each) for each in others],
    }


def _facts(actor: Actor, row: Conversation) -> dict[str, Any]:
    """What is known of the customer: enough to answer, the rest one click away."""
    labels = post_labels({row.owner_post_id, row.first_post_id})
    facts: dict[str, Any] = {"owner": labels.get(row.owner_post_id, ""), "first": labels.get(row.first_post_id, "")}
    if row.address:
        facts["address"] = mask_contact(str(row.address))
    if row.customer is None:
        return facts
    party = row.customer.party
    reachable = Customer.objects.visible_to(actor, "party.view_customer").filter(pk=row.customer_id).exists()
    asked = requests_of(actor, row.customer) if actor.may(VIEW_REQUESTS) else []
    return facts | {
        "customer_url": reverse("party:customer", args=[row.customer_id]) if reachable else "",
        "preferred": party.get_preferred_channel_display() if party.preferred_channel else "",
        "language": dict(LANGUAGES).get(party.language, party.language),
        "requests": [(each, each.state in (RequestState.OPEN, RequestState.TOLD)) for each in asked[:5]],
        "earlier": [each for each in conversations_of(actor, row.customer) if each.pk != row.pk][:5],
    }


@require_GET
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /conversations/PK/live/?version=: the words anew where something changed, else 204; says one is here."""
    actor = actor_of(request)
    version = conversation_version(actor, pk)
    presence.is_here(pk, actor)
    others = ",".join(presence.others_here(pk, actor))
    stamp = f"{version}.{others}"
    if request.GET.get("version") == stamp:
        return HttpResponse(status=204)
    answer = render(request, "service/part_thread.html", lines(actor, conversation_thread(actor, pk)))
    answer.headers["X-Version"] = stamp
    return answer


@require_GET
def live_list(request: HttpRequest) -> HttpResponse:
    """GET /conversations/live/?view=&version=&chosen=: the list anew where something changed, else 204."""
    chosen = request.GET.get("chosen", "")
    view, channel = _wanted(request)
    found = _list(actor_of(request), view, channel, int(chosen) if chosen.isdigit() and len(chosen) < 18 else None)
    if request.GET.get("version") == found["list_stamp"]:
        return HttpResponse(status=204)
    answer = render(request, "service/part_conversations.html", found)
    answer.headers["X-Version"] = found["list_stamp"]
    return answer


@require_GET
def stream(request: HttpRequest) -> HttpResponseBase:
    """GET /conversations/stream/?chosen=: told at once when a conversation of the bank, or the chosen one, changes."""
    actor, chosen = need(request, VIEW), request.GET.get("chosen", "")
    names = {"conversations"}
    if chosen.isdigit() and len(chosen) < 18:
        conversation_version(actor, int(chosen))
        names = {f"conversation:{chosen}", "conversations"}
    return live_stream(names)


def conversations_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: the newest conversations, unfinished ones first."""
    actor = actor_of(request)
    rows = conversations_of(actor, customer_in_reach(actor, pk))
    return "service/panel_conversations.html", {
        "rows": [(row, state_chip(row), ICON[row.channel]) for row in rows],
        "customer_pk": pk,
        "may_start": actor.may("service.start_conversation"),
    }
