"""Giving units back and choosing dividends, on the page of a sale."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kexin.core.actor import Actor
from kexin.core.ui.form_page import post_only
from kexin.core.ui.request import actor_of
from kexin.sales.choices import SaleState
from kexin.sales.instructing.choices import DividendWay, InstructionKind
from kexin.sales.instructing.giving import choose_dividends, position_of, redeem_units
from kexin.sales.models import Sale


def instruction_context(actor: Actor, sale: Sale) -> dict[str, Any]:
    """What may be asked for about an executed purchase, and what was; nothing is read for any other."""
    if sale.state != SaleState.EXECUTED:
        return {}
    reach = Sale.objects.filter(pk=sale.pk)
    may_redeem = reach.visible_to(actor, "sales.redeem_units").exists()
    may_choose = reach.visible_to(actor, "sales.choose_dividends").exists()
    giving, choosing = position_of(sale, InstructionKind.REDEEM), position_of(sale, InstructionKind.DIVIDENDS)
    return {
        "instructions": list(sale.instructions.select_related("order").order_by("-pk")[:20]),
        "giving": giving if may_redeem and giving.redeemable and not giving.asked_already else None,
        "choosing": choosing if may_choose and choosing.has_choice and not choosing.asked_already else None,
        "ways": DividendWay.choices,
    }


def units_typed(request: HttpRequest) -> Decimal:
    """The units of a form; what is no number is none (nought is refused at its field)."""
    try:
        return Decimal(request.POST.get("units", "").replace(",", "").strip()[:24])
    except InvalidOperation:
        return Decimal(0)


@require_POST
def redeem(request: HttpRequest, pk: int) -> HttpResponse:
    """POST units, evidence: units are given back on the customer's signed wish."""
    actor, evidence = actor_of(request), request.POST.get("evidence", "")
    return post_only(
        request,
        lambda: redeem_units(pk, actor=actor, units=units_typed(request), evidence=evidence),
        back_url=reverse("sales:sale", args=[pk]),
        done=_("The core system is asked to redeem it."),
    )


@require_POST
def dividends(request: HttpRequest, pk: int) -> HttpResponse:
    """POST way, evidence: how dividends are paid from now on, on the customer's signed wish."""
    actor, evidence = actor_of(request), request.POST.get("evidence", "")
    return post_only(
        request,
        lambda: choose_dividends(pk, actor=actor, way=request.POST.get("way", ""), evidence=evidence),
        back_url=reverse("sales:sale", args=[pk]),
        done=_("The core system is told the choice."),
    )
