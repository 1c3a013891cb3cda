"""The page of one's calendar feed, and the feed itself, which calendar programs read without signing in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from kexin.core.errors import KexinError
from kexin.core.policy import in_force
from kexin.core.ui.form_page import need
from kexin.core.ui.request import actor_of
from kexin.engagement.appointment_queries import feed_of, reader_of_feed
from kexin.engagement.feed import calendar_of
from kexin.engagement.operations import renew_feed, revoke_feed
from kexin.engagement.policies import AppointmentPolicy


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, address: str = "") -> HttpResponse:
    actor = actor_of(request)
    context = {
        "title": _("Calendar feed"),
        "feed": feed_of(actor),
        "address": address,
        "whole_names": in_force(AppointmentPolicy).feed_names,
        "may_renew": actor.may("engagement.renew_feed"),
        "may_revoke": actor.may("engagement.revoke_feed"),
    }
    return render(request, "engagement/feed.html", context)


@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """The new address stands on the page that answers, and nowhere else."""
    token = renew_feed(actor=need(request, "engagement.renew_feed"))
    return _page(request, request.build_absolute_uri(reverse("engagement:feed_file", args=[token])))


@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    revoke_feed(actor=need(request, "engagement.revoke_feed"))
    return redirect("engagement:feed")


@require_safe
def feed_file(request: HttpRequest, token: str) -> HttpResponse:
    """The file; 304 where nothing changed, 404 for every address that is not one, or no longer."""
    actor = reader_of_feed(token)
    if actor is None:
        return HttpResponse(status=404, content_type="text/plain")
    try:
        content, tag = calendar_of(actor)
    except KexinError:
        return HttpResponse(status=404, content_type="text/plain")
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, max-age=300", "Referrer-Policy": "no-referrer"}
    if f'"{tag}"' in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
