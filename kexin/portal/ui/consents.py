"""The customer's own consents: each channel on one line, one tap to give or to withdraw."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from kexin.party.consents.operations import give_own_consent
from kexin.party.consents.queries import OWN, own_consents, wording
from kexin.portal.ui.session import actor_of, room


@require_GET
@room(OWN)
def consents(request: HttpRequest) -> HttpResponse:
    """What I agreed to, and the words."""
    found = own_consents(actor_of(request))
    said = next((each for each in found if each.channel == request.GET.get("said")), None)
    return render(request, "portal/consents.html", {"found": found, "said": said, "wording": wording()})


@require_POST
@room(OWN)
def say(request: HttpRequest, channel: str) -> HttpResponse:
    """POST granted=yes or no; saying the same twice changes nothing."""
    give_own_consent(actor=actor_of(request), channel=channel, granted=request.POST.get("granted") == "yes")
    return redirect(f"{reverse('portal:consents')}?said={channel}")
