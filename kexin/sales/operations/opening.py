"""Opening a sale on a matching opinion, changing what is sold, ending it without an order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.party.choices import CustomerStatus, PartyKind
from kexin.party.models import Customer
from kexin.people.models import Employee, Post
from kexin.products.choices import ProductState, TradeKind
from kexin.products.models import Product
from kexin.products.queries import saleable
from kexin.products.trading import OrderLimits, may_buy
from kexin.sales.choices import Gate, SaleChannel, SaleState
from kexin.sales.events import SaleChanged, SaleClosed, SaleOpened
from kexin.sales.matching import ASKED, opinion_of
from kexin.sales.models import Sale
from kexin.sales.operations.passing import is_open, pass_gate
from kexin.sales.opinion import Opinion, may_rest_on
from kexin.sales.quota.choices import ReservationEnd
from kexin.sales.quota.reserving import release, reserve
from kexin.sales.recordings.policies import RecordingPolicy
from kexin.sales.rules import SaleFacts, needed_gates
from kexin.sales.sale_policies import SalePolicy
from kexin.sales.why import words_of
from kexin.sales.work import APPROVAL, settle
from kexin.suitability.models import SuitabilityDecision


@operation("sales.open_sale", label=_("Open a sale"), plain=("channel",))
def open_sale(
    customer: Customer | int,
    product: Product | int,
    *,
    actor: Actor,
    amount: Decimal,
    channel: str,
    staff_took_part: bool,
    decision_no: int,
) -> Sale:
    """Open a sale of one product to one customer on a matching opinion that allows it.

    Raises RuleViolation where the file is closed, the product is not on sale, the amount does not fit its terms or
    what is left of its quota, or the opinion is about something else, refuses, or is too old.
    """
    row = Customer.objects.lock(customer, actor)
    if row.status in (CustomerStatus.MERGED, CustomerStatus.CLOSED):
        raise RuleViolation(_("The file is closed and can only be read."))
    if channel not in SaleChannel.values:
        raise RuleViolation(fields={"channel": _("Choose one of the list.")})
    sold = _on_sale(product, amount, actor)
    rules = in_force(SalePolicy)
    opinion = _opinion(decision_no, row.pk, sold, amount, channel, rules)
    seller = Employee.objects.filter(user_id=actor.user_id or 0).first()
    post = Post.objects.filter(pk=actor.post_id or 0).first()
    if seller is None or post is None:
        raise RuleViolation(_("Only somebody who holds a post sells."))
    recording = in_force(RecordingPolicy)
    needed = _needed(row, sold, channel, staff_took_part, opinion, rules, recording)
    now, today, key = timezone.now(), business_date(), _next_key()
    sale = Sale.objects.create(
        pk=key,
        sale_no=f"S{today.year}{key:08d}",
        customer=row,
        product=sold,
        unit_id=post.unit_id,
        seller_post=post,
        seller=seller,
        amount=amount,
        currency=sold.currency,
        channel=channel,
        staff_took_part=staff_took_part,
        needed=needed,
        decision_no=opinion.no,
        policies={"sales.sale": rules.policy_version, "sales.recording": recording.policy_version},
        opened_at=now,
        opened_on=today,
        lapses_on=today + dt.timedelta(days=rules.sale_days),
    )
    emit(SaleOpened(row.pk, sale.sale_no, sale.pk, sold.name, str(amount)))
    reserve(sale)
    _assessed(sale, opinion, actor)
    return sale


@operation("sales.change_sale", label=_("Change the amount of a sale"))
def change_sale(sale: Sale | int, *, actor: Actor, amount: Decimal, decision_no: int, version: int) -> Sale:
    """Another amount on a new matching opinion: a new round begins, and the customer confirms everything anew."""
    row = Sale.objects.lock(sale, actor, version=version)
    is_open(row).enforce()
    sold = _on_sale(row.product_id, amount, actor)
    rules = in_force(SalePolicy)
    opinion = _opinion(decision_no, row.customer_id, sold, amount, row.channel, rules)
    settle(APPROVAL, row, outcome="closed", by=actor.name, cancelled=True)
    row.round += 1
    row.amount, row.decision_no = amount, opinion.no
    recording = in_force(RecordingPolicy)
    row.needed = _needed(row.customer, sold, row.channel, row.staff_took_part, opinion, rules, recording)
    row.cooling_until = None
    row.policies = {"sales.sale": rules.policy_version, "sales.recording": recording.policy_version}
    row.lapses_on = business_date() + dt.timedelta(days=rules.sale_days)
    row.version += 1
    row.save()
    emit(SaleChanged(row.customer_id, row.sale_no, row.pk, row.round, str(amount)))
    reserve(row)
    _assessed(row, opinion, actor)
    return row


@operation("sales.cancel_sale", label=_("Cancel a sale"))
def cancel_sale(sale: Sale | int, *, actor: Actor, reason: str) -> Sale:
    """End it before the order has gone; the customer may, and so may staff. Nothing of it is removed."""
    row = Sale.objects.lock(sale, actor)
    is_open(row).enforce()
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    return close_sale(row, SaleState.CANCELLED, reason.strip(), actor)


def close_sale(
    sale: Sale, state: SaleState, reason: str, actor: Actor, refusal: SuitabilityDecision | None = None
) -> Sale:
    """End a locked sale without an order; what was owed for it is settled. Inside an operation.

    ``refusal`` is the matching opinion that ends it: its words are read from it, in each reader's language.
    """
    sale.state, sale.reason, sale.closed_at = state, reason[:300], timezone.now()
    sale.refusal_no = refusal.pk if refusal is not None else None
    sale.version += 1
    sale.save()
    settle(APPROVAL, sale, outcome="closed", by=actor.name, cancelled=True)
    release(sale, ReservationEnd.RETURNED)
    said = (words_of(refusal, "zh"), words_of(refusal, "en")) if refusal is not None else (sale.reason, "")
    emit(SaleClosed(sale.customer_id, sale.sale_no, sale.pk, state.value, *said))
    return sale


def _on_sale(product: Product | int, amount: Decimal, actor: Actor) -> Product:
    """The product, if it can be bought today in this amount, by the rules of the products floor."""
    pk = product.pk if isinstance(product, Product) else product
    row = Product.objects.select_related("terms").filter(pk=pk).first()
    if row is None:
        raise NotFound
    terms = getattr(row, "terms", None)
    limits = OrderLimits(
        trades={TradeKind.PURCHASE},  # in an offering or open: `saleable` has looked
        first_least=row.minimum_amount,
        add_least=terms.add_least if terms else None,
        step=terms.add_step if terms else None,
    )
    (_is_saleable(row, actor) & may_buy(amount, limits, kind=TradeKind.PURCHASE)).enforce()
    return row


def _is_saleable(product: Product, actor: Actor) -> Decision:
    if product.state != ProductState.ADMITTED:
        label = ProductState(product.state).label
        words = _("This product is not on sale: %(state)s.") % {"state": label}
        return refused("product_state", words, "product")
    if not saleable(actor).filter(pk=product.pk).exists():
        return refused("not_open", _("This product cannot be bought today: look at its trading terms."), "product")
    return ALLOWED


def _opinion(no: int, customer_id: int, product: Product, amount: Decimal, channel: str, rules: SalePolicy) -> Opinion:
    opinion = opinion_of(no)
    may_rest_on(
        opinion,
        customer_id=customer_id,
        product_id=product.pk,
        amount=amount,
        channel=ASKED[SaleChannel(channel)],
        now=timezone.now(),
        minutes=rules.opinion_minutes,
    ).enforce()
    return opinion


def _needed(
    customer: Customer,
    product: Product,
    channel: str,
    staff: bool,
    opinion: Opinion,
    rules: SalePolicy,
    recording: RecordingPolicy,
) -> list[int]:
    facts = SaleFacts(
        channel=SaleChannel(channel),
        staff_took_part=staff,
        is_person=customer.kind == PartyKind.INDIVIDUAL,
        recording_ruled=product.product_class in rules.recording_classes,
        conditions=opinion.conditions,
        recorded_anywhere=product.product_class in recording.elder_classes and recording.is_elderly(opinion.age),
    )
    gates = needed_gates(facts, rules.approval_conditions, follow_up=rules.follow_up_days > 0)
    return sorted(int(gate) for gate in gates)


def _assessed(sale: Sale, opinion: Opinion, actor: Actor) -> None:
    """The opinion stands on an assessment that counts: the first gate is passed with it."""
    until = opinion.assessed_until.isoformat() if opinion.assessed_until else None
    evidence = {"decision": opinion.no, "grade": opinion.grade, "assessed_until": until}
    pass_gate(sale, Gate.ASSESSED, actor=actor, evidence=evidence)


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('sales_sale', 'id'))")
        return int(cursor.fetchone()[0])
