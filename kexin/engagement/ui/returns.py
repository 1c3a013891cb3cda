"""How often a customer is visited: told on the page, changed by the customer's wish."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from kexin.core import names
from kexin.core.errors import NotFound
from kexin.core.ui.form_page import form_page, need
from kexin.engagement.returns.rules import INTERVALS
from kexin.engagement.returns.visits import NextVisit, next_visit, note_return_wish

TIER = "tier"


def every(months: int) -> Any:
    """An interval in words."""
    if not months:
        return _("no visits wished")
    return ngettext_lazy("every month", "every %(n)s months", months) % {"n": months}


class ReturnWishForm(forms.Form):
    """What the customer said."""

    months = forms.ChoiceField(
        label=_("The customer wishes to be visited"),
        choices=[(TIER, _("as the tier says")), *((str(each), every(each)) for each in INTERVALS)],
    )


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """GET the choice; POST: the customer's own interval, or back to the one of the tier."""
    actor = need(request, "engagement.note_return_wish")
    called = names.called(actor, [pk])
    if not called:
        raise NotFound
    now = next_visit(actor, pk)
    form = ReturnWishForm(request.POST or None, initial={"months": str(now.months) if now.by_wish else TIER})
    return form_page(
        request,
        form,
        lambda data: note_return_wish(pk, actor=actor, months=None if data["months"] == TIER else int(data["months"])),
        title=_("Regular return visits"),
        sub=called[pk],
        back_url=names.customer_url(pk),
        done=_("The wish is noted."),
    )


def told(visit: NextVisit) -> dict[str, Any]:
    """What the panel of appointments says."""
    by_tier = _("no regular visits at this tier") if not visit.months and not visit.by_wish else None
    return {"visit": visit, "every": by_tier or every(visit.months)}
