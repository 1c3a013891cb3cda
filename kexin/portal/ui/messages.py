"""消息 on the phone: what the institution had to tell, the newest first; opening one leaves the receipt."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kexin.core.errors import NotFound
from kexin.portal.ui.session import actor_of, room
from kexin.sales.notices.own import OPEN_OWN, VIEW_OWN, open_own_notice, own_notices


@require_GET
@room(VIEW_OWN)
def messages(request: HttpRequest) -> HttpResponse:
    """Every message with whether it was opened."""
    return render(request, "portal/messages.html", {"found": own_notices(actor_of(request))})


@require_GET
@room(VIEW_OWN, OPEN_OWN)
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message, whole. The first time it is shown counts as opened."""
    try:
        row = open_own_notice(pk, actor=actor_of(request))
    except NotFound:
        return render(request, "portal/missing.html", status=404)
    return render(request, "portal/message.html", {"row": row, "notice": row.notice})
