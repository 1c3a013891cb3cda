"""The review pack as a file, and the packs of a customer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from kexin.core.ui.request import actor_of
from kexin.party.queries import customer_in_reach
from kexin.sales.reviews.making import make_review_pack
from kexin.sales.reviews.queries import review_packs_of


@require_POST
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /customers/1/review-pack.pdf: a new version, filed, and shown. ``language``: zh-hans or en."""
    made = make_review_pack(pk, actor=actor_of(request), language=request.POST.get("language", ""))
    response = HttpResponse(made.content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{made.name}"'
    return response


def packs_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the customer's page: packs made so far, and one in the language that is wanted."""
    actor = actor_of(request)
    rows = review_packs_of(actor, customer_in_reach(actor, pk))
    return "sales/panel_review_packs.html", {
        "rows": rows,
        "customer_pk": pk,
        "may_make": actor.may("sales.make_review_pack"),
    }
