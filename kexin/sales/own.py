"""What customers see of their own purchases."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.sales.choices import Gate
from kexin.sales.models import Sale, SaleGate
from kexin.sales.rules import next_gate
from kexin.sales.why import why_ended
from kexin.suitability.models import SuitabilityDecision

VIEW_OWN = "sales.view_own_sales"
MOST = 20


@dataclass(frozen=True, slots=True)
class OwnSale:
    """A purchase, what comes next, and what the matching opinion asks the customer to know."""

    sale: Sale
    next: Gate | None
    conditions: tuple[str, ...] = ()
    grade: int | None = None
    product_grade: int | None = None
    why: str = ""


@query(VIEW_OWN, label=_("See one's own purchases"), record="list")
def own_sales(actor: Actor) -> list[OwnSale]:
    """The newest purchases of the customer who acts."""
    gates = Prefetch("gates", SaleGate.objects.order_by("gate"))
    rows = Sale.objects.visible_to(actor, VIEW_OWN).select_related("product").prefetch_related(gates)
    return [
        OwnSale(row, next_gate(row.needed, [each.gate for each in row.gates.all() if each.round == row.round]))
        for row in rows.order_by("-opened_at", "-pk")[:MOST]
    ]


@query(VIEW_OWN, label=_("See one's own purchases"), record="open")
def own_sale(actor: Actor, pk: int) -> OwnSale:
    """One purchase of one's own. Raises NotFound for any other."""
    rows = Sale.objects.visible_to(actor, VIEW_OWN).select_related("product", "seller", "customer__party")
    sale = rows.filter(pk=pk).first()
    if sale is None:
        raise NotFound
    passed = SaleGate.objects.filter(sale=sale, round=sale.round).values_list("gate", flat=True)
    opinion = SuitabilityDecision.objects.filter(pk=sale.decision_no or 0).first()
    if opinion is None:
        return OwnSale(sale, next_gate(sale.needed, list(passed)), why=why_ended(sale))
    key = "en" if (get_language() or "").startswith("en") else "zh"
    return OwnSale(
        sale,
        next_gate(sale.needed, list(passed)),
        tuple(each["words"][key] for each in opinion.conditions),
        opinion.facts["customer"].get("tolerance"),
        opinion.facts["product"].get("grade"),
        why_ended(sale),
    )
