"""The age of facts on the customer page, and the buttons that say "still right"."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kexin.core.policy import in_force
from kexin.core.ui.form_page import post_only
from kexin.core.ui.request import actor_of
from kexin.party.choices import CustomerStatus, FactSource
from kexin.party.facts import facts_of
from kexin.party.operations import confirm_facts
from kexin.party.policies import FactReviewPolicy
from kexin.party.queries import customer_in_reach


def facts_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: each kind of data, when it was confirmed, how old it is, whether it is due; one click to confirm."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    facts = facts_of(actor, customer)
    seen = in_force(FactReviewPolicy).seen
    open_file = customer.status not in (CustomerStatus.MERGED, CustomerStatus.CLOSED)
    return "party/panel_facts.html", {
        "customer": customer,
        "facts": [
            (fact, FactSource(fact.source).label if fact.source else "", fact.kind.value in seen) for fact in facts
        ],
        "due": any(fact.due for fact in facts),
        "sayable": [fact.kind.value for fact in facts if fact.kind.value not in seen],
        "kinds": [fact.kind.value for fact in facts],
        "may_confirm": open_file and actor.may("party.confirm_facts"),
    }


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """POST kind (once or several times) and source."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    data = request.POST
    return post_only(
        request,
        lambda: confirm_facts(customer, actor=actor, kinds=data.getlist("kind"), source=data.get("source", "")),
        back_url=f"{reverse('party:customer', args=[pk])}?tab=profile",
        done=_("Confirmed as of today."),
    )
