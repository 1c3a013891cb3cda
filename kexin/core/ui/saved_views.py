"""Saved views as tabs, and the two addresses that save and delete them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kexin.core.actor import Actor
from kexin.core.errors import Conflict, RuleViolation
from kexin.core.saved_views import delete_view, save_view, views_of
from kexin.core.ui.columns import View
from kexin.core.ui.request import actor_of


def saved_views(actor: Actor, list_name: str) -> list[View]:
    """The actor's saved views of a list, ready for its tabs."""
    return [
        View(
            f"saved-{each.pk}",
            each.name,
            each.query,
            each.shared,
            reverse("core:delete_view", args=[each.pk]) if each.owner_user_id == actor.user_id else "",
        )
        for each in views_of(actor, list_name)
    ]


def _back(request: HttpRequest, query: str = "") -> HttpResponse:
    target = request.META.get("HTTP_REFERER", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    return redirect(target.split("?", 1)[0] + (f"?{query}" if query else ""))


@require_POST
def save(request: HttpRequest, list_name: str) -> HttpResponse:
    """POST name, query: keep what the list shows now."""
    query = request.POST.get("query", "")
    try:
        save_view(
            actor=actor_of(request),
            list_name=list_name,
            name=request.POST.get("name", ""),
            query_string=query,
            shared=bool(request.POST.get("shared")),
        )
    except (RuleViolation, Conflict) as refusal:
        messages.error(request, " ".join(str(text) for text in refusal.fields.values()) or str(refusal.message))
    else:
        messages.success(request, _("View saved."))
    return _back(request, query)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: delete one's own view."""
    delete_view(pk, actor=actor_of(request))
    messages.success(request, _("View deleted."))
    return _back(request)
