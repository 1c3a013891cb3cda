"""Handing the order over, and what the core system's answer does to the sale."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.operation import operation
from kexin.people.models import by_language
from kexin.sales.choices import Gate, Party, SaleState
from kexin.sales.followup.planning import plan_return_call
from kexin.sales.instructing.giving import instruction_confirmed, instruction_refused
from kexin.sales.matching import opinion_of
from kexin.sales.models import Order, Sale
from kexin.sales.operations.approving import ask_for_approval
from kexin.sales.operations.confirming import cooling_end, rules_of
from kexin.sales.operations.opening import close_sale
from kexin.sales.operations.passing import is_open, pass_gate, passed_gates
from kexin.sales.orders.choices import OrderSide
from kexin.sales.orders.handing import send_order
from kexin.sales.quota.choices import ReservationEnd
from kexin.sales.quota.reserving import kept_for, release, reserve
from kexin.sales.rules import BY_SCALE, SENIOR, may_pass
from kexin.sales.withdrawing.rules import begins_with_signature
from kexin.sales.withdrawing.taking_back import cancellation_confirmed, cancellation_refused
from kexin.suitability.matching.choices import MatchOutcome
from kexin.suitability.matching.operations import match

OF_SELLER = frozenset({"seller", "seller_unknown"})


@operation("sales.hand_over_sale", label=_("Hand the order of a sale over"))
def hand_over_sale(sale: Sale | int, *, actor: Actor) -> Sale:
    """Match once more, by the rules and facts of this moment, then hand the order to the core system.

    What changed since the opening counts: a product off sale, an assessment or a certificate run out meanwhile ends
    the sale as refused, with the reasons; a new condition that needs an approval is asked for first. Where only the
    person who hands over may not sell it, RuleViolation says so, and the sale waits for somebody who may.
    """
    row = Sale.objects.lock(sale, actor)
    is_open(row).enforce()
    may_pass(Gate.SENT, row.needed, passed_gates(row), by=Party.STAFF).enforce()
    assert row.decision_no is not None
    first, rules = opinion_of(row.decision_no), rules_of(row)
    reserve(row)  # kept aside since the opening, or taken once more if that ran out and there is any left
    again = match(
        row.customer,
        row.product,
        actor=actor,
        channel=first.channel,
        amount=row.amount,
        insists=first.insists,
        payment_years=first.payment_years,
        kept=kept_for(row),
    )
    if again.outcome == MatchOutcome.REFUSE and {each["code"] for each in again.refusals} <= OF_SELLER:
        words = " ".join(by_language(each["words"]["zh"], each["words"]["en"]) for each in again.refusals)
        raise RuleViolation(_("Somebody who may sell this product has to hand it over: %(why)s") % {"why": words})
    if again.outcome == MatchOutcome.REFUSE:
        return close_sale(row, SaleState.REFUSED, "", actor, refusal=again)
    if SENIOR in {each["code"] for each in again.conditions} - first.conditions:
        raise RuleViolation(_("A senior has to approve by now: ask for a new matching opinion and change the sale."))
    asked = {each["code"] for each in again.conditions} & (BY_SCALE | set(rules.approval_conditions))
    if asked and Gate.APPROVED not in row.needed:
        row.needed = sorted([*row.needed, int(Gate.APPROVED)])
        row.version += 1
        row.save(update_fields=["needed", "version"])
        ask_for_approval(row)
        return row
    pass_gate(row, Gate.SENT, actor=actor, evidence={"decision": again.pk})
    reserve(row, for_order=True)
    send_order(row, actor=actor)
    row.state = SaleState.SENT
    row.version += 1
    row.save(update_fields=["state", "version"])
    return row


def sale_executed(order: Order, actor: Actor) -> None:
    """The core system confirmed: the sale is executed, and its return call is planned. In the answer's transaction."""
    if order.side == OrderSide.CANCEL:
        cancellation_confirmed(order, actor)
        return
    if order.side != OrderSide.BUY:
        instruction_confirmed(order, actor)
        return
    row = Sale.objects.select_for_update().get(pk=order.sale_id)
    evidence = {"order": order.order_no, "core": order.core_no, "amount": str(order.confirmed_amount)}
    pass_gate(row, Gate.EXECUTED, actor=actor, evidence=evidence)
    release(row, ReservationEnd.USED)
    row.state = SaleState.EXECUTED
    if not begins_with_signature(row.product.regime):
        row.cooling_until = cooling_end(row, timezone.now())
    row.version += 1
    row.save(update_fields=["state", "version", "cooling_until"])
    if Gate.FOLLOWED_UP in row.needed:
        plan_return_call(row, rules_of(row))


def sale_failed(order: Order, actor: Actor) -> None:
    """The core system refused, or the order was given up: nothing was bought."""
    if order.side == OrderSide.CANCEL:
        cancellation_refused(order, actor)
        return
    if order.side != OrderSide.BUY:
        instruction_refused(order, actor)
        return
    row = Sale.objects.select_for_update().get(pk=order.sale_id)
    if row.state == SaleState.SENT:
        close_sale(row, SaleState.FAILED, order.problem or "", actor)
