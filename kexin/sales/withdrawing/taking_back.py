"""Taking a purchase back: asked in time, handed to the core system as an order of its own, ended by its answer."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.holdings.operations import reverse_purchase
from kexin.products.choices import Regime, TradeKind
from kexin.products.queries import calendar_of
from kexin.products.trading import NoOpenDay, dealing_day
from kexin.sales.choices import Party, SaleState
from kexin.sales.models import Order, Sale, Withdrawal
from kexin.sales.operations.opening import close_sale
from kexin.sales.operations.passing import party_of
from kexin.sales.orders.answering import end
from kexin.sales.orders.choices import DifferenceKind, OrderSide, OrderState
from kexin.sales.orders.differences import note_difference
from kexin.sales.orders.handing import wake
from kexin.sales.withdrawing.choices import WithdrawalOutcome
from kexin.sales.withdrawing.events import WithdrawalAsked, WithdrawalEnded
from kexin.sales.withdrawing.rules import Right, Standing, may_withdraw, right_of
from kexin.sales.work import FOLLOW_UP, settle


def purchase_of(sale: Sale) -> Order | None:
    """The order of this round that buys."""
    return Order.objects.filter(sale=sale, round=sale.round, side=OrderSide.BUY).first()


def _locked_purchase(sale: Sale) -> Order | None:
    rows = Order.objects.select_for_update(of=("self",)).filter(sale=sale, round=sale.round, side=OrderSide.BUY)
    return rows.first()


def standing_of(sale: Sale, order: Order | None) -> Standing:
    """What decides about taking a sale back."""
    return Standing(
        sale.state,
        order.state if order is not None else None,
        sale.cooling_until,
        _cut_off(sale, order) if order is not None else None,
        Withdrawal.objects.filter(sale=sale, ended_at=None).exists(),
        sale.product.regime == Regime.INSURANCE,
    )


def right_now(sale: Sale) -> Right | None:
    """The right that holds at this moment; None too while an answer is awaited."""
    if sale.state not in (SaleState.SENT, SaleState.EXECUTED):
        return None
    standing = standing_of(sale, purchase_of(sale))
    return None if standing.asked_already else right_of(timezone.now(), standing)


def _cut_off(sale: Sale, order: Order) -> dt.datetime | None:
    """The end of the order's own dealing day, where the terms allow cancelling."""
    terms = getattr(sale.product, "terms", None)
    if terms is None or TradeKind.CANCEL not in terms.trades:
        return None
    placed = order.made_at.astimezone(zone())
    try:
        day = dealing_day(placed, terms.cut_off, calendar_of(terms))
    except NoOpenDay:
        return None
    return dt.datetime.combine(day, terms.cut_off, zone())


@operation("sales.withdraw_sale", label=_("Take a purchase back"), plain=("evidence",))
def withdraw_sale(sale: Sale | int, *, actor: Actor, reason: str = "", evidence: str = "") -> Withdrawal:
    """The customer takes it back, or staff on the customer's signed wish (``evidence`` says where that lies).

    An order that was never handed over ends here; another one is cancelled by the core system, whose answer ends the
    sale and takes the holding back. RuleViolation: no such right, its time is over, or it is asked already.
    """
    row = Sale.objects.lock(sale, actor)
    order = _locked_purchase(row)
    standing, party, now = standing_of(row, order), party_of(actor), timezone.now()
    may_withdraw(now, standing, by_customer=party == Party.CUSTOMER, evidence=evidence).enforce()
    right = right_of(now, standing)
    assert right is not None
    if order is None:
        raise RuleViolation(_("No order of this sale is known."))
    made = Withdrawal(
        sale=row,
        round=row.round,
        ground=right.ground,
        until=right.until,
        at=now,
        by=actor.name,
        party=party,
        reason=reason.strip()[:200],
        evidence=evidence.strip()[:120],
    )
    made.save()
    emit(WithdrawalAsked(row.customer_id, row.sale_no, row.pk, right.ground.value, party.value))
    if order.state == OrderState.WAITING and not order.attempts:
        end(order, OrderState.CANCELLED, "")
        _taken_back(made, row, actor)
        return made
    made.order = _cancelling(row, order, actor, now)
    made.save(update_fields=["order"])
    wake(made.order.pk)
    return made


def _cancelling(sale: Sale, order: Order, actor: Actor, now: dt.datetime) -> Order:
    tries = Order.objects.filter(sale=sale, round=sale.round, side=OrderSide.CANCEL).count()
    return Order.objects.create(
        sale=sale,
        customer_id=sale.customer_id,
        round=sale.round,
        side=OrderSide.CANCEL,
        order_no=f"{order.order_no}-C{tries + 1}",
        amount=order.confirmed_amount if order.confirmed_amount is not None else order.amount,
        currency=order.currency,
        next_at=now,
        made_by=actor.name,
        made_on=business_date(),
        expected_on=business_date(),
    )


def cancellation_confirmed(order: Order, actor: Actor) -> None:
    """The core system cancelled it: the holding goes, the sale ends. In the answer's transaction."""
    row = Sale.objects.select_for_update(of=("self",)).select_related("product", "customer").get(pk=order.sale_id)
    asked = Withdrawal.objects.select_for_update(of=("self",)).filter(order=order, ended_at=None).first()
    bought = (
        Order.objects.select_for_update(of=("self",)).filter(sale=row, round=order.round, side=OrderSide.BUY).first()
    )
    if asked is None or bought is None:
        return
    if row.state not in (SaleState.SENT, SaleState.EXECUTED):
        _end(asked, row, WithdrawalOutcome.OVERTAKEN, "")
        return
    if bought.state == OrderState.CONFIRMED:
        reverse_purchase(row.customer, actor=actor, product=row.product, number=bought.order_no)
    else:
        end(bought, OrderState.CANCELLED, "")
    _taken_back(asked, row, actor)


def cancellation_refused(order: Order, actor: Actor) -> None:
    """The core system refused: the sale stands as it stood, and a person looks into it."""
    asked = Withdrawal.objects.select_for_update(of=("self",)).filter(order=order, ended_at=None).first()
    if asked is None:
        return
    _end(asked, order.sale, WithdrawalOutcome.REFUSED, order.problem)
    note_difference(
        DifferenceKind.NOT_CANCELLED, order.order_no, source=order.core, order=order, ours=order.amount,
        answer={"reason": order.problem},
    )  # fmt: skip


def _taken_back(asked: Withdrawal, sale: Sale, actor: Actor) -> None:
    _end(asked, sale, WithdrawalOutcome.DONE, asked.reason)
    settle(FOLLOW_UP, sale, outcome="closed", by=actor.name, cancelled=True)
    close_sale(sale, SaleState.WITHDRAWN, asked.reason, actor)


def _end(asked: Withdrawal, sale: Sale, outcome: WithdrawalOutcome, reason: str) -> None:
    asked.ended_at, asked.outcome = timezone.now(), outcome
    asked.save(update_fields=["ended_at", "outcome"])
    emit(WithdrawalEnded(sale.customer_id, sale.sale_no, sale.pk, outcome.value, reason))
