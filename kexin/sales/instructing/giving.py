"""Giving an instruction in: handed to the core system as an order of its own, ended by its answer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, business_now
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.holdings.models import Holding
from kexin.holdings.operations import book_redemption
from kexin.products.models import TradingTerms
from kexin.products.queries import calendar_of
from kexin.products.trading import NoOpenDay, OpenPeriods, confirmation_day, dealing_day
from kexin.sales.choices import Party
from kexin.sales.instructing.choices import InstructionKind, InstructionOutcome
from kexin.sales.instructing.events import InstructionEnded, InstructionGiven
from kexin.sales.instructing.rules import CENT, Position, may_choose, may_redeem
from kexin.sales.models import Instruction, Order, Sale
from kexin.sales.operations.passing import party_of
from kexin.sales.orders.choices import OrderSide
from kexin.sales.orders.handing import wake
from kexin.sales.withdrawing.taking_back import purchase_of

_SIDES = {InstructionKind.REDEEM: OrderSide.REDEEM, InstructionKind.DIVIDENDS: OrderSide.CHOICE}
_LETTERS = {OrderSide.REDEEM: "R", OrderSide.CHOICE: "D"}  # of order numbers; C is a cancellation


def position_of(sale: Sale, kind: InstructionKind) -> Position:
    """What decides about an instruction on a sale."""
    held, terms = holding_of(sale), _terms(sale)
    if held is None or terms is None:
        return Position(sale.state)
    since = held.bought_on or held.as_of
    free_on = since + dt.timedelta(days=terms.least_hold_days) if terms.least_hold_days else None
    periods = OpenPeriods(terms.established_on, terms.open_every_days, terms.open_length_days)
    try:
        day = dealing_day(business_now(), terms.cut_off, calendar_of(terms))
    except NoOpenDay:
        return Position(sale.state, terms.trades, terms.dividends, held.units, free_on)
    deals_on = day if periods.holds(day) else None
    asked = Instruction.objects.filter(sale=sale, kind=kind, ended_at=None).exists()
    return Position(sale.state, terms.trades, terms.dividends, held.units, free_on, deals_on, asked)


def holding_of(sale: Sale) -> Holding | None:
    """The position that the sale's confirmed order made."""
    bought = purchase_of(sale)
    if bought is None:
        return None
    rows = Holding.objects.filter(customer=sale.customer_id, product=sale.product_id, source_no=bought.order_no)
    return rows.first()


def _terms(sale: Sale) -> TradingTerms | None:
    return TradingTerms.objects.filter(product=sale.product_id).first()


@operation("sales.redeem_units", label=_("Give units back"), plain=("evidence",))
def redeem_units(
    sale: Sale | int, *, actor: Actor, units: Decimal, agreed: bool = False, evidence: str = ""
) -> Instruction:
    """Ask for units of an executed purchase to be redeemed, all or part of what is held.

    The customer confirms it (``agreed``), or staff give it in on the customer's signed wish (``evidence`` says where
    that lies). RuleViolation: the terms do not allow it, not yet, not so much, or it is asked already.
    """
    row = Sale.objects.lock(sale, actor)
    position, party = position_of(row, InstructionKind.REDEEM), party_of(actor)
    may_redeem(position, units, by_customer=party == Party.CUSTOMER, agreed=agreed, evidence=evidence).enforce()
    return _given(row, InstructionKind.REDEEM, actor, party, evidence, amount=units.quantize(CENT))


@operation("sales.choose_dividends", label=_("Choose how dividends are paid"), plain=("way", "evidence"))
def choose_dividends(
    sale: Sale | int, *, actor: Actor, way: str, agreed: bool = False, evidence: str = ""
) -> Instruction:
    """Ask for dividends of an executed purchase in cash or reinvested. Confirmed as a redemption is."""
    row = Sale.objects.lock(sale, actor)
    position, party = position_of(row, InstructionKind.DIVIDENDS), party_of(actor)
    may_choose(position, way, by_customer=party == Party.CUSTOMER, agreed=agreed, evidence=evidence).enforce()
    amount = max(position.units.quantize(CENT), CENT)
    return _given(row, InstructionKind.DIVIDENDS, actor, party, evidence, amount=amount, way=way)


def _given(
    sale: Sale, kind: InstructionKind, actor: Actor, party: Party, evidence: str, *, amount: Decimal, way: str = ""
) -> Instruction:
    terms, bought = _terms(sale), purchase_of(sale)
    if terms is None or bought is None:
        raise RuleViolation(_("No order of this sale is known."))
    side, now = _SIDES[kind], timezone.now()
    tries = Order.objects.filter(sale=sale, round=sale.round, side=side).count()
    order = Order.objects.create(
        sale=sale,
        customer_id=sale.customer_id,
        round=sale.round,
        side=side,
        order_no=f"{bought.order_no}-{_LETTERS[side]}{tries + 1}",
        amount=amount,
        currency=bought.currency,
        next_at=now,
        made_by=actor.name,
        made_on=business_date(),
        expected_on=confirmation_day(business_now(), terms.cut_off, terms.confirm_days, calendar_of(terms)),
    )
    made = Instruction.objects.create(
        sale=sale,
        kind=kind,
        units=amount if kind == InstructionKind.REDEEM else None,
        way=way,
        at=now,
        by=actor.name,
        party=party,
        evidence=evidence.strip()[:120],
        order=order,
    )
    emit(InstructionGiven(sale.customer_id, sale.sale_no, sale.pk, kind.value, made.units, way, party.value))
    wake(order.pk)
    return made


def instruction_confirmed(order: Order, actor: Actor) -> None:
    """The core system carried it out: units go out of the holdings. In the answer's transaction."""
    row = _locked(order)
    if row is None:
        return
    sale = row.sale
    if row.kind == InstructionKind.REDEEM:
        bought, units = purchase_of(sale), order.confirmed_units
        if bought is not None and units is not None:
            amount = order.confirmed_amount or Decimal(0)
            book_redemption(
                sale.customer, actor=actor, product=sale.product, number=bought.order_no, units=units, amount=amount
            )
    _end(row, InstructionOutcome.DONE, order)


def instruction_refused(order: Order, actor: Actor) -> None:
    """The core system refused: everything stays as it was."""
    row = _locked(order)
    if row is not None:
        _end(row, InstructionOutcome.REFUSED, order)


def _locked(order: Order) -> Instruction | None:
    rows = Instruction.objects.select_for_update(of=("self",)).select_related("sale__product", "sale__customer")
    return rows.filter(order=order, ended_at=None).first()


def _end(row: Instruction, outcome: InstructionOutcome, order: Order) -> None:
    row.ended_at, row.outcome = timezone.now(), outcome
    row.save(update_fields=["ended_at", "outcome"])
    paid = order.confirmed_amount if row.kind == InstructionKind.REDEEM else None
    sale = row.sale
    emit(
        InstructionEnded(
            sale.customer_id, sale.sale_no, sale.pk, row.kind, outcome.value, paid, order.problem if not paid else ""
        )
    )
