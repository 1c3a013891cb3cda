"""The page of messages out."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.ui.form_page import need
from kexin.engagement.messages.choices import MessageStatus
from kexin.engagement.messages.queries import MOST_MESSAGES, VIEW_MESSAGES, messages, readable

LEVELS = {"waiting": "calm", "sent": "good", "failed": "bad", "expired": "warn"}


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """GET /messages/: the newest ones within reach; ``?status=`` narrows them."""
    actor = need(request, VIEW_MESSAGES)
    status = request.GET.get("status", "")
    lines = messages(actor, status if status in MessageStatus.values else "")
    context = {
        "title": _("Messages out"),
        "lines": [(line, LEVELS[line.row.status]) for line in lines],
        "status": status,
        "choices": MessageStatus.choices,
        "readable": readable(),
        "kept": {
            "sms": settings.KEXIN_SMS == "outbox",
            "email": settings.KEXIN_MAIL == "outbox",
            "wecom": not settings.KEXIN_WECOM_URL,
        },
        "full": len(lines) == MOST_MESSAGES,
        "most": MOST_MESSAGES,
    }
    return render(request, "engagement/messages.html", context)
