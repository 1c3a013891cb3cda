"""Taking a word of the core system: it ends the order and lets the sale go on, or becomes a difference.

The sale's own gate is passed by whoever registered for it (:func:`after_confirmation`), in the same transaction: an
order is confirmed together with its sale and its holding, or not at all.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import business_date
from kexin.core.errors import KexinError
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.holdings.operations import Purchase, book_purchase
from kexin.sales.models import Order, OrderAnswer
from kexin.sales.orders.adapters import NotNow, Unreadable, core_system
from kexin.sales.orders.adapters.reading import as_data
from kexin.sales.orders.choices import AnswerKind, DifferenceKind, OrderSide, OrderState
from kexin.sales.orders.differences import close_difference, note_difference
from kexin.sales.orders.events import OrderConfirmed, OrderRefused
from kexin.sales.orders.rules import DIFFERENCES, ENDED, Answer, Effect, Standing, effect_of, may_read

log = logging.getLogger(__name__)
AT_ONCE = 500
Follow = Callable[[Order, Actor], object]
_after_confirmation: list[Follow] = []
_after_refusal: list[Follow] = []


def after_confirmation(follow: Follow) -> None:
    """``follow(order, actor)`` runs when an order was confirmed, in its transaction (registered in ``apps.ready``)."""
    if follow not in _after_confirmation:
        _after_confirmation.append(follow)


def after_refusal(follow: Follow) -> None:
    """``follow(order, actor)`` runs when an order was refused or given up, in its transaction."""
    if follow not in _after_refusal:
        _after_refusal.append(follow)


def take_answer(answer: Answer, *, actor: Actor, source: str) -> Order | None:
    """Let one word of the core system take effect, inside an operation; None for an order that is unknown here."""
    may_read(answer).enforce()
    order = (
        Order.objects.select_for_update(of=("self",))
        .select_related("customer__party", "sale__product", "sale__unit")
        .filter(order_no=answer.order_no)
        .first()
    )
    if order is None:
        _keep(answer, None, DifferenceKind.UNKNOWN_HERE, source)
        note_difference(
            DifferenceKind.UNKNOWN_HERE, answer.order_no, source=source, theirs=answer.amount, answer=as_data(answer)
        )
        return None
    standing = Standing(OrderState(order.state), order.attempts, order.amount, _last(order))
    effect = effect_of(_as_ordered(answer, order), standing)
    if effect != Effect.NOTHING:
        apply(order, answer, effect, actor=actor, source=source)
    return order


def _as_ordered(answer: Answer, order: Order) -> Answer:
    """The answer in the measure of the order: units were ordered where they are given back."""
    return dataclasses.replace(answer, amount=answer.units) if order.side == OrderSide.REDEEM else answer


def apply(order: Order, answer: Answer, effect: Effect, *, actor: Actor, source: str) -> None:
    """Do what the rule, or a person who settled a difference, decided. The order is locked."""
    _keep(answer, order, effect.value, source)
    if effect in DIFFERENCES:
        kind = DifferenceKind(effect.value)
        ours = order.confirmed_amount if order.confirmed_amount is not None else order.amount
        note_difference(
            kind,
            order.order_no,
            source=source,
            order=order,
            ours=ours,
            theirs=_as_ordered(answer, order).amount,
            answer=as_data(answer),
        )
    elif effect == Effect.TAKE:
        order.state, order.taken_at, order.problem = OrderState.TAKEN, timezone.now(), ""
        order.save(update_fields=["state", "taken_at", "problem"])
        close_difference(order, (DifferenceKind.UNCLEAR, DifferenceKind.UNKNOWN_THERE), actor)
    elif effect == Effect.CONFIRM:
        _confirm(order, answer, actor)
    elif effect == Effect.REFUSE:
        end(order, OrderState.REFUSED, answer.reason)
        emit(OrderRefused(order.customer_id, order.order_no, order.pk, order.sale.sale_no, order.problem))
        follow_end(order, actor)


def _confirm(order: Order, answer: Answer, actor: Actor) -> None:
    assert answer.amount is not None
    order.core_no, order.confirmed_amount = answer.core_no, answer.amount
    order.confirmed_units, order.confirmed_price = answer.units, answer.price
    order.value_on = answer.value_on or business_date()
    end(order, OrderState.CONFIRMED, "")
    if order.side == OrderSide.BUY:
        _book(order, answer, actor)
    emit(OrderConfirmed(order.customer_id, order.order_no, order.pk, order.sale.sale_no, answer.amount, order.currency))
    close_difference(order, (DifferenceKind.UNCLEAR, DifferenceKind.UNKNOWN_THERE), actor)
    for follow in _after_confirmation:
        follow(order, actor)


def _book(order: Order, answer: Answer, actor: Actor) -> None:
    assert answer.amount is not None
    assert order.value_on is not None
    bought = Purchase(order.order_no, answer.account_no, answer.amount, order.currency, answer.units, order.value_on)
    book_purchase(order.customer, actor=actor, product=order.sale.product, bought=bought)


def end(order: Order, state: OrderState, problem: str) -> None:
    """The order's last state."""
    order.state, order.problem, order.ended_at = state, problem[:120], timezone.now()
    order.save()


def follow_end(order: Order, actor: Actor) -> None:
    """The sale learns that its order will not be executed."""
    close_difference(order, (DifferenceKind.UNCLEAR, DifferenceKind.UNKNOWN_THERE, DifferenceKind.AMOUNT), actor)
    for follow in _after_refusal:
        follow(order, actor)


def _last(order: Order) -> Answer | None:
    """The answer that ended the order; by a person's word too, where an amount was accepted."""
    if order.state not in ENDED or order.state in (OrderState.FAILED, OrderState.CANCELLED):
        return None
    if order.state == OrderState.REFUSED:
        return Answer(order.order_no, AnswerKind.REFUSED, reason=order.problem)
    measured = order.confirmed_units if order.side == OrderSide.REDEEM else order.confirmed_amount
    return Answer(order.order_no, AnswerKind.CONFIRMED, order.core_no, measured)


def _keep(answer: Answer, order: Order | None, effect: str, source: str) -> None:
    row = OrderAnswer.objects.filter(order_no=answer.order_no).order_by("-pk").first()
    content = as_data(answer)
    if row is not None and (row.content, row.effect) == (content, effect):
        return  # the same word again
    OrderAnswer.objects.create(
        order=order, order_no=answer.order_no, kind=answer.kind, effect=effect, content=content, source=source[:80]
    )


@operation("sales.note_core_answer", label=_("Take an answer of the core system"), plain=("source",))
def note_core_answer(*, actor: Actor, answer: Answer | Unreadable, source: str) -> Order | None:
    """One word of the core system, however it came. What cannot be read becomes a difference under its own name."""
    if isinstance(answer, Unreadable):
        note_difference(DifferenceKind.UNREADABLE, answer.what[:40], source=source, answer={"why": answer.why})
        return None
    return take_answer(answer, actor=actor, source=source)


def collect_answers(actor: Actor | None = None) -> int:
    """Ask the core system for its words about orders that have none yet (called by the clock); how many came."""
    by, came = actor or system("clock.orders"), 0

    def take(answer: Answer | Unreadable, source: str) -> None:
        nonlocal came
        try:
            note_core_answer(actor=by, answer=answer, source=source)
            came += 1
        except KexinError as refusal:  # one order must not hold up the others
            what = answer.order_no if isinstance(answer, Answer) else answer.what
            log.error("answer about %s: %s", what, refusal.message)
            told = Unreadable(what, refusal.code)
            note_core_answer(actor=by, answer=told, source=source)

    core = core_system()
    after = 0
    try:
        while waiting := _silent(after):
            core.collect([number for _pk, number in waiting], take)
            after = waiting[-1][0]
            if len(waiting) < AT_ONCE:
                break
        if not after:
            core.collect([], take)  # a way that brings words unasked
    except NotNow as failure:
        log.warning("answers of the core system: %s", failure)
    return came


def _silent(after: int) -> list[tuple[int, str]]:
    rows = Order.objects.filter(state__in=[OrderState.TAKEN, OrderState.UNCLEAR], pk__gt=after)
    return list(rows.order_by("pk").values_list("pk", "order_no")[:AT_ONCE])
