"""Handing the order over, and what the core system's answer does to the sale."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.operation import operation
from kexin.sales.choices import Gate, Party, SaleState
from kexin.sales.followup.planning import plan_return_call
from kexin.sales.matching import opinion_of
from kexin.sales.models import Order, Sale
from kexin.sales.operations.approving import ask_for_approval
from kexin.sales.operations.confirming import rules_of
from kexin.sales.operations.opening import close_sale
from kexin.sales.operations.passing import is_open, pass_gate, passed_gates
from kexin.sales.orders.handing import send_order
from kexin.sales.rules import may_pass
from kexin.suitability.matching.choices import MatchOutcome
from kexin.suitability.matching.operations import match


@operation("sales.hand_over_sale", label=_("Hand the order of a sale over"))
def hand_over_sale(sale: Sale | int, *, actor: Actor) -> Sale:
    """Match once more, by the rules and facts of this moment, then hand the order to the core system.

    What changed since the opening counts: a product off sale, an assessment or a certificate run out meanwhile ends
    the sale as refused, with the reasons; a new condition that needs an approval is asked for first.
    """
    row = Sale.objects.lock(sale, actor)
    is_open(row).enforce()
    may_pass(Gate.SENT, row.needed, passed_gates(row), by=Party.STAFF).enforce()
    assert row.decision_no is not None
    first, rules = opinion_of(row.decision_no), rules_of(row)
    again = match(
        row.customer,
        row.product,
        actor=actor,
        channel=first.channel,
        amount=row.amount,
        insists=first.insists,
        payment_years=first.payment_years,
    )
    if again.outcome == MatchOutcome.REFUSE:
        return close_sale(row, SaleState.REFUSED, " ".join(each["words"]["zh"] for each in again.refusals), actor)
    asked = {each["code"] for each in again.conditions} & set(rules.approval_conditions)
    if asked and Gate.APPROVED not in row.needed:
        row.needed = sorted([*row.needed, int(Gate.APPROVED)])
        row.version += 1
        row.save(update_fields=["needed", "version"])
        ask_for_approval(row)
        return row
    pass_gate(row, Gate.SENT, actor=actor, evidence={"decision": again.pk})
    send_order(row, actor=actor)
    row.state = SaleState.SENT
    row.version += 1
    row.save(update_fields=["state", "version"])
    return row


def sale_executed(order: Order, actor: Actor) -> None:
    """The core system confirmed: the sale is executed, and its return call is planned. In the answer's transaction."""
    row = Sale.objects.select_for_update().get(pk=order.sale_id)
    evidence = {"order": order.order_no, "core": order.core_no, "amount": str(order.confirmed_amount)}
    pass_gate(row, Gate.EXECUTED, actor=actor, evidence=evidence)
    row.state = SaleState.EXECUTED
    row.version += 1
    row.save(update_fields=["state", "version"])
    if Gate.FOLLOWED_UP in row.needed:
        plan_return_call(row, rules_of(row))


def sale_failed(order: Order, actor: Actor) -> None:
    """The core system refused, or the order was given up: nothing was bought."""
    row = Sale.objects.select_for_update().get(pk=order.sale_id)
    if row.state == SaleState.SENT:
        close_sale(row, SaleState.FAILED, order.problem or "", actor)
